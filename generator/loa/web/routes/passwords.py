"""Settings: the passwords and tokens that the station sends to others, typed once and never shown again."""

from collections import defaultdict
from collections.abc import Mapping
from os import environ

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa import station_secrets
from loa.actions.acts import Act
from loa.i18n import _
from loa.schedule import Schedule
from loa.schedule.messages import MessageMail, Sms, Telegram, Zalo
from loa.schedule.outputs import Icecast
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, SubmittedForm, audit, flash
from loa.web.forms import FormError
from loa.web.pages import go, page

router = APIRouter(include_in_schema=False)
PATH = "/settings/passwords"
_LONGEST = 500


@router.get(PATH)
@does(Act.SET_SECRETS)
def passwords(request: Request, console: ConsoleDep) -> Response:
    """Which there are, and whether each is set; not what they are."""
    typed = station_secrets.stored(console.workspace)
    wanted = _wanted(console)
    states = {name: "typed" if name in typed else "variable" if name in environ else "" for name in wanted}
    return page(request, "passwords.html", wanted=wanted, states=states)


@router.post(PATH)
@does(Act.SET_SECRETS)
def set_password(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """Keep one, or forget the one that is kept. The station uses it from the next connection on."""
    name = form.text("name", 80)
    if name not in _wanted(console):
        raise HTTPException(404)
    value = form.secret("value")
    if len(value) > _LONGEST or any(ord(letter) < 32 for letter in value):
        raise FormError({"": _("This cannot be a password.")})
    station_secrets.store(console.workspace, name, value)
    audit(request, "secret.changed", name, "" if value else _("removed"))
    flash(
        request,
        _("The password {name} is set.").format(name=name) if value else _("{name} is removed.").format(name=name),
    )
    return go(PATH)


def _wanted(console: Console) -> Mapping[str, list[str]]:
    """The names that the schedule gives, each with who is sent it."""
    schedule = console.files.plan().schedule
    return needed(schedule) if schedule else {}


def missing(console: Console) -> list[str]:
    """The names of those that are neither kept here nor set on this computer."""
    typed = station_secrets.stored(console.workspace)
    return [name for name in _wanted(console) if name not in typed and name not in environ]


def needed(schedule: Schedule) -> dict[str, list[str]]:
    """The names of passwords and tokens that the station sends, each with what for."""
    found = defaultdict[str, list[str]](list)
    for name, output in schedule.outputs.items():
        if isinstance(output, Icecast):
            found[output.password_env].append(output.title or name)
    alerts, sftp = schedule.alerts, schedule.backup.sftp
    if alerts.webhook and alerts.webhook.token_env:
        found[alerts.webhook.token_env].append(_("Message to a web address (webhook)"))
    if alerts.email and alerts.email.user:
        found[alerts.email.password_env].append(_("E-mail"))
    for _name, channel in schedule.messages.channels():
        if isinstance(channel, MessageMail):
            if channel.user:
                found[channel.password_env].append(_("Messages to residents"))
        elif isinstance(channel, Telegram | Zalo | Sms):
            found[channel.token_env].append(f"{_('Messages to residents')}: {type(channel).__name__}")
    if sftp and not sftp.key_file:
        found[sftp.password_env].append(_("Automatic backup"))
    return dict(found)
