"""The routes, one module a place in the menu. Every route carries a decision (see roles.py), or nobody passes."""

from fastapi import APIRouter

from generator.console.routes import (
    api,
    bringing,
    broadcasts,
    campaign,
    campaigns,
    commune,
    emergency,
    entry,
    heard,
    history,
    installation,
    log,
    making,
    people,
    preview,
    publish,
    release,
    removing,
    settings,
    statics,
    today,
    week,
)


def all_routers() -> tuple[APIRouter, ...]:
    """Every router, in the order in which paths are tried: fixed paths before those with names in them."""
    modules = (
        statics,
        entry,
        today,
        people,
        settings,
        installation,
        heard,
        making,
        bringing,
        removing,
        campaigns,
        commune,
        campaign,
        history,
        broadcasts,
        week,
        release,
        emergency,
        publish,
        preview,
        log,
    )
    return (api.hidden, api.router, *(module.router for module in modules))
