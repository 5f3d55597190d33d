"""The title of a document, of its kind and of the lines of its subject; of its text, where it has none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from loa.importing.casing import from_capitals, is_capitals
from loa.importing.lines import ABOUT, BEGINS, BODY, ENDS, KIND, PICTURES, without_bracket

_GOES_ON = re.compile(
    r"(?:của|cho|đối với|tại|về|tháng|tuần|quý|năm|ngày|dành cho|gửi|nhân|trên|trong|phục vụ|từ|các)\b", re.IGNORECASE
)
"""With what a subject begins that is no title without the kind above it."""
_ASIDE = re.compile(
    r"\((?:trình (?:tại )?(?:kỳ họp|hội nghị)|phát (?:thanh|sóng|ngày|trên|từ|lúc)|thời lượng|kèm theo|ban hành|"
    r"đính kèm|thời gian phát|dự thảo|bài tuyên truyền)\b",
    re.IGNORECASE,
)
_OF_TEXT = re.compile(r"\((?:áp dụng|có hiệu lực|lưu ý|ghi chú)\b", re.IGNORECASE)
"""What stands in brackets below a title and is no part of it: notes for staff, and what belongs to the text."""
_SPEAKER = re.compile(rf"(?P<who>{BODY.pattern}[^:.]{{2,60}}):\s+(?P<what>\S+(?:\s+\S+){{3,}})$", re.IGNORECASE)
_INVITES = re.compile(r".*\b(?:kính mời|mời)\b", re.IGNORECASE)
_INVITED = re.compile(r"(?:đến |tới |về )?(?:tham )?dự\s*:?\s*(?P<what>.{8,})$", re.IGNORECASE)
_TELLS = re.compile(
    r"\b(?P<tells>(?:thông báo|khuyến cáo|cảnh báo|kêu gọi|yêu cầu|đề nghị|kính mời|mời)\s[^.;:\n]{8,})", re.IGNORECASE
)
_LINKS = re.compile(r"(?:Và|Của|Về|Trên|Tại|Cho|Từ|Đến|Với|Trong|Đợt|Năm|Tháng|Giai đoạn|Nhân)\b(?! [A-ZĐ])")
"""With what a line of a title goes on, whatever its first letter is."""
_LONGEST = 16
"""Words of a title that is made of a sentence."""


@dataclass(slots=True)
class Title:
    """A title and the kind of document. `text`: lines of it that belong to the text; `made`: out of the text."""

    title: str = ""
    kind: str | None = None
    text: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    made: bool = False
    speaker: str | None = None  # “Thôn Nà Phặc: họp dân”


def below_kind(kind: str, parts: Sequence[str], issuer: str, body: Sequence[str], running: str) -> Title:
    """The title of a document whose kind stands alone on its line. `body`: what follows; `running`: all of its text."""
    alone = KIND.match(kind)
    found = Title(kind=alone["kind"].lower() if alone else kind.lower())
    if found.kind in {"giấy mời", "thư mời"} and parts and _INVITES.match(parts[0]):
        found.text, parts = list(parts), ()
    found.left_out = [part for part in parts[1:] if _ASIDE.match(part)]
    found.text += [part for part in parts[1:] if _OF_TEXT.match(part)]
    beside = {*found.left_out, *found.text}
    subject = _whole([part for part in parts if part not in beside], running)
    about = ABOUT.match(subject)
    if not subject:
        asked = [match for line in [*found.text, *body[:6]] if (match := _INVITED.match(line))]
        if found.kind in {"giấy mời", "thư mời"} and asked:
            subject = f"dự {_small(asked[0]['what'].rstrip(' .;:,'))}"
        found.title = (
            f"{found.kind} {subject}" if subject else f"{found.kind} của {issuer}" if issuer else found.kind or ""
        )
        found.left_out.append(kind)
    elif about:
        found.title = f"{found.kind} về việc {_cased(without_bracket(subject[about.end() :]), running, start=False)}"
    elif found.kind in {"lời kêu gọi", "thư kêu gọi"}:  # its subject goes on with the words of the kind
        found.title = f"{found.kind} {_small(_cased(subject, running, start=False))}"
    elif _GOES_ON.match(subject):
        subject = _cased(subject, running)
        found.title = f"{found.kind} {subject[:1].lower() + subject[1:]}"
    else:
        found.title = _cased(subject, running)
        found.left_out.append(kind)
    found.title = _proper(found.title, running)
    return found


def alone(parts: Sequence[str], running: str) -> Title:
    """A title that stands without a kind of document alone on its line."""
    line = parts[0]
    if about := ABOUT.match(line):
        return of_letter(without_bracket(" ".join(parts)[about.end() :]), running)
    mixed = BEGINS.match(line)
    if mixed and mixed["kind"].isupper() and line[mixed.end() :].strip() and not is_capitals(line[mixed.end() :]):
        parts = [line := mixed["kind"].capitalize() + line[mixed.end() :], *parts[1:]]
    speaker = _SPEAKER.match(line)
    if speaker and not is_capitals(line):
        parts = [line := speaker["what"], *parts[1:]]
    begins, ends = BEGINS.match(line), ENDS.search(line)
    about = ABOUT.match(parts[1]) if len(parts) > 1 else None
    if ends and about:
        subject = without_bracket(" ".join([parts[1][about.end() :], *parts[2:]]))
        return Title(_proper(f"{_cased(line, running)} về việc {subject}", running), ends["kind"].lower())
    who = speaker["who"] if speaker and line == speaker["what"] else None
    left_out = [who] if who else []
    kind = begins["kind"].lower() if begins else None
    subject = " ".join(parts)[begins.end() :].lstrip(" :") if begins else ""
    about = ABOUT.match(subject)
    if about:
        subject = _cased(without_bracket(subject[about.end() :]), running, start=False)
        return Title(_proper(f"{kind} về việc {subject}", running), kind)
    parts = [
        parts[0],
        *(f"về việc {without_bracket(part[m.end() :])}" if (m := ABOUT.match(part)) else part for part in parts[1:]),
    ]
    return Title(_proper(_whole(parts, running, each=True), running), kind, left_out=left_out, speaker=who)


def of_letter(subject: str, running: str) -> Title:
    """The title of a letter, whose subject stands below its number."""
    return Title(_proper(f"Về việc {subject}", running), "công văn")


def of_text(issuer: str, body: Sequence[str]) -> Title:
    """A title for a text that has none: what its first paragraphs tell people, who speaks, or its first words."""
    for paragraph in body[:4]:
        found = _TELLS.search(paragraph)
        if found and len(found["tells"].split()) > 4:
            return Title(_proper(_cut(found["tells"]), ""), made=True)
    if issuer:
        return Title(f"Thông báo của {issuer}", made=True)
    first = next((line for line in body if len(line.split()) > 2), "")
    return Title(_proper(_cut(re.split(r"[.;:!?](?:\s|$)", first)[0]), ""), made=bool(first))


def _cut(sentence: str) -> str:
    """The beginning of a sentence: to a comma where it is long."""
    words = sentence.split()
    if len(words) <= _LONGEST:
        return sentence
    ends = [n + 1 for n, word in enumerate(words[:_LONGEST]) if word.endswith(",") and n > 4]
    return " ".join(words[: ends[-1] if ends else _LONGEST])


def _whole(parts: Sequence[str], running: str, *, each: bool = False) -> str:
    """The lines of a subject as one; where only some are in capitals, these are written as names and words are."""
    parts = [_small(part) if n and _LINKS.match(part) else part for n, part in enumerate(parts)]
    if not each and (all(map(str.isupper, parts)) or not any(map(is_capitals, parts))):
        return " ".join(parts).strip()
    runs: list[str] = []
    for number, part in enumerate(parts):
        if number and part.isupper() and parts[number - 1].isupper():
            runs[-1] += f" {part}"
        else:
            runs.append(part)
    return " ".join(_cased(run, running, start=not n) for n, run in enumerate(runs)).strip()


def _cased(text: str, running: str, *, start: bool = True) -> str:
    made = from_capitals(text, running) if is_capitals(text) else text
    if not start and is_capitals(text) and not re.match(r"[A-ZĐ]{2}", made):
        made = _small(made)
    return made


def _small(made: str) -> str:
    """A line as it goes on within a sentence; a name keeps its capital."""
    second = made.split(" ", 2)[1:2]
    named = bool(BODY.match(made)) and bool(second) and second[0][:1].isupper()
    return made if named else made[:1].lower() + made[1:]


def _proper(title: str, running: str) -> str:
    """A title as it stands in a list: a capital at its start, no full stop."""
    title = re.sub(r"^[^\w(\[“\"'‘]+", "", " ".join(title.split())).rstrip(" .:;," + PICTURES)
    title = re.sub(r"(?<=\w\s)\s*(?:cụ thể )?như sau$", "", title).rstrip(" ,")
    if is_capitals(title):
        title = from_capitals(title, running)
    return title[:1].upper() + title[1:]
