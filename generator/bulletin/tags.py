"""The ID3 tag of a bulletin: title, commune, date, language, and a chapter for each part."""

import datetime
import io
from collections.abc import Sequence

from mutagen.id3 import CHAP, CTOC, ID3, TALB, TDRC, TIT2, TLAN, TPE1, CTOCFlags


def id3(title: str, commune: str, date: datetime.date, chapters: Sequence[tuple[float, float, str]]) -> bytes:
    """The tag as bytes. `chapters` are (start, end, name) in seconds."""
    tag = ID3()
    for frame, value in ((TIT2, title), (TPE1, commune), (TALB, commune), (TDRC, date.isoformat()), (TLAN, "vie")):
        tag.add(frame(encoding=1, text=value))
    names = [f"c{i}" for i in range(len(chapters))]
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    tag.add(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))
    for name, (start, end, heading) in zip(names, chapters, strict=True):
        tag.add(
            CHAP(
                element_id=name,
                start_time=round(start * 1000),
                end_time=round(end * 1000),
                start_offset=0xFFFFFFFF,
                end_offset=0xFFFFFFFF,
                sub_frames=[TIT2(encoding=1, text=heading)],
            )
        )
    tag.update_to_v23()
    buffer = io.BytesIO()
    tag.save(buffer, v2_version=3, padding=lambda _info: 0)
    return buffer.getvalue()
