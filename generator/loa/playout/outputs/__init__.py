"""Opens the player of an output: the one place that knows which kind is which."""

import os
import socket
from pathlib import Path

from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, Player, trouble
from loa.playout.outputs.http import HttpPlayer
from loa.playout.outputs.http import stand_by as open_port
from loa.playout.outputs.icecast import PATIENCE, IcecastPlayer, address
from loa.playout.outputs.rtp import RtpPlayer
from loa.playout.outputs.sound_card import SoundCardPlayer, device_names
from loa.playout.outputs.wav_file import FilePlayer, NullPlayer
from loa.schedule.outputs import AnyOutput, File, Http, Icecast, Null, Rtp, SoundCard


def open_connection(output: AnyOutput, line: OutputConnection) -> Player:
    """An open line to `output`. Raises PlayoutError, WorkspaceError."""
    match output:
        case Null():
            return NullPlayer(line)
        case File():
            return FilePlayer(line, output.folder)
        case SoundCard():
            return SoundCardPlayer(line, output.device)
        case Icecast():
            return IcecastPlayer(line, output)
        case Rtp():
            return RtpPlayer(line, output)
        case Http():
            return HttpPlayer(line, output)
    raise trouble(_("this kind of output cannot be played to"))


def stand_by(name: str, output: AnyOutput) -> None:
    """Open what must be there between airings too: the port that loudspeakers pull from. Raises PlayoutError."""
    if isinstance(output, Http):
        open_port(name, output)


def not_ready(output: AnyOutput, root: Path) -> str | None:
    """The reason why not, or None."""
    match output:
        case SoundCard():
            names = device_names()
            if not names:
                return _("this computer has no sound card that works")
            if output.device != "default" and not any(output.device.lower() in name.lower() for name in names):
                return _("no sound card is called “{name}”").format(name=output.device)
        case Icecast():
            if output.password_env not in os.environ:
                return _("the password is missing: the variable {name} is not set").format(name=output.password_env)
            try:
                socket.create_connection(address(output.url), PATIENCE).close()
            except OSError as error:
                return _("the Icecast server does not answer ({reason})").format(reason=error.strerror or error)
        case File():
            folder = root / output.folder
            while not folder.exists():
                folder = folder.parent
            if not os.access(folder, os.W_OK):
                return _("the folder {folder} may not be written").format(folder=folder)
    return None
