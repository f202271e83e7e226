"""The real template on this machine: on an AWS emulator, and in containers."""
