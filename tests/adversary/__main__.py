"""`make adversary`: random sequences against the model, for `--steps` in all, from `--seed` on.

python -m tests.adversary [--seed N] [--steps N]
python -m tests.adversary --pulumi [--steps 200]
python -m tests.adversary --replay '[["add", 0], ["up"]]'
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time

from tests.adversary.pulumi import pulumi_stack
from tests.adversary.steps import EPISODE, make_steps
from tests.adversary.world import play, shrink
from tests.crash.stack import stack_of_its_own


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.adversary", description=__doc__)
    today = datetime.datetime.now(datetime.timezone.utc).date().toordinal() * 100
    parser.add_argument("--seed", type=int, default=today, help="default: another each day")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--pulumi", action="store_true", help="on the Pulumi CLI, from PATH")
    parser.add_argument("--replay", default="", metavar="JSON", help="play these steps alone")
    args = parser.parse_args()
    begun = time.monotonic()
    with pulumi_stack() if args.pulumi else stack_of_its_own() as stack:
        if args.replay:
            good, wrong = play(stack, json.loads(args.replay))
            print(f"{good} steps; {wrong or 'no violation'}")
            return 1 if wrong else 0
        episodes = -(-args.steps // EPISODE)
        for seed in range(args.seed, args.seed + episodes):
            steps = make_steps(seed)
            good, wrong = play(stack, steps)
            if wrong:
                print(f"seed {seed}, step {good + 1}: {wrong}\nshrinking ...", flush=True)
                fewer = shrink(stack, steps[: good + 1])
                print(f"python -m tests.adversary --replay '{json.dumps(fewer)}'")
                print(play(stack, fewer)[1])
                return 1
            print(f"seed {seed}: {good} steps", flush=True)
    print(f"{episodes * EPISODE} steps, 0 violations, {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
