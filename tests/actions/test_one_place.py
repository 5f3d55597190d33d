"""Each act stands once, in `loa.actions`; the command line, the pages and the API call it and nothing below it."""

import ast
import re

import pytest

from tests.test_structure import MODULES, layer

ACTS = (
    "play",
    "stop",
    "approve",
    "withdraw",
    "send_back",
    "write_emergency",
    "release_emergency",
    "self_test",
    "clear_alarms",
)
BELOW = re.compile(
    r"loa\.store\.requests|store import (.*, )?requests|requests\.ask|leave_stop|approvals\w*\.(add|end|keep_copy)\b"
    r"|handover\.(?:send|write_return)\b|alarms\.clear\b"
)


def defined(name: str) -> list[str]:
    """The modules that define a function `name` (a method is another thing)."""
    found = []
    for module, path in MODULES.items():
        held = ast.parse(path.read_text(encoding="utf-8")).body
        found += [module for node in held if isinstance(node, ast.FunctionDef) and node.name == name]
    return found


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_defined_once(name: str) -> None:
    (module,) = defined(name)
    assert layer(module) == "actions"


def test_what_people_touch_writes_nothing_past_the_acts() -> None:
    upper = {
        m: p.read_text(encoding="utf-8") for m, p in MODULES.items() if m != "loa" and layer(m) in {"app", "web", "cli"}
    }
    assert not {module: found[0] for module, text in upper.items() if (found := BELOW.search(text))}
    assert BELOW.search("requests.ask(console.store, ...)")  # it would have been found
