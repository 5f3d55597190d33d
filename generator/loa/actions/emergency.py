"""A message that cannot wait: typed, spoken, heard once by its author, released, on air at once."""

import datetime
from collections.abc import Callable
from pathlib import Path

from loa import script as scripts
from loa.actions.approvals import approve, heard, withdraw
from loa.actions.on_air import is_emergency, require_station
from loa.article import Article
from loa.bulletin.manifest import Manifest
from loa.bulletin.models import AudioItem, BulletinPlan, BulletinRequest, Style
from loa.bulletin.narration import Narrator, lines
from loa.bulletin.programme import Credit
from loa.campaign import Commune, load_commune
from loa.errors import Finding, RequestError
from loa.i18n import _
from loa.schedule import UTC
from loa.script import Script
from loa.store import requests
from loa.store.approvals import BulletinFile, Kind
from loa.store.database import Database
from loa.store.requests import AirRequest
from loa.tts import cast, choose
from loa.workspace import Workspace

LONGEST, LONGEST_RECORDING = 4 * 60.0, 60 * 60.0
"""Seconds of a typed message, and of one that came as a recording."""
PREFIX = "khan-cap-"
OPENING = "Thông báo khẩn của {issuer}."
AGAIN = "Xin nhắc lại."
CLOSING = "Hết thông báo khẩn."
ORDINARY = ("Thông báo của {issuer}.", "Xin nhắc lại.", "Hết thông báo.")
"""The same three of a message that is no emergency."""
_ENDS = ".!?\n"


def write_emergency(workspace: Workspace, stem: str, name: str, title: str, text: str, issuer: str = "") -> Manifest:
    """The bulletin `<stem>/<name>` that says `text`, with chime, opening and closing words. Raises LoaError.

    `issuer`: whose message it is, named in the opening words; "" for the commune's people's committee.
    """
    return write_message(workspace, stem, name, title, text, issuer, emergency=True)


def write_message(
    workspace: Workspace,
    stem: str,
    name: str,
    title: str,
    text: str,
    issuer: str,
    *,
    emergency: bool,
    sound: Path | None = None,
) -> Manifest:
    """The bulletin `<stem>/<name>` of a message that no campaign has: what `text` says, or the recording `sound`.

    `issuer`: as of `write_emergency`. The chime before it is soft: a siren right before speech makes it harder to
    understand. Raises LoaError.
    """
    from loa.bulletin.writer import make  # with mutagen 2 MB: the console makes no sound but this

    commune = load_commune(workspace, stem)
    engine, voice = choose(commune.station.voice)
    order = _order(commune, name, title, text, issuer, emergency=emergency, sound=sound)
    return make(workspace, order, engine, voice)


def speak_ahead(workspace: Workspace, stem: str, text: str, issuer: str, over: Callable[[], bool]) -> None:
    """Speak what is certain of an emergency message that is still being typed: `write_emergency` finds it in the cache.

    The fixed words, and the sentences of `text` that have an end. Stops between two sentences when it is `over`.
    Raises LoaError.
    """
    commune = load_commune(workspace, stem)
    engine, voice = choose(commune.station.voice)
    ended = text[: max(map(text.rfind, _ENDS)) + 1]
    order = _order(commune, f"{PREFIX}ahead", "", ended, issuer, emergency=True)
    narrator = Narrator(workspace, cast(engine, voice, order.presenters()), order.style.preset)
    for line in lines(order.scripts()):
        if over():
            return
        narrator.prepare([line])


def _order(
    commune: Commune, name: str, title: str, text: str, issuer: str, *, emergency: bool, sound: Path | None = None
) -> BulletinRequest:
    today = datetime.datetime.now().astimezone().date()
    opening, again, closing = (OPENING, AGAIN, CLOSING) if emergency else ORDINARY

    def script(part: str, source: str) -> Script:
        return scripts.write(Article(commune.stem, part, title, today, "radio", source), commune)

    return BulletinRequest(
        plan=BulletinPlan(commune.stem, name, title, (name,), 0.0, LONGEST_RECORDING if sound else LONGEST),
        opening=script("opening", opening.format(issuer=issuer or issuer_of(commune))),
        items=(AudioItem(sound, title) if sound else script(name, text),),
        bridge=script("bridge", again),
        closing=script("closing", closing),
        style=Style(jingle=commune.station.jingle or "chime", music=None),
        commune=commune.unit.full_name,
        date=today,
        emergency=emergency,
        credits={0: Credit(name, received_from="" if emergency else issuer)},
    )


def take_down_emergency(
    workspace: Workspace, store: Database, recording: BulletinFile, by: str, now: datetime.datetime
) -> bool:
    """A false alarm: the message is no longer released, so the board, the page to hear again and the messages no longer
    bring it, and what sounds of it is cut. Whether it was released.

    Raises RequestError (no emergency message), ApprovalError (unreadable), StoreError.
    """
    if not is_emergency(recording, recording.sha256):
        raise RequestError(Finding("emergency.none", _("There is no such message."), file="bulletin"))
    return bool(withdraw(workspace, store, recording.id, by, now))


def issuer_of(commune: Commune) -> str:
    """Whose message an emergency is where nobody says otherwise."""
    return f"Ủy ban nhân dân {commune.unit.full_name}"


def release_emergency(
    workspace: Workspace,
    store: Database,
    request: AirRequest,
    recording: BulletinFile,
    sha256: str,
    *,
    alone: bool = False,
) -> int:
    """Approve exactly the sound that was heard, and have the station on air play it at once; the number of the
    request (`receipts.receipt`). `alone`: by who wrote it, with nobody else there; the log
    says so. Only what was typed as an emergency message goes this way, and each airing of it.

    Raises RequestError (no emergency message, another sound meanwhile, no station), ApprovalError, StoreError,
    WorkspaceError.
    """
    heard(recording, sha256)
    if not is_emergency(recording, sha256):
        message = _("This is no emergency message: a leader signs it on the page “Release”.")
        raise RequestError(Finding("emergency.none", message, file="bulletin"))
    if request.bulletin != recording.id or not request.now:
        raise ValueError(request)
    require_station(store)
    approve(workspace, store, recording, sha256, request.by, datetime.datetime.now(UTC), [Kind.ALONE] if alone else [])
    return requests.ask(store, request, datetime.datetime.now(UTC))
