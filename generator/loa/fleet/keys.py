"""Keys and signed messages: Ed25519 (RFC 8032). Whoever holds the broker can read a message, and change none."""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from loa.errors import Finding, PlayerError, WorkspaceError
from loa.files import private_folder, write_atomic
from loa.i18n import _
from loa.workspace import read_regular

_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what people take for each other: 0 O, 1 I L."""
CODE_LENGTH = 8


class Key:
    """A private key, and what follows from it: `public` (64 hexadecimal digits) and `id`, its fingerprint."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw().hex()
        self.id = fingerprint(self.public)

    @classmethod
    def of(cls, path: Path) -> "Key":
        """Read the key in `path`; make it where there is none. Raises PlayerError."""
        try:
            if not path.exists():
                private_folder(path.parent)
                write_atomic(path, Ed25519PrivateKey.generate().private_bytes_raw())  # below .loa: nobody else reads it
            return cls(Ed25519PrivateKey.from_private_bytes(read_regular(path)))
        except (OSError, ValueError, WorkspaceError) as error:
            message = _("The key cannot be read: {reason}").format(reason=error)
            raise PlayerError(Finding("player.key", message, file=str(path))) from error

    def sign(self, kind: str, body: Mapping[str, Any]) -> bytes:
        """Return the message that says `body`. `kind`, which is signed too, says what it is and for whom."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        signature = self._private.sign(_signed(kind, text)).hex()
        return json.dumps({"body": text, "signature": signature}, ensure_ascii=False).encode()

    def sign_text(self, kind: str, text: str) -> str:
        """Return the signature of `text`."""
        return self._private.sign(_signed(kind, text)).hex()

    def password(self, name: str) -> str:
        """Return the password of `name` at the broker: whoever has this key can make it again."""
        return hmac.new(self._private.private_bytes_raw(), f"mqtt {name}".encode(), hashlib.sha256).hexdigest()[:32]


def fingerprint(public: str) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def opened(public: str, kind: str, raw: bytes) -> dict[str, Any]:
    """Return what a message says. Raises PlayerError unless the owner of `public` signed it as this `kind`."""
    try:
        envelope = json.loads(raw)
        text, signature = envelope["body"], envelope["signature"]
        if not is_signed(public, kind, text, signature):
            raise PlayerError(Finding("player.signature", _("A message was not signed by who it says.")))
        body = json.loads(text)
        if isinstance(body, dict):
            return body
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise PlayerError(Finding("player.message", _("A message cannot be read.")))


def is_signed(public: str, kind: str, text: str, signature: str) -> bool:
    """Whether the owner of `public` signed `text` as this `kind`."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), _signed(kind, text))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _signed(kind: str, text: str) -> bytes:
    return f"loa {kind}\n{text}".encode()


def new_code() -> str:
    """Return a code to type: 8 letters and digits, some 39 bits."""
    return "".join(_CODE_LETTERS[byte % len(_CODE_LETTERS)] for byte in _even_bytes(CODE_LENGTH))


def _even_bytes(count: int) -> list[int]:
    """Random bytes below a multiple of the number of letters, so that no letter comes more often."""
    limit = 256 - 256 % len(_CODE_LETTERS)
    found: list[int] = []
    while len(found) < count:
        found += [byte for byte in os.urandom(2 * count) if byte < limit]
    return found[:count]


def code_key(code: str, salt: bytes) -> bytes:
    """Return the key that both sides make of a code (scrypt: 30 ms, so that nobody can try all codes in its time)."""
    plain = code.strip().upper().replace("-", "").replace(" ", "")
    return hashlib.scrypt(plain.encode(), salt=salt, n=2**13, r=8, p=1, maxmem=64 * 2**20, dklen=32)


def proof(key: bytes, *said: str) -> str:
    """Return what proves that who says this knows the code."""
    return hmac.new(key, "\n".join(said).encode(), hashlib.sha256).hexdigest()
