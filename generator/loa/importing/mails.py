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
_AGAIN = re.compile(r"(?:(?:fwd?|re|tl|chuyển tiếp|trả lời)\s*:\s*)+", re.IGNORECASE)
_SENT_ON = re.compile(r"-{3,}.*(?:forwarded|original|chuyển tiếp|tin nhắn gốc|thư gốc)", re.IGNORECASE)
_QUOTED = re.compile(r"\s*>")
_PRINT = re.compile(
    r"(?:hãy|vui lòng|xin) (?:cân nhắc|nghĩ đến|bảo vệ) môi trường trước khi in"
    r"|(?:sent|gửi) (?:from|từ) (?:my )?.{2,20}$|-{3,}.*(?:forwarded|chuyển tiếp)",
    re.IGNORECASE,
)
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
    head = _head(lines)
    if head:
        return _mail(blocks, lines, *head)
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


def _head(lines: Sequence[str]) -> tuple[int, int] | None:
    """Where the head of a mail begins and ends, which stands near the beginning; of a mail sent on, the inner one."""
    found: tuple[int, int] | None = None
    start = many = 0
    for number, line in enumerate(lines[:60]):
        if _HEAD.match(line):
            start = start if many else number
            many += 1
            if many >= 3 and (start < 6 or (found and any(map(_SENT_ON.match, lines[found[1] : start])))):
                found = (start, number + 1)
        elif line:
            many = 0
    return found


def _mail(blocks: Sequence[Block], lines: Sequence[str], start: int, end: int) -> Message:
    made = Message([])
    for number, line in enumerate(lines[:end]):
        found = _HEAD.match(line)
        if found and number >= start and found["key"].lower() in _SUBJECT:
            made.blocks.append(_AGAIN.sub("", found["says"]))
        if line:
            made.take(line)
    at = end
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
