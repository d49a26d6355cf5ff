"""Finds of alien species (外来入侵物种发现点): which species of the lists they are, and which find asks for a warning.

A name on one list and its synonym on another are one species; the lists' Chinese name tells. A find that was mistaken
counts nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from saishang.science.ecology.invasive import ListedSpecies, binomial

__all__ = ["KEY_LIST", "Find", "FindWarning", "SpeciesBook", "count_finds", "warnings_of"]

#: The list whose species raise a warning.
KEY_LIST = "key_management"
#: States in which nothing is done yet, and the state of a find that was none.
_OPEN = ("found", "assessed")
_MISTAKEN = "mistaken"


@dataclass(frozen=True, slots=True)
class Find:
    """A find: its key in the register, scientific name as entered, county, day, state."""

    key: str
    name: str
    region: str
    found_on: date
    state: str


@dataclass(frozen=True, slots=True)
class FindWarning:
    """A find of a key species that nobody had seen in the county before.

    Attributes
    ----------
    open:
        Whether nothing has been done about the find yet.
    """

    find: Find
    zh: str
    scientific_name: str
    open: bool


class SpeciesBook:
    """Listed species by any of the names that the lists use for them."""

    def __init__(self, listed: Iterable[ListedSpecies]) -> None:
        self._by_name: dict[str, list[ListedSpecies]] = {}
        by_word: dict[str, list[ListedSpecies]] = {}
        rows = list(listed)
        for row in rows:
            by_word.setdefault(row.zh, []).append(row)
        for row in rows:
            known = self._by_name.setdefault(binomial(row.scientific_name), [])
            known += [twin for twin in by_word[row.zh] if twin not in known]

    def rows(self, name: str) -> tuple[ListedSpecies, ...]:
        """Every entry of the lists about the species of that name; none for a species on no list."""
        return tuple(self._by_name.get(binomial(name), ()))

    def identity(self, name: str) -> str:
        """What two names of one species share: the lists' Chinese name, else genus and species."""
        rows = self.rows(name)
        return rows[0].zh if rows else binomial(name)

    def lists(self, name: str) -> tuple[str, ...]:
        """Lists that the species stands on."""
        return tuple(dict.fromkeys(row.list for row in self.rows(name)))


def warnings_of(finds: Iterable[Find], book: SpeciesBook) -> tuple[FindWarning, ...]:
    """The first find of every key species in every county; open ones first, then the latest.

    Of two finds on one day the one with the smaller key was first. A mistaken find neither warns nor takes the first
    place from a later one.
    """
    first: dict[tuple[str, str], Find] = {}
    for find in sorted(finds, key=lambda find: (find.found_on, find.key)):
        if find.state == _MISTAKEN or KEY_LIST not in book.lists(find.name):
            continue
        first.setdefault((book.identity(find.name), find.region), find)
    found = [
        FindWarning(find, book.rows(find.name)[0].zh, find.name, find.state in _OPEN) for find in first.values()
    ]  # fmt: skip
    latest = sorted(found, key=lambda warning: (warning.find.found_on, warning.find.key), reverse=True)
    return tuple(sorted(latest, key=lambda warning: not warning.open))


def count_finds(finds: Iterable[Find], book: SpeciesBook) -> dict[str, int]:
    """Finds, species, species of the key list, finds under control; mistaken ones left out."""
    real = [find for find in finds if find.state != _MISTAKEN]
    species = {book.identity(find.name): find for find in real}
    return {
        "finds": len(real),
        "species": len(species),
        "key_species": sum(KEY_LIST in book.lists(find.name) for find in species.values()),
        "handled": sum(find.state not in _OPEN for find in real),
    }
