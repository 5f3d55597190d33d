"""The disk fails, or the power, at every single write of eight scenarios; then the station is started again.

`python -m tests.crash_points` counts the points and prints a table; see `faults.py` for what is done at each, `scenarios.py`
and `on_air.py` for what must hold afterwards.
"""
