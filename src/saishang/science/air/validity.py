"""Minimum data behind a statistic (数据统计的有效性规定), GB 3095 table 4 and HJ 663.

Expected counts come from the calendar, never from the rows that happen to be there: a month without data is a month
with 0 days. Every function answers with reasons, because "invalid" without a reason cannot be acted on.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact, exact_or_none, exact_text

__all__ = ["ValidityRules", "Verdict", "city_valid", "count", "daily_mean_valid", "days_in_months", "eight_hour_valid",
           "hour_valid", "month_valid", "quarter_valid", "sampling_day_valid", "year_valid"]  # fmt: skip

_FEBRUARY = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a statistic has enough data, the count that was judged, and what is short."""

    valid: bool
    total: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValidityRules:
    """Minimum counts of one edition: (pollutant, averaging, rule) → number, with `all` for every pollutant.

    Averaging and rule are named as in `rules/standards/air/validity.csv`: (`PM10`, `24h`, `min_hourly_means_per_day`).
    """

    standard: str
    minimum: Mapping[tuple[str, str, str], Fraction] = field(default_factory=dict)

    def get(self, pollutant: str, averaging: str, rule: str) -> Fraction | None:
        """The number, or None when the edition has no such rule for the pollutant."""
        return self.minimum.get((pollutant, averaging, rule), self.minimum.get(("all", averaging, rule)))

    def need(self, pollutant: str, averaging: str, rule: str) -> Fraction:
        """The number; an error that lists the pollutants that have one when this has none."""
        found = self.get(pollutant, averaging, rule)
        if found is None:
            having = sorted({name for name, period, kind in self.minimum if (period, kind) == (averaging, rule)})
            raise InputError(
                f"{self.standard} states no minimum data for {pollutant} {averaging} ({rule}).",
                fix=f"It does for {', '.join(having)}." if having else "Check the averaging time.",
            )
        return found


def count(value: object, *, name: str = "count") -> int:
    """A whole number of hours, days or stations, 0 when missing (what is not there was not measured)."""
    number = exact_or_none(value, name=name)
    if number is None:
        return 0
    if number < 0 or number.denominator != 1:
        raise InputError(f"{name} must be a whole number from 0, got {value!r}.", fix="Give a count such as 27.")
    return int(number)


def _at_most(number: Fraction, most: int, what: str) -> Fraction:
    """The number itself; an error when no hour, day or window has so many."""
    if not 0 <= number <= most:
        raise InputError(
            f"{what} must lie between 0 and {most}, got {exact_text(number)}.", fix="Check the count and its unit."
        )
    return number


def hour_valid(minutes: Number, rules: ValidityRules, pollutant: str) -> bool:
    """1-hour mean: at least 45 minutes of sampling (gases)."""
    return _at_most(exact(minutes, name="minutes"), 60, "minutes") >= rules.need(
        pollutant, "1h", "min_sampling_minutes_per_hour"
    )


def eight_hour_valid(hours: int, rules: ValidityRules) -> bool:
    """8-hour mean of ozone: at least 6 hourly means of the 8."""
    return _at_most(Fraction(hours), 8, "valid_hours") >= rules.need("O3", "8h", "min_hourly_means_per_8h")


def daily_mean_valid(hours: int, rules: ValidityRules, pollutant: str) -> bool:
    """24-hour mean: at least 20 hourly means of the natural day."""
    return _at_most(Fraction(hours), 24, "valid_hours") >= rules.need(pollutant, "24h", "min_hourly_means_per_day")


def sampling_day_valid(hours: Number, rules: ValidityRules, pollutant: str) -> bool:
    """24-hour mean of the sampled items (TSP, BaP, Pb): the whole 24 hours sampled."""
    sampled = _at_most(exact(hours, name="sampling_hours"), 24, "sampling_hours")
    return sampled >= rules.need(pollutant, "24h", "sampling_hours_per_day")


def days_in_months(year: int) -> tuple[int, ...]:
    """Calendar days of the twelve months."""
    return tuple(calendar.monthrange(year, month)[1] for month in range(1, 13))


def _month_minimum(month: int, rules: ValidityRules, pollutant: str) -> Fraction:
    # Table 4 names the pollutants with an annual mean; CO and O3, judged by percentile, have the month rule of HJ 663.
    names = [("annual", "min_daily_means_per_month"), ("month", "min_daily_values_per_month")]
    if month == _FEBRUARY:
        names = [("annual", "min_daily_means_february"), ("month", "min_daily_values_february"), *names]
    return _first(rules, pollutant, names)


def _year_minimum(rules: ValidityRules, pollutant: str) -> Fraction:
    names = [
        ("annual", "min_daily_means_per_year"),
        ("annual_percentile", "min_daily_values_per_year"),
        ("annual_p90", "min_daily_values_per_year"),
    ]
    return _first(rules, pollutant, names)


def _first(rules: ValidityRules, pollutant: str, names: Sequence[tuple[str, str]]) -> Fraction:
    for averaging, rule in names:
        found = rules.get(pollutant, averaging, rule)
        if found is not None:
            return found
    return rules.need(pollutant, *names[0])


def month_valid(days: int, month: int, rules: ValidityRules, pollutant: str) -> Verdict:
    """A month on its own: 27 valid days, 25 in February.

    Table 4 states these numbers as a condition of the year, none for a month alone; networks use the same.
    """
    need = _month_minimum(month, rules, pollutant)
    if days >= need:
        return Verdict(True, days)
    return Verdict(False, days, (f"month {month}: {days} of at least {need} days",))


def year_valid(days_per_month: Sequence[object], rules: ValidityRules, pollutant: str) -> Verdict:
    """Annual mean or percentile: at least 324 valid days (60 for TSP, BaP, Pb) and enough in every month.

    Parameters
    ----------
    days_per_month:
        Valid daily values per month, January first, shape (12,); None counts as 0.

    Notes
    -----
    Both conditions bind: eleven months of 27 and a February of 25 give 322 days, two short of the year.
    """
    days = _months(days_per_month, 12)
    need = _year_minimum(rules, pollutant)
    reasons = []
    if sum(days) < need:
        reasons.append(f"year: {sum(days)} of at least {need} days")
    for month, have in enumerate(days, start=1):
        reasons.extend(month_valid(have, month, rules, pollutant).reasons)
    return Verdict(not reasons, sum(days), tuple(reasons))


def quarter_valid(
    days_per_month: Sequence[object], rules: ValidityRules, pollutant: str, *, first_month: int = 1
) -> Verdict:
    """Quarterly mean: of lead at least 15 valid days and 5 in each month; of the others the months' minima.

    Parameters
    ----------
    days_per_month:
        Valid days in the three months of the quarter, shape (3,).
    first_month:
        Month with which the quarter begins (1, 4, 7 or 10); matters only for February.
    """
    days = _months(days_per_month, 3)
    reasons = []
    need = rules.get(pollutant, "quarter", "min_daily_means_per_quarter")
    if need is not None and sum(days) < need:
        reasons.append(f"quarter: {sum(days)} of at least {need} days")
    for offset, have in enumerate(days):
        reasons.extend(month_valid(have, first_month + offset, rules, pollutant).reasons)
    return Verdict(not reasons, sum(days), tuple(reasons))


def city_valid(valid_stations: int, stations: int, rules: ValidityRules) -> bool:
    """City mean: at least 75 % of the city's stations have a valid value; a city without stations has none."""
    if valid_stations > stations:
        raise InputError(
            f"{valid_stations} valid stations of {stations} cannot be.", fix="Count every station of the city."
        )
    share = rules.need("all", "city", "min_share_of_city_stations")
    return stations > 0 and Fraction(valid_stations, stations) * 100 >= share


def _months(days_per_month: Sequence[object], expected: int) -> list[int]:
    if len(days_per_month) != expected:
        raise InputError(
            f"days_per_month must have {expected} entries, got {len(days_per_month)}.",
            fix="Give one count per month in calendar order; 0 for a month without data.",
        )
    days = [count(value, name=f"days_per_month[{index}]") for index, value in enumerate(days_per_month)]
    for index, have in enumerate(days):
        if have > 31:
            raise InputError(
                f"days_per_month[{index}] is {have}, more than any month has.", fix="Give days, not hours."
            )
    return days
