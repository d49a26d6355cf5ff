"""Levels against limits: function zones (GB 3096), boundaries (GB 12348, GB 22337), construction (GB 12523).

Equal to the limit attains. By night, the maximum of sudden noise may exceed the limit by at most 15 dB (frequent sudden
noise at boundaries: 10 dB). A missing level is neither attained nor failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from saishang.science.noise.levels import read_level
from saishang.science.numbers import InputError, exact
from saishang.science.rounding import round_half_even

__all__ = [
    "BackgroundRule",
    "Check",
    "NoiseLimit",
    "NoiseLimits",
    "PassRate",
    "Place",
    "boundary_level",
    "pass_rate",
    "sudden_check",
    "zone_check",
]

Period = Literal["day", "night"]
Place = Literal["ambient", "industrial_boundary", "social_boundary", "construction"]


@dataclass(frozen=True, slots=True)
class NoiseLimit:
    """Limit of the equivalent level [dB(A)], and by how much sudden noise may exceed it by night [dB]."""

    edition: str
    limit: Fraction
    frequent: Fraction | None = None
    occasional: Fraction | None = None


@dataclass(frozen=True)
class NoiseLimits:
    """Limits in force on a day: (place, class, period) → limit. `decimals` in which levels are compared."""

    limits: Mapping[tuple[str, str, str], NoiseLimit]
    decimals: int = 1

    def limit(self, place: Place, zone: str, period: Period) -> NoiseLimit:
        """The limit of a class of function zone.

        Raises
        ------
        InputError
            When the place has no such class; its classes are named.
        """
        found = self.limits.get((place, zone, period))
        if found is None:
            classes = list(dict.fromkeys(name for where, name, _ in self.limits if where == place))
            raise InputError(
                f"There is no class {zone!r} for {place} noise.",
                fix=f"Use one of {', '.join(classes)}." if classes else "No limits are in force on that day.",
                code="unknown-class",
            )
        return found


@dataclass(frozen=True, slots=True)
class Check:
    """One level against its limit [dB]; `attains` None when the level is missing, `excess` 0 when it attains."""

    level: Fraction | None
    limit: Fraction
    attains: bool | None
    excess: Fraction | None


def zone_check(level: object, place: Place, zone: str, period: Period, limits: NoiseLimits) -> Check:
    """Judge an equivalent level as it is reported, to 0.1 dB (half to even), against the limit of its class."""
    return _check(read_level(level, name="level"), limits.limit(place, zone, period).limit, limits.decimals)


def sudden_check(
    maximum: object,
    place: Place,
    zone: str,
    limits: NoiseLimits,
    *,
    frequent: bool = False,
    night_limit: object = None,
) -> Check:
    """Judge the maximum of sudden noise by night (夜间突发噪声); `limit` of the result is what is allowed.

    Parameters
    ----------
    frequent:
        Frequent sudden noise at a boundary (频发): 10 dB instead of 15.
    night_limit:
        Limit of the night, when the place has one of its own; None = by class.
    """
    rule = limits.limit(place, zone, "night")
    allowance = rule.frequent if frequent else rule.occasional
    if allowance is None:
        raise InputError(f"{rule.edition} has no rule for such sudden noise.", fix="Leave `frequent` out.")
    limit = rule.limit if night_limit is None else exact(night_limit, name="night_limit")
    return _check(read_level(maximum, name="Lmax"), limit + allowance, limits.decimals)


def _check(level: Fraction | None, limit: Fraction, decimals: int) -> Check:
    if level is None:
        return Check(None, limit, None, None)
    shown = Fraction(round_half_even(level, decimals))
    return Check(level, limit, shown <= limit, max(shown - limit, Fraction(0)))


@dataclass(frozen=True)
class BackgroundRule:
    """Correction of a measured level by its difference to the background, both in whole dB: (from, to, correction)."""

    bands: tuple[tuple[int, int | None, int], ...]


def boundary_level(measured: object, background: object, rule: BackgroundRule) -> Fraction | None:
    """Level of the source alone at a boundary [dB]; None when the background is too near (HJ 706, recalled).

    The difference is rounded to whole dB: 3 takes off 3 dB, 4–5 take off 2, 6–10 take off 1, above 10 nothing; below 3
    the measurement is not valid.
    """
    total, rest = read_level(measured, name="measured"), read_level(background, name="background")
    if total is None or rest is None:
        raise InputError("The correction needs the measured and the background level.", fix="Give both.")
    difference = int(round_half_even(total - rest, 0))
    for low, high, correction in rule.bands:
        if difference >= low and (high is None or difference <= high):
            return total + correction
    return None


@dataclass(frozen=True, slots=True)
class PassRate:
    """Point-times that attain over all that were evaluated (点次达标率)."""

    passed: int
    evaluated: int
    not_evaluated: int

    @property
    def percent(self) -> Decimal | None:
        """Rate to one decimal [%]; None when nothing was evaluated."""
        if not self.evaluated:
            return None
        return round_half_even(Fraction(100 * self.passed, self.evaluated), 1)


def pass_rate(verdicts: Iterable[bool | None]) -> PassRate:
    """Count verdicts of one period (day or night); None leaves the denominator and is counted apart."""
    listed = list(verdicts)
    known = [verdict for verdict in listed if verdict is not None]
    return PassRate(sum(known), len(known), len(listed) - len(known))
