"""`python -m local.engine ARGS...` is `pulumi ARGS...`."""

import sys

from local.engine import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
