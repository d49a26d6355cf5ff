"""Figures made of counted parts: the formulas of indicators whose parts are reported one by one (由分项计算的指标).

Each takes its parts by name and gives the unrounded figure; what contradicts itself is an error, never a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from saishang.science.numbers import InputError, exact
from saishang.science.soil.safe_use import farmland_safe_use

__all__ = ["FORMULAS", "compose"]

Parts = Mapping[str, Fraction]


def _safe_use(parts: Parts) -> Fraction:
    """受污染耕地安全利用率 A = (B + C + D) / E [%]."""
    return farmland_safe_use(parts).rate


def _share(parts: Parts) -> Fraction:
    """Part of a whole [%]."""
    part, whole = parts["part"], parts["whole"]
    if whole == 0:
        raise InputError("The whole is 0, so there is no share.", fix="Leave the share open.")
    if part > whole:
        raise InputError("The part is more than the whole.", fix="Check both numbers.")
    return 100 * part / whole


def _utilisation(parts: Parts) -> Fraction:
    """Used over generated plus what was used from earlier storage [%]."""
    used, generated, old = parts["used"], parts["generated"], parts["of_which_old"]
    if old > used:
        raise InputError("of_which_old is more than was used.", fix="It is the part of `used` from earlier storage.")
    if used - old > generated:
        raise InputError(
            "More was used of this year's waste than was generated.",
            fix="Put waste from earlier storage into of_which_old.",
        )
    if generated + old == 0:
        raise InputError("Nothing was generated and nothing used, so there is no rate.", fix="Leave the rate open.")
    return 100 * used / (generated + old)


def _rest_share(parts: Parts) -> Fraction:
    """What is left of a whole without the rest [%]."""
    rest, whole = parts["rest"], parts["whole"]
    if rest > whole:
        raise InputError("The rest is more than the whole.", fix="Check both numbers.")
    return 100 - _share({"part": rest, "whole": whole})


def _available_share(parts: Parts) -> Fraction:
    """Part of what came in fresh and what lay in stock [%]."""
    return _share({"part": parts["part"], "whole": parts["fresh"] + parts["stock"]})


#: Name of a formula → the parts it takes, and the function.
FORMULAS: Mapping[str, tuple[tuple[str, ...], Callable[[Parts], Fraction]]] = {
    "safe_use": (("B", "C", "D", "E"), _safe_use),
    "share": (("part", "whole"), _share),
    "rest_share": (("rest", "whole"), _rest_share),
    "available_share": (("part", "fresh", "stock"), _available_share),
    "utilisation": (("used", "generated", "of_which_old"), _utilisation),
}


def compose(formula: str, parts: Mapping[str, object]) -> Fraction:
    """The unrounded figure of a formula from its parts.

    Raises
    ------
    InputError
        For an unknown formula, a part that is missing, unknown or negative, parts that contradict each other.
    """
    if formula not in FORMULAS:
        raise InputError(f"There is no formula {formula!r}.", fix=f"Use one of {', '.join(FORMULAS)}.")
    wanted, function = FORMULAS[formula]
    found: dict[str, Fraction] = {}
    for name in (*wanted, *(name for name in parts if name not in wanted)):
        if name not in wanted:
            raise InputError(f"{formula} has no part {name!r}.", fix=f"It takes {', '.join(wanted)}.")
        if parts.get(name) is None:
            raise InputError(f"The part {name} is missing.", fix=f"Give {name}; a missing part is not zero.")
        found[name] = exact(parts[name], name=name)
        if found[name] < 0:
            raise InputError(f"{name} must not be negative.", fix="Check the number.")
    return function(found)
