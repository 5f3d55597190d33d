"""A player joins a station: both prove to each other that they know the code, and exchange their keys."""

import json
import os
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from loa.errors import Finding, PlayerError
from loa.files import private_folder, remove, write_atomic
from loa.fleet.keys import Key, code_key, proof
from loa.fleet.server import JOIN
from loa.i18n import _
from loa.workspace import Workspace, read_regular

_PATIENCE = 20.0
_PORT = 8687
EXAMPLE = """\
# The outputs of this player. Several are played together.
outputs:
  loa: {kind: sound-card, device: default}
"""


class Identity(BaseModel):
    """To whom a player belongs. `station`: the public key of the station; `recordings`: where it fetches them."""

    model_config = ConfigDict(frozen=True)
    name: str
    station: str
    broker: str
    user: str
    password: str
    recordings: str

    @classmethod
    def load(cls, workspace: Workspace) -> "Identity":
        """Read it. Raises PlayerError where this folder is no player."""
        try:
            return cls.model_validate_json(read_regular(workspace.fleet / "identity.json"))
        except (OSError, ValidationError) as error:
            message, fix = (
                _("This folder is not a player that has joined a station."),
                _("First: loa player join ADDRESS CODE"),
            )
            raise PlayerError(Finding("player.none", message, fix, file=str(workspace.root))) from error


def join(workspace: Workspace, address: str, code: str) -> Identity:
    """Join the station at `address` (`192.168.1.10`, `host:port`, `https://…`). Raises PlayerError, WorkspaceError."""
    base = _base(address)
    private_folder(workspace.fleet)
    key = Key.of(workspace.fleet / "player.key")
    nonce = os.urandom(32).hex()
    secret = code_key(code, bytes.fromhex(nonce))
    asked = {"public": key.public, "nonce": nonce, "proof": proof(secret, "player", key.public, nonce)}
    try:
        request = urllib.request.Request(  # noqa: S310  http or https: see _base
            base + JOIN, json.dumps(asked).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            said = json.loads(answer.read(65536))
        told = str(said["told"])
        if proof(secret, "station", key.public, nonce, told) != said["proof"]:
            raise PlayerError(Finding("player.stranger", _("Who answers there is not the station that gave the code.")))
        given = json.loads(told)
        host = urlsplit(base).hostname or ""
        identity = Identity(
            name=given["name"],
            station=given["station"],
            broker=given["broker"] or f"mqtt://{f'[{host}]' if ':' in host else host}:{given['broker_port']}",
            user=given["user"],
            password=given["password"],
            recordings=base,
        )
    except urllib.error.HTTPError as error:
        raise PlayerError(_refused(error.code)) from error
    except OSError as error:
        message = _("The station cannot be reached at {address}: {reason}").format(address=base, reason=error)
        raise PlayerError(Finding("player.address", message, _("Check the address and the network."))) from error
    except (ValueError, KeyError, TypeError) as error:
        message = _("There is no station of Loa at {address}.").format(address=base)
        raise PlayerError(Finding("player.address", message, _("Check the address and the network."))) from error
    for old in ("plan.json", "commands.json", "acked"):
        remove(workspace.fleet / old)
    write_atomic(workspace.fleet / "identity.json", identity.model_dump_json(indent=1) + "\n")
    if not workspace.player_file.exists():
        write_atomic(workspace.player_file, EXAMPLE)
    return identity


def _base(address: str) -> str:
    text = address.strip().rstrip("/")
    text = text if "://" in text else f"http://{text}"
    try:
        where = urlsplit(text)
        good = where.scheme in {"http", "https"} and bool(where.hostname)
        port = where.port
    except ValueError:
        good, port = False, None
    if not good:
        message = _("“{text}” is not the address of a station.").format(text=address)
        raise PlayerError(Finding("player.address", message, _("Write for example 192.168.1.10.")))
    return text if port or where.scheme == "https" else f"{text}:{_PORT}"


def _refused(status: int) -> Finding:
    if status == 403:
        fix = _("Ask for a new code at the station; each is good for half an hour, and once.")
        return Finding("player.code", _("The station does not know this code."), fix)
    if status == 429:
        return Finding("player.code", _("Too many wrong codes were tried."), _("Wait ten minutes."))
    return Finding("player.address", _("The station does not answer as it should ({status}).").format(status=status))
