"""Live events: one look a second, shared by everybody who watches."""

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from loa.actions.offices import Office
from loa.errors import LoaError
from loa.web.context import Console
from loa.web.lanes import make_room_for_lanes
from loa.web.views.grid import work_ahead
from loa.web.views.now import StationState

_EVERY = 1.0
_ASKED_EVERY = 3.0
"""Seconds after which a watcher is asked again who they are."""


class EventFeed:
    """The newest event, and a bell that rings when there is one."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.text = ""
        self.watchers = 0
        self._bell = asyncio.Condition()

    async def run(self) -> None:
        """Look at the files, so that no page has to; and at the whole station while somebody watches."""
        await run_in_threadpool(_warm, self.console)
        while True:
            await asyncio.sleep(_EVERY)
            await run_in_threadpool(self.console.files.plan)
            await run_in_threadpool(work_ahead, self.console.airings)
            if not self.watchers:
                continue
            try:
                moment = await run_in_threadpool(self.console.monitor.now, 0.5)
            except LoaError:
                continue  # the database is busy or gone: the next second tells
            async with self._bell:
                self.text = _event(moment)
                self._bell.notify_all()

    async def events(self, office: Office, watches: Callable[[], bool]) -> AsyncIterator[str]:
        """The events from now on that concern whoever watches, as a browser's EventSource reads them.

        `watches`: whether they still may, in the same office; it is asked every few events. If not, it ends: a browser
        whose session goes on opens it again. Where it raises LoaError, because the database does not answer, they stay.
        """
        own = self.console.for_office(office)
        self.watchers += 1
        asked = time.monotonic()
        try:
            yield "retry: 3000\n\n"
            while True:
                async with self._bell:
                    await self._bell.wait()
                    text = self.text
                if time.monotonic() - asked > _ASKED_EVERY:
                    asked = time.monotonic()
                    with suppress(LoaError):
                        if not await run_in_threadpool(watches):
                            return
                if own is not self.console:
                    with suppress(LoaError):
                        text = _event(await run_in_threadpool(own.monitor.now, 0.5))
                        yield text
                else:
                    yield text
        finally:
            self.watchers -= 1


def _event(moment: StationState) -> str:
    return f"data: {json.dumps(moment.event(), ensure_ascii=False)}\n\n"


def _warm(console: Console) -> None:
    """Read everything once, then keep it out of the garbage collector's way: five hundred communes cost it 60 ms."""
    with suppress(LoaError):  # the database is busy or gone: the first page will say so
        console.bulletins.all()
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """While the console runs: the feed and the runner of jobs."""
    console: Console = app.state.console
    make_room_for_lanes()
    app.state.feed = feed = EventFeed(console)
    task = asyncio.create_task(feed.run())
    await run_in_threadpool(console.note_upgrade)
    console.runner.start()
    yield
    task.cancel()
    console.runner.stop()
