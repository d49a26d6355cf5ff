"""One kind of register taken through its life on the real database: entries, moves with their evidence, terms, figures.

`walk` enters what it is given by the real actions and makes the moves in order. On the way it holds each move against
its table: without the evidence that the table asks for, and without the fields that the next state asks for, it has to
be refused, with the field and the way to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from saishang.apps.registers import queries
from saishang.apps.registers.actions import EntryFaults, EvidenceFile, add_entry, change_entry, move_entry
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import Place
from saishang.science.register.values import as_text

__all__ = ["FIRST", "New", "Step", "Walked", "refused", "walk"]

RULES = load_rules()
#: Day on which an entry is entered that names none.
FIRST = date(2025, 1, 6)
REGION = "640000"


@dataclass(frozen=True)
class New:
    """An entry: field → text, the day on which it is entered, its place; `kind` of another register when named."""

    values: Mapping[str, str]
    day: date = FIRST
    place: Place | None = None
    kind: str = ""


@dataclass(frozen=True)
class Step:
    """A move of an entry on a day.

    Attributes
    ----------
    values:
        Fields that are filled in before the move.
    lacks:
        Of these, the fields without which the move is refused.
    """

    key: str
    action: str
    day: date
    values: Mapping[str, str] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Walked:
    """A register as the walk left it."""

    kind: Kind

    def states(self) -> dict[str, str]:
        """Key → state."""
        return {view.key: view.state for view in queries.entries(self.kind)}

    def figures(self, on: date, region: str = REGION) -> dict[str, str | None]:
        """Figure → its rounded value as it stood on a day; None where it has none."""
        listed = queries.entries(self.kind, queries.Filter(on=on))
        found = queries.figures(self.kind, RULES, listed, [region])
        return {
            name: None if values[region].rounded is None else f"{values[region].rounded:f}"
            for name, values in found.items()
        }

    def due(self, on: date) -> list[tuple[str, str, date]]:
        """Terms that run on a day: key, term, the day on which it ends."""
        listed = queries.entries(self.kind, queries.Filter(on=on))
        return [(due.key, due.term, due.on) for due in queries.due(self.kind, listed)]

    def value(self, key: str, name: str) -> str:
        """A field of an entry as text."""
        return as_text(Entry.objects.get(kind=self.kind.id, key=key).values[name])


def walk(kind_id: str, entries: Iterable[New | Mapping[str, str]], moves: Iterable[Step] = ()) -> Walked:
    """Enter the entries, make the moves, hand back the register."""
    for given in entries:
        new = given if isinstance(given, New) else New(given)
        add_entry(
            "test", kind_of(RULES, new.kind or kind_id), RULES, new.values, today=new.day, effective=new.day,
            place=new.place,
        )  # fmt: skip
    kind = kind_of(RULES, kind_id)
    with TemporaryDirectory() as folder:
        for step in moves:
            _take(kind, step, Path(folder))
    return Walked(kind)


def refused(kind_id: str, values: Mapping[str, str]) -> dict[str, str]:
    """Field → what is wrong with it, of an entry that cannot be taken; each says how to mend it."""
    with pytest.raises(EntryFaults) as caught:
        add_entry("test", kind_of(RULES, kind_id), RULES, values, today=FIRST)
    assert all(fault.fix for fault in caught.value.faults)
    return {fault.field: fault.message for fault in caught.value.faults}


def _take(kind: Kind, step: Step, folder: Path) -> None:
    assert kind.life is not None
    archive = Archive(folder / "archive")
    entry = Entry.objects.get(kind=kind.id, key=step.key)
    found = {move.action: move for move in kind.life.moves(entry.state)}
    assert step.action in found, f"{kind.id}: {step.action} is no move from {entry.state}, {sorted(found)} are"
    papers = [_paper(folder, name, number) for number, name in enumerate(found[step.action].evidence)]

    def go(files: list[EvidenceFile]) -> Entry:
        return move_entry(
            "test", kind, RULES, archive, entry.pk, step.action, files, number=None, today=step.day, effective=step.day
        )

    if papers:
        with pytest.raises(EntryRefused) as missing:
            go(papers[1:])
        assert missing.value.where == "evidence" and missing.value.fix
    if step.lacks:
        with pytest.raises(EntryFaults) as incomplete:
            go(papers)
        assert {fault.field for fault in incomplete.value.faults} == set(step.lacks)
        assert all(fault.fix for fault in incomplete.value.faults)
    if step.values:
        given = {name: as_text(value) for name, value in entry.values.items()} | dict(step.values)
        change_entry("test", kind, RULES, entry.pk, given, number=None, today=step.day, keep_place=True)
    moved = go(papers)
    assert (moved.state, moved.since) == (found[step.action].after, step.day)
    assert len(moved.versions.get(number=moved.number).evidence) == len(papers)


def _paper(folder: Path, document: str, number: int) -> EvidenceFile:
    path = folder / f"{number}.pdf"
    path.write_bytes(b"%PDF-1.7 " + document.encode())
    return EvidenceFile(document, path.name, path)
