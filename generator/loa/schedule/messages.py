"""Ways of writing to residents and of hearing from them: the same texts as on air, once each, and their feedback."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from loa.i18n import N_
from loa.schedule.alerts import Email, WebAddress
from loa.schedule.values import SECRET, SecretName
from loa.yamlfile import Choices, Strict

_TOKEN = N_("Name of the token")


class MessageChannel(Strict):
    """Fields of all channels. `what`: emergencies alone, or all that is aired; `communes`: whose (empty: all)."""

    what: Annotated[
        Literal["emergency", "all"],
        Choices({"emergency": N_("emergency messages"), "all": N_("everything that is aired")}),
    ] = Field(default="emergency", title=N_("What is sent"))
    communes: tuple[str, ...] = Field(default=(), title=N_("Of which communes"), description=N_("Empty: of all."))

    def targets(self) -> tuple[str, ...]:
        """Return to whom it is sent, each once."""
        raise NotImplementedError


class Telegram(MessageChannel):
    """A Telegram bot that writes into chats, groups or channels (core.telegram.org/bots/api, sendMessage)."""

    chats: tuple[str, ...] = Field(min_length=1, title=N_("Chats"), examples=[["-1001234567890", "@benhai"]])
    token_env: SecretName = Field(default="LOA_TELEGRAM_TOKEN", title=_TOKEN, description=SECRET)
    url: WebAddress = Field(default="https://api.telegram.org", title=N_("Web address"))

    def targets(self) -> tuple[str, ...]:
        """Return the chats."""
        return self.chats


class Zalo(MessageChannel):
    """A Zalo Official Account that writes to followers and to groups (openapi.zalo.me, v3.0).

    Zalo delivers to a follower only within seven days of the person's last word to the account.
    """

    groups: tuple[str, ...] = Field(default=(), title=N_("Groups"))
    followers: tuple[str, ...] = Field(default=(), title=N_("Followers"))
    token_env: SecretName = Field(default="LOA_ZALO_TOKEN", title=_TOKEN, description=SECRET)
    url: WebAddress = Field(default="https://openapi.zalo.me", title=N_("Web address"))

    def targets(self) -> tuple[str, ...]:
        """Return the groups, as `group:…`, and the followers."""
        return (*(f"group:{group}" for group in self.groups), *self.followers)


class Sms(MessageChannel):
    """A gateway for text messages that takes JSON by POST.

    In `body` the words {phone}, {text} and {token} are filled in. `success`: what its answer holds where it took the
    message; empty: any answer 2xx.
    """

    url: WebAddress = Field(title=N_("Web address"))
    body: dict[str, str] = Field(
        min_length=1,
        title=N_("What is posted"),
        examples=[{"Phone": "{phone}", "Content": "{text}", "SecretKey": "{token}"}],
    )
    success: dict[str, str] = Field(
        default_factory=dict, title=N_("The answer where it was taken"), examples=[{"CodeResult": "100"}]
    )
    phones: tuple[str, ...] = Field(min_length=1, title=N_("Telephone numbers"))
    token_env: SecretName = Field(default="LOA_SMS_TOKEN", title=_TOKEN, description=SECRET)
    longest: int = Field(default=300, ge=40, le=1000, title=N_("Longest text, letters"))
    marks: bool = Field(
        default=False, title=N_("With tone marks"), description=N_("Without them a message holds twice as much.")
    )

    def targets(self) -> tuple[str, ...]:
        """Return the telephone numbers."""
        return self.phones


class MessageMail(Email, MessageChannel):
    """A mail server, and who receives a mail of each text."""

    def targets(self) -> tuple[str, ...]:
        """Return the addresses."""
        return self.to


class Messages(Strict):
    """All are optional."""

    telegram: Telegram | None = Field(default=None, title=N_("Telegram"), description=N_("Empty: none."))
    zalo: Zalo | None = Field(default=None, title=N_("Zalo Official Account"), description=N_("Empty: none."))
    sms: Sms | None = Field(default=None, title=N_("Text messages (SMS)"), description=N_("Empty: none."))
    email: MessageMail | None = Field(default=None, title=N_("E-mail"), description=N_("Empty: no e-mail."))

    def channels(self) -> Iterator[tuple[str, MessageChannel]]:
        """Yield the channels in use, by name."""
        for name in ("telegram", "zalo", "sms", "email"):
            if found := getattr(self, name):
                yield name, found


class Feedback(Strict):
    """Off until a commune is named. `keep_days`: after so many days what somebody wrote is erased."""

    communes: tuple[str, ...] = Field(
        default=(),
        title=N_("Communes whose residents may write"),
        description=N_("Their page without log-in then has a form. None: nobody may."),
    )
    keep_days: int = Field(
        default=365,
        ge=30,
        le=3650,
        title=N_("How many days what residents wrote is kept"),
        description=N_("Then names, contacts and texts are erased; the log keeps only that something came in."),
    )
