"""Names of water items in case files: lower-case codes (`nh3n`), codes, Chinese and English names, HJ 525 codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from saishang.rules import Rules
from saishang.science.calc.registry import Case
from saishang.science.naming import NameBook
from saishang.science.water.limits import Body

__all__ = ["body_of", "items_book", "key_of", "named_values"]

#: Items that are no row of a limit table but are named in water topics.
_OTHERS = ("WT", "EC", "TURB", "CHLA", "SD", "ORP", "ALGAE")
_ALIASES = {"WT": ("water_temp", "temperature"), "SULFIDE": ("s2",), "CODMN": ("imn",), "FC": ("粪大肠菌群数",)}


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


def named_values(rules: Rules, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under their parameter codes.

    Raises
    ------
    InputError
        For an unknown item, or one that is given twice under different names.
    """
    from saishang.science.numbers import InputError

    book = items_book(rules)
    found: dict[str, Any] = {}
    for name, value in values.items():
        code = book.key(str(name))
        if code in found:
            raise InputError(f"The item {key_of(code)} is given twice.", fix="Give it once.")
        found[code] = value
    return found


def body_of(case: Case, default: Body = "river") -> Body:
    """Kind of water body of a case."""
    return cast("Body", case.inputs.get("body") or default)
