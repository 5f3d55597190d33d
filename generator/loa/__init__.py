"""Loa: turn a commune's facts into articles, Vietnamese speech, bulletins and airings on its loudspeakers."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("loa")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
