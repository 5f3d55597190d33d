"""Work on other people's bytes in a process of its own, with limits on time, memory and output.

`run_limited` calls a function there. The process starts no program, opens no connection and writes no file; it ends
when nobody has needed it for a while, and with the process that started it.
"""

from loa.limited.parent import Limits, run_limited

__all__ = ["Limits", "run_limited"]
