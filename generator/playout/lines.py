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
    raise trouble(_("this kind of output cannot be played to"))


def stand_by(name: str, output: AnyOutput) -> None:
    """Open what must be there between airings too: the port that loudspeakers pull from. Raises PlayoutError."""
    if isinstance(output, Http):
        from generator.playout.http import stand_by as open_port

        open_port(name, output)
