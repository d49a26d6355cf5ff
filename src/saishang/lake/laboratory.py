"""Laboratory results: every parameter of a medium under any name of its standard's items.

A description with `book` does not list its items. They are those of the standards, under the names of `NameBook`
(`氨氮`, `NH3-N`, `铬（六价）`, `Cr6` …), in the unit of `rules/parameters.csv`. A result below a detection limit that
is itself over what the standard draws its line at says nothing, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from saishang.lake.readers.values import CellRule
from saishang.lake.units import conversion
from saishang.rules import Rules
from saishang.science.groundwater import parameters as groundwater
from saishang.science.groundwater.from_rules import groundwater_standard
from saishang.science.naming import folded
from saishang.science.soil import parameters as soil
from saishang.science.soil.from_rules import development_standard, farmland_standard

__all__ = ["BOOKS", "BookRules", "book_rules"]


class BookRules(Mapping[str, CellRule]):
    """Rules by any spelling of an item; listed once each, under the Chinese name."""

    def __init__(self, rules: Mapping[str, CellRule], shown: tuple[str, ...]) -> None:
        self._rules, self._shown = rules, shown

    def __getitem__(self, name: str) -> CellRule:
        return self._rules[folded(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shown)

    def __len__(self) -> int:
        return len(self._shown)


@dataclass(frozen=True)
class _Entry:
    parameter: str
    names: tuple[str, ...]
    coarsest: Fraction | None
    words: Mapping[str, Decimal]


def _groundwater(rules: Rules, on: date) -> Iterator[_Entry]:
    standard = groundwater_standard(rules, on)
    words = dict.fromkeys(standard.absent, Decimal(0)) | dict.fromkeys(standard.present, Decimal(1))
    for entry in groundwater.spellings(rules, standard):
        told = words if entry.item.kind == "word" else {}
        yield _Entry(entry.parameter, entry.names, groundwater.coarsest_limit(entry.item), told)


def _soil(rules: Rules, on: date) -> Iterator[_Entry]:
    for entry in soil.spellings(rules, farmland_standard(rules, on), development_standard(rules, on)):
        yield _Entry(entry.parameter, entry.names, entry.limit, {})


#: Book → its entries by the standards of a day.
BOOKS: Mapping[str, Callable[[Rules, date], Iterator[_Entry]]] = {"groundwater": _groundwater, "soil": _soil}
#: Names and detection limits are those of the standards in force; no edition has changed them yet.
_STANDARDS_OF = date(2018, 8, 1)


def book_rules(book: str, rules: Rules, missing: frozenset[str]) -> BookRules:
    """How the cells of every item of a book are read.

    Parameters
    ----------
    missing:
        Texts that say “no value”, in lower case.
    """
    found: dict[str, CellRule] = {}
    shown = []
    for entry in BOOKS[book](rules, _STANDARDS_OF):
        row = rules.parameters[entry.parameter]
        rule = CellRule(
            parameter=entry.parameter, conversion=conversion(row.unit, row.unit), missing=missing,
            lowest=Decimal(0), coarsest=entry.coarsest, words=entry.words,
        )  # fmt: skip
        shown.append(str(row.zh))
        found |= {folded(name): rule for name in entry.names}
    return BookRules(found, tuple(shown))
