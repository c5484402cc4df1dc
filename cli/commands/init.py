"""`jobctl init DIR`: make a team's own repository; `jobctl init .` turns a fresh copy (`pulumi new`) into it."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.display.text import relative
from cli.engine.arguments import add_list, add_text
from cli.project.stack import HERE, Project, find_project, read_stack, read_yaml
from cli.repository.create import (
    LOCAL,
    Wanted,
    check_wanted,
    commit_first,
    create,
    was_clean,
)
from components.errors import JobError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="a new folder; . turns a fresh copy into it")
    add_text(parser, "--name", "NAME", "the project's name")
    add_text(parser, "--region", "REGION", "the AWS region of its stacks")
    add_list(
        parser, "--stack", "NAME", "a stack on AWS besides `local`, such as prod; may be repeated"
    )


def run(args: argparse.Namespace) -> int:
    target = Path(args.folder).resolve()
    in_place = target == HERE
    project = find_project(HERE)
    name, region = args.name, args.region
    if in_place:
        fresh = "template" in read_yaml(HERE / "Pulumi.yaml")
        name = name or ("" if fresh else project.name)
        region = region or _find_region(project)
    for option, value in (("--name", name), ("--region", region)):
        if not value:
            raise JobError(f"{option} is missing: ./jobctl init DIR --name NAME --region REGION")
    wanted = Wanted(name, region, tuple(args.stack))
    check_wanted(wanted)
    clean = was_clean(target)
    create(HERE, target, wanted)
    print(f"{relative(target)}: the project {name}, {commit_first(target, clean)}. Next:")
    steps = ["./jobctl new ServiceJob NAME    # and fill it in", "./jobctl emulator start"]
    steps.append(f"./jobctl preview -s {LOCAL}")
    for step in steps if in_place else [f"cd {relative(target)}", *steps]:
        print(f"  {step}")
    return 0


def _find_region(project: Project) -> str:
    """Return the region of the stack that `pulumi new` asked about."""
    names = [name for name in project.stacks() if name != LOCAL]
    found = (read_stack(project, name).setting("aws:region") for name in names)
    return next(filter(None, found), "")
