"""The station's sounds: brought in, trimmed, levelled, heard, and kept while something plays them."""

import io

import numpy as np
import pytest
import soundfile

from loa.actions.offices import Role
from loa.audio.mastering import TARGET_LUFS, loudness
from loa.bulletin import library
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import Browser, LogIn

RATE = 44_100


def talk(*, before: float = 2.0, seconds: float = 3.0, after: float = 4.0, gain: float = 0.02) -> bytes:
    """Noise as loud as a timid speaker, with silence around it, as a stereo WAV."""
    noise = np.random.default_rng(7).normal(0, gain, int(seconds * RATE))
    whole = np.concatenate([np.zeros(int(before * RATE)), noise, np.zeros(int(after * RATE))])
    out = io.BytesIO()
    soundfile.write(out, np.stack([whole, whole], axis=1), RATE, format="WAV")
    return out.getvalue()


def send(browser: Browser, content: bytes, status: int = 303, **fields: str) -> str:
    browser.look("/sounds")
    data = {"csrf": browser.csrf, "shelf": "recording", **fields}
    answer = browser.post("/sounds", data=data, files={"file": ("giọng nói.wav", content)})
    assert answer.status_code == status, answer.text[-600:]
    return browser.look("/sounds") if status == 303 else answer.text


def test_a_recording_is_trimmed_levelled_heard_used_and_deleted(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    browser = log_in(Role.OFFICER)
    page = send(browser, talk(), name="Chủ tịch nói chuyện")
    assert "5.6 s of silence were cut" in page or "5.5 s of silence were cut" in page
    (sound,) = (s for s in library.sounds(station) if s.shelf == "recording")
    assert sound.key == "audio/recordings/chu-tich-noi-chuyen.flac"
    assert sound.seconds == pytest.approx(3.45, abs=0.06)
    samples, rate = soundfile.read(sound.path, dtype="float32")
    assert (samples.ndim, rate) == (1, 24_000)
    assert loudness(samples) == pytest.approx(TARGET_LUFS, abs=1.0)
    heard = browser.get("/sounds/recording/chu-tich-noi-chuyen")
    assert (heard.status_code, heard.content[:4]) == (200, b"fLaC")

    send(browser, talk(seconds=1), name="Chủ tịch nói chuyện")  # a second one replaces nothing
    assert [s.name for s in library.sounds(station) if s.shelf == "recording"] == [
        "chu-tich-noi-chuyen",
        "chu-tich-noi-chuyen-2",
    ]
    text = station.schedule_file.read_text("utf-8")
    (first, *_others) = console.files.plan().schedule.broadcasts  # type: ignore[union-attr]
    used = text.replace(f"id: {first.id}\n", f'id: {first.id}\n    items: ["{sound.key}"]\n', 1)
    assert used != text
    station.schedule_file.write_text(used, "utf-8")
    console.files.forget()
    assert "still used by" in browser.submit("/sounds/recording/chu-tich-noi-chuyen/remove", 422)
    assert "still used by" in browser.submit("/sounds/station/chime/remove", 422)
    browser.submit("/sounds/recording/chu-tich-noi-chuyen-2/remove")
    assert [s.name for s in library.sounds(station) if s.shelf == "recording"] == ["chu-tich-noi-chuyen"]


def test_what_is_no_sound_or_silent_is_refused_in_words(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.OPERATOR)
    assert "cannot be read" not in browser.look("/sounds")
    assert "This is not a sound file that can be read" in send(browser, b"MZ" + b"\0" * 5000, 422)
    assert "There is no sound in this file" in send(browser, talk(gain=0.0), 422)
    browser.look("/sounds/recording/..%2f..%2fschedule.yaml", 404)
    assert not station.recordings.exists()
    log_in(Role.EDITOR).look("/sounds", 403)


def test_the_items_of_a_programme_are_put_into_order(log_in: LogIn, station: Workspace, console: Console) -> None:
    browser = log_in(Role.OFFICER)
    send(browser, talk(), name="Chủ tịch nói chuyện")
    schedule = console.files.plan().schedule
    assert schedule
    (first, *_others) = schedule.broadcasts
    path = f"/week/broadcasts/{first.id}/items"

    def kinds() -> list[str]:
        console.files.forget()
        found = console.files.plan().schedule
        return [item.kind for item in found.broadcast(first.id).items] if found else []  # type: ignore[union-attr]

    assert browser.look(path).count('value="out ') == 3  # opening, articles, closing: as it always was
    page = browser.submit(path, do="add", item="recording chu-tich-noi-chuyen", seen="3")
    assert kinds() == ["opening", "article", "recording", "closing"]
    assert "chu-tich-noi-chuyen" in page
    browser.submit(path, do="up 2", seen="4")
    assert kinds() == ["opening", "recording", "article", "closing"]
    assert console.jobs.living()[-1].arguments["campaigns"] == sorted(first.campaigns)  # its sound is made anew
    assert "Somebody else" in browser.submit(path, 422, do="out 0", seen="3")
    browser.submit(path, 422, do="up 0", seen="4")
    assert "plays" in browser.submit(path, 422, do="out 2", seen="4")  # campaigns that no item plays
    browser.submit(path, do="out 1", seen="4")
    assert kinds() == ["opening", "article", "closing"]
    log_in(Role.LEADER).look(path)
