"""Rules on web addresses: malformed, of another province, of nobody, or not of the state."""

import difflib
import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _
from loa.reference import places

# Anything that was meant as an address below gov.vn, or as a scheme, however it was typed.
_MEANT = re.compile(
    r"(?<![a-z0-9-])(?:https?\s{0,3}[:;.,]{0,3}\s{0,3}[:;]?\s{0,3}/{0,3}\s{0,3})?"
    r"(?:www\s{0,3}[.,]\s{0,3})?(?:[a-z0-9-]{1,40}\s?[.,]\s?){0,6}?"
    r"[a-z0-9-]{1,40}\s?[.,]?\s?gov\s?[., ]\s?vn(?![a-z])(?:\s?/(?![\w/])|(?:/[^\s)>\]]*)?)",
    re.I,
)
_SCHEME = re.compile(
    r"(?<![a-z])https?(?:\s*:\s*:?\s*/\s*/?\s*|\s*[;.,]\s*/+\s*|\s*/{2,}\s*|:\s*/(?!/))(?=[\w.-])", re.I
)
_GOOD = re.compile(r"(?:https?://)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+gov\.vn(?:/[^\s)>\]]*)?", re.I)
_GLUED = re.compile(
    r"(?<![\w.-])(?:[a-z0-9-]{1,40}\.){0,6}(?:dichvucong[a-z-]{3,40}|[a-z-]{1,40}gov)\.(?:gov\.)?vn(?![a-z])", re.I
)
_PERHAPS = re.compile(r"gov|vn|http|dichvucong|\.(?:com|net|org|info)", re.I)
_HOST = re.compile(r"(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])", re.I)
_STATE = re.compile(r"dichvucong|dich-vu-cong|vneid", re.I)
_WARNS = re.compile(r"giả\s+mạo|(?<!\w)giả(?!\w)|lừa", re.I)  # a text that shows a false address as a warning
# Labels right under gov.vn that are no provinces: ministries, agencies, national systems.
_NOT_PROVINCES = frozenset(
    "dichvucong chinhphu vneid bocongan moha moj mof moit moh moet mic most mard monre mae molisa moc mot mt mpi bca"
    " csgt baohiemxahoi vss gdt customs sbv csdl dancuquocgia thutuchanhchinh vanban congbao mst xuatnhapcanh"
    " bvhttdl ubdt toaan vksndtc quochoi thanhtra mattran ncov suckhoe hssk khaibaoyte ais tinnhiemmang canhbao"
    " ncsc".split()
)


def malformed(passage: Passage) -> Iterator[Hit]:
    """Spaces, commas, doubled colons and missing dots within an address."""
    text = passage.text
    if _WARNS.search(text):
        return
    reported: list[tuple[int, int]] = []
    for match in _MEANT.finditer(text) if "gov" in text.lower() else ():
        start, end = match.start(), match.end()
        body = match.group()
        lead = re.match(r"(?:\w+[.,]\s)(?=(?:https?|www|dichvucong|[a-z0-9-]+\.gov))", body, re.I)
        if lead and not re.match(r"(?:https?|www|dichvucong)\b", body, re.I):  # the last word of the sentence before
            start, body = start + lead.end(), body[lead.end() :]
        spaced = re.match(r"[a-z0-9-]+ (?=[a-z0-9.-]+\.gov\.vn)", body, re.I)
        if spaced or _GOOD.fullmatch(body):
            continue
        right = _joined(body)
        reported.append((start, end))
        message = _("This web address is broken: it has spaces or signs that do not belong there.")
        good = bool(_GOOD.fullmatch(right))
        yield Hit(
            start,
            end,
            "address.malformed",
            message,
            _("Write {right}.").format(right=right) if good else _("Write it as in the browser, without spaces."),
            replacement=right if good else None,
        )
    for match in _SCHEME.finditer(text):
        if match.group().lower() not in {"http://", "https://"} and not any(
            a <= match.start() < b for a, b in reported
        ):
            right = "https://" if match.group().lower().startswith("https") else "http://"
            message = _("This web address is broken: it has spaces or signs that do not belong there.")
            yield Hit(
                *match.span(), "address.malformed", message, _("Write {right}.").format(right=right), replacement=right
            )
    for match in _GLUED.finditer(text):
        label = match.group().lower()
        glued = re.search(r"dichvucong(?!\.)([a-z-]+)", label)
        if (
            glued
            and glued[1].removesuffix("gov").strip("-") not in places.host_labels()
            and not label.endswith("gov.vn")
        ):
            continue
        if not glued and not label.endswith("gov.vn"):
            continue
        if any(a <= match.start() < b for a, b in reported):
            continue
        right = re.sub(r"dichvucong-?(?=[a-z])", "dichvucong.", re.sub(r"(?<=[a-z])gov\.vn$", ".gov.vn", label))
        if right != label:
            message = _("A dot is missing in this web address.")
            yield Hit(
                *match.span(), "address.malformed", message, _("Write {right}.").format(right=right), replacement=right
            )


def hosts(text: Text) -> Iterator[Hit]:
    """Hosts of a province that does not exist or is another one, and state services outside of gov.vn."""
    if ".vn" not in text.flat and "dichvucong" not in text.flat.lower():
        return
    home = _home(text)
    for offset, passage in text.passages:
        if not _PERHAPS.search(passage.text) or _WARNS.search(passage.text):
            continue
        broken = _broken(passage)
        meant = [(b.start, b.end, b.replacement.partition("://")[2] or b.replacement) for b in broken if b.replacement]
        whole = [(m.start(), m.end(), m.group()) for m in _HOST.finditer(passage.text)]
        apart = [w for w in whole if not any(b.start <= w[0] < b.end for b in broken)]
        for start, end, address in meant + apart:
            hit = _host(address.partition("/")[0].lower(), home)
            if hit:
                code, message, fix, certain = hit
                make = Hit if certain else warning
                yield make(offset + start, offset + end, code, message, fix)


@lru_cache(maxsize=20_000)
def _broken(passage: Passage) -> tuple[Hit, ...]:
    return tuple(malformed(passage))


def _host(host: str, home: tuple[str, ...]) -> tuple[str, str, str, bool] | None:
    labels = host.removesuffix(".gov.vn").split(".")
    known = places.host_labels()
    if not host.endswith(".gov.vn"):
        if host != "gov.vn" and _STATE.search(host):
            return (
                "address.not-gov",
                _("A state service has no address outside of gov.vn."),
                _("Check the address: it may be a trap."),
                True,
            )
        return None
    label = labels[-1]
    if label in known:
        if home and known[label] not in home and "." in host.removesuffix(".gov.vn"):
            message = _("This address is of {province}, not of the commune's province.").format(province=known[label])
            return "address.other-province", message, _("Write your province's address."), True
        return None
    if label in _NOT_PROVINCES or (len(labels) == 1 and label not in ("dichvucong",) and not _near(label)):
        return None
    portal = labels[0] == "dichvucong"
    own = _label_of(home)
    near = own if portal and own and own.startswith(label) else _near(label) or (_label_of(home) if portal else None)
    message = _("No province or ministry has the address “{host}”.").format(host=host)
    fix = (
        _("Did you mean “{near}”?").format(near=host.replace(f"{label}.gov", f"{near}.gov"))
        if near
        else _("Open it in a browser to see whether it exists.")
    )
    return ("address.unknown", message, fix, portal or bool(near)) if portal or near else None


def _label_of(home: tuple[str, ...]) -> str | None:
    return next((label for label, name in places.host_labels().items() if home and name == home[0]), None)


def _near(label: str) -> str | None:
    found = difflib.get_close_matches(label, places.host_labels(), 1, 0.8)
    longer = [known for known in places.host_labels() if known.startswith(label) and len(label) >= 4]
    return found[0] if found else (longer[0] if len(longer) == 1 else None)


def _home(text: Text) -> tuple[str, ...]:
    """The commune's province, then its names before and after 2025-07-01; else the one that the text names."""
    name = text.unit.province if text.unit else _named(text.flat, text.day) if text.unit is None else None
    return (name, *sorted(places.related(name) - {name})) if name else ()


@lru_cache(maxsize=512)
def _named(flat: str, day: date) -> str | None:
    """The only province that the text names with its kind."""
    names = {p.name for era in (day, places.NEW_UNITS) for p in places.provinces(era)}
    named = {
        match[1]
        for match in re.finditer(
            rf"(?:tỉnh|thành phố|TP\.?)\s+({'|'.join(sorted(names, key=len, reverse=True))})(?!\w)", flat, re.I
        )
    }
    return named.pop() if len(named) == 1 else None


def _joined(body: str) -> str:
    """The address without its spaces, commas for dots mended, scheme put right."""
    scheme = re.match(r"(https?)[\s:;.,/]*(?=[\w-])", body, re.I)
    rest = body[scheme.end() :] if scheme else body
    rest = re.sub(r"\s*[.,]\s*", ".", re.sub(r"\s+(?=[/.,])|(?<=[/.,])\s+", "", rest))
    rest = re.sub(r"(?<=[a-z0-9])\s*gov\.?\s*vn", ".gov.vn", re.sub(r"gov\s+vn", "gov.vn", rest))
    rest = re.sub(r"\.{2,}", ".", rest.replace(" ", ""))
    return (f"{scheme[1].lower()}://" if scheme else "") + rest


_TELEPHONE = re.compile(
    r"(?P<said>(?:điện\s+thoại|ĐT|SĐT|số\s+máy|hotline|đường\s+dây\s+nóng|tổng\s+đài|gọi(?:\s+(?:đến|số|ngay))?|số|cứu\s+nạn|cấp\s+cứu)"
    r"[^\d\n]{0,30}?)(?<![\w/.,-])(?P<number>\(?(?:\+84|0|1[89]00)[\doO().\s-]{2,18}[\doO])(?![\w/%]|,\d)",
    re.I,
)
_SHORT_NUMBERS = re.compile(r"0(?:11[1-9])")
_GROUPS = re.compile(r"[^\dO]+")


def telephones(passage: Passage) -> Iterator[Hit]:
    """A telephone number with a digit too few or too many, with letters in it, or of before the changes of 2017.

    Fixed lines have 11 digits from 02 on, mobiles 10 from 03, 05, 07, 08, 09 (Bộ TTTT, 2017 and 2018);
    1800 and 1900 are followed by four or six digits.
    """
    text = passage.masked
    if not any(c in text for c in "01"):
        return
    for match in _TELEPHONE.finditer(text):
        written = match["number"]
        digits = _GROUPS.sub("", written.upper()).replace("O", "o")
        if digits.startswith("84") and "+" in written:
            digits = "0" + digits[2:]
        if _looks_right(digits) or len(digits) < 4 or re.fullmatch(r"0\d{1,2}", digits):
            continue
        message = _("“{number}” is no telephone number.").format(number=written.strip())
        yield warning(*match.span("number"), "phone.form", message, _("Check its digits."))


def _looks_right(digits: str) -> bool:
    if "o" in digits:
        return False
    if digits.startswith(("1800", "1900")):
        return len(digits) in {8, 10}
    if digits.startswith("02"):
        return len(digits) == 11
    if digits.startswith("0"):
        return len(digits) == 10 and digits[1] in "35789"
    return True


_WWW_MAIL = re.compile(r"www\.[\w.+-]+@[\w.-]+", re.I)


def web_or_mail(passage: Passage) -> Iterator[Hit]:
    """ "www.cskh@evnspc.vn": neither a web address nor a mail address."""
    for match in _WWW_MAIL.finditer(passage.text) if "@" in passage.text else ():
        message = _("This is neither a web address nor a mail address.")
        yield Hit(*match.span(), "address.malformed", message, _("Delete “www.”, or put a dot for “@”."))
