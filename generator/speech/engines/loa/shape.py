"""A written syllable as it is said: one letter for each sound, whatever the spelling rules made of it."""

from dataclasses import dataclass

from generator.vietnamese.syllables import Syllable

_ONSETS = {"k": "c", "q": "c", "gh": "g", "ngh": "ng"}
_NUCLEI = {"y": "i", "ia": "iê", "ya": "iê", "yê": "iê", "ua": "uô", "ưa": "ươ", "oo": "o"}
_CODAS = {"y": "i", "o": "u"}
STOPS = frozenset(("p", "t", "c", "ch"))


@dataclass(frozen=True, slots=True)
class Shape:
    """Onset, glide (w or none), nucleus, coda (i and u are the glides of ai, ao) and tone of a spoken syllable."""

    onset: str
    glide: bool
    nucleus: str
    coda: str
    tone: str

    @property
    def stopped(self) -> bool:
        """Whether it ends in p, t, c, ch."""
        return self.coda in STOPS


def shape(written: Syllable) -> Shape:
    """The sounds behind the spelling: "quốc" is c-uô-c, "cày" is c-ă-i, "ghi" is g-i."""
    glide, nucleus = bool(written.glide), _NUCLEI.get(written.nucleus, written.nucleus)
    if written.nucleus == "a" and written.coda in ("y", "u"):
        nucleus = "ă"
    if written.onset == "q" and nucleus == "ô":
        glide, nucleus = False, "uô"
    onset = _ONSETS.get(written.onset, written.onset)
    return Shape(onset, glide, nucleus, _CODAS.get(written.coda, written.coda), written.tone)
