from datetime import date

import pytest

from loa.bulletin.manifest import Cue, Manifest
from loa.errors import BulletinError


def test_a_manifest_comes_back_as_it_was_saved(tmp_path):
    cue = Cue(start=1.5, end=3.25, text="Kính thưa bà con!", spoken="kính thưa bà con", part="opening")
    manifest = Manifest(
        id="trung-son/dvc", commune="trung-son", name="dvc", title="Dịch vụ công", date=date(2023, 8, 8),
        campaigns=("dich-vu-cong",), seconds=612.48, sha256="0" * 64, engine="espeak", voice="vi", cues=(cue,),
    )  # fmt: skip
    manifest.save(tmp_path / "dvc.json")
    assert Manifest.load(tmp_path / "dvc.json") == manifest


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"id": "a/b", "surprise": 1}'])
def test_a_damaged_manifest_says_how_to_mend_it(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BulletinError) as caught:
        Manifest.load(path)
    assert caught.value.findings[0].code == "bulletin.manifest"
    assert caught.value.findings[0].fix
