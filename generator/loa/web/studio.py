"""Somebody speaks in a browser: what comes by the page's WebSocket goes on to the station, and its answers come back.

The station fetches the sound itself, over a connection inside this computer (`playout.microphone` says in which form),
so that nothing but the request has to be written down before somebody is heard. Where the page says nothing any more,
its line has broken.
"""

import asyncio
import contextlib
import hmac
import json
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.websockets import WebSocket, WebSocketDisconnect

from loa.actions.on_air import Wish, ask_to_speak, do_not_speak
from loa.actions.receipts import Receipt, receipt, receipt_text
from loa.errors import RequestError, StoreError
from loa.i18n import _
from loa.store.database import Database

LARGEST = 65_000
"""Bytes of a message: sound of 0.7 s."""
_SILENT = 1.2
"""Seconds without a message after which the page's line counts as broken."""
_ASKS = 90.0
"""Seconds that the station may take: somebody may come to a programme of the schedule a minute before its hour."""
_LAST_WORDS = 5.0
_LOOK = 0.25
_BEHIND = 500_000
"""Bytes that wait for the station: it hangs."""
_ASKED_EVERY = 1.0
"""Seconds after which the speaker is asked again who it is."""
MakeRequest = Callable[[int, str], Wish]
"""Makes the request from the port and the secret. Raises RequestError, StoreError."""


class Studio:
    """One speaker."""

    def __init__(self, page: WebSocket, store: Database) -> None:
        self._page, self._store = page, store
        self._secret = secrets.token_urlsafe(24)
        self._line: asyncio.StreamWriter | None = None
        self._answers: asyncio.StreamReader | None = None
        self._joined = asyncio.Event()

    async def hold(self, make: MakeRequest, begun: Callable[[Wish], None], may: Callable[[Wish], bool]) -> None:
        """Put the speaker on air and stay until it is over. `begun` is called once the station was asked; `may` says,
        every second, whether this person may still speak there. Where it raises StoreError, the speaker goes on.
        """
        server = await asyncio.start_server(self._came, "127.0.0.1", 0)
        try:
            port = int(server.sockets[0].getsockname()[1])
            try:
                wanted = await to_thread.run_sync(make, port, self._secret)
                number = await to_thread.run_sync(ask_to_speak, self._store, wanted)
            except RequestError as error:
                await self._say(state="refused", problems=error.problems)
                return
            except StoreError as error:
                await self._say(state="refused", problems={"": error.reason})
                return
            begun(wanted)
            await self._say(state="asked")
            await self._both_ways(number, partial(may, wanted))
        finally:
            server.close()
            if self._line:
                self._line.close()

    async def _both_ways(self, number: int, may: Callable[[], bool]) -> None:
        up = asyncio.create_task(self._from_page())
        down = asyncio.create_task(self._from_station(number))
        shut = asyncio.create_task(self._while_allowed(may))
        try:
            done, _rest = await asyncio.wait({up, down, shut}, return_when=asyncio.FIRST_COMPLETED)
            if up in done and up.result() and self._line:  # the speaker has finished: the station plays the last words
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(down), _LAST_WORDS)
            elif down not in done:
                if self._line:
                    self._line.close()
                await self._look(do_not_speak, number)
        finally:
            for task in (up, down, shut):
                task.cancel()
        await self._tell_the_end(number)

    async def _while_allowed(self, may: Callable[[], bool]) -> None:
        while True:
            await asyncio.sleep(_ASKED_EVERY)
            with contextlib.suppress(StoreError):
                if not await to_thread.run_sync(may):
                    return

    async def _from_page(self) -> bool:
        """Pass on what the page sends; whether the speaker ended it. Nothing for some seconds: the line broke."""
        while True:
            try:
                message = await asyncio.wait_for(self._page.receive(), _SILENT)
            except TimeoutError:
                return False
            if message["type"] == "websocket.disconnect":
                return False
            if sound := message.get("bytes"):
                self._send(b"S", sound[: len(sound) // 2 * 2])
            elif text := message.get("text"):
                said = _read(text)
                if said.get("end"):
                    self._send(b"E", b"")
                    return True
                self._send(b"T", b"\x01" if said.get("talk") is True else b"\x00")

    def _send(self, kind: bytes, body: bytes) -> None:
        if self._line and not self._line.is_closing():
            self._line.write(kind + len(body).to_bytes(2) + body)
            if self._line.transport.get_write_buffer_size() > _BEHIND:
                self._line.transport.abort()

    async def _from_station(self, number: int) -> None:
        """Pass on what the station answers, until it closes the line or does not want it at all."""
        for _try in range(round(_ASKS / _LOOK)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._joined.wait(), _LOOK)
                break
            found = await self._receipt(number)
            if found and found.stage in ("over", "refused"):
                return
        while self._answers and (line := await self._answers.readline()):
            await self._page.send_text(line.decode("utf-8", "replace").strip())

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The station opens the line; whoever does not know the secret is nobody."""
        said = b""
        with contextlib.suppress(TimeoutError, OSError, ValueError):
            said = await asyncio.wait_for(reader.readline(), 2)
        if self._line is None and hmac.compare_digest(said.strip(), self._secret.encode()):
            self._line, self._answers = writer, reader
            self._joined.set()
        else:
            writer.close()

    async def _tell_the_end(self, number: int) -> None:
        for _try in range(round(_LAST_WORDS / _LOOK)):
            found = await self._receipt(number)
            if found and found.stage in ("over", "refused"):
                reason = f" {found.reason}" if found.stage == "over" and found.reason else ""
                await self._say(state="over", text=receipt_text(found) + reason, good=found.outcome == "aired")
                return
            await asyncio.sleep(_LOOK)
        await self._say(state="over", text=_("The station does not answer."), good=False)

    async def _receipt(self, number: int) -> Receipt | None:
        found = await self._look(receipt, number)
        return found if isinstance(found, Receipt) else None

    async def _look(self, question: Callable[..., Any], *about: Any) -> Any:
        with contextlib.suppress(StoreError):
            return await to_thread.run_sync(partial(question, self._store, *about))
        return None

    async def _say(self, **what: Any) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the page has gone
            await self._page.send_text(json.dumps(what))


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


async def first_message(page: WebSocket, seconds: float = 10.0) -> dict[str, Any]:
    """What the page says first: what is wanted; nothing where it says nothing that can be read."""
    try:
        message = await asyncio.wait_for(page.receive(), seconds)
    except TimeoutError:
        return {}
    return _read(message.get("text") or "")
