"""What an airing was about, for the yearly report: the topics of the campaigns in it."""

from collections import Counter
from collections.abc import Mapping

from generator.console.called import topic
from generator.console.context import Console


def by_topic(here: Console, programmes: Mapping[tuple[str, str], Counter[str]]) -> dict[str, Counter[str]]:
    """Counts by outcome for each topic, the most frequent first. `programmes`: by broadcast and bulletin.

    An airing of several topics counts for each of them.
    """
    schedule = here.facts.plan().schedule
    broadcasts = {b.id: (b.commune, b.campaigns) for b in schedule.broadcasts} if schedule else {}
    found: dict[str, Counter[str]] = {}
    for (broadcast, bulletin), counts in programmes.items():
        commune, campaigns = broadcasts.get(broadcast) or _in_bulletin(here, bulletin)
        for name in _topics(here, commune, campaigns) or {broadcast or bulletin}:
            found.setdefault(name, Counter()).update(counts)
    return dict(sorted(found.items(), key=lambda item: (-item[1].total(), item[0])))


def _in_bulletin(here: Console, id_: str) -> tuple[str, tuple[str, ...]]:
    """Of a bulletin that somebody played by hand, or whose broadcast is gone."""
    bulletin = here.shelf.get(id_)
    return (bulletin.commune, bulletin.manifest.campaigns) if bulletin and bulletin.manifest else ("", ())


def _topics(here: Console, commune: str, campaigns: tuple[str, ...]) -> set[str]:
    """What the campaigns are about; a campaign that is gone is called by its short name."""
    file = here.facts.commune(commune)
    templates = {c.id: c.template for c in file.commune.campaigns} if file and file.commune else {}
    return {topic(templates.get(id_, id_)) for id_ in campaigns}
