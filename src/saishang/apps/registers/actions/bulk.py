"""One field, or one move that needs no paper, of many entries at once: looked at first, written as one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from saishang.apps.core.actions import Logged, record, record_all
from saishang.apps.core.generations import pinned
from saishang.apps.registers.actions.change import changed_draft
from saishang.apps.registers.actions.linked import Prefetched
from saishang.apps.registers.actions.write import (
    Draft,
    EntryFaults,
    EntryRefused,
    Step,
    check_day,
    draft_of,
    keep,
    permitted,
    step,
    with_state,
)
from saishang.apps.registers.models import Entry
from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.register.kind import Field, Kind
from saishang.science.register.values import as_text, read_entry

__all__ = [
    "MOST_AT_ONCE", "TOGETHER", "BulkChange", "BulkOutcome", "BulkRefusal", "BulkWish", "Look", "bulk_edit",
    "bulk_fields", "bulk_moves", "check_order",
]  # fmt: skip

#: Entries that are changed by one order.
MOST_AT_ONCE = 5000
#: Entries that are looked at, and written, together.
TOGETHER = 500
#: Told how many entries are done, of how many; what it raises takes everything back.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class BulkWish:
    """What is to be done to each: a field gets a value (text as typed, empty empties it), or a move is made."""

    field: str = ""
    value: str = ""
    move: str = ""
    effective: date | None = None


@dataclass(frozen=True)
class BulkChange:
    """What becomes of one entry: value, or state, before and after."""

    pk: int
    key: str
    title: str
    before: Any
    after: Any


@dataclass(frozen=True)
class BulkRefusal:
    """An entry that stays as it is, why, and how to mend it."""

    pk: int
    key: str
    title: str
    message: str
    fix: str
    field: str = ""


@dataclass
class BulkOutcome:
    """What became of the chosen entries; on trial nothing was written.

    Attributes
    ----------
    seen:
        (number of the entry, its version) of those that would change, for the order that follows a trial.
    """

    dry_run: bool
    batch: str = ""
    changes: list[BulkChange] = field(default_factory=list)
    unchanged: int = 0
    refusals: list[BulkRefusal] = field(default_factory=list)
    seen: list[tuple[int, int]] = field(default_factory=list)


def bulk_fields(kind: Kind, fields: Iterable[Field]) -> list[Field]:
    """Of some fields those of which many entries may get the same value: no key, no name, nothing computed."""
    return [
        known for known in fields
        if known.id not in (kind.key, kind.title) and not known.unique and known.compute is None
    ]  # fmt: skip


def bulk_moves(kind: Kind) -> dict[str, tuple[str, str]]:
    """Moves that need no paper, whatever the state: action → its words in Chinese and English.

    What the certifying agency makes is none of them, with or without a paper.
    """
    if kind.life is None:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for state in kind.life.states:
        for move in kind.life.moves(state):
            if not move.evidence and kind.steps.who(move.action) != "certifier":
                found.setdefault(move.action, (move.zh, move.en))
    return found


def bulk_edit(
    actor: Any, kind: Kind, rules: Rules, chosen: Sequence[tuple[int, int | None]], wish: BulkWish, *, today: date,
    reason: str, dry_run: bool = False, batch: str = "", address: str | None = None, progress: Progress | None = None,
) -> BulkOutcome:  # fmt: skip
    """Permission → lock → check each → change → log, all in one transaction; what cannot be changed is told and stays.

    Parameters
    ----------
    chosen:
        Entries and the version of each that the person saw; None where nobody has looked yet.
    batch:
        Name of the batch, where it was given before (a job that may be done again).

    Raises
    ------
    EntryRefused
        When the actor may not, there are too many or none, the reason is missing, or the field or move is none that
        many entries can be given.
    """
    permitted(actor, kind)
    check_order(kind, wish, len(chosen), MOST_AT_ONCE, reason, dry_run)
    doing = _Doing(actor, kind, rules, wish, today, reason, BulkOutcome(dry_run), address)
    outcome = doing.outcome
    outcome.batch = "" if dry_run else batch or uuid4().hex
    with transaction.atomic(), pinned():
        for start in range(0, len(chosen), TOGETHER):
            if progress is not None:
                progress(start, len(chosen))
            doing.some(chosen[start : start + TOGETHER])
        if not dry_run and outcome.changes:
            record_all(doing.logged)
            record(
                actor, "registers.bulk_edit", ("register", kind.id),
                after={"batch": outcome.batch, "changed": len(outcome.changes), "unchanged": outcome.unchanged,
                       "refused": len(outcome.refusals), "field": wish.field, "value": wish.value, "move": wish.move},
                reason=reason, address=address,
            )  # fmt: skip
    return outcome


def check_order(kind: Kind, wish: BulkWish, number: int, most: int, reason: str, dry_run: bool) -> None:
    """Raise when the reason is missing, the entries are too many or none, or cannot have the wish (EntryRefused)."""
    if not dry_run and not reason.strip():
        raise EntryRefused("a change of many entries needs a reason", fix="say why", where="reason")
    if not 1 <= number <= most:
        raise EntryRefused(f"expected 1 to {most} entries, got {number}", fix="choose others, or narrow the filter")
    if wish.move and not wish.field:
        if wish.move not in bulk_moves(kind):
            raise EntryRefused(
                f"expected a move that needs no document, got {wish.move!r}",
                fix="make moves with documents on each entry's page", where="move",
            )  # fmt: skip
    elif wish.field not in {known.id for known in bulk_fields(kind, kind.fields.values())} or wish.move:
        raise EntryRefused(
            f"expected a field that many entries may share, or a move, got {wish.field!r}",
            fix="choose another field", where="field",
        )  # fmt: skip


@dataclass
class Look:
    """A look at many entries, one by one; whoever does something with what would change overrides the hooks below."""

    actor: Any
    kind: Kind
    rules: Rules
    wish: BulkWish
    today: date
    reason: str
    outcome: BulkOutcome

    def rows(self, numbers: Sequence[int]) -> QuerySet[Entry]:
        """The entries of these numbers."""
        return Entry.objects.filter(kind=self.kind.id, pk__in=numbers).order_by("pk")

    def allow(self, row: Entry) -> None:
        """Raise when the actor may not do it to this entry (EntryRefused)."""

    def check(self, row: Entry, draft: Draft) -> None:
        """Raise when what it would say next is not the actor's to say (SaishangError)."""

    def made(self, row: Entry, draft: Draft) -> None:
        """An entry and what it is to say next; nothing stands in the way of it."""

    def some(self, chosen: Sequence[tuple[int, int | None]]) -> None:
        """Look at some entries; what cannot be done is told of each."""
        there = {row.pk: row for row in self.rows([pk for pk, _ in chosen])}
        links = Prefetched(self.kind)
        links.fetch([{**{name: as_text(value) for name, value in row.values.items()}, self.wish.field: self.wish.value}
                     for row in there.values()])  # fmt: skip
        for pk, number in chosen:
            row = there.get(pk)
            if row is None:
                self.outcome.refusals.append(
                    BulkRefusal(
                        pk, str(pk), "", "there is no such entry in this register", "open it from the list again"
                    )
                )
                continue
            try:
                self.allow(row)
                if number is not None and row.number != number:
                    raise EntryRefused(
                        "somebody changed this entry since it was looked at", fix="look at the changes once more",
                        code="changed-meanwhile",
                    )  # fmt: skip
                draft = self._draft(row, links)
                if draft is None:
                    self.outcome.unchanged += 1
                else:
                    self.check(row, draft)
                    self._told(row, draft)
                    self.made(row, draft)
            except EntryFaults as error:
                first = error.faults[0]
                self._refuse(row, first.message, first.fix, first.field)
            except SaishangError as error:
                self._refuse(row, error.message, error.fix, error.where or "")

    def given(self, row: Entry) -> dict[str, str]:
        """All fields of an entry as texts, with the one that is wished."""
        return {name: as_text(row.values.get(name)) for name in self.kind.fields} | {self.wish.field: self.wish.value}

    def _draft(self, row: Entry, links: Prefetched) -> Draft | None:
        if self.wish.move:
            return self._moved(row)
        return changed_draft(
            self.kind, self.rules, row, self.given(row), today=self.today, effective=self.wish.effective,
            keep_place=True, reason=self.reason, links=links,
        )  # fmt: skip

    def _moved(self, row: Entry) -> Draft:
        """As `move_entry`, for a move without documents."""
        if row.withdrawn:
            raise EntryRefused("a withdrawn entry is not changed", fix="restore it first")
        if self.kind.life is None:
            raise EntryRefused("entries of this register have no states", fix="change the entry instead")
        try:
            move = self.kind.life.move(row.state, self.wish.move)
        except InputError as error:
            raise EntryRefused(error.message, fix=error.fix, where="move", code=error.code) from error
        day = check_day(self.wish.effective or self.today, row, self.today)
        given = {name: as_text(value) for name, value in row.values.items()}
        _values, faults = read_entry(self.kind, given, self.rules.regions, state=move.after)
        if faults:
            raise EntryFaults(faults)
        return with_state(draft_of(row), move.after, day)

    def _told(self, row: Entry, draft: Draft) -> None:
        outcome, wish = self.outcome, self.wish
        before, after = (row.state, draft.state) if wish.move else (
            row.values.get(wish.field), draft.values.get(wish.field)
        )  # fmt: skip
        outcome.changes.append(BulkChange(row.pk, row.key, row.title, before, after))
        outcome.seen.append((row.pk, row.number))

    def _refuse(self, row: Entry, message: str, fix: str, where: str) -> None:
        self.outcome.refusals.append(BulkRefusal(row.pk, row.key, row.title, message, fix, where))


@dataclass
class _Doing(Look):
    """A look that writes what changes, unless it is on trial."""

    address: str | None = None
    logged: list[Logged] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def rows(self, numbers: Sequence[int]) -> QuerySet[Entry]:
        found = super().rows(numbers)
        return found if self.outcome.dry_run else found.select_for_update()

    def made(self, row: Entry, draft: Draft) -> None:
        if not self.outcome.dry_run:
            action = f"move:{self.wish.move}" if self.wish.move else "change"
            self.steps.append(step(self.actor, self.kind, row, draft, action=action, reason=self.reason,
                                   batch=self.outcome.batch, address=self.address))  # fmt: skip

    def some(self, chosen: Sequence[tuple[int, int | None]]) -> None:
        super().some(chosen)
        if self.steps:
            self.logged += keep(self.kind, self.steps)
            self.steps = []
