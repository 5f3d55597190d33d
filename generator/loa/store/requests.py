"""What other processes ask of the one on air, by a row of the database. One model for both sides: checked before it is
written, and when read. (A STOP from the same computer is a file: `loa.stop_file`.)
"""

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Insert, RowMapping, Update, insert, select, update

from loa.errors import Finding, RequestError
from loa.formats import wait
from loa.i18n import _
from loa.schedule.models import Repeat
from loa.schedule.values import seconds
from loa.stop_file import StopRequest
from loa.store.database import Database, instant, stamp
from loa.store.tables import requests
from loa.yamlfile import wording

_AHEAD = datetime.timedelta(seconds=30)
"""How far the clock of who asks may be ahead of the station's."""
_STOP_VALID = datetime.timedelta(minutes=2)
"""The same of a STOP in the database: the station may have stood still when it was pressed."""
_VALID, _EMERGENCY_VALID = 600.0, 3600.0
"""Seconds after which a request is void where it does not say so itself: a bulletin that somebody wanted ten minutes
ago would surprise him; an emergency of an hour ago is still worth hearing, and one of yesterday is not."""
_LONGEST = 86400.0
_STOPS = 100
"""How many of the STOPs that were pressed after a request are looked at."""


def _at_most_a_day(text: str) -> str:
    if seconds(text) > _LONGEST:
        raise ValueError(_("This is longer than a day.") + "\n" + _("Write a shorter time."))
    return text


def _worth_something(text: str | None) -> str | None:
    if text is not None and seconds(_at_most_a_day(text)) <= 0:
        raise ValueError(_("This is no time at all.") + "\n" + _("Write a longer time."))
    return text


class _Request(BaseModel):
    """Unknown keys are refused: they may be what a newer version relies on."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    verb: ClassVar[str]


class LiveSource(BaseModel):
    """A person speaks at a microphone: what is heard comes over a line of this computer's own (`playout.microphone`).

    `title`: what the log calls it. `seconds`: how long it may last. `port`, `secret`: where the line is opened, and
    what opens it. `device`: (a part of) the name of the station's own recording device; "" where the sound comes on the
    line. `chime`: the sound before it, a path below the station's folder. `category`: its code, for reports.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str = Field(min_length=1, max_length=120)
    seconds: float = Field(gt=0, le=14_400)
    port: int = Field(gt=0, lt=65_536)
    secret: str = Field(min_length=16, max_length=100)
    device: str = Field(default="", max_length=200)
    chime: str = Field(min_length=1, max_length=300)
    category: str = Field(default="", max_length=40)


class AirRequest(_Request):
    """Put `bulletin` on `outputs` now. `airing`: the id under which its outcome will stand in the log.

    `now`: an emergency, which cuts what is on air there. `times`, `pause`: it is said again. `resume`: whether what is
    cut goes on afterwards (None: as its broadcast says). `by`: who asks. `valid`: for how long after it was asked for
    it may start, or be resumed after a power cut (None: an emergency for an hour, else ten minutes). `begins`: the
    moment, some seconds ahead, at which players elsewhere begin it too; whoever is not ready then begins late. `live`:
    nothing is made beforehand, somebody speaks; `bulletin` is the name of what is recorded then.
    """

    verb = "air"
    airing: str = Field(min_length=1, max_length=200)
    bulletin: str = Field(min_length=1, max_length=300)
    outputs: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(min_length=1, max_length=1000)
    by: str = Field(default="", max_length=200)
    now: bool = False
    times: int = Field(default=1, ge=1, le=20)
    pause: Annotated[str, AfterValidator(_at_most_a_day)] = "30s"
    resume: bool | None = None
    valid: Annotated[str | None, AfterValidator(_worth_something)] = None
    begins: datetime.datetime | None = None
    live: LiveSource | None = None

    @property
    def lasts(self) -> datetime.timedelta:
        """`valid`, or what holds where it says nothing."""
        usual = _EMERGENCY_VALID if self.now else _VALID
        return datetime.timedelta(seconds=usual if self.valid is None else seconds(self.valid))

    @property
    def repeat(self) -> Repeat:
        """`times` and `pause` as the schedule has them."""
        return Repeat.model_validate({"times": self.times, "pause": self.pause})


class EndRequest(_Request):
    """End these airings, which were asked for and no longer count: their message was replaced or taken back. `why`: for
    the log. What is not on air yet does not start.
    """

    verb = "end"
    airings: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(min_length=1, max_length=1000)
    why: str = Field(default="", max_length=500)


class ClockRequest(_Request):
    """The computer's clock is right. `by`: who says so."""

    verb = "clock"
    by: str = Field(default="", max_length=200)


AnyRequest = AirRequest | StopRequest | EndRequest | ClockRequest
Model = TypeVar("Model", AirRequest, EndRequest, ClockRequest)


@dataclass(frozen=True, slots=True)
class TakenRequest:
    """A request as it was found. `request` is None where it cannot be followed; `problem` then says why.

    `airing`: under which id the asker waits for an outcome, None where that is not known. `id`: 0 for a file.
    """

    id: int
    at: datetime.datetime
    request: AnyRequest | None
    airing: str | None = None
    problem: str = ""
    stops: tuple[StopRequest, ...] = ()
    """Those in the database that were taken, and that were asked for after this request."""
    taken: bool = False

    def is_before(self, other: "TakenRequest") -> bool:
        """Whether it was asked before `other`: by their numbers, as far as they have any."""
        return self.id < other.id if self.id and other.id else self.at < other.at


def make_request(model: type[Model], values: Mapping[str, Any]) -> Model:
    """The checked request. Raises RequestError with every problem, each at its field."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise RequestError(_finding(detail["loc"], *wording(detail)) for detail in error.errors()) from error


def ask(store: Database, request: AnyRequest, now: datetime.datetime) -> int:
    """Leave a request; its number. Raises StoreError."""
    with store.write() as connection:
        return int(connection.execute(asking(request, now).returning(requests.c.id)).scalar_one())


def asking(request: AnyRequest, now: datetime.datetime) -> Insert:
    """The statement that leaves a request, for who must write more in the same transaction."""
    if isinstance(request, StopRequest):
        payload = request.to_json()
    else:  # older versions do not know these
        unsaid = {name for name in ("valid", "begins", "live") if getattr(request, name, "") is None}
        payload = request.model_dump_json(exclude=unsaid)
    return insert(requests).values(at=stamp(now), verb=request.verb, payload=payload)


_WAITING = select(requests).where(requests.c.taken.is_(None)).order_by(requests.c.id)
"""Made once: the station asks four times a second, and making it costs more than asking."""


def waiting(store: Database, now: datetime.datetime) -> list[TakenRequest]:
    """The requests that nobody has taken: STOP first, the others as they came. Raises StoreError.

    They are marked as taken in the transaction that writes their claim or outcome (`mark_taken`). What this version
    cannot read, and what is too old, comes without its request: it wants an answer all the same.
    """
    with store.read() as connection:
        found = connection.execute(_WAITING).mappings().all()
        if not found:
            return []
        stops = select(requests).where(requests.c.verb == StopRequest.verb, requests.c.taken.is_not(None))
        later = connection.execute(stops.where(requests.c.id > found[0]["id"]).limit(_STOPS)).mappings().all()
    read = [_read(row, now, [stop for stop in later if row["id"] < stop["id"]]) for row in found]
    return sorted(read, key=lambda request: not isinstance(request.request, StopRequest))


def asked(store: Database, airings: Iterable[str]) -> dict[str, TakenRequest]:
    """The requests that were taken for these airings, as far as this version can read them. Raises StoreError."""
    wanted = set(airings)
    if not wanted:
        return {}
    query = select(requests).where(requests.c.verb == AirRequest.verb, requests.c.taken.is_not(None))
    found = {}
    with store.read() as connection:
        for row in connection.execute(query.order_by(requests.c.id.desc())).mappings():
            airing = _airing_in(str(row["payload"]))
            if airing not in wanted:
                continue
            wanted.remove(airing)
            request, _problem = _air(AirRequest.verb, str(row["payload"]))
            if request:
                found[airing] = TakenRequest(row["id"], instant(row["at"]), request, airing)
            if not wanted:
                break
    return found


def end_requests(store: Database, number: int) -> list[EndRequest]:
    """The request with this `number`, where it ends airings. Raises StoreError."""
    found = store.rows(select(requests).where(requests.c.id == number, requests.c.verb == EndRequest.verb))
    read = [_plain(EndRequest, str(row["payload"]))[0] for row in found]
    return [one for one in read if isinstance(one, EndRequest)]


def to_play(
    store: Database, *, since: datetime.datetime | None = None, number: int | None = None
) -> list[TakenRequest]:
    """The requests to play, taken or not, made `since` then or with this `number`, as far as they can be read.

    Raises StoreError.
    """
    query = select(requests).where(requests.c.verb == AirRequest.verb).order_by(requests.c.id)
    query = query.where(requests.c.id == number) if number is not None else query
    query = query.where(requests.c.at >= stamp(since)) if since else query
    with store.read() as connection:
        rows = connection.execute(query).mappings().all()
    found = []
    for row in rows:
        request, _problem = _air(AirRequest.verb, str(row["payload"]))
        try:
            at = instant(row["at"])
        except (ValueError, TypeError):
            continue
        if request:
            found.append(TakenRequest(row["id"], at, request, taken=row["taken"] is not None))
    return found


def mark_taken(ids: Iterable[int], now: datetime.datetime) -> Update:
    """The statement that marks as taken those of the requests `ids` that nobody has taken back."""
    mine = (requests.c.id.in_(list(ids)), requests.c.taken.is_(None))
    return update(requests).where(*mine).values(taken=stamp(now))


def taken(store: Database, number: int) -> bool:
    """Whether the process on air has taken request `number`. Raises StoreError."""
    with store.read() as connection:
        return connection.execute(select(requests.c.taken).where(requests.c.id == number)).scalar() is not None


def take_back(store: Database, number: int, now: datetime.datetime) -> bool:
    """Withdraw request `number`; False where the process on air has taken it meanwhile. Raises StoreError."""
    mine = (requests.c.id == number, requests.c.taken.is_(None))
    with store.write() as connection:
        return connection.execute(update(requests).where(*mine).values(taken=stamp(now))).rowcount > 0


def _read(row: RowMapping, now: datetime.datetime, stops: Iterable[RowMapping] = ()) -> TakenRequest:
    """A row as a request. Silence is never refused for what else its row says."""
    try:
        at = instant(row["at"])
    except (ValueError, TypeError):
        at = now
    verb, payload = str(row["verb"]), str(row["payload"])
    request: AnyRequest | None
    if verb == StopRequest.verb:
        request, problem = StopRequest.from_json(payload), ""
    elif verb in (ClockRequest.verb, EndRequest.verb):
        request, problem = _plain(ClockRequest if verb == ClockRequest.verb else EndRequest, payload)
    else:
        request, problem = _air(verb, payload)
    lasts = request.lasts if isinstance(request, AirRequest) else _STOP_VALID
    if isinstance(request, EndRequest):
        lasts = datetime.timedelta(seconds=_LONGEST)  # as long as what it ends may last
    if not -_AHEAD < now - at < lasts:
        problem = problem or _("nobody took it within {time}").format(time=wait(lasts))
        request = None
    stopped = tuple(StopRequest.from_json(str(stop["payload"])) for stop in stops)
    return TakenRequest(row["id"], at, request, _airing_in(payload), problem, stopped)


def _plain(model: type[ClockRequest] | type[EndRequest], payload: str) -> tuple[AnyRequest | None, str]:
    try:
        return model.model_validate_json(payload), ""
    except ValidationError as error:
        return None, _unreadable(error)


def _air(verb: str, payload: str) -> tuple[AirRequest | None, str]:
    if verb != AirRequest.verb:
        return None, _("this version of Loa does not know “{verb}”").format(verb=verb)
    try:
        return AirRequest.model_validate_json(payload), ""
    except ValidationError as error:
        return None, _unreadable(error)


def _unreadable(error: ValidationError) -> str:
    details = error.errors()
    texts = [f"{'.'.join(map(str, d['loc']))}: {wording(d)[1]}".removeprefix(": ") for d in details[:5]]
    return _("this version of Loa cannot read it ({problems})").format(problems="; ".join(texts))


def _airing_in(payload: str) -> str | None:
    """The airing that the asker of a request waits for, however odd the rest is."""
    try:
        found = json.loads(payload).get("airing")
    except (ValueError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, str) and 0 < len(found) <= 200 and found.isprintable() else None


def _finding(loc: tuple[int | str, ...], code: str, message: str, fix: str) -> Finding:
    return Finding(code, message, fix, file=str(loc[0]) if loc else None)
