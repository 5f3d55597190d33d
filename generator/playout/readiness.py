"""Whether an output could be played to now, as far as one can tell without making a sound."""

import os
import socket
from pathlib import Path

from generator.i18n import _
from generator.playout.icecast import PATIENCE, address
from generator.playout.sound_card import device_names
from generator.schedule.outputs import AnyOutput, File, Icecast, SoundCard


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
