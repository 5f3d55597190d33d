"""A part of a YAML file as a form: what stands there, what somebody sent back, and what is wrong with that."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from generator import yamlfile
from generator.console import labels, schemaform
from generator.console.formerror import FormError
from generator.console.forms import Form
from generator.console.history import History
from generator.console.schemaform import Field
from generator.errors import Finding, LoaError
from generator.workspace import read_text
from generator.yamlfile import Path_, changing, value_at


@lru_cache(maxsize=8)
def _parsed(text: str) -> Any:
    """The file's data, to be read only: pages are looked at more often than files change. Raises WorkspaceError."""
    return yamlfile.parse(text, "").data


@dataclass(frozen=True, slots=True)
class Sheet:
    """The part at `root` of the file `path`, whose content was `text`, with the `fields` that are asked for."""

    path: Path
    text: str
    root: Path_
    fields: tuple[Field, ...]

    @classmethod
    def of(cls, path: Path, root: Path_, fields: tuple[Field, ...]) -> "Sheet":
        """The form of a file as it is now. Raises WorkspaceError where it cannot be read."""
        return cls(path, read_text(path), root, fields)

    @property
    def mark(self) -> str:
        """A mark of the file's content, to notice that somebody else changed it meanwhile."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:20]

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
        return {field.name: value_at(data, field.path) for field in schemaform.leaves(self.fields)}

    def filled(self, form: Form) -> "Filled":
        """What the file would be with the form's values."""
        edits = schemaform.changes(form, self.fields, self.data)

        def edit(data: Any) -> None:
            for change in edits:
                changing.put(data, (*self.root, *change.path), change.value, drop=change.drop)

        return Filled(self, form, tuple(edits), changing.change(self.text, edit) if edits else self.text)


@dataclass(frozen=True, slots=True)
class Filled:
    """A sheet that somebody sent: the `edits`, and the whole file `after` them."""

    sheet: Sheet
    form: Form
    edits: tuple[schemaform.Change, ...]
    after: str

    @property
    def values(self) -> dict[str, Any]:
        """What was sent, to be shown again."""
        return {f.name: schemaform.given(self.form, f) for f in schemaform.leaves(self.sheet.fields)}

    @property
    def said(self) -> str:
        """The names of the fields that change."""
        return ", ".join(labels.label(".".join(change.path)) for change in self.edits)

    def save(self, history: History, who: str, note: str = "") -> None:
        """Write it, unless somebody else changed the file since the form was made. Raises FormError."""
        unchanged = self.form.text("mark", 80) == self.sheet.mark
        history.save(self.sheet.path, self.sheet.text if unchanged else "\0", self.after, who, note or self.said)

    def wrong(self, error: LoaError | FormError) -> tuple[dict[str, str], list[Finding]]:
        """Findings by the form's field, where their place is a field's; the others as they are."""
        if isinstance(error, FormError):
            return error.problems, []
        try:
            places = yamlfile.parse(self.after, "").values
        except LoaError:
            return {}, list(error.findings)
        by_place = {place: path for path, place in places.items()}
        root = self.sheet.root
        problems: dict[str, str] = {}
        findings = []
        for finding in error.findings:
            path = by_place.get((finding.line or 0, finding.column or 0))
            if path and path[: len(root)] == root and len(path) > len(root):
                name = ".".join(str(step) for step in path[len(root) :] if isinstance(step, str))
                problems[name] = f"{finding.message} {finding.mend}"
            else:
                findings.append(finding)
        return problems, findings
