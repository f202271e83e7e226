"""Whoever has the lines: one module for each vendor, which implements ``delivery.carrier``."""

# Telnyx's name among them.
TELNYX = "telnyx"
