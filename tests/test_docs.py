"""The guide is true: every verb, every key of both YAML files and every engine stands in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from loa.campaign import Commune
from loa.cli.app import MODULES
from loa.schedule.alerts import Alerts
from loa.schedule.models import Broadcast, Rules
from loa.schedule.outputs import KINDS
from loa.tts import all_engines

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = (DOCS / "huong-dan.md").read_text(encoding="utf-8")


def code_words() -> set[str]:
    blocks = re.findall(r"```[a-z]*\n(.*?)```", GUIDE, re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL))
    return set(re.findall(r"[\w-]+", " ".join([*blocks, *inline])))


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
        for inner in models_in(field.annotation):
            yield from keys_of(inner)


def test_every_verb_stands_in_the_guide() -> None:
    assert not {verb for verb in MODULES if f"loa {verb}" not in GUIDE}


def test_every_key_of_a_campaign_file_stands_in_the_guide() -> None:
    assert not set(keys_of(Commune)) - code_words()


def test_every_key_of_the_schedule_stands_in_the_guide() -> None:
    keys = {key for model in (Broadcast, Rules, Alerts, *KINDS.values()) for key in keys_of(model)}
    assert not keys - code_words()


def test_every_engine_stands_in_the_guide() -> None:
    assert not {engine.name for engine in all_engines()} - code_words()


def test_every_file_that_a_document_links_to_is_there() -> None:
    broken = []
    for document in (*DOCS.glob("*.md"), *DOCS.parent.glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.name}: {target}")
    assert not broken


def test_every_benchmark_stands_among_the_claims() -> None:
    named = set(re.findall(r"`python -m benchmarks (\w+)`", (DOCS / "measured.md").read_text("utf-8")))
    assert named == {path.stem.removeprefix("bench_") for path in (DOCS.parent / "benchmarks").glob("bench_*.py")}
