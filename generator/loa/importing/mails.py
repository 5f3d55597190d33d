"""What a mail or a message of a group has around its text: heads, who saw it, the message that it answers."""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from loa.importing.blocks import Block

_HEAD = re.compile(
    r"(?P<key>từ|đến|cc|bcc|ngày|gửi|tới|chủ đề|tiêu đề|tệp đính kèm|đính kèm|from|to|subject|date"
    r"|sent)\s*:\s*(?P<says>.*)$",
    re.IGNORECASE,
)
_SUBJECT = frozenset({"chủ đề", "tiêu đề", "subject"})
_ANSWERED = re.compile(r".{0,200}(?:đã viết|wrote)\s*:$", re.IGNORECASE)
_QUOTED = re.compile(r"\s*>")
_PRINT = re.compile(r"(?:hãy|vui lòng|xin) (?:cân nhắc|nghĩ đến|bảo vệ) môi trường trước khi in", re.IGNORECASE)
_GROUP = re.compile(r"nhóm\s*:.{0,80}\d+\s+thành viên|đã xem bởi\s+\d+", re.IGNORECASE)
_OF_GROUP = re.compile(
    r"nhóm\s*:.*thành viên.*$|đã xem bởi\s+\d+.*$|\d{1,2}:\d\d$|(?:hôm (?:nay|qua)"
    r"|thứ \w+)\s*,?\s*\d{1,2}/\d{1,2}/\d{4}$|[\W\d_]{1,40}$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}:\d\d$")
_SENT = re.compile(r"\[\d{1,2}[/:.]\d{1,2}[^\]]{0,20}\]\s*(?P<who>[^:\[\]]{2,40}):\s*")
_DAYS = (
    re.compile(r"(?P<d>\d{1,2})\s*[/.-]\s*(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>\d{4})"),
    re.compile(r"(?P<d>\d{1,2})\s+(?:tháng|thg)\s+(?P<m>\d{1,2}),?\s+(?:năm\s+)?(?P<y>\d{4})", re.IGNORECASE),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
)
_FROM = re.compile(r"(?:từ|from)\s*:\s*([^<]+)", re.IGNORECASE)


@dataclass(slots=True)
class Message:
    """A message without its frame: who sent it and when, and the lines of the frame."""

    blocks: list[Block]
    sent: date | None = None
    sender: str | None = None
    left_out: list[str] = field(default_factory=list)

    def take(self, frame: str) -> None:
        """A line of the frame: its day and sender count where none was before."""
        self.left_out.append(frame)
        who = _FROM.match(frame) or _SENT.match(frame)
        day = next((found for form in _DAYS if (found := form.search(frame))), None)
        self.sender = self.sender or (who[1].strip() if who else None)
        if day and self.sent is None:
            with contextlib.suppress(ValueError):
                self.sent = date(int(day["y"]), int(day["m"]), int(day["d"]))


def message_of(blocks: Sequence[Block]) -> Message:
    """A pasted mail or message of a group; any other text comes back as it is. A mail's subject is its first line."""
    lines = [" ".join(block.split()) if isinstance(block, str) else "" for block in blocks]
    said = [line for line in lines if line]
    if sum(bool(_HEAD.match(line)) for line in said[:7]) >= 3 and _HEAD.match(said[0]):
        return _mail(blocks, lines)
    if any(map(_GROUP.match, said)):
        return _chat(blocks, lines)
    made = Message([])
    for block in blocks:
        sent = _SENT.match(block.strip()) if isinstance(block, str) else None
        if sent and isinstance(block, str):
            made.take(sent.group())
            block = block.strip()[sent.end() :]
        made.blocks.append(block)
    return made


def _mail(blocks: Sequence[Block], lines: Sequence[str]) -> Message:
    made = Message([])
    at = 0
    while at < len(lines) and (not lines[at] or _HEAD.match(lines[at])):
        found = _HEAD.match(lines[at])
        if found and found["key"].lower() in _SUBJECT:
            made.blocks.append(found["says"])
        if lines[at]:
            made.take(lines[at])
        at += 1
    answered = next((n for n in range(at, len(lines)) if _ANSWERED.match(lines[n])), len(lines))
    for number in range(at, len(blocks)):
        gone = number >= answered or _QUOTED.match(lines[number]) or _PRINT.match(lines[number])
        if gone and lines[number]:
            made.left_out.append(lines[number])
        elif not gone:
            made.blocks.append(blocks[number])
    return made


def _chat(blocks: Sequence[Block], lines: Sequence[str]) -> Message:
    made = Message([])
    for number, (block, line) in enumerate(zip(blocks, lines, strict=True)):
        below = next((other for other in lines[number + 1 :] if other), "")
        sender = bool(line) and not made.blocks and bool(_CLOCK.match(below))
        if line and (sender or _OF_GROUP.match(line)):
            made.take(line)
        elif not isinstance(block, str) or line:
            made.blocks.append(block)
    return made
