"""Dates, lengths and sizes as people here write them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from generator.console.onair import outcome_name
from generator.i18n import _, ngettext

_zone: list[tzinfo | None] = [None]


def use_zone(zone: tzinfo | None) -> None:
    """Show instants in this time zone, the station's; None: the computer's."""
    _zone[0] = zone


def local(value: datetime) -> datetime:
    """An instant on the station's clock."""
    return value.astimezone(_zone[0])


def weekday(day: date) -> str:
    """`thứ Ba`."""
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return names[day.weekday()]


def day(value: date) -> str:
    """`22/11/2026`."""
    return f"{value:%d/%m/%Y}"


def long_day(value: date) -> str:
    """`Chủ nhật, 22/11/2026`."""
    return f"{weekday(value)}, {value:%d/%m/%Y}"


def clock(value: datetime) -> str:
    """`17:00`."""
    return f"{local(value) if value.tzinfo else value:%H:%M}"


def moment(value: datetime | str | None) -> str:
    """`17:00 22/11/2026` on the station's clock; text is what tables keep."""
    if value is None:
        return "–"
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{local(value) if value.tzinfo else value:%H:%M %d/%m/%Y}"


def lasting(seconds: float) -> str:
    """`12:05`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def wait(value: timedelta) -> str:
    """`2 giờ 5 phút`: how long until something, to the minute."""
    minutes = max(0, round(value.total_seconds() / 60))
    if minutes >= 48 * 60:
        return ngettext("{n} day", "{n} days", minutes // 1440).format(n=minutes // 1440)
    if minutes >= 60:
        return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)


def size(count: int) -> str:
    """`1,4 MB`, with a decimal comma."""
    if count >= 1_000_000:
        return f"{count / 1_000_000:.1f} MB".replace(".", ",")
    return f"{max(1, round(count / 1000))} kB"


def deed(action: str) -> str:
    """What an entry of the audit trail means; a name we do not know is shown as it is."""
    names = {
        "login": _("logged in"),
        "login.failed": _("failed to log in"),
        "logout": _("logged out"),
        "first.run": _("became administrator"),
        "password.changed": _("changed the own password"),
        "token.made": _("made a token"),
        "token.dropped": _("withdrew a token"),
        "person.added": _("added a person"),
        "person.changed": _("changed a person"),
        "person.password": _("gave a new password"),
        "commune.saved": _("changed a commune's facts"),
        "commune.imported": _("brought in a commune"),
        "commune.restored": _("brought an earlier version back"),
        "campaign.added": _("added a campaign"),
        "campaign.imported": _("brought in an article"),
        "campaign.removed": _("deleted a campaign"),
        "broadcast.removed": _("deleted a broadcast"),
        "campaign.saved": _("changed a campaign"),
        "campaign.mended": _("mended a text"),
        "reading.kept": _("set how a word is read"),
        "audio.asked": _("had audio made"),
        "job.cancelled": _("cancelled a job"),
        "schedule.changed": _("changed the schedule"),
        "schedule.undone": _("took a change of the schedule back"),
        "bulletin.signed": _("signed a bulletin"),
        "bulletin.returned": _("sent a bulletin back"),
        "bulletin.withdrawn": _("withdrew a signature"),
        "air.played": _("played a bulletin by hand"),
        "air.stopped": _("stopped the sound"),
        "alarm.seen": _("acknowledged an alarm"),
        "output.volume": _("changed a volume"),
        "output.tested": _("tested an output"),
        "emergency.written": _("wrote an emergency message"),
        "emergency.released": _("released an emergency message"),
        "jingle.added": _("added a station sound"),
        "log.exported": _("exported the log"),
        "log.verified": _("verified the log"),
        "pages.asked": _("had pages and feeds written"),
        "backup.made": _("made a backup"),
    }
    return names.get(action, action)


def topic(name: str) -> str:
    """What a template's topic is called; its file name where we do not know it."""
    names = {
        "dich-vu-cong-truc-tuyen": _("Online public services"),
        "dinh-danh-dien-tu": _("Electronic identity (VNeID)"),
        "phong-chong-lua-dao": _("Online fraud"),
        "sot-xuat-huyet": _("Dengue fever"),
        "thong-bao": _("A free notice"),
    }
    return names.get(name, name)


def output_kind(kind: str) -> str:
    """What a kind of output is."""
    names = {
        "sound-card": _("sound card"),
        "icecast": _("Icecast stream"),
        "rtp": _("IP loudspeakers (RTP)"),
        "http": _("IP loudspeakers (HTTP)"),
        "sip": _("SIP paging"),
        "file": _("recording to a file"),
        "null": _("for tests, silent"),
        "group": _("group"),
    }
    return names.get(kind, kind)


def alarm_kind(kind: str) -> str:
    """What an alarm is about."""
    names = {
        "missed": _("Not aired"),
        "late": _("Aired late"),
        "short": _("Cut short"),
        "silent": _("Silence on air"),
        "clock": _("The clock is not sure"),
        "output": _("A loudspeaker does not work"),
        "disk": _("The disk is full"),
        "schedule": _("schedule.yaml has errors"),
    }
    return names.get(kind, kind)


FILTERS: dict[str, Callable[..., Any]] = {
    "weekday": weekday,
    "day": day,
    "long_day": long_day,
    "clock": clock,
    "moment": moment,
    "lasting": lasting,
    "wait": wait,
    "size": size,
    "deed": deed,
    "outcome": outcome_name,
    "output_kind": output_kind,
    "alarm_kind": alarm_kind,
    "topic": topic,
}
