"""Pages: Jinja templates, escaped by default, in the station's language."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from loa import formats, i18n, names
from loa.actions.acts import Act
from loa.actions.offices import Role
from loa.i18n import _
from loa.schedule.display_names import output_name, output_names
from loa.schedule.output_plugins import called
from loa.web.auth.guard import VISITOR
from loa.web.context import Console, console_of, session_of
from loa.web.yaml_forms import as_rows, pairs


def shown_day(value: object) -> str:
    """A day in a field, as people here write it; what was typed and is no day stays as it is."""
    try:
        return formats.day(formats.day_of(value)) if value else ""
    except ValueError:
        return str(value)


_FILTERS: dict[str, Callable[..., Any]] = {
    "weekday": formats.weekday,
    "day": formats.day,
    "long_day": formats.long_day,
    "shown_day": shown_day,
    "lasting": formats.lasting,
    "wait": formats.wait,
    "size": formats.size,
    "deed": names.audit_action,
    "outcome": names.outcome,
    "voices": names.speakers,
    "sentence": formats.sentence,
    "output_kind": called,
    "alarm_kind": names.alarm_kind,
}
FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the menu, for those who may do the act of its page."""

    path: str
    title: str
    icon: str
    act: Act


def menu() -> list[Entry]:
    """The places of the console, in the order of a day's work."""
    return [
        Entry("/", _("Today"), "today", Act.WATCH),
        Entry("/week", _("Calendar"), "week", Act.READ_PLAN),
        Entry("/campaigns", _("Campaigns"), "campaigns", Act.READ_CAMPAIGN),
        Entry("/sounds", _("Sounds"), "play", Act.ADD_JINGLE),
        Entry("/release", _("Release"), "release", Act.READ_RELEASE),
        Entry("/emergency", _("Emergency"), "emergency", Act.WRITE_EMERGENCY),
        Entry("/live", _("Speak now"), "microphone", Act.SPEAK),
        Entry("/inbox", _("Messages"), "release", Act.READ_INBOX),
        Entry("/feedback", _("Feedback"), "feedback", Act.READ_FEEDBACK),
        Entry("/publish", _("Publish"), "publish", Act.READ_PUBLICATION),
        Entry("/log", _("Log"), "log", Act.READ_LOG),
        Entry("/settings", _("Settings"), "settings", Act.SEE_SETTINGS),
    ]


@lru_cache(maxsize=4)
def environment(zone: tzinfo | None) -> Environment:
    """Our templates, with instants in `zone`. An undefined name is an error, and everything is escaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        {
            "_": lambda text: i18n._(text),
            "ngettext": lambda *a: i18n.ngettext(*a),
            "Act": Act,
            "Role": Role,
            "asset": asset,
            "role_options": role_options,
            "pairs": pairs,
            "as_rows": as_rows,
            "rows_for": rows_for,
        }
    )
    made.filters.update(_FILTERS)
    made.filters["clock"] = partial(formats.clock, zone=zone)
    made.filters["moment"] = partial(formats.moment, zone=zone)
    return made


def role_options(without: str = "", held: frozenset[Role] | None = None) -> list[tuple[str, str, str]]:
    """Roles to tick: value, name, what it may do."""
    wanted = [role for role in Role if role != without and (held is None or role in held)]
    return [(role.value, role.label, role.duty) for role in wanted]


def rows_for(text: str) -> int:
    """How many rows a text field wants: room for what is in it and a line more, within reason."""
    return max(2, min(24, 1 + sum(1 + len(line) // 60 for line in text.split("\n"))))


@lru_cache(maxsize=8)
def asset(name: str) -> str:
    """The address of a static file, with its age, so that browsers may keep it until it changes."""
    return f"/static/{name}?{int((FOLDER / 'static' / name).stat().st_mtime):x}"


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page `template` with `values`; the menu, the person and waiting notices are there by themselves."""
    console, session = console_of(request), session_of(request)
    me = session.person if session else None
    visitor = None if session else (request.cookies.get(VISITOR) or secrets.token_urlsafe(24))
    values = {
        "me": me,
        "csrf": session.csrf if session else visitor,
        "menu": [e for e in menu() if me and me.may(e.act)],
        "path": request.url.path,
        "theme": theme if (theme := request.cookies.get("loa_theme", "")) in {"dark", "light"} else "",
        "notices": console.notices.pop(session.hash, []) if session else [],
        "problems": {},
        "clashes": (),
        "station": _station(console),
        **values,
    }
    answer = HTMLResponse(fragment(console, template, **values), status)
    if visitor and visitor != request.cookies.get(VISITOR):
        answer.set_cookie(VISITOR, visitor, httponly=True, samesite="strict", secure=by_https(request))
    return answer


def _station(console: Console) -> str:
    """What the station calls itself where it is of one commune; else the name of its folder."""
    communes = [file.commune for file in console.files.communes() if file.commune]
    return communes[0].call if len(communes) == 1 else console.workspace.root.name


def stranger_page(console: Console, template: str, **values: Any) -> str:
    """The page `template` without a request: for nobody in particular, and without a form."""
    about: dict[str, Any] = {"me": None, "csrf": "", "menu": [], "path": "", "theme": "", "notices": [], "problems": {}}
    return fragment(console, template, **about, station=console.workspace.root.name, **values)


def fragment(console: Console, template: str, **values: Any) -> str:
    """A part of a page, for live updates; instants by the station's clock."""
    schedule = console.files.plan().schedule
    words = {
        "loudspeaker": partial(output_name, schedule),
        "loudspeakers": partial(output_names, schedule),
        "in_words": console.in_words,
    }
    return environment(console.files.zone).get_template(template).render({**words, **values})


def by_https(request: Request) -> bool:
    """Whether the browser came by https (through a proxy too), so that cookies may insist on it."""
    return request.url.scheme == "https"


def go(path: str) -> RedirectResponse:
    """After a form: see `path` (303, so that going back does not send the form again)."""
    return RedirectResponse(path, status_code=303)


def for_programs(request: Request) -> bool:
    """Whether a program asks, which reads JSON."""
    program = request.url.path.startswith("/api/") or request.url.path == "/metrics"
    return program or "application/json" in request.headers.get("accept", "")


def local(path: str) -> str:
    """`path` where it is a path of our own; else the first page (no redirect leads away from the console)."""
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if good else "/"


PER_PART = 40


def in_parts(rows: Sequence[Any], part: int) -> dict[str, Any]:
    """What `part-parts.html` and its page need: the `rows` of a `part` (from 1), the number of `parts`, the `total`."""
    parts = max(1, -(-len(rows) // PER_PART))
    part = max(1, min(part, parts))
    shown = rows[(part - 1) * PER_PART : part * PER_PART]
    return {"rows": shown, "part": part, "parts": parts, "total": len(rows)}
