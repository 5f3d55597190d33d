"""What every route of the console works with."""

import copy
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection, Request

from loa import __version__, yamlfile
from loa.actions.file_history import Author, FileHistory, text_of
from loa.actions.four_eyes import Signer, require_other
from loa.actions.offices import Office
from loa.automation.schedule_watch import schedule_in_force
from loa.bulletin.models import BulletinPlan
from loa.errors import StoreError, WorkspaceError
from loa.files import remove
from loa.i18n import _
from loa.publish.signed import noted
from loa.schedule.display_names import in_words
from loa.schedule.values import is_postgresql
from loa.store import handover
from loa.store.approvals import BulletinFile, Kind
from loa.store.audit import Audit, Outbox
from loa.store.database import CONSOLE, Database
from loa.web.ahead import AheadSpeaker
from loa.web.auth.accounts import Accounts, Person
from loa.web.auth.guesses import Guesses, too_many_inside
from loa.web.auth.passwords import one_time_code
from loa.web.auth.sessions import Session, Sessions
from loa.web.forms import Form, read_form
from loa.web.jobs import Job, JobRunner, Jobs
from loa.web.views.airings import AiringList, name_of
from loa.web.views.bulletins import BulletinCatalogue
from loa.web.views.by_commune import AiringsWithin, BulletinsWithin, FilesWithin, JobsWithin, MonitorWithin
from loa.web.views.drafts import sounding_otherwise
from loa.web.views.files import StationFiles
from loa.web.views.now import StationMonitor
from loa.workspace import Workspace

_OFFICES = 50
"""Sets of communes whose views are kept."""
_GLANCE = 0.5
"""Seconds that a page waits for a program that keeps it from reading a database."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the next page tells; see `flash`."""

    kind: str
    text: str
    receipt: int = 0
    says: str = ""


@dataclass(slots=True)
class Console:
    """The parts of a running console, put together once.

    `database`: the console's own (accounts, audit, jobs); `store`: the station's. Raises StoreError when it is made.
    """

    workspace: Workspace
    database: Database
    store: Database
    code: str = ""  # the one-time code of the first run; "" once somebody is there
    accounts: Accounts = field(init=False)
    sessions: Sessions = field(init=False)
    guesses: Guesses = field(init=False)
    outbox: Outbox = field(init=False)
    audit: Audit = field(init=False)
    files: StationFiles = field(init=False)
    history: FileHistory = field(init=False)
    bulletins: BulletinCatalogue = field(init=False)
    jobs: Jobs = field(init=False)
    runner: JobRunner = field(init=False)
    ahead: AheadSpeaker = field(init=False)
    airings: AiringList = field(init=False)
    monitor: StationMonitor = field(init=False)
    notices: dict[str, list[Notice]] = field(default_factory=lambda: defaultdict(list))
    _within: "OrderedDict[frozenset[str], Console]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Put the parts together; while nobody can log in, there is a code."""
        self.accounts = Accounts(self.database)
        self.sessions = Sessions(self.database, self.accounts)
        self.guesses = Guesses()
        self.outbox = Outbox(self.database, self.workspace.outbox)
        self.audit = Audit(self.database, self.outbox)
        self.files = StationFiles(self.workspace)
        self.history = FileHistory(self.workspace, self.database, self.outbox, self.audit, self.files.forget)
        self.bulletins = BulletinCatalogue(self.workspace, self.store, self.database, self.files)
        self.jobs = Jobs(self.database)
        self.runner = JobRunner(self.workspace, self.jobs)
        self.ahead = AheadSpeaker(self.workspace)
        self.airings = AiringList(self.store, self.files, self.bulletins)
        self.monitor = StationMonitor(self.workspace, self.store, self.files, self.bulletins, self.airings, self.jobs)
        if self.accounts.empty():
            self.code = one_time_code()

    def first_run(self) -> bool:
        """Whether nobody can log in yet; from then on the code is worth nothing."""
        if self.code and not self.accounts.empty():
            self.end_first_run()
        return bool(self.code)

    def end_first_run(self) -> None:
        """From now on the code is worth nothing, and stands nowhere."""
        self.code = ""
        with suppress(OSError):
            remove(self.workspace.first_run_code)

    def forget(self) -> None:
        """Something was changed: the next page looks for itself."""
        self.bulletins.forget()
        self.monitor.forget()
        with self._lock:
            parts = tuple(self._within.values())
        for part in parts:
            part.monitor.forget()

    def in_words(self, text: str) -> str:
        """`text` with the names and local times of the airings, broadcasts and loudspeakers whose ids stand in it."""
        return in_words(text, self.files.plan().schedule, self.title_of)

    def title_of(self, id_: str) -> str:
        """What people call the broadcast or the bulletin with this id; "" where nobody knows."""
        schedule = self.files.plan().schedule
        broadcast = schedule.broadcast(id_) if schedule else None
        if broadcast:
            return name_of(self.files, broadcast)
        bulletin = self.bulletins.get(id_)
        return bulletin.title if bulletin else ""

    def for_office(self, office: Office) -> "Console":
        """The console as somebody of this office sees it: without what belongs to others' communes."""
        if office.communes is None:
            return self
        with self._lock:
            if office.communes not in self._within:
                self._within[office.communes] = self._part(office)
            self._within.move_to_end(office.communes)
            if len(self._within) > _OFFICES:
                self._within.popitem(last=False)
            return self._within[office.communes]

    def _part(self, office: Office) -> "Console":
        part = copy.copy(self)
        part.files = FilesWithin(self.files, office)
        part.bulletins = BulletinsWithin(self.bulletins, part.files, office)
        part.jobs = JobsWithin(self.jobs, self.files, office)
        part.airings = AiringsWithin(self.airings, office, part.files, part.bulletins)
        part.monitor = MonitorWithin(self.monitor, office, self.files, part.airings, part.jobs)
        return part

    def planned(self) -> dict[str, BulletinPlan]:
        """The bulletins that the schedule wants, by id."""
        schedule = self.files.plan().schedule
        return {plan.id: plan for plan in schedule.plans()} if schedule else {}

    def job(self, id_: int) -> Job | None:
        """A job; once it is over, pages look for what it has made."""
        found = self.jobs.get(id_)
        if found and found.over:
            self.forget()
        return found

    def note_upgrade(self) -> None:
        """After an upgrade: let it be written down what each bulletin was made of, before anybody changes that.

        An approved bulletin then stays as it is until somebody changes what concerns it (`app.approved`).
        """
        with suppress(StoreError, OSError):  # the next start tries again
            mark = self.workspace.bulletins_version
            seen = mark.read_text("utf-8") if mark.is_file() else ""
            if seen != __version__ and self.workspace.bulletins.is_dir():
                self.jobs.add("upgrade", _("Bulletins of the version before"), {"version": __version__}, "Loa")

    def close(self) -> None:
        """Let go of both databases; what could not be written yet is written at the next start."""
        self.outbox.close()
        self.database.close()
        self.store.close()

    @classmethod
    def open(cls, workspace: Workspace, *, patience: float = 10.0) -> "Console":
        """The console of `workspace`; `patience`: as of a Database. Raises StoreError."""
        store = Database(_database(workspace) or workspace.database, patience=patience, glance=_GLANCE)
        return cls(workspace, Database(workspace.console_database, CONSOLE, patience=patience, glance=_GLANCE), store)


def _database(workspace: Workspace) -> str | None:
    """`database:` of schedule.yaml, without reading the rest: the first page must not wait for it."""
    try:
        data = yamlfile.load(workspace.schedule_file, "schedule.yaml").data
    except WorkspaceError:
        return None
    found = data.get("database") if isinstance(data, dict) else None
    return found if isinstance(found, str) and is_postgresql(found) else None


def console_of(request: HTTPConnection) -> Console:
    """The console that serves `request`."""
    return cast(Console, request.app.state.console)


def own_console_of(request: Request) -> Console:
    """The console that serves `request`, as whoever asks may see it."""
    session = session_of(request)
    return console_of(request).for_office(session.person.office) if session else console_of(request)


def session_of(request: HTTPConnection) -> Session | None:
    """Who asks; None for a stranger. The guard has put it there."""
    return cast(Session | None, getattr(request.state, "session", None))


def person_of(request: HTTPConnection) -> Person:
    """Who asks, on routes that strangers do not reach."""
    session = session_of(request)
    if session is None:
        raise PermissionError(request.url.path)
    return session.person


def gives_password_again(request: Request, field: str, form: Form) -> str | None:
    """Why the password in `field` of `form` is not taken, of a person inside a session; None where it is right.

    Raises BusyError, StoreError.
    """
    return wrong_password(request, form.secret(field))


def wrong_password(request: HTTPConnection, password: str) -> str | None:
    """The same of a password that came otherwise. Raises BusyError, StoreError."""
    console, session = console_of(request), session_of(request)
    if session is None or not console.guesses.count_inside(session.hash):
        return too_many_inside()
    try:
        right = console.accounts.check(session.person.name, password) is not None
    except BaseException:
        console.guesses.not_checked_inside(session.hash)
        raise
    if not right:
        return _("The password is wrong.")
    console.guesses.right_inside(session.hash)
    return None


def author_of(request: Request) -> Author:
    """Who asks, for the history of files."""
    person = person_of(request)
    return Author(person.shown, address_of(request), person.name, person.office)


def require_four_eyes(request: Request, recording: BulletinFile, *, not_mine: bool = False) -> list[Kind]:
    """The kind of release where the station wants four eyes (`four_eyes.require_other`).

    Raises RequestError where whoever asks wrote the text, or may have and does not say no (`not_mine`); StoreError.
    """
    console, person = console_of(request), person_of(request)
    schedule = console.files.plan().schedule or schedule_in_force(console.workspace)[0]
    if schedule is None or schedule.approval.four_eyes:
        signer = Signer(person.shown, person.name, console.history)
        return require_other(signer, console.workspace, console.store, recording, not_mine=not_mine)
    return []


def address_of(request: HTTPConnection) -> str:
    """The address that the request came from."""
    return request.client.host if request.client else "?"


async def _console(request: Request) -> Console:
    """Without a thread: a dependency that is no coroutine would wait for one of the pool."""
    return own_console_of(request)


async def _person(request: Request) -> Person:
    return person_of(request)


ConsoleDep = Annotated[Console, Depends(_console)]
CurrentPerson = Annotated[Person, Depends(_person)]
SubmittedForm = Annotated[Form, Depends(read_form)]


def flash(request: Request, text: str, kind: str = "good", receipt: int = 0, says: str = "") -> None:
    """Show `text` on the next page that this session sees; `kind`: good, warn or bad. `receipt`: the number of a
    request; what becomes of it stands behind the text, `says` at first.
    """
    session = session_of(request)
    if session and session.csrf:  # a program with a token looks at no pages
        console_of(request).notices[session.hash].append(Notice(kind, text, receipt, says))


def audit(request: Request, action: str, subject: str = "", detail: str = "") -> None:
    """Write to the audit trail what the asking person did. Never fails, and never waits for the database."""
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
    by, console = author_of(request), console_of(request)
    before, plans = text_of(path), console.planned()
    after = console.history.edit_file(path, edit, by, note, action=action, subject=subject, detail=detail)
    if after == before:
        return
    try:
        if console.workspace.is_schedule(path):
            make_missing(console, plans, by.name)
        else:
            changed = sounding_otherwise(console.workspace, path.stem, before, after)
            handover.mark_drafts(console.database, [f"{path.stem}/{id_}" for id_ in changed], by.name, _GLANCE)
            if before:  # nobody wrote what a new commune's file brings: what is written next must not wait for it
                make_sound(console, path.stem, changed, by.name)
    except StoreError:  # the text is saved; whoever looks at it sees that the sound is still the old one
        flash(request, _("The sound could not be made yet: press “Make the audio” in a minute."), "warn")


def make_sound(console: Console, stem: str, campaigns: Sequence[str], who: str) -> None:
    """Have the sound of `campaigns` of a commune made, as their files are now. Raises StoreError."""
    file = console.files.commune(stem)
    if file is None or file.commune is None or not campaigns:
        return
    titles = ", ".join(c.title for c in file.commune.campaigns if c.id in campaigns)
    arguments = {"communes": [stem], "campaigns": sorted(campaigns)}
    console.jobs.again("build", _("Sound: {title}").format(title=titles), arguments, who)


def publish_pages(console: Console, who: str) -> int:
    """Have the pages of what is signed written; gives the number of the job. Raises StoreError."""
    return console.jobs.add("publish", _("Pages and feeds"), {}, who)


def follow_signatures(console: Console, who: str) -> None:
    """Something was signed, or a signature withdrawn: where pages are public, they follow by themselves."""
    if noted(console.workspace) is not None:
        with suppress(StoreError):  # the signature counts; the pages follow with the next one
            publish_pages(console, who)


def make_missing(console: Console, before: Mapping[str, BulletinPlan], who: str) -> None:
    """Have the sound of the bulletins made that the schedule did not want `before`, by id. Raises StoreError."""
    console.files.forget()
    wanted: dict[str, set[str]] = {}
    for id_, plan in console.planned().items():
        if id_ not in before:
            wanted.setdefault(plan.commune, set()).update(plan.campaigns)
    for stem, campaigns in wanted.items():
        make_sound(console, stem, sorted(campaigns), who)
