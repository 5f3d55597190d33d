"""Small local servers that speak the protocols of the online voices, and can fail in every way those do."""

import asyncio
import base64
import io
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import soundfile
from aiohttp import web

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def mp3(seconds: float) -> bytes:
    """A tone of that length as MP3, like the services send."""
    t = np.arange(round(seconds * 24_000)) / 24_000
    buffer = io.BytesIO()
    soundfile.write(buffer, 0.4 * np.sin(2 * np.pi * 300 * t), 24_000, format="MP3")
    return buffer.getvalue()


@contextmanager
def http_server(answer: Answer) -> Iterator[str]:
    """Serves every request with `answer(handler, body)`; gives the base address."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(self, body)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def google_text(body: bytes) -> str:
    """What a request to Google's `batchexecute` asks to be said."""
    rpc = json.loads(urllib.parse.parse_qs(body.decode())["f.req"][0])
    return str(json.loads(rpc[0][0][1])[0])


def google_sound(sound: bytes) -> bytes:
    """Google's answer that holds `sound`."""
    inner = json.dumps([base64.b64encode(sound).decode()])
    row = [["wrb.fr", "jQ1olc", inner, None, None, None, "generic"]]
    return f")]}}'\n\n{json.dumps(row, separators=(',', ':'))}\n".encode()


class Bing:
    """The websocket side of edge-tts: says one beep of 0.3 s a word. `script` holds what each connection does first."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.asked: list[str] = []

    @contextmanager
    def running(self) -> Iterator[str]:
        loop = asyncio.new_event_loop()
        app = web.Application()
        app.router.add_get("/edge/v1", self._connection)
        runner = web.AppRunner(app)
        loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        loop.run_until_complete(site.start())
        port = runner.addresses[0][1]
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{port}/edge/v1?x=1"
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    async def _connection(self, request: web.Request) -> web.StreamResponse:
        fault = self.script.pop(0) if self.script else ""
        if fault.isdigit():
            return web.Response(status=int(fault), headers={"Date": "Mon, 01 Jan 2024 00:00:00 GMT"})
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        ssml = (await socket.receive()).data
        words = ssml.split("'>")[-1].split("<")[0].replace(",", "").replace(".", "").split()
        self.asked.append(ssml)
        if fault == "hang":
            await asyncio.sleep(3)
        elif fault != "empty":
            await self._speak(socket, words, fault)
        if fault != "cut":
            await socket.send_str("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")
        await socket.close()
        return socket

    async def _speak(self, socket: web.WebSocketResponse, words: list[str], fault: str) -> None:
        for number, word in enumerate(words):
            data: dict[str, Any] = {"Offset": int(number * 3_000_000), "Duration": 3_000_000, "text": {"Text": word}}
            metadata = json.dumps({"Metadata": [{"Type": "WordBoundary", "Data": data}]})
            await socket.send_str(f"X-RequestId:1\r\nPath:audio.metadata\r\n\r\n{metadata}")
        head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
        spoken = 0.05 * len(words) if fault == "cut" else 0.3 * len(words)
        await socket.send_bytes(len(head).to_bytes(2, "big") + head + mp3(spoken))
