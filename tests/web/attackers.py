"""What is sent to a besieged console, from a process of its own: `python -m tests.web.attackers JSON`.

Slow clients that send a byte a second and come back when they are thrown out, log-ins with wrong passwords from a
hundred addresses of loopback, and uploads of people who are logged in. Prints what was really done, as JSON.
"""

import asyncio
import contextlib
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass

ADDRESSES = [f"127.0.{net}.{host}" for net in (0, 1, 2, 3) for host in range(10, 35)]
UPLOAD = 2_000_000
"""Bytes of a file; no document at all, so that it is read to its end and refused."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`slow` clients, half of them from one address; `log_ins` a second; `uploads` at a time with one of `sessions`
    (cookie and form token), each of `bytes_a_second`.
    """

    port: int
    seconds: float
    slow: int = 500
    log_ins: int = 200
    uploads: int = 20
    bytes_a_second: int = 1_000_000
    sessions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class Attack:
    """All of it at once, for the plan's seconds."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.done = plan, Counter[str]()
        self.end = time.monotonic() + plan.seconds

    async def run(self) -> None:
        tasks = [asyncio.create_task(self.slow(number)) for number in range(self.plan.slow)]
        tasks += [asyncio.create_task(self.upload(number)) for number in range(self.plan.uploads)]
        tasks.append(asyncio.create_task(self.log_ins()))
        await asyncio.sleep(self.plan.seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def open(self, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.plan.port, local_addr=(address, 0))

    async def slow(self, number: int) -> None:
        """Half a request, for ever."""
        address = "127.0.0.1" if number % 2 else ADDRESSES[number % len(ADDRESSES)]
        head = b"POST /login HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100000\r\nx: "
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await self.open(address)
                self.done["slow"] += 1
                writer.write(head + b"\r\n\r\n" * (number % 4 == 0))  # a quarter keeps its body back
                try:
                    while not reader.at_eof():
                        writer.write(b"x")
                        await writer.drain()
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(reader.read(1000), 1)
                finally:
                    writer.close()
            await asyncio.sleep(random.uniform(0.2, 1.0))

    async def log_ins(self) -> None:
        """So many a second, whatever becomes of them."""
        begun, asked, living = time.monotonic(), 0, set()
        while True:
            wanted = int((time.monotonic() - begun) * self.plan.log_ins)
            for _number in range(min(wanted - asked, 1000 - len(living))):
                task = asyncio.create_task(self.log_in())
                living.add(task)
                task.add_done_callback(living.discard)
            asked = wanted
            await asyncio.sleep(0.02)

    async def log_in(self) -> None:
        body = f"csrf=x&name=truc-ban&password=sai-{random.random()}".encode()
        await self.request(
            random.choice(ADDRESSES), "/login", "loa_visitor=x", body, "application/x-www-form-urlencoded"
        )

    async def upload(self, number: int) -> None:
        """One file after the other."""
        cookie, token = self.plan.sessions[number % len(self.plan.sessions)]
        fields = {"csrf": token, "commune": "ben-hai", "as_of": "2026-11-01"}
        parts = [f'--b\r\ncontent-disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        parts.append('--b\r\ncontent-disposition: form-data; name="file"; filename="x.docx"\r\n\r\n')
        body = "".join(parts).encode() + os.urandom(UPLOAD) + b"\r\n--b--\r\n"
        while True:
            await self.request(
                "127.0.0.1", "/bring-in", f"loa_session={cookie}", body, "multipart/form-data; boundary=b"
            )
            await asyncio.sleep(0.1)

    async def request(self, address: str, path: str, cookie: str, body: bytes, kind: str) -> None:
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\ncontent-type: {kind}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        answer = b"nothing"
        with contextlib.suppress(OSError):
            reader, writer = await self.open(address)
            try:
                writer.write(head.encode())
                for start in range(0, len(body), self.plan.bytes_a_second // 20):
                    begun = time.monotonic()
                    writer.write(body[start : start + self.plan.bytes_a_second // 20])
                    await writer.drain()
                    if len(body) > self.plan.bytes_a_second // 20:
                        await asyncio.sleep(max(0.0, 0.05 - (time.monotonic() - begun)))
                answer = (await reader.read(12))[9:] or b"nothing"
                while await reader.read(65536):
                    pass
            finally:
                writer.close()
        self.done[f"{path} {answer.decode()}"] += 1


if __name__ == "__main__":
    attack = Attack(Plan(**json.loads(sys.argv[1])))
    print("begun", flush=True)
    asyncio.run(attack.run())
    print(json.dumps(attack.done), flush=True)
