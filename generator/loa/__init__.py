"""Loa: turn a commune's facts into articles, Vietnamese speech, bulletins and airings on its loudspeakers."""

import datetime
from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("loa")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"

RELEASED = datetime.date(2026, 11, 1)
"""When this version was made; set with each release. An earlier day on a clock is wrong. (Written down here, and
not taken from the files: their times come from the clock of the computer on which they were unpacked.)
"""
