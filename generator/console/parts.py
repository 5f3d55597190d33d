"""Long lists, shown in parts."""

from collections.abc import Sequence
from typing import Any

PER_PART = 40


def in_parts(rows: Sequence[Any], part: int) -> dict[str, Any]:
    """What `part-parts.html` and its page need: the `rows` of a `part` (from 1), the number of `parts`, the `total`."""
    parts = max(1, -(-len(rows) // PER_PART))
    part = max(1, min(part, parts))
    shown = rows[(part - 1) * PER_PART : part * PER_PART]
    return {"rows": shown, "part": part, "parts": parts, "total": len(rows)}
