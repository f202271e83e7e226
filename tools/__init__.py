"""What the Makefile's commands do on a developer's or an operator's machine. Nothing here ships with the functions."""
