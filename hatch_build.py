"""Build hook: compile the .po catalogues, for wheels and for editable installs; put the sample station into wheels."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

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
