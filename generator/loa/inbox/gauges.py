"""A gauge that posts its readings (rain, a river's level): from a threshold on, a reading becomes a message."""

import datetime
import math
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from loa.hazards.texts import hazards
from loa.i18n import _
from loa.inbox.models import Areas, Info, Message, load_json, refused
from loa.schedule.values import seconds
from loa.yamlfile import Strict


def _span(value: Any) -> float:
    found = seconds(value)
    if not 600 <= found <= 86_400:
        raise ValueError(_("This span is too short or too long.") + "\n" + _("Write 10m to 1d."))
    return found


def _known(text: str) -> str:
    if text not in hazards():
        raise ValueError(
            _("There is no template “{name}”.").format(name=text)
            + "\n"
            + _("Choose: {list}").format(list=", ".join(hazards()))
        )
    return text


class Gauge(Strict):
    """What a reading means.

    `field`: its key in the JSON that is posted (`rain.hour`: within another); `above`: from this value on people are
    warned; `measure`, `unit`: what is measured, as it is said aloud. `hazard`: the template; `where`: the place ("": as
    the template says). `again`: seconds in which no second message follows; `lasts`: seconds for which one holds.
    """

    field: str = Field(default="value", min_length=1, max_length=100)
    above: float
    measure: str = Field(min_length=2, max_length=100)
    unit: str = Field(default="", max_length=40)
    hazard: Annotated[str, AfterValidator(_known)]
    where: str = Field(default="", max_length=200)
    again: Annotated[float, BeforeValidator(_span)] = 3 * 3600.0
    lasts: Annotated[float, BeforeValidator(_span)] = 6 * 3600.0

    def reading(self, raw: bytes) -> float:
        """The value that was posted. Raises InboxError."""
        found = load_json(raw)
        for key in self.field.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        try:
            value = float(found) if isinstance(found, int | float | str) and not isinstance(found, bool) else math.nan
        except (ValueError, OverflowError):
            value = math.nan
        if not math.isfinite(value):
            message = _("There is no number under “{field}”.").format(field=self.field)
            raise refused("reading", message, _("Post JSON as inbox.yaml describes it."), self.field)
        return value

    def message(
        self, sender: str, name: str, communes: tuple[str, ...], value: float, now: datetime.datetime
    ) -> Message:
        """The warning. Its words are those of the template; `communes`: whom it is for."""
        template = hazards()[self.hazard]
        shown = f"{value:.10g}".replace(".", ",")
        info = Info(
            hazard=self.hazard,
            title=template.gist.format(where=self.where or "địa bàn xã"),
            text=f"{self.measure} là {shown} {self.unit}".strip() + f", theo {name}.",
            priority="emergency",
            expires=now + datetime.timedelta(seconds=self.lasts),
            areas=Areas(communes=communes),
        )
        return Message(sender=sender, id=f"do-{now:%Y%m%dT%H%M%SZ}", sent=now, infos=(info,))
