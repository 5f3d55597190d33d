"""What a package needs that brings a kind of output: settings that open their own player. Guide: docs/plugins.md."""

from abc import ABC, abstractmethod
from pathlib import Path

from loa.playout.outputs.base import OutputConnection, Paced, Player, output_error
from loa.schedule.outputs import Plugin

__all__ = ["OutputConnection", "OutputPlugin", "Paced", "Player", "output_error"]


class OutputPlugin(Plugin, ABC):
    """The settings of an output of another package; its fields are those of the output in schedule.yaml.

    The package announces the class as `x-NAME` in the group `loa.outputs`. `label`: what people call the kind.
    """

    @abstractmethod
    def open(self, connection: OutputConnection) -> Player:
        """Open the output and return its player, at most 12 s later. Called in a thread of its own, for each airing and
        each new try. Raises PlayoutError (`output_error`).
        """

    def problem(self, root: Path) -> str | None:  # noqa: ARG002
        """Return why it could not be played to now, or None. Asked every minute or so; within 5 s, without sound.

        `root`: the station's folder.
        """
        return None
