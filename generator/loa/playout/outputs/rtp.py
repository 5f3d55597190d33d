"""RTP to one address or a multicast group, for IP loudspeakers, VLC and ffmpeg; an SDP file describes the stream."""

import contextlib
import errno
import ipaddress
import socket
import struct
from collections.abc import Sequence
from pathlib import Path

from loa.errors import LoaError
from loa.files import write_atomic
from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, output_error
from loa.playout.outputs.encoding import Encoding
from loa.playout.outputs.shared_stream import Carried, Carrier
from loa.schedule.outputs import Rtp

_MAPS = {"L16": "11 L16/44100/1", "PCMU": "0 PCMU/8000/1", "MPA": "14 MPA/90000/1"}
_MPA_KILOBITS = 128
_FULL = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS, errno.ECONNREFUSED}
"""A packet is lost that finds no room, or nobody who listens; the next one may do better."""


class RtpPlayer(Carried):
    """Sends packets at the speed of the sound. There is no answer, so a dead loudspeaker is not noticed here."""

    def __init__(self, connection: OutputConnection, carrier: Carrier, output: Rtp) -> None:
        kilobits = _MPA_KILOBITS if output.codec == "MPA" else 0
        super().__init__(connection, carrier, Encoding(output.codec, kilobits), output.delay)
        self._socket, address = _open(output)
        _write_sdp(sdp_path(connection.root, connection.output), _sdp(connection.output, output, address))

    def deliver(self, packets: Sequence[bytes]) -> None:
        """Send the packets. Raises OSError where no way leads there."""
        for packet in packets:
            try:
                self._socket.send(packet)
            except OSError as error:
                if error.errno not in _FULL:
                    raise

    def close(self) -> None:
        """Send no more."""
        super().close()
        self._socket.close()


def _open(output: Rtp) -> tuple[socket.socket, str]:
    """Return a socket that sends there, and the numeric address. Raises PlayoutError."""
    made: socket.socket | None = None
    try:
        found = socket.getaddrinfo(output.address, output.port, type=socket.SOCK_DGRAM)
        family, _kind, _protocol, _name, target = found[0]
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)
        if ipaddress.ip_address(target[0]).is_multicast:
            _multicast(made, family, output)
        elif family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, max(1, output.ttl))
        else:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, max(1, output.ttl))
        if output.interface and not ipaddress.ip_address(target[0]).is_multicast:
            made.bind((output.interface, 0))
        made.connect(target)
        return made, str(target[0])
    except (OSError, ValueError) as error:
        if made:
            made.close()
        reason = getattr(error, "strerror", None) or error
        raise output_error(
            _("nothing can be sent to {address} ({reason})").format(address=output.address, reason=reason),
            _("Look at the address of the loudspeakers, and at this computer's network cable."),
        ) from error


def _multicast(made: socket.socket, family: int, output: Rtp) -> None:
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, output.ttl)
        if output.interface:
            number = struct.pack("@I", socket.if_nametoindex(output.interface))
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, number)
        return
    made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, output.ttl)
    if output.interface:
        try:
            card = socket.inet_aton(output.interface)
        except OSError:  # its name, not its address
            card = struct.pack("@4s4si", bytes(4), bytes(4), socket.if_nametoindex(output.interface))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, card)


def _write_sdp(path: Path, text: str) -> None:
    with contextlib.suppress(OSError, LoaError):  # if it cannot be written, there is sound, but no SDP file
        if not path.exists() or path.read_text("utf-8") != text:
            write_atomic(path, text)


def _sdp(title: str, output: Rtp, address: str) -> str:
    """RFC 8866."""
    version = 6 if ":" in address else 4
    multicast = ipaddress.ip_address(address).is_multicast
    lives = f"/{output.ttl}" if multicast and version == 4 else ""
    payload, _space, _name = _MAPS[output.codec].partition(" ")
    lines = [
        "v=0", f"o=- 0 0 IN IP{version} {'::1' if version == 6 else '127.0.0.1'}", f"s={title}",
        f"c=IN IP{version} {address}{lives}", "t=0 0", f"m=audio {output.port} RTP/AVP {payload}",
        f"a=rtpmap:{_MAPS[output.codec]}", "a=sendonly",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def sdp_path(root: Path, output: str) -> Path:
    """Return the path of the SDP file that describes the stream, for VLC and for loudspeakers that read one."""
    return root / ".loa" / "sdp" / f"{output}.sdp"
