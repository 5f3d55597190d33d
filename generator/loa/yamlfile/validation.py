"""Validate a part of a YAML file with a pydantic model; every message says how to correct the file."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from loa.errors import Finding, WorkspaceError
from loa.i18n import _, ngettext
from loa.text import slug
from loa.yamlfile.loader import Path_, YamlFile, value_at

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, eq=False, slots=True)
class Choices:
    """What people call the choices of a field, by their words in the file; stands in `Annotated`."""

    names: Mapping[str, str]


class Strict(BaseModel):
    """Base class of all models that are read from a file: frozen; unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, str_strip_whitespace=True)


_KEPT = "kept"
_MOST = 300
"""Problems of one file that are told: nobody corrects more at a time, and 60 000 took half a minute to look up."""


def is_kept(info: ValidationInfo) -> bool:
    """Return whether a copy that was valid for an earlier version is validated: rules made since do not refuse it."""
    return bool(info.context and info.context.get(_KEPT))


def validate(model: type[Model], source: YamlFile, path: Path_ = (), *, kept: bool = False) -> Model:
    """Return the part of `source` at `path` as a `model`. Raises WorkspaceError with all problems and their places.

    `kept`: the text is a copy that was valid for an earlier version (see `is_kept`).
    """
    try:
        return model.model_validate(value_at(source.data, path), context={_KEPT: kept})
    except ValidationError as error:
        details = error.errors()
        more = len(details) - _MOST
        del details[_MOST:]
        for detail in details:
            detail["loc"] = _in_file(source, path, detail["loc"])
        meant = {near for detail in details if (near := _near_key(model, detail))}
        reported = [detail for detail in details if not _is_misspelt(source, path, detail, meant)]
        findings = [_finding(model, source, path, detail) for detail in reported]
        if more > 0:
            message = ngettext("There is {n} more problem here.", "There are {n} more problems here.", more)
            fix = _("Correct those above first. Is this the right file?")
            findings.append(source.finding(path, "yaml.more", message.format(n=more), fix))
        raise WorkspaceError(findings) from error


def _in_file(source: YamlFile, path: Path_, loc: Path_) -> Path_:
    """The place of an error without the names of kinds, which pydantic puts into it for groups told by their `kind`."""
    found: Path_ = ()
    for number, step in enumerate(loc):
        here = value_at(source.data, (*path, *found))
        kind = number and isinstance(loc[number - 1], int) and isinstance(step, str)
        if not kind or (isinstance(here, dict) and here.get("kind") != step):
            found = (*found, step)
    return found


def _near_key(model: type[BaseModel], detail: ErrorDetails) -> Path_ | None:
    """Return the known key that is most similar to an unknown one; None for other errors."""
    if detail["type"] != "extra_forbidden":
        return None
    *above, name = detail["loc"]
    near = difflib.get_close_matches(str(name), _fields_at(model, tuple(above)), 1, 0.6)
    return (*above, near[0]) if near else None


def _is_misspelt(source: YamlFile, path: Path_, detail: ErrorDetails, meant: set[Path_]) -> bool:
    """Return whether a missing key is only misspelt: it is already reported as an unknown key."""
    return detail["loc"] in meant and (*path, *detail["loc"]) not in source.keys


def _finding(model: type[BaseModel], source: YamlFile, path: Path_, detail: ErrorDetails) -> Finding:
    loc = (*path, *detail["loc"])
    name = str(loc[-1]) if loc else ""
    if detail["type"] == "extra_forbidden":
        message = _("“{key}” is not known here.").format(key=name)
        return source.finding(loc, "key.unknown", message, _instead_of(model, detail, name), key=True)
    if detail["type"] == "missing":
        message = _("“{key}” is missing.").format(key=name)
        return source.finding(loc[:-1], "key.missing", message, _("Add “{key}:” here.").format(key=name))
    return source.finding(loc, *wording(detail))


def _instead_of(model: type[BaseModel], detail: ErrorDetails, name: str) -> str:
    near = _near_key(model, detail)
    if near:
        return _("Did you mean “{near}”?").format(near=near[-1])
    if name.isdigit():
        return _("A comma separates two keys here: write a large number without signs, for example 1250.")
    known = ", ".join(_fields_at(model, detail["loc"][:-1]))
    return _("Known here: {list}").format(list=known) if known else _("Remove it, or check the spelling.")


def wording(detail: ErrorDetails) -> tuple[str, str, str]:
    """Return code, message and fix for a value that does not fit its field."""
    kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind == "union_tag_invalid":
        message = _("“{value}” is not one of the choices.").format(value=context["tag"])
        kinds = re.findall(r"'([^']*)'", str(context["expected_tags"]))
        return "value.choice", message, _("Choose: {list}").format(list=", ".join(kinds))
    if kind == "union_tag_not_found":
        return "key.missing", _("“{key}” is missing.").format(key="kind"), _("Add “{key}:” here.").format(key="kind")
    if kind in {"literal_error", "enum"}:
        message = _("“{value}” is not one of the choices.").format(value=given)
        choices = ", ".join(re.findall(r"'([^']*)'", str(context["expected"])))
        return "value.choice", message, _("Choose: {list}").format(list=choices or context["expected"])
    if kind == "string_pattern_mismatch":
        message = _("“{value}” has letters that may not stand here.").format(value=given)
        fix = _("Use a-z, 0-9 and single hyphens: {example}").format(example=slug(str(given)) or "my-campaign")
        return "value.letters", message, fix
    if kind == "value_error":
        what, _sep, fix = str(context["error"]).partition("\n")
        return "value.wrong", what, fix
    if given is None or (kind.endswith("too_short") and not given):
        return "value.empty", _("This is empty."), _("Fill it in, or take the whole key out.")
    if kind.endswith(("too_short", "too_long")):
        return _length(kind, context)
    if kind == "string_unicode":
        return "value.letters", _("These are not letters that can be read."), _("Type it again.")
    if kind.startswith(("greater_than", "less_than")):
        return "value.range", _("This number is out of range."), _within(context)
    if kind == "multiple_of":
        fix = _("Write a multiple of {number}.").format(number=context["multiple_of"])
        return "value.range", _("This number does not fit here."), fix
    return "value.type", *_kind_of_value(kind.split("_")[0], detail["msg"])


def _length(kind: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    letters = kind.startswith(("string", "bytes"))
    if kind.endswith("too_short"):
        fix = _("Write at least {count} characters.") if letters else _("Give at least {count}.")
        return "value.short", _("This is too short."), fix.format(count=context["min_length"])
    fix = _("Write at most {count} characters.") if letters else _("Give at most {count}.")
    return "value.long", _("This is too long."), fix.format(count=context["max_length"])


def _within(context: Mapping[str, Any]) -> str:
    bounds = {
        "ge": _("Write {limit} or more."),
        "gt": _("Write more than {limit}."),
        "le": _("Write {limit} or less."),
        "lt": _("Write less than {limit}."),
    }
    return next(text.format(limit=context[bound]) for bound, text in bounds.items() if bound in context)


def _kind_of_value(kind: str, otherwise: str) -> tuple[str, str]:
    a_list = (_("This must be a list."), _("Write it in square brackets: [a, b]."))
    a_group = (_("This must be a group of keys."), _("Write each key on its own line, indented."))
    an_instant = (_("This is no instant with its time zone."), "2026-11-28T14:05:00+07:00")
    a_number = (_("This must be a number."), _("Write digits only, for example 60."))
    words = {
        "float": a_number,
        "finite": a_number,
        "extra": (_("This key is not known here."), _("Remove it, or check the spelling.")),
        "timezone": an_instant,
        "datetime": an_instant,
        "date": (_("This is not a date."), _("Write year-month-day, for example 2026-11-01.")),
        "int": (_("This must be a whole number."), _("Write digits only, for example 60.")),
        "string": (_("This must be text."), _("Put it in quotation marks.")),
        "bool": (_("This must be true or false."), _("Write true or false.")),
        "list": a_list,
        "tuple": a_list,
        "model": a_group,
        "dict": a_group,
    }
    return words.get(kind, (otherwise, ""))


def _fields_at(model: type[BaseModel], loc: Path_) -> list[str]:
    """Return the keys that `model` knows at `loc`, aliases included; where several models may stand, of all of them."""
    current: Any = model
    for step in loc:
        if isinstance(step, str) and isinstance(current, type) and issubclass(current, BaseModel):
            fields = {(f.alias or n): f.annotation for n, f in current.model_fields.items()}
            current = _one(fields.get(step))
        else:
            current = _one(current)
    return list(dict.fromkeys(f.alias or n for found in _models(current) for n, f in found.model_fields.items()))


def _one(annotation: Any) -> Any:
    """Return the model inside; the annotation itself where there are several to choose from, None for none."""
    found = list(_models(annotation))
    return annotation if len(found) > 1 else next(iter(found), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for arg in get_args(annotation):
            yield from _models(arg)


def model_in(annotation: Any) -> Any:
    """Return the model inside `X | None`, `list[X]`, `dict[str, X]`, ...; None if there is none."""
    return next(_models(annotation), None)


_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)


def web_address(text: str) -> str:
    """Accept a web address with scheme and host. Raises ValueError: the message, a line break, how to correct it."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or re.search(r"\s|:.*:", text) or not _HOST.fullmatch(parts.netloc):
        raise ValueError(
            _("This is not a web address.") + "\n" + _("Write it without spaces, as https://dichvucong.gov.vn/")
        )
    return text


Url = Annotated[str, AfterValidator(web_address)]
