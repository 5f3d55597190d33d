"""Own words instead of a template's passage: at its place for the eye and for the ear, and nothing else moves."""

import pytest

from loa.article import passages, render
from loa.campaign import load_commune
from loa.campaign.models import OwnWords
from loa.workspace import Workspace


@pytest.mark.parametrize("form", ["radio", "web"])
@pytest.mark.parametrize("id_", ["sot-xuat-huyet", "phong-chong-lua-dao"])
def test_each_passage_may_be_said_otherwise_or_left_out(station: Workspace, id_: str, form: str) -> None:
    commune = load_commune(station, "ben-hai")
    campaign = commune.campaign(id_).model_copy(update={"form": form})
    plain, own = render(station, commune, campaign), "Câu riêng của xã."
    shown = 0
    for text in passages(station, commune, campaign):
        said, out = (
            render(station, commune, campaign.model_copy(update={"words": (OwnWords(instead=text, say=words),)}))
            for words in (own, "")
        )
        assert (said.unused, out.unused) == ((), ())
        heard = [part.text for part in said.spoken_parts]
        assert len(heard) == len(plain.spoken_parts)
        assert sum(own in part for part in heard) == 1, text
        assert sum(a.text != b for a, b in zip(plain.spoken_parts, heard, strict=True)) == 1
        assert len(out.spoken_parts) == len(heard) - 1
        assert own not in out.source
        assert said.markdown.count("\n") == plain.markdown.count("\n")
        shown += own in said.markdown
    assert shown >= len(plain.spoken_parts) - 4  # the greeting and the thanks are for the ear alone


def test_words_that_the_article_does_not_hold_are_told(station: Workspace) -> None:
    commune = load_commune(station, "ben-hai")
    campaign = commune.campaign("sot-xuat-huyet")
    words = (OwnWords(instead="Không có ở đâu.", say="x"),)
    made = render(station, commune, campaign.model_copy(update={"words": words}))
    assert made.unused == ("Không có ở đâu.",)
    assert made.source == render(station, commune, campaign).source
