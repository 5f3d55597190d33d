"""Hook of mkdocs: the documents at the root of the tree are pages, too, and links to and from them hold."""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
AT_ROOT = ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "README.md")


def on_files(files: Any, config: Any) -> Any:
    """Add them; their links `docs/x.md` become `x.md`."""
    for name in AT_ROOT:
        text = re.sub(r"\]\(docs/", "](", (ROOT / name).read_text("utf-8"))
        text = text.replace("](LICENSE)", "](README.md)").replace("](NOTICE)", "](README.md)")
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_rest: Any) -> str:
    """`../CONTRIBUTING.md`, seen from docs/, is a page of the same folder here."""
    return re.sub(rf"\]\(\.\./({'|'.join(AT_ROOT)})", r"](\1", markdown) if "/" not in page.file.src_uri else markdown
