"""`python -m tests.crash`: the whole matrix with its table, every cell played, and what shares its processes."""

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["CRASH_MATRIX"] = "all"
    sys.exit(
        pytest.main(["tests/crash", "tests/end_to_end/promises", "-q", "-n", "auto", *sys.argv[1:]])
    )
