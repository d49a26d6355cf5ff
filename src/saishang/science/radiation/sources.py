"""Radioactive sources (放射源): category by activity, mixed stocks, decay.

Category I from 1000 D, II from 10 D, III from D, IV from 0.01 D, V down to the exempt activity (公告2005年第62号). A
source decays into lower categories; the category on its licence stays until somebody changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from saishang.science.naming import NameBook
from saishang.science.numbers import InputError, exact

__all__ = ["CATEGORIES", "Nuclide", "SourceRules", "decayed"]

#: Roman numbers of categories 1 … 5; 豁免 is below category V.
CATEGORIES = ("I", "II", "III", "IV", "V")
EXEMPT = "豁免"
_CONTEXT = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Nuclide:
    """Least activities of the five categories, D value, half-life."""

    name: str
    least: tuple[Fraction, Fraction, Fraction, Fraction, Fraction]
    d_value: Fraction
    half_life: Fraction | None

    def category(self, activity: Fraction) -> str:
        """Category of an activity [Bq]: equal to the least activity of a category is in it."""
        for roman, least in zip(CATEGORIES, self.least, strict=True):
            if activity >= least:
                return roman
        return EXEMPT


@dataclass(frozen=True)
class SourceRules:
    """Nuclides by name, and the ratios A/D from which categories I to IV begin."""

    nuclides: Mapping[str, Nuclide]
    book: NameBook
    ratios: tuple[Fraction, Fraction, Fraction, Fraction]

    def nuclide(self, name: str) -> Nuclide:
        """A nuclide by name (`Cs-137`, `137Cs` and `Cs137` are one)."""
        return self.nuclides[self.book.key(name)]

    def ratio(self, activity: object, nuclide: str) -> Fraction:
        """A/D of one source."""
        return read_activity(activity) / self.nuclide(nuclide).d_value

    def mixed(self, stock: Mapping[str, object]) -> tuple[Fraction, str]:
        """Sum of A/D over a stock in one place, and the category it makes (recalled).

        Parameters
        ----------
        stock:
            Nuclide → activity [Bq], sources of one nuclide added up.

        Returns
        -------
        Below 0.01 the stock is of category V while the activities over their exempt ones add up to at least 1.

        Raises
        ------
        InputError
            For an unknown nuclide, one given twice, a missing or negative activity, or an empty stock.
        """
        if not stock:
            raise InputError("A stock needs at least one source.", fix='Give stock={"Cs-137": 1e9}.')
        total = exempt = Fraction(0)
        seen: set[str] = set()
        for name, activity in stock.items():
            nuclide = self.nuclide(name)
            if nuclide.name in seen:
                raise InputError(f"{name} is given twice.", fix="Add the activities of one nuclide up.")
            seen.add(nuclide.name)
            becquerel = read_activity(activity)
            total += becquerel / nuclide.d_value
            exempt += becquerel / nuclide.least[4]
        for roman, least in zip(CATEGORIES, self.ratios, strict=False):
            if total >= least:
                return total, roman
        return total, "V" if exempt >= 1 else EXEMPT


def read_activity(value: object) -> Fraction:
    """An activity [Bq]; missing or negative is an error."""
    if value is None:
        raise InputError("The activity is missing.", fix="Give it in Bq.")
    activity = exact(value, name="activity")
    if activity < 0:
        raise InputError("An activity must not be negative.", fix="Give it in Bq.")
    return activity


def decayed(activity: object, half_life: object, years: object) -> Fraction:
    """Activity after `years` [Bq]: A · 2^(-years / half-life).

    Parameters
    ----------
    half_life, years:
        In one unit, usually years; half-life above 0, years not negative.

    Returns
    -------
    Exact for whole numbers of half-lives, else to 40 digits.
    """
    start, half, time = read_activity(activity), exact(half_life, name="half_life"), exact(years, name="years")
    if half <= 0:
        raise InputError("A half-life is above 0.", fix="Give it in years.")
    if time < 0:
        raise InputError("Time runs forward: years must not be negative.", fix="Swap the two days.")
    periods = time / half
    if periods > 10_000:
        return Fraction(0)
    if periods.denominator == 1:
        return start / (1 << periods.numerator)
    power = _CONTEXT.divide(Decimal(periods.numerator), Decimal(periods.denominator))
    return start / Fraction(_CONTEXT.power(Decimal(2), power))
