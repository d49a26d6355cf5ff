"""Series of automatic noise stations: hours → Ld, Ln, Ldn → function zones that attain, as Ibis expressions."""

from __future__ import annotations

from saishang.science.noise.series.calendar import NOISE_STATIONS, NoiseCalendar
from saishang.science.noise.series.rates import pass_rates, station_rates
from saishang.science.noise.series.rules import NoiseRules
from saishang.science.noise.series.stations import hour_sums, station_levels, station_verdicts

__all__ = [
    "NOISE_STATIONS",
    "NoiseCalendar",
    "NoiseRules",
    "hour_sums",
    "pass_rates",
    "station_levels",
    "station_rates",
    "station_verdicts",
]
