"""The tables of the station's database, as the newest version has them (`migrations` brings older ones here).

Instants are kept as text (`database.stamp`): they sort as text, and a hash of a row is the same everywhere.
"""

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text, text

metadata = MetaData()
_COUNTS = text("void IS NULL")

ledger = Table(
    "ledger",
    metadata,
    Column("airing", String(200), primary_key=True),
    Column("broadcast", String(100), nullable=False),
    Column("commune", String(100), nullable=False),
    Column("bulletin", String(300), nullable=False),
    Column("planned", String(32), nullable=False),
    Column("outputs", Text, nullable=False),
    Column("priority", String(20), nullable=False),
    Column("holder", String(200), nullable=False),
    Column("claimed", String(32), nullable=False),
    Column("started", String(32)),
    Column("position", Float),
    Column("sha256", String(64)),
    Column("note", Text),
    Column("times_played", Integer),
)
"""Airings that a process has taken on: one row each, so that none is started twice. `position`: seconds played;
`times_played`: how often to the end (an emergency is repeated).
"""

logbook = Table(
    "logbook",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("airing", String(200)),
    Column("broadcast", String(100)),
    Column("commune", String(100)),
    Column("output", Text),
    Column("planned", String(32), index=True),
    Column("started", String(32)),
    Column("ended", String(32)),
    Column("outcome", String(20)),
    Column("reason", Text),
    Column("bulletin", String(300)),
    Column("sha256", String(64)),
    Column("details", Text, nullable=False),
    Column("previous", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
    Column("format", Integer),
    Column("station", String(40)),
    Column("part_of", String(200)),
    Column("void", Integer),
    Index("logbook_airings", "airing", unique=True, sqlite_where=_COUNTS, postgresql_where=_COUNTS),
    Index("logbook_parts", "part_of", "output", unique=True, sqlite_where=_COUNTS, postgresql_where=_COUNTS),
    Index("logbook_kinds", "kind", "bulletin", "sha256"),
)
"""The as-run log. `previous` is unique, so that the chain cannot fork; `airing` of what counts: it has one outcome.

An airing has a row of its own (`airing`), which sums up its outputs, and one for each output (`part_of`: the airing,
`output`: one name), so that each has one outcome. `format`: of the row (see `chain`; empty in rows of Loa 0.1);
`details`: its payload, JSON that later versions add to. A migration may not change what is in a row: `hash` covers it.
`void`, which it does not cover, is 1 in a row that a later row of the kind `clock` names as written by a wrong clock.
"""

log_identity = Table(
    "log_identity",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("station", String(40), nullable=False),
)
"""One row: the station whose log this is. It goes with the log to another computer."""

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("bulletin", String(300), nullable=False, index=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("by", String(200), nullable=False),
    Column("at", String(32), nullable=False),
    Column("withdrawn", String(32)),
    Column("withdrawn_by", String(200)),
)
"""Approvals. Each counts only together with its row in the log, of the kind `approval` (see `approvals.checked`)."""

presence = Table(
    "presence",
    metadata,
    Column("token", String(200), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("host", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("heartbeat", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("resolved_until", String(32)),
    Column("state", Text, nullable=False),
    Column("identity", String(100)),
)
"""The processes on this workspace; the row with the role `on-air` is the one that may make sound.

`started_at`: when the process began (seconds since 1970, as the system said; it moves with the clock); `identity`: the
same in a form that does not (`processes.identity`); `heartbeat`: a number that grows, -1 once the process has left;
`resolved_until`: every airing planned before it has its outcome.
"""

outputs = Table(
    "outputs",
    metadata,
    Column("output", String(100), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("since", String(32), nullable=False),
    Column("error", Text),
    Column("last_sound_at", String(32)),
)
"""How each output of the station on air is getting on; `place`: its order in the schedule."""

requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("verb", String(20), nullable=False),
    Column("payload", Text, nullable=False),
    Column("taken", String(32), index=True),
)
"""What other processes (`loa air`, `loa stop`, the console) ask of the one that is on air."""

alarms = Table(
    "alarms",
    metadata,
    Column("event", String(300), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("message", Text, nullable=False),
    Column("cleared", String(32)),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("event", String(300), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("next", String(32), nullable=False),
    Column("sent", String(32)),
    Column("error", Text),
)
"""Alarms, each sent once on every channel; `next`: not before that instant (back-off)."""

players = Table(
    "players",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("id", String(32), unique=True),
    Column("public_key", String(64)),
    Column("code", String(20)),
    Column("code_until", String(32)),
    Column("joined", String(32)),
    Column("revoked", String(32)),
    Column("heard", String(32)),
    Column("line", Integer),
    Column("state", Text),
    Column("received", Integer),
    Column("head", String(64)),
)
"""The players that were enrolled. `name`: their output in schedule.yaml; `id`: the fingerprint of their key; `line`: 1
while the broker holds their connection; `state`: what they last said, JSON; `received`: the number of the newest row of
their own log whose outcomes stand in ours, `head` its hash.
"""

player_airings = Table(
    "player_airings",
    metadata,
    Column("airing", String(200), primary_key=True),
    Column("player", String(100), primary_key=True),
    Column("broadcast", String(100), nullable=False),
    Column("commune", String(100), nullable=False),
    Column("bulletin", String(300), nullable=False),
    Column("planned", String(32), nullable=False, index=True),
    Column("ends", String(32), nullable=False),
    Column("alone", Integer, nullable=False),
    Column("outcome", String(20), index=True),
)
"""What players were to air. `alone`: 1 where no output of the station itself airs it; `outcome`: of the player, once it
stands in the log.
"""

player_acts = Table(
    "player_acts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("player", String(100), nullable=False),
    Column("verb", String(20), nullable=False),
    Column("asked", String(32), nullable=False),
    Column("by", String(200), nullable=False),
    Column("begins", String(32)),
    Column("result", String(20), index=True),
    Column("note", Text),
    Column("ended", String(32)),
)
"""What people asked of players beside their plan, and what became of it (`fleet.acts`); `result` is null before."""

player_marks = Table(
    "player_marks",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", Text, nullable=False),
)
"""How far the station has come with its players: numbers of messages, and until when airings were handed over."""

messages = Table(
    "messages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(20), nullable=False),
    Column("receiver", String(64), nullable=False),
    Column("bulletin", String(300), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("began", String(32), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("next", String(32), nullable=False),
    Column("reason", Text),
    Index("messages_once", "channel", "receiver", "sha256", unique=True),
)
"""The texts that go out on other ways, one row a receiver, so that none is sent twice (`messages.outbox`).

`receiver`: SHA-256 of the channel's name and the address, which itself stands in schedule.yaml alone: whoever is taken
out there is nowhere any more. `next`: not before that instant.
"""

feedback = Table(
    "feedback",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("commune", String(100), nullable=False, index=True),
    Column("received", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("name", String(100), nullable=False),
    Column("contact", String(100), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("shown", Text),
    Column("answer", Text),
    Column("answered_by", String(200)),
    Column("signed_by", String(200)),
    Column("ended", String(32)),
    Column("erased", String(32)),
)
"""What residents wrote, and the answers (`feedback.book`); personal data stands nowhere else."""

inbox = Table(
    "inbox",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("sender", String(200), nullable=False),
    Column("identifier", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("form", String(20), nullable=False),
    Column("sent", String(32), nullable=False),
    Column("received", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("priority", String(20), nullable=False),
    Column("title", String(300), nullable=False),
    Column("message", Text, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("rule", String(20), nullable=False),
    Column("reason", Text),
    Column("decided_by", String(200)),
    Column("work", Text, nullable=False),
    Index("inbox_names", "sender", "identifier", unique=True),
)
"""Messages from outside that their senders really sent; none is ever deleted, so that none counts twice.

`sha256`: of the bytes that the sender signed; `message`: as JSON, without its sounds; `rule`: of the policy when it
came; `work`: JSON, what was made of it and put on air (`inbox.register.Piece`).
"""

inbox_refused = Table(
    "inbox_refused",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("sender", String(200), nullable=False),
    Column("identifier", String(200), nullable=False),
    Column("reason", Text, nullable=False),
)
"""The newest messages that were not taken at all (forged, unreadable, for nobody here); older ones make room."""
