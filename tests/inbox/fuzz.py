"""Messages broken at random: each is refused in words, in bounded time, and none comes through as signed.

Seeds are our own messages, signed and not, and the public examples of the standard and of three countries' feeds.
`python -m tests.inbox.fuzz [COUNT] [SEED]` runs as many as wanted and counts the refusals by kind; tests run a sample.
"""

import copy
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from loa.errors import InboxError
from loa.inbox.policy import InboxFile, InboxPolicy, Sender, Target
from loa.inbox.reading import read
from tests.inbox.senders import NOW, SENDER, Authority, cap, message

PIECES = (
    b"<", b">", b"</", b"&", b"&#0;", b"&#x110000;", b"]]>", b"<![CDATA[", b"<!DOCTYPE a>", b"<!--", b"\x00", b"\xff\xfe", b"{", b"}",
    b"[" * 50, b'"', b"\\u0000", b"\\ud800", b"1e999", b"NaN", b"-0", b"9" * 400, b"xmlns:x='y'", b"vi", b"nan,nan", b"1,2 3,4",
    b"2026-13-45T99:99:99+99:99", "ầ̉".encode(), b"<alert>", b"<info>" * 20, b'"sender":', b"null", b"true", b" " * 300,
)  # fmt: skip


EXAMPLES = Path(__file__).parent / "examples"


def seeds(authority: Authority) -> list[bytes]:
    """Good messages to break: the first and the third are signed."""
    plain = json.dumps(message(areas={"polygons": [[[16, 106], [16, 108], [18, 108]]]})).encode()
    ours = [authority.sign_xml(cap()), cap(area="<circle>17,107 5</circle>"), authority.sign_json(message()), plain]
    return ours + [path.read_bytes() for path in sorted(EXAMPLES.glob("*.xml"))]


def rearranged(raw: bytes, chance: random.Random) -> bytes:
    """An alert that is XML still: elements taken out, moved, doubled, wrapped in one another, under other names."""
    root = etree.fromstring(raw)
    for _wound in range(chance.randint(1, 4)):
        inner = list(root.iter(etree.Element))
        one, other = chance.choice(inner), chance.choice(inner)
        match chance.randrange(6):
            case 0 if one.getparent() is not None:
                one.getparent().remove(one)
            case 1:
                other.append(copy.deepcopy(one))
            case 2 if one.getparent() is not None and other not in one.iter():
                other.append(one)
            case 3:
                one.tag, other.tag = other.tag, one.tag
            case 4:
                one.text, other.text = other.text, one.text
            case 5:
                one.set(
                    chance.choice(["Id", "id", "URI", "Algorithm", "x"]), chance.choice(["#x", "", "http://x/y", "1"])
                )
    return bytes(etree.tostring(root, encoding="utf-8"))


def broken(raw: bytes, chance: random.Random) -> bytes:
    """`raw` with one to six wounds."""
    data = bytearray(raw)
    for _wound in range(chance.randint(1, 6)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + int(chance.paretovariate(0.7)))
        match chance.randrange(6):
            case 0:
                del data[start:end]
            case 1:
                data[start:start] = chance.choice(PIECES)
            case 2:
                data[start:start] = data[start:end]
            case 3:
                other = chance.randrange(len(data) + 1)
                data[other:other] = bytes(data[start : min(end, start + 2000)])
            case 4:
                data[start : start + 1] = bytes([chance.randrange(256)])
            case 5:
                del data[start:]
    return bytes(data[:200_000])


def _check(error: InboxError) -> None:
    assert error.findings
    assert all(finding.message and len(finding.message) < 2000 for finding in error.findings), error
    unsaid = [
        f for f in error.findings if any(words in f.message for words in ("Input should", "validation", "inputs"))
    ]
    assert not unsaid, "the words of pydantic are for programmers"


@dataclass
class Outcome:
    """`kinds`: how many messages were refused with which code. `longest`: CPU seconds of the slowest."""

    kinds: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0

    @property
    def refused(self) -> int:
        return self.kinds.total()


def run(count: int, seed: int) -> Outcome:
    """Break and read `count` messages: one in four keeps its XML whole."""
    authority = Authority()
    sender = Sender(id=SENDER, name="x", keys=("a.pem",), on=("n",), set_by="y")
    places = (Target("ben-hai", frozenset({"44"}), ((17.0, 107.0),)),)
    policy = InboxPolicy(InboxFile(senders=(sender,)), {SENDER: (authority.certificate, authority.public)}, places)
    good, chance = seeds(authority), random.Random(seed)
    whole = [read(raw, policy, NOW).message for raw in (good[0], good[2])]
    alerts, done = [raw for raw in good if raw.startswith(b"<")], Outcome()
    for number in range(count):
        raw = rearranged(chance.choice(alerts), chance) if number % 4 == 0 else broken(chance.choice(good), chance)
        began = time.process_time()
        try:
            found = read(raw, policy, NOW)
        except InboxError as error:
            done.kinds[error.findings[0].code] += 1
            _check(error)
        except BaseException:
            place = Path(tempfile.gettempdir()) / f"inbox-fuzz-{seed}-{number}"
            place.write_bytes(raw)
            print(place, file=sys.stderr)
            raise
        else:  # a wound outside of what is signed, such as a space: what is read is what was signed
            assert found.message in whole, raw
        done.longest = max(done.longest, time.process_time() - began)
    return done


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    done = run(many, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print(f"{many} broken messages: {done.refused} refused in words; slowest {done.longest:.3f} s of processor time")
    print("\n".join(f"{found:8}  {code}" for code, found in done.kinds.most_common()))
