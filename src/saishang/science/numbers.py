"""Exact numbers at the border of every calculation, and errors that teach when something else arrives.

A concentration printed as 60.1 is sixty and one tenth, not the nearest binary fraction: 100.00000001 rounded up would
make an index of 101 out of 100 (HJ 633 rounds sub-indices up). So every value is turned into a `Fraction` here, once,
and stays exact until it is rounded for print.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Integral, Rational, Real

from saishang.errors import SaishangError

__all__ = ["InputError", "Number", "decimals_of", "exact", "exact_or_none", "exact_text", "mean", "non_negative"]

#: What a caller may hand in as one number.
Number = Decimal | Fraction | int | float | str

_LARGEST = 10**60


class InputError(SaishangError):
    """A value handed to a calculation is not what the rule asks for."""

    code = "input"


def exact(value: object, *, name: str = "value") -> Fraction:
    """The exact value of a number given as text, int, Decimal, Fraction or float (a float as it prints).

    Raises
    ------
    InputError
        For anything that is not one finite number: text with words or thousands separators, booleans, NaN, infinity.
    """
    if isinstance(value, bool) or not isinstance(value, Real | Decimal | str):
        raise InputError(
            f"{name} must be one number, got {_show(value)}.", fix=f"Give {name} as a plain number such as 12.5."
        )
    if isinstance(value, Rational):
        # Integral and Rational take in the integers of array libraries, which are no `int`.
        whole = Fraction(int(value)) if isinstance(value, Integral) else Fraction(value)
        if abs(whole) > _LARGEST:
            raise InputError(f"{name} is beyond any measurement.", fix="Check the number and its unit.")
        return whole
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise InputError(
            f"{name} must be a number, got {_show(value)}.",
            fix=f"Give {name} in digits with a decimal point, without unit or thousands separator.",
        ) from None
    if not number.is_finite():
        raise InputError(
            f"{name} must be a finite number, got {_show(value)}.", fix="Leave a missing value empty (null)."
        )
    # An exponent such as 1e999999 would build a number of a million digits.
    if abs(number.adjusted()) > 60 or -number.as_tuple().exponent > 60:  # type: ignore[operator]
        raise InputError(f"{name} is beyond any measurement: {_show(value)}.", fix="Check the number and its unit.")
    return Fraction(number)


def exact_or_none(value: object, *, name: str = "value") -> Fraction | None:
    """Like `exact`, with None (and the marks `NA`, `—`, empty text of public tables) for a missing value."""
    if value is None or (isinstance(value, str) and value.strip().upper() in {"", "NA", "N/A", "—", "-", "NULL"}):
        return None
    return exact(value, name=name)


def non_negative(value: object, *, name: str = "value") -> Fraction | None:
    """A concentration, count or share: exact, missing as None, never below zero."""
    number = exact_or_none(value, name=name)
    if number is not None and number < 0:
        raise InputError(
            f"{name} must not be negative, got {_show(value)}.",
            fix="Concentrations and counts start at 0; leave a missing value empty (null) instead of -99.",
        )
    return number


def decimals_of(values: Iterable[object]) -> int:
    """The most decimal places written in `values`; what a statistic of them keeps (HJ 663 table 3: as the raw data).

    >>> decimals_of(["1.2", "1.0", 3])
    1
    """
    most = 0
    for value in values:
        if value is None or isinstance(value, bool | int | Fraction):
            continue
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            continue
        exponent = number.as_tuple().exponent
        if isinstance(value, float) and number == number.to_integral_value():
            exponent = 0
        if isinstance(exponent, int):
            most = max(most, -exponent)
    return most


def exact_text(value: Fraction, *, at_least: int = 0, at_most: int = 12) -> str:
    """Decimal text without trailing zeros, `at_least` places kept; beyond `at_most` places rounded half to even.

    >>> exact_text(Fraction(20), at_least=1), exact_text(Fraction(379, 4))
    ('20.0', '94.75')
    """
    scaled = round(value * 10**at_most)
    sign = "-" if scaled < 0 else ""
    digits = str(abs(scaled)).rjust(at_most + 1, "0")
    whole, part = (digits[:-at_most], digits[-at_most:]) if at_most else (digits, "")
    part = part.rstrip("0").ljust(at_least, "0")
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def mean(values: Iterable[Fraction]) -> Fraction | None:
    """Arithmetic mean; None when there is nothing to average."""
    items = list(values)
    return sum(items, Fraction(0)) / len(items) if items else None


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
