"""Load campaign files: report every problem of every file at once; valid files load even if others are invalid."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from loa.campaign.models import Commune
from loa.errors import CampaignError, Finding, Severity, WorkspaceError
from loa.i18n import _
from loa.text import nfc
from loa.workspace import Workspace, yaml_files
from loa.yamlfile import YamlFile, load, parse, validate


def load_communes(workspace: Workspace, paths: Iterable[Path] | None = None) -> list[Commune]:
    """Load all communes (or those of `paths`), by file name. Raises CampaignError with the errors of all files."""
    findings: list[Finding] = []
    wanted = yaml_files(workspace.campaigns) if paths is None else paths
    communes = [commune for commune, _source in _read_all(workspace, wanted, findings)]
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        raise CampaignError(errors)
    return communes


def load_commune(workspace: Workspace, stem: str) -> Commune:
    """Load the commune whose file is called `stem`. Raises CampaignError if it is missing or invalid."""
    paths = [p for p in yaml_files(workspace.campaigns) if _same(p.stem, stem)]
    if not paths:
        stems = ", ".join(p.stem for p in yaml_files(workspace.campaigns)) or "-"
        raise CampaignError(
            Finding(
                "commune.none",
                _("There is no commune “{name}” in campaigns/.").format(name=stem),
                _("Choose: {list}").format(list=stems),
            )
        )
    findings: list[Finding] = []
    loaded = list(_read_all(workspace, paths, findings))
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        raise CampaignError(errors)
    return loaded[0][0]


def survey(workspace: Workspace) -> tuple[list[Commune], list[Finding]]:
    """Load what is valid; return it with every problem, warnings included (a sample without a name)."""
    findings: list[Finding] = []
    return [commune for commune, _source in read_station(workspace, findings)], findings


def read_station(workspace: Workspace, findings: list[Finding]) -> Iterator[tuple[Commune, YamlFile]]:
    """Yield each valid commune with the places of its values; every problem is added to `findings`.

    One after the other, because the places of a country's communes fill a gigabyte.
    """
    yield from _read_all(workspace, yaml_files(workspace.campaigns), findings)


def read_commune(path: Path, file: str) -> tuple[Commune, YamlFile]:
    """Load one file with the places of its values. Raises WorkspaceError or CampaignError with all its problems."""
    source = load(path, file)
    return _checked(source, path.stem), source


def parse_commune(text: str, stem: str, file: str) -> Commune:
    """The commune that the file `<stem>.yaml` of this text would be. Raises as `read_commune`."""
    return _checked(parse(text, file), stem)


def _checked(source: YamlFile, stem: str) -> Commune:
    commune = validate(Commune, source)
    duplicates = list(_ids_twice(commune, source))
    if duplicates:
        raise CampaignError(duplicates)
    commune._stem = nfc(stem)
    return commune


def _ids_twice(commune: Commune, source: YamlFile) -> Iterator[Finding]:
    """Yield a finding for each campaign whose id is already used by an earlier one."""
    first: dict[str, int] = {}
    for index, campaign in enumerate(commune.campaigns):
        place = ("campaigns", index, "id")
        if campaign.id in first:
            message = _("Two campaigns have the id “{id}” (first on line {line}).").format(
                id=campaign.id, line=source.place(("campaigns", first[campaign.id], "id"))[0]
            )
            yield source.finding(place, "value.twice", message, _("Give each its own id."))
        first.setdefault(campaign.id, index)


def _read_all(
    workspace: Workspace, paths: Iterable[Path], findings: list[Finding]
) -> Iterator[tuple[Commune, YamlFile]]:
    seen: dict[str, str] = {}
    for path in paths:
        file = workspace.relative(path)
        key = nfc(path.stem).casefold()
        if key in seen:
            findings.append(
                Finding(
                    "commune.twice",
                    _("This file and {other} are the same commune “{stem}”.").format(other=seen[key], stem=path.stem),
                    _("Keep one of the two, or rename one."),
                    file=file,
                    line=1,
                    column=1,
                )
            )
            continue
        seen[key] = file
        try:
            commune, source = read_commune(path, file)
        except (CampaignError, WorkspaceError) as error:
            findings.extend(error.findings)
            continue
        if commune.unit.sample:
            findings.append(_sample(source))
        yield commune, source


def _sample(source: YamlFile) -> Finding:
    place = source.finding(
        ("commune", "name"),
        "commune.sample",
        _("This is a sample: the commune's name is still to be filled in."),
        _("Write your commune's name and province, then remove the line “sample: true”."),
    )
    return Finding(
        place.code, place.message, place.fix, Severity.WARNING, place.file, place.line, place.column, place.quote
    )


def _same(a: str, b: str) -> bool:
    return nfc(a).casefold() == nfc(b).casefold()
