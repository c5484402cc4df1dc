"""`jobctl schema [KIND]`: print the JSON Schema of job files, for editors and other tools."""

from __future__ import annotations

import argparse
import sys

from cli.engine.arguments import add_text
from components.errors import JobError
from components.jobfile.messages import join_words
from components.jobfile.words import suggest
from components.kinds import KINDS
from components.schema import FOLDER


def configure(parser: argparse.ArgumentParser) -> None:
    add_text(parser, "kind", "KIND", f"{' or '.join(KINDS)} (default: any kind)", nargs="?")


def run(args: argparse.Namespace) -> int:
    name = find_kind_name(args.kind) if args.kind else "job"
    sys.stdout.write((FOLDER / f"{name}.schema.json").read_text("utf-8"))
    return 0


def find_kind_name(word: str) -> str:
    """Return the kind's name; case, hyphens and underscores do not matter."""
    plain = {name.lower(): name for name in KINDS}
    found = plain.get(word.lower().replace("-", "").replace("_", ""))
    if found is None:
        hint = suggest(word, KINDS) or f"; known kinds: {join_words(KINDS)}"
        raise JobError(f"unknown kind `{word}`{hint}")
    return found
