"""`gabay`, or `python -m cli` from a folder where `cli` can be imported."""

import sys

from cli.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
