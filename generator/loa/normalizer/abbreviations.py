"""Abbreviations: the station's own words, those that the text explains, the tables, and compounds of known parts.

An abbreviation with several senses gets the one that the words beside it call for; without such words the one whose
subject the text is about (`data/topics.yaml`); without either the usual one, which is then reported as doubtful.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from loa.normalizer.letters import spell
from loa.normalizer.scanner import Scan, Subject
from loa.normalizer.tables import abbreviations, phrases, table, topics
from loa.text import LOWER, UPPER, toneless

_NUMBERED = re.compile(r" ?(?:số )?\d")
_DOCUMENT = re.compile(r" ?(?:số:? ?)?\d{1,5}[a-z]?(?: ?/ ?\d{4})? ?[-–/] ?([A-ZĐ][\w&–/-]*)")
_CREDIT = re.compile(
    r"(?:^|[.,;(–\n-]\s?|\s{2})(?:tin|bài|ảnh|nguồn|thực hiện|clip|video)(?:,? (?:và )?(?:ảnh|bài|clip))?: ?$"
)
_CREDIT_ENDS = re.compile(r"\s?(?:[.)–;\n-]|$)")
_BYLINE_ENDS = re.compile(r"\)? ?[-–] ?(?:Ngày|Sáng|Chiều|Tối|Trưa|Hôm|Theo|Vừa|UBND|Trong|Nhân|Sau|Thực)(?!\w)")
_TICKER_ENDS = re.compile(r" (?:tăng|giảm|mất|lên|xuống|đứng)(?: giá)? [\d.,]+ ?(?:đồng|đ|%|điểm)(?!\w)")
_AGENCIES = frozenset("TTXVN VOV VTV TNVN VNA VTC HTV CAND QĐND PV CTV BTV BBT".split())
_TYPED = re.compile(r"(?:soạn|soạn tin|cú pháp):? ?[\"“']?$")
_MIXTURES = frozenset("EC SC WG WP SL GR ND BTN DD BHN OD SE WDG EW CS ME SP MC GB DG".split())
_WORDS = re.compile(r"[^\W\d_]+")
_SURVEYED = 20_000
"""Characters of a text that decide what it is about."""
_ENOUGH = 2
"""Words of a topic (those beside the abbreviation count twice) without which a topic proves nothing."""
_TORN = 0.75
"""How often the first of two senses is right when the words before call for one and those after for the other."""
SURE = 0.8
"""A reading below this confidence is reported."""


class Sense(NamedTuple):
    """One reading of an abbreviation. `after`, `before`: the text that must stand before and after it."""

    words: str
    after: "re.Pattern[str] | None"
    before: "re.Pattern[str] | None"
    topics: tuple[str, ...]
    confidence: float

    @property
    def open(self) -> bool:
        """Whether no word beside it is asked for."""
        return self.after is None and self.before is None


@cache
def ambiguous() -> dict[str, tuple[Sense, ...]]:
    """Abbreviation → its senses, in the order of `data/ambiguous.yaml`."""

    def pattern(text: str) -> str:
        return text.replace(r"\U", f"[{UPPER}]").replace(r"\L", f"[{LOWER}]")

    def sense(option: dict[str, Any]) -> Sense:
        after = rf"(?:(?<!\w)|(?=\W)|(?<=\d)(?=\d))(?:{pattern(option['after'])})$" if "after" in option else None
        before = pattern(option["before"]) if "before" in option else None
        about = tuple(topic.strip() for topic in option.get("about", "").split(",") if topic.strip())
        return Sense(
            option["say"],
            re.compile(after) if after else None,
            re.compile(before) if before else None,
            about,
            float(option.get("sure", 0.7)),
        )

    return {str(key): tuple(map(sense, options)) for key, options in table("ambiguous").items()}


def expand(scan: Scan, key: str, start: int, end: int) -> str | None:
    """The words for the abbreviation `key` at text[start:end], or None; a doubtful choice is reported."""
    if key in scan.pronounce:
        return scan.pronounce[key]
    explained = scan.defined.get(key) or scan.subject_defined(key)
    if explained is not None:
        return explained
    if len(key) < 5 and key not in _AGENCIES and (_credit(scan, start, end) or _typed(scan, start)):
        return None
    if key not in _AGENCIES and (_byline(scan, key, start, end) or _ticker(scan, key, end)):
        return spell(key)
    if key in _MIXTURES and scan.text[start - 1 : start].isdecimal():
        return None  # Anvil 5SC: the form of a pesticide
    senses = ambiguous().get(key)
    if (senses is not None or key in abbreviations()) and key in table("bodies")["kinds"]:
        numbered = _DOCUMENT.match(scan.after(end, 40))
        if numbered and key in numbered[1].replace("–", "-").replace("/", "-").split("-"):
            return str(table("bodies")["kinds"][key])  # TB số 230-TB/ĐU
    if senses is not None:
        return _choose(scan, senses, start, end)
    if key not in abbreviations() and _NUMBERED.match(scan.after(end, 8)):
        kind: str | None = table("bodies")["kinds"].get(key)
        return kind
    return abbreviations().get(key)


def _credit(scan: Scan, start: int, end: int) -> bool:
    """Whether initials of a photographer or author stand here: "Ảnh: XH"."""
    return (
        _CREDIT.search(scan.left(start, 24).lower()) is not None and _CREDIT_ENDS.match(scan.after(end, 3)) is not None
    )


def _byline(scan: Scan, key: str, start: int, end: int) -> bool:
    """Whether the initials of a newspaper stand here: "BHG - Ngày 26/8, ...", "(HNM) - ..."."""
    head = scan.left(start, 2).lstrip(" ")
    return (
        2 < len(key) < 6
        and key.isupper()
        and not key.startswith(("UB", "HĐ", "TT", "BC"))
        and head[-1:] in {"", "\n", "("}
        and _BYLINE_ENDS.match(scan.after(end, 12)) is not None
    )


def _ticker(scan: Scan, key: str, end: int) -> bool:
    """Whether the three letters of a share stand here: "HSG tăng 400 đồng"."""
    return len(key) == 3 and key.isascii() and _TICKER_ENDS.match(scan.after(end, 32)) is not None


def _typed(scan: Scan, start: int) -> bool:
    """Whether letters are to be typed as they stand: soạn "DK 4G"."""
    return _TYPED.search(scan.left(start, 16).lower()) is not None


def _choose(scan: Scan, senses: tuple[Sense, ...], start: int, end: int) -> str:
    """The sense for this place. Words beside it decide first, then topics, then the order of the table."""
    before, after = scan.left(start).lower(), scan.after(end)
    called = [sense for sense in senses if not sense.open and _called(sense, before, after)]
    if called:
        first = called[0]
        others = tuple(dict.fromkeys(sense.words for sense in called[1:] if _opposed(first, sense)))
        if others:
            scan.doubt("reading.ambiguous", start, end, first.words, *others[:3], confidence=_TORN)
        return first.words
    usual = next((sense for sense in senses if sense.open and sense.confidence > 0), senses[-1])
    scores = _scores(scan, senses, before, after)
    best = max(scores, key=scores.__getitem__, default=usual.words)
    rest = sorted((score for words, score in scores.items() if words != best), reverse=True)
    lead = scores.get(best, 0) - (rest[0] if rest else 0)
    if scores.get(best, 0) >= _ENOUGH and lead > 0:
        taken, confidence = best, 0.85 if lead >= _ENOUGH or best == usual.words else 0.6
    else:
        taken, confidence = usual.words, usual.confidence
    others = tuple(dict.fromkeys(sense.words for sense in senses if sense.words != taken))
    if others and confidence < SURE:
        scan.doubt("reading.ambiguous", start, end, taken, *others[:3], confidence=confidence)
    return taken


def _called(sense: Sense, before: str, after: str) -> bool:
    """Whether the words beside the abbreviation call for `sense`."""
    return (sense.after is None or sense.after.search(before) is not None) and (
        sense.before is None or sense.before.match(after) is not None
    )


def _opposed(one: Sense, other: Sense) -> bool:
    """Whether the words before call for one sense and those after for another, so that either may be meant."""
    sides = {(one.after is None, one.before is None), (other.after is None, other.before is None)}
    return one.words != other.words and sides == {(True, False), (False, True)}


def _scores(scan: Scan, senses: tuple[Sense, ...], before: str, after: str) -> dict[str, int]:
    """Sense → how many words of its topics stand nearby (twice) and in the whole text (four at most)."""
    if not any(sense.topics for sense in senses):
        return {}
    near = count_topics(f"{before} {after.lower()}")
    whole = scan.subject_topics()
    scores: Counter[str] = Counter()
    for sense in senses:
        for topic in sense.topics:
            scores[sense.words] = max(scores[sense.words], 2 * near.get(topic, 0) + min(4, whole.get(topic, 0)))
    return dict(scores)


def count_topics(text: str) -> dict[str, int]:
    """Topic → how many of its words and phrases (of one or two syllables) stand in `text`, which is in lower case."""
    known = topics()
    counts: Counter[str] = Counter()
    last = ""
    for match in _WORDS.finditer(text):
        word = match[0]
        for topic in (*known.get(word, ()), *known.get(f"{last} {word}", ())):
            counts[topic] += 1
        last = word
    return dict(counts)


def subject_of(text: str, defined: Mapping[str, str]) -> Subject:
    """What `text` is about: topics counted in its first 20 000 characters, and the abbreviations that it explains."""
    return Subject(count_topics(text[:_SURVEYED].lower()), dict(defined))


@cache
def foreign() -> dict[str, str]:
    """Foreign word, lower case → how Vietnamese voices should say it."""
    return {str(key): str(words) for key, words in table("foreign")["words"].items()}


_JOINTS = re.compile(r"(\s?(?:&|,|[-–/.+]|(?<=\s)và(?=\s))\s?|\s)")


@cache
def _plain_keys() -> dict[str, str]:
    """Abbreviation without the marks between its parts (KTHTĐT) → words."""
    found: dict[str, str] = {}
    for key, words in abbreviations().items():
        plain = re.sub(r"[^\w]", "", key)
        if plain != key and plain.isupper() and len(plain) > 3:
            found.setdefault(plain, words)
    return found


@lru_cache(maxsize=4096)
def company(text: str) -> str | None:
    """Parts that stand together in the name of an office or task: KT-HT&ĐT → "kinh tế hạ tầng và đô thị".

    The parts are looked up in `parts.yaml` (`together`), whatever joins them; "và" is said where & stands.
    """
    pieces = _JOINTS.split(text)
    parts, joints = pieces[::2], pieces[1::2]
    if len(parts) < 2 or not all(part.isupper() for part in parts):
        return None
    said = _together("".join(parts), tuple(parts))
    if said is None:
        return None
    words = [said[0]]
    for joint, part in zip(joints, said[1:], strict=True):
        words += ["và", part] if "&" in joint or "và" in joint else [part]
    return " ".join(words)


@cache
def _offices() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Parts (KT, HT, ĐT) → their words."""
    found = {}
    for keys, words in table("parts")["together"].items():
        found[tuple(keys.split())] = tuple(part.strip() for part in words.split(","))
    return found


def _together(_whole: str, parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """The words of `parts` where an office has exactly these, each of them perhaps two in one (KTHT-ĐT)."""
    known = _offices().get(parts)
    if known is not None:
        return known
    for names, words in _offices().items():
        if "".join(names) == _whole:
            out: list[str] = []
            at = 0
            for part in parts:
                taken: list[str] = []
                size = 0
                while size < len(part) and at < len(names):
                    size += len(names[at])
                    taken.append(words[at])
                    at += 1
                if size != len(part):
                    break
                out.append(" ".join(taken))
            else:
                return tuple(out)
    return None


def unmarked(key: str) -> str | None:
    """The words of an abbreviation that the table writes with other marks between its parts: TT-BVTV, TTBVTV."""
    plain = re.sub(r"[^\w]", "", key)
    return (abbreviations().get(plain) or _plain_keys().get(plain)) if len(plain) > 3 and plain.isupper() else None


def _initials(words: str) -> str:
    """First letters in capitals, without their marks but for Đ: ủy ban → UB."""
    return "".join("Đ" if word[0] in "đĐ" else toneless(word[0]).upper() for word in words.split())


@cache
def _phrases() -> dict[str, str]:
    """Initials → the phrase that the laws use by far most often with them (`data/phrases.txt`)."""
    return {_initials(phrase): phrase for phrase in phrases()}


def guess(word: str) -> str | None:
    """What unknown capitals may stand for: a frequent phrase with these initials (GQVL → giải quyết việc làm)."""
    return _phrases().get(_initials(" ".join(word))) if 4 <= len(word) <= 7 else None


@lru_cache(maxsize=2048)
def decompose(word: str) -> str | None:
    """An unknown run of capitals as the fewest known parts: TTBTXH → trung tâm + bảo trợ xã hội."""
    if not 3 <= len(word) <= 16 or not word.isupper():
        return None
    parts: dict[str, str] = table("parts")["parts"]
    best: list[tuple[int, tuple[str, ...]] | None] = [(0, ())] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 8), end):
            so_far = best[start]
            if so_far is None or (start, end) == (0, len(word)):
                continue
            piece = word[start:end]
            said = table("parts")["heads"].get(piece) if start == 0 else None
            said = said or (parts.get(piece) if len(piece) <= 2 else abbreviations().get(piece) or parts.get(piece))
            if said is None:
                continue
            cost = so_far[0] + (3 if len(piece) == 1 else 2 if len(piece) == 2 else 1)
            current = best[end]
            if current is None or cost < current[0]:
                best[end] = (cost, (*so_far[1], said))
    whole = best[len(word)]
    if whole is None or (len(whole[1]) > 2 and whole[1][0] not in table("parts")["heads"].values()):
        return None  # three guesses without an office at the head make nonsense as a rule: letters are better
    return " ".join(whole[1])
