"""What a mail or a message of a group has around its text: heads, who saw it, the message that it answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from loa.importing.blocks import Block

_HEAD = re.compile(
    r"(?P<key>từ|đến|cc|bcc|ngày|gửi|tới|chủ đề|tiêu đề|tệp đính kèm|đính kèm|from|to|subject|date"
    r"|sent)\s*:\s*(?P<says>.*)$",
    re.IGNORECASE,
)
_SUBJECT = frozenset({"chủ đề", "tiêu đề", "subject"})
_ANSWERED = re.compile(r".{0,200}(?:đã viết|wrote)\s*:$", re.IGNORECASE)
_QUOTED = re.compile(r"\s*>")
_PRINT = re.compile(r"hãy (?:cân nhắc|nghĩ đến|bảo vệ) môi trường trước khi in", re.IGNORECASE)
_GROUP = re.compile(r"nhóm\s*:.{0,80}\d+\s+thành viên|đã xem bởi\s+\d+", re.IGNORECASE)
_OF_GROUP = re.compile(
    r"nhóm\s*:.*thành viên.*$|đã xem bởi\s+\d+.*$|\d{1,2}:\d\d$|(?:hôm (?:nay|qua)"
    r"|thứ \w+)\s*,?\s*\d{1,2}/\d{1,2}/\d{4}$|[\W\d_]{1,40}$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}:\d\d$")


@dataclass(slots=True)
class Message:
    """A message without its frame: `head` are the lines of who, when and about what."""

    blocks: list[Block]
    head: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def message_of(blocks: Sequence[Block]) -> Message:
    """A pasted mail or message of a group; any other text comes back as it is. A mail's subject becomes its "
    "first line."""
    lines = [" ".join(block.split()) if isinstance(block, str) else "" for block in blocks]
    said = [line for line in lines if line]
    if sum(bool(_HEAD.match(line)) for line in said[:7]) >= 3 and _HEAD.match(said[0]):
        return _mail(blocks, lines)
    if any(map(_GROUP.match, said)):
        return _chat(blocks, lines)
    return Message(list(blocks))


def _mail(blocks: Sequence[Block], lines: Sequence[str]) -> Message:
    made = Message([])
    at = 0
    while at < len(lines) and (not lines[at] or _HEAD.match(lines[at])):
        found = _HEAD.match(lines[at])
        if found and found["key"].lower() in _SUBJECT:
            made.blocks.append(found["says"])
        if lines[at]:
            made.head.append(lines[at])
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
            (made.left_out if made.blocks else made.head).append(line)
        elif not isinstance(block, str) or line:
            made.blocks.append(block)
    return made
