"""The mark of synthetic speech: in the tag of a file, in its captions, its record, its page and its feed.

Law 134/2025/QH15, Article 11, asks for a machine-readable mark on sound made by machine. The source type is a word of
the IPTC's vocabulary (cv.iptc.org/newscodes/digitalsourcetype), which C2PA uses, too.
"""

from typing import Final

from loa.bulletin.manifest import Manifest

KEY: Final = "SyntheticSpeech"
"""Description of the tag's frame (ID3 TXXX) that says which engine and voices speak."""
SOURCE_KEY: Final = "DigitalSourceType"
_TYPES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
COMMENT: Final = "Giọng đọc trong tệp này do máy tính tạo ra ({speakers})."
"""For people who look at the tag or the captions; Vietnamese, like these."""


def source_type(*, with_recordings: bool) -> str:
    """Return the source type of sound in which a machine speaks; `with_recordings`: beside recordings of people."""
    return _TYPES + ("compositeWithTrainedAlgorithmicMedia" if with_recordings else "trainedAlgorithmicMedia")


def type_of(manifest: Manifest) -> str:
    """Return the source type of a bulletin; "" where no machine speaks in it."""
    return manifest.synthetic or (source_type(with_recordings=False) if is_synthetic(manifest) else "")


def comment(speakers: str) -> str:
    """Return the sentence for people. `speakers`: engine and voices, for example `loa:nu + nam`."""
    return COMMENT.format(speakers=speakers)


def is_synthetic(manifest: Manifest) -> bool:
    """Return whether a machine speaks in a bulletin; also for records of versions that did not mark it."""
    return any(cue.spoken for cue in manifest.cues)
