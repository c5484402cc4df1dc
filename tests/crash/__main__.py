"""`python -m tests.crash`: the whole matrix with its table, and the promises, which share its processes."""

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["tests/crash", "tests/promises", "-q", "-n", "auto", *sys.argv[1:]]))
