"""Measurements, never tests: run by hand, on whatever machine there is, and compared within one run."""
