"""The order of a programme: opening, recordings, articles, music, relays and closing, one after the other."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

RELAYS = "LoaRelays"
"""Description of the tag's frame (ID3 TXXX) that holds the relays of a programme."""
PartKind = Literal["opening", "recording", "article", "music", "relay", "closing"]


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a programme, as the schedule names it.

    `file`: a recording's path from the station's folder; of music and of a relay's hold music also the name of a
    station sound. `campaign`: of an article; "" for those of the broadcast. `length`: seconds; of a recording where it
    is cut, of music and relays how long. `text`: what a recording says, for captions. `source`: the address or `line:`
    and the recording device of a relay; `begins`, `ends`: hours of the clock (HH:MM:SS), "" where it has none.
    """

    kind: PartKind
    title: str = ""
    language: str = "vi"
    file: str = ""
    campaign: str = ""
    length: float | None = None
    text: str = ""
    source: str = ""
    begins: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """What reports say of an item, which changes nothing that is heard.

    `name`: the campaign or the file; `category`: a code of `reference.categories`; `author`: who made it;
    `received_from`: who sent it, "" if the commune made it itself.
    """

    name: str = ""
    category: str = ""
    author: str = ""
    received_from: str = ""


@dataclass(frozen=True, slots=True)
class RelayPoint:
    """Where a relay comes into the MP3 of a programme: its hold music, which bridges gaps, stands there.

    `at`, `hold`: the hold music's start and length in the file. `seconds`: how long the relay lasts by the plan of the
    day on which the file was made. `length`: its length where it has no hour to end at (`ends`). All in seconds.
    """

    source: str
    title: str
    language: str
    at: float
    hold: float
    seconds: float
    length: float | None = None
    begins: str = ""
    ends: str = ""

    def end(self, planned: datetime.datetime, before: float) -> datetime.datetime:
        """Return when it ends at the latest, if `before` seconds of the programme come before it.

        `planned`: the airing's planned instant by the station's clock.
        """
        if not self.ends:
            return planned + datetime.timedelta(seconds=before + (self.length or 0.0))
        return _next(self.ends, planned)

    def begin(self, planned: datetime.datetime, before: float) -> datetime.datetime:
        """Return when it begins, if `before` seconds of the programme come before it."""
        reached = planned + datetime.timedelta(seconds=before)
        return max(reached, _next(self.begins, planned, same=True)) if self.begins else reached


def _next(hour: str, planned: datetime.datetime, *, same: bool = False) -> datetime.datetime:
    """Return the first moment at or after `planned` at which the clock shows `hour`; with `same` that of its day."""
    found = datetime.datetime.combine(planned.date(), datetime.time.fromisoformat(hour), planned.tzinfo)
    if found <= planned and not same:
        found += datetime.timedelta(days=1)
    return found


def pack(points: Iterable[RelayPoint]) -> str:
    """Return the relays as the JSON that stands in the MP3's tag: so an approval covers them."""
    return json.dumps([asdict(point) for point in points], ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> tuple[RelayPoint, ...]:
    """Return the relays of a tag. Raises ValueError where it is damaged."""
    try:
        return tuple(RelayPoint(**point) for point in json.loads(text))
    except TypeError as error:
        raise ValueError(str(error)) from error
