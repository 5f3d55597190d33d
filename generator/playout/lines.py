"""Opens the player of an output: the one place that knows which kind is which."""

from generator.i18n import _
from generator.playout.player import Line, Player, trouble
from generator.schedule.outputs import AnyOutput, File, Http, Icecast, Null, Rtp, SoundCard


def open_line(output: AnyOutput, line: Line) -> Player:
    """An open line to `output`. Raises PlayoutError, WorkspaceError."""
    match output:
        case Null():
            from generator.playout.null import NullPlayer

            return NullPlayer(line)
        case File():
            from generator.playout.file import FilePlayer

            return FilePlayer(line, output.folder)
        case SoundCard():
            from generator.playout.sound_card import SoundCardPlayer

            return SoundCardPlayer(line, output.device)
        case Icecast():
            from generator.playout.icecast import IcecastPlayer

            return IcecastPlayer(line, output)
        case Rtp():
            from generator.playout.rtp import RtpPlayer

            return RtpPlayer(line, output)
        case Http():
            from generator.playout.http import HttpPlayer

            return HttpPlayer(line, output)
    raise trouble(line.output, _("this kind of output cannot be played to"))
