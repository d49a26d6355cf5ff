"""A section (断面) by single-factor evaluation (单因子评价), GB 3838-2002 clause 5 and 环办〔2011〕22号.

The worst item decides the class. A missing item never lowers it, and with none of the five basic items there is no
class at all. Main pollutants (主要污染指标) are named only beyond class Ⅲ, the worst class first, then the larger
multiple over the limit of class Ⅲ; cyanide, lead, chromium and other heavy metals over Ⅲ go before all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.detection import HALF, Measured, measured
from saishang.science.water.classes import BEST, WORST
from saishang.science.water.limits import Body, ItemLimits, SurfaceLimits, oxygen_saturation

__all__ = ["ItemResult", "SectionResult", "SectionRule", "complies", "evaluate_section", "main_pollutants"]

_OXYGEN, _TEMPERATURE = "DO", "WT"
_NINETY = Fraction(9, 10)
#: Parameters whose values may lie below zero.
_SIGNED = frozenset({"WT", "ORP"})


@dataclass(frozen=True)
class SectionRule:
    """What the evaluation of a section needs beside its limits.

    Attributes
    ----------
    items:
        Parameters that decide the class.
    basic:
        The five of which at least one must be there.
    priority:
        Named first among main pollutants when over `over_class`.
    no_multiple:
        Parameters without an exceedance multiple.
    grades:
        Class number → word of quality.
    saturation:
        Whether 90 % saturation also makes class Ⅰ of dissolved oxygen.
    """

    limits: SurfaceLimits
    items: frozenset[str]
    basic: tuple[str, ...]
    priority: frozenset[str]
    no_multiple: frozenset[str]
    grades: Mapping[int, str]
    over_class: int = 3
    most: int = 3
    multiple_decimals: int = 2
    below_share: Fraction = HALF
    saturation: bool = False


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item of a section: value, class 1 … 6, multiple over class Ⅲ (None within it, or where there is none)."""

    parameter: str
    measured: Measured
    number: int
    multiple: Fraction | None

    @property
    def doubtful(self) -> bool:
        """Not detected, and yet half the detection limit lies over class Ⅲ: the method is too coarse."""
        return self.measured.below_detection and self.number > 3


@dataclass(frozen=True)
class SectionResult:
    """Class of a section; `number` and `grade` are None when none of the basic items was given."""

    number: int | None
    grade: str | None
    items: Mapping[str, ItemResult]
    main: tuple[ItemResult, ...]
    missing: tuple[str, ...]


def evaluate_section(
    values: Mapping[str, object], rule: SectionRule, body: Body = "river", *, only: Iterable[str] | None = None
) -> SectionResult:
    """Class, quality and main pollutants of a section.

    Parameters
    ----------
    values:
        Parameter code → value [unit of the parameter]; None = missing, `0.025L` = below detection. Items that do not
        decide the class (total nitrogen, faecal coliforms, temperature) may be there and are left out.
    body:
        `lake` for lakes and reservoirs, which have their own limits of total phosphorus.
    only:
        Items that count; default all of the rule ("5+X" of a section).
    """
    limits = rule.limits.of(body)
    wanted = rule.items if only is None else rule.items & set(only)
    found: dict[str, Measured] = {}
    for parameter, value in values.items():
        read = measured(value, name=parameter, share=rule.below_share, negative=parameter in _SIGNED)
        if read is not None:
            found[parameter] = read
    items = {
        parameter: _item(parameter, read, limits[parameter], rule, found.get(_TEMPERATURE))
        for parameter, read in found.items()
        if parameter in wanted
    }
    missing = tuple(parameter for parameter in rule.basic if parameter not in items)
    if len(missing) == len(rule.basic):
        return SectionResult(None, None, items, (), missing)
    number = max(item.number for item in items.values())
    return SectionResult(number, rule.grades[number], items, main_pollutants(items.values(), rule), missing)


def _item(
    parameter: str, read: Measured, limits: ItemLimits, rule: SectionRule, temperature: Measured | None
) -> ItemResult:
    number = limits.class_of(read.value)
    if (
        parameter == _OXYGEN
        and rule.saturation
        and temperature is not None
        and read.value >= _NINETY * oxygen_saturation(temperature.value)
    ):
        number = BEST
    over = number > rule.over_class and parameter not in rule.no_multiple
    return ItemResult(parameter, read, number, limits.multiple(read.value, rule.over_class) if over else None)


def main_pollutants(items: Iterable[ItemResult], rule: SectionRule) -> tuple[ItemResult, ...]:
    """At most `rule.most` items beyond class Ⅲ in the order of the measures; equal ones by their code."""
    over = [item for item in items if item.number > rule.over_class]
    if not over:
        return ()
    nothing = Fraction(-1)
    over.sort(
        key=lambda item: (
            item.parameter not in rule.priority,
            -item.number,
            -(nothing if item.multiple is None else item.multiple),
            item.parameter,
        )
    )
    return tuple(over[: rule.most])


def complies(number: int | None, target: int | None) -> bool | None:
    """Whether a section keeps its own target class; None without a class or without a target."""
    if number is None or target is None:
        return None
    return BEST <= number <= min(target, WORST)
