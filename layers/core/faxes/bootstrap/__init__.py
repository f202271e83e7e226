"""The composition roots, one a function: its settings and AWS clients -> its use case. Called once per environment."""
