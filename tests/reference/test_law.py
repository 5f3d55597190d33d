import re
from datetime import date, timedelta

import pytest

from loa.reference import law


@pytest.mark.parametrize(
    ("id_", "first", "last"),
    [
        ("bon-muc-do", date(2011, 8, 1), date(2022, 8, 14)),
        ("toan-trinh-mot-phan", date(2022, 8, 15), date(2026, 6, 30)),
        ("dang-nhap-vneid", date(2024, 7, 1), None),
        ("cong-quoc-gia-duy-nhat", date(2025, 7, 1), None),
        ("chinh-quyen-hai-cap", date(2025, 7, 1), None),
        ("trung-tam-phuc-vu-hanh-chinh-cong", date(2025, 7, 1), None),
        ("hai-muoi-lam-dich-vu-khong-giay", date(2025, 10, 1), None),
        ("thong-tin-co-so", date(2024, 7, 1), None),
        ("ba-muc-uu-tien", date(2021, 1, 18), None),
        ("cap-huyen", date(1945, 9, 2), date(2025, 6, 30)),
    ],
)
def test_a_fact_holds_from_its_first_day_to_its_last(id_: str, first: date, last: date | None) -> None:
    assert not law.in_force(id_, first - timedelta(days=1))
    assert law.in_force(id_, first)
    if last:
        assert law.in_force(id_, last)
        assert not law.in_force(id_, last + timedelta(days=1))
    else:
        assert law.in_force(id_, date(2099, 1, 1))


def test_what_is_known_second_hand_only_is_never_asserted() -> None:
    assert not law.fact("nghi-dinh-224-2026").confirmed
    assert not law.in_force("nghi-dinh-224-2026", date(2026, 11, 1))


def test_an_unknown_fact_is_an_error_and_not_a_no() -> None:
    with pytest.raises(KeyError):
        law.in_force("bon-muc-so", date(2022, 1, 1))


def test_every_spoken_form_is_words_only_and_every_row_has_a_source() -> None:
    for row in law.facts().values():
        assert not re.search(r"\d|/|NĐ|CP", row.spoken), row.id
        assert row.source
        assert row.until is None or row.ended_by


def test_a_document_is_known_by_its_number_and_ends_with_the_fact_that_it_founds() -> None:
    decree = law.document("43/2011/NĐ-CP")
    assert decree is not None
    assert decree.until == law.fact("bon-muc-do").until
    assert law.document("1/1999/NĐ-CP") is None
