"""Leaks into the air: Gaussian plume with ground reflection on Briggs' curves, and Pasquill's stability classes.

Valid from 100 m to 10 km, wind from 1 m/s, gases about as heavy as air. Dense gas (chlorine, LPG) is not Gaussian.
Concentrations [mg/m³], rates [g/s], distances and heights [m].
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scipy.optimize import brentq, minimize_scalar

from saishang.science.numbers import InputError

__all__ = ["Curve", "Curves", "Leak", "StabilityRow", "distance_to", "ground_maximum", "plume", "sigmas", "stability"]

_LEAST_WIND = 1.0


@dataclass(frozen=True, slots=True)
class Curve:
    """sigma = a x (1 + b x)^p across and upward, between two distances."""

    across: tuple[float, float, float]
    upward: tuple[float, float, float]
    nearest: float
    farthest: float


#: (terrain, class) → curve.
Curves = Mapping[tuple[str, str], Curve]


@dataclass(frozen=True, slots=True)
class Leak:
    """A steady point source: rate [g/s], wind [m/s], height [m], stability class, `rural` or `urban`."""

    rate: float
    wind: float
    height: float
    stability: str
    terrain: str

    def __post_init__(self) -> None:
        if not self.rate > 0 or self.height < 0:
            raise InputError("The rate must be above 0 and the height not negative.", fix="Check Q and H.")
        if self.wind < _LEAST_WIND:
            raise InputError(
                f"The plume formula does not hold for a wind of {self.wind:g} m/s.", fix="Use a puff model below 1 m/s."
            )


def sigmas(x: float, stability_class: str, terrain: str, curves: Curves) -> tuple[float, float]:
    """(across, upward) spread at distance x [m]; a class such as `A-B` is the mean of the two.

    Raises
    ------
    InputError
        For an unknown class or terrain, or a distance outside the curves' range.
    """
    found: list[tuple[float, float]] = []
    for name in stability_class.split("-"):
        curve = curves.get((terrain, name))
        if curve is None:
            raise InputError(f"There is no curve for {terrain} {stability_class}.", fix="Use rural or urban, A to F.")
        if not curve.nearest <= x <= curve.farthest:
            raise InputError(
                f"The curves hold from {curve.nearest:g} m to {curve.farthest:g} m, got {x:g} m.",
                fix="Stay within the range; nothing is extrapolated.",
            )
        found.append((_spread(curve.across, x), _spread(curve.upward, x)))
    return sum(pair[0] for pair in found) / len(found), sum(pair[1] for pair in found) / len(found)


def _spread(terms: tuple[float, float, float], x: float) -> float:
    a, b, p = terms
    return a * x * math.pow(1 + b * x, p)


def plume(leak: Leak, x: float, curves: Curves, *, y: float = 0.0, z: float = 0.0) -> float:
    """Concentration at (x, y, z) [mg/m³]."""
    across, upward = sigmas(x, leak.stability, leak.terrain, curves)
    side = math.exp(-(y**2) / (2 * across**2))
    up = math.exp(-((z - leak.height) ** 2) / (2 * upward**2)) + math.exp(-((z + leak.height) ** 2) / (2 * upward**2))
    return 1000 * leak.rate / (2 * math.pi * leak.wind * across * upward) * side * up


def ground_maximum(leak: Leak, curves: Curves, span: tuple[float, float] = (100.0, 10000.0)) -> tuple[float, float]:
    """(distance [m], concentration [mg/m³]) of the ground maximum along the axis within a span.

    Searched on a grid first: the curves are smooth, but a maximum may lie at the edge of the span.
    """
    near, far = span
    if not 0 < near < far:
        raise InputError("The span must run from a nearer to a farther distance.", fix="Give [100, 10000].")
    count = 400
    grid = [near * (far / near) ** (n / count) for n in range(count + 1)]
    best = max(range(count + 1), key=lambda n: plume(leak, grid[n], curves))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, count)]
    found = minimize_scalar(
        lambda x: -plume(leak, x, curves), bounds=(low, high), method="bounded", options={"xatol": 1e-4}
    )
    x = max((low, float(found.x), high), key=lambda place: plume(leak, place, curves))
    return x, plume(leak, x, curves)


def distance_to(leak: Leak, limit: float, curves: Curves, span: tuple[float, float] = (100.0, 10000.0)) -> float | None:
    """Distance beyond which the ground concentration on the axis stays under a limit [m].

    None when it is under it everywhere in the span.

    Raises
    ------
    InputError
        When it is still over the limit at the far end: nothing is extrapolated.
    """
    if not limit > 0:
        raise InputError("The limit must be above 0.", fix="Give mg/m³.")
    x, highest = ground_maximum(leak, curves, span)
    if highest <= limit:
        return None
    if plume(leak, span[1], curves) > limit:
        raise InputError(
            f"The concentration is still over the limit at {span[1]:g} m.", fix="The curves end there; use a model."
        )
    return float(brentq(lambda place: plume(leak, place, curves) - limit, x, span[1], xtol=1e-6))


@dataclass(frozen=True, slots=True)
class StabilityRow:
    """A range of wind and its classes by `strong moderate slight night_cloudy night_clear`."""

    low: Fraction | None
    low_in: bool
    high: Fraction | None
    high_in: bool
    classes: Mapping[str, str]

    def holds(self, wind: Fraction) -> bool:
        """Whether the wind lies in the range."""
        above = self.low is None or wind > self.low or (self.low_in and wind == self.low)
        below = self.high is None or wind < self.high or (self.high_in and wind == self.high)
        return above and below


def stability(
    wind: Fraction,
    rows: Sequence[StabilityRow],
    *,
    night: bool,
    cloud: Literal["clear", "cloudy", "overcast"] | None = None,
    sun: Literal["strong", "moderate", "slight"] | None = None,
) -> str:
    """Pasquill class; overcast is D by day and by night whatever the wind (note 3 of the table).

    Raises
    ------
    InputError
        When the sun by day or the cloud by night is not given, and for a wind below 0.
    """
    if wind < 0:
        raise InputError("The wind must not be negative.", fix="Give m/s at 10 m.")
    if cloud == "overcast":
        return "D"
    column = {"clear": "night_clear", "cloudy": "night_cloudy"}.get(cloud or "") if night else sun
    if column is None:
        raise InputError(
            "The class needs the cloud by night, or the sun by day.", fix="Give cloud=<=3/8, or sun=strong."
        )
    for row in rows:
        if row.holds(wind):
            return row.classes[column]
    raise AssertionError("the rows cover every wind")  # pragma: no cover
