"""Rows of a table as changes of a register, a thousand at a time: looked up, checked one by one, written together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from saishang.apps.core.actions import Logged, record_all
from saishang.apps.registers.actions.add import new_draft
from saishang.apps.registers.actions.adopting import hold
from saishang.apps.registers.actions.change import changed_draft
from saishang.apps.registers.actions.linked import Prefetched
from saishang.apps.registers.actions.write import EntryFaults, EntryRefused, Step, keep, step
from saishang.apps.registers.form import PLACE, STATE, columns_of
from saishang.apps.registers.models import Entry
from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import Place, read_place_text
from saishang.science.register.values import as_text, read_value

__all__ = ["Effect", "RowChange", "RowRefusal", "Taking"]

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


@dataclass
class Taking:
    """One load, inside its transaction."""

    actor: Any
    kind: Kind
    rules: Rules
    today: date
    effective: date | None
    reason: str
    batch: str
    address: str | None
    refusals: list[RowRefusal]
    changes: list[RowChange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._columns = columns_of(self.kind)
        self._seen: dict[str, int] = {}
        self._links = Prefetched(self.kind)
        self._logged: list[Logged] = []

    def take(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        """Check some rows and write those that can be taken; the log waits for `log`."""
        kind = self.kind
        hold(kind)  # before the rows: a migration takes them in this order
        keys = [self._key(fields) for _line, fields in rows]
        found = Entry.objects.select_for_update().filter(kind=kind.id, key__in=[key for key in keys if key])
        there = {entry.key: entry for entry in found.order_by("pk")}
        self._links.fetch(fields for _line, fields in rows)
        steps: list[Step] = []
        for (line, fields), key in zip(rows, keys, strict=True):
            if key and key in self._seen:
                message = f"the key stands on line {self._seen[key]} already"
                self.refusals.append(RowRefusal(line, self._columns[kind.key][0], key, message, "keep one of the rows"))
                continue
            self._seen[key] = line
            try:
                made = self._row(line, fields, there.get(key) if key else None)
            except EntryFaults as error:
                self.refusals += [
                    RowRefusal(line, self._columns[one.field][0], one.content, one.message, one.fix, one.field)
                    for one in error.faults
                ]
            except SaishangError as error:
                column = self._columns[error.where][0] if error.where in self._columns else ""
                content = fields.get(error.where or "", "")
                self.refusals.append(RowRefusal(line, column, content, error.message, error.fix))
            else:
                steps += [made] if made is not None else []
        self._logged += keep(kind, steps)

    def log(self) -> None:
        """Write the log of everything: its one writer is asked for as late as can be."""
        record_all(self._logged)

    def _row(self, line: int, fields: Mapping[str, str], entry: Entry | None) -> Step | None:
        kind, place = self.kind, self._place(fields)
        given = {name: fields[name] for name in kind.fields if name in fields}
        if entry is None:
            draft = new_draft(
                kind, self.rules, given, today=self.today, effective=self.effective, state=fields.get(STATE, ""),
                place=place, reason=self.reason, links=self._links,
            )  # fmt: skip
            made = self._step(None, draft, "add")
            self._links.taken(made.entry.key, made.entry.values)
            told = {name: (None, value) for name, value in made.entry.values.items()}
            self.changes.append(RowChange(line, made.entry.key, "added", told))
            return made
        self._same_state(entry, fields.get(STATE, ""))
        before, ground = dict(entry.values), entry.place
        # What the file has no column for stays as it is.
        whole = {name: given.get(name, as_text(before.get(name))) for name in kind.fields}
        after = changed_draft(
            kind, self.rules, entry, whole, today=self.today, effective=self.effective, place=place,
            keep_place=PLACE not in fields, reason=self.reason, links=self._links,
        )  # fmt: skip
        if after is None:
            self.changes.append(RowChange(line, entry.key, "unchanged", {}))
            return None
        made = self._step(entry, after, "change")
        self._links.taken(made.entry.key, made.entry.values)
        now = made.entry.values
        differs = {name: (before.get(name), value) for name, value in now.items() if before.get(name) != value}
        if made.entry.place != ground:
            differs[PLACE] = (ground, made.entry.place)
        self.changes.append(RowChange(line, made.entry.key, "changed", differs))
        return made

    def _key(self, fields: Mapping[str, str]) -> str:
        """The key as the register has it: a region is named in a table and kept as its code; "" where there is none."""
        known, text = self.kind.fields[self.kind.key], fields.get(self.kind.key, "").strip()
        if known.type != "region" or not text:
            return text
        try:
            return str(read_value(known, text, self.rules.regions))
        except ValueError:  # said with the row itself
            return text

    def _step(self, entry: Entry | None, draft: Any, action: str) -> Step:
        return step(
            self.actor, self.kind, entry, draft, action=action, reason=self.reason, batch=self.batch,
            address=self.address,
        )  # fmt: skip

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
