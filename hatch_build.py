"""Build hooks: compiled .po catalogues, for wheels and for editable installs; the sample station in wheels; URLs."""

import re
import subprocess
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
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
            with source.open("rb") as text, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(text))
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"].update({name: f"loa/sample_station/{name}" for name in SAMPLE_STATION})


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
