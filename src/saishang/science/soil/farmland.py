"""Farmland soil (农用地土壤), GB 15618-2018: screening and intervention values by item, land use and pH.

At most the screening value: low risk (优先保护). Between: safe use (安全利用). Over the intervention value: strict
control (严格管控). The worst item decides. Copper, nickel and zinc have no intervention value and never lead to strict
control.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from saishang.science.detection import measured
from saishang.science.naming import NameBook
from saishang.science.numbers import InputError, exact_or_none
from saishang.science.units import stated

__all__ = ["Farmland", "FarmlandItem", "FarmlandVerdict", "assess_farmland"]

Category = Literal["priority", "safe_use", "strict"]
Kind = Literal["screening", "intervention"]


@dataclass(frozen=True, slots=True)
class FarmlandItem:
    """One item in one sample [mg/kg]; limits None = the standard has none, value None = missing."""

    name: str
    item: str
    value: Fraction | None
    screening: Fraction
    intervention: Fraction | None

    @property
    def over_screening(self) -> bool | None:
        """Whether the value is over the screening value; None when missing."""
        return None if self.value is None else self.value > self.screening

    @property
    def over_intervention(self) -> bool | None:
        """Whether the value is over the intervention value; False where there is none, None when missing."""
        if self.intervention is None:
            return False
        return None if self.value is None else self.value > self.intervention


@dataclass(frozen=True, slots=True)
class FarmlandVerdict:
    """Category of a sample; None = cannot be told, because a missing item could still make it worse."""

    category: Category | None
    items: tuple[FarmlandItem, ...]

    @property
    def over_screening(self) -> tuple[str, ...]:
        """Items over the screening value, sorted."""
        return tuple(sorted(item.name for item in self.items if item.over_screening))

    @property
    def over_intervention(self) -> tuple[str, ...]:
        """Items over the intervention value, sorted."""
        return tuple(sorted(item.name for item in self.items if item.over_intervention))

    @property
    def missing(self) -> tuple[str, ...]:
        """Items named without a value, sorted."""
        return tuple(sorted(item.name for item in self.items if item.value is None))


@dataclass(frozen=True)
class Farmland:
    """GB 15618 as it is used.

    Attributes
    ----------
    bands:
        Upper ends of the pH bands, inclusive, the last one open (None).
    limits:
        (kind, item, row) → value per band [mg/kg]; row `paddy`, `other`, `orchard` or `all`.
    land_uses:
        Land use → rows it takes its values from; of several the stricter value (水旱轮作).
    names:
        Spellings of land uses.
    titles:
        Item → its own Chinese name.
    """

    name: str
    bands: tuple[Fraction | None, ...]
    limits: Mapping[tuple[Kind, str, str], tuple[Fraction, ...]]
    land_uses: Mapping[str, tuple[str, ...]]
    names: NameBook
    book: NameBook
    titles: Mapping[str, str] = field(default_factory=dict)

    def band(self, ph: Fraction) -> int:
        """Index of the pH band; bands are closed above (6.5 belongs to 5.5–6.5)."""
        for index, upper in enumerate(self.bands):
            if upper is None or ph <= upper:
                return index
        return len(self.bands) - 1

    def depends_on_ph(self, item: str) -> bool:
        """Whether the values of an item differ between pH bands (those of table 2 do not)."""
        return any(len(set(values)) > 1 for (_, key, _), values in self.limits.items() if key == item)

    def limit(self, kind: Kind, item: str, land_use: str, band: int) -> Fraction | None:
        """The value for a land use and pH band; where a land use has no row of its own, that of other land holds."""
        found = []
        for row in self.land_uses[land_use]:
            values = next(
                (
                    self.limits[kind, item, place]
                    for place in (row, "other", "all")
                    if (kind, item, place) in self.limits
                ),
                None,
            )
            if values is not None:
                found.append(values[band])
        return min(found, default=None)


def assess_farmland(values: Mapping[str, object], ph: object, land_use: str, standard: Farmland) -> FarmlandVerdict:
    """Judge one sample of farmland soil.

    Parameters
    ----------
    values:
        Item (any spelling) → total content [mg/kg]; None = missing, `<0.01` or `0.01L` = below detection.
    ph:
        Soil pH; may be missing only when no item depends on it.
    land_use:
        水田, 水旱轮作, 果园, 其他 (旱地, 水浇地, 菜地 …).

    Raises
    ------
    InputError
        For an unknown item or land use, an item given twice, a pH outside 0–14, a pH that is needed and missing.
    """
    if not values:
        raise InputError("A category needs the content of at least one item.", fix='Give values as {"cd": 0.4}.')
    use = standard.names.key(land_use)
    number = exact_or_none(ph, name="ph")
    if number is not None and not 0 <= number <= 14:
        raise InputError(f"ph must lie between 0 and 14, got {float(number):g}.", fix="Check the value.")
    items = []
    seen: dict[str, str] = {}
    for name, value in values.items():
        key = standard.book.key(name)
        if key in seen:
            raise InputError(f"{name} and {seen[key]} are one item.", fix="Give it once.")
        seen[key] = name
        if number is None and standard.depends_on_ph(key):
            raise InputError(f"The values for {name} depend on pH, which is missing.", fix="Give the pH of the soil.")
        band = 0 if number is None else standard.band(number)
        screening = standard.limit("screening", key, use, band)
        if screening is None:  # no land use is without a row: the loader's tables are complete
            raise InputError(f"{standard.name} has no screening value for {name} on {land_use}.", fix="Leave it out.")
        intervention = standard.limit("intervention", key, use, band)
        items.append(FarmlandItem(name, key, _content(value, name), screening, intervention))
    return FarmlandVerdict(_category(items), tuple(items))


def _content(value: object, name: str) -> Fraction | None:
    """A content as laboratories write it; a unit behind it is converted."""
    read = measured(stated(value, "mg/kg", name=name), name=name)
    return None if read is None else read.value


def _category(items: list[FarmlandItem]) -> Category | None:
    """The worst item decides; what is missing must not pass for harmless."""
    if any(item.over_intervention for item in items):
        return "strict"
    unknown = [item for item in items if item.value is None]
    if any(item.intervention is not None for item in unknown):
        return None
    if any(item.over_screening for item in items):
        return "safe_use"
    return None if unknown else "priority"
