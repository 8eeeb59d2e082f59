"""``python -m hoaphuong``: the command line."""

import sys

from hoaphuong.command.main import main

if __name__ == "__main__":
    sys.exit(main())
