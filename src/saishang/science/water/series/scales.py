"""Concentrations of water as whole numbers, so that every engine adds them up to the same digits.

A sample becomes a whole number of millionths of its unit (limits go down to 0.00005 mg/L); pH becomes the hydrogen-ion
concentration in 1e-14 mol/L, because that is what is averaged; algal cells stay whole. A daily mean over up to ten
samples divides 2520 (pH: up to six divide 60) and is therefore a whole number of *ticks*. Monthly means are rounded to
the tick, some 4e-10 mg/L; comparisons allow for as much, which is far below anything that was measured.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import ibis

__all__ = ["AUTOMATIC", "PACK", "fine", "is_number", "limit_ticks", "magnitudes", "ticks_per_unit", "to_value"]

#: Parameters of the automatic stations, in the order of their table.
AUTOMATIC = ("WT", "PH", "DO", "EC", "TURB", "CODMN", "NH3N", "TP", "TN", "CHLA", "ALGAE")
#: A sample adds `magnitude * PACK + 1`, so that one sum carries both the total and the number of samples.
PACK = 1024
_MILLION = 1_000_000
_IONS = 10**14
_WHOLE = float(2**52)
_CEILING, _CELLS = 5e5, 5e11


def _scale(parameter: str, hydrogen: bool) -> tuple[int, int]:
    """(magnitudes per unit, ticks per magnitude)."""
    if parameter == "PH" and hydrogen:
        return _IONS, 60
    if parameter == "ALGAE":
        return 1, 2520
    return _MILLION, 2520


def ticks_per_unit(parameter: str, *, hydrogen: bool = True) -> int:
    """Ticks of one unit of a parameter (of one mol/L for pH)."""
    per_unit, fine = _scale(parameter, hydrogen)
    return per_unit * fine


def fine(parameter: str, *, hydrogen: bool = True) -> int:
    """Ticks of one magnitude."""
    return _scale(parameter, hydrogen)[1]


def is_number(value: Any) -> Any:
    """Whether a value is one; NaN is found by arithmetic, which no statistics of a file can answer wrongly."""
    return value * 0.0 == 0.0


def magnitudes(parameter: Any, value: Any, *, hydrogen: bool = True) -> Any:
    """Nearest whole number of magnitudes of the values of a column of parameters, still a double; null when impossible.

    Impossible are negative concentrations, pH outside 0.5 … 14 and what an engine could not carry exactly; water below
    0 °C, which sensors print now and then, counts as 0 °C.
    """
    none = ibis.null("float64")
    cells = (value + 0.5).floor().cast("float64")
    cold = (parameter == "WT") & (value >= -5)
    # The order is that of cost: comparisons of numbers first, names of parameters only for what is left.
    branches = [
        (value < 0, cold.ifelse(ibis.literal(0.0), none)),
        (value > _CEILING, ((parameter == "ALGAE") & (value <= _CELLS)).ifelse(cells, none)),
    ]
    if hydrogen:
        ions = (ibis.literal(10.0).pow(-value) * float(_IONS) + 0.5).floor().cast("float64")
        branches.append((parameter == "PH", ((value >= 0.5) & (value <= 14)).ifelse(ions, none)))
    branches.append((parameter == "ALGAE", cells))
    return ibis.cases(*branches, else_=(value * float(_MILLION) + _WHOLE) - _WHOLE)


def to_value(parameter: Any, ticks: Any, den: Any, *, hydrogen: bool = True) -> Any:
    """Value [unit of the parameter] of `ticks / den`; pH to four decimals: logarithms differ in their last bit.

    Parameters
    ----------
    parameter:
        Column of codes.
    """
    number = ticks.cast("float64") / den.cast("float64")
    plain = number / float(ticks_per_unit("DO"))
    cells = number / float(ticks_per_unit("ALGAE"))
    if not hydrogen:
        return ibis.cases((parameter == "ALGAE", cells), else_=plain)
    ions = ibis.greatest(number / float(ticks_per_unit("PH")), ibis.literal(1e-15))
    ph = ((-ions.log10()) * 10000.0 + 0.5).floor() / 10000.0
    return ibis.cases((parameter == "PH", ph), (parameter == "ALGAE", cells), else_=plain)


def limit_ticks(parameter: str, limit: Fraction, *, hydrogen: bool = True) -> int:
    """A limit in ticks, exactly; of pH the ion concentration at that pH (a whole number for whole pH).

    Examples
    --------
    >>> limit_ticks("HG", Fraction("0.00005")), limit_ticks("PH", Fraction(9))
    (126000, 6000000)
    """
    if parameter == "PH" and hydrogen:
        if limit.denominator == 1:
            return int(ticks_per_unit("PH") // 10 ** int(limit))
        return round(ticks_per_unit("PH") * 10 ** float(-limit))
    return int(limit * ticks_per_unit(parameter, hydrogen=hydrogen))
