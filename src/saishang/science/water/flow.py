"""Ecological flow (生态流量) and water function zones (水功能区): shares of days or checks that keep their target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact, non_negative

__all__ = ["Assurance", "FlowPeriod", "FlowRule", "assurance", "days_kept", "period_assurance", "share_percent"]


@dataclass(frozen=True, slots=True)
class Assurance:
    """Share of the days at or over the target [%], and whether it reaches the assurance asked for."""

    percent: Fraction
    met: bool


def share_percent(part: Number, whole: Number, *, part_name: str = "part", whole_name: str = "whole") -> Fraction:
    """`part` of `whole` in per cent.

    Raises
    ------
    InputError
        When the whole is not above zero or the part exceeds it.
    """
    some, all_ = non_negative(part, name=part_name), non_negative(whole, name=whole_name)
    if some is None or all_ is None or all_ == 0 or some > all_:
        raise InputError(
            f"{part_name} {part} of {whole_name} {whole} is no share.", fix=f"Give 0 <= {part_name} <= {whole_name}."
        )
    return some * 100 / all_


def assurance(days: Number, kept: Number, asked_percent: Number) -> Assurance:
    """Assurance from counts of days (or ten-days, months); compared before rounding."""
    percent = share_percent(kept, days, part_name="ok_days", whole_name="days")
    return Assurance(percent, percent >= exact(asked_percent, name="target_pct"))


def days_kept(flows: Sequence[Number | None], target: Number) -> tuple[int, int]:
    """(days at or over the target flow, days with a value); a missing day counts on neither side."""
    bound = exact(target, name="target_flow")
    present = [value for value in (non_negative(flow, name="flow") for flow in flows) if value is not None]
    return sum(value >= bound for value in present), len(present)


@dataclass(frozen=True, slots=True)
class FlowRule:
    """Assurance asked where a section names none [%], days with a flow that a period needs [%], decimals."""

    asked_percent: Fraction = Fraction(90)
    days_needed_percent: Fraction = Fraction(90)
    decimals: int = 1


@dataclass(frozen=True, slots=True)
class FlowPeriod:
    """Assurance of a section over the days of a period.

    Attributes
    ----------
    expected, present, kept:
        Days that had a target, of these with a flow, of these at or over the target of their day.
    percent:
        Kept of present [%]; None without a flow.
    met:
        None when the days without a flow could turn the verdict.
    valid:
        Whether enough days have a flow.
    """

    expected: int
    present: int
    kept: int
    percent: Fraction | None
    met: bool | None
    valid: bool


def period_assurance(
    days: Iterable[date], flows: Mapping[date, Number | None], targets: Mapping[date, Number], asked: Number,
    rule: FlowRule,
) -> FlowPeriod:  # fmt: skip
    """Assurance over days, each judged by its own target; days without a target are not asked.

    Parameters
    ----------
    flows, targets:
        Day → flow, target flow [m³/s].
    asked:
        Assurance asked for [%]; reached when it is kept exactly.
    """
    expected = [day for day in days if day in targets]
    present = [(day, value) for day in expected if (value := non_negative(flows.get(day), name="flow")) is not None]
    kept = sum(value >= exact(targets[day], name="target_flow") for day, value in present)
    if not present:
        return FlowPeriod(len(expected), 0, 0, None, None, False)
    limit = exact(asked, name="assurance")
    percent = Fraction(100 * kept, len(present))
    valid = Fraction(100 * len(present), len(expected)) >= rule.days_needed_percent
    if valid:
        return FlowPeriod(len(expected), len(present), kept, percent, percent >= limit, True)
    # Even if every day without a flow had failed, or had kept: is the verdict the same?
    least = Fraction(100 * kept, len(expected))
    most = Fraction(100 * (kept + len(expected) - len(present)), len(expected))
    met = True if least >= limit else False if most < limit else None
    return FlowPeriod(len(expected), len(present), kept, percent, met, False)
