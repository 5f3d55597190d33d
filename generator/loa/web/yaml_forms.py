"""A form made from the schema: every field of the models in `loa.campaign`, with its kind, in their order."""

import dataclasses
import datetime
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from starlette.datastructures import FormData

from loa import yamlfile
from loa.actions.file_history import FileHistory, conflict, mark_of
from loa.errors import EditConflictError, Finding, LoaError
from loa.i18n import N_, _
from loa.web.forms import Form, FormError, typed_day
from loa.workspace import read_text
from loa.yamlfile import Choices, Path_, editor, value_at

Kind = Literal["text", "area", "number", "day", "flag", "choice", "ticks", "lines", "pairs", "rows", "group"]
LONG = frozenset({"notes", "body", "text"})
_EMPTY: tuple[Any, ...] = (None, [], {}, False)
_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `path`: from the model's root; `default`: what an absent choice or number means.

    `optional`: a group that may be missing as a whole. `nullable`: null is a value that the model takes. `title`,
    `description`, `names` (of the options): as the model says them, in English; `example`: as somebody types it.
    """

    path: tuple[str, ...]
    kind: Kind
    required: bool = False
    options: tuple[str, ...] = ()
    default: str = ""
    optional: bool = False
    nullable: bool = False
    members: tuple["Field", ...] = ()
    title: str = ""
    description: str = ""
    example: str = ""
    names: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    closed: bool = False
    """The options are what there is, and the model does not know them: another value is refused here."""
    advanced: bool = False
    """Hardly anybody needs it: it stands below the others, folded."""

    @property
    def name(self) -> str:
        """`services.level_3`."""
        return ".".join(self.path)

    @property
    def label(self) -> str:
        """What people call the field."""
        return _(self.title) if self.title else self.path[-1]

    @property
    def help(self) -> str:
        """What there is to know about it: from the model, by its kind, and an example."""
        said = [_(self.description)] if self.description else []
        if self.kind == "lines":
            said.append(_("One a line."))
        elif self.kind == "pairs":
            reading = self.path[-1] == "pronounce"
            said.append(_("One a line: word = how it is read.") if reading else _("One a line: name = value."))
        elif self.kind == "rows":
            said.append(_("One a line: {columns}.").format(columns=" | ".join(map(self.named, self.options))))
        if self.example:
            said.append(_("For example: {example}").format(example=self.example))
        return " ".join(said)

    def named(self, option: str) -> str:
        """What people call one of the options."""
        found = self.names.get(option, option)
        return _(found) if found else ""


def fields_of(
    model: type[BaseModel], *, without: frozenset[str] = frozenset(), above: tuple[str, ...] = ()
) -> tuple[Field, ...]:
    """The fields of `model`, which stands at the path `above`; a nested model is a group."""
    return tuple(_fields(model, above, without))


def kind_of(held: Any) -> Kind:
    """The kind of field for a value that no model knows."""
    return "lines" if isinstance(held, list) else "flag" if isinstance(held, bool) else "text"


def _fields(model: type[BaseModel], above: tuple[str, ...], without: frozenset[str]) -> Iterator[Field]:
    for key, info in model.model_fields.items():
        path = (*above, info.alias or key)
        if ".".join(path) in without:
            continue
        inner, optional = _unwrap(info.annotation)
        title, description = info.title or "", info.description or ""
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            members = tuple(_fields(inner, path, without))
            if optional:
                members = tuple(replace(member, required=False) for member in members)
            yield Field(path, "group", optional=optional, members=members, title=title, description=description)
            continue
        kind, options, names = _kind(inner, key)
        names = next((found.names for found in info.metadata if isinstance(found, Choices)), names)
        if kind == "choice" and optional:  # a browser would choose the first one by itself
            options, names = ("", *options), {**names, "": N_("(not said)")}
        default = "" if info.is_required() or info.default is None else str(info.default).removesuffix(".0")
        yield Field(
            path,
            kind,
            info.is_required() and not optional,
            options,
            default,
            nullable=optional,
            title=title,
            description=description,
            example=next(map(_typed, info.examples or ()), ""),
            names=names,
        )


def _typed(example: Any) -> str:
    """An example of a value as somebody types it into a form."""
    if isinstance(example, Mapping):
        return pairs(example).strip()
    if isinstance(example, list) and example and isinstance(example[0], Mapping):
        return as_rows(example)
    return ", ".join(map(str, example)) if isinstance(example, list) else str(example)


def _kind(inner: Any, key: str) -> tuple[Kind, tuple[str, ...], Mapping[str, str]]:
    """Kind, options and what those are called."""
    origin = get_origin(inner)
    if origin is Literal:
        return "choice", tuple(str(option) for option in get_args(inner)), _NO_NAMES
    if origin in {tuple, list, frozenset}:
        item, _optional = _unwrap(get_args(inner)[0])
        if isinstance(item, type) and issubclass(item, BaseModel):
            titles = {name: info.title or name for name, info in item.model_fields.items()}
            return "rows", tuple(titles), titles
        options = tuple(map(str, get_args(item))) if get_origin(item) is Literal else ()
        return "ticks" if options else "lines", options, _NO_NAMES
    if origin is not None and issubclass(origin, Mapping):
        return "pairs", (), _NO_NAMES
    plain: dict[Any, Kind] = {bool: "flag", int: "number", datetime.date: "day"}
    return plain.get(inner, "area" if key in LONG else "text"), (), _NO_NAMES


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    """The type inside `Annotated` and `X | None`, and whether None was allowed."""
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, types.UnionType}:
            optional = True
            annotation = next(a for a in get_args(annotation) if a is not type(None))
        else:
            return annotation, optional


def _all(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _all(field.members)


def leaves(fields: tuple[Field, ...]) -> Iterator[Field]:
    """All fields but groups, depth first."""
    for field in fields:
        yield from leaves(field.members) if field.kind == "group" else (field,)


def given(form: Form, field: Field) -> Any:
    """What the form says about `field`, as YAML would hold it; None for nothing. Checking is the model's business."""
    match field.kind:
        case "flag":
            return form.flag(field.name)
        case "ticks":
            return [text for text in form.texts(field.name) if text in field.options]
        case "lines":
            return [line for line in map(str.strip, form.text(field.name, 50_000).split("\n")) if line]
        case "pairs":
            pairs = [line.partition("=") for line in form.text(field.name, 20_000).split("\n") if "=" in line]
            return {word.strip(): said.strip() for word, _equals, said in pairs if word.strip() and said.strip()}
        case "rows":
            rows = [line.split("|") for line in form.text(field.name, 20_000).split("\n") if line.strip()]
            return [{k: v.strip() for k, v in zip(field.options, row, strict=False) if v.strip()} for row in rows]
        case "number":
            text = form.text(field.name, 20)
            return int(text) if text.isascii() and text.isdigit() else text or None
        case "day":
            return typed_day(form.text(field.name, 40)) or None
    return form.text(field.name, 20_000) or None


@dataclass(frozen=True, slots=True)
class Change:
    """One value to write. `drop`: an emptied value that the model does not take as null; its key goes."""

    path: tuple[str, ...]
    value: Any
    drop: bool = False


def changes(form: Form, fields: tuple[Field, ...], data: Any) -> list[Change]:
    """What differs between the form and `data` (the loaded part of the file)."""
    found: list[Change] = []
    for field in fields:
        if field.kind == "group":
            if field.optional and _emptied(form, field):
                found += [Change(field.path, None)] if value_at(data, field.path) is not None else []
            else:
                found += changes(form, field.members, data)
            continue
        new, old = given(form, field), value_at(data, field.path)
        if field.kind == "choice" and old is None and new == field.default:
            continue
        if (new in _EMPTY and old in _EMPTY) or _same(new, old):
            continue
        if field.closed and new is not None and new not in field.options:
            raise FormError({field.name: _("Choose one from the list.")})
        found.append(Change(field.path, new, drop=new is None and not field.nullable and not field.required))
    return found


def _emptied(form: Form, group: Field) -> bool:
    """Whether nothing is said in a group: its choices always say something, and do not count."""
    return all(given(form, member) in _EMPTY for member in leaves(group.members) if member.kind != "choice")


def _same(new: Any, old: Any) -> bool:
    if isinstance(new, list) and isinstance(old, list) and any(isinstance(item, dict) for item in new + old):
        columns = tuple(sorted({key for row in new + old if isinstance(row, dict) for key in row}))
        return as_rows(new, columns) == as_rows(old, columns)
    if isinstance(new, list) and isinstance(old, list):
        return [str(item) for item in new] == [str(item) for item in old]
    if isinstance(new, str) and isinstance(old, str):
        return new == " ".join(old.split("\n")).strip() or new == old.strip()
    return type(new) is type(old) and bool(new == old)


def pairs(value: object) -> str:
    """A mapping as lines `word = reading`, for a text field."""
    return "\n".join(f"{word} = {said}" for word, said in value.items()) if isinstance(value, Mapping) else ""


def as_rows(value: Any, columns: tuple[str, ...] = ()) -> str:
    """A list of mappings as lines `value | value`, for a text field; the values of `columns` where these are given."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    return "\n".join(" | ".join(_cell(row.get(key)) for key in columns or row).rstrip(" |") for row in rows)


def _cell(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


@lru_cache(maxsize=8)
def _parsed(text: str) -> Any:
    """The file's data, to be read only: pages are looked at more often than files change. Raises WorkspaceError."""
    return yamlfile.parse(text, "").data


@dataclass(frozen=True, slots=True)
class YamlForm:
    """The part at `root` of the file `path`, whose content was `text`, with the `fields` that are asked for."""

    path: Path
    text: str
    root: Path_
    fields: tuple[Field, ...]

    @classmethod
    def of(cls, path: Path, root: Path_, fields: tuple[Field, ...]) -> "YamlForm":
        """The form of a file as it is now. Raises WorkspaceError where it cannot be read."""
        return cls(path, read_text(path), root, fields)

    @property
    def mark(self) -> str:
        """A mark of the file's content, to notice that somebody else changed it meanwhile."""
        return mark_of(self.text)

    @property
    def data(self) -> Any:
        """What stands at the root; None where the file cannot be read or holds nothing there."""
        try:
            return value_at(_parsed(self.text), self.root)
        except LoaError:
            return None

    @property
    def values(self) -> dict[str, Any]:
        """What the file says, by the fields' names."""
        data = self.data
        return {field.name: value_at(data, field.path) for field in leaves(self.fields)}

    def filled(self, form: Form, history: FileHistory) -> "FilledForm":
        """What the file would be with the form's values.

        Where the file was changed since the form was made, both changes are kept. Fields that both changed are
        `clashes`, and stay as they are in the file until the person has said which of the two it shall be.
        """
        form = _decided(form, self.fields)
        base, data = self._base(form, history), self.data
        edits = changes(form, self.fields, data if base is None else base)
        both: set[Path_] = set()
        if base is not data:
            now = {change.path for change in changes(form, self.fields, data)}
            edits = [edit for edit in edits if edit.path in now]
            both = {e.path for e in edits if base is None or value_at(base, e.path) != value_at(data, e.path)}
        fields = {field.path: field for field in _all(self.fields)}
        clashes = tuple(Clash(fields[e.path], value_at(data, e.path), e.value) for e in edits if e.path in both)
        kept = tuple(edit for edit in edits if edit.path not in both)
        after = self._with(kept)
        typed = self._with(edits) if both else after
        return FilledForm(self, form, kept, after, typed, clashes, merged=base is not data)

    def _with(self, edits: Sequence[Change]) -> str:
        """The whole file with `edits`."""

        def edit(data: Any) -> None:
            for change in edits:
                editor.put(data, (*self.root, *change.path), change.value, drop=change.drop)

        return editor.change(self.text, edit) if edits else self.text

    def _base(self, form: Form, history: FileHistory) -> Any:
        """What stood at the root when the form was made; None where nobody kept it."""
        mark = form.text("mark", 80)
        if mark == self.mark:
            return self.data
        text = history.marked(self.path, mark)
        try:
            whole = _parsed(text) if text else None
            if whole is None or not self.root or self.root[0] != "campaigns":
                return value_at(whole, self.root) if whole is not None else None
        except LoaError:
            return None
        id_ = (self.data or {}).get("id")  # another campaign may have come or gone before this one
        return next((c for c in value_at(whole, ("campaigns",)) or [] if c.get("id") == id_), None)


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed: what is `theirs` stands in the file, what is `mine` was sent after it."""

    field: Field
    theirs: Any
    mine: Any

    @property
    def sent(self) -> str:
        """What was sent, as text for the form's field."""
        return as_text(self.mine)

    @property
    def both(self) -> tuple[str, str]:
        """What stands in the file and what was sent, as people read them."""
        one, other = (as_text(value) for value in (self.theirs, self.mine))
        return self.field.named(one), self.field.named(other)


def both_kept() -> str:
    """What a person is told whose change went beside somebody else's."""
    return _("Somebody else changed other fields meanwhile; both changes are kept.")


def as_text(value: Any) -> str:
    """A value as a person reads it, one item a line; what a field of the form would hold."""
    if isinstance(value, list):
        return as_rows(value) if any(isinstance(item, dict) for item in value) else "\n".join(map(str, value))
    if isinstance(value, Mapping):
        return pairs(value)
    return "" if value is None or value is False else "1" if value is True else str(value)


def _decided(form: Form, fields: tuple[Field, ...]) -> Form:
    """The form in which each field named in `mine` has what its sender wrote before; a group was emptied as a whole."""
    kinds = {field.name: field.kind for field in leaves(fields)}
    mine = form.texts("mine")
    chosen = [name for name in mine if name in kinds]
    emptied = {
        member.name for group in _all(fields) if group.optional and group.name in mine for member in leaves((group,))
    }
    if not chosen and not emptied:
        return form
    kept = [(name, value) for name, value in form.data.multi_items() if name not in {*chosen, *emptied}]
    for name in chosen:
        text = form.text(f"mine.{name}", 50_000)
        kept += [(name, part) for part in (text.split("\n") if kinds[name] == "ticks" else [text])]
    return Form(FormData(kept))


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A sheet that somebody sent: the `edits`, the whole file `after` them, and what somebody else changed, too.

    `typed`: the whole file as its sender would have it, clashes included: to be shown, and never saved.
    """

    sheet: YamlForm
    form: Form
    edits: tuple[Change, ...]
    after: str
    typed: str
    clashes: tuple[Clash, ...] = ()
    merged: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """What was sent, to be shown again; of what somebody else changed, too, what stands in the file."""
        sent = {f.name: given(self.form, f) for f in leaves(self.sheet.fields)}
        if not self.merged:
            return sent
        changed = {edit.path for edit in self.edits}
        data = self.sheet.data
        return {
            f.name: sent[f.name] if f.path in changed else value_at(data, f.path) for f in leaves(self.sheet.fields)
        }

    @property
    def said(self) -> str:
        """The names of the fields that change."""
        labels = {field.path: field.label for field in _all(self.sheet.fields)}
        return ", ".join(labels[change.path] for change in self.edits)

    def apply(self, text: str) -> str:
        """The edit that was sent. Raises EditConflictError where somebody else changed the same, or just now."""
        if text != self.sheet.text or self.clashes:
            raise conflict()
        return self.after

    def wrong(self, error: LoaError | FormError) -> tuple[dict[str, str], list[Finding]]:
        """Findings by the form's field, where their place is a field's; the others as they are."""
        if isinstance(error, FormError):
            return error.problems, []
        if isinstance(error, EditConflictError):
            both = _("Somebody else changed the same meanwhile. Choose below which of the two it shall be, then save.")
            return {"": both if self.clashes else error.findings[0].message}, []
        try:
            places = yamlfile.parse(self.typed, "").values
        except LoaError:
            return {}, list(error.findings)
        by_place = {place: path for path, place in places.items()}
        root = self.sheet.root
        problems: dict[str, str] = {}
        findings = []
        for finding in error.findings:
            path = by_place.get((finding.line or 0, finding.column or 0))
            if path and path[: len(root)] == root and len(path) > len(root):
                name, said = self._field_of(path[len(root) :]), f"{finding.message} {finding.fix}"
                if name:
                    row = next((step for step in path[len(root) :] if isinstance(step, int)), None)
                    said = said if row is None else _("Line {number}: {problem}").format(number=row + 1, problem=said)
                    problems[name] = f"{problems[name]} {said}" if name in problems else said
                    continue
            findings.append(finding)
        return problems, findings

    def _field_of(self, path: Path_) -> str:
        """The name of the innermost field in which `path` lies, below the sheet's root: limits of limits[0].on."""
        names = {field.name for field in _all(self.sheet.fields)}
        steps = [step for step in path if isinstance(step, str)]
        found = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
        return next((name for name in found if name in names), "")
