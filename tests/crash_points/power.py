"""What a disk may hold after a power cut: made from the record of a run.

Nothing is sure but what was synced: of a file its content when it was synced last, of a name what its folder held when *it*
was synced last. Everything else may have reached the disk or not, so for each moment three disks are made:

- `synced`: only what is sure;
- `names`: every name as it was, with the content that is sure (what a journal of names alone leaves);
- `torn`: every name, and of what is not sure in each file only the latest write (the disk wrote in another order).

What SQLite keeps in memory (`-shm`) is gone after a power cut. fsync(2), rename(2); T. S. Pillai et al., "All File Systems Are
Not Created Equal", OSDI 2014.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

Kind = Literal["synced", "names", "torn"]
KINDS: tuple[Kind, ...] = ("synced", "names", "torn")


@dataclass(slots=True, eq=False)
class Node:
    """A file, or a folder: `now` as programs see it, `sure` as it stands on the disk."""

    folder: bool = False
    now: bytearray = field(default_factory=bytearray)
    sure: bytes = b""
    digest: bytes = b""
    """Of `sure`; made when somebody asks."""
    last: tuple[int, bytes] | None = None
    names: dict[str, "Node"] = field(default_factory=dict)
    sure_names: dict[str, "Node"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the record. `op`: c(reate) w(rite) t(runcate) s(ync) d (sync of a folder) r(ename) u(nlink) m(kdir) ! (told)."""

    op: str
    point: int
    at: int
    name: str
    other: str
    data: bytes


def read_record(file: BinaryIO) -> Iterator[Call]:
    """The calls in their order."""
    while head := file.readline():
        op, point, at, _size, name, other, data = head.split()
        yield Call(
            op.decode(), int(point), int(at), *(file.read(int(n)).decode() for n in (name, other)), file.read(int(data))
        )


class PoweredDisk:
    """A disk of which we know what is sure. `folder`: what is on it at the beginning, all of it sure."""

    def __init__(self, folder: Path) -> None:
        self.root = _load(folder)

    def follow(self, call: Call) -> None:
        """Let a call happen."""
        if call.op == "r":
            node = self._folder(call.name).names.pop(_leaf(call.name))
            self._folder(call.other).names[_leaf(call.other)] = node
        elif call.op == "u":
            del self._folder(call.name).names[_leaf(call.name)]
        elif call.op in "cm":
            self._folder(call.name).names[_leaf(call.name)] = Node(folder=call.op == "m")
        elif call.op == "d":
            node = self._node(call.name)
            node.sure_names = dict(node.names)
        else:
            self._change(self._node(call.name), call)

    @staticmethod
    def _change(node: Node, call: Call) -> None:
        if call.op == "s":
            node.sure, node.digest, node.last = bytes(node.now), b"", None
            return
        if call.op == "t":
            node.now = node.now[: call.at].ljust(call.at, b"\0")
            return
        node.now = node.now.ljust(call.at, b"\0")
        node.now[call.at : call.at + len(call.data)] = call.data
        node.last = (call.at, call.data)

    def _node(self, name: str) -> Node:
        node = self.root
        for part in name.split("/") if name else ():
            node = node.names[part]
        return node

    def _folder(self, name: str) -> Node:
        return self._node(name.rpartition("/")[0])

    def after_a_cut(self, kind: Kind) -> dict[str, Node]:
        """Each path as the next start finds it."""
        return dict(_walk(self.root, "", kind))


def _load(path: Path) -> Node:
    if not path.is_dir():
        content = path.read_bytes()
        return Node(now=bytearray(content), sure=content)
    names = {child.name: _load(child) for child in path.iterdir()}
    return Node(folder=True, names=names, sure_names=dict(names))


def _walk(node: Node, path: str, kind: Kind) -> Iterator[tuple[str, Node]]:
    for name, child in (node.sure_names if kind == "synced" else node.names).items():
        if not name.endswith("-shm"):
            yield path + name, child
            yield from _walk(child, f"{path}{name}/", kind)


def content(node: Node, kind: Kind) -> bytes:
    """What the file holds after a power cut."""
    if kind != "torn" or node.last is None:
        return node.sure
    at, data = node.last
    return node.sure[:at].ljust(at, b"\0") + data + node.sure[at + len(data) :]


def _digest(found: dict[str, Node], kind: Kind) -> bytes:
    whole = hashlib.sha256()
    for name, node in sorted(found.items()):
        torn = kind == "torn" and node.last is not None
        if not torn and not node.digest:
            node.digest = hashlib.sha256(node.sure).digest()
        whole.update(f"{name}\n{node.folder}".encode())
        whole.update(hashlib.sha256(content(node, kind)).digest() if torn else node.digest)
    return whole.digest()


def _leaf(name: str) -> str:
    return name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Cut:
    """A power cut: when, in words; and what people had been told by then."""

    when: str
    told: list[dict[str, Any]]
    found: dict[str, Node]
    kind: Kind

    def leave(self, folder: Path) -> None:
        """Make `folder` with what is on the disk now; before the next cut is asked for."""
        folder.mkdir()
        for name, node in self.found.items():
            if node.folder:
                (folder / name).mkdir()
            else:
                (folder / name).write_bytes(content(node, self.kind))


def power_cuts(folder: Path, record: Path) -> Iterator[Cut]:
    """One after the other, every different disk that a power cut in the recorded run could leave.

    `folder`: the disk as it was before.
    """
    disk, told, seen = PoweredDisk(folder), list[dict[str, Any]](), set[tuple[bytes, int]]()
    with record.open("rb") as file:
        for number, call in enumerate(read_record(file)):
            if call.op == "!":
                told.append(json.loads(call.name))
            else:
                disk.follow(call)
            promised = sum("ack" in one for one in told)
            for kind in KINDS:
                found = disk.after_a_cut(kind)
                digest = (_digest(found, kind), promised)
                if digest not in seen:
                    seen.add(digest)
                    when = f"power cut after call {number}: {call.op} {call.name or call.other} ({kind})"
                    yield Cut(when, list(told), found, kind)
