"""Build the station: campaigns become articles, scripts, speech and bulletins. Only what has changed is made again."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from pathlib import Path
from typing import Final

from loa import article as articles
from loa import script as scripts
from loa import template_files
from loa.app.approved import ApprovedBulletins, credited, given
from loa.app.built import Built
from loa.app.publication import publish_signed
from loa.bulletin import jingles
from loa.bulletin.manifest import Manifest
from loa.bulletin.models import APOLOGY, CLOSING, OPENING, AudioItem, BulletinPlan, BulletinRequest
from loa.bulletin.programme import Credit
from loa.bulletin.verify import quality_warnings
from loa.bulletin.writer import made_before, make
from loa.campaign import Campaign, Commune, load_commune, load_communes
from loa.errors import CampaignError, Finding, LoaError, Severity, SpeechError
from loa.files import remove_leftovers
from loa.formats import lasting
from loa.i18n import _
from loa.reference.languages import VIETNAMESE
from loa.schedule import Schedule
from loa.schedule.loader import load_schedule
from loa.schedule.models import LONGEST_BULLETIN
from loa.text import nfc
from loa.tts import Engine, choose, fall_back, is_auto, missing
from loa.workspace import Workspace, yaml_files

NOBODY = Credit()
RADIO_TEXTS: Final[tuple[articles.RadioText, ...]] = ("opening", "bridge", "closing")
Progress = Callable[[BulletinPlan, int, int, bool], None]
"""Called after each sentence: the plan, sentences done, total sentences, whether this one was spoken now."""


@dataclass(slots=True)
class BuildReport:
    """The result of a build. `unchanged`: the ids of bulletins; `spoken` and `reused` count sentences; `failed` holds
    the problems of failed bulletins.
    """

    made: list[Manifest] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    articles: int = 0
    spoken: int = 0
    reused: int = 0
    notices: list[Finding] = field(default_factory=list)
    failed: list[Finding] = field(default_factory=list)

    def add(self, other: "BuildReport") -> None:
        """Add the result of another build."""
        self.made += other.made
        self.unchanged += other.unchanged
        self.articles += other.articles
        self.spoken += other.spoken
        self.reused += other.reused
        self.notices += other.notices
        self.failed += other.failed


def build(
    workspace: Workspace,
    stems: Sequence[str] = (),
    *,
    campaigns: Collection[str] = (),
    voice: str | None = None,
    audio: bool = True,
    jobs: int = 1,
    lossless: bool = False,
    progress: Progress = lambda *_: None,
) -> BuildReport:
    """Build the communes named by `stems` (empty: all), in `voice` (`ENGINE[:VOICE]`; None: each station's own); with
    `campaigns`: only the bulletins that hold one of them.

    If all communes were built and something was made, the pages are published too.
    If a bulletin fails, the others are made all the same; its problems are in `BuildReport.failed`.
    Before anything is made, raises CampaignError and ScheduleError (all problems of all files), and SpeechError if
    `voice` is unknown.
    """
    if audio and not is_auto(voice):
        choose(voice)
    files = _Files(workspace)
    built = None if campaigns or lossless else Built(workspace, voice)
    known = built.campaigns(files.all_facts()) if built and not stems else {}
    communes, schedule = _load(workspace, stems, files, known)
    remove_leftovers(workspace)
    report = BuildReport(notices=list(template_files.retire_copies(workspace)))
    studio = _Voices(workspace, report, jobs, lossless, progress)
    approved = ApprovedBulletins(workspace, schedule)
    wanted_plans = _by_commune(schedule)
    for stem in sorted({*communes, *known}):
        plans = wanted_plans.get(stem, [])
        if stem in communes or not plans:
            plans = _plans(_commune(workspace, stem, communes, files), plans, frozenset(campaigns))
        else:
            plans = [*plans, _apology_of(stem)]
        key = built.key(files.facts(stem), plans) if built else ""
        many = built.articles(stem, key, plans, audio=audio) if built else None
        if many is not None:
            report.articles += many
            report.unchanged += (plan.id for plan in plans if files.is_made(plan))
            continue
        commune = _commune(workspace, stem, communes, files)
        in_order = True
        for plan in plans:
            try:
                request = (_request if plan.campaigns or plan.parts else _apology)(workspace, commune, plan, files)
                report.articles += len(plan.campaigns)
                wanted = voice or commune.station.voice
                done = None if lossless else made_before(workspace, request, wanted)
                if done:
                    credited(workspace, approved.current(done, request, commune), request)
                    report.unchanged.append(plan.id)
                elif not lossless and (done := approved.kept(request, commune, wanted)):
                    credited(workspace, done, request)
                    report.unchanged.append(plan.id)
                    in_order = False  # only while it is approved
                elif audio:
                    studio.speak(replace(request, given=given(workspace, request, commune)), wanted)
                elif files.is_made(plan):
                    in_order = False  # it is there, and not what it should be
            except LoaError as error:
                in_order = False
                place = workspace.relative(workspace.bulletins / f"{plan.id}.mp3")
                report.failed.extend(replace(finding, file=finding.file or place) for finding in error.findings)
        if built and in_order:
            built.note(commune, files.facts(stem), key, plans, sum(len(plan.campaigns) for plan in plans), audio=audio)
        elif built:
            built.forget(commune.stem)
    if built:
        built.save()
    approved.close()
    report.notices.extend(approved.notices())
    if report.made and not stems and not report.failed:
        publish_signed(workspace, schedule)
    return report


def _load(
    workspace: Workspace, stems: Sequence[str], files: "_Files", known: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, Commune], Schedule]:
    """Load the communes, by their stems, but for those that are `known`, and the schedule.

    Raises LoaError with the problems of all files.
    """
    problems: list[Finding] = []
    communes: list[Commune] = []
    try:
        if stems:
            communes = [load_commune(workspace, stem) for stem in stems]
        else:
            communes = load_communes(workspace, [path for path in files.paths if nfc(path.stem) not in known])
    except CampaignError as error:
        problems.extend(error.findings)
    try:
        ids = {commune.stem: tuple(campaign.id for campaign in commune.campaigns) for commune in communes}
        schedule = load_schedule(workspace, loaded={**known, **ids})
    except LoaError as error:
        raise LoaError([*problems, *error.findings]) from error
    if problems:
        raise CampaignError(problems)
    return {commune.stem: commune for commune in communes}, schedule


def _commune(workspace: Workspace, stem: str, communes: dict[str, Commune], files: "_Files") -> Commune:
    """The commune, read now where it was not yet. Raises CampaignError."""
    if stem not in communes:
        (communes[stem],) = load_communes(workspace, [files.path(stem)])
    return communes[stem]


def _by_commune(schedule: Schedule) -> dict[str, list[BulletinPlan]]:
    """The bulletins that the schedule needs, by the communes' stems."""
    wanted: dict[str, list[BulletinPlan]] = {}
    for plan in schedule.plans():
        wanted.setdefault(plan.commune, []).append(plan)
    return wanted


def _apology_of(stem: str) -> BulletinPlan:
    return BulletinPlan(stem, APOLOGY, "Lời xin lỗi", (), 0.0, LONGEST_BULLETIN)


def _plans(commune: Commune, own: list[BulletinPlan], only: frozenset[str]) -> list[BulletinPlan]:
    """Return the bulletins of a commune: its `own` ones in the schedule, and its apology; where it is not in the
    schedule yet one for each campaign.

    With `only`: each bulletin that holds one of these campaigns, and one for each that no broadcast plays.
    """
    alone = [
        BulletinPlan(commune.stem, campaign.id, campaign.title, (campaign.id,), 0.0, LONGEST_BULLETIN)
        for campaign in commune.campaigns
    ]
    if only:
        read = {campaign for plan in own for campaign in plan.campaigns}
        apart = [plan for plan in alone if plan.name not in read]
        return [plan for plan in [*own, *apart] if only & set(plan.campaigns)]
    return [*own, _apology_of(commune.stem)] if own else alone


def _request(workspace: Workspace, commune: Commune, plan: BulletinPlan, files: "_Files") -> BulletinRequest:
    """Return everything that a bulletin contains. Raises TemplateError, CampaignError."""
    campaigns = [commune.campaign(id_) for id_ in plan.campaigns]
    host, titles = _host(commune, campaigns), _titles(plan, campaigns)
    opening, bridge, closing = (
        scripts.write(articles.radio_text(workspace, commune, name, campaigns, titles), commune, host)
        for name in RADIO_TEXTS
    )
    written = {c.id: scripts.write(articles.render(workspace, commune, c), commune) for c in campaigns}
    items: list[scripts.Script | AudioItem] = list(written.values())
    items += (jingles.recording(workspace, name) for name in plan.recordings)
    languages = {n: c.language for n, c in enumerate(campaigns)}
    credited_to = {n: _credit(c) for n, c in enumerate(campaigns)}
    credited_to |= dict(enumerate(plan.credits if not plan.parts else (), len(campaigns)))
    layout: tuple[int, ...] = ()
    if plan.parts:
        items, layout, languages, credited_to = _programme(workspace, plan, campaigns, written)
        kinds = {part.kind for part in plan.parts}
        opening = opening if "opening" in kinds else replace(opening, sentences=())
        closing = closing if "closing" in kinds else replace(closing, sentences=())
        bridge = bridge if campaigns else replace(bridge, sentences=())
    return BulletinRequest(
        plan=plan,
        summary=_summary(workspace, commune, plan, campaigns, list(written.values()), host),
        opening=opening,
        items=tuple(items),
        bridge=bridge,
        closing=closing,
        layout=layout,
        languages={number: code for number, code in languages.items() if code != VIETNAMESE},
        credits=credited_to,
        style=replace(plan.style, jingle=commune.station.jingle or plan.style.jingle),
        commune=commune.unit.full_name,
        date=max((campaign.as_of for campaign in campaigns), default=None),
        inputs=files.inputs(
            commune,
            [
                *map(articles.radio_template, RADIO_TEXTS),
                *(articles.template_name(c) for c in campaigns),
                *_own_summaries(workspace, campaigns),
            ],
        ),
    )


def _summary(
    workspace: Workspace,
    commune: Commune,
    plan: BulletinPlan,
    campaigns: Sequence[Campaign],
    written: Sequence[scripts.Script],
    host: Sequence[str],
) -> scripts.Script | None:
    """Return what may be read in place of another reading; None where the programme asks for no length, one of its
    articles has no summary, or all of them together are hardly longer than their summaries. Raises TemplateError.
    """
    if not plan.min_seconds or not campaigns or any(c.language != VIETNAMESE for c in campaigns):
        return None
    found = [articles.summary(workspace, commune, campaign) for campaign in campaigns]
    if None in found:
        return None
    said = [scripts.write(summary, commune, host) for summary in found if summary]
    if sum(s.syllables for s in said) > _SHORTER * sum(s.syllables for s in written):
        return None
    lead = scripts.write(articles.radio_text(workspace, commune, "summary", campaigns), commune, host)
    return replace(lead, sentences=tuple(sentence for script in (lead, *said) for sentence in script.sentences))


_SHORTER = 0.6
"""How long a summary may be at most, as a part of what it sums up."""


def _own_summaries(workspace: Workspace, campaigns: Sequence[Campaign]) -> list[str]:
    """Return the summaries' templates that do not come with Loa."""
    names = {articles.radio_template("summary"), *map(articles.summary_name, campaigns)}
    return sorted(name for name in names if _is_own_file(workspace, name))


def _is_own_file(workspace: Workspace, name: str) -> bool:
    return template_files.is_own(workspace, name) and template_files.locate(workspace, name).is_file()


def _titles(plan: BulletinPlan, campaigns: Sequence[Campaign]) -> list[str]:
    """Return what the opening of a programme announces; empty for a bulletin of articles."""
    found: list[str] = []
    for part in plan.parts:
        own = [c.title for c in campaigns if part.kind == "article" and part.campaign in ("", c.id)]
        found += [part.title] if part.title and part.kind in ("article", "recording", "relay") else own
    return found or ([plan.title or "chương trình của đài"] if plan.parts else [])


def _programme(
    workspace: Workspace, plan: BulletinPlan, campaigns: Sequence[Campaign], written: Mapping[str, scripts.Script]
) -> tuple[list[scripts.Script | AudioItem], tuple[int, ...], dict[int, str], dict[int, Credit]]:
    """Return the items of a programme, their order, the language and the credit of each. Raises BulletinError."""
    items: list[scripts.Script | AudioItem] = []
    layout: list[int] = []
    languages: dict[int, str] = {}
    credited_to: dict[int, Credit] = {}
    for part, credit in zip(plan.parts, plan.credits or repeat(NOBODY), strict=False):
        if part.kind in ("opening", "closing"):
            layout.append(OPENING if part.kind == "opening" else CLOSING)
        elif part.kind == "article":
            for campaign in campaigns:
                if part.campaign in ("", campaign.id):
                    languages[len(items)] = campaign.language if part.language == VIETNAMESE else part.language
                    credited_to[len(items)] = _credit(campaign, credit)
                    layout.append(len(items))
                    items.append(replace(written[campaign.id], title=part.title or written[campaign.id].title))
        else:
            languages[len(items)] = part.language
            credited_to[len(items)] = credit
            layout.append(len(items))
            items.append(jingles.sound_of(workspace, part))
    return items, tuple(layout), languages, credited_to


def _credit(campaign: Campaign, own: Credit = NOBODY) -> Credit:
    """Return what reports say of an article; what its item says (`own`) goes before what its campaign says."""
    return Credit(
        campaign.id,
        own.category or campaign.reported_category,
        own.author or campaign.author or "",
        own.received_from or campaign.received_from or "",
    )


def _apology(workspace: Workspace, commune: Commune, plan: BulletinPlan, files: "_Files") -> BulletinRequest:
    """Return the apology: jingle, a few sentences, jingle. Raises TemplateError.

    It has no date and uses the station's own presenter, so that it does not change and needs only one approval.
    """
    said = scripts.write(articles.radio_text(workspace, commune, "apology", commune.campaigns), commune)
    nothing = replace(said, sentences=())
    return BulletinRequest(
        plan=plan,
        opening=nothing,
        items=(said,),
        bridge=nothing,
        closing=nothing,
        style=replace(plan.style, jingle=commune.station.jingle or plan.style.jingle, music=None),
        commune=commune.unit.full_name,
        inputs=files.inputs(commune, [articles.radio_template("apology")]),
    )


def _host(commune: Commune, campaigns: Sequence[Campaign]) -> tuple[str, ...]:
    """Return who reads opening, bridge and closing: the first presenter of the first article that has presenters."""
    return next(filter(None, (commune.presenters(campaign.id) for campaign in campaigns)), ())[:1]


class _Files:
    """The files that bulletins are made from. The folder of facts is listed once for a build, a file is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.paths = [*yaml_files(workspace.campaigns)]
        """The files of facts, by name."""
        self._facts = {nfc(path.stem): path for path in reversed(self.paths)}
        self._known: dict[Path, str] = {}

    def path(self, stem: str) -> Path:
        """Return the commune's file."""
        return self._facts[stem]

    def facts(self, stem: str) -> str:
        """Return the SHA-256 of the commune's file."""
        return self._digest(self._facts[stem])

    def all_facts(self) -> dict[str, str]:
        """Return it of every commune; of none where two files are one commune's, which only reading them tells."""
        if len({stem.casefold() for stem in self._facts}) < len(self.paths):
            return {}
        return {stem: self.facts(stem) for stem in self._facts}

    def is_made(self, plan: BulletinPlan) -> bool:
        """Return whether there is a bulletin of `plan`, whatever it holds."""
        return (self._workspace.bulletins / f"{plan.id}.mp3").is_file()

    def inputs(self, commune: Commune, names: Sequence[str]) -> dict[str, str]:
        """Return the SHA-256 of the commune's file and of the templates `names`, by their path from the root.

        A template that comes with Loa has the path that it would have in the station.
        """
        facts = self._facts[commune.stem]
        files = {self._workspace.relative(facts): facts}
        files |= {f"templates/{name}": template_files.locate(self._workspace, name) for name in names}
        return {name: self._digest(path) for name, path in files.items()}

    def _digest(self, path: Path) -> str:
        if path not in self._known:
            self._known[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._known[path]


@dataclass(slots=True)
class _Voices:
    """Makes bulletins. Each wanted voice is chosen only once per build."""

    workspace: Workspace
    report: BuildReport
    jobs: int
    lossless: bool
    progress: Progress
    _voices: dict[str | None, tuple[Engine, str]] = field(default_factory=dict)

    def speak(self, request: BulletinRequest, wanted: str | None) -> None:
        """Make one bulletin in the voice `wanted`, and count its sentences.

        If an online voice that `auto` chose fails, this bulletin and all later ones use the next best voice.
        Raises SpeechError, BulletinError, WorkspaceError.
        """
        if wanted not in self._voices:
            self._voices[wanted] = choose(wanted, self.report.notices.append)
        try:
            self._make(request, *self._voices[wanted])
        except SpeechError as error:
            other = fall_back(wanted, self._voices[wanted][0], error, self.report.notices.append)
            if other is None:
                raise
            self._voices[wanted] = other
            self._make(request, *other)

    def _make(self, request: BulletinRequest, engine: Engine, voice: str) -> None:
        asked = False

        def reported(done: int, total: int, spoken: bool) -> None:
            nonlocal asked
            asked = True
            self.report.spoken += spoken
            self.report.reused += not spoken
            self.progress(request.plan, done, total, spoken)

        manifest = make(
            self.workspace, request, engine, voice, jobs=self.jobs, lossless=self.lossless, progress=reported
        )
        self.report.notices.extend(
            (
                *missing(engine, voice, request.presenters()),
                *quality_warnings(manifest),
                *_short(manifest, request.plan),
            )
        )
        if asked:
            self.report.made.append(manifest)
        else:
            self.report.unchanged.append(manifest.id)


def _short(manifest: Manifest, plan: BulletinPlan) -> Iterator[Finding]:
    """Yield a warning for a bulletin that stays below its minimum however often it may be read."""
    if manifest.seconds < plan.min_seconds - 1:
        message = _(
            "“{title}” lasts {length}, less than its shortest {min}: a text is read three times at most."
        ).format(title=manifest.title or plan.id, length=lasting(manifest.seconds), min=lasting(plan.min_seconds))
        fix = _(
            "Leave it short (take length.min away), add another campaign to the broadcast, or lengthen the article."
        )
        yield Finding("bulletin.short", message, fix, Severity.WARNING, f"audio/bulletins/{plan.id}.mp3")
