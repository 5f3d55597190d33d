"""RTP to one address or a multicast group, as IP loudspeakers, VLC and ffmpeg take it; the SDP file says how."""

import contextlib
from pathlib import Path

from loa.playout.outputs.base import OutputConnection
from loa.playout.outputs.encoder import Encoded
from loa.schedule.outputs import Rtp
from loa.workspace import private_file

# RFC 3551: L16 mono at 44100 Hz is payload type 11, PCMU 0, MPA 14.
_CODECS = {
    "L16": ["-c:a", "pcm_s16be", "-ar", "44100", "-ac", "1"],
    "PCMU": ["-c:a", "pcm_mulaw", "-ar", "8000", "-ac", "1"],
    "MPA": ["-c:a", "mp2", "-ar", "44100", "-ac", "1", "-b:a", "128k"],
}


class RtpPlayer(Encoded):
    """Packets are sent at the pace of the sound; nobody answers, so a dead loudspeaker is not seen here."""

    def __init__(self, line: OutputConnection, output: Rtp) -> None:
        sdp = sdp_path(line.root, line.output)
        with contextlib.suppress(OSError):  # without a writable folder there is sound, but no SDP file
            private_file(sdp)
        local = f"&localaddr={output.interface}" if output.interface else ""
        target = f"rtp://{output.address}:{output.port}?ttl={output.ttl}&pkt_size=1316{local}"
        super().__init__(line, [*_CODECS[output.codec], "-f", "rtp", "-sdp_file", str(sdp), target])


def sdp_path(root: Path, output: str) -> Path:
    """Where the description of the stream lies: for VLC, and for loudspeakers that read one."""
    return root / ".loa" / "sdp" / f"{output}.sdp"
