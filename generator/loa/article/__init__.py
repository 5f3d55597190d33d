"""A campaign's facts in a template's words: Article. Absent facts drop their sentence; nothing is invented."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from loa import template_files
from loa.article import own_words, tables
from loa.article.facts import Law, Record, plain, record
from loa.article.markup import MARKS, Form, Part, only, shown
from loa.article.markup import spoken_parts as _spoken_parts
from loa.article.templates import fill
from loa.article.topics import values
from loa.campaign import Campaign, Commune
from loa.normalizer import split_sentences
from loa.reference import places
from loa.text import printable
from loa.workspace import Workspace

__all__ = [
    "Article",
    "Form",
    "Part",
    "passages",
    "radio_template",
    "radio_text",
    "render",
    "summary",
    "summary_name",
    "template_name",
]

RadioText = Literal["opening", "bridge", "summary", "closing", "apology"]


@dataclass(frozen=True, slots=True)
class Article:
    """A rendered article. `source` holds what the eye reads and what the ear hears, marked (see alternates.py)."""

    commune: str  # the commune's stem
    campaign: str  # the campaign's id; for radio texts their name
    title: str
    as_of: date
    form: Form
    source: str
    unused: tuple[str, ...] = ()  # the template's words for which there are own ones, and which it has no longer

    @property
    def markdown(self) -> str:
        """What the page shows."""
        return _markdown(self.source, self.form)

    @property
    def unseen(self) -> list[str]:
        """What only the microphone hears, for a page of the form "web"."""
        return only(self.source, "radio") if self.form == "web" else []

    @property
    def spoken_parts(self) -> tuple[Part, ...]:
        """What the microphone hears, block by block."""
        return _parts(self.source, self.form)


@lru_cache(maxsize=64)
def _markdown(source: str, form: Form) -> str:
    return shown(source, form)


@lru_cache(maxsize=64)
def _parts(source: str, form: Form) -> tuple[Part, ...]:
    return _spoken_parts(source, form)


def template_name(campaign: Campaign) -> str:
    """The template's path below templates/; a second wording is `<template>.2.md.j2`."""
    variant = f".{campaign.variant}" if campaign.variant > 1 else ""
    return f"articles/{campaign.template}{variant}.md.j2"


def render(workspace: Workspace, commune: Commune, campaign: Campaign) -> Article:
    """The article of `campaign`. Raises TemplateError: the template's file and line, or the facts that are missing."""
    given = _facts(commune, campaign) | {"facts": values(workspace, commune.stem, campaign)}
    source, unused = own_words.applied(_fit(fill(workspace, template_name(campaign), given)), campaign.words)
    return Article(commune.stem, campaign.id, campaign.title, campaign.as_of, campaign.form, source, unused)


def passages(workspace: Workspace, commune: Commune, campaign: Campaign) -> list[str]:
    """The passages of a campaign's article that may get own words, in the template's words. Raises TemplateError."""
    made = render(workspace, commune, campaign.model_copy(update={"words": ()}))
    return [passage.text for passage in own_words.passages(made.source)]


def summary_name(campaign: Campaign) -> str:
    """The path below templates/ of the template of a topic's summary."""
    return f"articles/{campaign.template}.summary.j2"


def summary(workspace: Workspace, commune: Commune, campaign: Campaign) -> Article | None:
    """What, when, where and whom to call, in a few sentences for the ear; None where the topic has no such template,
    its text is empty, or the article has words of its own, which the template does not know. Raises TemplateError.
    """
    name = summary_name(campaign)
    if campaign.words or not template_files.locate(workspace, name).is_file():
        return None
    given = _facts(commune, campaign) | {"facts": values(workspace, commune.stem, campaign), "gist": _gist(campaign)}
    source = _fit(fill(workspace, name, given))
    made = Article(commune.stem, "summary", campaign.title, campaign.as_of, "radio", source)
    return made if made.spoken_parts else None


_WHEN = re.compile(
    r"\b\d{1,2}\s*(?:giờ|h\d*|:\d\d)\b|\bngày \d|\b\d{1,2}/\d{1,2}\b"
    r"|\b(?:thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật)\b",
    re.IGNORECASE,
)
_GIST = 3
"""Sentences of a notice that its summary holds at most."""


def _gist(campaign: Campaign) -> list[str]:
    """The sentences of a notice that say when; none where these are not few."""
    found = []
    for paragraph in campaign.body:
        if not paragraph.lstrip().startswith("|"):
            found += [paragraph[a:b] for a, b in split_sentences(paragraph) if _WHEN.search(paragraph[a:b])]
    return found if len(found) <= _GIST else []


def radio_template(name: RadioText) -> str:
    """The path of a radio text's template below templates/."""
    return f"radio/{name}.txt.j2"


SPOKEN_LABEL = "Chương trình do giọng đọc máy tính thể hiện."
"""What is said after the opening where the commune wants listeners to know that a machine reads."""


def radio_text(
    workspace: Workspace,
    commune: Commune,
    name: RadioText,
    campaigns: Sequence[Campaign],
    titles: Sequence[str] = (),
) -> Article:
    """What a bulletin that holds `campaigns` says around them, or in their place. Raises TemplateError.

    `titles`: what it announces; empty: the titles of the campaigns.
    """
    facts = {
        "commune": _unit(commune),
        "call": commune.call,
        "titles": list(titles) or [campaign.title for campaign in campaigns],
        "campaigns": [_visible(campaign) for campaign in campaigns],
    }
    source = _fit(fill(workspace, radio_template(name), facts))
    if name == "opening" and commune.station.spoken_label:
        source = f"{source.rstrip()}\n\n{SPOKEN_LABEL}\n"
    day = campaigns[0].as_of if campaigns else date.today()  # noqa: DTZ011  no law is asked for in a programme without articles
    return Article(commune.stem, name, commune.call, day, "radio", source)


def _fit(source: str) -> str:
    """The rendered text, of which a template's own words may hold anything, without what no page can hold."""
    return "".join(piece if piece in MARKS else printable(piece) for piece in _AT_MARKS.split(source) if piece)


_AT_MARKS = re.compile(f"([{MARKS}])")


def _visible(campaign: Campaign) -> dict[str, Any]:
    """A campaign as templates see it: all but notes for staff, what is for reports, and what has its own name."""
    without = {"notes", "facts", "words", "category", "author", "received_from"}
    return {name: plain(getattr(campaign, name)) for name in Campaign.model_fields if name not in without}


def _unit(commune: Commune) -> Record:
    """The commune itself; `commune.full` is what templates have always called its full name."""
    return record(commune.unit, full=commune.unit.full_name)


def _province(commune: Commune, day: date) -> str | None:
    """`tỉnh Quảng Trị`, `thành phố Huế`: the province with its kind on `day`; a name that is in no list is a tỉnh."""
    name = commune.unit.province
    if name is None:
        return None
    known = places.province(name, day)
    return known.full if known else f"tỉnh {name}"


_OF_THE_COMMUNE = (None, "thông báo", "kế hoạch", "công văn")
"""Kinds of documents that are the committee's where nobody else is named; a talk or an appeal may be anybody's."""


def _facts(commune: Commune, campaign: Campaign) -> dict[str, Any]:
    return {
        **_visible(campaign),
        "body": tables.joined(campaign.body),
        "issuer": commune.issuer(campaign) if campaign.issuer or campaign.kind in _OF_THE_COMMUNE else None,
        "commune": _unit(commune),
        "province": _province(commune, campaign.as_of),
        "portal": plain(commune.portal),
        "desk": plain(commune.desk(campaign)),
        "call": commune.call,
        "law": Law(campaign.as_of),
    }
