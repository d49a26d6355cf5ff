"""Names of water items in case files: lower-case codes (`nh3n`), codes, Chinese and English names, HJ 525 codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from saishang.rules import Rules
from saishang.science.calc.registry import Case, Field
from saishang.science.detection import measured
from saishang.science.naming import NameBook
from saishang.science.numbers import InputError
from saishang.science.units import stated
from saishang.science.water.limits import Body

__all__ = ["BODY", "body_of", "items_book", "key_of", "named_values", "names_given"]

#: The input that says which limits of total phosphorus hold.
BODY = Field(
    "body", "水体类型（河流或湖库）", "Kind of water body", "text", choices=("river", "lake"),
    words=(("河流", "river"), ("rivers", "river"), ("湖库", "lake"), ("湖泊", "lake"), ("水库", "lake"),
           ("湖泊（水库）", "lake"), ("lakes", "lake"), ("reservoir", "lake")),
)  # fmt: skip

_MOST_ALKALINE = 14
#: Items that are no row of a limit table but are named in water topics.
_OTHERS = ("WT", "EC", "TURB", "CHLA", "SD", "ORP", "ALGAE")
_ALIASES = {
    "WT": ("water_temp", "temperature"), "SULFIDE": ("s2",), "CODMN": ("imn",), "FC": ("粪大肠菌群数",),
    "NH3N": ("NH3-N", "NH4-N", "NH4+-N"), "COD": ("CODCr",), "NO3N": ("NO3-N",), "CR6": ("Cr(VI)", "Cr6+"),
    "CHLA": ("Chl-a",), "SD": ("透明度（SD）",),
}  # fmt: skip


def key_of(parameter: str) -> str:
    """Key of a parameter in results: its code in lower case."""
    return parameter.lower()


def items_book(rules: Rules) -> NameBook:
    """Any spelling of a surface water item → its code."""
    return _book(rules.digest, _Rules(rules))


class _Rules:
    """Carries the rules past the cache, whose key is their digest."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rules)


@lru_cache(maxsize=4)
def _book(digest: str, holder: _Rules) -> NameBook:
    rules = holder.rules
    codes = [row["parameter"] for row in rules.table("standards/water/surface_limits")]
    codes += [row["parameter"] for row in rules.table("standards/water/source_limits")]
    spellings = []
    for code in dict.fromkeys([*codes, *_OTHERS]):
        row = rules.parameters[code]
        names = [row["zh"], row["en"], *([row["hj212"]] if row["hj212"] else []), *_ALIASES.get(code, ())]
        spellings.append((code, names))
    return NameBook(spellings, what="water item")


def names_given(rules: Rules, values: Mapping[str, Any]) -> dict[str, str]:
    """Parameter code → the name under which the case gives it.

    Raises
    ------
    InputError
        For an unknown item, or one that is given twice under different names.
    """
    book = items_book(rules)
    found: dict[str, str] = {}
    for name in values:
        code = book.key(str(name))
        if code in found:
            raise InputError(f"The item {key_of(code)} is given twice.", fix="Give it once.")
        found[code] = name
    return found


def named_values(rules: Rules, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under their parameter codes, units that are stated behind them converted.

    Raises
    ------
    InputError
        As `names_given`; also for a unit of another kind than the parameter's, and a pH that no water has.
    """
    found = {
        code: stated(values[name], str(rules.parameters[code]["unit"]), name=name)
        for code, name in names_given(rules, values).items()
    }
    ph = measured(found.get("PH"), name="ph")
    if ph is not None and ph.value > _MOST_ALKALINE:
        raise InputError(f"ph must lie between 0 and 14, got {float(ph.value):g}.", fix="Check the value.")
    return found


def body_of(case: Case, default: Body = "river") -> Body:
    """Kind of water body of a case."""
    return cast("Body", case.inputs.get("body") or default)
