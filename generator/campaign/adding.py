"""A campaign put into a commune's file, after those that are there."""

from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from generator.slugs import free_slug
from generator.yamlfile import changing, parse, value_at


def add_campaign(text: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    """`text` of a commune's file with a campaign of `entry`'s keys, and the id that it got from its title."""
    taken = {str(campaign.get("id")) for campaign in value_at(parse(text, "").data, ("campaigns",)) or []}
    id_ = free_slug(str(entry["title"]), taken)

    def add(data: Any) -> None:
        made = CommentedMap(id=id_)
        for key, value in entry.items():
            # paragraphs stand one a line; what is short stands on its key's line
            made[key] = CommentedSeq(value) if isinstance(value, list) and value else changing.plain(value)
        data["campaigns"].append(made)

    return changing.change(text, add), id_
