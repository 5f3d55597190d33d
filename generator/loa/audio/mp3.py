"""The MP3 frame format of bulletins: independent frames, so that sentences are encoded once and concatenated.

At 24 kHz (MPEG-2 layer III) and 64 kbit/s a frame holds 576 samples in exactly 192 bytes. Without a bit reservoir no
frame needs bytes of another frame. Each segment begins and ends with digital silence, so the decoder adds only zeros
where two segments meet, and no click is heard.
"""

RATE = 24_000
"""Hz. Horn loudspeakers and speech have nothing above 12 kHz, and 64 kbit/s frames need no padding at this rate."""
KILOBITS = 64
FRAME_SAMPLES = 576
FRAME_BYTES = KILOBITS * 1000 // 8 * FRAME_SAMPLES // RATE
FRAME_SECONDS = FRAME_SAMPLES / RATE
_HEADER = bytes((0xFF, 0xF3, 0x84, 0xC4))  # MPEG-2, layer III, no checksum; 64 kbit/s; 24 kHz; unpadded; mono, original
SILENT_FRAME = _HEADER.ljust(FRAME_BYTES, b"\0")
"""A frame without side information and spectrum; it decodes to digital silence."""


def info_frame(count: int) -> bytes:
    """Return the `Info` frame, which gives players the length of `count` frames and the offset of each hundredth.

    It names no encoder on purpose: some players would then cut an encoder delay, and their captions would be late.
    """
    size = (count + 1) * FRAME_BYTES
    places = bytes(256 * i // 100 for i in range(100))
    flags = 0x0F  # count, size, places and quality follow
    body = b"Info" + b"".join(n.to_bytes(4, "big") for n in (flags, count, size)) + places + bytes(4)
    side_information = bytes(9)
    return (_HEADER + side_information + body).ljust(FRAME_BYTES, b"\0")


def are_complete(frames: bytes) -> bool:
    """Return whether `frames` are complete frames of our format that need no earlier bytes (`main_data_begin` is 0)."""
    starts = range(0, len(frames), FRAME_BYTES)
    return len(frames) % FRAME_BYTES == 0 and all(frames[i : i + 5] == _HEADER + b"\0" for i in starts)
