"""The items of a programme: put into order, taken out, added from the library."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.bulletin import library
from loa.errors import LoaError
from loa.i18n import _
from loa.schedule import Broadcast
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, make_sound
from loa.web.edits import programme
from loa.web.edits.schedule import file_of, reschedule
from loa.web.forms import FormError
from loa.web.pages import go, page
from loa.web.views.airings import find_broadcast, name_of
from loa.web.views.drafts import make_draft

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Row:
    """An item as people call it; `seconds`: how long it is, roughly; None where only the finished bulletin tells."""

    kind: str
    title: str
    seconds: float | None


@router.get("/week/broadcasts/{id_}/items")
@does(Act.READ_PLAN)
def items(request: Request, console: ConsoleDep, id_: str) -> Response:
    """The programme as an ordered list, with its running total."""
    _schedule, found = find_broadcast(console.files, id_)
    return _page(request, console, found)


@router.post("/week/broadcasts/{id_}/items")
@does(Act.PLAN_BROADCAST)
def change(request: Request, console: ConsoleDep, me: CurrentPerson, id_: str, form: SubmittedForm) -> Response:
    """One change: `do` is `up`, `down` or `out` with the number of an item, or `add`."""
    _schedule, found = find_broadcast(console.files, id_)
    seen = form.number("seen", 0, 500)
    act, _space, number = form.text("do", 20).partition(" ")
    place = int(number) if number.isdigit() else -1
    wanted = dict(_offered(console, found)).get(form.text("item", 200)) if act == "add" else None
    if act == "add" and wanted is None:
        raise FormError({"": _("Choose one from the list.")})
    edits: dict[str, Callable[[Any], None]] = {
        "up": lambda data: programme.shift(data, id_, place, -1, seen),
        "down": lambda data: programme.shift(data, id_, place, 1, seen),
        "out": lambda data: programme.take_out(data, id_, place, seen),
        "add": lambda data: programme.add_item(data, id_, wanted[1] if wanted else {}, seen),
    }
    if act not in edits:
        raise FormError({"": _("Choose one from the list.")})
    try:
        reschedule(
            request,
            file_of(console, id_),
            edits[act],
            _("{id}: items changed").format(id=name_of(console.files, found)),
        )
    except FormError as error:
        return _page(request, console, found, error.problems[""])
    except LoaError as error:
        return _page(request, console, found, " ".join(f"{f.message} {f.fix}".strip() for f in error.findings))
    make_sound(console, found.commune, found.campaigns, me.shown)
    return go(f"/week/broadcasts/{id_}/items")


def _items(broadcast: Broadcast) -> list[dict[str, Any]]:
    """Its items as the file would say them, taken from what is loaded: a long file is slow to read."""
    given = [item.model_dump(include={"kind", "file", "title", "campaign"}) for item in broadcast.items]
    return programme.items_of({"campaigns": broadcast.campaigns, "items": given})


def _offered(console: Console, broadcast: Broadcast) -> list[tuple[str, tuple[str, dict[str, Any]]]]:
    """What may be added: by its key the words for it and the item."""
    held = {item["kind"] for item in _items(broadcast)}
    found: list[tuple[str, tuple[str, dict[str, Any]]]] = []
    if "opening" not in held:
        found.append(("opening", (_("Opening: jingle and call"), {"kind": "opening"})))
    if "article" not in held and broadcast.campaigns:
        found.append(("article", (_("The articles"), {"kind": "article"})))
    for sound in library.sounds(console.workspace):
        item = {"kind": "recording", "file": sound.key}
        words = _("Recording: {name}").format(name=sound.name)
        if sound.shelf == "station":
            item, words = {"kind": "music", "file": sound.name}, _("Music: {name}").format(name=sound.name)
        found.append((f"{sound.shelf} {sound.name}", (words, item)))
    if "closing" not in held:
        found.append(("closing", (_("Closing words and jingle"), {"kind": "closing"})))
    return found


def _rows(console: Console, broadcast: Broadcast) -> list[Row]:
    lengths = {sound.key: sound.seconds for sound in library.sounds(console.workspace)}
    file = console.files.commune(broadcast.commune)
    campaigns = [c for c in file.commune.campaigns if c.id in broadcast.campaigns] if file and file.commune else []
    found = []
    for item in _items(broadcast):
        kind, name = item["kind"], str(item.get("file") or "")
        short = name.rpartition("/")[2].rpartition(".")[0] or name
        if kind == "article" and file and file.commune:
            own = [c for c in campaigns if item.get("campaign") in (None, c.id)]
            seconds = sum(make_draft(console.workspace, file.commune, c).seconds for c in own)
            found.append(Row(kind, str(item.get("title") or "; ".join(c.title for c in own)), seconds))
            continue
        words = {
            "opening": _("Opening: jingle and call"),
            "closing": _("Closing words and jingle"),
            "recording": _("Recording: {name}").format(name=short),
            "music": _("Music: {name}").format(name=short or "bed"),
            "relay": _("Relay"),
            "microphone": _("Speech at the microphone"),
        }
        found.append(Row(kind, str(item.get("title") or words.get(kind, kind)), lengths.get(name)))
    return found


def _page(request: Request, console: Console, broadcast: Broadcast, problem: str = "") -> Response:
    rows = _rows(console, broadcast)
    return page(
        request,
        "items.html",
        422 if problem else 200,
        b=broadcast,
        title=name_of(console.files, broadcast),
        rows=rows,
        total=sum(row.seconds or 0 for row in rows),
        offered=[(key, words) for key, (words, _item) in _offered(console, broadcast)],
        problems={"": problem} if problem else {},
    )
