"""The tables of the console's own database: no log-in ever waits for the log's lock, or holds the log up."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), unique=True, nullable=False),  # what is typed to log in, lower case
    Column("shown", String(80), nullable=False),  # how pages and logs call the person
    Column("password", String(200), nullable=False),  # an argon2id hash
    Column("roles", String(120), nullable=False),  # names of roles, with spaces between
    Column("active", Integer, nullable=False, default=1),
    Column("created", String(32), nullable=False),
    Column("communes", Text),  # stems as a JSON list: for these the person works; empty: for the whole station
)
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the cookie: a stolen database opens no session
    Column("user_id", Integer, nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created", String(32), nullable=False),
    Column("seen", String(32), nullable=False),
    Column("address", String(64), nullable=False),
)
tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), unique=True, nullable=False),
    Column("user_id", Integer, nullable=False, index=True),
    Column("label", String(80), nullable=False),
    Column("roles", String(120), nullable=False),
    Column("created", String(32), nullable=False),
    Column("until", String(32), nullable=False),
    Column("used", String(32)),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("address", String(64), nullable=False, default=""),
    Column("key", String(40)),  # of the outbox, for a row that could not be written at once
)
Index("audit_key", audit.c.key, unique=True)
versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", String(200), nullable=False, index=True),  # from the root of the workspace
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("note", String(200), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("key", String(40)),  # as in `audit`
    Column("login", String(40)),  # of `who`, where it was somebody with an account
)
Index("versions_key", versions.c.key, unique=True)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("arguments", Text, nullable=False),  # JSON
    Column("who", String(80), nullable=False),
    Column("state", String(12), nullable=False, index=True),  # waiting running done failed cancelled
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    Column("message", Text, nullable=False, default=""),
    Column("pid", Integer),
    Column("created", String(32), nullable=False),
    Column("ended", String(32)),
)
returns = Table(
    "returns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bulletin", String(200), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("note", Text, nullable=False),
)
drafts = Table(
    "drafts",
    metadata,
    Column("campaign", String(300), primary_key=True),  # commune/campaign: written on, and not sent to the leader yet
    Column("who", String(80), nullable=False),
    Column("at", String(32), nullable=False),
)
sounds = Table(
    "sounds",
    metadata,
    Column("id", String(300), primary_key=True),  # of the bulletin
    Column("mark", String(100), nullable=False),  # age and size of the MP3 and of its record
    Column("sha256", String(64), nullable=False),
    Column("card", Text, nullable=False),  # the record without its long parts, as JSON; "" where there is none
)
