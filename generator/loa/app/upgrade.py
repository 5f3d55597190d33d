"""What this version of Loa changes in a station: tried on copies of its databases (`loa upgrade --check`), or done."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from loa import __version__, template_files
from loa.app.doctor import Check, Health
from loa.campaign import load_communes
from loa.errors import LoaError, SchemaError, StoreError
from loa.i18n import _, ngettext
from loa.schedule.loader import load_schedule
from loa.schedule.values import is_postgresql
from loa.store.approvals import all_approvals
from loa.store.database import CONSOLE, STATION, Database
from loa.store.migrations import Schema
from loa.store.proof import verify
from loa.workspace import Workspace


def upgrade(workspace: Workspace) -> None:
    """Bring both databases to this version, and put unchanged copies of templates aside. Raises LoaError.

    The first start does the same; whoever upgrades many stations may want it done, or refused, before.
    """
    for file, schema in _databases(workspace):
        if file.is_file():
            Database(file, schema).close()
    template_files.retire_copies(workspace)


def look(workspace: Workspace) -> Iterator[Check]:
    """What an upgrade would change, each with what stands in its way. Writes nothing into the station."""
    before = template_files.last_version(workspace) or "0.1"
    detail = _("{old} used this station last, this is {new}").format(old=before, new=__version__)
    yield Check("Loa", Health.GOOD, detail)
    for file, schema in _databases(workspace):
        yield from _database(workspace, file, schema)
    copies = template_files.unchanged_copies(workspace)
    detail = ngettext(
        "{n} unchanged copy of a template makes room for the one that comes with Loa; it is kept in .loa/old-templates",
        "{n} unchanged copies of templates make room for those that come with Loa; they are kept in .loa/old-templates",
        len(copies),
    )
    yield Check("templates/", Health.GOOD, detail.format(n=len(copies)) if copies else _("as they are"))
    yield from _files(workspace)


def _databases(workspace: Workspace) -> tuple[tuple[Path, Schema], ...]:
    return (workspace.database, STATION), (workspace.console_database, CONSOLE)


def _database(workspace: Workspace, file: Path, schema: Schema) -> Iterator[Check]:
    name = workspace.relative(file)
    if not file.is_file():
        return
    with tempfile.TemporaryDirectory(prefix="loa-upgrade-") as folder:
        copy = Path(folder) / file.name
        try:
            found = _copy(file, copy)
            yield from _upgraded(workspace, name, copy, schema, found)
        except (OSError, sqlite3.Error) as error:
            fix = _("Put back the last backup: loa restore FILE")
            yield Check(name, Health.BAD, _("It cannot be read: {reason}").format(reason=error), fix)


def _upgraded(workspace: Workspace, name: str, copy: Path, schema: Schema, found: int) -> Iterator[Check]:
    """Upgrade the copy, as the first start would."""
    try:
        database = _opened(copy, schema)
        if database is None:
            detail = _("a station of another version is on air with it")
            yield Check(name, Health.WEAK, detail, _("End it before the upgrade; then: loa upgrade"))
            with contextlib.closing(sqlite3.connect(copy)) as alone, alone:
                alone.execute("DELETE FROM presence")
            database = Database(copy, schema)
    except StoreError as error:
        for each in error.findings:
            yield Check(name, Health.BAD, each.message, each.fix)
        return
    try:
        if found == schema.version:
            detail = _("version {n} of its tables, as it should be").format(n=found)
        else:
            detail = _("its tables go from version {old} to {new}; the file of before is kept beside it")
            detail = detail.format(old=found, new=schema.version)
        yield Check(name, Health.GOOD, detail)
        if schema is STATION:
            faults = verify(database, workspace.seal)
            held = sum(not approval.withdrawn for approval in all_approvals(database))
            kept = ngettext("{n} approval stays valid", "{n} approvals stay valid", held).format(n=held)
            if faults:
                yield Check(
                    _("log"), Health.WEAK, "; ".join(fault.message for fault in faults[:3]), _("See: loa log verify")
                )
            else:
                yield Check(_("log"), Health.GOOD, _("whole after the upgrade, too; {kept}").format(kept=kept))
    finally:
        database.close()


def _opened(copy: Path, schema: Schema) -> Database | None:
    """The copy in this version; None where another version is on air with the original. Raises StoreError."""
    try:
        return Database(copy, schema)
    except SchemaError as error:
        if error.findings[0].code != "store.on-air":
            raise
        return None


def _copy(file: Path, target: Path) -> int:
    """Copy a SQLite database that others may use, without a byte written into it; the version of its tables."""
    with (
        contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as here,
        contextlib.closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
        if there.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").fetchone():
            return int(there.execute("SELECT max(version) FROM schema_version").fetchone()[0] or 1)
        return 1


def _files(workspace: Workspace) -> Iterator[Check]:
    """Whether this version reads what people wrote."""
    schedule = None
    for name, load in (("schedule.yaml", load_schedule), ("campaigns/", load_communes)):
        try:
            found = load(workspace)
            schedule = schedule or found
        except LoaError as error:
            for each in error.findings:
                yield Check(name, Health.BAD, each.message, each.fix)
        else:
            yield Check(name, Health.GOOD, _("this version reads it"))
    address = getattr(schedule, "database", None)
    if address and is_postgresql(address):
        yield Check("PostgreSQL", Health.WEAK, _("not tried: it has no copy here"), _("Back it up with pg_dump first."))
