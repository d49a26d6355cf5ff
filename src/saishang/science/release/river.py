"""Spills in a river: one-dimensional advection and dispersion with first-order decay.

Assumes steady flow in a uniform reach, complete mixing over the section, a dissolved pollutant. Not valid within the
mixing length. Units: mass [kg], area [m²], dispersion [m²/s], velocity and flow [m/s, m³/s], decay [1/s], distance [m],
time [s]; concentrations [mg/L] (1 kg/m³ = 1 000 mg/L).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import erfc, erfcx

from saishang.science.numbers import InputError

__all__ = [
    "Reach",
    "concentration",
    "continuous",
    "dispersion",
    "load_past",
    "mass_in_river",
    "mixed",
    "mixing_length",
    "over_limit",
    "peak",
    "peak_time",
    "shear_velocity",
    "steady",
]

_MG_PER_KG_M3 = 1000.0
_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Reach:
    """A uniform reach: velocity u [m/s], dispersion E [m²/s], decay k [1/d].

    Raises
    ------
    InputError
        When velocity or dispersion are not above 0, or the decay is negative.
    """

    velocity: float
    dispersion: float
    decay_per_day: float = 0.0

    def __post_init__(self) -> None:
        _above(self.velocity, "u")
        _above(self.dispersion, "E")
        if self.decay_per_day < 0:
            raise InputError("The decay must not be negative.", fix="Give k per day, 0 for none.")

    @property
    def decay(self) -> float:
        """k [1/s]."""
        return self.decay_per_day / _DAY

    @property
    def widened(self) -> float:
        """sqrt(1 + 4kE/u²), by which decay changes the steady curve."""
        return math.sqrt(1 + 4 * self.decay * self.dispersion / self.velocity**2)


def concentration(mass: float, area: float, reach: Reach, x: float, t: float) -> float:
    """C(x, t) after an instantaneous release at x = 0, t = 0 [mg/L]."""
    _above(mass, "M")
    _above(area, "A")
    _above(t, "t")
    spread = 4 * reach.dispersion * t
    front = (x - reach.velocity * t) ** 2 / spread
    return _MG_PER_KG_M3 * mass / (area * math.sqrt(math.pi * spread)) * math.exp(-front - reach.decay * t)


def mass_in_river(mass: float, area: float, reach: Reach, t: float) -> float:
    """∫ C A dx over 12 standard deviations either side of the middle [kg]: M exp(-kt) when the formula is right."""
    _above(t, "t")
    sigma = math.sqrt(2 * reach.dispersion * t)
    steps = 240
    total = math.fsum(
        concentration(mass, area, reach, reach.velocity * t + (n - steps / 2) * sigma / 10, t)
        * (0.5 if n in (0, steps) else 1.0)
        for n in range(steps + 1)
    )
    return total * sigma / 10 * area / _MG_PER_KG_M3


def load_past(mass: float, area: float, reach: Reach, x: float, flow: float) -> float:
    """Q ∫ C dt past a section at x ≥ 0 [kg]: M without decay when Q = A u."""
    _above(flow, "Q")
    _above(mass, "M")
    _above(area, "A")
    if x < 0:
        raise InputError("The section must not lie above the release.", fix="Give x from 0.")
    kept = math.exp(reach.velocity * x / (2 * reach.dispersion) * (1 - reach.widened)) / reach.widened
    return flow * mass / (area * reach.velocity) * kept


def peak_time(reach: Reach, x: float) -> float:
    """When the concentration at a section is greatest [s]; a little before x/u."""
    _above(x, "x")
    e, square = reach.dispersion, reach.velocity**2 + 4 * reach.decay * reach.dispersion
    return (-e + math.sqrt(e * e + x * x * square)) / square


def peak(mass: float, area: float, reach: Reach, x: float) -> tuple[float, float]:
    """(time [s], concentration [mg/L]) of the peak at a section."""
    t = peak_time(reach, x)
    return t, concentration(mass, area, reach, x, t)


def over_limit(mass: float, area: float, reach: Reach, x: float, limit: float) -> tuple[float, float] | None:
    """First and last time over a limit at a section [s]; None when the peak does not exceed it."""
    _above(limit, "limit")
    top, highest = peak(mass, area, reach, x)
    if highest <= limit:
        return None

    def above(t: float) -> float:
        return concentration(mass, area, reach, x, t) - limit

    late = top * 2
    while above(late) > 0:
        late *= 2
    # Long before the peak the exponent is beyond what a double holds and the concentration is 0.
    return float(brentq(above, top * 1e-6, top, xtol=1e-6)), float(brentq(above, top, late, xtol=1e-6))


def steady(c0: float, reach: Reach, x: float) -> tuple[float, float]:
    """Steady continuous release: (concentration, the same without dispersion) at x > 0 [unit of c0]."""
    if c0 < 0 or x < 0:
        raise InputError("Concentration and distance must not be negative.", fix="Give C0 and x from 0.")
    exponent = reach.velocity * x / (2 * reach.dispersion) * (1 - reach.widened)
    return c0 * math.exp(exponent), c0 * math.exp(-reach.decay * x / reach.velocity)


def continuous(c0: float, reach: Reach, x: float, t: float, duration: float | None = None) -> float:
    """Release of fixed concentration from t = 0 (Ogata-Banks, with decay van Genuchten), over `duration` [s] if given.

    The second term is written with the scaled error function, since exp(ux/E) alone overflows.
    """
    if c0 < 0 or x < 0:
        raise InputError("Concentration and distance must not be negative.", fix="Give C0 and x from 0.")
    whole = _started(c0, reach, x, t)
    if duration is None:
        return whole
    _above(duration, "duration")
    return whole - _started(c0, reach, x, t - duration)


def _started(c0: float, reach: Reach, x: float, t: float) -> float:
    if t <= 0:
        return 0.0
    u, e = reach.velocity, reach.dispersion
    effective = u * reach.widened
    root = 2 * math.sqrt(e * t)
    first = math.exp((u - effective) * x / (2 * e)) * float(erfc((x - effective * t) / root))
    b = (x + effective * t) / root
    second = math.exp((u + effective) * x / (2 * e) - b * b) * float(erfcx(b))
    return c0 / 2 * (first + second)


def mixed(flow: float, background: float, discharge: float, content: float) -> float:
    """Concentration after complete mixing of an outfall, (QC + qc)/(Q + q) [unit of the concentrations]."""
    if min(flow, background, discharge, content) < 0 or flow + discharge == 0:
        raise InputError("Flows and concentrations must not be negative.", fix="Give Q, C, q and c from 0.")
    return (flow * background + discharge * content) / (flow + discharge)


def shear_velocity(depth: float, slope: float, gravity: float = 9.81) -> float:
    """u* = sqrt(g H S) [m/s]."""
    return math.sqrt(_above(gravity, "g") * _above(depth, "H") * _above(slope, "slope"))


def dispersion(velocity: float, width: float, depth: float, shear: float) -> float:
    """Fischer 1979: E = 0.011 u² W² / (H u*) [m²/s]; right within a factor of about four."""
    return 0.011 * _above(velocity, "u") ** 2 * _above(width, "W") ** 2 / (_above(depth, "H") * _above(shear, "u*"))


def mixing_length(offset: float, width: float, velocity: float, lateral: float) -> float:
    """Mixing length of an outfall `offset` [m] from the bank (HJ 2.3-2018) [m].

    `L = {0.11 + 0.7 [0.5 - a/B - 1.1 (0.5 - a/B)²]^0.5} u B² / Ey`
    """
    _above(width, "B")
    if not 0 <= offset <= width / 2:
        raise InputError("The distance to the nearer bank lies between 0 and half the width.", fix="Check a and B.")
    off = 0.5 - offset / width
    inner = off - 1.1 * off * off
    return (0.11 + 0.7 * math.sqrt(inner)) * _above(velocity, "u") * width**2 / _above(lateral, "Ey")


def _above(value: float, name: str) -> float:
    if not value > 0:
        raise InputError(f"{name} must be above 0, got {value:g}.", fix=f"Give {name} above 0.")
    return value
