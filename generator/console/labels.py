"""What the fields of campaigns/*.yaml are called on forms, and a line of help for each."""

from dataclasses import dataclass

from generator.console import stationlabels
from generator.i18n import _


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
    known = labels() | stationlabels.labels()
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
    return Names(helps() | stationlabels.helps(), options() | stationlabels.options() | more)
