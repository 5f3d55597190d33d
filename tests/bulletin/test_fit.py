import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loa.bulletin.fit import PACE, STRETCH, Length, fit, total
from loa.bulletin.models import BulletinPlan
from loa.errors import BulletinError

FRAME, BRIDGE = Length(fixed=30), Length(fixed=8)


def plan(low: float, high: float) -> BulletinPlan:
    return BulletinPlan("xa", "tin", "Tin", ("a",), low, high)


def section(seconds: float, pauses: float = 0.15) -> Length:
    """A section of which `pauses` is silence."""
    return Length(speech=seconds * (1 - pauses), pauses=seconds * pauses)


def seconds(found, items):
    return total(FRAME, BRIDGE, items, found.rounds).at(found.pace, found.stretch)


def test_one_reading_that_fits_is_left_as_it_is():
    found = fit(plan(300, 900), FRAME, BRIDGE, ((section(400),),))
    assert (found.rounds, found.stretch, found.pace) == (((1,),), 1.0, 1.0)


def test_a_short_article_is_read_until_the_shortest_length_is_reached():
    found = fit(plan(600, 900), FRAME, BRIDGE, ((section(200),),))
    assert len(found.rounds) == 3
    assert (found.stretch, found.pace) == (1.0, 1.0)


def test_pauses_give_way_before_anything_else():
    items = ((section(270),),)
    found = fit(plan(600, 900), FRAME, BRIDGE, items)
    assert len(found.rounds) == 2
    assert 1.0 < found.stretch <= STRETCH[1]
    assert found.pace == 1.0
    assert 600 <= seconds(found, items) < 602


def test_a_second_reading_may_leave_out_the_last_items():
    items = ((section(300),), (section(250),), (section(60),))
    found = fit(plan(850, 1000), FRAME, BRIDGE, items)
    assert found.rounds == ((1, 1, 1), (1, 0, 0))
    assert found.pace == 1.0


def test_the_voice_hurries_a_little_where_pauses_are_not_enough():
    items = ((section(460, pauses=0.1),),)
    found = fit(plan(600, 900), FRAME, BRIDGE, items)
    assert len(found.rounds) == 2
    assert 1.0 < found.pace <= PACE[1]
    assert 898 < seconds(found, items) <= 900


def test_a_last_reading_ends_between_two_sections_when_nothing_milder_serves():
    items = ((section(180), section(180), section(180)),)
    found = fit(plan(700, 800), FRAME, BRIDGE, items)
    assert found.rounds == ((3,), (1,))


def test_too_long_says_by_how_much_and_how_many_syllables():
    with pytest.raises(BulletinError) as caught:
        fit(plan(600, 900), FRAME, BRIDGE, ((section(990, pauses=0.1),),))
    (finding,) = caught.value.findings
    assert finding.code == "bulletin.too-long"
    assert "17:00" in finding.message
    assert "2:00" in finding.message
    assert "480 syllables" in finding.fix


def test_of_several_items_too_long_together_the_last_are_named():
    wanted = BulletinPlan("xa", "tin", "Tin", ("nuoc", "dien"), 600, 900, recordings=("audio/loi-chuc.mp3",))
    with pytest.raises(BulletinError) as caught:
        fit(wanted, FRAME, BRIDGE, ((section(600),), (section(400),), (section(60),)))
    assert caught.value.findings[0].fix.startswith("Leave out dien, audio/loi-chuc.mp3: then it lasts 10:30.")


@pytest.mark.parametrize(
    ("seconds_", "low", "high", "readings"), [(15, 600, 900, 3), (54, 600, 900, 3), (450, 700, 760, 1)]
)
def test_a_short_text_is_read_three_times_at_most_and_stays_short(seconds_, low, high, readings):
    """Issue 15, fault 5: a text of 15 s was read 19 times to fill ten minutes; one between two lengths was refused."""
    found = fit(plan(low, high), FRAME, BRIDGE, ((section(seconds_),),))
    assert found.short
    assert found.rounds == ((1,),) * readings
    assert (found.stretch, found.pace) == (1, 1)


@pytest.mark.parametrize(
    ("text", "low", "rounds", "sums_up"),
    [
        (60, 100, 1, True),  # with its summary it is long enough
        (60, 80, 1, False),  # it is by itself
        (60, 140, 2, False),  # the summary is not enough, another reading is
        (60, 180, 2, True),
        (60, 600, 3, True),  # too short even so
        (60, 60, 1, False),
    ],
)
def test_a_summary_is_read_in_place_of_another_reading(text, low, rounds, sums_up):
    """Issue 15, fault 5; the shortest bulletin that is long enough."""
    items, summary = ((section(text),),), section(25)
    found = fit(plan(low, 900), FRAME, BRIDGE, items, summary)
    assert (len(found.rounds), found.summary, found.short) == (rounds, sums_up, low == 600)


@settings(max_examples=100, deadline=None)
@given(
    items=st.lists(st.lists(st.floats(5, 400), min_size=1, max_size=5), min_size=1, max_size=4),
    low=st.floats(0, 900),
    room=st.floats(30, 600),
    brief=st.none() | st.floats(2, 60),
)
def test_what_fits_is_always_within_its_length_and_its_limits(items, low, room, brief):
    wanted = plan(low, low + room)
    lengths = tuple(tuple(section(length) for length in item) for item in items)
    summary = section(brief) if brief else None
    try:
        found = fit(wanted, FRAME, BRIDGE, lengths, summary)
    except BulletinError:
        return
    lasts = seconds(found, lengths)
    if found.summary:
        lasts = (total(FRAME, BRIDGE, lengths, found.rounds) + section(brief)).at(found.pace, found.stretch)
    assert lasts <= wanted.max_seconds
    assert found.short or wanted.min_seconds <= lasts
    assert len(found.rounds) <= 3
    assert STRETCH[0] <= found.stretch <= STRETCH[1]
    assert PACE[0] <= found.pace <= PACE[1]
    assert all(count == len(item) for count, item in zip(found.rounds[0], lengths, strict=True))
