"""The figures of the water rules as the series need them: plain, frozen, limits in ticks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from saishang.science.numbers import exact
from saishang.science.water.from_rules import class_grades, river_rule, section_rule, setting, surface_limits
from saishang.science.water.limits import ItemLimits
from saishang.science.water.river import RiverRule

if TYPE_CHECKING:
    from saishang.rules import Rules

__all__ = ["WaterEdition", "WaterRules"]

_DOCUMENT = "standards/water/evaluation"
_OPEN = date(9999, 12, 31)


@dataclass(frozen=True)
class WaterEdition:
    """One edition of the evaluation: days in force, items that decide, the basic ones, limits by (body, parameter)."""

    name: str
    first: date
    last: date
    items: frozenset[str]
    basic: tuple[str, ...]
    own_items: bool
    limits: Mapping[tuple[str, str], ItemLimits]
    evaluated: frozenset[str]


@dataclass(frozen=True)
class WaterRules:
    """Everything the water series take from the rules.

    Attributes
    ----------
    automatic:
        Series of the lake whose samples come from automatic stations; all others are single samples.
    samples_per_day, samples_needed:
        Four-hourly values of a full day, and of a valid one.
    days_needed, months_quarter, months_year:
        What a month, a quarter and a year need.
    sections_percent:
        Share of a group's sections that its figures need [%]; dry and frozen sections count as there.
    hydrogen:
        Whether pH is averaged as hydrogen-ion concentration.
    below_share:
        Part of the detection limit that stands for a value below it.
    """

    editions: tuple[WaterEdition, ...]
    automatic: tuple[str, ...]
    samples_per_day: int
    samples_needed: int
    days_needed: int
    months_quarter: int
    months_year: int
    sections_percent: int
    hydrogen: bool
    below_share: Fraction
    priority: frozenset[str]
    no_multiple: frozenset[str]
    over_class: int
    most: int
    river: RiverRule
    grades: Mapping[int, str]
    good_up_to: int
    bad_from: int

    @classmethod
    def from_rules(cls, rules: Rules) -> WaterRules:
        """Read the shipped or a site's rules."""
        document: Mapping[str, Any] = rules.document(_DOCUMENT)
        editions = []
        for entry in document["editions"]:
            limits = surface_limits(rules, entry["from"] or entry["to"] or date(2012, 1, 1))
            both = {("river", code): item for code, item in limits.river.items()}
            both |= {("lake", code): item for code, item in limits.lake.items()}
            editions.append(
                WaterEdition(
                    name=entry["id"],
                    first=entry["from"] or date.min,
                    last=entry["to"] or _OPEN,
                    items=frozenset(entry["items"]),
                    basic=tuple(entry["basic"]),
                    own_items=bool(entry["own_items"]),
                    limits=both,
                    evaluated=limits.evaluated,
                )
            )
        section = section_rule(rules, date(2021, 1, 1))
        return cls(
            editions=tuple(editions),
            automatic=tuple(document["periods"]["automatic_series"]),
            samples_per_day=int(document["periods"]["samples_per_day"]),
            samples_needed=int(setting(rules, "samples_needed_per_day")),
            days_needed=int(setting(rules, "days_needed_per_month")),
            months_quarter=int(setting(rules, "months_needed_per_quarter")),
            months_year=int(setting(rules, "months_needed_per_year")),
            sections_percent=int(setting(rules, "sections_needed_percent")),
            hydrogen=setting(rules, "ph_mean") == "hydrogen_ion",
            below_share=exact(document["below_detection"]["share_of_limit"]),
            priority=section.priority,
            no_multiple=section.no_multiple,
            over_class=section.over_class,
            most=section.most,
            river=river_rule(rules),
            grades=class_grades(rules),
            good_up_to=int(document["good_up_to_class"]),
            bad_from=int(document["bad_from_class"]),
        )

    def edition(self, on: date) -> WaterEdition:
        """Edition in force on a day."""
        return next(entry for entry in self.editions if entry.first <= on <= entry.last)
