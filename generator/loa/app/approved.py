"""Approved bulletins that stay as they are, although this version of Loa would make other sound of the same facts.

An approval is bound to the file. An upgrade may read a number otherwise, write a sentence of a template that comes with
Loa otherwise, or bring a better voice: then a bulletin that nobody touched would be made anew at the next build, and
its approval would be void. So an approved bulletin is made anew only where a person changed what it is made of, or took
its approval back.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from pydantic import BaseModel

from loa import template_files
from loa.bulletin import jingles
from loa.bulletin.captions import srt, webvtt
from loa.bulletin.manifest import Cue, Manifest, PartRecord
from loa.bulletin.models import BulletinRequest
from loa.bulletin.writer import may_speak
from loa.campaign import Commune
from loa.errors import Finding, LoaError, Severity
from loa.files import write_atomic
from loa.i18n import _, ngettext
from loa.schedule import Schedule
from loa.script import Script, Sentence
from loa.store.approvals import BulletinFile, all_approvals, approved, approved_copy, open_if_signed
from loa.store.database import Database
from loa.tts.cache import digest
from loa.workspace import Workspace, below

_TEMPLATES = "templates/"
_DIGEST = re.compile("[0-9a-f]{64}")
_FOR_REPORTS = ("category", "author", "received_from")
_SHOWN = 5
"""Bulletins that a notice names."""


class ApprovedBulletins:
    """Tells which bulletins stay. The database is opened when the first of them is asked for."""

    def __init__(self, workspace: Workspace, schedule: Schedule) -> None:
        self._workspace, self._place = workspace, schedule.database or workspace.database
        self._store: Database | None = None
        self._kept: list[str] = []

    def kept(self, request: BulletinRequest, commune: Commune, wanted: str | None) -> Manifest | None:
        """The bulletin of `request` that is there, where it is approved and nobody changed what it is made of, voice
        included (`wanted`: `engine[:voice]`, `auto`, None); else None.

        From then on its record holds what it was made of. Raises StoreError, BulletinError, WorkspaceError.
        """
        mp3 = self._workspace.bulletins / f"{request.plan.id}.mp3"
        if not mp3.exists() and (store := self._opened()):
            bring_back(self._workspace, store, {request.plan.id: ""})
        try:
            manifest = Manifest.load(mp3.with_suffix(".json"))
            intact = hashlib.sha256(mp3.read_bytes()).hexdigest() == manifest.sha256
        except (LoaError, OSError):  # not made yet, or not to be used
            return None
        if not intact or not self._is_approved(manifest) or not may_speak(manifest, request, wanted):
            return None
        now = given(self._workspace, request, commune)
        if manifest.given != now:
            if not _is_as_given(self._workspace, manifest, request, now):
                return None
            manifest = _with_given(self._workspace, manifest, now)
        self._kept.append(manifest.id)
        return manifest

    def current(self, manifest: Manifest, request: BulletinRequest, commune: Commune) -> Manifest:
        """A bulletin that this version would make just so; from then on its record holds what it was made of.

        Raises BulletinError, WorkspaceError.
        """
        if manifest.given:
            return manifest
        return _with_given(self._workspace, manifest, given(self._workspace, request, commune))

    def notices(self) -> list[Finding]:
        """That bulletins stay, and how one is made anew all the same."""
        if not self._kept:
            return []
        message = ngettext(
            "{n} approved bulletin stays as it is, although this version of Loa would read it differently: {list}",
            "{n} approved bulletins stay as they are, although this version of Loa would read them differently: {list}",
            len(self._kept),
        )
        some = ", ".join(self._kept[:_SHOWN]) + (", …" if len(self._kept) > _SHOWN else "")
        fix = _("To make one anew, take its approval back: loa approve BULLETIN --withdraw --by NAME")
        text = message.format(n=len(self._kept), list=some)
        return [Finding("bulletin.approved", text, fix, severity=Severity.INFO)]

    def close(self) -> None:
        """Let go of the database."""
        if self._store:
            self._store.close()

    def _is_approved(self, manifest: Manifest) -> bool:
        store = self._opened()
        return store is not None and approved(store, manifest.id, manifest.sha256) is not None

    def _opened(self) -> Database | None:
        """The database; None in a station that nobody approved anything in yet."""
        if self._store is None:
            self._store = open_if_signed(self._workspace, self._place)
        return self._store


def bring_back(workspace: Workspace, store: Database, made: Mapping[str, str]) -> list[str]:
    """Make kept copies the current bulletins where the file of a bulletin is gone; gives the bulletins brought back.

    `made`: bulletins, with the SHA-256 that each was made with last ("": not known). Where that copy is not kept, or
    the bulletin is not in `made`, it is the newest one that is approved. Raises StoreError, WorkspaceError.
    """
    wanted = {bulletin: [sha256] for bulletin, sha256 in made.items()}
    for approval in reversed(all_approvals(store)):
        if approval.withdrawn is None:
            wanted.setdefault(approval.bulletin, []).append(approval.sha256)
    return [bulletin for bulletin, digests in wanted.items() if _bring_back(workspace, bulletin, digests)]


def _bring_back(workspace: Workspace, bulletin: str, digests: Iterable[str]) -> bool:
    mp3 = below(workspace.bulletins, f"{bulletin}.mp3")
    if mp3 is None or len(mp3.relative_to(workspace.bulletins).parts) != 2 or mp3.exists():
        return False
    for sha256 in filter(_DIGEST.fullmatch, digests):
        copy = BulletinFile(bulletin, approved_copy(workspace, sha256))
        if not copy.path.is_file() or hashlib.sha256(data := copy.read()).hexdigest() != sha256:
            continue
        write_atomic(mp3, data)
        with suppress(LoaError):  # a recording from elsewhere has no record
            manifest = Manifest.load(copy.path.with_suffix(".json"))
            write_atomic(mp3.with_suffix(".srt"), srt(manifest.cues))
            write_atomic(mp3.with_suffix(".vtt"), webvtt(manifest.cues, manifest.speakers))
            manifest.save(mp3.with_suffix(".json"))
        return True
    return False


def given(workspace: Workspace, request: BulletinRequest, commune: Commune) -> dict[str, str]:
    """What people gave for a bulletin, as digests: `facts` (and the templates of the station's own), `reading` (accent,
    voices, how a word is said), `sound` (title, length, jingle, music, recordings). What Loa adds is left out.

    Raises BulletinError where a sound is missing.
    """
    campaigns = [commune.campaign(id_) for id_ in request.plan.campaigns]
    facts = [_written(commune, "campaigns", "station"), str(commune.station.call)]
    facts += [_written(campaign, "notes", "voices", *_FOR_REPORTS) for campaign in campaigns]
    facts += [f"{name} {sha256}" for name, sha256 in sorted(_own_templates(workspace, request).items())]
    reading = [_written(commune.station, "call", "jingle"), *(" ".join(campaign.voices) for campaign in campaigns)]
    plan, style = request.plan, request.style
    sound = [request.title, f"{plan.min_seconds}-{plan.max_seconds}", style.jingle, str(style.music), style.preset]
    sound += [repr(plan.parts), plan.at] if plan.parts else []
    sound += [str(style.time_signal), *(jingles.file_sha256(path) for path in jingles.files(workspace, request))]
    return {"facts": digest(*facts), "reading": digest(*reading), "sound": digest(*sound)}


def _with_given(workspace: Workspace, manifest: Manifest, now: dict[str, str]) -> Manifest:
    noted = manifest.model_copy(update={"given": now})
    noted.save(workspace.bulletins / f"{manifest.id}.json")
    return noted


def credited(workspace: Workspace, manifest: Manifest, request: BulletinRequest) -> Manifest:
    """A bulletin that stays as it is, with what reports say of its items now, in its record and in that of its released
    copy. Raises WorkspaceError.
    """
    found = dict(request.credits)
    if manifest.credits == found or not manifest.parts:
        return manifest
    noted = manifest.model_copy(update={"credits": found, "parts": _numbered(manifest, request)})
    noted.save(workspace.bulletins / f"{manifest.id}.json")
    copy = approved_copy(workspace, manifest.sha256)
    if copy.is_file():
        noted.save(copy.with_suffix(".json"))
    return noted


def _numbered(manifest: Manifest, request: BulletinRequest) -> tuple[PartRecord, ...]:
    """The parts with their items' numbers, which records of earlier versions lack."""
    if all(part.item is not None for part in manifest.parts):
        return manifest.parts
    numbers: dict[tuple[str, str], int] = {}
    for number in reversed(request.order):
        numbers[request.part_kind(number), request.part_title(number)] = number
    return tuple(part.model_copy(update={"item": numbers.get((part.kind, part.title))}) for part in manifest.parts)


def _written(model: BaseModel, *without: str) -> str:
    """What a person wrote, under the names of the YAML file: these outlive versions."""
    return model.model_dump_json(by_alias=True, exclude_unset=True, exclude=set(without))


def _is_as_given(workspace: Workspace, manifest: Manifest, request: BulletinRequest, now: Mapping[str, str]) -> bool:
    """Whether people gave the same (`now`) for the sound of `manifest`, as far as its record tells.

    A change of facts that changes no word of this bulletin counts for nothing.
    """
    if manifest.campaigns != request.plan.campaigns or manifest.title != request.title:
        return False
    if manifest.given:
        same = {name: manifest.given.get(name) == digest_ for name, digest_ in now.items()}
    else:  # made by 0.1, whose record holds the digests of files
        plan = request.plan
        fits = plan.min_seconds <= manifest.seconds <= plan.max_seconds and manifest.preset == request.style.preset
        files = _same_files(workspace, manifest, request)
        same = {"facts": files, "reading": files or _spoken(request) == _was_spoken(manifest), "sound": fits}
    return same["sound"] and same["reading"] and (same["facts"] or _text(request) == _was_text(manifest))


def _same_files(workspace: Workspace, manifest: Manifest, request: BulletinRequest) -> bool:
    """Whether the facts and the station's own templates are those that `manifest` was made from."""
    own, same = _own_templates(workspace, request), []
    for name, sha256 in request.inputs.items():
        before = manifest.inputs.get(name)
        if name.startswith(_TEMPLATES) and name not in own:  # one that comes with Loa: so it was before, too
            same.append(before in template_files.released().get(name.removeprefix(_TEMPLATES), ()))
        else:
            same.append(before == sha256)
    return all(same)


def _own_templates(workspace: Workspace, request: BulletinRequest) -> dict[str, str]:
    """The SHA-256 of each template in use that the station changed, by its path from the root."""
    return {
        name: sha256
        for name, sha256 in request.inputs.items()
        if name.startswith(_TEMPLATES) and template_files.is_own(workspace, name.removeprefix(_TEMPLATES))
    }


def _text(request: BulletinRequest) -> dict[str, str]:
    """The letters of each part that is read, however it is cut into sentences."""
    return _letters((part, sentence.text) for part, sentence in _sentences(request))


def _spoken(request: BulletinRequest) -> dict[str, str]:
    """How each part is read aloud."""
    return _letters((part, sentence.reading.text) for part, sentence in _sentences(request))


def _sentences(request: BulletinRequest) -> Iterator[tuple[str, Sentence]]:
    """What is read once; what leads to a second reading is left out, for there may be none."""
    yield from (("opening", sentence) for sentence in request.opening.sentences)
    for number, item in enumerate(request.items):
        if isinstance(item, Script):
            yield from ((request.part(number), sentence) for sentence in item.sentences)
    yield from (("closing", sentence) for sentence in request.closing.sentences)


def _was_text(manifest: Manifest) -> dict[str, str]:
    return _letters((cue.part, cue.text) for cue in _first_cues(manifest))


def _was_spoken(manifest: Manifest) -> dict[str, str]:
    return _letters((cue.part, cue.spoken) for cue in _first_cues(manifest))


def _first_cues(manifest: Manifest) -> Iterator[Cue]:
    return (cue for cue in manifest.cues if cue.reading == 1 and cue.part not in ("bridge", "summary"))


def _letters(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part, text in said:
        found[part] = found.get(part, "") + "".join(text.split())
    return found
