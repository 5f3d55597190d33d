"""An emergency message is spoken while it is typed, sentence by sentence: it can be heard as soon as it is done."""

import threading
from dataclasses import dataclass

import psutil

from loa.actions.emergency import speak_ahead
from loa.errors import LoaError
from loa.logs import logger
from loa.web.jobs import ENGINE_ROOM
from loa.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as far as it is typed; `issuer`: "" for the commune's people's committee."""

    stem: str
    text: str
    issuer: str


class AheadSpeaker:
    """Speaks the newest draft, in one thread, which ends when it has caught up."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._newest: Draft | None = None
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether it speaks."""
        return self._thread is not None

    def offer(self, draft: Draft | None) -> None:
        """Speak this one from now on, in place of the one before; None: the message is written."""
        with self._lock:
            self._newest = draft
            if draft and self._thread is None and psutil.virtual_memory().available > ENGINE_ROOM:
                self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        done: Draft | None = None
        while True:
            with self._lock:
                draft = self._newest
                if draft is None or draft == done:
                    self._thread = None
                    return
            done = draft
            self._speak(draft)

    def _speak(self, draft: Draft) -> None:
        try:
            speak_ahead(self._workspace, draft.stem, draft.text, draft.issuer, lambda: self._newest is not draft)
        except LoaError as error:  # who wrote it is told when the message itself is made
            logger("loa.console").info("ahead", problem=str(error))
