"""What every route of the console works with."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends
from sqlalchemy import Engine
from starlette.requests import Request

from generator import yamlfile
from generator.console import tables
from generator.console.accounts import Accounts, Person
from generator.console.audit import Audit
from generator.console.facts import Facts
from generator.console.forms import Form, read_form
from generator.console.history import History
from generator.console.jobs import Job, Jobs, Runner
from generator.console.now import Watch
from generator.console.onair import Almanac
from generator.console.passwords import one_time_code
from generator.console.sessions import Guesses, Session, Sessions
from generator.console.shelf import Shelf
from generator.errors import WorkspaceError
from generator.store import Store, open_store
from generator.workspace import Workspace


@dataclass(slots=True)
class Console:
    """The parts of a running console, put together once."""

    workspace: Workspace
    engine: Engine
    store: Store
    code: str = ""  # the one-time code of the first run; "" once somebody is there
    accounts: Accounts = field(init=False)
    sessions: Sessions = field(init=False)
    guesses: Guesses = field(init=False)
    audit: Audit = field(init=False)
    facts: Facts = field(init=False)
    history: History = field(init=False)
    shelf: Shelf = field(init=False)
    jobs: Jobs = field(init=False)
    runner: Runner = field(init=False)
    watch: Watch = field(init=False)
    almanac: Almanac = field(default_factory=Almanac)
    notices: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Put the parts together; while nobody can log in, there is a code."""
        self.accounts = Accounts(self.engine)
        self.sessions = Sessions(self.engine)
        self.guesses = Guesses(self.engine)
        self.audit = Audit(self.engine)
        self.facts = Facts(self.workspace)
        self.history = History(self.workspace, self.engine, self.facts.forget)
        self.shelf = Shelf(self.workspace, self.store, self.engine, self.facts)
        self.jobs = Jobs(self.engine)
        self.runner = Runner(self.workspace, self.jobs)
        self.watch = Watch(self)
        if self.accounts.empty():
            self.code = one_time_code()

    def first_run(self) -> bool:
        """Whether nobody can log in yet; from then on the code is worth nothing."""
        if self.code and not self.accounts.empty():
            self.code = ""
        return bool(self.code)

    def forget(self) -> None:
        """Something was changed: the next page looks for itself."""
        self.shelf.forget()
        self.watch.forget()

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
        return cls(workspace, tables.open_tables(workspace), store)


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


Here = Annotated[Console, Depends(console_of)]
Me = Annotated[Person, Depends(person_of)]
Filled = Annotated[Form, Depends(read_form)]


def tell(request: Request, text: str, kind: str = "good") -> None:
    """Show `text` on the next page that this session sees; `kind`: good, warn or bad."""
    session = session_of(request)
    if session and session.csrf:  # a program with a token looks at no pages
        console_of(request).notices[session.hash].append((kind, text))


def note(request: Request, action: str, subject: str = "", detail: str = "") -> None:
    """Write to the audit trail what the asking person did."""
    console_of(request).audit.write(person_of(request).shown, action, subject, detail, address_of(request))
