"""Sentences become pieces: spoken once, mastered once, encoded once; from then on they come from the cache."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from loa.audio.samples import Preset
from loa.bulletin.segments import RULES, Segment, Stretch, kept
from loa.script import Script, Sentence
from loa.tts import Cast, Utterance
from loa.tts.cache import Clip, Voice, digest, speak
from loa.workspace import Workspace

if TYPE_CHECKING:
    from loa.audio.mastering import Samples

Progress = Callable[[int, int, bool], None]
"""Called after each different sentence: how many are done, how many there are, whether this one had to be spoken."""
Line = tuple[Script, Sentence]


class Narrator:
    """Speaks for one bulletin: always the same engine, voices, mastering preset and pace."""

    def __init__(self, workspace: Workspace, speakers: Cast, preset: Preset, pace: float = 1.0) -> None:
        self.workspace = workspace
        self.speakers = speakers
        self.preset = preset
        self.pace = pace
        self._pieces: dict[str, Segment] = {}

    def at(self, pace: float) -> "Narrator":
        """The same narrator at another pace."""
        return Narrator(self.workspace, self.speakers, self.preset, pace)

    def prepare(self, wanted: Sequence[Line], progress: Progress = lambda *_: None, jobs: int = 1) -> None:
        """Speak what no earlier build has spoken, `jobs` sentences at a time.

        Raises SpeechError, BulletinError, WorkspaceError; what was finished until then is kept.
        """
        asked = {self.clip_key(*line): line for line in wanted}
        new = {key: line for key, line in asked.items() if key not in self._pieces}
        with ThreadPoolExecutor(jobs, "narrator") as pool:
            waiting = {pool.submit(self._piece, key, line): key for key, line in new.items()}
            try:
                for done, ready in enumerate(as_completed(waiting), 1 + len(asked) - len(new)):
                    self._pieces[waiting[ready]], made = ready.result()
                    progress(done, len(asked), made)
            finally:
                pool.shutdown(cancel_futures=True)

    def piece(self, script: Script, sentence: Sentence) -> Segment:
        """The piece of `sentence`, which was prepared."""
        return self._pieces[self.clip_key(script, sentence)]

    def clip_key(self, script: Script, sentence: Sentence) -> str:
        """The key of the clip of `sentence`."""
        return self._voice(sentence).key(utterance(script, sentence))

    def clip(self, script: Script, sentence: Sentence) -> Clip:
        """The clip of `sentence` itself, as the engine gave it."""
        return speak(self.workspace, utterance(script, sentence), self._voice(sentence))

    def _voice(self, sentence: Sentence) -> Voice:
        return Voice(self.speakers.engine, self.speakers.voice_of(sentence.presenter), self.pace)

    def _piece(self, clip: str, line: Line) -> tuple[Segment, bool]:
        """The piece of clip `clip`, and whether the engine had to speak for it."""
        spoken_now: list[bool] = []

        def render() -> "tuple[Samples, tuple[Stretch, ...]]":
            from loa.audio.mastering import master  # scipy: 0.6 s, 90 MB, only for a sentence not in the cache

            spoken = self.clip(*line)
            spoken_now.append(spoken.made)
            sound = spoken.sound()
            samples = master(sound, self.preset)
            return samples, (Stretch(0, len(samples), sound.marks),)

        piece = kept(self.workspace, digest("sentence", RULES, self.preset, clip), render)
        return piece, any(spoken_now)


def utterance(script: Script, sentence: Sentence) -> Utterance:
    """What an engine is asked to say."""
    return Utterance(sentence.reading.phrased, sentence.text, script.region)


def lines(scripts: Iterable[Script]) -> list[Line]:
    """All sentences of `scripts`, each with the script it stands in."""
    return [(script, sentence) for script in scripts for sentence in script.sentences]


def sections(sentences: Iterable[Sentence]) -> list[list[Sentence]]:
    """`sentences` cut before each heading: where a shortened second reading may end."""
    found: list[list[Sentence]] = []
    for sentence in sentences:
        previous = found[-1][-1] if found else None
        if previous is None or (sentence.kind == "heading" and previous.kind != "heading"):
            found.append([])
        found[-1].append(sentence)
    return found
