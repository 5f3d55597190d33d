"""Writes the table of docs/security.md that says who may do what, from `loa.actions.offices`."""

import re
from pathlib import Path

from loa.actions.acts import Act
from loa.actions.offices import OFFICES, Role, Touches

PAGE = Path(__file__).parent.parent / "docs" / "security.md"
_BEGIN, _END = "<!-- who may do what: python -m scripts.make_offices -->\n", "<!-- end -->\n"


def page_with_table(text: str) -> str:
    """The page with the table as it is in the code."""
    lines = ["| what is done | touches | who may |", "|---|---|---|"]
    for act in Act:
        rule = OFFICES[act]
        everybody = "everybody" if rule.touches is Touches.PUBLIC else "whoever has an account"
        who = ", ".join(role for role in Role if role in rule.roles) or everybody
        lines.append(f"| `{act}` | {rule.touches} | {who} |")
    return re.sub(f"(?<={_BEGIN}).*?(?={_END})", "\n".join(lines) + "\n", text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text("utf-8")), "utf-8")
