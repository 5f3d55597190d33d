"""Articles a second, against the same templates rendered with bare Jinja2: what sandbox, marks and law cost."""

import time

import jinja2

from loa import article as articles
from loa.article.filters import FILTERS
from loa.article.markup import Alternates
from loa.article.templates import fill
from loa.campaign import load_communes
from loa.workspace import Workspace
from tests.conftest import ROOT

ROUNDS = 100


def run() -> list[str]:
    workspace = Workspace(ROOT)
    work = [(commune, commune.campaigns[0]) for commune in load_communes(workspace)]
    bare = jinja2.Environment(
        loader=jinja2.FileSystemLoader(workspace.templates),
        extensions=[Alternates],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    bare.filters.update(FILTERS)
    facts = [(articles.template_name(campaign), articles._facts(commune, campaign)) for commune, campaign in work]
    ours = _rate(
        lambda: [articles.render(workspace, commune, campaign).markdown for commune, campaign in work], len(work)
    )
    filled = _rate(lambda: [fill(workspace, name, given) for name, given in facts], len(work))
    theirs = _rate(lambda: [bare.get_template(name).render(given) for name, given in facts], len(work))
    return [
        f"articles from facts to Markdown: {ours:.0f} a second of processor time",
        f"templates filled in our sandbox: {filled:.0f} a second",
        f"with bare Jinja2: {theirs:.0f} a second; ours reaches {filled / theirs:.2f} of it",
    ]


def _rate(once: object, articles_each: int) -> float:
    once()  # type: ignore[operator]
    start = time.process_time()
    for _round in range(ROUNDS):
        once()  # type: ignore[operator]
    return ROUNDS * articles_each / (time.process_time() - start)
