"""What an automatic radiation station shows of a period: capture rate, mean, maximum, share of the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, exact_or_none
from saishang.science.numbers import mean as plain_mean
from saishang.science.rounding import round_half_even

__all__ = ["StationSummary", "summarise"]


@dataclass(frozen=True, slots=True)
class StationSummary:
    """Figures of one station and period, in the unit of its values; None where there is no value or no limit."""

    expected: int
    present: int
    mean: Fraction | None
    maximum: Fraction | None
    over_limit: int | None
    share_of_limit: Fraction | None

    @property
    def capture_percent(self) -> Decimal | None:
        """Values that came over values that should have come [%], one decimal; None when none should."""
        if not self.expected:
            return None
        return round_half_even(Fraction(100 * self.present, self.expected), 1)


def summarise(values: Sequence[object], expected: int, limit: object = None) -> StationSummary:
    """Sum up a station's values; missing ones count against the capture rate and into nothing else.

    Parameters
    ----------
    values:
        Electric field [V/m] or dose rate [nGy/h], None = missing.
    expected:
        How many values the calendar expects.
    limit:
        Limit in the same unit; equal to it is not over. None = none (a dose rate has no limit of its own).

    Raises
    ------
    InputError
        For a negative value, a limit that is not above 0, or more values than the calendar expects.
    """
    numbers = [
        value
        for value in (exact_or_none(item, name=f"values[{index}]") for index, item in enumerate(values))
        if value is not None
    ]
    if any(number < 0 for number in numbers):
        raise InputError("A field or dose rate must not be negative.", fix="Leave a missing value empty.")
    if len(numbers) > expected:
        raise InputError(f"{len(numbers)} values, but {expected} are expected.", fix="Look for values given twice.")
    bound = exact_or_none(limit, name="limit")
    if bound is not None and bound <= 0:
        raise InputError("A limit is above 0.", fix="Leave it out where there is none.")
    highest = max(numbers, default=None)
    return StationSummary(
        expected=expected,
        present=len(numbers),
        mean=plain_mean(numbers),
        maximum=highest,
        over_limit=None if bound is None else sum(number > bound for number in numbers),
        share_of_limit=None if bound is None or highest is None else highest / bound,
    )
