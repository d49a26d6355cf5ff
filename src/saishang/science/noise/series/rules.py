"""What the series needs of the rules: periods, least hours, weather, limits by class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from saishang.rules import Rules
from saishang.science.noise.from_rules import noise_limits, periods, setting
from saishang.science.numbers import exact

__all__ = ["NoiseRules"]


@dataclass(frozen=True)
class NoiseRules:
    """Rules of automatic function-zone stations.

    Attributes
    ----------
    day_start, day_end:
        First hour of the day and of the night.
    min_day, min_night:
        Least valid hours for Ld and Ln (unconfirmed settings).
    wind_above:
        Wind [m/s] above which an hour is not valid.
    limits:
        (class, `day` or `night`) → limit in tenths of a dB(A).
    penalty:
        What the night is raised by in Ldn [dB].
    least_share:
        Least share of a period's point-times that must have been evaluated for its rate to be valid [%] (unconfirmed
        setting).
    """

    day_start: int
    day_end: int
    min_day: int
    min_night: int
    wind_above: float
    rain_excludes: bool
    limits: Mapping[tuple[str, str], int]
    penalty: int = 10
    least_share: int = 75
    level: str = "LEQ"
    wind: str = "WS"
    rain: str = "PRECIP"

    @property
    def day_hours(self) -> int:
        """Hours by day."""
        return self.day_end - self.day_start

    @property
    def night_hours(self) -> int:
        """Hours by night."""
        return 24 - self.day_hours

    @classmethod
    def from_rules(cls, rules: Rules, on: date) -> NoiseRules:
        """Rules in force on a day."""
        span = periods(rules, on)
        weather = rules.document("standards/noise/noise")["automatic"]["weather"]
        ambient = noise_limits(rules, on).limits
        return cls(
            day_start=span.day_start,
            day_end=span.day_end,
            min_day=int(setting(rules, "min_day_hours")),
            min_night=int(setting(rules, "min_night_hours")),
            wind_above=float(exact(weather["wind_above"])),
            rain_excludes=bool(weather["rain"]),
            limits={
                (zone, period): int(limit.limit * 10)
                for (place, zone, period), limit in ambient.items()
                if place == "ambient"
            },
            penalty=int(span.penalty),
            least_share=int(setting(rules, "min_evaluated_share")),
        )
