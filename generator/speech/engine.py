"""What every speech engine is: one utterance in, one sound out, and an honest word about whether it can speak now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Region = Literal["bac", "trung", "nam"]
Presenter = Literal["nữ", "nam"]
TextStyle = Literal["respelt", "written"]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono sound: float32 `samples` in [-1, 1] at `rate` Hz.

    `marks` holds, where the engine knows it, the second at which each spoken word starts (one mark a word of
    `Utterance.text`, in order); empty where it does not.
    """

    samples: "NDArray[np.float32]"
    rate: int
    marks: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence to say.

    `text` is its spoken form: lower-case words only, with `, . ? ; :` where the voice pauses. `written` is the
    sentence as it stands in the article, for engines that read Vietnamese print well by themselves.
    """

    text: str
    written: str
    region: Region = "bac"

    @property
    def words(self) -> tuple[str, ...]:
        """The spoken words, without the pauses."""
        return tuple(word for piece in self.text.split() if (word := piece.strip(",.?!;:")))


@dataclass(frozen=True, slots=True)
class State:
    """Whether an engine can speak now. When it cannot: why, and what would mend it, both in the user's language."""

    ready: bool
    reason: str = ""
    mend: str = ""


@runtime_checkable
class Engine(Protocol):
    """A voice maker. Constructing one is cheap: heavy imports and models wait for the first `say`."""

    @property
    def name(self) -> str:
        """The name people write before the colon in `station.voice`; part of every clip's cache key."""

    @property
    def version(self) -> str:
        """Changes whenever the same request could sound different; part of every clip's cache key."""

    @property
    def licence(self) -> str:
        """SPDX expression or plain words, for the program and its voices."""

    @property
    def text_style(self) -> TextStyle:
        """`respelt`: `say` speaks `Utterance.text`; `written`: it speaks `Utterance.written`."""

    def state(self) -> State:
        """Whether it can speak now; never raises."""

    def voices(self) -> tuple[str, ...]:
        """The voices that are installed, the default first; empty when none is."""

    def presenter(self, voice: str) -> Presenter | None:
        """Whether `voice` is a woman's or a man's; None where nobody can tell."""

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak. `pace` 1.0 is the voice's own; 1.08 is 8 % quicker.

        Raises SpeechError with the reason and the mend (and nothing else) where it cannot.
        """
