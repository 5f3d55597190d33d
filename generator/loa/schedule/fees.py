"""What the commune pays for its own products: the rates that it typed, for the fee sheet of a report."""

from pydantic import Field

from loa.i18n import N_
from loa.yamlfile import Strict

_PER_PRODUCT = N_("Đồng for each product that was first aired in the period. Empty: the sheet leaves it open.")


class Fees(Strict):
    """Rates in đồng; the regulation is the commune's own (Nghị định 49/2024/NĐ-CP, Điều 9)."""

    article: int | None = Field(default=None, ge=0, title=N_("For an article"), description=_PER_PRODUCT)
    recording: int | None = Field(default=None, ge=0, title=N_("For a recorded item"), description=_PER_PRODUCT)

    def rate(self, kind: str) -> int | None:
        """Return the rate of a kind of product; None where the commune typed none."""
        return {"article": self.article, "recording": self.recording}.get(kind)
