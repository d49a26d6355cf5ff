"""Electromagnetic fields (电磁环境), GB 8702-2014: limits over frequency, and several sources together.

A limit is `factor · f^power` with f in the unit of its row. Powers are halves, so the square of a limit is a fraction:
sums of squares, and comparisons, are exact. Below 100 kHz electric and magnetic field are both limited and sources add
linearly; from 100 kHz their squares add. An edge frequency belongs to two rows; the stricter value holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, Number, exact

__all__ = [
    "UNITS",
    "Band",
    "EmfLimits",
    "FieldSum",
    "Law",
    "Limits",
    "Quantity",
    "power_density",
    "project_limits",
    "to_hertz",
]

Quantity = Literal["E", "H", "B", "S"]
#: Units of frequency [Hz].
UNITS = {"hz": 1, "khz": 10**3, "mhz": 10**6, "ghz": 10**9}


def to_hertz(value: object, unit: str) -> Fraction:
    """A frequency in Hz.

    Raises
    ------
    InputError
        When the unit is not Hz, kHz, MHz or GHz, or the frequency is not above 0.
    """
    factor = UNITS.get(unit.strip().casefold())
    if factor is None:
        raise InputError(f"{unit!r} is no unit of frequency.", fix="Use Hz, kHz, MHz or GHz.")
    frequency = exact(value, name="f") * factor
    if frequency <= 0:
        raise InputError("A frequency is above 0.", fix="Give it in Hz, kHz, MHz or GHz.")
    return frequency


@dataclass(frozen=True, slots=True)
class Law:
    """`factor · f^(halves / 2)`, f in units of `unit` hertz."""

    factor: Fraction
    halves: int
    unit: int

    def squared(self, hertz: Fraction) -> Fraction:
        """The square of the limit, exact."""
        return self.factor**2 * (hertz / self.unit) ** self.halves

    def value(self, hertz: Fraction) -> Fraction | None:
        """The limit itself, exact; None where it is an irrational root."""
        if self.halves % 2 == 0:
            return self.factor * (hertz / self.unit) ** (self.halves // 2)
        root = _root((hertz / self.unit) ** self.halves)
        return None if root is None else self.factor * root


@dataclass(frozen=True, slots=True)
class Band:
    """One row of table 1: edges [Hz], both inclusive, and laws per quantity (V/m, A/m, µT, W/m²)."""

    low: Fraction
    high: Fraction
    electric: Law
    magnetic: Law
    induction: Law
    power: Law | None

    def law(self, quantity: Quantity) -> Law | None:
        """The law of a quantity; None where the row has none (power density below 0.1 MHz)."""
        return {"E": self.electric, "H": self.magnetic, "B": self.induction, "S": self.power}[quantity]


@dataclass(frozen=True, slots=True)
class Limits:
    """Squares of the limits at one frequency, or over a band; None = not limited there."""

    squares: dict[Quantity, Fraction | None]

    def value(self, quantity: Quantity) -> float | None:
        """The limit [V/m, A/m, µT, W/m²] as a number to show."""
        square = self.squares[quantity]
        if square is None:
            return None
        root = _root(square)
        return float(root) if root is not None else math.sqrt(square)

    def share(self, quantity: Quantity, value: object) -> float:
        """Value over limit; exact comparison is `within`."""
        square = self._need(quantity)
        return math.sqrt(exact(value, name=quantity) ** 2 / square)

    def within(self, quantity: Quantity, value: object) -> bool:
        """Whether a value is not over the limit; equal to it is within."""
        number = exact(value, name=quantity)
        if number < 0:
            raise InputError(f"{quantity} must not be negative.", fix="Give the effective value.")
        return number**2 <= self._need(quantity)

    def _need(self, quantity: Quantity) -> Fraction:
        square = self.squares[quantity]
        if square is None:
            raise InputError(f"{quantity} is not limited at that frequency.", fix="Below 100 kHz give E and B.")
        return square


@dataclass(frozen=True, slots=True)
class FieldSum:
    """Sum over sources; `low` below 100 kHz (linear), `high` from there on (squares); None = no source in that part."""

    low: Fraction | None
    high: Fraction | None
    #: True only when every part that there is stays within 1.
    within: bool


@dataclass(frozen=True)
class EmfLimits:
    """Bands of one edition, ascending; `split` is the frequency [Hz] from which squares add."""

    name: str
    bands: tuple[Band, ...]
    split: Fraction
    impedance: Fraction

    def at(self, hertz: Fraction) -> Limits:
        """Limits at one frequency, the stricter row at an edge.

        Raises
        ------
        InputError
            Outside 1 Hz … 300 GHz.
        """
        return self._limits(hertz, hertz)

    def over(self, low: Fraction, high: Fraction) -> Limits:
        """The strictest limits between two frequencies: what a broadband reading may not exceed."""
        if low > high:
            raise InputError("The band's lower edge is above the upper one.", fix="Give it as 30-3000 MHz.")
        return self._limits(low, high)

    def _limits(self, low: Fraction, high: Fraction) -> Limits:
        first, last = self.bands[0].low, self.bands[-1].high
        if low < first or high > last:
            raise InputError(
                f"{self.name} covers {_hertz(first)} to {_hertz(last)}.", fix="Give a frequency in that range."
            )
        touched = [band for band in self.bands if band.low <= high and band.high >= low]
        if low < high:
            # A neighbour that the band only touches is none of it: 30–3000 MHz is judged by its own row.
            inner = [band for band in touched if band.low < high and band.high > low]
            touched = inner or touched
        squares: dict[Quantity, Fraction | None] = {}
        for quantity in ("E", "H", "B", "S"):
            found = []
            for band in touched:
                law = band.law(quantity)
                if law is not None:
                    # Monotone within a row: the strictest value stands at one of the edges.
                    found += [law.squared(max(low, band.low)), law.squared(min(high, band.high))]
            squares[quantity] = min(found, default=None)
        return Limits(squares)

    def total(self, sources: Iterable[Sequence[object]], unit: str, quantity: Quantity) -> FieldSum:
        """Sum of sources, each (frequency, value): linear below `split`, squares from there; at most 1 is within.

        Parameters
        ----------
        unit:
            Of the frequencies.
        quantity:
            `E` [V/m], `H` [A/m], `B` [µT] or `S` [W/m²]; power densities add linearly, being squares already.

        Raises
        ------
        InputError
            When there is no source, a source is no pair, a value is missing or negative.
        """
        low: Fraction | None = None
        high: Fraction | None = None
        listed = list(sources)
        if not listed:
            raise InputError("A sum needs at least one source.", fix="Give sources=[[900, 5], [1800, 4]].")
        for index, source in enumerate(listed):
            if isinstance(source, str) or len(source) != 2 or source[1] is None:
                raise InputError(
                    f"sources[{index}] must be [frequency, value].", fix="Give both, for example [900, 5]."
                )
            hertz, value = to_hertz(source[0], unit), exact(source[1], name=f"sources[{index}]")
            if value < 0:
                raise InputError(f"sources[{index}] must not be negative.", fix="Give the effective value.")
            square = self.at(hertz).squares[quantity]
            if square is None:
                raise InputError(f"{quantity} is not limited at {_hertz(hertz)}.", fix="Below 100 kHz give E or B.")
            if quantity == "S" or hertz < self.split:
                limit = _root(square)
                if limit is None:  # powers below 100 kHz and of S are whole, so their limits are fractions
                    raise InputError(f"The limit at {_hertz(hertz)} has no exact value.", fix="Check the rule table.")
                part = value / limit
            else:
                part = value**2 / square
            if hertz < self.split:
                low = (low or Fraction(0)) + part
            else:
                high = (high or Fraction(0)) + part
        return FieldSum(low, high, all(part is None or part <= 1 for part in (low, high)))


def power_density(electric: Number, impedance: Fraction) -> Fraction:
    """Power density of a plane wave [W/m²] from its electric field [V/m]: E² / 377 Ω, far field only."""
    field = exact(electric, name="E")
    if field < 0:
        raise InputError("E must not be negative.", fix="Give the effective value.")
    return field**2 / impedance


def project_limits(limits: Limits, divisor: Fraction) -> Limits:
    """What one new project may use: a fifth of the power density, so 1/√5 of the field strengths (HJ/T 10.3-1996)."""
    return Limits(
        {
            quantity: None if square is None else square / (divisor**2 if quantity == "S" else divisor)
            for quantity, square in limits.squares.items()
        }
    )


def _root(square: Fraction) -> Fraction | None:
    """The square root where it is a fraction."""
    top, bottom = math.isqrt(square.numerator), math.isqrt(square.denominator)
    if top * top == square.numerator and bottom * bottom == square.denominator:
        return Fraction(top, bottom)
    return None


def _hertz(value: Fraction) -> str:
    for name, factor in (("GHz", 10**9), ("MHz", 10**6), ("kHz", 10**3)):
        if value >= factor:
            return f"{float(value / factor):g} {name}"
    return f"{float(value):g} Hz"
