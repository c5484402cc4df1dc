"""`make bench`: measure, print the table, and write it (`--write`) or compare it with the recorded one (`--check`)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from cli.project.stack import HERE
from components.errors import JobError
from tools.bench.measure import Bench, start_bench
from tools.bench.record import FEW, FLEET, PACED, Record, find_promises, find_worse, take_least
from tools.bench.subjects import AWS_CLI, ENGINES, ROWS, SUBJECTS, TOOLS, TRIVIAL, TRIVIALS
from tools.bench.table import format_table, put_between

RECORD = Path(__file__).with_name("record.json")
PAGE = HERE / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
JOBS = "4,200,1000,5000"
DEPLOYED = 1000  # more are validated only
PACED_JOBS = 300
ROUNDS = 3  # of up to FLEET jobs; with more, one is as steady


def main(argv: Sequence[str]) -> int:
    args = parse(argv)
    missing = {} if shutil.which("aws") else {AWS_CLI: "no `aws` on PATH"}
    with start_bench() as bench:
        records = take_least(measure(bench, args.jobs, args.rows, missing))
    promises = "".join(f"{line}\n" for line in find_promises(records))
    text = f"{format_table(records, missing)}\n{promises}"
    print(text)
    if args.write:
        document = {"records": [asdict(record) for record in records]}
        RECORD.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
        page = put_between(PAGE.read_text("utf-8"), BEGIN, END, f"{describe_machine()}\n\n{text}")
        PAGE.write_text(page, "utf-8")
    if args.check:
        recorded = [Record(**each) for each in json.loads(RECORD.read_text("utf-8"))["records"]]
        worse = find_worse(recorded, records)
        print("\n".join(worse) or "no ratio is worse than the recorded one by a third")
        return bool(worse)
    return 0


def read_numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    rows = ",".join((*ROWS, PACED))
    jobs_help = f"how many; of more than {DEPLOYED} only `validate` is measured"
    parser.add_argument("--jobs", type=read_numbers, default=JOBS, metavar="N,N", help=jobs_help)
    parser.add_argument("--rows", default=rows, metavar="ROW,ROW", help=rows)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} and {RECORD.name}")
    parser.add_argument("--check", action="store_true", help="fail where a ratio has become worse")
    args = parser.parse_args(argv)
    args.rows = args.rows.split(",")
    if unknown := set(args.rows) - {*ROWS, PACED}:
        parser.error(f"{', '.join(unknown)}: expected {rows}")
    return args


def measure(
    bench: Bench, counts: Sequence[int], rows: Sequence[str], missing: Mapping[str, str]
) -> list[Record]:
    """Measure every subject that these rows compare."""
    engines = [each for each in ENGINES if each == "embedded" or shutil.which("pulumi")]
    subjects = [
        (name, engine)
        for name in SUBJECTS
        if name not in missing
        for engine in ([""] if name in TOOLS else engines)
    ]
    found: list[Record] = []
    for count in counts:
        wanted = rows if count <= DEPLOYED else [row for row in rows if row == "validate"]
        # in turn, so that a busy moment is not one subject's alone
        for _ in range(ROUNDS if count <= FLEET else 1):
            for name, engine in subjects:
                if set(SUBJECTS[name]).isdisjoint(wanted) or (name == TRIVIAL and count > FEW):
                    continue
                print(f"{count} {name} {engine}", file=sys.stderr, flush=True)
                many = TRIVIALS if name == TRIVIAL else count
                found += bench.measure(name, engine, many, wanted)
    if PACED in rows:
        found.append(bench.measure_pace(engines[0], PACED_JOBS))
    return found


def describe_machine() -> str:
    """Return when, on what and with which versions this was measured."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{name} {version(name)}" for name in ("pulumi", "boto3", "moto", "grpcio")]
    for command in (["pulumi", "version"], ["aws", "--version"]):
        if shutil.which(command[0]):
            said = subprocess.run(command, capture_output=True, text=True).stdout.split()
            versions.append(f"{command[0]} {said[0].removeprefix('aws-cli/')}")
    return (
        f"Measured on {datetime.now(timezone.utc):%Y-%m-%d} on {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, {gigabytes:.0f} GB of memory; {', '.join(versions)}."
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except JobError as error:
        sys.exit(f"error: {error}")
