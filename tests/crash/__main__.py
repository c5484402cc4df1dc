"""`python -m tests.crash`: the whole matrix, and its table."""

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["tests/crash", "-q", "-n", "auto", *sys.argv[1:]]))
