"""`jobctl emulator start|stop|status|run`: the AWS emulator, on loopback only."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from cli.project.emulator_process import Emulator
from cli.project.stack import find_project

SHOWN = ("endpoint", "region", "queues", "solutionVersions", "token")


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="start|stop|status|run")
    for name, text in (
        ("start", "start it in the background and wait until it answers"),
        ("run", "run it in the foreground, until Ctrl-C"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument(
            "--port", type=parse_port, help="default: the last port, else a free one"
        )
        action.add_argument("--pace", help="how fast its jobs run (python -m local.aws --help)")
    actions.add_parser(
        "stop", help="stop it and keep its jobs", description="stop it and keep its jobs"
    )
    status = actions.add_parser("status", help="show its address and what jobs may refer to")
    status.add_argument("--json", action="store_true", help="print a JSON object")
    status.add_argument("--port", action="store_true", help="print only the port")


def parse_port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


def run(args: argparse.Namespace) -> int:
    emulator = Emulator(find_project(Path.cwd()))
    if args.action in ("start", "run"):
        options = ["--pace", args.pace] if args.pace else []
        if args.action == "run":
            return emulator.run(args.port, options)
        endpoint, started = emulator.start(args.port, options)
        print(
            f"{'AWS emulator on' if started else 'the AWS emulator is already running on'} {endpoint}"
        )
    elif args.action == "stop":
        print("stopped" if emulator.stop() else "no emulator was running")
    else:
        _show(emulator.status(), args)
    return 0


def _show(status: dict[str, Any], args: argparse.Namespace) -> None:
    if args.port:
        print(str(status["endpoint"]).rpartition(":")[2])
    elif args.json:
        print(json.dumps({name: status[name] for name in SHOWN}, indent=2))
    else:
        print(f"endpoint           {status['endpoint']}\nregion             {status['region']}")
        for title, name in (("queues", "queues"), ("solution versions", "solutionVersions")):
            for at, item in enumerate(status[name]):
                print(f"{title if at == 0 else '':18} {item}")
