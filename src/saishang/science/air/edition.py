"""One edition of the air quality index standard (HJ 633) as an object: breakpoints, items, and how it differs.

HJ 633-2012 and HJ 633-2026 share their formulas; what changed is data (`rules/standards/air`), held here so that the
functions of `air.aqi` need no `if` on a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError

__all__ = ["Breakpoint", "Category", "IndexEdition", "Item", "OverRange", "Report"]

Report = Literal["daily", "hourly"]


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A pair of table 1: the concentration at which the sub-index reaches `iaqi`."""

    concentration: Fraction
    iaqi: int


@dataclass(frozen=True, slots=True)
class Category:
    """A class of table 2: number 1 to 6, lowest and highest index, level (级别), category (类别), colour."""

    number: int
    low: int
    high: int
    level: str
    category: str
    category_en: str = ""
    colour: str = ""
    colour_en: str = ""
    rgb: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class OverRange:
    """What a concentration above the last breakpoint gets: a fixed sub-index, or none and the `fallback` item."""

    iaqi: int | None
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a report: its name among the inputs, its pollutant and the column of table 1 it is read in.

    `fallback_only` items do not belong to the report; they stand in for one that is over its range.
    """

    name: str
    pollutant: str
    averaging: str
    fallback_only: bool = False


@dataclass(frozen=True)
class IndexEdition:
    """All that one edition of HJ 633 says in numbers.

    Attributes
    ----------
    name:
        Standard and year, `HJ 633-2026`.
    breakpoints:
        (pollutant, averaging) → ascending pairs of table 1; averaging `24h`, `8h`, `1h`.
    over_range:
        (pollutant, averaging) → rule above the last pair; `cap` where nothing is said.
    input_decimals:
        Pollutant → places the concentration is rounded to before the formula; empty when the edition rounds nothing.
    items:
        Report (`daily`, `hourly`) → its items, named pollutant and averaging time (`O3_8h`).
    pollutants:
        The order in which pollutants are listed.
    publish_incomplete_above:
        With a pollutant missing, index and category are published only above this index (2026); None when the edition
        publishes from what there is (2012).
    primary_above:
        A primary pollutant (首要污染物) exists only above this index.
    exceeding_above:
        Sub-index above which a pollutant is listed as exceeding (超标污染物); None when the edition dropped the term.
    zero_index:
        Index of genuinely clean air, concentration 0: the 2026 range begins at 1, the formula gives 0.
    reported:
        Items of the hourly report that are shown beside the index and have no sub-index (2012: hours of particles).
    """

    name: str
    breakpoints: Mapping[tuple[str, str], tuple[Breakpoint, ...]]
    over_range: Mapping[tuple[str, str], OverRange]
    cap: int
    input_decimals: Mapping[str, int]
    items: Mapping[Report, tuple[Item, ...]]
    categories: tuple[Category, ...]
    pollutants: tuple[str, ...]
    publish_incomplete_above: int | None
    primary_above: int
    exceeding_above: int | None
    zero_index: int = 0
    reported: tuple[str, ...] = ()

    def column(self, pollutant: str, averaging: str) -> tuple[Breakpoint, ...]:
        """Breakpoints of one column of table 1.

        Raises
        ------
        InputError
            When the edition has no such column; the message lists those it has.
        """
        try:
            return self.breakpoints[pollutant, averaging]
        except KeyError:
            known = ", ".join(f"{name} {period}" for name, period in sorted(self.breakpoints))
            raise InputError(
                f"{self.name} has no sub-index for {pollutant} {averaging}.", fix=f"Use one of: {known}."
            ) from None

    def has_item(self, report: Report, name: str) -> bool:
        """Whether the report has an item of that name."""
        return any(item.name == name for item in self.items[report])

    def category(self, index: int) -> Category:
        """The class (级别) of an index; 0, which only clean air without any pollutant has, counts with the best."""
        for category in self.categories:
            if index <= category.high:
                return category
        return self.categories[-1]
