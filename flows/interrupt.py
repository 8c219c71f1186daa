"""Ctrl-C ends a command within seconds, whatever a library is in the middle of."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from flows.errors import INTERRUPTED

PATIENCE_S = 8.0
SAYS = "Interrupted; what was done stays, and the same command goes on."

_said = threading.Event()
_was_heard = threading.Event()


@contextmanager
def ends_in_time() -> Iterator[None]:
    """While this holds, Ctrl-C raises KeyboardInterrupt, and ends the process if that does not.

    An exception in the middle of Prefect's threads may be waited for without end. Ending the
    process then is no harm: every kill is survived. Where interrupts are ignored (nohup, a job in
    the background) they stay so.
    """
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not ours or threading.current_thread() is not threading.main_thread():
        yield
        return
    _was_heard.clear()
    signal.signal(signal.SIGINT, _heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def say() -> None:
    """Tell the person, once."""
    if not _said.is_set():
        _said.set()
        print(SAYS, file=sys.stderr, flush=True)


def was_heard() -> bool:
    """Whether Ctrl-C came: whatever error comes out of the middle of the work is then its own."""
    return _was_heard.is_set()


def _heard(_number: int, _frame: FrameType | None) -> None:
    _was_heard.set()
    last_resort = threading.Timer(PATIENCE_S, _end)
    last_resort.daemon = True
    last_resort.start()
    raise KeyboardInterrupt


def _end() -> None:
    say()
    os._exit(INTERRUPTED)
