"""An article's own words in a commune's file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from loa.article.own_words import one_line
from loa.campaign import Campaign, Commune
from loa.i18n import _
from loa.web.forms import FormError


@dataclass(frozen=True, slots=True)
class Rewording:
    """What a passage said when the page was made, and what it is to say; `template`: as the template says it."""

    template: str
    was: str
    say: str


def reword(data: Any, id_: str, changes: Mapping[str, Rewording], gone: frozenset[str] = frozenset()) -> None:
    """Give passages of the campaign `id_` own words, in the data of its commune's file, or the template's back.

    `changes` by the fields that they come from; `gone`: the template's words that the article does not hold any more.
    Raises FormError where somebody else reworded a passage meanwhile.
    """
    entry = next(entry for entry in data["campaigns"] if entry.get("id") == id_)
    held = {one_line(words["instead"]): words["say"] or "" for words in entry.get("words") or []}
    problems: dict[str, str | None] = {}
    for field, change in changes.items():
        now = one_line(held.get(change.template, change.template))
        if now not in (change.was, change.say):
            text = _("Somebody else changed this passage meanwhile. It says now: “{text}”")
            problems[field] = text.format(text=now or _("(left out)"))
        elif change.say == change.template:
            held.pop(change.template, None)
        else:
            held[change.template] = change.say
    FormError.if_any(problems)
    entry["words"] = [{"instead": template, "say": say} for template, say in held.items() if template not in gone]
    if not entry["words"]:
        del entry["words"]


def mend(data: Any, id_: str, quote: str, replacement: str, passages: Sequence[str]) -> str:
    """Put `replacement` for `quote` where the words of the campaign `id_` come from: its facts, else the commune's,
    else the template's `passages`, which then get own words. Returns where that was, for people. Raises FormError.
    """
    entry = next(entry for entry in data["campaigns"] if entry.get("id") == id_)
    for model, group in ((Campaign, entry), (Commune, data)):
        if places := replace_in(group, quote, replacement, without=_NOT_READ):
            return ", ".join(dict.fromkeys(_called(model, place) for place in places))
    held = next((text for text in passages if quote in text), None)
    if held is None:
        text = _("These words stand in the template, not in the facts: the administrator can mend templates/.")
        raise FormError({"": text})
    reword(data, id_, {"": Rewording(held, held, held.replace(quote, replacement))})
    return _("own words for passage {n}").format(n=passages.index(held) + 1)


def _called(model: type[BaseModel], place: tuple[str | int, ...]) -> str:
    """A place in a campaign or commune as the page calls it: `Text of the notice, paragraph 2`."""
    names = {info.alias or name: info.title or name for name, info in model.model_fields.items()}
    title = _(names.get(str(place[0]), str(place[0])))
    number = next((step for step in place if isinstance(step, int)), None)
    return title if number is None else _("{title}, paragraph {n}").format(title=title, n=number + 1)


_NOT_READ = frozenset({"id", "template", "notes", "instead", "campaigns"})
"""What no article says, and other articles."""


def replace_in(
    data: Any, quote: str, replacement: str, without: frozenset[str] = frozenset()
) -> list[tuple[str | int, ...]]:
    """Replace `quote` in every text of `data` but those of the keys `without`; gives the places of what changed."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found: list[tuple[str | int, ...]] = []
    for key, value in list(items):
        if key in without:
            continue
        if isinstance(value, str) and quote in value:
            data[key] = value.replace(quote, replacement)
            found.append((key,))
        else:
            found += ((key, *place) for place in replace_in(value, quote, replacement, without))
    return found
