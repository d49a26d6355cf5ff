"""Ecological flow (生态流量) and water function zones (水功能区): shares of days or checks that keep their target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact, non_negative

__all__ = ["Assurance", "assurance", "days_kept", "share_percent"]


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
