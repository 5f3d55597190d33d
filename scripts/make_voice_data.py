"""Makes the data files of the engine `loa` from public packages. Needed only to change a voice: they are committed.

    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz
    python scripts/make_voice_data.py package/voices

A voice of Kokoro is a table of 510 style vectors of 256 numbers, one for each length of text in symbols; the first half
colours the sound, the second half the prosody. Ours are plain averages of several voices: what one speaker says in an
un-Vietnamese way, the others say otherwise, and the average keeps what they share.
"""

import sys
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent.parent / "generator" / "loa" / "tts" / "engines" / "kokoro" / "data"
BLENDS = {
    "nu": ("ff_siwis", "zf_xiaoyi", "ef_dora", "hf_beta"),
    "nam": ("zm_yunxi", "em_alex", "hm_omega", "im_nicola"),
}


def main(voices: Path) -> None:
    """Writes one file a voice from the folder `voices` of kokoro-js."""
    for name, blend in BLENDS.items():
        tables = [np.fromfile(voices / f"{voice}.bin", np.float32).reshape(-1, 256) for voice in blend]
        np.savez(DATA / f"{name}.npz", styles=np.mean(tables, 0).astype(np.float16))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
