import hashlib
import re
from http.server import BaseHTTPRequestHandler

import pytest

from loa.errors import SpeechError
from loa.tts.downloads import Download, catalogue, install
from tests.tts.servers import http_server, reply

MODEL = bytes(range(256)) * 2000
SETTINGS = b'{"audio": {"sample_rate": 22050}}'


class Shop:
    """Serves a voice; gives at most `at_once` bytes of the model and then breaks off."""

    def __init__(
        self, model: bytes = MODEL, settings: bytes = SETTINGS, at_once: int = 10**9, ranges: bool = True
    ) -> None:
        self.model, self.settings, self.at_once, self.ranges = model, settings, at_once, ranges
        self.asked: list[str | None] = []

    def __call__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if handler.path.endswith(".json"):
            reply(handler, 200, self.settings)
            return
        wanted = handler.headers.get("Range")
        self.asked.append(wanted)
        start = int(re.findall(r"\d+", wanted)[0]) if wanted and self.ranges else 0
        rest = self.model[start:]
        status = 206 if wanted and self.ranges else 200
        reply(handler, status, rest[: self.at_once], Content_Length=str(len(rest)))


def fetch(shop: Shop, tmp_path, sha256: str = hashlib.sha256(MODEL).hexdigest()):
    with http_server(shop) as base:
        voice = Download(url=f"{base}/v.onnx", bytes=len(MODEL), sha256=sha256, licence="CC0")
        return install("v", voice, into=tmp_path / "giọng")


def test_a_voice_gets_its_name_when_it_is_whole(tmp_path):
    model = fetch(Shop(), tmp_path)
    assert model.read_bytes() == MODEL
    assert model.with_name("v.onnx.json").read_bytes() == SETTINGS
    assert not list(model.parent.glob("*.part"))


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_goes_on_where_it_stopped(tmp_path, ranges):
    with pytest.raises(SpeechError) as caught:
        fetch(Shop(at_once=100_000), tmp_path)
    assert "again" in caught.value.findings[0].fix
    assert not (tmp_path / "giọng/v.onnx").exists()
    shop = Shop(ranges=ranges)
    assert fetch(shop, tmp_path).read_bytes() == MODEL
    (wanted,) = shop.asked
    assert wanted
    assert 0 < int(re.findall(r"\d+", wanted)[0]) <= 100_000


def gone(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    reply(handler, 404)


@pytest.mark.parametrize(
    ("nowhere", "reason"), [(None, "404 Not Found"), ("http://127.0.0.1:9/v.onnx", "127.0.0.1 does not answer")]
)
def test_what_keeps_a_voice_away_is_told_plainly(tmp_path, nowhere, reason):
    with http_server(gone) as base:
        voice = Download(url=nowhere or f"{base}/v.onnx", bytes=9, sha256="0" * 64, licence="CC0")
        with pytest.raises(SpeechError) as caught:
            install("v", voice, into=tmp_path)
    assert caught.value.findings[0].message.startswith(f"The voice could not be fetched: {reason}")


def test_a_voice_that_is_there_is_not_fetched_again(tmp_path):
    fetch(Shop(), tmp_path)
    shop = Shop()
    fetch(shop, tmp_path)
    assert shop.asked == []


def test_a_changed_voice_is_thrown_away(tmp_path):
    with pytest.raises(SpeechError) as caught:
        fetch(Shop(model=MODEL[:-1] + b"x"), tmp_path)
    assert "SHA-256" in caught.value.findings[0].message
    assert not list((tmp_path / "giọng").iterdir())


def test_a_login_page_instead_of_settings_is_noticed(tmp_path):
    with pytest.raises(SpeechError):
        fetch(Shop(settings=b"<html>"), tmp_path)


def test_every_voice_of_the_catalogue_is_pinned():
    for voice in catalogue().values():
        assert re.fullmatch("[0-9a-f]{64}", voice.sha256)
        assert re.search(r"/resolve/[0-9a-f]{40}/", voice.url)
        assert voice.licence


def test_loa_voices_install_shows_the_licence_and_asks(loa):
    assert "CC-BY" in loa("voices", "install").stdout
    asked = loa("voices", "install", "vi_VN-vais1000-medium", text="n\n")
    assert asked.returncode == 1
    assert "CC-BY" in asked.stderr
    unknown = loa("voices", "install", "hal")
    assert unknown.returncode == 2
    assert "vi_VN-vais1000-medium" in unknown.stderr
