"""Risk bulletin (气候风险提要) of one month at one station: what was unusual, against the same month of other years.

Facts only; which words they are told in is the page's. A comparison names how many years it rests on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from saishang.science.grading import Grade, Scale

__all__ = ["Bulletin", "Comparison", "bulletin"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure of the month beside the mean of the same month of all years on record.

    `usual` and `difference` are None without another year to compare with.
    """

    value: float | None
    usual: float | None
    years: int

    @property
    def difference(self) -> float | None:
        """Value minus the usual one."""
        return None if self.value is None or self.usual is None else self.value - self.usual

    @property
    def percent(self) -> float | None:
        """Difference in percent of the usual one; None where that is 0."""
        return None if self.difference is None or not self.usual else self.difference / self.usual * 100


@dataclass(frozen=True)
class Bulletin:
    """One month.

    Attributes
    ----------
    anomaly:
        Grade of the month by its precipitation anomaly (Pa); None when the record is too short for a grade.
    indices:
        (index, span) → row of the table of indices.
    mci_days, mci_known:
        Days at each level of drought by MCI, and days that have a grade at all.
    events:
        Heat and cold waves that touch the month.
    hottest, coldest, wettest:
        Day and figure; None without data.
    """

    month: date
    temperature: Comparison
    rain: Comparison
    anomaly: Grade | None
    indices: Mapping[tuple[str, int], Mapping[str, Any]]
    mci_days: Mapping[int, int]
    mci_known: int
    events: tuple[Mapping[str, Any], ...]
    hottest: tuple[date, float] | None
    coldest: tuple[date, float] | None
    wettest: tuple[date, float] | None
    days: int


def bulletin(
    month: date,
    months: Sequence[Mapping[str, Any]],
    indices: Iterable[Mapping[str, Any]],
    days: Iterable[Mapping[str, Any]],
    events: Iterable[Mapping[str, Any]],
    *,
    anomaly: Scale,
    least_years: int,
) -> Bulletin:
    """Put the month together from the rows of one station.

    Parameters
    ----------
    month:
        Its first day.
    months, indices, days, events:
        Rows of `climate_months`, `climate_indices`, `climate_daily`, `climate_events`.
    anomaly, least_years:
        Grades of Pa, and the years that a grade needs.
    """
    after = (month + timedelta(days=32)).replace(day=1)
    inside = [row for row in days if month <= row["day"] < after]
    rain = _comparison(months, month, "rain")
    grades: dict[int, int] = {}
    for row in inside:
        if row["mci_level"] is not None:
            grades[row["mci_level"]] = grades.get(row["mci_level"], 0) + 1
    graded = rain.percent is not None and rain.years >= least_years
    return Bulletin(
        month=month,
        temperature=_comparison(months, month, "mean"),
        rain=rain,
        anomaly=anomaly.grade(rain.percent, name="Pa") if graded else None,
        indices={(row["index"], row["span"]): row for row in indices if row["month"] == month},
        mci_days=grades,
        mci_known=sum(grades.values()),
        events=tuple(row for row in events if row["start"] < after and row["end"] >= month),
        hottest=_extreme(inside, "maximum", 1),
        coldest=_extreme(inside, "minimum", -1),
        wettest=_extreme([row for row in inside if row["rain"]], "rain", 1),
        days=len(inside),
    )


def _comparison(months: Sequence[Mapping[str, Any]], month: date, name: str) -> Comparison:
    same = [row for row in months if row["month"].month == month.month and row[name] is not None]
    value = next((row[name] for row in same if row["month"] == month), None)
    usual = math.fsum(row[name] for row in same) / len(same) if len(same) > 1 else None
    return Comparison(value, usual, len(same))


def _extreme(rows: Sequence[Mapping[str, Any]], name: str, sign: int) -> tuple[date, float] | None:
    found = [row for row in rows if row[name] is not None]
    best = max(found, key=lambda row: sign * row[name], default=None)
    return None if best is None else (best["day"], best[name])
