"""The log: what went on air, searchable; proof that nobody changed it; the yearly counts; exports."""

import datetime
import re

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.actions.offices import Office
from loa.app.reports import workbook
from loa.formats import day_of
from loa.store import approvals, asrun, proof
from loa.store.asrun_export import to_csv
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, audit
from loa.web.forms import typed_day
from loa.web.pages import page
from loa.web.views import log as log_views
from loa.web.views.log import by_topic
from loa.workspace import commune_of

router = APIRouter(include_in_schema=False)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/log")
@does(Act.READ_LOG)
def log(
    request: Request,
    console: ConsoleDep,
    me: CurrentPerson,
    q: str = "",
    outcome: str = "",
    since: str = "",
    until: str = "",
    before: int = 0,
) -> Response:
    """Rows of the log, newest first."""
    word = q.strip()[:80]
    called = {"called": log_views.ids_of(word, console.files, console.bulletins)} if word else {}
    wanted = log_views.LogQuery(
        word, outcome, _day(since), _day(until), max(0, min(before, 2**53)), me.office, **called
    )
    rows = log_views.rows(console.store, wanted, _zone(console))
    heard = {row["sha256"] for row in rows if row["sha256"]}
    kept = {sha256 for sha256 in heard if approvals.approved_copy(console.workspace, sha256).exists()}
    return page(
        request,
        "log.html",
        rows=rows,
        wanted=wanted,
        outcomes=asrun.OUTCOMES,
        kept=kept,
        per_page=log_views.PER_PAGE,
        title=lambda row: (
            console.title_of(row["bulletin"] or "")
            or console.title_of(row["broadcast"] or "")
            or _kept_title(console, row["sha256"])
        ),
    )


@router.get("/log/year")
@does(Act.READ_LOG)
def year(request: Request, console: ConsoleDep, me: CurrentPerson, year: int = 0) -> Response:
    """Counts of one year: by month, by topic, by commune."""
    zone = _zone(console)
    wanted = year if 2000 <= year <= 2100 else datetime.datetime.now(zone).year
    counts = log_views.year(console.store, wanted, zone, me.office)
    communes = [(_name(console, stem), by_outcome) for stem, by_outcome in sorted(counts.communes.items())]
    topics = by_topic(console.files, console.bulletins, counts.programmes)
    by_hand = by_topic(console.files, console.bulletins, counts.by_hand)
    return page(request, "year.html", counts=counts, communes=communes, topics=topics, by_hand=by_hand, year=wanted)


@router.get("/log/export.{form}")
@does(Act.READ_LOG)
def export_log(
    request: Request, console: ConsoleDep, me: CurrentPerson, form: str, since: str = "", until: str = ""
) -> Response:
    """The rows of a span as CSV or as a workbook with the yearly summary."""
    schedule = console.files.plan().schedule
    if schedule is None or form not in {"csv", "xlsx"}:
        raise HTTPException(404)
    zone = schedule.timezone
    first = _day(since) or datetime.date(datetime.datetime.now(zone).year, 1, 1)
    last = _day(until) or datetime.datetime.now(zone).date()
    span = _start(first, zone), _start(last + datetime.timedelta(days=1), zone)
    rows = asrun.each_airing(asrun.rows(console.store, *span, kinds=asrun.PLANNED), *span)
    rows = [row for row in rows if me.office.covers(row.commune or "")]
    audit(request, "log.exported", f"{first} – {last}")
    headers = {"content-disposition": f'attachment; filename="nhat-ky-{first}-{last}.{form}"'}
    if form == "csv":
        return Response(to_csv(rows, zone), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(workbook(console.workspace, schedule, rows), media_type=_XLSX, headers=headers)


@router.post("/log/verify")
@does(Act.VERIFY_LOG)
def verify(request: Request, console: ConsoleDep) -> Response:
    """Prove that no row was changed or removed."""
    findings = proof.verify(console.store, console.workspace.seal, console.workspace.proved_file)
    audit(request, "log.verified", detail=str(len(findings)))
    return page(request, "verified.html", findings=findings[:50], many=len(findings))


@router.get("/log/sound/{sha256}.mp3")
@does(Act.READ_LOG)
def sound(console: ConsoleDep, me: CurrentPerson, sha256: str) -> Response:
    """The very sound that was on air."""
    good = re.fullmatch(r"[0-9a-f]{64}", sha256) and _is_own(console, me.office, sha256)
    path = approvals.approved_copy(console.workspace, sha256) if good else None
    if path is None or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="audio/mpeg", content_disposition_type="inline", filename=f"{sha256[:12]}.mp3")


def _is_own(console: Console, office: Office, sha256: str) -> bool:
    """Whether this sound was approved for a commune for which somebody works, or spoken there."""
    if office.communes is None:
        return True
    found = approvals.all_approvals(console.store, sha256=sha256)
    aired = asrun.bulletins_of(console.store, sha256)
    return any(office.covers(commune_of(one)) for one in (*(approval.bulletin for approval in found), *aired))


def _kept_title(console: Console, sha256: str | None) -> str:
    """The title of a bulletin that is gone, as its approved copy tells it."""
    found = console.monitor.manifest(sha256)
    return found.title if found else ""


def _name(console: Console, stem: str) -> str:
    """The commune's name; its file's where there is none any more."""
    file = console.files.commune(stem)
    return file.commune.unit.full_name if file and file.commune else stem


def _zone(console: Console) -> datetime.tzinfo:
    schedule = console.files.plan().schedule
    return schedule.timezone if schedule else datetime.UTC


def _start(day: datetime.date, zone: datetime.tzinfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), zone)


def _day(text: str) -> datetime.date | None:
    try:
        found = day_of(typed_day(text))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None
