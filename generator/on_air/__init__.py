"""The broadcast as a recipe: schedule -> players -> logbook; nothing fails in silence."""

from typing import TYPE_CHECKING

from generator.lazily import on_demand

if TYPE_CHECKING:
    from generator.on_air.asking import air, stop
    from generator.on_air.rehearsal import output_problems, rehearse
    from generator.on_air.running import open_station_store, run
    from generator.on_air.station import Station
    from generator.on_air.timing import Timing

__all__ = ["Station", "Timing", "air", "open_station_store", "output_problems", "rehearse", "run", "stop"]
__getattr__ = on_demand(
    __name__,
    asking="air stop",
    rehearsal="output_problems rehearse",
    running="open_station_store run",
    station="Station",
    timing="Timing",
)
