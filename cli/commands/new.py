"""`jobctl new KIND NAME`: write a commented job file to start from."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.commands.schema import find_kind_name
from cli.display.text import relative
from cli.editing.job_files import find_schema, write_new
from cli.engine.arguments import add_text
from cli.project.settings import list_job_folders
from cli.project.stack import find_project
from components.errors import JobError
from components.jobfile.names import VALID
from components.kinds import KINDS, read_template
from components.stack.settings import JOBS


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=" or ".join(KINDS))
    parser.add_argument("name", metavar="NAME", help="the job's name: letters, digits, - and _")
    add_text(parser, "--dir", "FOLDER", "default: the stacks' job folder, jobs/")


def run(args: argparse.Namespace) -> int:
    kind = find_kind_name(args.kind)
    if not VALID.fullmatch(args.name):
        raise JobError(
            f"`{args.name}` is not a valid job name; use up to 100 letters, digits, - and _"
        )
    project = find_project(Path.cwd())
    folders = [folder.path for folder in list_job_folders(project)]
    usual = folders[0] if len(folders) == 1 else project.root / JOBS
    folder = Path.cwd() / args.dir if args.dir else usual
    path = folder / f"{args.name}.yaml"
    header = f"# yaml-language-server: $schema={find_schema(project.root, folder)}\n"
    write_new(path, header + read_template(KINDS[kind]))
    print(f"{relative(path)}: fill it in, then run ./jobctl validate")
    return 0
