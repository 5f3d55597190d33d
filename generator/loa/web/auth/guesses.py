"""How often somebody may guess a password: counted before it is checked, however many guesses come at once."""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from loa.i18n import _

WINDOW = 15 * 60.0
"""Seconds for which a guess counts."""
PER_NAME_AND_ADDRESS, PER_ADDRESS, PER_NAME, PER_SESSION = 5, 20, 50, 5
_KNOWN = 1000
"""Pairs of name and address that were right before and are remembered."""
_MANY = 20_000
"""Counted keys, from which on those that lapsed are looked for."""


class Guesses:
    """The guesses of the last quarter of an hour, wrong ones and those that are being checked just now.

    From outside they count for name and address, for the address and for the name; the last not where the name was
    right from this address before, so that strangers elsewhere do not lock anybody out at her own computer. Inside a
    session only its own slips count: nobody outside can keep whoever is logged in from releasing an emergency.

    What was typed as a name may be a password: only a code of it is kept, with a key that ends with this process.
    The counts are in memory, so that no locked database and no number of log-ins delays them.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._counted: dict[str, list[float]] = {}
        self._known: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._many = _MANY

    def count(self, name: str, address: str) -> bool:
        """Count a guess from outside; False, and nothing is to be checked, where there were too many."""
        pair, keys = self._keys(name, address)
        return self._count(keys[:-1] if pair in self._known else keys)

    def right(self, name: str, address: str) -> None:
        """The guess that was counted was right: it and the slips before it count no more for this pair."""
        pair, keys = self._keys(name, address)
        with self._lock:
            self._known[pair] = None
            self._known.move_to_end(pair)
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)
            self._counted.pop(pair, None)
            self._take_back([key for key, _limit in keys if key != pair])

    def not_checked(self, name: str, address: str) -> None:
        """The guess that was counted could not be checked: it does not count."""
        with self._lock:
            self._take_back([key for key, _limit in self._keys(name, address)[1]])

    def count_inside(self, session: str) -> bool:
        """Count a password that somebody gives again inside the session with this hash; as `count`."""
        return self._count([(f"session {session}", PER_SESSION)])

    def right_inside(self, session: str) -> None:
        """It was right."""
        with self._lock:
            self._counted.pop(f"session {session}", None)

    def not_checked_inside(self, session: str) -> None:
        """It could not be checked."""
        with self._lock:
            self._take_back([f"session {session}"])

    def _count(self, keys: list[tuple[str, int]]) -> bool:
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            for key, limit in keys:
                fresh = [at for at in self._counted.get(key, ()) if now - at < WINDOW]
                if len(fresh) >= limit:
                    return False
                self._counted[key] = fresh
            for key, _limit in keys:
                self._counted[key].append(now)
        return True

    def _take_back(self, keys: list[str]) -> None:
        for key in keys:
            if self._counted.get(key):
                self._counted[key].pop()

    def _forget(self, now: float) -> None:
        """Drop what lapsed, when much has come together."""
        if len(self._counted) >= self._many:
            self._counted = {key: ats for key, ats in self._counted.items() if ats and now - ats[-1] < WINDOW}
            self._many = max(_MANY, 2 * len(self._counted))

    def _keys(self, name: str, address: str) -> tuple[str, list[tuple[str, int]]]:
        """The key of the pair, and each key with its limit; that of the name alone comes last."""
        code = hmac.new(self._key, name.strip().lower()[:40].encode(), "sha256").hexdigest()[:32]
        pair, near = f"{code}@{network(address)}", f"@{network(address)}"
        return pair, [(pair, PER_NAME_AND_ADDRESS), (near, PER_ADDRESS), (code, PER_NAME)]


def network(address: str) -> str:
    """What counts as one address: a subscriber of IPv6 has a whole /64 of them."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or f"{IPv6Address(int(found) >> 64 << 64)}/64")
    return str(found)


def too_many() -> str:
    """What somebody is told who guessed too often."""
    return _("Too many attempts. Wait 15 minutes, then try again.")


def too_many_inside() -> str:
    """What somebody is told who gave a wrong password too often inside a session."""
    return _("Too many wrong passwords. Log out, log in again with the right one, then try again.")
