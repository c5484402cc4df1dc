"""Runs the unmodified `pulumi.dynamic` provider, and ends it when the engine is gone.

Like `bootstrap.py` it is run as a file by the project's Python. Standard input stays open as long
as the engine lives; its end, even after a `kill -9` of the engine, interrupts the provider, which
finishes the calls that it is in.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time


def watch() -> None:
    sys.stdin.buffer.read()
    # an interrupt that comes before the provider serves, or just as it begins to wait, can be lost
    while True:
        time.sleep(0.05)
        if is_serving():
            os.kill(os.getpid(), signal.SIGINT)


def is_serving() -> bool:
    """Say whether the main thread is where the provider waits to be interrupted."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    if frame is None or frame.f_code.co_filename != threading.__file__:
        return False
    while frame is not None and frame.f_code.co_filename == threading.__file__:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name == "main"


if __name__ == "__main__":
    # As with `python -m`: the folder that the provider runs in is where its modules are.
    sys.path[0] = os.getcwd()
    threading.Thread(target=watch, daemon=True).start()
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
