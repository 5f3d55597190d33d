import numpy as np
import pytest
import soundfile

from loa.audio import ffmpeg
from loa.audio.mastering import CEILING_DBTP, limit, loudness, master, true_peak
from loa.audio.mp3 import FRAME_BYTES, FRAME_SAMPLES, RATE, SILENT_FRAME, are_complete, info_frame
from loa.audio.samples import Sound
from loa.bulletin.segments import encode, pack, unpack
from loa.tts import Utterance
from loa.tts.engines.espeak import Espeak


@pytest.fixture(scope="module")
def voice() -> Sound:
    return Espeak().say(Utterance("kính thưa bà con, xã ta hôm nay có thông báo mới.", ""), "vi+f2", 1.0)


@pytest.mark.parametrize("preset", ["horn", "studio"])
@pytest.mark.parametrize("gain", [0.01, 0.3, 1.0])
def test_every_sentence_comes_to_the_same_level(voice, preset, gain):
    samples = master(Sound(voice.samples * np.float32(gain), voice.rate), preset)
    assert loudness(samples) == pytest.approx(-16, abs=0.25)
    assert true_peak(samples) <= CEILING_DBTP + 0.05


def test_a_clap_does_not_break_the_ceiling():
    clap = np.zeros(RATE, np.float32)
    clap[5000:5040] = 1.0
    assert true_peak(limit(clap * 4)) <= CEILING_DBTP + 0.05


def test_rumble_is_cut_and_the_voice_is_not(voice):
    t = np.arange(len(voice.samples)) / voice.rate
    rumble = (0.3 * np.sin(2 * np.pi * 45 * t)).astype(np.float32)
    cleaned = master(Sound(voice.samples * 0.3 + rumble, voice.rate), "studio")
    spectrum = np.abs(np.fft.rfft(cleaned)) ** 2
    hertz = np.fft.rfftfreq(len(cleaned), 1 / RATE)
    assert spectrum[hertz < 60].sum() < 0.02 * spectrum[(hertz > 200) & (hertz < 4000)].sum()


def test_compression_makes_a_loud_and_a_soft_half_more_alike():
    noise = np.random.default_rng(3).normal(0, 0.1, RATE * 2).astype(np.float32)
    noise[RATE:] *= 0.2
    ratio = {}
    for preset in ("horn", "studio"):
        done = master(Sound(noise, RATE), preset)
        ratio[preset] = np.sqrt((done[: RATE - 2400] ** 2).mean() / (done[RATE + 2400 :] ** 2).mean())
    assert ratio["horn"] < ratio["studio"] < 5


def test_silence_stays_silence():
    assert not master(Sound(np.zeros(RATE, np.float32), RATE), "horn").any()


def test_frames_stand_alone_and_say_where_the_sound_begins(voice, tmp_path):
    samples = master(voice, "horn")
    piece = encode("k", samples, ())
    assert are_complete(piece.frames)
    joined = SILENT_FRAME * 7 + piece.frames + SILENT_FRAME * 5 + piece.frames
    (tmp_path / "a.mp3").write_bytes(info_frame(len(joined) // FRAME_BYTES) + joined)
    heard = np.frombuffer(ffmpeg.decode(tmp_path / "a.mp3", RATE, 3600), "<i2") / 32768
    assert len(heard) == len(joined) // FRAME_BYTES * FRAME_SAMPLES
    for start in (7, 12 + piece.count):
        at = start * FRAME_SAMPLES + piece.lead
        match = np.corrcoef(heard[at : at + len(samples)], samples)[0, 1]
        assert match > 0.97, "the sound does not lie where the piece says"
        late = np.corrcoef(heard[at + 3 : at + 3 + len(samples)], samples)[0, 1]
        assert match > late
    assert not heard[: 6 * FRAME_SAMPLES].any()


def test_a_silent_frame_is_what_the_encoder_writes_for_silence(tmp_path):
    (tmp_path / "s.mp3").write_bytes(SILENT_FRAME * 50)
    samples, rate = soundfile.read(tmp_path / "s.mp3")
    assert rate == RATE
    assert not samples.any()


def test_a_piece_comes_back_from_its_file_or_not_at_all(voice):
    piece = encode("key", master(voice, "horn"), ())
    raw = pack(piece)
    assert unpack(raw, "key") == piece
    assert unpack(raw, "other") is None
    for damaged in (raw[:-1], raw[:40], b"", raw[:9000] + bytes(100) + raw[9100:], raw.replace(b'"lead"', b'"lead', 1)):
        assert unpack(damaged, "key") is None
