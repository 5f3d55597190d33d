"""Gateways on this machine that answer as the real ones do, their refusals included, and a small mail server."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.local import free_port


class Gateways:
    """`taken`: what was accepted, as (channel, receiver, text). `mood`: how the next requests are answered.

    One that is `slow` is answered when `hold` is set.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, str]] = []
        self.mood: list[str] = []
        self.asked = 0
        self.hold = threading.Event()
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str, headers: Any, body: dict[str, Any]) -> tuple[int, Any]:
        self.asked += 1
        mood = self.mood.pop(0) if self.mood else ""
        if mood == "busy":
            parameters = {"retry_after": 7}
            return 429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}
        if mood == "broken":
            return 502, "<html>Bad Gateway</html>"
        if mood == "slow":
            self.hold.wait(30)
        if path == "/botma-bot/sendMessage":
            if body["chat_id"] == "-404":
                return 400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}
            self.taken.append(("telegram", body["chat_id"], body["text"]))
            return 200, {"ok": True, "result": {"message_id": len(self.taken)}}
        if path.startswith("/bot"):
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if path.startswith("/v3.0/oa/"):  # Zalo answers 200 in any case
            if headers.get("access_token") != "ma-zalo":
                return 200, {"error": -216, "message": "Access token is invalid"}
            receiver = body["recipient"].get("group_id") or body["recipient"]["user_id"]
            if receiver == "nguoi-la":
                return 200, {"error": -230, "message": "User has not interacted with the OA in the past 7 days"}
            self.taken.append((path.rpartition("/oa/")[2], receiver, body["message"]["text"]))
            return 200, {"error": 0, "message": "Success", "data": {"message_id": "x"}}
        if path == "/sms":
            if body["Phone"] == "0900000000":
                return 200, {"CodeResult": "99", "ErrorMessage": "Phone not valid: 0900000000"}
            self.taken.append(("sms", body["Phone"], body["Content"]))
            return 200, {"CodeResult": "100", "SMSID": "1"}
        return 404, {}


@contextmanager
def gateways() -> Iterator[Gateways]:
    """All of them at one port."""
    held = Gateways()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, answer = held.answer(self.path, self.headers, body)
            raw = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", held.port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield held
    server.shutdown()
    server.server_close()
    thread.join()


class _Mail(socketserver.StreamRequestHandler):
    """SMTP, as far as it is needed. `nobody@` is refused; where the server is `torn`, the line breaks after the text."""

    server: "MailServer"

    def handle(self) -> None:
        self.wfile.write(b"220 x ESMTP\r\n")
        to = ""
        while line := self.rfile.readline().decode():
            verb = line[:4].upper()
            if verb in ("EHLO", "HELO"):
                self.wfile.write(b"250 x\r\n")
            elif verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                self.wfile.write(b"550 no such user\r\n" if to.startswith("nobody") else b"250 ok\r\n")
            elif verb == "DATA":
                self.wfile.write(b"354 go\r\n")
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += self.rfile.readline()
                self.server.mails.append((to, text.decode()))
                if self.server.torn:
                    return
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if verb == "QUIT" else b"250 ok\r\n")
                if verb == "QUIT":
                    return


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True
    torn = False

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", free_port()), _Mail)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
