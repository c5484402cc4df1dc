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


def watch() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    # As with `python -m`: the folder that the provider runs in is where its modules are.
    sys.path[0] = os.getcwd()
    threading.Thread(target=watch, daemon=True).start()
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
