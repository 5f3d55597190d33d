"""Run the command line: `python -m loa` does the same as `loa`."""

from loa.cli import main

main()
