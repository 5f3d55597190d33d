"""What residents wrote: read it, answer it, sign the answer, close it, erase it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.app.report_files import feedback_kind, feedback_state
from loa.errors import RequestError
from loa.feedback import book
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, audit
from loa.web.pages import go, page
from loa.web.views.bulletins import now

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Path(ge=1, lt=2**53)]


@router.get("/feedback")
@does(Act.READ_FEEDBACK)
def feedback(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The newest, those that wait first."""
    return _page(request, console, me)


@router.post("/feedback/{number}/answer")
@does(Act.ANSWER_FEEDBACK)
def answer(request: Request, console: ConsoleDep, me: CurrentPerson, number: Number, form: SubmittedForm) -> Response:
    """The officer's answer, for a leader to sign."""
    shown, words = form.text("shown", book.LONGEST), form.text("answer", book.LONGEST)
    return _done(
        request, console, me, number, Act.ANSWER_FEEDBACK, "feedback.answered",
        lambda: book.answer(console.workspace, console.store, number, shown, words, me.shown, now()),
    )  # fmt: skip


@router.post("/feedback/{number}/sign")
@does(Act.SIGN_ANSWER)
def sign(request: Request, console: ConsoleDep, me: CurrentPerson, number: Number, form: SubmittedForm) -> Response:
    """The leader lets exactly the answer that was shown be published."""
    words = form.text("answer", book.LONGEST)
    return _done(
        request, console, me, number, Act.SIGN_ANSWER, "feedback.signed",
        lambda: book.sign(console.workspace, console.store, number, words, me.shown, now()),
    )  # fmt: skip


@router.post("/feedback/{number}/close")
@does(Act.SIGN_ANSWER)
def close(request: Request, console: ConsoleDep, me: CurrentPerson, number: Number, _form: SubmittedForm) -> Response:
    """Not answered publicly, or public no more."""
    return _done(
        request, console, me, number, Act.SIGN_ANSWER, "feedback.closed",
        lambda: book.close(console.workspace, console.store, number, me.shown, now()),
    )  # fmt: skip


@router.post("/feedback/{number}/erase")
@does(Act.ERASE_FEEDBACK)
def erase(request: Request, console: ConsoleDep, me: CurrentPerson, number: Number, _form: SubmittedForm) -> Response:
    """Whoever wrote it wants it gone, or the law does."""
    return _done(
        request, console, me, number, Act.ERASE_FEEDBACK, "feedback.erased",
        lambda: book.erase(console.workspace, console.store, number, me.shown, now()),
    )  # fmt: skip


def _done(
    request: Request, console: Console, me: CurrentPerson, number: int, act: Act, entry: str, do: Callable[[], None]
) -> Response:
    """Do it, where it is of a commune for which the person works, and note it; else the page with the reason."""
    try:
        piece = book.get(console.store, number)
        if not me.may(act, piece.commune):
            raise HTTPException(404)
        do()
    except RequestError as error:
        return _page(request, console, me, {str(number): " ".join(error.problems.values())}, 422)
    audit(request, entry, f"{piece.commune}/{number}")
    return go("/feedback")


def _page(
    request: Request,
    console: Console,
    me: CurrentPerson,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    found = book.pieces(console.store, communes=me.office.communes)
    schedule = console.files.plan().schedule
    return page(
        request,
        "feedback.html",
        status,
        waiting=[one for one in reversed(found) if one.state in ("received", "answered")],
        ended=[one for one in found if one.state in ("published", "closed")],
        on=bool(schedule and schedule.feedback.communes),
        kind_name=feedback_kind,
        state_name=feedback_state,
        problems=problems or {},
    )
