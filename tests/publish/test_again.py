"""Publishing again: only what is made from something else is written, and a publication that broke off is made whole."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loa.actions.approvals import withdraw
from loa.campaign import load_commune
from loa.publish import site
from loa.publish.signed import noted
from loa.publish.site import publish
from loa.store.approvals import all_approvals
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import sign_articles
from tests.publish.conftest import BASE


@pytest.fixture
def written(fresh: Workspace, store: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Publishes; gives the communes whose pages were made, not only compared."""
    for path in fresh.campaigns.iterdir():  # two communes are enough
        if path.stem not in ("ben-hai", "trung-son"):
            path.unlink()
    publish(fresh, store, base_url=BASE)  # it lies in another place than it was made in
    whole = site._commune

    def again(base_url: str = BASE) -> list[str]:
        made: list[str] = []
        with monkeypatch.context() as patched:
            patched.setattr(site, "_commune", lambda *given: made.append(given[1].stem) or whole(*given))
            publish(fresh, store, base_url=base_url)
        return made

    return again


def test_only_what_is_made_from_something_else_is_made_again(
    fresh: Workspace, store: Database, written: Callable[..., list[str]]
) -> None:
    """Every publication rendered every page and Word document of the station, to see that nothing had changed."""
    everybody = sorted(path.stem for path in fresh.campaigns.iterdir())
    before = noted(fresh)
    assert written() == []
    assert noted(fresh) == before
    report = publish(fresh, store, base_url=BASE)
    own = {path for name in ("ben-hai", "trung-son") for path in (fresh.public / name).rglob("*") if path.is_file()}
    assert report.written == []
    assert own <= set(report.unchanged)
    public = fresh.public / "ben-hai"
    (public / "sot-xuat-huyet" / "article.docx").unlink()
    assert written() == ["ben-hai"]
    (public / "index.html").write_text("somebody's", "utf-8")
    assert written() == ["ben-hai"]
    (fresh.public / "feed.xml").unlink()
    assert written() == []
    assert (fresh.public / "feed.xml").is_file()
    facts = fresh.campaigns / "trung-son.yaml"
    facts.write_text(facts.read_text("utf-8") + "# \n", "utf-8")
    assert written() == ["trung-son"]
    approval = next(a for a in all_approvals(store) if a.bulletin == "ben-hai/sot-xuat-huyet")
    withdraw(fresh, store, approval.bulletin, "Chị Mai", datetime.now(UTC))
    assert written() == ["ben-hai"]
    assert not (public / "sot-xuat-huyet").exists()
    sound = fresh.state / "released" / f"{all_approvals(store, 'trung-son/dvc')[0].sha256}.mp3"
    sound.write_bytes(b"another")
    assert written() == ["trung-son"]
    style = fresh.templates / "page" / "style.css"
    style.parent.mkdir(parents=True, exist_ok=True)
    style.write_text("body {}\n", "utf-8")
    assert written() == everybody
    assert written(base_url="https://khac.example.vn/") == everybody
    for record in (fresh.state / "published").iterdir():
        record.write_text(record.read_text("utf-8")[:-40], "utf-8")  # cut off
    assert written(base_url="https://khac.example.vn/") == everybody


def test_what_was_withdrawn_goes_though_its_commune_has_no_file_any_more(
    fresh: Workspace, store: Database, written: Callable[..., list[str]]
) -> None:
    (fresh.campaigns / "ben-hai.yaml").unlink()
    page = fresh.public / "ben-hai" / "sot-xuat-huyet" / "index.html"
    assert written() == []
    assert "ben-hai" not in (fresh.public / "index.html").read_text("utf-8")
    assert page.is_file()  # its signature is in force
    for approval in all_approvals(store):
        if approval.bulletin.startswith("ben-hai/"):
            withdraw(fresh, store, approval.bulletin, "Chị Mai", datetime.now(UTC))
    written()
    assert not page.exists()


def test_a_publication_that_breaks_off_anywhere_is_made_whole_by_the_next(
    fresh: Workspace,
    store: Database,
    written: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    facts = fresh.campaigns / "ben-hai.yaml"
    facts.write_text(facts.read_text("utf-8").replace("Bến Hải", "Bến Quan"), "utf-8")
    for path in (fresh.bulletins / "ben-hai").iterdir():
        path.unlink()
    sign_articles(fresh, store, load_commune(fresh, "ben-hai"))
    whole = site.write_atomic

    class PowerCut(BaseException): ...

    cuts = 0
    for number in range(100):
        left = [number]

        def cut(path: Path, content: bytes | str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise PowerCut
            whole(path, content)

        with monkeypatch.context() as patched:
            patched.setattr(site, "write_atomic", cut)
            try:
                publish(fresh, store, base_url=BASE)
                break
            except PowerCut:
                cuts += 1
    assert cuts > 5
    assert written() == []
    for path in publish(fresh, store, out=tmp_path / "anew", base_url=BASE).written:
        assert path.read_bytes() == (fresh.public / path.relative_to(tmp_path / "anew")).read_bytes()
