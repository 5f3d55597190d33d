"""inbox.yaml: who may send messages, whom they may reach, and what becomes of them by sender and priority.

The policy is the approval of a message that starts by itself (broadcast.md): it names the person who set it.
"""

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from loa import yamlfile
from loa.campaign import Commune, survey
from loa.errors import Finding, InboxError, WorkspaceError
from loa.i18n import _
from loa.inbox.gauges import Gauge
from loa.inbox.models import Areas, Message, Point, refused
from loa.reference import places
from loa.schedule import Schedule
from loa.schedule.values import seconds, station_path
from loa.text import nfc
from loa.workspace import Workspace, below, read_text, yaml_files
from loa.yamlfile import Strict

Rule = Literal["automatic", "sign", "ask", "refuse"]
"""It starts by itself; its sound is made and a person signs once; a person decides whether it is made at all; no."""


def _pause(value: Any) -> float:
    found = seconds(value)
    if not 120 <= found <= 86400:
        raise ValueError(_("This is no pause between two repeats.") + "\n" + _("Write 2m to 1d."))
    return found


class Rules(Strict):
    """What becomes of a sender's messages, by their priority."""

    emergency: Rule = "sign"
    priority: Rule = "sign"
    normal: Rule = "ask"


class Sender(Strict):
    """Somebody who may send messages.

    `id`: as it stands in the messages. `keys`: files with the sender's certificates (CAP) and Ed25519 keys (JSON), PEM.
    `communes`: whom the sender may reach, all if it is empty; `on`: by which outputs. `adapter`: the messages come in
    another form, which that package reads; they are not signed. `gauge`: it posts readings, and no messages. `set_by`:
    who decided all this.
    """

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    keys: tuple[Annotated[str, AfterValidator(station_path)], ...] = ()
    adapter: str | None = None
    gauge: Gauge | None = None
    communes: tuple[str, ...] = ()
    on: tuple[str, ...] = Field(min_length=1)
    policy: Rules = Rules()
    times: int = Field(default=2, ge=1, le=5)
    repeat: Annotated[float | None, BeforeValidator(lambda v: None if v is None else _pause(v))] = None
    set_by: str = Field(min_length=1, max_length=100)
    set_on: datetime.date | None = None

    @model_validator(mode="after")
    def _knows_who_sends(self) -> "Sender":
        automatic = [name for name, rule in self.policy if rule == "automatic"]
        if automatic and not self.keys:
            what = _("Messages that anybody could have sent would start by themselves ({names}).")
            fix = _("Add the sender's key under “keys”, or choose “sign” or “ask”.")
            raise ValueError(what.format(names=", ".join(automatic)) + "\n" + fix)
        if (self.adapter or self.gauge) and self.keys:
            fix = _("Take “keys” out, or “{name}”.").format(name="adapter" if self.adapter else "gauge")
            raise ValueError(_("Messages in others' forms carry no signature.") + "\n" + fix)
        return self


class Place(Strict):
    """Where a commune lies, for messages with polygons: a point in it, and more points if it is wide."""

    points: tuple[Point, ...] = Field(min_length=1, max_length=200)


class InboxFile(Strict):
    """inbox.yaml."""

    folder: bool = True
    senders: tuple[Sender, ...] = ()
    places: Mapping[str, Place] = {}


@dataclass(frozen=True, slots=True)
class Target:
    """A commune of the station, as areas are compared with it."""

    stem: str
    codes: frozenset[str]
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class InboxPolicy:
    """A valid inbox.yaml with the keys read. `targets`: the communes of the station."""

    file: InboxFile
    keys: Mapping[str, tuple[str, ...]]
    targets: tuple[Target, ...] = ()

    def sender(self, id_: str) -> Sender:
        """Raises InboxError where nobody wrote such a sender down."""
        found = next((sender for sender in self.file.senders if sender.id == id_), None)
        if found is None:
            message = _("The station does not know the sender “{name}”.").format(name=id_[:200])
            raise refused("sender", message, _("Somebody at the station adds it to inbox.yaml."), "sender")
        return found

    def reached(self, sender: Sender, areas: Areas) -> tuple[str, ...]:
        """The communes of the station that a message is for and that its sender may reach."""
        allowed = [t for t in self.targets if not sender.communes or t.stem in sender.communes]
        if areas.is_empty:
            return tuple(target.stem for target in allowed)
        return tuple(target.stem for target in allowed if _lies_in(target, areas))

    def rule(self, sender: Sender, message: Message) -> Rule:
        """What becomes of a message. What a program cannot tell whom it is for, a person decides."""
        rule: Rule = getattr(sender.policy, message.priority)
        if rule == "automatic" and any(info.areas.is_empty for info in message.infos):
            return "sign"
        return rule


def load_policy(workspace: Workspace, schedule: Schedule | None = None) -> InboxPolicy:
    """The policy in force; without inbox.yaml nobody may send anything. `schedule`: where outputs are looked for.

    Raises InboxError with every problem of the file.
    """
    if not workspace.inbox_file.exists():
        return InboxPolicy(InboxFile(), {}, ())
    try:
        source = yamlfile.load(workspace.inbox_file, workspace.relative(workspace.inbox_file))
        if source.data is None:
            return InboxPolicy(InboxFile(), {}, ())
        file = yamlfile.validate(InboxFile, source)
    except WorkspaceError as error:
        raise InboxError(error.findings) from error
    communes = survey(workspace)[0]
    targets = {commune.stem: _codes(commune) for commune in communes}
    there = {nfc(path.stem) for path in yaml_files(workspace.campaigns)}  # a slip in one file silences no other commune
    problems: list[Finding] = []
    keys: dict[str, tuple[str, ...]] = {}
    for number, sender in enumerate(file.senders):
        path = ("senders", number)
        if sender.id in keys:
            message = _("The sender “{id}” stands there twice.").format(id=sender.id)
            problems.append(source.finding((*path, "id"), "inbox.twice", message, _("Join the two.")))
        found = []
        for place, name in enumerate(sender.keys):
            try:
                found.append(read_key(workspace, name))
            except ValueError as error:
                what, _line, fix = str(error).partition("\n")
                problems.append(source.finding((*path, "keys", place), "inbox.key", what, fix))
        keys[sender.id] = tuple(found)
        for place, stem in enumerate(sender.communes):
            if nfc(stem) not in there:
                message = _("There is no file campaigns/{name}.yaml.").format(name=stem)
                problems.append(source.finding((*path, "communes", place), "commune.unknown", message, _known(targets)))
        for place, output in enumerate(sender.on if schedule else ()):
            if schedule and output not in schedule.outputs:
                message = _("There is no output “{name}”.").format(name=output)
                fix = _known(schedule.outputs)
                problems.append(source.finding((*path, "on", place), "output.unknown", message, fix))
    if problems:
        raise InboxError(problems)
    points = {stem: place.points for stem, place in file.places.items()}
    made = tuple(Target(stem, codes, points.get(stem, ())) for stem, codes in targets.items())
    return InboxPolicy(file, keys, made)


def read_key(workspace: Workspace, name: str) -> str:
    """The PEM text of a certificate, or of a public Ed25519 key. Raises ValueError: what is wrong, how to mend it."""
    path: Path | None = below(workspace.root, name)
    fix = _("Put the sender's certificate or public key (PEM) there.")
    try:
        text = read_text(path) if path else ""
    except WorkspaceError as error:
        raise ValueError(f"{error.findings[0].message}\n{fix}") from error
    try:
        if "BEGIN CERTIFICATE" in text:
            x509.load_pem_x509_certificate(text.encode())
            return text
        if isinstance(load_pem_public_key(text.encode()), Ed25519PublicKey):
            return text
    except ValueError:
        pass
    raise ValueError(_("{file} is neither a certificate nor a public Ed25519 key.").format(file=name) + "\n" + fix)


def certificates(keys: Iterable[str]) -> list[str]:
    """Those of a sender's keys that are certificates."""
    return [key for key in keys if "BEGIN CERTIFICATE" in key]


def plain_keys(keys: Iterable[str]) -> list[str]:
    """Those that are bare public keys."""
    return [key for key in keys if "BEGIN CERTIFICATE" not in key]


def _known(names: Iterable[str]) -> str:
    return _("Choose: {list}").format(list=", ".join(names))


def _codes(commune: Commune) -> frozenset[str]:
    found = {_code(commune.unit.code)} if commune.unit.code else set()
    province = places.province(commune.unit.province, datetime.date.max) if commune.unit.province else None
    return frozenset(found | {f"{province.code:02}"} if province else found)


def _code(text: str) -> str:
    """As in the official list: two digits a province, five a commune."""
    return text.zfill(2 if len(text) <= 2 else 5)


def _lies_in(target: Target, areas: Areas) -> bool:
    if target.stem in areas.communes or target.codes & {_code(code) for code in areas.codes}:
        return True
    return any(
        any(inside(point, polygon) for polygon in areas.polygons)
        or any(kilometres(point, circle.center) <= circle.radius for circle in areas.circles)
        for point in target.points
    )


def inside(point: tuple[float, float], polygon: Sequence[tuple[float, float]]) -> bool:
    """Whether a point (latitude, longitude) lies in a polygon, by the even-odd rule on the plane of the two numbers.

    Good for areas up to a province that do not cross the 180th meridian.
    """
    latitude, longitude = point
    found, before = False, polygon[-1]
    for corner in polygon:
        (y1, x1), (y2, x2) = before, corner
        if (y1 > latitude) != (y2 > latitude) and longitude < x1 + (latitude - y1) / (y2 - y1) * (x2 - x1):
            found = not found
        before = corner
    return found


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance between two points on a sphere of 6371 km (haversine)."""
    (a, b), (c, d) = (tuple(map(math.radians, point)) for point in (one, other))
    part = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(part)))
