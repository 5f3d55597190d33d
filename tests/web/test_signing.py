from loa.bulletin.manifest import Cue
from loa.web.views import drafts


def cue(start: float, text: str, part: str = "bai", reading: int = 1) -> Cue:
    return Cue(start=start, end=start + 2, text=text, spoken=text.lower(), part=part, reading=reading)


CUES = [
    cue(0, "Đây là Đài.", "opening"),
    cue(3, "Câu một."),
    cue(6, "Câu hai."),
    cue(9, "Sau đây xin nhắc lại.", "bridge"),
    cue(12, "Câu một.", reading=2),
    cue(15, "Câu hai.", reading=2),
    cue(18, "Hết.", "closing"),
]


def test_a_sentence_stands_once_with_every_time_it_is_heard() -> None:
    lines = drafts.spoken_lines_of(CUES)
    assert [line.text for line in lines] == ["Đây là Đài.", "Câu một.", "Câu hai.", "Sau đây xin nhắc lại.", "Hết."]
    assert lines[2].times == "6.00-8.00 15.00-17.00"


def test_a_sentence_that_is_said_twice_in_one_reading_stands_twice() -> None:
    assert len(drafts.spoken_lines_of([cue(0, "Chú ý!"), cue(3, "Chú ý!")])) == 2


def test_the_change_is_told_word_by_word_and_is_empty_where_only_the_voice_is_new() -> None:
    assert drafts.change(CUES, [c.model_copy(update={"start": c.start + 1}) for c in CUES]) == []
    after = [c.model_copy(update={"text": c.text.replace("một", "ba")}) for c in CUES]
    assert [(p.kind, p.text) for p in drafts.change(CUES, after) if p.kind != "same"] == [
        ("out", "một."),
        ("in", "ba."),
    ]
