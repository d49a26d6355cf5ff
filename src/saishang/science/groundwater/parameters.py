"""Which parameter of the lake is which item of GB/T 14848: by name, so that the two tables cannot drift apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.rules import Rules
from saishang.science.groundwater.classes import Groundwater, Item, Measured
from saishang.science.numbers import exact

__all__ = ["MEDIUM", "coarsest_limit", "parameter_items", "reading", "spellings"]

#: Medium of the parameters.
MEDIUM = "groundwater"
_SHARES = {"half": Fraction(1, 2), "limit": Fraction(1), "zero": Fraction(0)}


def parameter_items(rules: Rules, standard: Groundwater) -> Mapping[str, str]:
    """Parameter code → key of the item, for every parameter of the medium that the standard knows."""
    rows = (row for row in rules.parameters.values() if row["medium"] == MEDIUM)
    return {str(row["code"]): standard.book[row["zh"]] for row in rows if row["zh"] in standard.book}


@dataclass(frozen=True, slots=True)
class Spelling:
    """A parameter with every name it goes by in files."""

    parameter: str
    item: Item
    names: tuple[str, ...]


def spellings(rules: Rules, standard: Groundwater) -> Iterator[Spelling]:
    """Every parameter with its item's names: Chinese, English, aliases, key, and the parameter's own code."""
    named: dict[str, list[str]] = {}
    for name, key in standard.book.items():
        named.setdefault(key, []).append(name)
    for code, key in parameter_items(rules, standard).items():
        yield Spelling(code, standard.items[key], (code, *named[key]))


def coarsest_limit(item: Item) -> Fraction | None:
    """Largest detection limit that still says something: that of class Ⅲ; None where no number bounds it.

    Half of a limit above it would class as Ⅲ what may be worse: such a result must not come in as a measurement.
    """
    return item.high[2] if item.kind in ("max", "detect") else None


def reading(item: Item, value: object, below: bool, standard: Groundwater) -> Measured:
    """A value of the lake as the classes read it.

    Parameters
    ----------
    value:
        Number in the item's unit; of items told in words 0 absent, 1 present; of a result below detection the limit, or
        None where the laboratory gave no limit.
    below:
        Whether it is below detection.
    """
    if item.kind == "word":
        return Measured(None) if value is None else Measured(None, word="present" if exact(value) else "absent")
    if below and value is None:
        return Measured(Fraction(0), below=True)
    if value is None:
        return Measured(None)
    number = exact(value)
    if below:
        return Measured(number * _SHARES[standard.below_detection], below=True, limit=number)
    # A pH over 14 is a slip of the pen, not a class.
    return Measured(None) if item.kind == "range" and number > 14 else Measured(number)
