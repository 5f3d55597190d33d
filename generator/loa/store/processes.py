"""Whether a process that left its number in the database still runs."""

import psutil


def runs(pid: int, started_at: float) -> bool:
    """Whether process `pid` still is the one that began at `started_at` (seconds since 1970), and not another one
    that got its number.
    """
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - started_at) < 2
    except psutil.Error:
        return False
