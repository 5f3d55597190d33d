"""Open the player of an output. Only this module maps the kinds of outputs to players."""

import os
from pathlib import Path

from loa.errors import PlayoutError
from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, Player, output_error
from loa.playout.outputs.http import HttpPlayer
from loa.playout.outputs.http import open_port as open_http_port
from loa.playout.outputs.icecast import IcecastPlayer
from loa.playout.outputs.icecast import problem as icecast_problem
from loa.playout.outputs.plugin import OutputPlugin
from loa.playout.outputs.rtp import RtpPlayer
from loa.playout.outputs.shared_stream import Carried, Carrier
from loa.playout.outputs.sound_card import SoundCardPlayer, device_names
from loa.playout.outputs.wav_file import FilePlayer, NullPlayer, leads_out_text
from loa.schedule.outputs import AnyOutput, File, Http, Icecast, MissingPlugin, Null, Rtp, SoundCard
from loa.workspace import below, leads_out


def open_connection(output: AnyOutput, connection: OutputConnection, carrier: Carrier) -> Player | Carried:
    """Open `output` and return its player; `carrier` sends its sound if it is a stream.

    Raises PlayoutError, WorkspaceError.
    """
    if leads_out(connection.output):  # files are called by it
        raise output_error(_("“{name}” cannot be the name of an output").format(name=connection.output))
    match output:
        case Null():
            return NullPlayer(connection)
        case File():
            return FilePlayer(connection, output.folder)
        case SoundCard():
            return SoundCardPlayer(connection, output.device)
        case Icecast():
            return IcecastPlayer(connection, carrier, output)
        case Rtp():
            return RtpPlayer(connection, carrier, output)
        case Http():
            return HttpPlayer(connection, carrier, output)
        case MissingPlugin():
            raise PlayoutError(output.trouble)
        case OutputPlugin():
            return output.open(connection)
    raise output_error(_("this kind of output cannot be played to"))


def open_port(name: str, output: AnyOutput) -> None:
    """Open what must exist between airings too: the port from which loudspeakers pull. Raises PlayoutError."""
    if isinstance(output, Http):
        open_http_port(name, output)


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
            return icecast_problem(output, root)
        case File():
            folder = below(root, output.folder)
            if not folder:
                return leads_out_text(output.folder)
            while not folder.exists():
                folder = folder.parent
            if not os.access(folder, os.W_OK):
                return _("the folder {folder} may not be written").format(folder=folder)
        case MissingPlugin():
            return output.trouble.message
        case OutputPlugin():
            try:
                return output.problem(root)
            except Exception as error:  # noqa: BLE001  another package may fail in any way; it must not stop the station
                return f"{type(error).__name__}: {error}"
    return None
