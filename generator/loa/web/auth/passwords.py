"""Passwords: argon2id, a few at a time, and rules that people can follow."""

import hmac
import os
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from loa.i18n import _

SHORTEST, LONGEST = 10, 200
_COMMON = frozenset("matkhau123 matkhau1234 1234567890 0123456789 password123 qwertyuiop truyenthanh".split())
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
Result = TypeVar("Result")


class BusyError(Exception):
    """So many passwords wait to be checked that this one is not: whoever gave it tries again in a moment."""


class Hashing:
    """A pool of `threads` that hash passwords, and at most `waiting` calls that wait for one.

    `steps`: of `nice`, by which they stand behind the console's other work (Linux).
    """

    def __init__(self, name: str, threads: int, waiting: int, steps: int = 0) -> None:
        self._places = threading.BoundedSemaphore(threads + waiting)
        self._pool = ThreadPoolExecutor(threads, name, initializer=_step_back, initargs=(steps,))

    def run(self, work: Callable[[], Result]) -> Result:
        """What `work` gives. Raises BusyError at once where too many wait."""
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            return self._pool.submit(work).result()
        finally:
            self._places.release()


def _step_back(steps: int) -> None:
    if sys.platform == "linux" and steps:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + steps)


OUTSIDE = Hashing("log-in", 1, 5, 5)
"""For log-ins: guessing takes neither the threads of the pages nor, while anything else is to be done, a processor."""
INSIDE = Hashing("password", 2, 20)
"""For people who are logged in: no number of log-ins keeps an emergency waiting for its password."""


@cache
def _nobody() -> str:
    """A hash that no password gives, so that unknown names take as long as known ones."""
    return _hasher.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """An argon2id hash. Composed and decomposed letters are the same password (keyboards differ). Raises BusyError."""
    return INSIDE.run(lambda: _hasher.hash(_same(password)))


def matches(stored: str | None, password: str, pool: Hashing = INSIDE) -> bool:
    """Whether `password` gives the hash `stored`; as slow for an unknown person (None) as for a known one.

    Raises BusyError.
    """
    if len(password) > LONGEST:
        return False

    def verify() -> bool:
        try:
            return _hasher.verify(stored or _nobody(), _same(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    return pool.run(verify)


def weakness(password: str, name: str) -> str | None:
    """Why `password` is refused, or None. Length is what counts; no rules about symbols."""
    low = _same(password).lower()
    if len(low) < SHORTEST:
        return _("Use at least {count} characters, for example a short sentence.").format(count=SHORTEST)
    if len(low) > LONGEST:
        return _("Use at most {count} characters.").format(count=LONGEST)
    if low in _COMMON or len(set(low)) < 4 or (name and name.lower() in low and len(low) < len(name) + 6):
        return _("This password is easy to guess. Use a short sentence that only you know.")
    return None


def _same(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def one_time_code() -> str:
    """For the first run: 12 letters and digits that are not mistaken for one another, 59 bits."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[:30]
    return "-".join("".join(secrets.choice(letters) for _i in range(4)) for _j in range(3))


def same_code(given: str, code: str) -> bool:
    """Compare what was typed with the code: case, spaces and dashes do not matter."""
    plain = [text.upper().replace("-", "").replace(" ", "").encode() for text in (given, code)]
    return hmac.compare_digest(*plain)
