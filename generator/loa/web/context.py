"""What every route of the console works with."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends
from sqlalchemy import Engine
from starlette.requests import Request

from loa import yamlfile
from loa.errors import WorkspaceError
from loa.store import console_tables
from loa.store.audit import Audit
from loa.store.database import Database, open_store
from loa.store.file_history import Author, FileHistory
from loa.web.auth.accounts import Accounts, Person
from loa.web.auth.passwords import one_time_code
from loa.web.auth.sessions import LoginAttempts, Session, Sessions
from loa.web.forms import Form, read_form
from loa.web.jobs import Job, JobRunner, Jobs
from loa.web.views.airings import AiringList
from loa.web.views.bulletins import BulletinCatalogue
from loa.web.views.files import StationFiles
from loa.web.views.now import StationMonitor
from loa.workspace import Workspace


@dataclass(slots=True)
class Console:
    """The parts of a running console, put together once."""

    workspace: Workspace
    engine: Engine
    store: Database
    code: str = ""  # the one-time code of the first run; "" once somebody is there
    accounts: Accounts = field(init=False)
    sessions: Sessions = field(init=False)
    login_attempts: LoginAttempts = field(init=False)
    audit: Audit = field(init=False)
    files: StationFiles = field(init=False)
    history: FileHistory = field(init=False)
    bulletins: BulletinCatalogue = field(init=False)
    jobs: Jobs = field(init=False)
    runner: JobRunner = field(init=False)
    airings: AiringList = field(init=False)
    monitor: StationMonitor = field(init=False)
    notices: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Put the parts together; while nobody can log in, there is a code."""
        self.accounts = Accounts(self.engine)
        self.sessions = Sessions(self.engine)
        self.login_attempts = LoginAttempts(self.engine)
        self.audit = Audit(self.engine)
        self.files = StationFiles(self.workspace)
        self.history = FileHistory(self.workspace, self.engine, self.audit, self.files.forget)
        self.bulletins = BulletinCatalogue(self.workspace, self.store, self.engine, self.files)
        self.jobs = Jobs(self.engine)
        self.runner = JobRunner(self.workspace, self.jobs)
        self.airings = AiringList(self.store, self.files, self.bulletins)
        self.monitor = StationMonitor(self.workspace, self.store, self.files, self.bulletins, self.airings, self.jobs)
        if self.accounts.empty():
            self.code = one_time_code()

    def first_run(self) -> bool:
        """Whether nobody can log in yet; from then on the code is worth nothing."""
        if self.code and not self.accounts.empty():
            self.code = ""
        return bool(self.code)

    def forget(self) -> None:
        """Something was changed: the next page looks for itself."""
        self.bulletins.forget()
        self.monitor.forget()

    def job(self, id_: int) -> Job | None:
        """A job; once it is over, pages look for what it has made."""
        found = self.jobs.get(id_)
        if found and found.over:
            self.forget()
        return found

    @classmethod
    def open(cls, workspace: Workspace) -> "Console":
        """The console of `workspace`."""
        store = open_store(workspace.database, _database(workspace))
        return cls(workspace, console_tables.open_tables(workspace), store)


def _database(workspace: Workspace) -> str | None:
    """`database:` of schedule.yaml, without reading the rest: the first page must not wait for it."""
    try:
        data = yamlfile.load(workspace.schedule_file, "schedule.yaml").data
    except WorkspaceError:
        return None
    found = data.get("database") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def console_of(request: Request) -> Console:
    """The console that serves `request`."""
    return cast(Console, request.app.state.console)


def session_of(request: Request) -> Session | None:
    """Who asks; None for a stranger. The guard has put it there."""
    return cast(Session | None, getattr(request.state, "session", None))


def person_of(request: Request) -> Person:
    """Who asks, on routes that strangers do not reach."""
    session = session_of(request)
    if session is None:
        raise PermissionError(request.url.path)
    return session.person


def address_of(request: Request) -> str:
    """The address that the request came from."""
    return request.client.host if request.client else "?"


ConsoleDep = Annotated[Console, Depends(console_of)]
CurrentPerson = Annotated[Person, Depends(person_of)]
SubmittedForm = Annotated[Form, Depends(read_form)]


def flash(request: Request, text: str, kind: str = "good") -> None:
    """Show `text` on the next page that this session sees; `kind`: good, warn or bad."""
    session = session_of(request)
    if session and session.csrf:  # a program with a token looks at no pages
        console_of(request).notices[session.hash].append((kind, text))


def audit(request: Request, action: str, subject: str = "", detail: str = "") -> None:
    """Write to the audit trail what the asking person did."""
    console_of(request).audit.write(person_of(request).shown, action, subject, detail, address_of(request))


def edit_file(
    request: Request,
    path: Path,
    edit: Callable[[str], str],
    note: str,
    *,
    action: str,
    subject: str = "",
    detail: str = "",
) -> None:
    """Change a file of the station for the asking person: see `FileHistory.edit_file`."""
    by = Author(person_of(request).shown, address_of(request))
    console_of(request).history.edit_file(path, edit, by, note, action=action, subject=subject, detail=detail)
