"""Figures of a register from sums: what each entry adds to a figure, and the figure that the sums of many give.

`figures.figure_value` looks at every entry and names those behind the figure; with millions of entries the same digits
come from sums that are written down with every change (`apps/registers/book`). A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from saishang.science.register.figures import Standing, fits, number_of, share_of_base, whole_of
from saishang.science.register.kind import Figure
from saishang.science.rounding import round_half_even

__all__ = ["NOTHING", "FigureSum", "Part", "figure_sum", "part_of"]


@dataclass(frozen=True, slots=True)
class Part:
    """What entries add to a figure; parts are added and taken away like numbers.

    Attributes
    ----------
    counted, total:
        How many entries the figure counts, and the sum of its field over them (their number without a field).
    base, base_total:
        The same for the whole of a share; 0 for other measures.
    missing:
        Entries that belong in the figure and lack the number that is summed.
    """

    counted: int = 0
    total: Fraction = Fraction(0)
    base: int = 0
    base_total: Fraction = Fraction(0)
    missing: int = 0

    def __add__(self, other: Part) -> Part:
        return Part(
            self.counted + other.counted, self.total + other.total, self.base + other.base,
            self.base_total + other.base_total, self.missing + other.missing,
        )  # fmt: skip

    def __neg__(self) -> Part:
        return Part(-self.counted, -self.total, -self.base, -self.base_total, -self.missing)

    def __sub__(self, other: Part) -> Part:
        return self + -other


NOTHING = Part()


@dataclass(frozen=True, slots=True)
class FigureSum:
    """A figure without the entries behind it: unrounded, rounded, how many entries, of how many, how many lacking.

    `base` counts the regions of a share of regions. `value` is None where there is nothing to share, or a number lacks.
    """

    value: Fraction | None
    rounded: Decimal | None
    counted: int
    base: int
    missing: int


def part_of(figure: Figure, entry: Standing) -> Part:
    """What one entry adds to a figure."""
    if figure.at(entry.epoch)[0] is None:  # its period did not have the figure
        return Part(missing=1)
    share = figure.measure == "share"
    whole = not share or whole_of(figure, entry)
    counted = whole and fits(figure, entry)
    if not (counted or (share and whole)):
        return NOTHING
    given = number_of(figure, entry)
    number = Fraction(0) if given is None else given
    return Part(
        int(counted), number if counted else Fraction(0), int(share), number if share else Fraction(0),
        int(given is None),
    )  # fmt: skip


def figure_sum(figure: Figure, parts: Mapping[str, Part], regions: Collection[str] = ()) -> FigureSum:
    """A figure over the entries of some regions.

    Parameters
    ----------
    parts:
        Region → sum of the parts of its entries; regions that are not counted left out by the caller.
    regions:
        Codes of the regions that a `region_share` is a share of, or whose numbers are the whole of a `base_share`.
    """
    if figure.measure == "region_share":
        inside = {region: part for region, part in parts.items() if region in regions}
        having = sum(part.counted > 0 for part in inside.values())
        missing = sum(part.missing for part in inside.values())
        value = Fraction(100 * having, len(regions)) if regions and not missing else None
        return _told(figure, value, sum(part.counted for part in inside.values()), len(regions), missing)
    whole = sum(parts.values(), NOTHING)
    if figure.measure == "base_share":
        value = None if whole.missing else share_of_base(figure, whole.total, regions)
        return _told(figure, value, whole.counted, len(regions), whole.missing)
    value = None
    if not whole.missing:
        if figure.measure == "count":
            value = Fraction(whole.counted)
        elif figure.measure == "sum":
            value = whole.total
        elif whole.base_total:
            value = 100 * whole.total / whole.base_total
    return _told(figure, value, whole.counted, whole.base, whole.missing)


def _told(figure: Figure, value: Fraction | None, counted: int, base: int, missing: int) -> FigureSum:
    rounded = None if value is None else round_half_even(value, figure.decimals)
    return FigureSum(value, rounded, counted, base, missing)
