"""`python -m local.aws`: the emulator in the foreground, until it is told to stop."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from .clock import Pace


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; what cannot be is a sentence, and exit code 1."""
    asked = _parser().parse_args(arguments)
    try:
        pace = _pace(asked.pace)
    except ValueError as error:
        sys.exit(f"--pace: {error}")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    from .server.emulator import Emulator  # after the signals: moto takes a second to import
    from .store.database import StateUnusable

    emulator = Emulator(state_dir=asked.state, pace=pace, port=asked.port)
    try:
        emulator.start()
    except StateUnusable as error:
        sys.exit(f"--state: {error}")
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        sys.exit(f"The emulator cannot serve on port {asked.port}: {reason}")
    print(f"AWS emulator on {emulator.endpoint}", flush=True)
    if asked.state is None:  # else it is in the state folder
        print(f"control token {emulator.token}", flush=True)
    stopped.wait()
    emulator.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.aws", description=__doc__)
    parser.add_argument(
        "--port", type=parse_port, default=0, help="0, the default, takes a free one"
    )
    parser.add_argument("--state", type=Path, help="folder in which its jobs outlive the emulator")
    parser.add_argument(
        "--pace",
        help='"instant", or seconds by state as JSON, such as {"running": 10, "runnable": 5}',
    )
    return parser


def parse_port(text: str) -> int:
    """Return a port; an ArgumentTypeError for what is none."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: a number from 0 to 65535")
    return int(text)


def _pace(text: str | None) -> Pace | None:
    if text is None:
        return None
    if text == "instant":
        return Pace.instant()
    wanted = json.loads(text)
    if not isinstance(wanted, dict):
        raise ValueError('it takes "instant" or a JSON object of seconds by state')
    return Pace().change(wanted)


if __name__ == "__main__":
    main()
