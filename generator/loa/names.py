"""What the codes in files and tables are called; a code that has no name is shown as it is."""

from collections.abc import Callable, Mapping

from loa.i18n import N_, _

_VOICES = {
    "loa:nu": N_("Loa, a woman's voice"),
    "loa:nam": N_("Loa, a man's voice"),
    "edge:vi-VN-HoaiMyNeural": N_("Microsoft, a woman's voice (over the Internet)"),
    "edge:vi-VN-NamMinhNeural": N_("Microsoft, a man's voice (over the Internet)"),
    "gtts:vi": N_("Google, a woman's voice (over the Internet)"),
    "piper:vi_VN-vais1000-medium": N_("Piper, a woman's voice"),
}
_REGIONS = {"vi": N_("of the north"), "vi-vn-x-central": N_("of the centre"), "vi-vn-x-south": N_("of the south")}
"""The dialects of eSpeak NG."""
_ENGINES = {
    "loa": N_("Loa's own voices"),
    "edge": N_("Voices of Microsoft (over the Internet)"),
    "gtts": N_("Voice of Google (over the Internet)"),
    "piper": N_("Voices of Piper"),
    "espeak": N_("Simple voices of the computer, for need"),
}


def _called(names: Callable[[], Mapping[str, str]]) -> Callable[[str | None], str]:
    """Looks up names, in the language of the moment; None is a dash."""
    return lambda key: names().get(key or "–", key or "–")


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
        "person.rescued": _("made somebody administrator, on the computer itself"),
        "secret.changed": _("set a password or token that the station sends"),
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
        "campaign.sent": _("sent a bulletin to the leader"),
        "job.cancelled": _("cancelled a job"),
        "schedule.changed": _("changed the schedule"),
        "player.code": _("let a player join"),
        "player.revoked": _("took a player out"),
        "player.test": _("had players sound the chime"),
        "player.restart": _("had players start again"),
        "schedule.undone": _("took a change of the schedule back"),
        "bulletin.signed": _("signed a bulletin"),
        "bulletin.not-mine": _("said that others wrote what was changed past Loa"),
        "bulletin.at-once": _("released a bulletin and put it on air in one act"),
        "bulletin.returned": _("sent a bulletin back"),
        "bulletin.withdrawn": _("withdrew a signature"),
        "air.played": _("played a bulletin by hand"),
        "air.stopped": _("stopped the sound"),
        "alarm.seen": _("acknowledged an alarm"),
        "clock.confirmed": _("confirmed the computer's clock"),
        "output.volume": _("changed a volume"),
        "output.tested": _("tested an output"),
        "output.heard": _("heard a loudspeaker’s chime"),
        "output.not-heard": _("did not hear a loudspeaker’s chime"),
        "emergency.written": _("wrote an emergency message"),
        "emergency.released": _("released an emergency message"),
        "emergency.taken-down": _("took down an emergency message"),
        "emergency.alone": _("released an own emergency message, with nobody else there"),
        "live.begun": _("spoke at the microphone"),
        "message.again": _("sent a message again"),
        "feedback.answered": _("answered feedback"),
        "feedback.signed": _("signed an answer to feedback"),
        "feedback.closed": _("closed feedback"),
        "feedback.erased": _("erased feedback"),
        "inbox.signed": _("signed a message from outside"),
        "inbox.taken": _("had a message from outside made"),
        "inbox.refused": _("refused a message from outside"),
        "campaign.reworded": _("changed the words of an article"),
        "jingle.added": _("added a station sound"),
        "sound.removed": _("deleted a sound"),
        "log.exported": _("exported the log"),
        "log.verified": _("verified the log"),
        "pages.asked": _("had pages and feeds written"),
        "voice.fetched": _("had a voice fetched"),
        "backup.made": _("made a backup"),
        "backup.asked": _("had a backup made"),
    }


def _output_kinds() -> dict[str, str]:
    """What a kind of output is."""
    return {
        "sound-card": _("sound card"),
        "icecast": _("Icecast stream"),
        "rtp": _("IP loudspeakers (RTP)"),
        "http": _("IP loudspeakers (HTTP)"),
        "player": _("player beside an amplifier"),
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
        "relay": _("A relay is not heard"),
        "unheard": _("No sound yet"),
        "clock": _("The clock is not sure"),
        "output": _("A loudspeaker does not work"),
        "database": _("The database was deleted or replaced"),
        "disk": _("The disk is full"),
        "log": _("The log was changed"),
        "room": _("The disk is nearly full"),
        "witness": _("Witness of the log"),
        "schedule": _("schedule.yaml has errors"),
        "backup": _("The backup is old"),
        "request": _("A request was not followed"),
        "inbox": _("A message from outside"),
    }


def _outcomes() -> dict[str, str]:
    """What became of an airing."""
    return {
        "aired": _("aired"),
        "aired-late": _("aired late"),
        "resumed": _("aired after an interruption"),
        "cut": _("stopped before its end"),
        "missed": _("not aired"),
        "skipped": _("left out"),
    }


audit_action = _called(_deeds)
output_kind = _called(_output_kinds)
alarm_kind = _called(_alarm_kinds)
outcome = _called(_outcomes)


def voice_name(name: str) -> str:
    """What people call the voice `engine:voice`; its own name where nobody knows another."""
    engine, _colon, voice = name.partition(":")
    region, _plus, kind = voice.partition("+")
    if engine != "espeak" or region not in _REGIONS:
        return _(_VOICES[name]) if name in _VOICES else name
    who = _("a woman's voice") if kind.startswith("f") else _("a man's voice")
    return _("Simple, {who} {region}").format(who=who, region=_(_REGIONS[region])) + (f" ({kind})" if kind else "")


def engine_name(name: str) -> str:
    """What people call a speech engine."""
    return _(_ENGINES[name]) if name in _ENGINES else name


def speakers(text: str) -> str:
    """What people call the voices of a bulletin, `engine:voice + voice`."""
    engine, _colon, voices = text.partition(":")
    return " + ".join(voice_name(f"{engine}:{voice}") for voice in voices.split(" + "))
