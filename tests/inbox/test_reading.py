"""Messages of strangers: read as the standard says, believed only as far as they are signed, refused in words."""

import base64
import datetime
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from loa.actions.inbox import receive_message, receive_reading
from loa.errors import InboxError
from loa.inbox.cap import parse_cap, priority_of
from loa.inbox.models import parse_json
from loa.inbox.policy import InboxPolicy, load_policy
from loa.inbox.reading import read
from loa.inbox.register import Entry
from loa.store.database import Database
from loa.workspace import Workspace
from tests.inbox.conftest import write
from tests.inbox.senders import NOW, SENDER, Authority, at, cap, message
from tests.sounds import make_mp3

EXAMPLES = Path(__file__).parent / "examples"


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(InboxError) as error:
        act()
    finding = error.value.findings[0]
    assert finding.message
    return finding.code.removeprefix("inbox.")


@pytest.mark.parametrize(
    ("name", "sender", "priority", "polygons", "says"),
    [
        ("standard-thunderstorm.xml", "KSTO@NWS.NOAA.GOV", "priority", 1, "SEVERE THUNDERSTORM"),
        ("standard-earthquake.xml", "trinet@caltech.edu", "normal", 0, "EARTHQUAKE"),
        ("canada-tornado.xml", "cap-pac@canada.ca", "emergency", 1, "Tornado"),
        ("italy-flood.xml", "allerte@protezionecivile.example.it", "priority", 2, "Allerta"),
        ("new-zealand-tsunami.xml", "cap@civildefence.example.nz", "emergency", 0, "Tsunami"),
    ],
)
def test_public_examples_are_read(name: str, sender: str, priority: str, polygons: int, says: str) -> None:
    found = parse_cap((EXAMPLES / name).read_bytes())
    assert (found.sender, found.priority) == (sender, priority)
    assert sum(len(info.areas.polygons) for info in found.infos) == polygons
    assert says in found.infos[0].title


def test_a_recording_in_an_alert_is_taken_and_one_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    sound = make_mp3(tmp_path / "loi.mp3", 100).read_bytes()  # 800 kB: more than an alert without one may have
    data, digest = base64.b64encode(sound).decode(), hashlib.sha1(sound, usedforsecurity=False).hexdigest()

    def alert(inside: str) -> bytes:
        resource = f"<resource><resourceDesc>Lời đọc</resourceDesc><mimeType>audio/mpeg</mimeType>{inside}</resource>"
        return cap().replace(b"<area>", resource.encode() + b"<area>")

    found = parse_cap(alert(f"<derefUri>{data}</derefUri><digest>{digest}</digest>")).infos[0].audio
    assert found
    assert found.type == "audio/mpeg"
    assert found.bytes() == sound
    assert parse_cap(alert("<uri>http://127.0.0.1/loi.mp3</uri>")).infos[0].audio is None
    assert refusal(lambda: parse_cap(alert(f"<derefUri>{data}</derefUri><digest>{'0' * 40}</digest>"))) == "digest"
    assert refusal(lambda: parse_cap(alert(f"<derefUri>{'!' * 600_000}</derefUri>"))) == "large"
    assert refusal(lambda: parse_cap(alert(f"<derefUri>{'A' * 10_100_000}</derefUri>"))) == "large"  # was “not XML”


def test_an_alert_in_several_languages_is_read_in_vietnamese() -> None:
    english = cap().replace(b"<info><language>vi-VN", b"<info><language>en-US").replace("Lũ lớn".encode(), b"Flood")
    block = english[english.index(b"<info>") : english.index(b"</alert>")]
    found = parse_cap(cap().replace(b"<info>", block + b"<info>", 1))
    assert [info.title for info in found.infos] == ["Lũ lớn trên sông Bến Hải"]


@pytest.mark.parametrize(
    ("words", "priority"),
    [
        (("Immediate", "Extreme", "Observed"), "emergency"),
        (("Immediate", "Severe", "Likely"), "emergency"),
        (("Expected", "Extreme", "Likely"), "emergency"),
        (("Expected", "Severe", "Likely"), "priority"),
        (("Immediate", "Severe", "Possible"), "priority"),
        (("Future", "Minor", "Observed"), "normal"),
        (("", "", ""), "normal"),
    ],
)
def test_three_words_make_a_priority(words: tuple[str, str, str], priority: str) -> None:
    assert priority_of(*words) == priority


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "format"),
        (b"hello", "format"),
        (b"<a", "format"),
        (b"<alert/>", "format"),
        (cap(kind="Ack"), "kind"),
        (cap(status="Draft"), "status"),
        (cap().replace(b"Public", b"Private"), "scope"),
        (cap(sent="2026-11-28T10:00:00"), "instant"),
        (cap(sent="0001-01-01T00:00:00+14:00"), "instant"),
        (cap(area="<polygon>1,2 3</polygon>"), "polygon"),
        (cap(area="<polygon>1,2 3,4 nan,1</polygon>"), "value.wrong"),
        (cap(area="<polygon>91,2 3,4 5,6</polygon>"), "value.wrong"),
        (cap(area="<circle>1,2 -4</circle>"), "value.range"),
        (cap(id_="two words"), "value.letters"),
        (json.dumps(message("a\0b")).encode(), "value.letters"),
        (json.dumps(message("a\u202eb")).encode(), "value.letters"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]>' + cap()[39:], "doctype"),
        (b"{}", "value.type"),
        (b"[1]", "format"),
        (b'{"loa": "message/1", "loa": "message/1"}', "format"),
        (b"{" * 100_000, "format"),
        (json.dumps(message(title="")).encode(), "value.wrong"),
        (json.dumps(message(areas={"communes": ["x"], "what": 1})).encode(), "value.type"),
        (json.dumps(message(audio={"type": "audio/mpeg", "data": "!" * 100})).encode(), "signature"),
        (json.dumps(message(audio={"type": "audio/mpeg", "data": "!" * 99})).encode(), "value.short"),
        (json.dumps(message(areas={"communes": ["x"] * 3000})).encode(), "value.long"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(policy: InboxPolicy, raw: bytes, code: str) -> None:
    found = refusal(lambda: read(raw, policy, NOW))
    assert found == code or (code == "value.type" and found)


def test_an_entity_is_never_resolved(policy: InboxPolicy, tmp_path: Path) -> None:
    """Neither a file of this computer nor a bomb of entities inside entities."""
    (tmp_path / "secret").write_text("mật khẩu")
    outside = f'<!DOCTYPE alert [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'.encode()
    bomb = (
        b"<!DOCTYPE alert ["
        + b"".join(b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 20 if n else b"ha") for n in range(12))
        + b"]>"
    )
    for start, name in ((outside, b"x"), (bomb, b"x11")):
        raw = start + cap(text="TEXT").partition(b"?>")[2].strip().replace(b"TEXT", b"&%s;" % name)
        assert refusal(lambda raw=raw: read(raw, policy, NOW)) in ("doctype", "format")  # type: ignore[misc]


def test_a_signed_alert_is_believed_and_a_changed_one_is_not(policy: InboxPolicy, authority: Authority) -> None:
    signed = authority.sign_xml(cap())
    found = read(signed, policy, NOW)
    assert (found.form, found.sender.id, found.message.id) == ("cap", SENDER, "lu-01")
    assert found.message.infos[0].areas.described == "Các xã ven sông Bến Hải"
    changed = signed.replace("Rời ngay".encode(), "Ở yên".encode())
    for raw in (changed, cap(), Authority().sign_xml(cap())):
        assert refusal(lambda raw=raw: read(raw, policy, NOW)) == "signature"  # type: ignore[misc]


def test_a_signature_covers_the_whole_alert(policy: InboxPolicy, authority: Authority) -> None:
    """A signed alert that is wrapped into another one does not lend it its signature."""
    signed = authority.sign_xml(cap())
    inner = signed[signed.index(b"<alert") :]
    signature = inner[inner.index(b"<ds:Signature") : inner.index(b"</ds:Signature>") + len(b"</ds:Signature>")]
    other = cap(text="Mọi người ở yên tại chỗ.")
    for raw in (
        other.replace(b"</alert>", signature + b"</alert>"),
        other.replace(b"</alert>", inner + b"</alert>"),
        other.replace(b"</alert>", signature.replace(b'URI=""', b'URI="#x"') + b"</alert>"),
    ):
        assert refusal(lambda raw=raw: read(raw, policy, NOW)) == "signature"  # type: ignore[misc]


def test_a_certificate_that_is_over_signs_nothing(station: Workspace) -> None:
    old = Authority(ends=NOW)
    (station.root / "keys" / "pctt.pem").write_text(old.certificate)
    found = load_policy(station)
    assert refusal(lambda: read(old.sign_xml(cap()), found, NOW.replace(year=2027))) == "key"


def test_a_signed_message_in_json_is_believed_and_a_changed_one_is_not(
    policy: InboxPolicy, authority: Authority
) -> None:
    signed = authority.sign_json(message())
    assert read(signed, policy, NOW).message.priority == "emergency"
    parts = json.loads(signed)
    other = json.loads(authority.sign_json(message(title="Khác")))
    forged = [
        {**parts, "payload": other["payload"]},
        {**parts, "protected": "eyJhbGciOiJub25lIn0"},  # {"alg":"none"}
        {**parts, "signature": ""},
        {**parts, "signature": parts["signature"][:-4] + "AAAA"},
        json.loads(Authority().sign_json(message())),
        message(),
    ]
    for value in forged:
        raw = json.dumps(value).encode()
        assert refusal(lambda raw=raw: read(raw, policy, NOW)) in ("signature", "format")  # type: ignore[misc]


def test_nobody_speaks_in_the_name_of_another(station: Workspace, authority: Authority) -> None:
    """The key of one sender does not open the door of another; a stranger has none."""
    other = Authority("xa@benhai.vn")
    (station.root / "keys" / "xa.pem").write_text(other.certificate)
    write(
        station,
        "  - {id: xa@benhai.vn, name: Xã, keys: [keys/xa.pem], on: [thu], set_by: Bình}\n",
    )
    policy = load_policy(station)
    assert refusal(lambda: read(other.sign_xml(cap()), policy, NOW)) == "signature"
    assert read(other.sign_xml(cap(sender="xa@benhai.vn")), policy, NOW).sender.id == "xa@benhai.vn"
    assert refusal(lambda: read(cap(sender="la@x.vn"), policy, NOW)) == "sender"
    assert refusal(lambda: read(authority.sign_json(message(sender="xa@benhai.vn")), policy, NOW)) == "signature"


def test_a_message_has_a_span(policy: InboxPolicy) -> None:
    for raw, code in (
        (message(sent=at(30)), "future"),
        (message(valid={"until": at(-1)}), "expired"),
        (message(sent=at(-60 * 25), valid={}), "expired"),
        (message(valid={"until": at(60 * 24 * 61)}), "long"),
    ):
        found = parse_json(json.dumps(raw))
        assert refusal(lambda found=found: found.check(NOW)) == code  # type: ignore[misc]
    parse_json(json.dumps(message())).check(NOW)


@pytest.mark.parametrize(
    ("areas", "reached"),
    [
        ({"codes": ["44"]}, True),  # the province
        ({"codes": ["19489"]}, True),
        ({"codes": ["00044"]}, False),  # a commune's code, not the province's
        ({"codes": ["45"]}, False),
        ({"communes": ["ben-hai"]}, True),
        ({"communes": ["khac"]}, False),
        ({"polygons": [[[16, 106], [16, 108], [18, 108], [18, 106]]]}, True),
        ({"polygons": [[[10, 106], [10, 108], [12, 108]]]}, False),
        ({"circles": [{"center": [17.1, 107.0], "radius": 20}]}, True),
        ({"circles": [{"center": [17.1, 107.0], "radius": 5}]}, False),
        ({}, True),  # nobody can tell: everybody whom the sender may reach, after a person has looked
    ],
)
def test_areas_reach_the_communes_in_them(station: Workspace, areas: dict[str, object], reached: bool) -> None:
    write(station, "places: {ben-hai: {points: [[17.0, 107.0]]}}\n")
    policy = load_policy(station)
    found = parse_json(json.dumps(message(areas=areas)))
    sender = policy.sender(SENDER)
    assert policy.reached(sender, found.infos[0].areas) == (("ben-hai",) if reached else ())
    assert policy.rule(sender, found) == ("automatic" if areas else "sign")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({"keys": ""}, "value.wrong"),  # automatic without a key
        ({"keys": "[keys/none.pem]"}, "inbox.key"),
        ({"keys": "[../x.pem]"}, "value.wrong"),
        ({"keys": "[schedule.yaml]"}, "inbox.key"),
        ({"communes": "[khong-co]"}, "commune.unknown"),
        ({"policy": "{emergency: always}"}, "value.choice"),
        ({"repeat": "5s"}, "value.wrong"),
        ({"set_by": ""}, "key.missing"),
        ({"adapter": "x"}, "value.wrong"),
    ],
)
def test_what_is_wrong_in_the_policy_is_told_with_its_place(
    station: Workspace, lines: dict[str, str], code: str
) -> None:
    write(station, **lines)
    with pytest.raises(InboxError) as error:
        load_policy(station)
    finding = error.value.findings[0]
    assert finding.code == code
    assert finding.file == "inbox.yaml"
    assert finding.line
    assert finding.fix


def test_an_update_does_not_end_itself() -> None:
    """A sender that names a message among those that it replaces: it was silent the moment it went on air."""
    assert parse_cap(cap(kind="Update", references=f"{SENDER},lu-01,{at()} {SENDER},lu-00,{at()}")).references == (
        "lu-00",
    )
    own = {**message("tin-01", kind="update"), "references": ["tin-01"]}
    assert parse_json(json.dumps(own)).references == ()


def test_a_slip_in_one_communes_file_keeps_no_message_from_the_others(station: Workspace, authority: Authority) -> None:
    """Every alert was refused, for all communes: “There is no file campaigns/hong.yaml”, which was there."""
    write(station, communes="[ben-hai, hong]")
    (station.campaigns / "hong.yaml").write_text("commune: [", "utf-8")
    assert [target.stem for target in load_policy(station).targets] == ["ben-hai"]
    assert read(authority.sign_xml(cap()), load_policy(station), NOW).message.id == "lu-01"


def test_without_a_policy_nobody_may_send(station: Workspace, authority: Authority) -> None:
    station.inbox_file.unlink()
    assert refusal(lambda: read(authority.sign_xml(cap()), load_policy(station), NOW)) == "sender"


GAUGE = """\
  - id: do-mua
    name: Trạm đo mưa Cồn Tiên
    communes: [ben-hai]
    on: [thu]
    policy: {emergency: sign}
    gauge: {field: rain.hour, above: 50, measure: Lượng mưa trong một giờ, unit: milimét, hazard: sat-lo, where: thôn Đông}
    set_by: Trần Văn Bình
"""


def test_a_gauge_warns_from_its_threshold_on_and_once_in_a_while(station: Workspace) -> None:
    write(station, GAUGE)
    store = Database(station.database)

    def post(value: object, minutes: float = 0.0) -> Entry | None:
        raw = json.dumps({"rain": {"hour": value}}).encode()
        return receive_reading(station, store, "do-mua", raw, NOW + datetime.timedelta(minutes=minutes))

    assert post(49.9) is None
    found = post("62.5")
    assert found
    assert (found.state, found.rule, found.form) == ("received", "sign", "gauge")
    (info,) = found.message.infos
    assert info.title == "Có nguy cơ sạt lở đất ở thôn Đông."
    assert info.text == "Lượng mưa trong một giờ là 62,5 milimét, theo Trạm đo mưa Cồn Tiên."
    assert found.message.infos[0].areas.communes == ("ben-hai",)
    again = post(80, 179)
    assert again
    assert again.number == found.number
    later = post(80, 181)
    assert later
    assert later.number != found.number
    for wrong in (None, True, "nhiều", "nan", [1], 10**400):
        with pytest.raises(InboxError, match=r"rain\.hour"):
            post(wrong)
    with pytest.raises(InboxError, match="no gauge"):
        receive_reading(station, store, SENDER, b"{}", NOW)
    with pytest.raises(InboxError):  # nobody passes a message of his own for one of the gauge
        receive_message(station, store, json.dumps(message(sender="do-mua")).encode(), NOW)
    write(station, GAUGE.replace("emergency: sign", "emergency: automatic"))
    with pytest.raises(InboxError, match="anybody could have sent"):
        load_policy(station)
    store.close()
