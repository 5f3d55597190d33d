from datetime import date

from loa.bulletin.manifest import Cue, Manifest, Verification
from loa.bulletin.verify import quality_warnings
from loa.errors import Severity

GOOD = Verification(
    seconds=620.0, loudness_lufs=-16.0, true_peak_dbtp=-1.8, longest_silence=0.9, clipped_samples=0,
    syllables_per_second=4.0,
)  # fmt: skip
SENTENCE = "Bà con nhớ trữ nước từ tối nay."


def record(proof: Verification | None = GOOD, *seconds: float) -> Manifest:
    cues = tuple(
        Cue(start=60.0 * i, end=60.0 * i + s, text=SENTENCE, spoken="bà con nhớ trữ nước từ tối nay", part="tin")
        for i, s in enumerate(seconds or (2.0,), 1)
    )
    return Manifest(
        id="xa/tin", commune="xa", name="tin", title="Tin", date=date(2026, 11, 1), campaigns=("tin",), seconds=620.0,
        sha256="0" * 64, engine="gtts", voice="vi", cues=cues, proof=proof,
    )  # fmt: skip


def codes(manifest: Manifest) -> list[str]:
    return [finding.code.removeprefix("bulletin.proof.") for finding in quality_warnings(manifest)]


def test_a_bulletin_as_it_should_be_raises_no_doubt() -> None:
    assert codes(record()) == []
    assert codes(record(None)) == []


def test_each_figure_outside_its_limits_is_a_warning_with_a_mend() -> None:
    bad = GOOD.model_copy(
        update={"loudness_lufs": -20.0, "true_peak_dbtp": 0.0, "longest_silence": 5.0, "syllables_per_second": 9.0}
    )
    found = quality_warnings(record(bad, 0.9))
    assert [finding.code.rpartition(".")[2] for finding in found] == ["loudness", "peak", "silence", "pace"]
    assert all(finding.severity is Severity.WARNING and finding.fix for finding in found)


def test_a_sentence_that_is_over_too_soon_is_shown_once_with_its_place() -> None:
    (finding,) = quality_warnings(record(GOOD, 2.0, 1.0, 1.0))
    assert finding.code == "bulletin.proof.hurried"
    assert "2:00" in finding.message
    assert SENTENCE in finding.message
