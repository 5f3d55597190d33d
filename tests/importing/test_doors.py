"""The command line's way in: what was found and left out is told, and what cannot be taken is refused in words."""

import shutil
from pathlib import Path

import pytest

from loa.campaign import read_commune
from tests.conftest import Loa
from tests.importing.test_kinds import KINDS
from tests.importing.test_pdf_attacks import scan

MINIMAL = Path(__file__).parent.parent / "workspaces" / "minimal"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(MINIMAL, tmp_path / "trạm")
    return tmp_path / "trạm"


def test_a_pdf_becomes_a_campaign_that_loads_and_says_what_was_found(root: Path, loa: Loa) -> None:
    pdf = next(kind for kind in KINDS if kind.name == "official PDF")
    (root / "tb.pdf").write_bytes(pdf.make())
    done = loa("import", "tb.pdf", "--commune", "an-phu", cwd=root)
    assert (done.returncode, done.stdout.strip()) == (0, "campaigns/an-phu.yaml"), done.stderr
    assert "Who issues it: Công an xã Bến Hải" in done.stderr
    assert "Left out, and kept in the notes for staff: CÔNG AN TỈNH QUẢNG TRỊ" in done.stderr
    campaign = read_commune(root / "campaigns/an-phu.yaml", "x")[0].campaigns[-1]
    assert (campaign.issuer, campaign.as_of, campaign.issued) == (pdf.issuer, pdf.issued, pdf.issued)
    assert "Trung tá Lê Văn Minh" in (campaign.notes or "")
    said = loa("script", "an-phu", campaign.id, cwd=root).stdout
    assert "thôn đông thời gian bảy giờ ba mươi đến mười một giờ" in said.replace(",", "")
    assert loa("check", "tb.pdf", "--fix", cwd=root).stdout.count("cannot be corrected in place") == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", scan(), "is a scan"),
        ("a.txt", b"\x00\x01", "not text"),
        ("a.md", b"# Th\xc3\xb4n\n\n" + b"8/8/2023, (" * 10_000, "too long: at most 100000"),  # took minutes
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(root: Path, loa: Loa, name: str, content: bytes, says: str) -> None:
    (root / name).write_bytes(content)
    done = loa("import", name, "--commune", "an-phu", cwd=root)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
