"""Class of a point over a period (GB/T 14848-2017): items by their mean, the worst decides; what is missing is named.

A class that lacks an item it needs is a lower bound: what was not measured could be worse. Class Ⅴ is sure whatever is
missing. Trends of yearly means follow Mann-Kendall with Sen's slope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from saishang.rules import Rules
from saishang.science.groundwater.classes import Groundwater, Item, Measured, item_class
from saishang.science.mann_kendall import MannKendall, mann_kendall

__all__ = ["PeriodItem", "PeriodRule", "PeriodVerdict", "WellTrend", "period_rule", "period_verdict", "yearly_trend"]

TrendReason = Literal["", "years_short", "mostly_below_detection"]


@dataclass(frozen=True)
class PeriodRule:
    """How periods are judged.

    Attributes
    ----------
    required:
        Items without which a class is not sure.
    year_class:
        `mean`: items by the mean of their samples; `worst`: by the worst sample.
    min_years, alpha, most_below:
        Of trends: fewest years, significance, largest share of values below detection.
    """

    required: tuple[str, ...]
    year_class: Literal["mean", "worst"] = "mean"
    min_years: int = 5
    alpha: float = 0.05
    most_below: Fraction = Fraction(1, 2)


def period_rule(rules: Rules) -> PeriodRule:
    """The rule as `standards/groundwater/assessment` has it."""
    document = rules.document("standards/groundwater/assessment")
    said, trend = document["evaluation"], document["evaluation"]["trend"]
    chosen = next(entry["default"] for entry in document["settings"] if entry["id"] == "year_class")
    return PeriodRule(
        required=tuple(said["required"]), year_class=chosen, min_years=int(trend["min_years"]),
        alpha=float(trend["alpha"]), most_below=Fraction(trend["most_below_percent"]) / 100,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PeriodItem:
    """One item over the samples of a period.

    `value` is the mean [unit of the item], None for items told in words; `below` samples of it were below detection.
    `coarse`: nothing was found in any sample, yet half the detection limit lies over a better class.
    """

    item: Item
    value: Fraction | None
    number: int
    samples: int
    below: int
    coarse: bool
    nuclides: bool


@dataclass(frozen=True, slots=True)
class PeriodVerdict:
    """Class 1 … 5 of a point in a period; `sure` when nothing missing could change it for the worse."""

    number: int | None
    worst: tuple[str, ...]
    missing: tuple[str, ...]
    items: tuple[PeriodItem, ...]

    @property
    def sure(self) -> bool:
        """Whether the class stands: nothing is missing, or it cannot become worse."""
        return self.number is not None and (not self.missing or self.number == 5)

    def complies(self, target: int | None) -> bool | None:
        """Whether the target class is kept; None without target or where a missing item could still break it."""
        if target is None or self.number is None:
            return None
        if self.number > target:
            return False
        return True if self.sure or target == 5 else None


def period_verdict(samples: Sequence[Mapping[str, Measured]], standard: Groundwater, rule: PeriodRule) -> PeriodVerdict:
    """Class of one or several samples of a point.

    Parameters
    ----------
    samples:
        Item key → value of each sample; a missing value may be absent or `missing`.
    """
    found = [
        judged
        for key, item in standard.items.items()
        if (judged := _judged(item, [s[key] for s in samples if key in s and not s[key].missing], rule)) is not None
    ]
    worst = max((entry.number for entry in found), default=None)
    known = {entry.item.key for entry in found}
    return PeriodVerdict(
        number=worst,
        worst=tuple(entry.item.key for entry in found if entry.number == worst),
        missing=tuple(key for key in rule.required if key not in known),
        items=tuple(found),
    )


def _judged(item: Item, values: Sequence[Measured], rule: PeriodRule) -> PeriodItem | None:
    if not values:
        return None
    below = sum(value.below for value in values)
    numbers = [number for value in values if (number := item_class(item, value)) is not None]
    mean = None
    if item.kind == "word":
        worst = max(numbers)
    else:
        mean = sum((value.value or Fraction(0) for value in values), Fraction(0)) / len(values)
        by_mean = item_class(item, Measured(mean, below=below == len(values)))
        worst = max(numbers) if rule.year_class == "worst" or by_mean is None else by_mean
    coarse = below == len(values) and bool(mean) and worst > 1
    return PeriodItem(item, mean, worst, len(values), below, coarse, item.beyond == 4 and worst == 4)


@dataclass(frozen=True, slots=True)
class WellTrend:
    """Trend of one item of one point; `worse` None where rising is not worse (pH) or nothing was tested."""

    found: MannKendall | None
    years: int
    reason: TrendReason
    worse: bool | None


def yearly_trend(item: Item, years: Mapping[int, tuple[Fraction, bool]], rule: PeriodRule) -> WellTrend | None:
    """Mann-Kendall test of yearly means; years without a value stay out and keep their distance.

    Parameters
    ----------
    years:
        Year → (mean, whether all of it was below detection).

    Returns
    -------
    None for items told in words and fewer than two years.
    """
    if item.kind == "word" or len(years) < 2:
        return None
    if len(years) < rule.min_years:
        return WellTrend(None, len(years), "years_short", None)
    below = sum(hidden for _, hidden in years.values())
    if Fraction(below, len(years)) > rule.most_below:
        return WellTrend(None, len(years), "mostly_below_detection", None)
    series: list[Any] = [years[year][0] if year in years else None for year in range(min(years), max(years) + 1)]
    found = mann_kendall(series, alpha=rule.alpha)
    worse = None if item.kind == "range" else found.trend == "up"
    return WellTrend(found, len(years), "", worse)
