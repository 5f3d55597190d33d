"""What the fields of schedule.yaml are called on forms: outputs, rules, alerts."""

from generator.i18n import _


def labels() -> dict[str, str]:
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


def helps() -> dict[str, str]:
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


def options() -> dict[str, dict[str, str]]:
    """What the choices of a field are called."""
    return {
        "codec": {
            "L16": _("L16 (uncompressed)"),
            "PCMU": _("PCMU (telephone quality)"),
            "MPA": _("MPA (MP3)"),
        },
        "email.security": {"starttls": "STARTTLS", "tls": "TLS", "none": _("none")},
    }
