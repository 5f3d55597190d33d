"""Scripts for tests, written here and not rendered from templates."""

from collections.abc import Iterable

from loa.normalizer import read
from loa.script import Script, Sentence

PAUSES = {"heading": 0.8, "paragraph": 0.7, "item": 0.45}


def script(campaign: str, *texts: str | tuple[str, str]) -> Script:
    """A script of paragraphs, or of (kind, text)."""
    return Script("trung-son", campaign, campaign, "bac", tuple(_sentences(texts)))


def _sentences(texts: Iterable[str | tuple[str, str]]) -> Iterable[Sentence]:
    for text in texts:
        kind, words = ("paragraph", text) if isinstance(text, str) else text
        yield Sentence(words, read(words), PAUSES[kind], kind, 0, 1)


OPENING = script("opening", "Đây là đài truyền thanh xã.", "Kính mời bà con cùng nghe bản tin hôm nay.")
BRIDGE = script("bridge", "Sau đây, mời bà con nghe lại nội dung vừa phát.")
CLOSING = script("closing", "Bản tin đến đây là hết.", "Xin cảm ơn bà con đã lắng nghe.")
ARTICLE = script(
    "dich-vu-cong",
    ("heading", "Nộp hồ sơ ở nhà"),
    "Từ hôm nay, bà con có thể nộp hồ sơ trực tuyến, không phải đi lại nhiều lần.",
    "Người dân chỉ cần một chiếc điện thoại có nối mạng và một tài khoản đã được xác thực.",
    ("heading", "Ai giúp bà con"),
    ("item", "Tổ công nghệ số của thôn sẵn sàng hướng dẫn từng bước, kể cả ngày nghỉ."),
    ("item", "Bộ phận một cửa của xã nhận hồ sơ giấy như trước đây."),
)
