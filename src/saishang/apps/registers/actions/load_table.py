"""Take a table of entries: the form that the page gives out, filled in; bad rows come back cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from django.db import transaction

from saishang.apps.core.actions import record
from saishang.apps.registers.actions.add import add_entry
from saishang.apps.registers.actions.change import change_entry
from saishang.apps.registers.actions.write import EntryFaults, EntryRefused, permitted
from saishang.apps.registers.form import PLACE, STATE, columns_of
from saishang.apps.registers.models import Entry
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.form import read_form
from saishang.rules import Rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import Place, read_place_text
from saishang.science.register.values import as_text

__all__ = ["RowChange", "RowRefusal", "TableOutcome", "load_rows", "load_table"]

_MOST_ROWS = 20_000
Effect = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True)
class RowRefusal:
    """A cell that cannot be taken: 1-based line, heading (empty: the whole row), what stood there, why, how to mend.

    `field` is the column's id in the kind; empty with the heading.
    """

    line: int
    column: str
    content: str
    message: str
    fix: str
    field: str = ""


@dataclass(frozen=True)
class RowChange:
    """What a row does to the register: field → (before, after) for a change."""

    line: int
    key: str
    effect: Effect
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class TableOutcome:
    """What became of a table; on trial nothing was written and `changes` tells what would be."""

    rows: int
    changes: tuple[RowChange, ...]
    refusals: tuple[RowRefusal, ...]
    sha256: str
    batch: str
    dry_run: bool

    def count(self, effect: Effect) -> int:
        """Rows with that effect."""
        return sum(change.effect == effect for change in self.changes)


class _DryRun(Exception):
    """Rolls a trial back."""


def load_table(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, path: Path, name: str, *, today: date, reason: str,
    effective: date | None = None, dry_run: bool = False, address: str | None = None,
) -> TableOutcome:  # fmt: skip
    """Permission → read → check → take row by row → log.

    A row whose key the register knows changes that entry, any other adds one. An empty cell empties the field; a
    column that the file does not have leaves the field as it is. A state can be taken over with a new entry only:
    afterwards it moves on the entry's own page, with its evidence.

    Raises
    ------
    SaishangError
        When the actor may not, the file is no table, a required column is missing, or the reason is.
    """
    permitted(actor)
    if not reason.strip() and not dry_run:
        raise EntryRefused("an import needs a reason", fix="name the file or letter it comes with", where="reason")
    refusals: list[RowRefusal] = []
    columns = columns_of(kind)

    def refuse(reject: Reject) -> None:
        refusals.append(RowRefusal(reject.line, reject.column, reject.content, reject.message, "correct the row"))

    rows = read_form(path, name, columns, [kind.key], refuse, most_rows=_MOST_ROWS)
    return load_rows(
        actor, kind, rules, archive, path, name, rows, refusals, today=today, reason=reason, effective=effective,
        dry_run=dry_run, address=address,
    )  # fmt: skip


def load_rows(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, path: Path, name: str,
    rows: Sequence[tuple[int, Mapping[str, str]]], refused: Sequence[RowRefusal], *, today: date, reason: str,
    effective: date | None = None, dry_run: bool = False, address: str | None = None,
) -> TableOutcome:  # fmt: skip
    """The same for rows that somebody else read from `path`, in another layout than the form.

    Parameters
    ----------
    rows:
        Line of the file and field → text.
    refused:
        What the reader could not take already; reported with the rest.
    """
    permitted(actor)
    if not reason.strip() and not dry_run:
        raise EntryRefused("an import needs a reason", fix="name the file or letter it comes with", where="reason")
    if len(rows) > _MOST_ROWS:
        raise EntryRefused(f"a table may have at most {_MOST_ROWS} rows, this one has {len(rows)}", fix="split it")
    columns, refusals = columns_of(kind), list(refused)
    sha256 = "" if dry_run else archive.put(path).sha256
    batch = "" if dry_run else uuid4().hex
    taking = _Taking(actor, kind, rules, today, effective, reason or "trial", batch, address)
    changes: list[RowChange] = []
    seen: dict[str, int] = {}
    try:
        with transaction.atomic():
            for line, fields in rows:
                key = fields.get(kind.key, "")
                if key and key in seen:
                    refusals.append(
                        RowRefusal(line, columns[kind.key][0], key, f"the key stands on line {seen[key]} already",
                                   "keep one of the rows")
                    )  # fmt: skip
                    continue
                seen[key] = line
                try:
                    with transaction.atomic():
                        changes.append(taking.take(line, fields))
                except EntryFaults as error:
                    refusals += [
                        RowRefusal(line, columns[fault.field][0], fault.content, fault.message, fault.fix, fault.field)
                        for fault in error.faults
                    ]
                except SaishangError as error:
                    column = columns[error.where][0] if error.where in columns else ""
                    content = fields.get(error.where or "", "")
                    refusals.append(RowRefusal(line, column, content, error.message, error.fix))
            if dry_run:
                raise _DryRun
            record(
                actor, "registers.load_table", ("register", kind.id),
                after={**Counter(change.effect for change in changes), "refused": len(refusals), "file": name,
                       "sha256": sha256, "batch": batch},
                reason=reason, address=address,
            )  # fmt: skip
    except _DryRun:
        pass
    ordered = tuple(sorted(refusals, key=lambda refusal: refusal.line))
    return TableOutcome(len(rows), tuple(changes), ordered, sha256, batch, dry_run)


@dataclass(frozen=True)
class _Taking:
    actor: Any
    kind: Kind
    rules: Rules
    today: date
    effective: date | None
    reason: str
    batch: str
    address: str | None

    def take(self, line: int, fields: Mapping[str, str]) -> RowChange:
        kind = self.kind
        key = fields.get(kind.key, "")
        entry = Entry.objects.filter(kind=kind.id, key=key).first() if key else None
        place = self._place(fields)
        given = {name: fields[name] for name in kind.fields if name in fields}
        if entry is None:
            made = add_entry(
                self.actor, kind, self.rules, given, today=self.today, effective=self.effective,
                state=fields.get(STATE, ""), place=place, reason=self.reason, batch=self.batch, address=self.address,
            )  # fmt: skip
            return RowChange(line, made.key, "added", {name: (None, value) for name, value in made.values.items()})
        self._same_state(entry, fields.get(STATE, ""))
        before = dict(entry.values)
        # What the file has no column for stays as it is.
        whole = {name: given.get(name, as_text(before.get(name))) for name in kind.fields}
        changed = change_entry(
            self.actor, kind, self.rules, entry.pk, whole, number=None, today=self.today, effective=self.effective,
            place=place, keep_place=PLACE not in fields, reason=self.reason, batch=self.batch, address=self.address,
        )  # fmt: skip
        if changed is None:
            return RowChange(line, key, "unchanged", {})
        told = {name: (before.get(name), after) for name, after in changed.values.items() if before.get(name) != after}
        if changed.place != entry.place:
            told[PLACE] = (entry.place, changed.place)
        return RowChange(line, key, "changed", told)

    def _place(self, fields: Mapping[str, str]) -> Place | None:
        text = fields.get(PLACE, "")
        if not text:
            return None
        try:
            return read_place_text(text, self.kind.place)
        except SaishangError as error:
            raise EntryRefused(error.message, fix=error.fix, where=PLACE) from error

    def _same_state(self, entry: Entry, said: str) -> None:
        if said and self.kind.life is not None and self.kind.life.state(said).id != entry.state:
            now = self.kind.life.state(entry.state)
            raise EntryRefused(
                f"the entry is in the state {now.id} ({now.zh}), the table says {said!r}",
                fix="move it on its own page, with the evidence that the move needs", where=STATE,
            )  # fmt: skip
