"""Canaries in the place of all that must not be written, and everything that is written."""
