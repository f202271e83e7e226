"""Signals are the main thread's: they end its wait, and would not if they came to another thread."""

import signal


def leave_them_to_the_main_thread() -> None:
    """Called in a thread: it, and what it starts, gets none of the signals that end `make run`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM})
