"""Opens the player of an output: the one place that knows which kind is which."""

from generator.errors import PlayoutError
from generator.i18n import _
from generator.playout.player import Line, Player, trouble
from generator.schedule.outputs import AnyOutput, File, Null, SoundCard


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
    raise trouble(line.output, _("this kind of output cannot be played to"))


__all__ = ["PlayoutError", "open_line"]
