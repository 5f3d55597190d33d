import re

from loa.bulletin.captions import srt, webvtt
from loa.bulletin.manifest import Cue, Word

CUE = Cue(
    start=3661.5, end=3664.0, text="Năm 2023 <b> & tất cả", spoken="năm hai nghìn bê và tất cả", part="a",
    words=(Word(at=3661.5, start=0, end=3), Word(at=3661.8, start=4, end=8), Word(at=3662.0, start=4, end=8),
           Word(at=3662.6, start=9, end=12), Word(at=3662.9, start=13, end=14), Word(at=3663.2, start=15, end=18),
           Word(at=3663.5, start=19, end=21)),
)  # fmt: skip


def test_webvtt_lights_up_each_written_word_once():
    assert webvtt([CUE]) == (
        "WEBVTT\n\n1\n01:01:01.500 --> 01:01:04.000\n"
        "Năm <01:01:01.800>2023 <01:01:02.600>&lt;b&gt; <01:01:02.900>&amp; <01:01:03.200>tất <01:01:03.500>cả\n"
    )


def test_srt_has_its_own_stamps():
    assert srt([CUE]) == "1\n01:01:01,500 --> 01:01:04,000\nNăm 2023 <b> & tất cả\n"


def test_no_line_break_of_the_text_ends_a_cue():
    broken = CUE.model_copy(update={"text": "Một\n\nhai", "words": ()})
    assert re.search(r"\nMột hai\n", webvtt([broken]))
