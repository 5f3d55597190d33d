"""Proof that nobody changed, removed or reordered a row of the log.

Each row holds the hash of the one before it, so a change or a gap breaks the chain. Rows cut off at the end leave a
whole chain; the seal, a file beside the database, remembers how far it had come.
"""

from pathlib import Path

from sqlalchemy import select

from generator.errors import Finding
from generator.i18n import _
from generator.logbook.book import GENESIS, chain_hash
from generator.store import Store, logbook


def verify(store: Store, seal: Path | None = None) -> list[Finding]:
    """Everything that is wrong with the chain; an empty list is the proof."""
    findings: list[Finding] = []
    previous, expected, hashes = GENESIS, 1, {0: GENESIS}
    with store.read() as connection:
        for row in connection.execute(select(logbook).order_by(logbook.c.seq)).mappings():
            if row["seq"] != expected:
                findings.append(_finding(row["seq"], _("Rows {first} to {last} are gone."), expected, row["seq"] - 1))
            elif row["previous"] != previous:
                findings.append(_finding(row["seq"], _("Row {first} does not follow the one before it."), row["seq"]))
            if chain_hash(dict(row)) != row["hash"]:
                findings.append(_finding(row["seq"], _("Row {first} was changed."), row["seq"]))
            previous, expected = row["hash"], row["seq"] + 1
            hashes[row["seq"]] = row["hash"]
    return findings + _check_seal(seal, hashes)


def _check_seal(seal: Path | None, hashes: dict[int, str]) -> list[Finding]:
    if seal is None or not seal.exists():
        return []
    number, _space, digest = seal.read_text("utf-8").strip().partition(" ")
    seq = int(number) if number.isdigit() else 0
    last = max(hashes)
    if seq > last:
        return [_finding(last, _("Rows {first} to {last} at the end are gone."), last + 1, seq)]
    if hashes.get(seq) != digest:
        return [_finding(seq, _("Row {first} is not the one that was sealed."), seq)]
    return []


def _finding(seq: int, message: str, first: int, last: int | None = None) -> Finding:
    return Finding(
        "logbook.broken",
        message.format(first=first, last=last or first),
        _("Compare with the last backup; keep both as evidence."),
        file="logbook",
        line=seq,
    )
