"""Passwords: argon2id, a few at a time, and rules that people can follow."""

import hmac
import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from loa.i18n import _

SHORTEST, LONGEST = 10, 200
_COMMON = frozenset("matkhau123 matkhau1234 1234567890 0123456789 password123 qwertyuiop truyenthanh".split())
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_gate = threading.BoundedSemaphore(2)  # guessing must not take the processor from the sound


@cache
def _nobody() -> str:
    """A hash that no password gives, so that unknown names take as long as known ones."""
    return _hasher.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """An argon2id hash. Composed and decomposed letters are the same password (keyboards differ)."""
    with _gate:
        return _hasher.hash(_same(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` gives the hash `stored`; as slow for an unknown person (None) as for a known one."""
    if len(password) > LONGEST:
        return False
    with _gate:
        try:
            return _hasher.verify(stored or _nobody(), _same(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


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
