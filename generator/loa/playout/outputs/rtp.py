"""RTP to one address or a multicast group, for IP loudspeakers, VLC and ffmpeg; an SDP file describes the stream."""

import contextlib
from pathlib import Path

from loa.files import private_file
from loa.playout.outputs.base import OutputConnection
from loa.playout.outputs.encoder import Encoded
from loa.schedule.outputs import Rtp

# RFC 3551: L16 mono at 44100 Hz is payload type 11, PCMU 0, MPA 14.
_CODECS = {
    "L16": ["-c:a", "pcm_s16be", "-ar", "44100", "-ac", "1"],
    "PCMU": ["-c:a", "pcm_mulaw", "-ar", "8000", "-ac", "1"],
    "MPA": ["-c:a", "mp2", "-ar", "44100", "-ac", "1", "-b:a", "128k"],
}


class RtpPlayer(Encoded):
    """Sends packets at the speed of the sound. There is no answer, so a dead loudspeaker is not noticed here."""

    def __init__(self, connection: OutputConnection, output: Rtp) -> None:
        sdp = sdp_path(connection.root, connection.output)
        with contextlib.suppress(OSError):  # if the folder cannot be written, there is sound, but no SDP file
            private_file(sdp)
        local = f"&localaddr={output.interface}" if output.interface else ""
        target = f"rtp://{output.address}:{output.port}?ttl={output.ttl}&pkt_size=1316{local}"
        super().__init__(connection, [*_CODECS[output.codec], "-f", "rtp", "-sdp_file", str(sdp), target])


def sdp_path(root: Path, output: str) -> Path:
    """Return the path of the SDP file that describes the stream, for VLC and for loudspeakers that read one."""
    return root / ".loa" / "sdp" / f"{output}.sdp"
