"""Classes of groundwater quality (地下水质量分类), GB/T 14848-2017: each item by its limits, the worst decides.

Equal limits of neighbouring classes give the better class; bounds belong to the better side. The score method of the
1993 edition (F value) is gone and is not mixed in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.naming import NameBook
from saishang.science.numbers import InputError, exact, non_negative
from saishang.science.units import stated

__all__ = [
    "BelowDetection",
    "Groundwater",
    "Item",
    "ItemClass",
    "Measured",
    "Verdict",
    "classify",
    "item_class",
    "measured",
]

Kind = Literal["max", "range", "word", "detect"]
BelowDetection = Literal["half", "limit", "zero"]
ROMAN = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ")
_MISSING = {"", "na", "n/a", "null", "none", "-", "—", "/"}
_BELOW = re.compile(r"(?:<\s*(?P<before>[0-9.eE+-]+)|(?P<after>[0-9.eE+-]+)\s*[lL])\Z")


@dataclass(frozen=True, slots=True)
class Item:
    """Limits of one item: class k holds values from `low[k]` to `high[k]`, both inclusive, None = open.

    `beyond` is the class of what no bound holds: 5, or 4 where the standard prints one value for Ⅳ and Ⅴ (total alpha
    and beta activity: the nuclides have to be analysed).
    """

    key: str
    zh: str
    en: str
    unit: str
    kind: Kind
    low: tuple[Fraction | None, Fraction | None, Fraction | None, Fraction | None]
    high: tuple[Fraction | None, Fraction | None, Fraction | None, Fraction | None]
    beyond: int = 5
    group: Literal["routine", "other"] = "routine"


@dataclass(frozen=True)
class Groundwater:
    """The items of one edition and how their values are read."""

    name: str
    items: Mapping[str, Item]
    book: NameBook
    absent: frozenset[str]
    present: frozenset[str]
    not_detected: frozenset[str]
    below_detection: BelowDetection = "half"

    def item(self, name: str) -> Item:
        """Find an item by key, Chinese or English name, or alias."""
        return self.items[self.book.key(name)]


@dataclass(frozen=True, slots=True)
class Measured:
    """A value as reported: `below` a detection limit, `word` for items without a number."""

    value: Fraction | None
    below: bool = False
    limit: Fraction | None = None
    word: Literal["absent", "present"] | None = None

    @property
    def missing(self) -> bool:
        """Whether there is neither a number nor a word."""
        return self.value is None and self.word is None


@dataclass(frozen=True, slots=True)
class ItemClass:
    """Class 1 … 5 of one item; None when its value is missing.

    `coarse`: only because half of a coarse detection limit lies over a better class's limit. `nuclides`: over the bound
    beyond which the standard asks for nuclide analysis.
    """

    name: str
    item: str
    value: Fraction | None
    number: int | None
    coarse: bool = False
    nuclides: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Class of a sample: the worst item, and the items that are in it.

    `number` is None when no value at all was given; `missing` names items asked for but without a value.
    """

    number: int | None
    worst: tuple[str, ...]
    items: tuple[ItemClass, ...]
    missing: tuple[str, ...]

    @property
    def roman(self) -> str | None:
        """Ⅰ … Ⅴ."""
        return None if self.number is None else ROMAN[self.number - 1]


def measured(value: object, item: Item, standard: Groundwater) -> Measured:
    """Read a value as laboratories write it: `0.05`, `<0.05`, `0.05L`, `未检出`, `无`, None.

    A value below detection stands for half the limit by default (setting `below_detection`; confirmed for surface water
    only); `未检出` without a limit stands for zero.

    Raises
    ------
    InputError
        For anything else, and for a word where a number is needed.
    """
    if value is None or (isinstance(value, str) and value.strip().casefold() in _MISSING - {"none"}):
        return Measured(None)
    if isinstance(value, bool):
        value = "true" if value else "false"
    value = stated(value, item.unit, name=item.key)
    if item.kind == "word":
        return _word(value, item, standard)
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        if text.casefold() in standard.not_detected:
            return Measured(Fraction(0), below=True)
        match = _BELOW.match(text)
        if match:
            limit = exact(match["before"] or match["after"], name=item.key)
            share = {"half": Fraction(1, 2), "limit": Fraction(1), "zero": Fraction(0)}[standard.below_detection]
            return Measured(limit * share, below=True, limit=limit)
        if text.casefold() == "none":
            return Measured(None)
    number = non_negative(value, name=item.key)
    if item.kind == "range" and number is not None and number > 14:
        raise InputError(f"{item.key} must lie between 0 and 14, got {float(number):g}.", fix="Check the value.")
    return Measured(number)


def _word(value: object, item: Item, standard: Groundwater) -> Measured:
    text = str(value).strip().casefold()
    if text in standard.absent:
        return Measured(None, word="absent")
    if text in standard.present:
        return Measured(None, word="present")
    raise InputError(f"{item.zh} is told in words, got {value!r}.", fix="Write 无 (absent) or 有 (present).")


def item_class(item: Item, found: Measured) -> int | None:
    """Class 1 … 5 of one value by the limits of its item; None when missing (GB/T 14848-2017, tables 1 and 2)."""
    if found.word is not None:
        return 1 if found.word == "absent" else 5
    if found.value is None:
        return None
    if item.kind == "detect" and (found.below or found.value == 0):
        return 1
    for number, (low, high) in enumerate(zip(item.low, item.high, strict=True), start=1):
        if low is None and high is None:
            continue
        if (low is None or found.value >= low) and (high is None or found.value <= high):
            return number
    return item.beyond


def classify(values: Mapping[str, object], standard: Groundwater) -> Verdict:
    """Class of a sample by its worst item; the items in that class are named.

    Parameters
    ----------
    values:
        Item (any spelling) → value [unit of the item: mg/L for inorganics, µg/L for organics].

    Returns
    -------
    Items under the names given, sorted. A missing value neither helps nor harms the class; it is named in `missing`.

    Raises
    ------
    InputError
        For an unknown item, an item given twice, a value that cannot be read, or no item at all.
    """
    if not values:
        raise InputError("A class needs the value of at least one item.", fix='Give values as {"cl": 180, "f": 0.8}.')
    found: list[ItemClass] = []
    seen: dict[str, str] = {}
    for name, value in values.items():
        item = standard.item(name)
        if item.key in seen:
            raise InputError(f"{name} and {seen[item.key]} are one item.", fix="Give it once.")
        seen[item.key] = name
        found.append(_classified(name, item, measured(value, item, standard)))
    known = [entry for entry in found if entry.number is not None]
    worst = max((entry.number or 0 for entry in known), default=None)
    return Verdict(
        number=worst,
        worst=tuple(sorted(entry.name for entry in known if entry.number == worst)),
        items=tuple(found),
        missing=tuple(sorted(entry.name for entry in found if entry.number is None)),
    )


def _classified(name: str, item: Item, reading: Measured) -> ItemClass:
    number = item_class(item, reading)
    coarse = False
    if reading.below and reading.value and number is not None and number > 1:
        # Nothing was found, yet half the method's limit is over a better class: the method is too coarse to tell.
        coarse = True
    over_printed = item.beyond == 4 and number == 4
    return ItemClass(name, item.key, reading.value, number, coarse=coarse, nuclides=over_printed)
