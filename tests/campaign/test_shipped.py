from datetime import date

import pytest

from loa.campaign import Commune, load_commune, load_communes, survey
from loa.errors import CampaignError, Severity
from loa.workspace import Workspace


@pytest.fixture
def communes(station: Workspace) -> dict[str, Commune]:
    return {commune.stem: commune for commune in load_communes(station)}


def test_six_communes_ship_and_load(communes: dict[str, Commune]) -> None:
    assert set(communes) == {"ben-hai", "hung-thinh", "mot-cua-2024", "nhat-quang", "ninh-binh-mau", "trung-son"}


@pytest.mark.parametrize(
    ("stem", "day", "urls", "counts", "desk"),
    [
        ("ninh-binh-mau", date(2022, 6, 1), ("https://dichvucong.ninhbinh.gov.vn/",), (60, 53, None), "Bộ phận Một cửa UBND xã"),
        ("mot-cua-2024", date(2024, 4, 25), (), (None, None, None), "Bộ phận Một cửa UBND xã"),
        ("nhat-quang", date(2021, 10, 1), ("https://dichvucong.hungyen.gov.vn/",), (None, None, 50), "Bộ phận tiếp nhận và trả kết quả của xã"),
        ("hung-thinh", date(2023, 6, 1), ("https://dichvucong.gov.vn", "https://dichvucong.dongnai.gov.vn"), (None, None, None), "Ủy ban nhân dân xã Hưng Thịnh"),
        ("trung-son", date(2023, 8, 8), ("https://dichvucong.quangtri.gov.vn/",), (None, None, None), "Bộ phận Một cửa UBND xã Trung Sơn"),
        ("ben-hai", date(2026, 11, 1), ("https://dichvucong.gov.vn",), (None, None, None), "Trung tâm Phục vụ hành chính công xã Bến Hải"),
    ],
)  # fmt: skip
def test_each_holds_the_facts_of_its_row(
    communes: dict[str, Commune], stem: str, day: date, urls: tuple[str, ...], counts: tuple[int | None, ...], desk: str
) -> None:
    commune = communes[stem]
    campaign = commune.campaigns[0]
    services = campaign.services
    assert campaign.as_of == day
    assert tuple(url for url in (commune.portal.national, commune.portal.url) if url) == urls
    assert (services.level_3, services.level_4, services.combined) == counts
    assert commune.contact_desk is not None
    assert commune.contact_desk.name == desk


def test_the_two_samples_warn_that_their_name_is_to_be_filled_in(station: Workspace) -> None:
    _communes, findings = survey(station)
    assert [(f.file, f.severity, f.code) for f in findings] == [
        ("campaigns/mot-cua-2024.yaml", Severity.WARNING, "commune.sample"),
        ("campaigns/ninh-binh-mau.yaml", Severity.WARNING, "commune.sample"),
    ]
    assert all(f.line and f.quote == "Mẫu" for f in findings)


def test_a_commune_is_found_by_its_stem_and_a_wrong_stem_lists_the_right_ones(station: Workspace) -> None:
    assert load_commune(station, "Trung-Son").unit.full_name == "xã Trung Sơn"
    with pytest.raises(CampaignError) as error:
        load_commune(station, "trung-sn")
    assert "trung-son" in error.value.findings[0].fix
