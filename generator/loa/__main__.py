"""The command line: `loa`, and `python -m loa`. Ctrl+C while it is still loading ends it as it does afterwards."""

import sys

try:
    from loa.cli import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    main()
