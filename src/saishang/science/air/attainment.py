"""Attainment of the ambient air quality standard (达标评价), GB 3095 limits judged as HJ 663 says.

A pollutant attains for the year only when its mean and its percentile both do; a place only when all six pollutants
do. Whether figures are rounded before they are compared is a named setting: HJ 663-2026 table 3 gives decimals "for
compliance", from which rounding first is inferred.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, non_negative
from saishang.science.rounding import round_half_even

__all__ = [
    "Attainment",
    "EvaluationRule",
    "Judgement",
    "LimitSet",
    "attains_together",
    "judge",
    "over_the_limit",
    "year_attainment",
]


@dataclass(frozen=True)
class LimitSet:
    """Limits of one edition and stage: (pollutant, averaging) → (class 1, class 2) [µg/m³; CO mg/m³].

    Averaging as in `rules/standards/air/limits.csv`: `annual`, `24h`, `8h_daily_max`, `1h`, `quarter`.
    """

    name: str
    limits: Mapping[tuple[str, str], tuple[Fraction | None, Fraction | None]]

    def limit(self, pollutant: str, averaging: str, zone: Literal[1, 2] = 2) -> Fraction | None:
        """The limit, None when the set has none for this pollutant and averaging time."""
        pair = self.limits.get((pollutant, averaging))
        return None if pair is None else pair[zone - 1]

    def need(self, pollutant: str, averaging: str, zone: Literal[1, 2] = 2) -> Fraction:
        """The limit; an error that lists what the set has when it has none."""
        found = self.limit(pollutant, averaging, zone)
        if found is None:
            periods = sorted(period for name, period in self.limits if name == pollutant)
            names = list(dict.fromkeys(name for name, _ in self.limits))
            raise InputError(
                f"{self.name} has no {averaging} limit for {pollutant}.",
                fix=f"It has {', '.join(periods)}." if periods else f"It has limits for {', '.join(names)}.",
            )
        return found


@dataclass(frozen=True)
class EvaluationRule:
    """What HJ 663 judges in a year, and with how many decimals.

    Attributes
    ----------
    statistics:
        Pollutant → {statistic → averaging time of its limit}, for example `PM2.5: {mean: annual, p95: 24h}`.
    compliance_decimals:
        Pollutant → places used for judging.
    statistic_decimals:
        Pollutant → places in which statistics are shown.
    round_first:
        Round to the places for judging before comparing.
    """

    name: str
    statistics: Mapping[str, Mapping[str, str]]
    compliance_decimals: Mapping[str, int]
    statistic_decimals: Mapping[str, int] = field(default_factory=dict)
    round_first: bool = True
    multiple_decimals: int = 2
    rate_decimals: int = 1

    def compliance_value(self, pollutant: str, value: Fraction) -> Decimal:
        """The figure rounded as it is shown beside the limit."""
        return round_half_even(value, self.decimals(pollutant))

    def decimals(self, pollutant: str) -> int:
        """Places for judging; an error for a pollutant the rule does not know."""
        try:
            return self.compliance_decimals[pollutant]
        except KeyError:
            raise InputError(
                f"{self.name} states no decimals for {pollutant!r}.",
                fix=f"Use one of {', '.join(self.compliance_decimals)}.",
            ) from None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One figure against one limit; `attains` None when the figure is missing."""

    pollutant: str
    statistic: str
    averaging: str
    value: Fraction | None
    for_compliance: Decimal | None
    limit: Fraction
    attains: bool | None


@dataclass(frozen=True, slots=True)
class Attainment:
    """All figures of a pollutant's year and the verdict; None = cannot be told for want of data."""

    pollutant: str
    judgements: tuple[Judgement, ...]
    attains: bool | None


def judge(
    pollutant: str,
    value: object,
    averaging: str,
    limits: LimitSet,
    rule: EvaluationRule,
    *,
    zone: Literal[1, 2] = 2,
    statistic: str = "mean",
) -> Judgement:
    """Compare one figure with its limit; equal to the limit attains, missing is neither attained nor failed."""
    limit = limits.need(pollutant, averaging, zone)
    number = non_negative(value, name=f"{pollutant} {statistic}")
    if number is None:
        return Judgement(pollutant, statistic, averaging, None, None, limit, None)
    shown = rule.compliance_value(pollutant, number)
    compared = Fraction(shown) if rule.round_first else number
    return Judgement(pollutant, statistic, averaging, number, shown, limit, compared <= limit)


def year_attainment(
    pollutant: str,
    figures: Mapping[str, object],
    limits: LimitSet,
    rule: EvaluationRule,
    *,
    zone: Literal[1, 2] = 2,
) -> Attainment:
    """Judge a pollutant's year from its statistics (HJ 663, annual evaluation: mean and percentile).

    Parameters
    ----------
    figures:
        Statistic (`mean`, `p98`, `p95`, `p90`) → unrounded value [µg/m³; CO mg/m³]; None or absent = missing.

    Returns
    -------
    `attains` is False as soon as one figure is over its limit, True when every required figure is there and within,
    None otherwise.
    """
    wanted = rule.statistics.get(pollutant)
    if wanted is None:
        raise InputError(
            f"{rule.name} does not evaluate {pollutant!r} over a year.", fix=f"Use {', '.join(rule.statistics)}."
        )
    for name in figures:
        if name not in wanted:
            raise InputError(
                f"{rule.name} does not judge the {name} of {pollutant}.", fix=f"It judges {', '.join(wanted)}."
            )
    judgements = tuple(
        judge(pollutant, figures.get(name), averaging, limits, rule, zone=zone, statistic=name)
        for name, averaging in wanted.items()
    )
    return Attainment(pollutant, judgements, attains_together(judgement.attains for judgement in judgements))


def attains_together(verdicts: Iterable[bool | None]) -> bool | None:
    """All must attain: one failure fails, one unknown (without failure) leaves it unknown, nothing is unknown."""
    known = list(verdicts)
    if any(verdict is False for verdict in known):
        return False
    return True if known and all(known) else None


def over_the_limit(
    values: Mapping[str, object],
    limits: LimitSet,
    rule: EvaluationRule,
    *,
    averaging: str = "annual",
    zone: Literal[1, 2] = 2,
) -> tuple[str, ...]:
    """Pollutants whose value is over the limit of that averaging time, in the order given.

    Pollutants without a limit for `averaging` are read against the averaging time of their percentile (CO and O3 have
    no annual mean limit).
    """
    over = []
    for pollutant, value in values.items():
        period = averaging
        if averaging == "annual" and limits.limit(pollutant, averaging, zone) is None:
            period = next(iter(rule.statistics.get(pollutant, {}).values()), averaging)
        if judge(pollutant, value, period, limits, rule, zone=zone).attains is False:
            over.append(pollutant)
    return tuple(over)
