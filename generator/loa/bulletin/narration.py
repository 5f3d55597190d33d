"""Turn sentences into segments: each is spoken, mastered and encoded once; later it comes from the cache."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from loa.audio.samples import Preset
from loa.bulletin.segments import RULES, Segment, Stretch, load_or_render
from loa.script import Script, Sentence
from loa.tts import Cast, Utterance
from loa.tts.cache import Clip, Voice, digest, speak
from loa.workspace import Workspace

if TYPE_CHECKING:
    from loa.audio.mastering import Samples

Progress = Callable[[int, int, bool], None]
"""Called after each different sentence: how many are done, how many there are, whether this one was spoken now."""
SpokenLine = tuple[Script, Sentence]


class Narrator:
    """Speaks the sentences of one bulletin with the same engine, voices, mastering preset and pace."""

    def __init__(self, workspace: Workspace, speakers: Cast, preset: Preset, pace: float = 1.0) -> None:
        self.workspace = workspace
        self.speakers = speakers
        self.preset = preset
        self.pace = pace
        self._segments: dict[str, Segment] = {}

    def at(self, pace: float) -> "Narrator":
        """Return a copy of this narrator with another pace."""
        return Narrator(self.workspace, self.speakers, self.preset, pace)

    def prepare(self, wanted: Sequence[SpokenLine], progress: Progress = lambda *_: None, jobs: int = 1) -> None:
        """Speak all `wanted` sentences that are not in the cache yet, `jobs` at a time.

        Raises SpeechError, BulletinError, WorkspaceError; sentences that are finished stay in the cache.
        """
        asked = {self.clip_key(*line): line for line in wanted}
        new = {key: line for key, line in asked.items() if key not in self._segments}
        with ThreadPoolExecutor(jobs, "narrator") as pool:
            waiting = {pool.submit(self._segment, key, line): key for key, line in new.items()}
            try:
                for done, ready in enumerate(as_completed(waiting), 1 + len(asked) - len(new)):
                    self._segments[waiting[ready]], made = ready.result()
                    progress(done, len(asked), made)
            finally:
                pool.shutdown(cancel_futures=True)

    def segment(self, script: Script, sentence: Sentence) -> Segment:
        """Return the segment of `sentence`; `prepare` must have been called."""
        return self._segments[self.clip_key(script, sentence)]

    def clip_key(self, script: Script, sentence: Sentence) -> str:
        """Return the cache key of the clip of `sentence`."""
        return self._voice(sentence).key(utterance(script, sentence))

    def clip(self, script: Script, sentence: Sentence) -> Clip:
        """Return the clip of `sentence`: the engine's sound, not mastered."""
        return speak(self.workspace, utterance(script, sentence), self._voice(sentence))

    def _voice(self, sentence: Sentence) -> Voice:
        return Voice(self.speakers.engine, self.speakers.voice_of(sentence.presenter), self.pace)

    def _segment(self, clip: str, line: SpokenLine) -> tuple[Segment, bool]:
        """Return the segment of the clip with key `clip`, and whether the engine had to speak."""
        spoken_now: list[bool] = []

        def render() -> "tuple[Samples, tuple[Stretch, ...]]":
            from loa.audio.mastering import master  # numpy and soxr: 0.1 s, 20 MB, only for a sentence not in the cache

            spoken = self.clip(*line)
            spoken_now.append(spoken.made)
            sound = spoken.sound()
            samples = master(sound, self.preset)
            return samples, (Stretch(0, len(samples), sound.marks),)

        segment = load_or_render(self.workspace, digest("sentence", RULES, self.preset, clip), render)
        return segment, any(spoken_now)


def utterance(script: Script, sentence: Sentence) -> Utterance:
    """Return what the engine says for `sentence`."""
    return Utterance(sentence.reading.phrased, sentence.text, script.region, sentence.stressed)


def lines(scripts: Iterable[Script]) -> list[SpokenLine]:
    """Return all sentences of `scripts`, each with its script."""
    return [(script, sentence) for script in scripts for sentence in script.sentences]


def sections(sentences: Iterable[Sentence]) -> list[list[Sentence]]:
    """Split `sentences` before each heading; a shortened last reading may end there."""
    found: list[list[Sentence]] = []
    for sentence in sentences:
        previous = found[-1][-1] if found else None
        if previous is None or (sentence.kind == "heading" and previous.kind != "heading"):
            found.append([])
        found[-1].append(sentence)
    return found
