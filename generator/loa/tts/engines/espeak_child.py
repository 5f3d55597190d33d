"""One sentence by eSpeak NG in a process of its own: run as a program, it needs nothing but the standard library.

The library keeps a state from sentence to sentence that no call puts back (the phases of its oscillators, its noise):
the same sentence gives other samples after another one. A new process is always in the same state.

Arguments: library, folder of its data ("" for the library's own), voice, words a minute. The text (UTF-8) comes on
standard input. Standard output: one line of JSON (`rate` in Hz, `starts`: pairs of the offset of a word in the text, in
letters from 1, and of its first sample), then the samples (16 bits, mono). Exit code 3: there is no such voice.
"""

import ctypes
import json
import sys
from typing import Any

SYNCHRONOUS, DO_NOT_EXIT = 2, 0x8000
"""Of speak_lib.h. Without the second, the library exits the process if its data is missing."""
NO_VOICE = 3
_UTF8, _RATE, _WORD_EVENT, _OK = 1, 1, 1, 0


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def main(place: str, data: str, voice: str, words_per_minute: str) -> int:
    """Speak standard input; returns the exit code."""
    library = ctypes.CDLL(place)
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, data.encode() or None, DO_NOT_EXIT)
    chunks: list[bytes] = []
    starts: list[tuple[int, int]] = []

    def receive(samples: Any, count: int, events: Any) -> int:
        if count > 0:
            chunks.append(ctypes.string_at(samples, count * 2))
        index = 0
        while events[index].type:
            if events[index].type == _WORD_EVENT:
                starts.append((events[index].text_position, events[index].sample))
            index += 1
        return 0

    text = sys.stdin.buffer.read()
    library.espeak_SetParameter(_RATE, int(words_per_minute), 0)
    if library.espeak_SetVoiceByName(voice.encode()) != _OK:
        return NO_VOICE
    callback = _Callback(receive)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None) != _OK:
        return 1
    out = sys.stdout.buffer
    out.write(json.dumps({"rate": rate, "starts": starts}).encode() + b"\n")
    out.write(b"".join(chunks))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
