"""A topic: a template and, in a YAML file of the same name beside it, the list of facts that it asks a campaign for.

Topics that come with Loa and those of a station are found and read in the same way.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, create_model, model_validator

from loa import template_files
from loa.article.facts import Record, plain
from loa.campaign import Campaign
from loa.campaign.models import Count, Day, Text
from loa.errors import Finding, TemplateError, WorkspaceError
from loa.i18n import _
from loa.workspace import Workspace
from loa.yamlfile import Choices, Strict, YamlFile, load, validate, wording

Kind = Literal["text", "list", "day", "time", "number", "choice", "yes-no"]
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TIME = re.compile(r"(\d{1,2})(?:\s*(?:[:hg]|giờ)\s*)(\d{1,2})?(?:\s*phút)?", re.IGNORECASE)


def _time(text: str) -> str:
    """`7:30`, `7h30`, `7 giờ 30` → "07:30". Raises ValueError."""
    found = _TIME.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(_("This is not a time of day.") + "\n" + _("Write hours and minutes, for example 07:30."))
    return f"{hour:02}:{minute:02}"


def _as_text(value: Any) -> Any:
    """`3` in the file is the option "3"."""
    return str(value) if type(value) is int else value


Time = Annotated[Text, AfterValidator(_time)]
_TYPES: Mapping[Kind, Any] = {
    "text": Text | None,
    "list": tuple[Text, ...],
    "day": Day | None,
    "time": Time | None,
    "number": Count | None,
    "yes-no": bool,
}
_EMPTY: Mapping[Kind, Any] = {"list": (), "yes-no": False}


class TopicFact(Strict):
    """One fact that a topic asks for: what it is called in templates and on forms, its kind, and an example."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    title: Text
    kind: Kind = "text"
    needed: bool = False
    help: Text | None = None
    example: Any
    options: dict[Text, Text] = Field(
        default_factory=dict
    )  # of a choice: the word in the file, and what people call it

    @model_validator(mode="after")
    def _has_options(self) -> Self:
        if (self.kind == "choice") != bool(self.options):
            raise ValueError(
                _("A choice, and nothing else, has options.")
                + "\n"
                + _("Write for example kind: choice and options: {a: the first, b: the second}.")
            )
        return self

    @property
    def shown_example(self) -> str:
        """The example as people read it."""
        if self.kind == "yes-no":
            return "true"
        return "; ".join(map(str, self.example)) if isinstance(self.example, list) else str(self.example)

    @property
    def annotation(self) -> Any:
        """The Python type of its values."""
        if self.kind == "choice":
            words: Any = Literal[tuple(self.options)]
            choice: Any = Annotated[words, BeforeValidator(_as_text)]
            return Annotated[choice | None, Choices(self.options)]
        return _TYPES[self.kind]


class _TopicFile(Strict):
    title: Text
    facts: tuple[TopicFact, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """A topic's name in files, what people call it, its facts, and the model that their values must fit."""

    name: str
    title: str
    facts: tuple[TopicFact, ...]
    model: type[BaseModel]

    @property
    def needed(self) -> frozenset[str]:
        """The names of the facts without which there is nothing to announce."""
        return frozenset(fact.name for fact in self.facts if fact.needed)

    def examples(self, *, all_facts: bool = True) -> dict[str, Any]:
        """The example of each fact, or of the needed ones only, as a campaign's file would hold them."""
        return {fact.name: fact.example for fact in self.facts if all_facts or fact.needed}


def topics(workspace: Workspace) -> dict[str, str]:
    """What `template:` in a campaign may be, and what people call each topic, by its name in files."""
    return {name: called(workspace, name) for name in template_files.topics(workspace)}


def called(workspace: Workspace, name: str) -> str:
    """What people call a topic; `name` itself where there is no such list of facts, or one that cannot be read."""
    try:
        return topic(workspace, name).title if _SLUG.fullmatch(name) else name
    except TemplateError:
        return name


def file_of(name: str) -> str:
    """The name of a topic's list of facts among the templates."""
    return f"articles/{name}.yaml"


def wordings(workspace: Workspace, name: str) -> dict[int, str]:
    """The templates of a topic by the number of the wording."""
    return dict(_wordings(workspace, name))


def is_known(workspace: Workspace, name: str) -> bool:
    """Whether there is a template of this topic."""
    return next(_wordings(workspace, name), None) is not None


def _wordings(workspace: Workspace, name: str) -> Iterator[tuple[int, str]]:
    for number in range(1, 10):
        way = f"articles/{name}{f'.{number}' if number > 1 else ''}.md.j2"
        if template_files.locate(workspace, way).is_file():
            yield number, way


def topic(workspace: Workspace, name: str) -> Topic:
    """The topic called `name`; without facts where it has no list of them. Raises TemplateError with their places."""
    path = template_files.locate(workspace, file_of(name))
    try:
        stat = path.stat()
    except OSError:
        return _plain(name)
    return _read(path, workspace.relative(path), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=512)
def _plain(name: str) -> Topic:
    return Topic(name, name, (), _model(()))


@lru_cache(maxsize=512)
def _read(path: Path, file: str, _age: int, _size: int) -> Topic:
    try:
        source = load(path, file)
        held = validate(_TopicFile, source)
        model = _model(held.facts)
        _examples_fit(held, model, source)
    except WorkspaceError as error:
        raise TemplateError(error.findings) from error
    return Topic(path.stem, held.title, held.facts, model)


def _model(facts: tuple[TopicFact, ...]) -> type[BaseModel]:
    """The model of the facts' values. Its attributes are numbered: a fact may be called `copy` or `json`."""
    fields: dict[str, Any] = {
        f"fact_{number}": (
            fact.annotation,
            Field(
                default=_EMPTY.get(fact.kind),
                alias=fact.name,
                title=fact.title,
                description=fact.help,
                examples=None if fact.kind in {"choice", "yes-no"} else [fact.example],
            ),
        )
        for number, fact in enumerate(facts)
    }
    return create_model("Facts", __base__=Strict, **fields)


def _examples_fit(held: _TopicFile, model: type[BaseModel], source: YamlFile) -> None:
    """Raises WorkspaceError where two facts have one name, or an example is no value of its kind."""
    names = [fact.name for fact in held.facts]
    findings = []
    for index, fact in enumerate(held.facts):
        place = ("facts", index, "name")
        if fact.name in names[:index]:
            message = _("Two facts are called “{name}”.").format(name=fact.name)
            findings.append(source.finding(place, "value.twice", message, _("Give each its own name.")))
    if not findings:
        given = {fact.name: fact.example for fact in held.facts}
        for name, *told in _wrong(model, given):
            findings.append(source.finding(("facts", names.index(name), "example"), *told))
    if findings:
        raise WorkspaceError(findings)


def _wrong(model: type[BaseModel], given: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """The facts that do not fit `model`: name, code, message, fix."""
    try:
        model.model_validate(given)
    except ValidationError as error:
        for detail in error.errors():
            name = str(detail["loc"][0])
            if detail["type"] == "extra_forbidden":
                known = [str(field.alias) for field in model.model_fields.values()]
                near = difflib.get_close_matches(name, known, 1, 0.6)
                fix = _("Did you mean “{near}”?").format(near=near[0]) if near else _("Take it out.")
                yield name, "key.unknown", _("The topic has no fact “{name}”.").format(name=name), fix
            else:
                yield name, *wording(detail)


def problems(found: Topic, given: Any, at: Callable[..., Finding]) -> list[Finding]:
    """Needed facts that are missing, and values that do not fit, of a campaign whose `facts:` are `given`.

    `at(path, code, message, fix)` makes a finding of a path within the facts.
    """
    given = given if isinstance(given, dict) else {}
    made = []
    for fact in found.facts:
        if fact.needed and given.get(fact.name) in (None, "", [], {}):
            message = _("The topic “{topic}” needs “{fact}”.").format(topic=found.title, fact=fact.title)
            fix = _("Write it under “facts:” as “{name}”, for example: {example}")
            made.append(at((), "fact.missing", message, fix.format(name=fact.name, example=fact.shown_example)))
    titles = {fact.name: fact.title for fact in found.facts}
    for name, code, message, fix in _wrong(found.model, _filled(found, given)):
        made.append(at((name,), code, f"{titles[name]}: {message}" if name in titles else message, fix))
    return made


def values(workspace: Workspace, commune: str, campaign: Campaign) -> Record:
    """The facts of a campaign as its template reads them. Raises TemplateError with all that is missing or wrong."""
    found = topic(workspace, campaign.template)

    def at(_path: tuple[str, ...], code: str, message: str, fix: str) -> Finding:
        return Finding(code, message, fix, file=f"campaigns/{commune}.yaml")

    wrong = problems(found, campaign.facts, at)
    if wrong:
        raise TemplateError(wrong)
    held = found.model.model_validate(_filled(found, campaign.facts))
    return Record({fact.name: plain(getattr(held, f"fact_{n}")) for n, fact in enumerate(found.facts)})


def _filled(found: Topic, given: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that are not null, which is the same as absent; those that a form emptied of another topic are gone."""
    known = {fact.name for fact in found.facts}
    gone: tuple[Any, ...] = ("", [], {}, False)
    return {name: value for name, value in given.items() if value is not None and (name in known or value not in gone)}
