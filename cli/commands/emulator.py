"""`jobctl emulator ...`: the AWS emulator, on loopback only, and what a person may do to it while it runs."""

from __future__ import annotations

import argparse
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cli.engine.arguments import add_flag
from cli.project.emulator_process import Emulator
from cli.project.stack import find_project
from components.errors import JobError
from local.aws.__main__ import parse_port
from local.aws.clock import Pace

SHOWN = ("endpoint", "region", "queues", "solutionVersions", "buckets", "roles", "regions", "token")
_REFERRED = {
    "queues": "queues",
    "solution versions": "solutionVersions",
    "buckets": "buckets",
}
_PACE = "'instant', or seconds by status: running=60 runnable=never"
_FAULTS = {"throttle": "throttle", "lost": "cut-after"}
_FAULT = re.compile(
    r"(throttle|lost)=(\d+(?:\.\d+)?)%|list-lag=(\d+(?:\.\d+)?)s|submits=(\d+(?:\.\d+)?)/s"
)
_FAULTS_HELP = "throttle=20%, lost=5%, list-lag=3s, submits=5/s"
_JOBS = {
    "fail": "let a job fail now",
    "succeed": "let a job succeed now",
    "hold": "keep a job in its status, whatever the pace",
    "expire": "let Batch forget a service job, as it does a week after the job's end",
}


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text)

    for name, text in (
        ("start", "start it in the background and wait until it answers"),
        ("run", "run it in the foreground, until Ctrl-C"),
    ):
        action = add(name, text)
        action.add_argument(
            "--port", type=parse_port, help="default: the last port, else a free one"
        )
        action.add_argument("--pace", help=f"how fast its jobs run: {_PACE}")
    add("stop", "stop it and keep its jobs")
    status = add("status", "show its address and what jobs may refer to, in every region in use")
    add_flag(status, "--json", "print a JSON object")
    add_flag(status, "--port", "print only the port")
    for name, text in _JOBS.items():
        action = add(name, text)
        action.add_argument("job", metavar="JOB", help="its name, id or ARN")
        if name == "fail":
            action.add_argument("--reason", help="what AWS says of it")
            add_flag(action, "--attempt", "the attempt alone: a retry may follow")
        if name == "hold":
            add_flag(action, "--off", "let it go on")
    pace = add("pace", "show or change how fast jobs run, those that run included")
    pace.add_argument("pace", nargs="*", metavar="STATUS=SECONDS", help=_PACE)
    seed = add("seed", "make queues, buckets and solutions in another region too")
    seed.add_argument("--region", required=True, help="for example us-west-2")
    faults = add(
        "faults", "show what goes wrong, or replace it: throttling, lost answers, late lists"
    )
    faults.add_argument(
        "faults", nargs="*", metavar="FAULT", help=f"{_FAULTS_HELP.replace('%', '%%')}; or off"
    )


def run(args: argparse.Namespace) -> int:
    emulator = Emulator(find_project(Path.cwd()))
    if args.action in ("start", "run"):
        return _start(emulator, args)
    if args.action == "stop":
        print("stopped" if emulator.stop() else "no emulator was running")
    elif args.action == "status":
        _show(emulator.status(), args)
    elif args.action in _JOBS:
        print(_force(emulator, args))
    elif args.action == "pace":
        asked = parse_pace(args.pace)
        found = emulator.ask("POST", "pace", asked) if asked else emulator.status()
        for name, seconds in found["pace"].items():
            print(f"{name:12} {'never' if seconds is None else f'{seconds:g} s'}")
    elif args.action == "seed":
        has = emulator.ask("POST", "seed", {"region": args.region})
        _list({args.region: has})
    else:
        _change_faults(emulator, args.faults)
    return 0


def parse_pace(words: list[str]) -> dict[str, float | None]:
    """Return seconds by state, None for never, of `instant`, `running=60 ...` or a JSON object."""
    if words == ["instant"]:
        return Pace.instant().as_json()
    try:
        if words[:1] and words[0].startswith("{"):
            given = json.loads(" ".join(words))
        else:
            pairs = [word.partition("=") for word in " ".join(words).split()]
            given = {name: None if text == "never" else float(text) for name, _, text in pairs}
        if any(value is not None and not math.isfinite(value) for value in given.values()):
            raise ValueError
    except (TypeError, ValueError):
        raise JobError(f"pace: {' '.join(words)!r} is not {_PACE}") from None
    try:
        Pace().change(given)
    except ValueError as error:
        raise JobError(f"pace: {error}") from None
    return dict(given)


def parse_faults(words: list[str]) -> tuple[list[dict[str, Any]], float]:
    """Return the faults, as the control API takes them, and the seconds by which lists are late."""
    faults, lag = [], 0.0
    for word in words:
        found = _FAULT.fullmatch(word)
        number = float(found[2] or found[3] or found[4]) if found else math.inf
        if found is None or (found[1] and number > 100):
            raise JobError(f"unknown fault {word!r}; expected {_FAULTS_HELP}, or off")
        if found[3]:
            lag = number
        elif found[4] and number:
            faults.append({"operation": "SubmitServiceJob", "kind": "throttle", "rate": number})
        elif number:
            faults.append({"operation": "*", "kind": _FAULTS[found[1]], "percent": number})
    return faults, lag


def _start(emulator: Emulator, args: argparse.Namespace) -> int:
    pace = parse_pace([args.pace]) if args.pace else {}
    options = ["--pace", json.dumps(pace)] if pace else []
    if args.action == "run":
        return emulator.run(args.port, options)
    endpoint, started = emulator.start(args.port, options)
    if pace and not started:
        emulator.ask("POST", "pace", pace)
    begun = "AWS emulator on" if started else "the AWS emulator is already running on"
    print(f"{begun} {endpoint}{', at the new pace' if pace and not started else ''}")
    return 0


def _force(emulator: Emulator, args: argparse.Namespace) -> str:
    place = f"jobs/{quote(args.job, safe='')}"
    if args.action == "expire":
        return f"{emulator.ask('DELETE', place)['jobName']}: forgotten by Batch"
    body: dict[str, Any] = {"end": args.action}
    if args.action == "hold":
        body = {"hold": not args.off}
    elif args.action == "fail":
        body |= {"attempt": True, "hold": False} if args.attempt else {}
        body |= {"reason": args.reason} if args.reason else {}
    found = emulator.ask("POST", place, body)
    return f"{found['jobName']}: {found['status']}{' (held)' if found['held'] else ''}"


def _show_fault(fault: Mapping[str, Any]) -> str:
    """Write a fault as `faults` takes it, or in words where it does not."""
    names = {kind: name for name, kind in _FAULTS.items()}
    if fault["rate"] and fault["operation"] == "SubmitServiceJob":
        return f"submits={fault['rate']:g}/s"
    if fault["percent"] and fault["kind"] in names and fault["operation"] == "*":
        return f"{names[fault['kind']]}={fault['percent']:g}%"
    many = f"{fault['times']} more"
    if fault["rate"] or fault["percent"]:
        many = f"{fault['rate']:g} a second" if fault["rate"] else f"{fault['percent']:g}% of calls"
    return f"{fault['kind']} {fault['operation']}: {many}"


def _change_faults(emulator: Emulator, words: list[str]) -> None:
    if words:
        faults, lag = parse_faults([] if words == ["off"] else words)
        emulator.ask("DELETE", "faults")
        for fault in faults:
            emulator.ask("POST", "faults", fault)
        emulator.ask("POST", "lag", {"lists": lag})
    lines = [_show_fault(fault) for fault in emulator.ask("GET", "faults")["faults"]]
    late = emulator.ask("POST", "lag", {})["lists"]
    lines += [f"list-lag={late:g}s"] if late else []
    print("\n".join(lines) or "nothing goes wrong")


def _show(status: dict[str, Any], args: argparse.Namespace) -> None:
    if args.port:
        print(str(status["endpoint"]).rpartition(":")[2])
    elif args.json:
        print(json.dumps({name: status[name] for name in SHOWN}, indent=2))
    else:
        print(f"{'endpoint':18} {status['endpoint']}")
        _list_names("roles", status["roles"])
        _list(status["regions"])


def _list(regions: dict[str, dict[str, list[str]]]) -> None:
    for region, has in regions.items():
        print(f"{'region':18} {region}")
        for title, name in _REFERRED.items():
            _list_names(title, has[name])


def _list_names(title: str, names: list[str]) -> None:
    for at, name in enumerate(names):
        print(f"{title if at == 0 else '':18} {name}")
