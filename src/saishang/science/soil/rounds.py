"""One sample of a long-term monitoring point judged by what its land is: GB 15618 on farmland, GB 36600 elsewhere.

What the standard asks for and the sample does not have counts as missing, and missing never passes: eight items on
farmland, the forty-five basic items of table 1 on development land.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.soil.development import DevelopmentLand, assess_development_land
from saishang.science.soil.farmland import Farmland, assess_farmland

__all__ = ["DEVELOPMENT", "FARMLAND_BASIC", "ORDER", "JudgedItem", "JudgedSample", "judge_sample"]

#: Items of table 1 of GB 15618; its table 2 (HCH, DDT, benzo[a]pyrene) is judged where it was measured.
FARMLAND_BASIC = ("cd", "hg", "as", "pb", "cr", "cu", "ni", "zn")
#: Land use of the register → class of GB 36600; other land uses are farmland.
DEVELOPMENT: Mapping[str, int] = {"class1": 1, "class2": 2}
#: Results from good to bad: on farmland risk categories, on development land against the values.
ORDER = ("priority", "safe_use", "strict", "below_screening", "over_screening", "over_intervention")
ItemResult = Literal["within", "over_screening", "over_intervention"]


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """One item [mg/kg]; `intervention` None where the standard has none, `result` None when it is missing."""

    item: str
    value: Fraction | None
    screening: Fraction
    intervention: Fraction | None
    result: ItemResult | None


@dataclass(frozen=True, slots=True)
class JudgedSample:
    """A sample: its result (None = cannot be told), why not, and its items, those that are missing too."""

    result: str | None
    reason: Literal["", "no_ph", "items_missing", "no_data"]
    items: tuple[JudgedItem, ...]

    def named(self, result: ItemResult | None) -> tuple[str, ...]:
        """Items with that result; None = the missing ones."""
        return tuple(entry.item for entry in self.items if entry.result == result)


def judge_sample(
    values: Mapping[str, Fraction | None], ph: Fraction | None, land_use: str, farmland: Farmland,
    development: DevelopmentLand,
) -> JudgedSample:  # fmt: skip
    """Judge one sample.

    Parameters
    ----------
    values:
        Item of the standard that applies (`cd` … on farmland, the Chinese names of GB 36600 elsewhere) → content
        [mg/kg]; None = missing.
    ph:
        Soil pH; farmland cannot be judged without it.
    land_use:
        As the register has it: `paddy rotation orchard other class1 class2`.
    """
    if not any(value is not None for value in values.values()):
        return JudgedSample(None, "no_data", ())
    if land_use in DEVELOPMENT:
        basic = [key for key, entry in development.items.items() if entry.basic]
        whole = {key: values.get(key) for key in dict.fromkeys([*basic, *values])}
        verdict = assess_development_land(whole, DEVELOPMENT[land_use], development)
        items = tuple(
            JudgedItem(
                entry.name, entry.value, entry.screening, entry.intervention,
                _worded(entry.value, entry.screening, entry.intervention),
            )
            for entry in verdict.items
        )  # fmt: skip
        return JudgedSample(verdict.result, "" if verdict.result else "items_missing", items)
    if ph is None:
        return JudgedSample(None, "no_ph", ())
    whole = {key: values.get(key) for key in dict.fromkeys([*FARMLAND_BASIC, *values])}
    found = assess_farmland(whole, ph, land_use, farmland)
    items = tuple(
        JudgedItem(
            entry.item, entry.value, entry.screening, entry.intervention,
            _worded(entry.value, entry.screening, entry.intervention),
        )
        for entry in found.items
    )  # fmt: skip
    return JudgedSample(found.category, "" if found.category else "items_missing", items)


def _worded(value: Fraction | None, screening: Fraction, intervention: Fraction | None) -> ItemResult | None:
    if value is None:
        return None
    if value <= screening:
        return "within"
    return "over_intervention" if intervention is not None and value > intervention else "over_screening"
