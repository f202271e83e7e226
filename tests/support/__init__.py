"""What tests share: the template as data, AWS as moto plays it, event and form builders, memory stores."""
