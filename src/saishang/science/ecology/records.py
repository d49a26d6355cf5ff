"""Species records as entries of a register and back (物种记录与名录条目互转), and what a list of them counts.

Every term of Darwin Core has a field of its own, named in lower case with underscores; terms that the rules do not know
stand together in one field as JSON. So an entry holds all that a file said, and a file made from entries says the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from saishang.science.ecology.darwin_core import Occurrence, Term
from saishang.science.ecology.invasive import binomial

__all__ = ["OTHER_TERMS", "ListCounts", "ProtectedSpecies", "count_species", "entry_of", "field_of", "terms_of"]

#: Field that holds the terms which the rules do not know.
OTHER_TERMS = "other_terms"
#: Classes of animals that BI counts (HJ 623-2011); butterflies cannot be told from other insects by these terms.
_ANIMAL_CLASSES = frozenset({"mammalia", "aves", "reptilia", "amphibia", "actinopterygii", "actinopteri"})
_MOSSES = frozenset({"bryopsida", "marchantiopsida", "anthocerotopsida", "sphagnopsida"})


@dataclass(frozen=True, slots=True)
class ProtectedSpecies:
    """A species under special state protection: level 1 or 2."""

    scientific_name: str
    zh: str
    en: str
    level: int


@dataclass(frozen=True, slots=True)
class ListCounts:
    """Species that a list holds, as BI would count them; what the terms do not tell stays out and is named.

    Attributes
    ----------
    unplaced:
        Species whose records have neither a kingdom nor a class that can be counted.
    """

    species: int
    animals: int
    plants: int
    alien: int
    unplaced: tuple[str, ...]


def field_of(term: str) -> str:
    """Field of the register that holds a term: `decimalLatitude` → `decimal_latitude`, `occurrenceID` → …_id."""
    return re.sub(r"(?<=[a-z0-9])([A-Z]+)", r"_\1", term).lower()


def entry_of(values: Mapping[str, str], terms: Sequence[Term]) -> dict[str, str]:
    """Fields of an entry from the terms of a record as written."""
    known = {term.name: field_of(term.name) for term in terms}
    entry = {known[name]: text for name, text in values.items() if name in known}
    others = {name: text for name, text in sorted(values.items()) if name not in known}
    if others:
        entry[OTHER_TERMS] = json.dumps(others, ensure_ascii=False, separators=(",", ":"))
    return entry


def terms_of(values: Mapping[str, object], terms: Sequence[Term]) -> dict[str, str]:
    """The terms of a record from the fields of its entry: the inverse of `entry_of`."""
    found = {term.name: str(text) for term in terms if (text := values.get(field_of(term.name))) not in (None, "")}
    others = values.get(OTHER_TERMS)
    if others:
        found |= {str(name): str(text) for name, text in json.loads(str(others)).items()}
    return found


def count_species(records: Iterable[Occurrence], alien_names: Iterable[str]) -> ListCounts:
    """Species by kingdom and class of those records that say a species was there."""
    groups: dict[str, str] = {}
    names: dict[str, str] = {}
    for record in records:
        if not record.present:
            continue
        key = binomial(record.name)
        names.setdefault(key, record.name)
        kingdom = record.values.get("kingdom", "").casefold()
        taxon = record.values.get("class", "").casefold()
        if taxon in _ANIMAL_CLASSES and kingdom in ("", "animalia"):
            groups[key] = "animal"
        elif kingdom == "plantae" and taxon not in _MOSSES:
            groups[key] = "plant"
    alien = {binomial(name) for name in alien_names}
    return ListCounts(
        species=len(names),
        animals=sum(group == "animal" for group in groups.values()),
        plants=sum(group == "plant" for group in groups.values()),
        alien=len(names.keys() & alien),
        unplaced=tuple(sorted(name for key, name in names.items() if key not in groups)),
    )
