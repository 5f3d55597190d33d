"""MP3 as frames that stand alone, so that sentences encoded once can be laid one behind the other.

At 24 kHz (MPEG-2 layer III) and 64 kbit/s a frame holds 576 samples in exactly 192 bytes. Without a bit reservoir no
frame needs the bytes of another, and each piece begins and ends in digital silence, so that at a joint the decoder
only adds zeros: nothing clicks.
"""

RATE = 24_000
"""Hz. Horn loudspeakers and speech end below 12 kHz, and a frame of 64 kbit/s needs no padding at this rate."""
KILOBITS = 64
FRAME_SAMPLES = 576
FRAME_BYTES = KILOBITS * 1000 // 8 * FRAME_SAMPLES // RATE
FRAME_SECONDS = FRAME_SAMPLES / RATE
_HEADER = bytes((0xFF, 0xF3, 0x84, 0xC4))  # MPEG-2, layer III, no checksum; 64 kbit/s; 24 kHz; unpadded; mono, original
SILENT_FRAME = _HEADER.ljust(FRAME_BYTES, b"\0")
"""Decodes to digital silence: no side information, no spectrum."""


def info_frame(count: int) -> bytes:
    """The `Info` frame that tells players the length of `count` frames, and where each hundredth of it begins.

    It names no encoder on purpose: a delay to be cut would make the captions of some players late and of others not.
    """
    size = (count + 1) * FRAME_BYTES
    places = bytes(256 * i // 100 for i in range(100))
    flags = 0x0F  # count, size, places and quality follow
    body = b"Info" + b"".join(n.to_bytes(4, "big") for n in (flags, count, size)) + places + bytes(4)
    side_information = bytes(9)
    return (_HEADER + side_information + body).ljust(FRAME_BYTES, b"\0")


def are_whole(frames: bytes) -> bool:
    """Whether `frames` are whole frames of ours, none of which needs bytes of the one before (`main_data_begin` 0)."""
    starts = range(0, len(frames), FRAME_BYTES)
    return len(frames) % FRAME_BYTES == 0 and all(frames[i : i + 5] == _HEADER + b"\0" for i in starts)
