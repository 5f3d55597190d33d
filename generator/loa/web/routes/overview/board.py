"""The electronic board: one full-screen page without an account, which turns through what is signed."""

import datetime
import re
from collections.abc import Iterator
from functools import lru_cache

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.bulletin.models import APOLOGY
from loa.messages.outbox import OUT_OF_DATE, is_emergency, text_of
from loa.schedule import UTC, Schedule
from loa.store import asrun
from loa.store.approvals import all_approvals
from loa.store.database import Database
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep
from loa.web.pages import page
from loa.workspace import Workspace, commune_of

router = APIRouter(include_in_schema=False)
LONGEST = 100
"""Characters on the board at once: in letters a tenth of its height, which are read at 20 m from a screen of 80 cm."""
Slide = dict[str, str]


@router.get("/board/{stem}")
@does(Act.READ_BOARD)
def board(request: Request, console: ConsoleDep, stem: str) -> Response:
    """The page; it asks for new slides by itself, and turns on through the old ones where nobody answers."""
    file = console.files.commune(stem)
    if file is None or file.commune is None:
        raise HTTPException(404)
    return page(request, "board.html", call=file.commune.call, stem=stem, slides=_slides_now(console, stem))


@router.get("/board/{stem}/slides")
@does(Act.READ_BOARD)
def slides(console: ConsoleDep, stem: str) -> Response:
    """What it shows now: `[{kind, title, text}]`."""
    if console.files.commune(stem) is None:
        raise HTTPException(404)
    return JSONResponse(_slides_now(console, stem), headers={"cache-control": "no-store"})


def _slides_now(console: Console, stem: str) -> list[Slide]:
    schedule = console.files.plan().schedule
    if schedule is None:
        return []
    now = datetime.datetime.now(UTC).replace(second=0, microsecond=0)
    last = asrun.end_of_log(console.store)
    names = frozenset(plan.id for plan in schedule.plans() if plan.commune == stem)
    return list(_slides(console.workspace, _Held(schedule), console.store, stem, names, last, now))


class _Held:
    """A schedule as an argument of a function whose answers are kept: what is written in it does not matter there."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=64)
def _slides(
    workspace: Workspace,
    held: _Held,
    store: Database,
    stem: str,
    names: frozenset[str],
    _last: tuple[int, str] | None,
    now: datetime.datetime,
) -> tuple[Slide, ...]:
    """Kept for a minute, or until the log grows. While an emergency message counts, there is nothing else."""
    urgent: list[Slide] = []
    articles: dict[str, tuple[Slide, ...]] = {}
    for approval in all_approvals(store):
        if approval.withdrawn or commune_of(approval.bulletin) != stem or approval.bulletin.endswith(f"/{APOLOGY}"):
            continue
        emergency = is_emergency(workspace, approval.sha256)
        if emergency and now - approval.at > OUT_OF_DATE["emergency"]:
            continue
        if not emergency and approval.bulletin not in names:
            continue
        text = text_of(workspace, held.schedule, approval.bulletin, approval.sha256)
        if text is None:
            continue
        kind = "emergency" if emergency else "article"
        made = tuple({"kind": kind, "title": text.title, "text": piece} for piece in pieces(text.body))
        if emergency:
            urgent += made
        else:
            articles[approval.bulletin] = made
    return tuple(urgent) or tuple(slide for made in articles.values() for slide in made)


def pieces(text: str, longest: int = LONGEST) -> Iterator[str]:
    """Cut a text into what a board shows at once: at ends of sentences where it can be, else between words."""
    held = ""
    for sentence in re.split(r"(?<=[.!?…:;])\s+", text.strip()):
        words = [f"{held} {sentence}".strip()] if len(held) + len(sentence) < longest else [held, sentence]
        held = words.pop()
        yield from filter(None, words)
        while len(held) > longest:
            cut = held.rfind(" ", 0, longest)
            cut = cut if cut > 0 else longest
            yield held[:cut]
            held = held[cut:].strip()
    if held:
        yield held
