"""Build hooks: compiled .po catalogues, for wheels and for editable installs; the sample station in wheels; URLs."""

import ast
import re
import struct
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

# What an installed Loa makes stations from. In the source tree it lies at the root, and an editable install reads it
# there: a copy in site-packages would be a stray folder `loa` that hides nothing and goes stale.
SAMPLE_STATION = ("campaigns", "templates", "audio/jingles", "schemas", "schedule.yaml")


class BuildHook(BuildHookInterface[Any]):
    """Writes `<language>/LC_MESSAGES/loa.mo` beside every `loa.po`, and names the files that only a wheel holds."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Prepare one target; `version` is "standard" or, for a development install, "editable"."""
        for source in Path(self.root, "generator", "loa", "locale").glob("*/LC_MESSAGES/loa.po"):
            source.with_suffix(".mo").write_bytes(compiled(messages(source.read_text("utf-8"))))
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"].update({name: f"loa/sample_station/{name}" for name in SAMPLE_STATION})


def messages(catalogue: str) -> dict[str, str]:
    """The translated messages of a .po file, as gettext looks for them: both forms of a plural with NUL between them.

    Written here, because Babel, which could do it, is 35 MB in every set-up.
    """
    found: dict[str, str] = {}
    for entry in re.split(r"\n\s*\n", catalogue):
        lines = [line for line in entry.splitlines() if not line.startswith("#~")]
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        parts: dict[str, str] = {}
        key = ""
        for line in lines:
            if named := re.match(r"(msg\w+(?:\[\d\])?)\s+", line):
                key = named[1]
            if line[:1] in ('"', "m"):
                parts[key] = parts.get(key, "") + ast.literal_eval(line[named.end() :] if named else line)
        texts = [parts[name] for name in sorted(parts) if name.startswith("msgstr")]
        if texts and all(texts):
            plural = parts.get("msgid_plural")
            found[parts["msgid"] if plural is None else f"{parts['msgid']}\0{plural}"] = "\0".join(texts)
    return found


def compiled(found: dict[str, str]) -> bytes:
    """The same as a .mo file: a head, two tables of lengths and places, the texts (gettext's manual, 10.3)."""
    pairs = sorted((key.encode(), value.encode()) for key, value in found.items())
    place, tables, texts = 28 + 16 * len(pairs), b"", b""
    for column in (0, 1):
        for pair in pairs:
            tables += struct.pack("<II", len(pair[column]), place + len(texts))
            texts += pair[column] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0) + tables + texts


class MetadataHook(MetadataHookInterface):
    """The project's addresses: those of the place from which the tree was cloned, so that a fork names itself."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add `urls`; empty where the origin is no public address."""
        home = home_page(_origin(self.root))
        pages = {"Source": "", "Issues": "/issues", "Changelog": "/blob/main/CHANGELOG.md"}
        metadata["urls"] = {name: home + path for name, path in pages.items()} if home else {}


def home_page(origin: str) -> str:
    """`git@forge.example:xa/loa.git`, `https://me@forge.example/xa/loa` -> `https://forge.example/xa/loa`; else ""."""
    forge, place = r"([\w.-]+\.[a-z]{2,})", r"([\w./-]+?)(?:\.git)?/?"
    found = re.fullmatch(rf"(?:https://(?:[^@/]+@)?|(?:ssh://)?git@){forge}[:/]{place}", origin)
    return f"https://{found[1]}/{found[2]}" if found else ""


def _origin(root: str) -> str:
    try:
        asked = ["git", "-C", root, "remote", "get-url", "origin"]
        return subprocess.run(asked, capture_output=True, encoding="utf-8", check=False).stdout.strip()
    except OSError:
        return ""
