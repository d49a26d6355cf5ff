"""Values below the detection limit (未检出): half the limit in every calculation (环办监测函〔2020〕82号, point 7, for
surface water; used alike for soil).

Reports write such a value as its limit with an L behind it, `0.025L`, or with a sign before it, `<0.025`. Half of a
limit that is too coarse may itself lie over a class limit: the value keeps saying that it was not detected.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, exact, exact_or_none

__all__ = ["HALF", "Measured", "measured"]

HALF = Fraction(1, 2)
_BELOW = re.compile(r"^\s*(?:<\s*(?P<sign>[0-9.eE+-]+)|(?P<mark>[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*[Ll])\s*$")
_UNLIMITED = ("ND", "N.D.", "未检出", "<", "L")


@dataclass(frozen=True, slots=True)
class Measured:
    """A value that enters calculations [unit of its parameter]; `limit` is the detection limit it stayed below."""

    value: Fraction
    limit: Fraction | None = None

    @property
    def below_detection(self) -> bool:
        """Whether the value stands for "not detected"."""
        return self.limit is not None


def measured(value: object, *, name: str = "value", share: Fraction = HALF, negative: bool = False) -> Measured | None:
    """Read one measured value; None when it is missing.

    Parameters
    ----------
    value:
        Number or text; `0.025L` and `<0.025` are below detection.
    share:
        Part of the detection limit that stands for the value.
    negative:
        Whether values below zero are possible (redox potential, temperature).

    Raises
    ------
    InputError
        For text that is no number, a negative concentration, or "not detected" without the limit.

    Examples
    --------
    >>> measured("0.025L")
    Measured(value=Fraction(1, 80), limit=Fraction(1, 40))
    """
    if isinstance(value, str):
        value = unicodedata.normalize("NFKC", value).replace("−", "-")
        if value.strip().upper() in _UNLIMITED:
            raise InputError(
                f"{name} is below detection, but its detection limit is not given.",
                fix="Write the limit with an L behind it, such as 0.025L.",
            )
        match = _BELOW.match(value)
        if match is not None:
            limit = exact(match.group("sign") or match.group("mark"), name=name)
            if limit <= 0:
                raise InputError(
                    f"{name} has a detection limit of {value.strip()}.", fix="Give the limit of the method."
                )
            return Measured(limit * share, limit)
        if value.strip() in {"*", "--", "/"}:
            return None
    number = exact_or_none(value, name=name)
    if number is None:
        return None
    if number < 0 and not negative:
        raise InputError(
            f"{name} must not be negative, got {value!r}.", fix="Leave a missing value empty (null) instead of -1."
        )
    return Measured(number)
