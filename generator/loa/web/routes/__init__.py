"""The routes, one module a place in the menu. Every route carries a decision (see roles.py), or nobody passes."""

from fastapi import APIRouter

from loa.web.routes import (
    account,
    api,
    broadcasts,
    campaigns,
    changes,
    emergency,
    import_article,
    inbox,
    log,
    new_commune,
    notice,
    outputs,
    passwords,
    publish,
    release,
    script,
    settings,
    today,
    week,
)
from loa.web.routes.content import items, library, microphone, own_words
from loa.web.routes.overview import board, clusters, metrics, reports, sent
from loa.web.routes.residents import feedback, listening


def all_routers() -> tuple[APIRouter, ...]:
    """Every router, in the order in which paths are tried: fixed paths before those with names in them."""
    modules = (
        settings,
        account,
        today,
        outputs,
        passwords,
        script,
        import_article,
        new_commune,
        notice,
        own_words,
        library,
        items,
        changes,
        campaigns,
        broadcasts,
        week,
        release,
        emergency,
        microphone,
        inbox,
        publish,
        metrics,
        reports,
        clusters,
        board,
        sent,
        listening,
        feedback,
        log,
    )
    return (api.hidden, api.router, *(module.router for module in modules))
