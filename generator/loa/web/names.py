"""What deeds, topics, outputs and alarms are called; a name that nobody has given yet is shown as it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loa.i18n import _


def _called(names: Callable[[], Mapping[str, str]]) -> Callable[[str], str]:
    """Looks up names, in the language of the moment."""
    return lambda key: names().get(key, key)


def _deeds() -> dict[str, str]:
    """What an entry of the audit trail means."""
    return {
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
        "commune.added": _("added a commune"),
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


def _topics() -> dict[str, str]:
    """What a template's topic is called."""
    return {
        "dich-vu-cong-truc-tuyen": _("Online public services"),
        "dinh-danh-dien-tu": _("Electronic identity (VNeID)"),
        "phong-chong-lua-dao": _("Online fraud"),
        "sot-xuat-huyet": _("Dengue fever"),
        "thong-bao": _("A free notice"),
    }


def _output_kinds() -> dict[str, str]:
    """What a kind of output is."""
    return {
        "sound-card": _("sound card"),
        "icecast": _("Icecast stream"),
        "rtp": _("IP loudspeakers (RTP)"),
        "http": _("IP loudspeakers (HTTP)"),
        "sip": _("SIP paging"),
        "file": _("recording to a file"),
        "null": _("for tests, silent"),
        "group": _("group"),
    }


def _alarm_kinds() -> dict[str, str]:
    """What an alarm is about."""
    return {
        "missed": _("Not aired"),
        "late": _("Aired late"),
        "short": _("Cut short"),
        "silent": _("Silence on air"),
        "clock": _("The clock is not sure"),
        "output": _("A loudspeaker does not work"),
        "disk": _("The disk is full"),
        "schedule": _("schedule.yaml has errors"),
    }


audit_action = _called(_deeds)
topic = _called(_topics)
output_kind = _called(_output_kinds)
alarm_kind = _called(_alarm_kinds)


def schedule_labels() -> dict[str, str]:
    """Names by the field's dotted path."""
    return {
        "volume": _("Volume, per cent"),
        "delay": _("Play later by"),
        "device": _("Sound card"),
        "url": _("Address of the stream"),
        "user": _("User name"),
        "password_env": _("Environment variable with the password"),
        "bitrate": _("Bit rate, kbit/s"),
        "address": _("Network address"),
        "port": _("Port"),
        "ttl": _("How many routers it may pass (TTL)"),
        "codec": _("Sound format"),
        "interface": _("Network card"),
        "host": _("Address of this computer"),
        "folder": _("Folder"),
        "outputs": _("Loudspeakers of this group"),
        "allowed": _("Hours in which broadcasting is allowed"),
        "max_minutes": _("Longest airing, minutes"),
        "max_sessions_per_day": _("Most airings a day"),
        "webhook": _("Message to a web address (webhook)"),
        "webhook.url": _("Web address"),
        "webhook.token_env": _("Environment variable with the token"),
        "email": _("E-mail"),
        "email.host": _("Mail server"),
        "email.port": _("Port"),
        "email.security": _("Encryption"),
        "email.user": _("User name"),
        "email.password_env": _("Environment variable with the password"),
        "email.sender": _("Sent from the address"),
        "email.to": _("Sent to"),
    }


def schedule_helps() -> dict[str, str]:
    """A line of help by the field's dotted path."""
    secret = _("Passwords do not stand in the file: whoever set up the computer writes them into this variable.")
    return {
        "volume": _("100: as the bulletin was made. At most 200."),
        "delay": _("For loudspeakers that are ahead of the others, for example 300ms or 1s."),
        "device": _("“default”, or a part of the name that `loa doctor` shows."),
        "url": _("For example http://192.168.1.20:8000/xa.mp3"),
        "password_env": secret,
        "address": _("The multicast address to which the loudspeakers listen, for example 239.255.12.34."),
        "port": _("As it is set in the loudspeakers."),
        "ttl": _("1: only in the same network."),
        "interface": _("Empty: the computer chooses."),
        "host": _("0.0.0.0: every network card of this computer."),
        "folder": _("Below the station's folder."),
        "allowed": _("One span a line, for example: 05:30-08:00. Empty: at any hour."),
        "max_minutes": _("Empty: no limit."),
        "max_sessions_per_day": _("Empty: no limit."),
        "webhook": _("For programs that pass messages on. Empty: none."),
        "webhook.token_env": secret,
        "email": _("Empty: no e-mail."),
        "email.password_env": secret,
        "email.to": _("One address a line."),
    }


def schedule_options() -> dict[str, dict[str, str]]:
    """What the choices of a field are called."""
    return {
        "codec": {
            "L16": _("L16 (uncompressed)"),
            "PCMU": _("PCMU (telephone quality)"),
            "MPA": _("MPA (MP3)"),
        },
        "email.security": {"starttls": "STARTTLS", "tls": "TLS", "none": _("none")},
    }


def labels() -> dict[str, str]:
    """Names by the field's dotted path."""
    return {
        "commune": _("The commune"),
        "commune.name": _("Name of the commune"),
        "commune.kind": _("Kind of unit"),
        "commune.district": _("District"),
        "commune.province": _("Province or city"),
        "commune.code": _("Official code"),
        "commune.website": _("Website"),
        "commune.sample": _("This is only a sample"),
        "portal": _("Public service portals"),
        "portal.url": _("Portal of the province"),
        "portal.national": _("National portal"),
        "contact_desk": _("Where people come in person"),
        "contact_desk.name": _("Name of the desk"),
        "contact_desk.address": _("Address"),
        "contact_desk.phone": _("Telephone"),
        "contact_desk.hours": _("Opening hours"),
        "station": _("The radio station"),
        "station.call": _("How the station names itself"),
        "station.region": _("Accent of the listeners"),
        "station.voice": _("Voice"),
        "station.voices": _("Presenters"),
        "station.jingle": _("Jingle"),
        "station.pronounce": _("How words are read"),
        "id": _("Short name"),
        "template": _("Topic"),
        "variant": _("Wording"),
        "title": _("Title"),
        "as_of": _("The text follows the law of this day"),
        "form": _("Form"),
        "services": _("How many services are offered online"),
        "services.level_3": _("At level 3"),
        "services.level_4": _("At level 4"),
        "services.combined": _("At levels 3 and 4 together"),
        "services.full": _("Complete online (toàn trình)"),
        "services.partial": _("Partly online (một phần)"),
        "postal": _("Filing and results also by post"),
        "linked_services": _("Linked services"),
        "explain_levels": _("Also explain the four former levels"),
        "voices": _("Presenters of this article"),
        "appeal_to": _("Who is asked to spread the word"),
        "body": _("Text of the notice"),
        "deadline": _("Last day to do it"),
        "contact": _("Where to go for this topic"),
        "contact.name": _("Name of the place"),
        "contact.address": _("Address"),
        "contact.phone": _("Telephone"),
        "contact.hours": _("Opening hours"),
        "hotlines": _("Whom to call"),
        "notes": _("Notes for staff"),
    }


def helps() -> dict[str, str]:
    """A line of help by the field's dotted path, where a name alone does not do."""
    return {
        "commune.district": _("Only for texts from before 1 July 2025."),
        "commune.code": _("Leave it empty if the unit no longer exists."),
        "commune.sample": _("Untick it when name and province are filled in."),
        "portal.url": _("Only for texts from before 1 July 2025, for example https://dichvucong.quangtri.gov.vn/"),
        "portal.national": _("For example https://dichvucong.gov.vn"),
        "contact_desk.phone": _("Leave it empty if you are not sure: it is then not said."),
        "station.call": _("Empty: “Đài truyền thanh” and the commune's name."),
        "station.voice": _("Empty: the best voice of this computer."),
        "station.voices": _("One a line: nữ, nam. Two take turns, paragraph by paragraph. Empty: one voice."),
        "voices": _("One a line: nữ, nam. Empty: as the station does."),
        "station.pronounce": _("One word a line, for example: VNeID = vi en i đi"),
        "variant": _("1 is the first wording; 2 says the same in other words, so that listeners do not tire."),
        "services": _("What is empty is not said. Nothing is invented."),
        "appeal_to": _("One a line, for example: lãnh đạo các ấp"),
        "body": _("For the topic “A free notice”: one paragraph a line."),
        "contact": _("Empty: the commune's own desk."),
        "hotlines": _("One a line: name | number. Write only numbers that you have checked."),
        "notes": _("Never shown on the page and never spoken."),
        "title": _("Stands above the article and in the list of bulletins."),
    }


def options() -> dict[str, dict[str, str]]:
    """What the choices of a field are called."""
    return {
        "form": {"radio": _("radio bulletin"), "web": _("web article")},
        "station.region": {"bac": _("northern"), "trung": _("central"), "nam": _("southern")},
        "linked_services": {
            "khai-sinh": _("birth registration, residence and insurance card for a child under 6"),
            "khai-tu": _("death registration, removal of residence and funeral allowance"),
        },
    }


def label(name: str) -> str:
    """The field's name on the form; its key where nobody has named it yet."""
    known = labels() | schedule_labels()
    return known.get(name, name.rsplit(".", 1)[-1].replace("_", " "))


@dataclass(frozen=True, slots=True)
class Names:
    """What a form needs to speak to people: names, help and the names of choices, by the field's dotted path."""

    helps: dict[str, str]
    choices: dict[str, dict[str, str]]

    def label(self, name: str) -> str:
        """The field's name on the form."""
        return label(name)


def names(**more: dict[str, str]) -> Names:
    """All names; `more`: choices that depend on the station, by field."""
    return Names(helps() | schedule_helps(), options() | schedule_options() | more)


def outcome_name(outcome: str | None) -> str:
    """What an outcome of the log means."""
    names = {
        "aired": _("aired"),
        "aired-late": _("aired late"),
        "resumed": _("aired after an interruption"),
        "cut": _("stopped before its end"),
        "missed": _("not aired"),
        "skipped": _("left out"),
    }
    return names.get(outcome or "", outcome or "–")
