"""Reads of ecology: species records with what the lists say about them, finds of alien species and their warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from saishang.apps.ecology.actions.load_records import RECORDS
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.rules import Rules
from saishang.science.ecology.darwin_core import Occurrence, generalise, occurrences
from saishang.science.ecology.finds import Find, FindWarning, SpeciesBook, warnings_of
from saishang.science.ecology.from_rules import darwin_core_terms, listed_species, protected_species, sharing_grid
from saishang.science.ecology.invasive import binomial
from saishang.science.ecology.records import ProtectedSpecies, terms_of

__all__ = ["FINDS", "RecordView", "find_of", "finds", "records", "warnings"]

FINDS = "invasive_sites"
#: Everything that stands in a register now.
ALL = Filter()


@dataclass(frozen=True)
class RecordView:
    """A record with its entry, its level of protection and the alien lists it stands on."""

    entry: EntryView
    record: Occurrence
    protection: ProtectedSpecies | None
    alien: tuple[str, ...]

    @property
    def invented(self) -> bool:
        """Whether it is there for demonstration only."""
        return self.entry.standing.invented


def records(rules: Rules, wanted: Filter = ALL, *, exact_places: bool) -> list[RecordView]:
    """Species records of the register, in the order of their identifiers.

    Parameters
    ----------
    exact_places:
        False for readers who may not know where protected species live: their places come coarse.
    """
    kind = kinds(rules).get(RECORDS)
    if kind is None:
        return []
    terms = darwin_core_terms(rules)
    views = registers.entries(kind, wanted)
    kept, _problems = occurrences(
        ((place, terms_of(view.values, terms)) for place, view in enumerate(views)), terms
    )  # fmt: skip
    guarded = {binomial(row.scientific_name): row for row in protected_species(rules)}
    book, grid = SpeciesBook(listed_species(rules)), sharing_grid(rules)
    found = []
    for record in kept:
        protection = guarded.get(binomial(record.name))
        if protection is not None and not exact_places:
            record = generalise(record, grid)
        found.append(RecordView(views[record.line], record, protection, book.lists(record.name)))
    return found


def find_of(view: EntryView) -> Find:
    """An entry of the register of finds."""
    values = view.values
    name = values["other_name"] if values["species"] == "other" else values["species"]
    return Find(view.key, str(name), view.region, date.fromisoformat(str(values["found_on"])), view.state)


def finds(rules: Rules, wanted: Filter = ALL) -> list[EntryView]:
    """Entries of the register of finds."""
    kind = kinds(rules).get(FINDS)
    return [] if kind is None else registers.entries(kind, wanted)


def warnings(rules: Rules, views: Sequence[EntryView]) -> Mapping[str, FindWarning]:
    """Key of a find → its warning; real and invented finds are looked at apart, open warnings first."""
    book = SpeciesBook(listed_species(rules))
    found: list[FindWarning] = []
    for invented in (False, True):
        found += warnings_of([find_of(view) for view in views if view.standing.invented is invented], book)
    return {warning.find.key: warning for warning in found}
