"""`jobctl logs JOB`: what a job's containers have written, on all nodes, by time; with -f also what comes."""

from __future__ import annotations

import argparse
import shlex
import sys
import time

from cli.display.log_lines import LogPrinter
from cli.display.spans import parse_since
from cli.engine.arguments import add_flag, add_stack, add_text, find_stack
from cli.progress.viewer import Viewer
from cli.project.stack import Stack
from cli.runs.connection import connect_to_run, describe_run
from cli.runs.entries import read_entries, refuse_deferred, select_entries
from cli.runs.logs import LogView
from cli.runs.reasons import describe_status
from components.aws.logs import LogReader
from components.aws.runs import format_time


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="a job's name")
    add_flag(parser, "-f --follow", "go on until the run has ended")
    parser.add_argument(
        "--attempt", type=_positive, default=0, metavar="N", help="default: the newest"
    )
    add_text(parser, "--since", "TIME", "1h ago, 10m, 90s, 2d, or 2026-11-28T00:12:05Z")
    parser.add_argument("--node", type=_positive, default=0, metavar="N", help="default: all nodes")
    add_stack(parser)
    parser.epilog = (
        "Times are UTC. A secret setting reads [secret]. Exit code 1 where there is no log to show."
    )


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a number from 1 up")
    return int(text)


def run(args: argparse.Namespace) -> int:
    since = parse_since(args.since, time.time()) if args.since else 0.0
    stack = find_stack(args)
    (entry,) = select_entries(read_entries(stack), [args.job], stack)
    refuse_deferred(entry, "log")
    viewer = Viewer(stack)
    redactor = viewer.redactor
    aws = connect_to_run(stack, entry)
    if entry.kind.logs is None:
        told = describe_status(describe_run(aws, entry))
        _say(redactor.hide(f"{entry.name}: an {entry.kind.title} writes no log. It is {told}"))
        return 1
    logs = entry.kind.logs
    view = LogView(
        job=entry.name,
        kind=entry.kind,
        look=lambda: describe_run(aws, entry),
        open_log=lambda name: LogReader(aws, logs, name, node=args.node, since=since * 1000),
        show=LogPrinter(sys.stdout, redactor).show,
        say=lambda text: _say(redactor.hide(text)),
        sleep=aws.sleep,
        why=lambda: viewer.look([entry])[0].wait.sentence,
        attempt=args.attempt,
        node=args.node,
    )
    if not args.follow:
        return 0 if view.show_all() else 1
    try:
        view.follow()
    except KeyboardInterrupt:
        _say(f"\n{entry.name} keeps running in AWS; to continue: {_resume(args, stack, view)}")
        return 130
    return 0


def _resume(args: argparse.Namespace, stack: Stack, view: LogView) -> str:
    """Return the command that goes on after the last line that was shown."""
    since = format_time(view.last + 1000) if view.last else args.since
    options = {"--attempt": args.attempt, "--node": args.node, "--since": since, "-s": stack.name}
    given = [str(part) for name, value in options.items() if value for part in (name, value)]
    return f"./jobctl {shlex.join(['logs', args.job, '-f', *given])}"


def _say(text: str) -> None:
    # the log alone goes to stdout
    print(text, file=sys.stderr, flush=True)
