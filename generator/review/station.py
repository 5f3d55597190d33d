"""The whole workspace under review: campaign files, templates, and every article that they make."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from generator import article as articles
from generator.article import Article
from generator.campaign import Commune, read_station
from generator.errors import Finding, TemplateError
from generator.review import Text, campaigns, findings, hits
from generator.review.spoken import doubts_of_article
from generator.workspace import Workspace, read_text
from generator.yamlfile import YamlFile


def check(workspace: Workspace, day: date | None = None, *, spoken: bool = False) -> list[Finding]:
    """Everything wrong in the station. `day`: whose law counts instead of each campaign's own `as_of`.

    `spoken`: also the places where the reader had to guess.
    """
    loaded, found = read_station(workspace)
    for commune, source in loaded:
        found += check_commune(workspace, commune, source, day, spoken=spoken)
    return _once(found)


def check_commune(
    workspace: Workspace, commune: Commune, source: YamlFile, day: date | None = None, *, spoken: bool = False
) -> Iterator[Finding]:
    """Everything wrong with one commune's facts, and with the articles and radio texts that they make."""
    for index, campaign in enumerate(commune.campaigns):
        yield from campaigns.facts(commune, index, source, day or campaign.as_of)
        try:
            article = articles.render(workspace, commune, campaign)
        except TemplateError as error:
            yield from (_asked_at(finding, source, index) for finding in error.findings)
            continue
        yield from campaigns.said(article, commune, campaign, source, index)
        told = list(_of_texts(article, commune, day or campaign.as_of))
        if spoken:
            told += doubts_of_article(article, commune)
        template = workspace.templates / articles.template_name(campaign)
        yield from (_placed(finding, workspace, source, template, index) for finding in told)
    texts: list[articles.RadioText] = ["opening", "bridge", "closing"]
    if (workspace.templates / articles.radio_template("apology")).is_file():
        texts.append("apology")
    for name in texts:
        try:
            articles.radio_text(workspace, commune, name, commune.campaigns)
        except TemplateError as error:
            yield from error.findings


def _of_texts(article: Article, commune: Commune, day: date) -> Iterator[Finding]:
    """The page's text, and what only the microphone hears."""
    shown = Text(article.markdown, day, "markdown", commune.commune)
    yield from findings(shown, hits(shown), None)
    if article.unseen:
        heard = Text("\n".join(article.unseen), day, "paragraphs", commune.commune)
        yield from findings(heard, hits(heard), None)


def _placed(finding: Finding, workspace: Workspace, source: YamlFile, template: Path, index: int) -> Finding:
    """Where somebody can mend it: the fact that holds the words, else the template's line, else the campaign."""
    if finding.quote:
        for path, value in _facts(source.data, ()):
            other_campaign = path[0] == "campaigns" and path[1] != index
            at = -1 if other_campaign or "notes" in path else value.find(finding.quote)
            if at >= 0:
                line, column = source.place(path)
                return replace(finding, file=source.file, line=line, column=column + (at if "\n" not in value else 0))
        text = read_text(template)
        at = text.find(finding.quote)
        if at >= 0:
            line = text.count("\n", 0, at) + 1
            return replace(finding, file=workspace.relative(template), line=line, column=at - text.rfind("\n", 0, at))
    line, column = source.place(("campaigns", index))
    return replace(finding, file=source.file, line=line, column=column)


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
    return source.finding(("campaigns", index, "template"), finding.code, finding.message, finding.mend)


def _once(found: list[Finding]) -> list[Finding]:
    """A template's mistake is told once, not once a commune. In order of file and place."""
    unique = {(f.file, f.line, f.column, f.code, f.message): f for f in found}
    return sorted(unique.values(), key=lambda f: (f.file or "", f.line or 0, f.column or 0, f.code))
