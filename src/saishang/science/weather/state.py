"""One reference state for a whole series: the step of 2018-09-01 is no change of the air.

Amendment of 2018 to GB 3095-2012: gases from 273 K to 298.15 K (× 0.916), particles from 273 K and 101.325 kPa to the
air as it was (× 273 / T × P / 101.325, at 1100 m in spring about × 0.85). The earlier values are brought to the newer
state with the station's own temperature and pressure: neither weather nor policy is given what the standard did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from saishang.rules import Rules
from saishang.science.air.from_rules import reference_states
from saishang.science.air.reference_state import ReferenceStates, gas_to_reference, particle_to_actual
from saishang.science.numbers import InputError
from saishang.science.weather.frame import Weather

__all__ = ["Converted", "StateStep", "one_state", "state_step"]


@dataclass(frozen=True, slots=True)
class StateStep:
    """First day of the newer state, and how to get there: `gas`, `particle`, or empty where no rule says how."""

    day: date
    way: str
    states: ReferenceStates


@dataclass(frozen=True)
class Converted:
    """A series on one state.

    Attributes
    ----------
    values:
        Moment → concentration; a moment that cannot be converted is left out.
    step:
        The day that the series crosses; None where it lies on one side.
    converted:
        Number of moments brought to the newer state.
    lost:
        Moments left out because the weather needed is missing.
    known:
        False where the series crosses a step that no rule converts: comparisons across it are not split.
    """

    values: Mapping[date, float]
    step: date | None = None
    converted: int = 0
    lost: int = 0
    known: bool = True


_WAYS = {("std_273K", "ref_298K"): "gas", ("std_273K", "actual"): "particle"}


def state_step(rules: Rules, parameter: str) -> StateStep | None:
    """The newest change of state of a parameter (`standards/air/reference_state`); None where there is none."""
    document = rules.document("standards/air/reference_state")
    group = next((name for name, codes in document["groups"].items() if parameter in codes), None)
    if group is None:
        return None
    editions: list[Mapping[str, Any]] = sorted(document["editions"], key=lambda one: one["from"] or date.min)
    found = None
    for before, after in pairwise(editions):
        if before[group] != after[group]:
            way = _WAYS.get((before[group], after[group]), "")
            found = StateStep(after["from"], way, reference_states(rules))
    return found


def one_state(values: Mapping[date, float | None], weather: Weather, step: StateStep | None) -> Converted:
    """Bring what was measured before the step to the newer state, where the series lies on both sides of it.

    Parameters
    ----------
    values:
        Day or beginning of an hour → concentration as it was published.
    weather:
        `T` [°C] and `P` [hPa] of the same moments; particles need both.
    """
    known = {moment: value for moment, value in values.items() if value is not None}
    if step is None or not known:
        return Converted(known)
    before = {moment for moment in known if _day(moment) < step.day}
    if not before or len(before) == len(known):
        return Converted(known)
    if not step.way:
        return Converted(known, step.day, known=False)
    found, lost = {}, 0
    for moment, value in known.items():
        if moment not in before:
            found[moment] = value
            continue
        made = _convert(value, weather.get(moment, {}), step)
        if made is None:
            lost += 1
        else:
            found[moment] = made
    return Converted(found, step.day, len(before) - lost, lost)


def _convert(value: float, weather: Mapping[str, float | None], step: StateStep) -> float | None:
    if step.way == "gas":
        made = gas_to_reference(Fraction(value), step.states)
        return None if made is None else float(made)
    temperature, pressure = weather.get("T"), weather.get("P")
    if temperature is None or pressure is None:
        return None
    kelvin, kilopascal = Fraction(temperature) + Fraction("273.15"), Fraction(pressure) / 10
    try:
        made = particle_to_actual(Fraction(value), kelvin, kilopascal, step.states)
    except InputError:  # weather that no place on earth has: a faulty day, as good as none
        return None
    return None if made is None else float(made)


def _day(moment: date) -> date:
    # A datetime is a date that does not compare with one.
    return date(moment.year, moment.month, moment.day)
