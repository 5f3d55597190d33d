"""The whole workspace under review: campaign files, templates, and every article that they make."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import get_args

from loa import article as articles
from loa import plugins, template_files
from loa.article import Article, own_words, topics
from loa.article.filters import count, host, spell
from loa.article.templates import asked_for
from loa.campaign import Campaign, Commune, read_station
from loa.checks import Text, findings, hits
from loa.checks.rules.addresses import hosts
from loa.checks.rules.law_dates import is_former_desk, reported
from loa.errors import Finding, PluginError, Severity, TemplateError, WorkspaceError
from loa.i18n import _
from loa.normalizer import Doubt, read, survey
from loa.reference import law, places
from loa.workspace import Workspace, read_text
from loa.yamlfile import YamlFile


def place_names(commune: Commune, source: YamlFile, day: date) -> Iterator[Finding]:
    """A province that is not, and what the list does not have in it. Mergers go on: only the province is an error."""
    unit = commune.unit
    if unit.sample or unit.province is None or unit.name is None:
        return
    province = places.province(unit.province, day)
    if province is None:
        yield _no_province(unit.province, source, day)
        return

    def doubt(key: str, code: str, message: str, fix: str) -> Finding:
        return replace(source.finding(("commune", key), code, message, fix), severity=Severity.WARNING)

    if unit.district and day < places.NEW_UNITS and places.district(unit.district, province.code) is None:
        message = _("{province} has no district “{name}” in the official list.")
        yield doubt(
            "district",
            "place.district",
            message.format(province=province.full, name=unit.district),
            _("Check the name."),
        )
    found = places.communes(unit.name, day, unit.province)
    if not found:
        message = _("{province} has no commune “{name}” in the official list for {day}.")
        reported = message.format(province=province.full, name=unit.name, day=f"{day:%d/%m/%Y}")
        yield doubt(
            "name", "place.commune", reported, _("Check the name and the article's day; units merged on 1 July 2025.")
        )
    elif unit.kind not in {other.kind for other in found}:
        message = _("{name} is {kind} in the official list.").format(name=unit.name, kind=found[0].kind)
        yield doubt("kind", "place.kind", message, _("Write {right}.").format(right=found[0].kind))
    if unit.code and not (unit.code.isdigit() and places.commune(int(unit.code))):
        message = _("No commune of today has the code {code}.").format(code=unit.code)
        yield doubt("code", "place.code", message, _("Write the code of the official list, or null."))


def _no_province(name: str, source: YamlFile, day: date) -> Finding:
    names = [province.name for province in places.provinces(day)]
    later = sorted(places.related(name) & set(names))
    message = _("There is no province “{name}” on {day}.").format(name=name, day=f"{day:%d/%m/%Y}")
    if later:
        fix = _("On that day it is: {list}").format(list=", ".join(later))
    else:
        fix = _("Choose: {list}").format(list=", ".join(difflib.get_close_matches(name, names, 3, 0.5) or names))
    return source.finding(("commune", "province"), "place.province", message, fix)


KeyPath = tuple[str | int, ...]


def facts(commune: Commune, index: int, source: YamlFile, day: date) -> Iterator[Finding]:
    """Facts that do not hold on `day`; `index`: which of the commune's campaigns."""
    campaign = commune.campaigns[index]
    here: KeyPath = ("campaigns", index)
    ended: list[tuple[str, KeyPath, str]] = []
    if not law.in_force("bon-muc-do", day):
        levels = [name for name in ("level_3", "level_4", "combined") if getattr(campaign.services, name) is not None]
        fix = _("Write the counts as “full” and “partial”, or null.")
        ended += [("law.levels-ended", (*here, "services", name), fix) for name in levels]
    if day < law.fact("toan-trinh-mot-phan").start:
        kinds = [name for name in ("full", "partial") if getattr(campaign.services, name) is not None]
        fix = _("Write the counts as “level_3” and “level_4”, or null.")
        ended += [("law.kinds-early", (*here, "services", name), fix) for name in kinds]
    if law.in_force("cong-quoc-gia-duy-nhat", day) and commune.portal.url:
        fix = _("Write null here, and the national portal under “national”.")
        ended.append(("law.portal-ended", ("portal", "url"), fix))
    if law.in_force("chinh-quyen-hai-cap", day) and commune.unit.district:
        ended.append(("law.district-ended", ("commune", "district"), _("Write null.")))
    desk = commune.contact_desk
    if law.in_force("trung-tam-phuc-vu-hanh-chinh-cong", day) and desk and is_former_desk(desk.name):
        ended.append(("law.one-stop-ended", ("contact_desk", "name"), reported("law.one-stop-ended")[1]))
    for code, path, fix in ended:
        yield source.finding(path, code, reported(code)[0], fix)
    if campaign.deadline and campaign.deadline < day:
        message = _("This day has passed on {day}, the article's day.").format(day=f"{day:%d/%m/%Y}")
        yield source.finding((*here, "deadline"), "date.past", message, _("Write a day to come, or null."))
    if campaign.template == "thong-bao" and not campaign.body:
        message, fix = _("This notice has no text."), _("Write its paragraphs under “body:”.")
        yield source.finding((*here, "body"), "article.no-body", message, fix)
    yield from nothings(source, index)
    yield from _addresses(commune, source, day)
    yield from place_names(commune, source, day)


_NOTHING = re.compile(
    r"(?:không|ko|không có|không rõ|chưa|chưa có|chưa rõ|trống|bỏ trống|đang cập nhật|cập nhật sau|"
    r"n\s*/?\s*a|none|null|nil|tbd|x{2,}|[-–—_.…?/]+)\.?",
    re.IGNORECASE,
)


def nothings(source: YamlFile, index: int) -> Iterator[Finding]:
    """ "address: không", "phone: chưa có", "hours: -": a word for nothing, which would be read aloud as a fact."""
    for path, value in _texts(source.data, ()):
        other_campaign = path[0] == "campaigns" and path[1:2] != (index,)
        if not other_campaign and _NOTHING.fullmatch(value.strip()):
            message = _("“{value}” would be read aloud as if it were the fact.").format(value=value)
            yield source.finding(path, "fact.nothing", message, _("Write null where there is nothing to say."))


def _texts(data: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every text of a campaign file but for notes and pronunciations."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in {"notes", "pronounce"}:
                yield from _texts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*path, index))
    elif isinstance(data, str) and path:
        yield path, data


def check_spoken(
    article: Article,
    commune: Commune,
    campaign: Campaign,
    source: YamlFile,
    index: int,
    asked: frozenset[str] | None = None,
) -> Iterator[Finding]:
    """Facts of the campaign that the rendered article leaves out. `asked`: what the topic's templates ask for."""
    folded = article.source.casefold()
    for path, words in _promised(commune, campaign):
        if path[0] == "contact_desk" and asked is not None and "desk" not in asked:
            continue  # nobody asks there when the power is off
        if not any(word.casefold() in folded for word in words):
            where: KeyPath = path if path[0] != "campaign" else ("campaigns", index, *path[1:])
            message = _("The article does not say “{fact}”.").format(fact=words[0])
            fix = _("Say it in the template {name}, or write null here.").format(name=campaign.template)
            yield source.finding(where, "article.part-missing", message, fix)


def _promised(commune: Commune, campaign: Campaign) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    """Each fact that the article has to say, and the words that say it."""
    service_article = campaign.template == "dich-vu-cong-truc-tuyen"
    national_only = law.in_force("cong-quoc-gia-duy-nhat", campaign.as_of)
    if service_article:
        if commune.portal.national:
            yield ("portal", "national"), (host(commune.portal.national),)
        if commune.portal.url and not national_only:
            yield ("portal", "url"), (host(commune.portal.url),)
        if commune.unit.website:
            yield ("commune", "website"), (host(commune.unit.website),)
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
    desk = commune.desk(campaign)
    if desk:
        place: KeyPath = ("contact_desk", "name") if desk == commune.contact_desk else ("campaign", "issuer")
        yield (("campaign", "contact", "name") if campaign.contact else place), (desk.name,)
    for group in campaign.appeal_to:
        yield ("campaign", "appeal_to"), (group,)
    for hotline in campaign.hotlines:
        yield ("campaign", "hotlines"), (hotline.phone,)


def _addresses(commune: Commune, source: YamlFile, day: date) -> Iterator[Finding]:
    given: tuple[tuple[KeyPath, str | None], ...] = (
        (("portal", "url"), commune.portal.url),
        (("portal", "national"), commune.portal.national),
        (("commune", "website"), commune.unit.website),
    )
    for path, address in given:
        if not address:
            continue
        if path[0] == "portal" and not re.fullmatch(r"(?:[\w-]+\.)*gov\.vn", host(address).partition("/")[0].lower()):
            message = _("A state service has no address outside of gov.vn.")
            yield source.finding(path, "address.not-gov", message, _("Check the address: it may be a trap."))
            continue
        for hit in hosts(Text(address, day, unit=commune.unit)):
            yield replace(source.finding(path, hit.code, hit.message, hit.fix), severity=hit.severity)


def doubts_of_article(article: Article, commune: Commune) -> Iterator[Finding]:
    """What is doubtful in what the microphone hears; without a place, which the caller knows."""
    station = commune.station
    subject = survey("\n".join(part.text for part in article.spoken_parts))
    for part in article.spoken_parts:
        reading = read(part.text, region=station.region, pronounce=station.pronounce, subject=subject)
        yield from map(_finding, reading.doubts)


def doubts_of_text(text: Text, file: str) -> Iterator[Finding]:
    """What is doubtful in a text that somebody wants to have read aloud."""
    subject = survey(text.flat)
    for offset, passage in text.passages:
        for doubt in read(passage.text, subject=subject).doubts:
            line, column = text.place(offset + doubt.start)
            yield _finding(doubt, file, line, column)


def _finding(doubt: Doubt, file: str | None = None, line: int | None = None, column: int | None = None) -> Finding:
    fix = _("Write it out, or add it under “pronounce:” of the station.")
    match doubt.code:
        case "abbreviation.unknown":
            message = _("The reader does not know “{quote}”; it says “{taken}”.")
        case "word.glued":
            message = _("“{quote}” was typed without a space; the reader says “{taken}”.")
            fix = _("Put the space in.")
        case "address.long":
            message = _("Nobody can write down “{quote}” from hearing it; the reader says “{taken}”.")
            fix = _("Give a short address, or the name of the page.")
        case _:
            message = _("“{quote}” can be read in more than one way; the reader says “{taken}”.")
    if doubt.others:
        fix = _("Or is it “{others}”? Write it out, or add it under “pronounce:” of the station.")
    return Finding(
        doubt.code,
        message.format(quote=doubt.quote, taken=doubt.taken),
        fix.format(others="”, “".join(doubt.others)),
        Severity.WARNING,
        file,
        line,
        column,
        doubt.quote,
    )


def check(
    workspace: Workspace,
    day: date | None = None,
    *,
    spoken: bool = False,
    seen: Callable[[Commune], object] = lambda _commune: None,
) -> list[Finding]:
    """Everything wrong in the station. `day`: whose law counts instead of each campaign's own `as_of`.

    `spoken`: also the places where the reader had to guess. `seen` is called with each commune that is valid.
    """
    found: list[Finding] = []
    days: list[date] = []
    asked = asked_for(workspace)
    for commune, source in read_station(workspace, found):
        seen(commune)
        found += check_commune(workspace, commune, source, day, spoken=spoken, asked=asked)
        days += (campaign.as_of for campaign in commune.campaigns)
    newest = max(days, default=date(2026, 11, 1))
    for name in plugins.found(plugins.TOPICS):
        try:
            template_files.topic_files(name)
        except PluginError as error:
            found += error.findings
    for path in template_files.no_files(workspace):
        try:
            read_text(path)
        except WorkspaceError as error:
            found += [replace(finding, file=workspace.relative(path)) for finding in error.findings]
    for name in template_files.topics(workspace):
        found += check_topic(workspace, name, day or newest, spoken=spoken)
    return _once(found)


def check_topic(workspace: Workspace, name: str, day: date, *, spoken: bool = False) -> Iterator[Finding]:
    """Everything wrong with a topic that the station made or changed, if it has a list of facts.

    Each wording is tried with the list's examples, with all of them and with the needed ones only, in a commune that
    knows nothing else.
    """
    facts_file, wordings = topics.file_of(name), topics.wordings(workspace, name)
    if not any(template_files.is_own(workspace, file) for file in (facts_file, *wordings.values())):
        return
    try:
        found = topics.topic(workspace, name)
    except TemplateError as error:
        yield from error.findings
        return
    if found.facts or template_files.locate(workspace, facts_file).is_file():
        yield from _unlike(workspace, found)
        for number, file in wordings.items():
            yield from try_wording(workspace, found, file, number, day, spoken=spoken)


def try_wording(
    workspace: Workspace, found: topics.Topic, file: str, number: int, day: date, *, spoken: bool = False
) -> Iterator[Finding]:
    """What is wrong with the articles that the wording `number` of a topic, in `file`, makes of the examples."""
    days = [date.fromisoformat(str(fact.example)) for fact in found.facts if fact.kind == "day"]
    before = min((day, *days))  # the examples' days are to come, whenever they were written
    entry = {"id": found.name, "template": found.name, "variant": number, "title": found.title, "as_of": before}
    for all_facts in (True, False):
        campaign = {**entry, "facts": found.examples(all_facts=all_facts)}
        trial = Commune.model_validate({"commune": {"sample": True, "name": None}, "campaigns": [campaign]})
        try:
            article = articles.render(workspace, trial, trial.campaigns[0])
        except TemplateError as error:
            yield from error.findings
            return
        reported = list(_of_texts(article, trial, before))
        if spoken:
            reported += doubts_of_article(article, trial)
        for finding in reported:
            lists = (file, topics.file_of(found.name))
            placed = next(filter(None, (_in_template(finding, workspace, name) for name in lists)), None)
            path = template_files.locate(workspace, file)
            yield placed or replace(finding, file=workspace.relative(path), line=1, column=1)


def _unlike(workspace: Workspace, found: topics.Topic) -> Iterator[Finding]:
    """Facts that the list holds and no template says, and those that a template asks for and the list does not hold."""
    asked = asked_for(workspace).get(found.name)
    if asked is None:  # a template that cannot be read: filling it in tells why
        return
    said = {fact.removeprefix("facts.") for fact in asked if fact.startswith("facts.")}
    held = {fact.name for fact in found.facts}
    fix = _("Name it both in the template, as facts.{name}, and in the list below “facts:”, or in neither.")
    for file, names, code, message in (
        (
            topics.file_of(found.name),
            held - said,
            "topic.unsaid",
            _("No template of the topic says the fact “{name}”."),
        ),
        (f"articles/{found.name}.md.j2", said - held, "topic.unlisted", _("The topic's list has no fact “{name}”.")),
    ):
        for name in sorted(names):
            finding = Finding(code, message.format(name=name), fix.format(name=name), quote=name)
            file_at = workspace.relative(template_files.locate(workspace, file))
            yield _in_template(finding, workspace, file) or replace(finding, file=file_at, line=1, column=1)


def check_commune(
    workspace: Workspace,
    commune: Commune,
    source: YamlFile,
    day: date | None = None,
    *,
    spoken: bool = False,
    asked: Mapping[str, frozenset[str]] | None = None,
) -> Iterator[Finding]:
    """Everything wrong with one commune's facts, and with the articles and radio texts that they make.

    `asked`: what `asked_for` tells, where it is known.
    """
    asked = asked_for(workspace) if asked is None else asked
    for index, campaign in enumerate(commune.campaigns):
        yield from facts(commune, index, source, day or campaign.as_of)
        try:
            missing = list(_own_facts(workspace, campaign, index, source))
            yield from missing
            if missing:
                continue
            article = articles.render(workspace, commune, campaign)
        except TemplateError as error:
            yield from (_asked_at(finding, source, index) for finding in error.findings)
            continue
        for found in own_words.unused(article.unused):
            at_words = source.finding(("campaigns", index, "words"), found.code, found.message, found.fix)
            yield replace(at_words, severity=found.severity)
        yield from check_spoken(article, commune, campaign, source, index, asked.get(campaign.template))
        reported = list(_of_texts(article, commune, day or campaign.as_of))
        if spoken:
            reported += doubts_of_article(article, commune)
        template = articles.template_name(campaign)
        yield from (_placed(finding, workspace, source, template, index) for finding in reported)
    for name in get_args(articles.RadioText):
        try:
            articles.radio_text(workspace, commune, name, commune.campaigns)
        except TemplateError as error:
            yield from error.findings


def _own_facts(workspace: Workspace, campaign: Campaign, index: int, source: YamlFile) -> Iterator[Finding]:
    """What the topic's own list of facts misses in the campaign. Raises TemplateError where the list is wrong."""
    here: KeyPath = ("campaigns", index, "facts")
    if not topics.is_known(workspace, campaign.template):
        return  # filling it in tells that there is no such template

    def at(path: KeyPath, code: str, message: str, fix: str) -> Finding:
        return source.finding((*here, *path), code, message, fix)

    yield from topics.problems(topics.topic(workspace, campaign.template), campaign.facts, at)


def _of_texts(article: Article, commune: Commune, day: date) -> Iterator[Finding]:
    """The page's text, and what only the microphone hears."""
    shown = Text(article.markdown, day, "markdown", commune.unit)
    yield from findings(shown, hits(shown), None)
    if article.unseen:
        heard = Text("\n".join(article.unseen), day, "paragraphs", commune.unit)
        yield from findings(heard, hits(heard), None)


def _placed(finding: Finding, workspace: Workspace, source: YamlFile, template: str, index: int) -> Finding:
    """Where somebody can mend it: the fact that holds the words, else the template's line, else the campaign."""
    if finding.quote:
        for path, value in _facts(source.data, ()):
            other_campaign = path[0] == "campaigns" and path[1] != index
            at = -1 if other_campaign or "notes" in path else value.find(finding.quote)
            if at >= 0:
                line, column = source.place(path)
                return replace(finding, file=source.file, line=line, column=column + (at if "\n" not in value else 0))
        if found := _in_template(finding, workspace, template):
            return found
    line, column = source.place(("campaigns", index))
    return replace(finding, file=source.file, line=line, column=column)


def _in_template(finding: Finding, workspace: Workspace, name: str) -> Finding | None:
    """The finding at the place of its quote in the template `name`; None where the quote does not stand there."""
    path = template_files.locate(workspace, name)
    text = read_text(path) if path.is_file() else ""
    at = text.find(finding.quote) if finding.quote else -1
    if at < 0:
        return None
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    fix = template_files.how_to_change(workspace, name, finding.fix)
    return replace(finding, file=workspace.relative(path), line=line, column=column, fix=fix)


def _facts(data: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text among the facts, and where it stands."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _facts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _facts(value, (*path, index))


def _asked_at(finding: Finding, source: YamlFile, index: int) -> Finding:
    """A template that does not exist is the campaign's mistake; one that is wrong is the template's."""
    if finding.code != "template.missing":
        return finding
    return source.finding(("campaigns", index, "template"), finding.code, finding.message, finding.fix)


def _once(found: list[Finding]) -> list[Finding]:
    """A template's mistake is told once, not once a commune. In order of file and place."""
    unique = {(f.file, f.line, f.column, f.code, f.message): f for f in found}
    return sorted(unique.values(), key=lambda f: (f.file or "", f.line or 0, f.column or 0, f.code))
