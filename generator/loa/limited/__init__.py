"""Work on other people's bytes in a process of its own, with limits on time, memory and output.

`run_limited` calls a function there: it starts no program, opens no connection and writes no file, and its process ends
when nobody has needed it for a while, or with the process that started it. `run_program` runs an outside program.
"""

from loa.limited.limits import Limits
from loa.limited.parent import run_limited
from loa.limited.program import run_program

__all__ = ["Limits", "run_limited", "run_program"]
