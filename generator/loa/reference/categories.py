"""The categories of what a commune's station announces, and which of them the topics that come with Loa belong to.

Nghị định 49/2024/NĐ-CP, Điều 6 lists the essential information by these groups; their names here follow public
summaries of it. A topic's category is a suggestion: the campaign may say another.
"""

from typing import Annotated, Final, Literal

from loa.i18n import N_
from loa.yamlfile import Choices

CATEGORIES: Final[dict[str, str]] = {
    "chu-truong": N_("Policies and laws; local rules and events"),
    "du-an": N_("Local projects and social programmes"),
    "doi-song": N_("Politics, economy, culture, society, science"),
    "an-ninh": N_("Security, public order, defence"),
    "khan-cap": N_("Disasters, rescue, fire, epidemics"),
    "guong-tot": N_("Good people and deeds; fighting violations of the law"),
    "hang-hoa": N_("Products, goods, services"),
}
"""The name of each category by its code; to be translated when it is shown."""
URGENT: Final = "khan-cap"
"""The category of emergency messages."""
_OF_TOPIC: Final[dict[str, str]] = {
    "an-toan-giao-thong": "an-ninh",
    "bao-hiem-tu-nguyen": "du-an",
    "bao-lu": URGENT,
    "bau-cu": "doi-song",
    "benh-dai": URGENT,
    "cup-dien": "hang-hoa",
    "cup-nuoc": "hang-hoa",
    "dich-ta-lon": URGENT,
    "dich-vu-cong-truc-tuyen": "chu-truong",
    "dinh-danh-dien-tu": "chu-truong",
    "hop-thon": "chu-truong",
    "nghia-vu-quan-su": "an-ninh",
    "phong-chay": URGENT,
    "phong-chong-lua-dao": "an-ninh",
    "sot-xuat-huyet": URGENT,
    "tiem-chung": "du-an",
}


def of_topic(name: str) -> str:
    """Return the category that a topic suggests; "" where it says nothing about it (a free notice)."""
    return _OF_TOPIC.get(name, "")


Category = Annotated[
    Literal["chu-truong", "du-an", "doi-song", "an-ninh", "khan-cap", "guong-tot", "hang-hoa"] | None,
    Choices(CATEGORIES),
]
