"""The hash chain of the as-run log: what the hash of a row covers, and the identity of the station that wrote it.

Format 1 (Loa 0.1): SHA-256 of a JSON list of 17 columns. Format 2: SHA-256 of the row as canonical JSON, an object of
all its columns but `hash` and `void`, keys sorted, no spaces, UTF-8, columns without a value left out. So a later
version can add columns, and older rows keep their hashes. Both hold the hash of the row before.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from loa.errors import Finding, StoreError
from loa.i18n import _
from loa.store.tables import log_identity, logbook

FORMAT = 2
"""The format of the rows that this version writes."""
GENESIS = "0" * 64
"""What stands before the first row."""
_FORMAT_1 = (
    "seq at kind airing broadcast commune output planned started ended outcome reason bulletin sha256 details previous"
).split()


def chain_hash(values: Mapping[str, Any]) -> str:
    """SHA-256 over a row, by its format, and the hash of the one before it."""
    if values.get("format") in (None, 1):
        text = json.dumps([values[name] for name in _FORMAT_1], ensure_ascii=False, separators=(",", ":"), default=repr)
    else:
        held = {name: value for name, value in values.items() if name not in ("hash", "void") and value is not None}
        text = json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=repr)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def canonical(details: Mapping[str, Any]) -> str:
    """The payload of a row as canonical JSON, which `details` keeps."""
    return json.dumps(dict(details), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


_END = select(logbook.c.seq, logbook.c.hash).order_by(logbook.c.seq.desc()).limit(1)
_ADD = insert(logbook).execution_options(preserve_rowcount=True)
"""Made once: making them takes longer than the database does."""


def station_id(connection: Connection) -> str:
    """The identity of the station whose log this is, made with its first row."""
    found = connection.execute(select(log_identity.c.station)).scalar()
    if found is None:
        found = secrets.token_hex(6)
        connection.execute(insert(log_identity).values(id=1, station=found))
    return str(found)


def add_row(connection: Connection, values: Mapping[str, Any], last: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Write a row at the end of the chain; return it as it stands there.

    `values`: the columns of the row without those of the chain, instants as text. `last`: the row before it, if it was
    written in the same transaction. Raises IntegrityError where another process wrote first (PostgreSQL), or a second
    outcome; StoreError where the database swallows the row.
    """
    if last is None:
        found = connection.execute(_END).mappings().first() or {"seq": 0, "hash": GENESIS}
        last = {**found, "station": station_id(connection)}
    row = dict.fromkeys(logbook.columns.keys()) | dict(values)
    row |= {
        "format": FORMAT,
        "station": last["station"],
        "seq": last["seq"] + 1,
        "previous": last["hash"],
    }
    row["hash"] = chain_hash(row)
    given = {name: value for name, value in row.items() if value is not None}  # a migration may lack later columns
    if connection.execute(_ADD, given).rowcount == 0:  # a trigger that swallows rows
        message = _("The database does not keep the rows that are written to the log: it was tampered with.")
        raise StoreError(Finding("store.trigger", message, _("Put back the last backup: loa restore FILE")))
    return row
