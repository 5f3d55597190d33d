"""What is to be sent, and what became of it: a text once to each receiver, with a row of the log for each channel."""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from loa.bulletin.manifest import Manifest
from loa.bulletin.models import APOLOGY
from loa.errors import LoaError
from loa.i18n import _
from loa.messages.sending import NotSentError, Text, UncertainError, send
from loa.schedule import Schedule
from loa.schedule.messages import MessageChannel
from loa.station_secrets import hidden, secret
from loa.store import asrun
from loa.store.approvals import approved, approved_copy
from loa.store.asrun import NewRow, append
from loa.store.database import Database, instant, stamp
from loa.store.tables import messages
from loa.workspace import Workspace, commune_of

State = Literal["waiting", "sending", "sent", "refused", "unknown"]
"""To be sent; being sent; delivered to the channel; not delivered; nobody knows, so it is not sent again."""
OPEN = ("waiting", "sending")
_LONGEST_PAUSE = 900.0
SOCIAL = 500
"""Characters of a text for the social page."""
OUT_OF_DATE = {"emergency": datetime.timedelta(hours=2), "all": datetime.timedelta(hours=24)}
"""After so long an emergency message, and any other text, is not sent any more."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A text on one channel: how many receivers are in each state, and what was answered last where it failed."""

    channel: str
    bulletin: str
    sha256: str
    began: datetime.datetime
    states: Counter[str]
    reason: str


def channel_name(name: str) -> str:
    """What a channel is called."""
    return {"telegram": "Telegram", "zalo": "Zalo", "sms": _("text messages (SMS)"), "email": _("e-mail")}.get(
        name, name
    )


def work(workspace: Workspace, schedule: Schedule, store: Database, now: datetime.datetime) -> None:
    """Send what is due. One process does this at a time. Raises StoreError."""
    _interrupted(store)
    for bulletin, sha256, urgent in dict.fromkeys(_texts(workspace, store, now)):
        wanted = [
            (name, new)
            for name, channel in schedule.messages.channels()
            if (urgent or channel.what == "all") and (not channel.communes or commune_of(bulletin) in channel.communes)
            if (new := _new_receivers(store, name, channel, sha256))
        ]
        if wanted and text_of(workspace, schedule, bulletin, sha256):
            for name, new in wanted:
                _add(store, name, new, bulletin, sha256, now)
    _send_due(workspace, schedule, store, now)
    _log_finished(workspace, store, now)


def text_of(workspace: Workspace, schedule: Schedule, bulletin: str, sha256: str) -> Text | None:
    """What the released sound says, in letters; None where its record is gone or nothing is said."""
    try:
        manifest = Manifest.load(approved_copy(workspace, sha256).with_suffix(".json"))
    except (LoaError, OSError):
        return None
    around = {"bridge", "summary", "closing"} | ({"opening"} if not manifest.is_emergency else set())
    said = [cue.text for cue in manifest.cues if cue.reading == 1 and cue.part not in around]
    if not said:
        return None
    address = schedule.publish.address
    link = ""
    if address and not manifest.is_emergency and len(manifest.campaigns) == 1:
        link = f"{address.rstrip('/')}/{commune_of(bulletin)}/{manifest.campaigns[0]}/"
    return Text(manifest.title, " ".join(said), link)


def posted(store: Database, since: datetime.datetime) -> list[Posted]:
    """What went out since then, the newest first. Raises StoreError."""
    query = select(messages).where(messages.c.began >= stamp(since)).order_by(messages.c.number.desc())
    found: dict[tuple[str, str], Posted] = {}
    with store.read() as connection:
        for row in connection.execute(query):
            one = found.setdefault(
                (row.channel, row.sha256),
                Posted(row.channel, row.bulletin, row.sha256, instant(row.began), Counter(), row.reason or ""),
            )
            one.states[row.state] += 1
    return list(found.values())


def again(workspace: Workspace, store: Database, wanted: Posted, by: str, now: datetime.datetime) -> int:
    """Send a text on a channel once more to those whom it did not reach; how many. Who may have got it gets it again,
    too, because a person (`by`) wants that; who has it surely does not. Raises StoreError.
    """
    mine = (messages.c.channel == wanted.channel, messages.c.sha256 == wanted.sha256)
    lost = messages.c.state.in_(("refused", "unknown"))
    values = {"state": "waiting", "attempts": 0, "next": stamp(now), "began": stamp(now), "reason": None}
    with store.write() as connection:
        many = connection.execute(update(messages).where(*mine, lost).values(**values)).rowcount
    if many:
        reason = _("{channel}: sent again by {name}, to {n}")
        reason = reason.format(channel=channel_name(wanted.channel), name=by, n=many)
        details = {"channel": wanted.channel, "again": many}
        row = NewRow("message", bulletin=wanted.bulletin, sha256=wanted.sha256, reason=reason, details=details)
        append(store, row, now, seal=workspace.seal)
    return many


def reasons(store: Database, channel: str, sha256: str) -> Counter[str]:
    """Why a text did not reach receivers of a channel, and how many each time. Raises StoreError."""
    query = select(messages.c.reason).where(
        messages.c.channel == channel, messages.c.sha256 == sha256, messages.c.state != "sent"
    )
    with store.read() as connection:
        return Counter(reason for reason in connection.execute(query).scalars() if reason)


def _texts(workspace: Workspace, store: Database, now: datetime.datetime) -> Iterator[tuple[str, str, bool]]:
    """Bulletin, sound, and whether it is an emergency: released lately, or heard lately, and still released."""
    since = now - OUT_OF_DATE["all"]
    for row in asrun.rows(store, since, None, kinds=("approval",)):
        if row.at >= now - OUT_OF_DATE["emergency"] and is_emergency(workspace, row.sha256):
            yield from _released(store, row, urgent=True)
    for row in asrun.rows(store, since, None, kinds=("airing",)):
        if row.started and not is_emergency(workspace, row.sha256) and not (row.bulletin or "").endswith(f"/{APOLOGY}"):
            yield from _released(store, row, urgent=False)


def _released(store: Database, row: asrun.Row, *, urgent: bool) -> Iterator[tuple[str, str, bool]]:
    if row.bulletin and row.sha256 and approved(store, row.bulletin, row.sha256):
        yield row.bulletin, row.sha256, urgent


def is_emergency(workspace: Workspace, sha256: str | None) -> bool:
    """Whether a released sound was typed as an emergency message; not where its record is gone."""
    try:
        return bool(sha256) and _typed_as_emergency(approved_copy(workspace, sha256 or "").with_suffix(".json"))
    except (LoaError, OSError):
        return False


@lru_cache(maxsize=4096)
def _typed_as_emergency(record: Path) -> bool:
    """What the record says of its sound, whose SHA-256 is its name: that never changes. Raises LoaError, OSError."""
    return Manifest.load(record).is_emergency


def receiver_key(channel: str, target: str) -> str:
    """The name of a receiver in the database."""
    return hashlib.sha256(f"{channel} {target}".encode()).hexdigest()


def _new_receivers(store: Database, name: str, channel: MessageChannel, sha256: str) -> list[str]:
    """Those of a channel for whom there is no row yet."""
    with store.read() as connection:
        query = select(messages.c.receiver).where(messages.c.channel == name, messages.c.sha256 == sha256)
        known = set(connection.execute(query).scalars())
    return [key for target in channel.targets() if (key := receiver_key(name, target)) not in known]


def _add(store: Database, name: str, new: list[str], bulletin: str, sha256: str, now: datetime.datetime) -> None:
    """A row for each new receiver."""
    about = {"channel": name, "bulletin": bulletin, "sha256": sha256, "began": stamp(now), "state": "waiting"}
    try:
        with store.write() as connection:
            for key in dict.fromkeys(new):
                connection.execute(insert(messages).values(**about, receiver=key, attempts=0, next=stamp(now)))
    except IntegrityError:  # another process was quicker
        return


def _interrupted(store: Database) -> None:
    """The process before ended while it sent these: they may have been delivered."""
    with store.read() as connection:
        if not connection.execute(select(messages.c.number).where(messages.c.state == "sending").limit(1)).first():
            return
    with store.write() as connection:
        values = {"state": "unknown", "reason": _("Loa was ended while it was sent")}
        connection.execute(update(messages).where(messages.c.state == "sending").values(**values))


def _send_due(workspace: Workspace, schedule: Schedule, store: Database, now: datetime.datetime) -> None:
    channels = dict(schedule.messages.channels())
    query = select(messages).where(messages.c.state == "waiting", messages.c.next <= stamp(now))
    with store.read() as connection:
        due = list(connection.execute(query.order_by(messages.c.number)))
    for row in due:
        channel = channels.get(row.channel)
        targets = {receiver_key(row.channel, target): target for target in channel.targets()} if channel else {}
        text = text_of(workspace, schedule, row.bulletin, row.sha256)
        emergency = is_emergency(workspace, row.sha256)
        late = now - instant(row.began) > OUT_OF_DATE["emergency" if emergency else "all"]
        if channel is None or row.receiver not in targets or text is None:
            _note(store, row.number, "refused", _("it is no receiver any more"))
        elif late or approved(store, row.bulletin, row.sha256) is None:
            _note(store, row.number, "refused", row.reason or _("its release was withdrawn"))
        else:
            _send(workspace, store, channel, targets[row.receiver], text, row.number, row.attempts, now)


def _send(
    workspace: Workspace,
    store: Database,
    channel: MessageChannel,
    target: str,
    text: Text,
    number: int,
    attempts: int,
    now: datetime.datetime,
) -> None:
    """`sending` is on the disk before the first byte leaves: what a power cut interrupts is not sent again."""
    _note(store, number, "sending", None)
    name = getattr(channel, "token_env", None) or getattr(channel, "password_env", None)
    known = secret(workspace, name) if name else None
    try:
        send(channel, target, text, known)
    except NotSentError as error:
        if error.later is None:
            _note(store, number, "refused", hidden(error.reason, known))
        else:
            pause = min(_LONGEST_PAUSE, error.later * 2**attempts)
            reason, later = hidden(error.reason, known), now + datetime.timedelta(seconds=pause)
            _note(store, number, "waiting", reason, attempts + 1, later)
    except UncertainError as error:
        _note(store, number, "unknown", hidden(str(error), known))
    else:
        _note(store, number, "sent", None)


def _note(
    store: Database,
    number: int,
    state: State,
    reason: str | None,
    attempts: int | None = None,
    later: datetime.datetime | None = None,
) -> None:
    values: dict[str, object] = {"state": state, "reason": reason[:500] if reason else None}
    values |= {"attempts": attempts} if attempts is not None else {}
    values |= {"next": stamp(later)} if later else {}
    with store.write() as connection:
        connection.execute(update(messages).where(messages.c.number == number).values(**values))


def _log_finished(workspace: Workspace, store: Database, now: datetime.datetime) -> None:
    """A row of the log for each text and channel on which nothing is open any more, and another one after it was sent
    again, or to somebody new; without who the receivers are, and without what a gateway answered, which may name them.
    """
    done = [one for one in posted(store, now - 2 * OUT_OF_DATE["all"]) if not any(one.states[s] for s in OPEN)]
    if not done:
        return
    since = now - 3 * OUT_OF_DATE["all"]
    logged: dict[tuple[str, str | None], dict[str, int]] = {}
    for past in asrun.rows(store, since, None, kinds=("message",)):
        counts = {state: past.details[state] for state in get_args(State) if state in past.details}
        logged[past.details.get("channel", ""), past.sha256] = counts  # none where it was asked for again
    for one in done:
        if logged.get((one.channel, one.sha256)) != one.states:
            reason = _("{channel}: sent to {sent} of {all}").format(
                channel=channel_name(one.channel), sent=one.states["sent"], all=one.states.total()
            )
            if one.states["unknown"]:
                reason += "; " + _("not known: {n}").format(n=one.states["unknown"])
            details = {"channel": one.channel, **one.states}
            row = NewRow("message", bulletin=one.bulletin, sha256=one.sha256, reason=reason, details=details)
            append(store, row, now, seal=workspace.seal)
