"""`jobctl new KIND NAME`: a commented job file to start from."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from cli.commands.schema import kind_named
from cli.project.settings import list_job_folders
from cli.project.stack import find_project
from components.errors import JobError
from components.jobfile.names import VALID
from components.kinds import KINDS, read_template
from components.stack.settings import JOBS


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=" or ".join(KINDS))
    parser.add_argument("name", metavar="NAME", help="the job's name: letters, digits, - and _")
    parser.add_argument(
        "--dir",
        default="",
        metavar="FOLDER",
        help="default: the stacks' job folder, jobs/",
    )


def run(args: argparse.Namespace) -> int:
    kind = kind_named(args.kind)
    if not VALID.fullmatch(args.name):
        raise JobError(
            f"`{args.name}` is not a valid job name; use up to 100 letters, digits, - and _"
        )
    here = Path.cwd()
    project = find_project(here)
    folders = [folder.path for folder in list_job_folders(project)]
    usual = folders[0] if len(folders) == 1 else project.root / JOBS
    folder = here / args.dir if args.dir else usual
    taken = [
        path
        for suffix in (".yaml", ".yml", ".json")
        if (path := folder / f"{args.name}{suffix}").exists()
    ]
    if taken:
        raise JobError(f"{_short(taken[0], here)} already exists")
    path = folder / f"{args.name}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    schema = os.path.relpath(project.root / "schemas" / "job.schema.json", folder)
    text = read_template(KINDS[kind])
    header = f"# yaml-language-server: $schema={Path(schema).as_posix()}\n"
    path.write_text(header + text, encoding="utf-8")
    print(f"{_short(path, here)}: fill it in, then run ./jobctl validate")
    return 0


def _short(path: Path, here: Path) -> str:
    return os.path.relpath(path, here)
