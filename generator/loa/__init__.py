"""Loa: turn a commune's facts into articles, Vietnamese speech, bulletins and airings on its loudspeakers."""

import datetime

RELEASED = datetime.date(2026, 11, 1)
"""When this version was made; set with each release. An earlier day on a clock is wrong. (Written down here, and
not taken from the files: their times come from the clock of the computer on which they were unpacked.)
"""


def __getattr__(name: str) -> str:
    """`__version__`, looked up when somebody asks for it."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version  # 40 ms, and `loa stop` does not ask

    for name in ("loa", "loa-player"):
        try:
            return version(name)
        except PackageNotFoundError:
            pass
    return "0+unknown"  # run from a source tree that was never installed
