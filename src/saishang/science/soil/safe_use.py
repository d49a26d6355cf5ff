"""Safe use counted: 受污染耕地安全利用率 by the national trial method, and our count for key construction land."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, exact
from saishang.science.rounding import round_half_even

__all__ = [
    "ConstructionUse", "SafeUse", "construction_land_use", "farmland_from_fields", "farmland_safe_use", "field_measure",
]  # fmt: skip

_PARTS = ("B", "C", "D", "E")


@dataclass(frozen=True, slots=True)
class SafeUse:
    """Areas of the national method, in one unit, and the rate A = (B + C + D) / E [%]."""

    priority: Fraction
    safe: Fraction
    strict: Fraction
    polluted: Fraction

    @property
    def rate(self) -> Fraction:
        """Unrounded rate [%]."""
        return 100 * (self.priority + self.safe + self.strict) / self.polluted

    @property
    def rounded(self) -> Decimal:
        """Rate to one decimal [%]."""
        return round_half_even(self.rate, 1)


def farmland_safe_use(areas: Mapping[str, object]) -> SafeUse:
    """Safe-use rate of contaminated farmland from the four areas B, C, D, E (one unit, for example 亩).

    B: lightly polluted with measures of priority protection; C: light to medium with safe use or remediation and crops
    that meet the standard; D: heavily polluted with strict control; E: all polluted farmland. A field counts once.

    Raises
    ------
    InputError
        When a part is missing or negative, E is 0, or B + C + D is over E (a field was counted twice).
    """
    found = {}
    for part in _PARTS:
        if areas.get(part) is None:
            raise InputError(
                f"The area {part} is missing; a rate without it would pass for more than it is.", fix=f"Give {part}."
            )
        found[part] = exact(areas[part], name=part)
        if found[part] < 0:
            raise InputError(f"The area {part} must not be negative.", fix="Check the number.")
    if found["E"] == 0:
        raise InputError("There is no polluted farmland (E = 0), so there is no rate.", fix="Leave the rate open.")
    if found["B"] + found["C"] + found["D"] > found["E"]:
        raise InputError(
            f"B + C + D is {float(found['B'] + found['C'] + found['D']):g}, over E = {float(found['E']):g}.",
            fix="A field that is treated in two ways counts once.",
        )
    return SafeUse(found["B"], found["C"], found["D"], found["E"])


def farmland_from_fields(fields: Iterable[tuple[str, object, str | None]]) -> SafeUse:
    """Safe-use rate from a list of polluted fields, each counted once.

    Parameters
    ----------
    fields:
        (field, area, measure) with measure `B`, `C`, `D`, or None for a field without a measure that counts.

    Raises
    ------
    InputError
        For a field listed twice, an unknown measure, or no field at all.
    """
    areas = dict.fromkeys(_PARTS, Fraction(0))
    seen: set[str] = set()
    for name, area, measure in fields:
        if name in seen:
            raise InputError(f"The field {name} is listed twice.", fix="A field counts once, with one measure.")
        seen.add(name)
        if measure not in (None, "B", "C", "D"):
            raise InputError(f"The measure of {name} is B, C, D or none, got {measure!r}.", fix="Check the field.")
        number = exact(area, name=f"area of {name}")
        areas["E"] += number
        if measure is not None:
            areas[measure] += number
    return farmland_safe_use(areas)


def field_measure(field: Mapping[str, object]) -> str | None:
    """Which part of the rate a field of the register belongs to: `B`, `C`, `D`, or None.

    A field that fits two of them counts once, in the first (national trial method: a field counts once).

    Parameters
    ----------
    field:
        `pollution` light, medium or heavy; `priority_measure`, `safe_measure`, `strict_measure` truth values;
        `crops_meet` met, missed or unsampled.

    Examples
    --------
    >>> field_measure({"pollution": "light", "priority_measure": True, "safe_measure": True, "crops_meet": "met"})
    'B'
    """
    pollution = field.get("pollution")
    if pollution == "light" and field.get("priority_measure") is True:
        return "B"
    if pollution in ("light", "medium") and field.get("safe_measure") is True and field.get("crops_meet") == "met":
        return "C"
    return "D" if pollution == "heavy" and field.get("strict_measure") is True else None


@dataclass(frozen=True, slots=True)
class ConstructionUse:
    """Plots that changed to a sensitive use: how many, and how many were opened against the rules.

    A proposal: no national formula was found; the national result is stated in words.
    """

    changed: int
    against_rules: tuple[str, ...]

    @property
    def rate(self) -> Decimal | None:
        """Share of plots used as the law allows [%], one decimal; None when no plot changed its use."""
        if not self.changed:
            return None
        return round_half_even(Fraction(100 * (self.changed - len(self.against_rules)), self.changed), 1)

    @property
    def effective(self) -> bool | None:
        """有效保障: no plot was opened against the rules; None when no plot changed its use."""
        return None if not self.changed else not self.against_rules


def construction_land_use(plots: Iterable[tuple[str, bool, bool]]) -> ConstructionUse:
    """Count plots whose use changed to housing, public administration or public service.

    Parameters
    ----------
    plots:
        (plot, opened, allowed): whether the plot was opened or supplied, and what the gate said on that day.
    """
    listed = list(plots)
    if len({plot for plot, _, _ in listed}) < len(listed):
        raise InputError("A plot is listed twice.", fix="Give each plot once.")
    return ConstructionUse(len(listed), tuple(plot for plot, opened, allowed in listed if opened and not allowed))
