"""A message that cannot wait: typed, spoken, heard once by its author, released with the password, on air at once."""

import datetime

from loa import script as scripts
from loa.article import Article
from loa.bulletin.manifest import Manifest
from loa.bulletin.models import BulletinPlan, BulletinRequest, Style
from loa.campaign import load_commune
from loa.script import Script
from loa.tts import choose
from loa.workspace import Workspace

LONGEST = 4 * 60.0
PREFIX = "khan-cap-"
OPENING = "Thông báo khẩn."
AGAIN = "Xin nhắc lại."
CLOSING = "Hết thông báo khẩn."


def make_message(workspace: Workspace, stem: str, name: str, title: str, text: str) -> Manifest:
    """The bulletin `<stem>/<name>` that says `text`, with chime, opening and closing words. Raises LoaError."""
    from loa.bulletin.writer import make  # with mutagen 2 MB: the console makes no sound but this

    commune = load_commune(workspace, stem)
    today = datetime.datetime.now().astimezone().date()

    def script(part: str, source: str) -> Script:
        return scripts.write(Article(stem, part, title, today, "radio", source), commune)

    engine, voice = choose(commune.station.voice)
    order = BulletinRequest(
        plan=BulletinPlan(stem, name, title, (name,), 0.0, LONGEST),
        opening=script("opening", OPENING),
        items=(script(name, text),),
        bridge=script("bridge", AGAIN),
        closing=script("closing", CLOSING),
        style=Style(jingle=commune.station.jingle or "chime", music=None),
        commune=commune.commune.full,
        date=today,
    )
    return make(workspace, order, engine, voice)
