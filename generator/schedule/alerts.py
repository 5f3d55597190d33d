"""Whom to tell when something did not go on air as planned: a webhook, an e-mail, or both."""

from typing import Literal

from pydantic import Field

from generator.schedule.address import WebAddress
from generator.yamlfile import Strict


class Webhook(Strict):
    """An HTTP address that gets a JSON POST; `token_env` names the variable with a bearer token, if it wants one."""

    url: WebAddress
    token_env: str | None = None


class Email(Strict):
    """A mail server and who is written to; the password stands in the environment, never in the file."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_env: str = "LOA_SMTP_PASSWORD"  # noqa: S105  the name of a variable, not a password
    sender: str
    to: tuple[str, ...] = Field(min_length=1)


class Alerts(Strict):
    """Both are optional; the console, the log and `loa doctor` tell in any case."""

    webhook: Webhook | None = None
    email: Email | None = None
