"""`python -m tests.engine.conformance [--record] [NAME...]`: how far the embedded engine agrees with the Pulumi CLI.

With `--record` the scenarios are run on the CLI, and what it does becomes the expectation.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.engine.adapters import play
from tests.engine.scenarios import SCENARIOS, Scenario

RECORDS = Path(__file__).parent / "records"


def recorded(scenario: Scenario) -> list[dict[str, Any]]:
    document = json.loads((RECORDS / f"{scenario.name}.json").read_text(encoding="utf-8"))
    turns: list[dict[str, Any]] = document["turns"]
    return turns


def record(scenario: Scenario) -> None:
    """Run a scenario on the CLI, and keep what it did."""
    version = subprocess.run(
        ["pulumi", "version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        turns = play(scenario, Path(folder), "cli")
    RECORDS.mkdir(exist_ok=True)
    (RECORDS / f"{scenario.name}.json").write_text(
        json.dumps(
            {"scenario": scenario.shows, "pulumi": version, "turns": turns},
            indent=1,
            sort_keys=True,
            ensure_ascii=False,
        )
        + "\n",
        encoding="utf-8",
    )


def differences(expected: Any, actual: Any, at: str = "") -> list[str]:
    """Each place where two documents differ."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = []
        for key in sorted({*expected, *actual}):
            if key not in expected or key not in actual:
                side = "not expected" if key not in expected else "missing"
                value = actual.get(key, expected.get(key))
                found.append(f"{at}.{key}: {side}: {json.dumps(value)[:200]}")
            else:
                found += differences(expected[key], actual[key], f"{at}.{key}")
        return found
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            line
            for index, (one, other) in enumerate(zip(expected, actual, strict=True))
            for line in differences(one, other, f"{at}[{index}]")
        ]
    if expected == actual:
        return []
    return [f"{at}: expected {json.dumps(expected)[:600]}, got {json.dumps(actual)[:600]}"]


def compare(scenario: Scenario, engine: str = "embedded") -> list[str]:
    """Where an engine does not do what is recorded of the CLI."""
    with tempfile.TemporaryDirectory() as folder:
        return differences(recorded(scenario), play(scenario, Path(folder), engine))


def main(arguments: list[str]) -> int:
    recording = "--record" in arguments
    wanted = [each for each in arguments if not each.startswith("-")]
    chosen = [each for each in SCENARIOS if not wanted or each.name in wanted]
    if recording:
        if shutil.which("pulumi") is None:
            print("recording needs the Pulumi CLI on PATH", file=sys.stderr)
            return 1
        for each in chosen:
            record(each)
            print(f"recorded {each.name}")
        return 0
    agreed = 0
    for each in chosen:
        found = compare(each)
        agreed += not found
        print(f"{'agrees' if not found else 'DIFFERS'}  {each.name}: {each.shows}")
        for line in found:
            print(f"         {line}")
    print(f"{agreed}/{len(chosen)} scenarios agree with the Pulumi CLI")
    return 0 if agreed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
