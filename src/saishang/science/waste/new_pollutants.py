"""New pollutants (新污染物): is a substance on the national list, and what measures go with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from saishang.science.naming import NameBook

__all__ = ["Finding", "Substance", "SubstanceList", "screen_inventory"]


@dataclass(frozen=True, slots=True)
class Substance:
    """One entry of the list, or one substance of a group entry."""

    key: str
    entry: int
    zh: str
    en: str
    cas: tuple[str, ...]
    group: str
    measures: tuple[str, ...]


@dataclass(frozen=True)
class SubstanceList:
    """The list in force, searched by name or CAS number."""

    edition: str
    substances: Mapping[str, Substance]
    book: NameBook

    def find(self, name_or_cas: str) -> Substance | None:
        """Find a substance by key, name in either language, or CAS number; None = not on the list."""
        key = self.book.get(name_or_cas) if name_or_cas in self.book else None
        return None if key is None else self.substances[key]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an inventory: what it says, the entry it falls under (None = none), by name or by number.

    `contradiction`: name and CAS number point at different entries; a person has to look.
    """

    name: str
    cas: str
    substance: Substance | None
    contradiction: bool = False


def screen_inventory(lines: Iterable[tuple[str, str]], listed: SubstanceList) -> tuple[Finding, ...]:
    """Look up every (name, CAS) of an inventory; the CAS number decides, the name where there is none."""
    found = []
    for name, cas in lines:
        by_cas = listed.find(cas) if cas.strip() else None
        by_name = listed.find(name) if name.strip() else None
        clash = by_cas is not None and by_name is not None and by_cas is not by_name
        found.append(Finding(name, cas, by_cas or by_name, clash))
    return tuple(found)
