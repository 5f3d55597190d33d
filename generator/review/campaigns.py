"""Rules on a campaign's facts: what ended before its day, whose address it is, whether the article says them all."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from generator import law
from generator.article import Article
from generator.article.filters import count, host, spell
from generator.campaign import Campaign, Commune
from generator.errors import Finding
from generator.i18n import _
from generator.review.addresses import hosts
from generator.review.dated import is_former_desk, told
from generator.review.placed import place_names
from generator.review.text import Text
from generator.yamlfile import YamlFile

Path = tuple[str | int, ...]


def facts(commune: Commune, index: int, source: YamlFile, day: date) -> Iterator[Finding]:
    """Facts that do not hold on `day`; `index`: which of the commune's campaigns."""
    campaign = commune.campaigns[index]
    here: Path = ("campaigns", index)
    ended: list[tuple[str, Path, str]] = []
    if not law.in_force("bon-muc-do", day):
        levels = [name for name in ("level_3", "level_4", "combined") if getattr(campaign.services, name) is not None]
        mend = _("Write the counts as “full” and “partial”, or null.")
        ended += [("law.levels-ended", (*here, "services", name), mend) for name in levels]
    if day < law.fact("toan-trinh-mot-phan").start:
        kinds = [name for name in ("full", "partial") if getattr(campaign.services, name) is not None]
        mend = _("Write the counts as “level_3” and “level_4”, or null.")
        ended += [("law.kinds-early", (*here, "services", name), mend) for name in kinds]
    if law.in_force("cong-quoc-gia-duy-nhat", day) and commune.portal.url:
        mend = _("Write null here, and the national portal under “national”.")
        ended.append(("law.portal-ended", ("portal", "url"), mend))
    if law.in_force("chinh-quyen-hai-cap", day) and commune.commune.district:
        ended.append(("law.district-ended", ("commune", "district"), _("Write null.")))
    desk = commune.contact_desk
    if law.in_force("trung-tam-phuc-vu-hanh-chinh-cong", day) and desk and is_former_desk(desk.name):
        ended.append(("law.one-stop-ended", ("contact_desk", "name"), told("law.one-stop-ended")[1]))
    for code, path, mend in ended:
        yield source.finding(path, code, told(code)[0], mend)
    if campaign.deadline and campaign.deadline < day:
        message = _("This day has passed on {day}, the article's day.").format(day=f"{day:%d/%m/%Y}")
        yield source.finding((*here, "deadline"), "date.past", message, _("Write a day to come, or null."))
    if campaign.template == "thong-bao" and not campaign.body:
        message, mend = _("This notice has no text."), _("Write its paragraphs under “body:”.")
        yield source.finding((*here, "body"), "article.no-body", message, mend)
    yield from _addresses(commune, source, day)
    yield from place_names(commune, source, day)


def said(article: Article, commune: Commune, campaign: Campaign, source: YamlFile, index: int) -> Iterator[Finding]:
    """Facts of the campaign that the rendered article leaves out, and parts that are only a heading."""
    folded = article.source.casefold()
    for path, words in _promised(commune, campaign):
        if not any(word.casefold() in folded for word in words):
            where: Path = path if path[0] != "campaign" else ("campaigns", index, *path[1:])
            message = _("The article does not say “{fact}”.").format(fact=words[0])
            mend = _("Say it in the template {name}, or write null here.").format(name=campaign.template)
            yield source.finding(where, "article.part-missing", message, mend)


def _promised(commune: Commune, campaign: Campaign) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Each fact that the article has to say, and the words that say it."""
    service_article = campaign.template == "dich-vu-cong-truc-tuyen"
    national_only = law.in_force("cong-quoc-gia-duy-nhat", campaign.as_of)
    if service_article:
        if commune.portal.national:
            yield ("portal", "national"), (host(commune.portal.national),)
        if commune.portal.url and not national_only:
            yield ("portal", "url"), (host(commune.portal.url),)
        if commune.commune.website:
            yield ("commune", "website"), (host(commune.commune.website),)
        if campaign.postal:
            yield ("campaign", "postal"), ("bưu điện", "bưu chính")
        for item, words in (("khai-sinh", "khai sinh"), ("khai-tu", "khai tử")):
            if item in campaign.linked_services:
                yield ("campaign", "linked_services"), (words,)
    levels = law.in_force("bon-muc-do", campaign.as_of)
    for name in ("level_3", "level_4", "combined") if levels else ("full", "partial"):
        number = getattr(campaign.services, name)
        if number is not None:
            yield ("campaign", "services", name), (str(number), count(number), spell(number))
    desk = campaign.contact or commune.contact_desk
    if desk:
        yield (("campaign", "contact", "name") if campaign.contact else ("contact_desk", "name")), (desk.name,)
    for group in campaign.appeal_to:
        yield ("campaign", "appeal_to"), (group,)
    for hotline in campaign.hotlines:
        yield ("campaign", "hotlines"), (hotline.phone,)


def _addresses(commune: Commune, source: YamlFile, day: date) -> Iterator[Finding]:
    given: tuple[tuple[Path, str | None], ...] = (
        (("portal", "url"), commune.portal.url),
        (("portal", "national"), commune.portal.national),
        (("commune", "website"), commune.commune.website),
    )
    for path, address in given:
        if not address:
            continue
        if path[0] == "portal" and not re.fullmatch(r"(?:[\w-]+\.)*gov\.vn", host(address).partition("/")[0].lower()):
            message = _("A state service has no address outside of gov.vn.")
            yield source.finding(path, "address.not-gov", message, _("Check the address: it may be a trap."))
            continue
        for hit in hosts(Text(address, day, unit=commune.commune)):
            yield replace(source.finding(path, hit.code, hit.message, hit.mend), severity=hit.severity)
