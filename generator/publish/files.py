"""Writing what changed, and nothing else: stable paths, stable bytes."""

from dataclasses import dataclass, field
from pathlib import Path

from generator.workspace import write_atomic


@dataclass(slots=True)
class Report:
    """What a publication did, as paths."""

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)

    def put(self, path: Path, content: bytes | str) -> None:
        """Write `content` to `path` unless it is there already. Raises WorkspaceError where it cannot be written."""
        raw = content.encode() if isinstance(content, str) else content
        if path.is_file() and path.read_bytes() == raw:
            self.unchanged.append(path)
            return
        write_atomic(path, raw)
        self.written.append(path)
