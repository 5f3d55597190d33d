"""Open the player of an output. Only this module maps the kinds of outputs to players."""

import os
import socket
from pathlib import Path

from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, Player, trouble
from loa.playout.outputs.icecast import PATIENCE, address
from loa.playout.outputs.sound_card import device_names
from loa.schedule.outputs import AnyOutput, File, Http, Icecast, Null, Rtp, SoundCard


def open_connection(output: AnyOutput, line: OutputConnection) -> Player:
    """Open `output` and return its player. Raises PlayoutError, WorkspaceError."""
    match output:
        case Null():
            from loa.playout.outputs.wav_file import NullPlayer

            return NullPlayer(line)
        case File():
            from loa.playout.outputs.wav_file import FilePlayer

            return FilePlayer(line, output.folder)
        case SoundCard():
            from loa.playout.outputs.sound_card import SoundCardPlayer

            return SoundCardPlayer(line, output.device)
        case Icecast():
            from loa.playout.outputs.icecast import IcecastPlayer

            return IcecastPlayer(line, output)
        case Rtp():
            from loa.playout.outputs.rtp import RtpPlayer

            return RtpPlayer(line, output)
        case Http():
            from loa.playout.outputs.http import HttpPlayer

            return HttpPlayer(line, output)
    raise trouble(_("this kind of output cannot be played to"))


def stand_by(name: str, output: AnyOutput) -> None:
    """Open what must exist between airings too: the port from which loudspeakers pull. Raises PlayoutError."""
    if isinstance(output, Http):
        from loa.playout.outputs.http import stand_by as open_port

        open_port(name, output)


def not_ready(output: AnyOutput, root: Path) -> str | None:
    """Return the reason why `output` could not be played to now, or None."""
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
