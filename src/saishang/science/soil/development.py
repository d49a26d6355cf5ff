"""Soil of development land (建设用地土壤), GB 36600-2018: screening and intervention values for two classes of land."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from saishang.science.detection import measured
from saishang.science.naming import NameBook
from saishang.science.numbers import InputError, exact, non_negative
from saishang.science.units import stated

__all__ = ["DevelopmentItem", "DevelopmentLand", "DevelopmentValues", "DevelopmentVerdict", "assess_development_land"]

Result = Literal["below_screening", "over_screening", "over_intervention"]
_ORDER: tuple[Result, ...] = ("below_screening", "over_screening", "over_intervention")


@dataclass(frozen=True, slots=True)
class DevelopmentValues:
    """Values of one item [mg/kg] for class 1 and class 2 land.

    `natural_background`: a content that is not over the soil's natural background is no contamination (arsenic, cobalt,
    vanadium).
    """

    item: str
    en: str
    basic: bool
    screening: tuple[Fraction, Fraction]
    intervention: tuple[Fraction, Fraction]
    natural_background: bool = False


@dataclass(frozen=True)
class DevelopmentLand:
    """The items of one edition."""

    name: str
    items: Mapping[str, DevelopmentValues]
    book: NameBook


@dataclass(frozen=True, slots=True)
class DevelopmentItem:
    """One item of a sample; `result` None = missing; `background` = over a value, but natural."""

    name: str
    value: Fraction | None
    screening: Fraction
    intervention: Fraction
    result: Result | None
    background: bool = False


@dataclass(frozen=True, slots=True)
class DevelopmentVerdict:
    """Result of a sample; None = cannot be told, because a missing item could still make it worse."""

    result: Result | None
    items: tuple[DevelopmentItem, ...] = field(default_factory=tuple)

    def named(self, result: Result) -> tuple[str, ...]:
        """Items with that result, sorted."""
        return tuple(sorted(item.name for item in self.items if item.result == result))

    @property
    def missing(self) -> tuple[str, ...]:
        """Items named without a value, sorted."""
        return tuple(sorted(item.name for item in self.items if item.result is None))

    @property
    def within_background(self) -> tuple[str, ...]:
        """Items over a value that count as natural, sorted."""
        return tuple(sorted(item.name for item in self.items if item.background))


def assess_development_land(
    values: Mapping[str, object],
    land_class: object,
    standard: DevelopmentLand,
    *,
    background: Mapping[str, object] | None = None,
) -> DevelopmentVerdict:
    """Judge one sample of development land soil.

    Parameters
    ----------
    values:
        Item (any spelling) → content [mg/kg]; None = missing, `<0.01` or `0.01L` = below detection.
    land_class:
        1 (housing, schools, parks for children …) or 2 (industry, storage, commerce, roads …).
    background:
        Item → natural background of the place [mg/kg], used for arsenic, cobalt and vanadium only.

    Returns
    -------
    The worst item decides; equal to a value is within it.

    Raises
    ------
    InputError
        For an unknown item, an item given twice, a land class that is not 1 or 2, a background where the standard has
        none.
    """
    if not values:
        raise InputError("A result needs the content of at least one item.", fix='Give values as {"砷": 45}.')
    column = _column(land_class)
    natural = {standard.book.key(name): non_negative(value, name=name) for name, value in (background or {}).items()}
    for key in natural:
        if not standard.items[key].natural_background:
            raise InputError(
                f"{standard.name} does not set {key} off against its background.",
                fix="Give the background of 砷, 钴 or 钒 only.",
            )
    items: list[DevelopmentItem] = []
    seen: dict[str, str] = {}
    for name, value in values.items():
        key = standard.book.key(name)
        if key in seen:
            raise InputError(f"{name} and {seen[key]} are one item.", fix="Give it once.")
        seen[key] = name
        items.append(_item(name, _content(value, name), standard.items[key], column, natural.get(key)))
    known = [item.result for item in items if item.result is not None]
    worst = max(known, key=_ORDER.index, default=None)
    if worst != "over_intervention" and any(item.result is None for item in items):
        worst = None
    return DevelopmentVerdict(worst, tuple(items))


def _content(value: object, name: str) -> Fraction | None:
    """A content as laboratories write it; a unit behind it is converted."""
    read = measured(stated(value, "mg/kg", name=name), name=name)
    return None if read is None else read.value


def _column(land_class: object) -> int:
    text = str(land_class).strip()
    number = {"一": 1, "I": 1, "二": 2, "II": 2}.get(
        unicodedata.normalize("NFKC", text).removeprefix("第").removesuffix("用地").removesuffix("类").upper()
    )
    if number is None:
        exactly = exact(land_class, name="land_class")
        number = int(exactly) if exactly in (1, 2) else None
    if number is None:
        raise InputError(f"The land class is 1 or 2, got {text}.", fix="1: housing, schools …; 2: industry, roads …")
    return number - 1


def _item(
    name: str, value: Fraction | None, limits: DevelopmentValues, column: int, natural: Fraction | None
) -> DevelopmentItem:
    screening, intervention = limits.screening[column], limits.intervention[column]
    if value is None:
        return DevelopmentItem(name, None, screening, intervention, None)
    if value <= screening:
        return DevelopmentItem(name, value, screening, intervention, "below_screening")
    if natural is not None and value <= natural:
        return DevelopmentItem(name, value, screening, intervention, "below_screening", background=True)
    result: Result = "over_screening" if value <= intervention else "over_intervention"
    return DevelopmentItem(name, value, screening, intervention, result)
