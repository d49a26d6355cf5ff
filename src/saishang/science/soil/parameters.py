"""Which parameter of the lake is which item of GB 15618 and GB 36600: by name, so that tables cannot drift apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.rules import Rules
from saishang.science.naming import folded
from saishang.science.soil.development import DevelopmentLand
from saishang.science.soil.farmland import Farmland

__all__ = ["MEDIUM", "PH", "coarsest_limit", "development_items", "farmland_items", "spellings"]

#: Medium of the parameters, and the one that is no content but decides the band of the values.
MEDIUM, PH = "soil", "SOIL.pH"


def farmland_items(rules: Rules, standard: Farmland) -> Mapping[str, str]:
    """Parameter code → item of GB 15618, where the parameter has the item's own name."""
    own = {folded(zh): item for item, zh in standard.titles.items()}
    return {code: own[folded(zh)] for code, zh in _named(rules) if folded(zh) in own}


def development_items(rules: Rules, standard: DevelopmentLand) -> Mapping[str, str]:
    """Parameter code → item of GB 36600, where the parameter has the item's own name.

    Aliases do not count: 铬 is no 铬(六价), and 滴滴涕 of GB 36600 is not the 滴滴涕总量 of GB 15618.
    """
    own = {folded(item): item for item in standard.items}
    return {code: own[folded(zh)] for code, zh in _named(rules) if folded(zh) in own}


def _named(rules: Rules) -> Iterator[tuple[str, str]]:
    for row in rules.parameters.values():
        if row["medium"] == MEDIUM and row["code"] != PH:
            yield str(row["code"]), str(row["zh"])


@dataclass(frozen=True, slots=True)
class Spelling:
    """A parameter with every name it goes by in files."""

    parameter: str
    names: tuple[str, ...]
    limit: Fraction | None


def spellings(rules: Rules, farmland: Farmland, development: DevelopmentLand) -> Iterator[Spelling]:
    """Every parameter with the names of either standard, its own code, and the largest detection limit that says much.

    A spelling that the two standards use for different things (滴滴涕) belongs to the one whose own name it is.
    """
    farm, plots = farmland_items(rules, farmland), development_items(rules, development)
    named: dict[str, set[str]] = {PH: {PH, "pH", "pH值", "土壤pH", "酸碱度", "Soil pH"}}
    own = {folded(name): code for code, zh in _named(rules) for name in (zh, rules.parameters[code]["en"])}
    for book, items in ((farmland.book, farm), (development.book, plots)):
        by_item = {item: code for code, item in items.items()}
        for name, key in book.items():
            if key in by_item:
                code = by_item[key]
                named.setdefault(code, {code})
                if own.get(folded(name), code) == code:
                    named[code].add(name)
    for code, names in named.items():
        limit = coarsest_limit(farm.get(code), plots.get(code), farmland, development)
        yield Spelling(code, tuple(sorted(names)), limit)


def coarsest_limit(
    farm: str | None, plot: str | None, farmland: Farmland, development: DevelopmentLand
) -> Fraction | None:
    """Largest detection limit that still says something: the lowest screening value of either standard [mg/kg]."""
    found = [
        value
        for (kind, item, _row), values in farmland.limits.items()
        if kind == "screening" and item == farm
        for value in values
    ]
    if plot is not None:
        found += development.items[plot].screening
    return min(found, default=None)
