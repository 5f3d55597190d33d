"""The station in figures, for Prometheus and what reads its format."""

from fastapi import APIRouter
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.web.auth.decisions import does
from loa.web.context import ConsoleDep
from loa.web.views.metrics import MEDIA_TYPE, as_text

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
@does(Act.WATCH)
def metrics(console: ConsoleDep) -> Response:
    """For a program with a token, or a person who is logged in; strangers learn nothing."""
    return Response(as_text(console), media_type=MEDIA_TYPE)
