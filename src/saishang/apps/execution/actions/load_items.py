"""Take a list of items (任务清单) from a table: looked at first, then written as a whole, and taken back if need be.

A row with a code changes that item, a row without one adds an item. What is wrong comes back cell by cell and leaves
the other rows alone. Looking writes nothing and locks nothing; writing is one transaction with an entry of the log per
item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from django.db import transaction
from openpyxl.utils import get_column_letter

from saishang.apps.core.generations import pinned
from saishang.apps.execution.actions.doing import log, logged_at_the_end
from saishang.apps.execution.actions.item_cells import COLUMNS, ID, draft_from, headings
from saishang.apps.execution.actions.item_checks import change_faults, new_faults
from saishang.apps.execution.actions.item_draft import ItemDraft, draft_of, tidy
from saishang.apps.execution.actions.item_names import names_of
from saishang.apps.execution.actions.items import add_item, change_item, may_change, told
from saishang.apps.execution.known import Known, known
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.refusals import NotAllowed, WorkRefused, refuse
from saishang.apps.organisations.actions import Doing
from saishang.errors import Fault
from saishang.lake.archive import Archive
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.form import Form, read_sheet
from saishang.rules import Rules

__all__ = ["CellFault", "ItemsOutcome", "RowEffect", "load_items", "log_batch"]

_MOST_ROWS = 20_000
#: Rows between two signs of life.
_STEP = 50
Effect = Literal["added", "changed", "unchanged"]
Progress = Callable[[str, int, float], None]


@dataclass(frozen=True)
class CellFault:
    """A cell that cannot be taken: sheet, cell (`F12`; the row's first one when it is about the row), column, what
    stood there, what was expected, how to mend it."""

    sheet: str
    cell: str
    line: int
    column: str
    content: str
    message: str
    fix: str


@dataclass(frozen=True)
class RowEffect:
    """What a row does: column → (before, after) for a change; a new item has its code when it is written."""

    line: int
    code: str
    title: str
    effect: Effect
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class ItemsOutcome:
    """What became of a table, or would."""

    rows: int
    effects: tuple[RowEffect, ...]
    faults: tuple[CellFault, ...]
    sha256: str
    batch: str

    def count(self, effect: Effect) -> int:
        """Rows with that effect."""
        return sum(row.effect == effect for row in self.effects)

    @property
    def refused(self) -> int:
        """Rows that are not taken."""
        return self.rows - len(self.effects)


def load_items(
    doing: Doing, rules: Rules, archive: Archive, path: Path, name: str, *, dry_run: bool,
    progress: Progress | None = None, batch: str = "",
) -> ItemsOutcome:  # fmt: skip
    """Read → check every row → (unless it is a trial) permission, change and log each, in one transaction.

    Parameters
    ----------
    name:
        What the sender called the file.
    progress:
        Called with a step (`check`, `write`), rows done and their share; raising in it takes everything back.
    batch:
        Number that the load gets, where somebody waits for it already; a new one when left out.

    Raises
    ------
    SaishangError
        When the actor may nowhere keep items, the file is no such table, or the reason is missing.
    """
    if doing.span("edit_items").nothing:
        raise NotAllowed("this account may not do that (edit_items) for any organisation",
                         fix="ask somebody whose role reaches it, or an administrator")  # fmt: skip
    if not dry_run and not doing.reason.strip():
        message = "an import needs a reason; got none"
        refuse([Fault("reason", message, "name the file or letter it comes with")])
    faults: list[CellFault] = []

    def unread(reject: Reject) -> None:
        cell = f"{get_column_letter(max(reject.cell, 1))}{reject.line}"
        faults.append(CellFault("", cell, reject.line, reject.column, reject.content, reject.message,
                                "correct the row"))  # fmt: skip

    # One load is one act: whose it may touch is asked when it begins, not for each of thousands of rows.
    with pinned():
        return _loaded(doing, rules, archive, path, name, faults, unread, dry_run, progress, batch)


def _loaded(
    doing: Doing, rules: Rules, archive: Archive, path: Path, name: str, faults: list[CellFault],
    unread: Callable[[Reject], None], dry_run: bool, progress: Progress | None, batch: str,
) -> ItemsOutcome:  # fmt: skip
    form = read_sheet(path, name, headings(), ["task", "title", "organisation"], unread, most_rows=_MOST_ROWS)
    there = known(rules, doing.today)
    sha256 = archive.put(path).sha256
    # Reasons are asked for at writing, not at looking.
    checking = replace(doing, reason=doing.reason or "trial") if dry_run else doing
    checked = _Rows(checking, there, form, faults, progress)
    drafts = list(checked.run())
    batch = "" if dry_run else batch or uuid4().hex
    effects = tuple(effect for effect, _draft in drafts)
    if not dry_run:
        effects = _write(doing, there, drafts, batch, progress, {"file": name, "sha256": sha256, "refused":
                         len(form.rows) - len(drafts)})  # fmt: skip
    order = tuple(sorted(faults, key=lambda fault: fault.line))
    return ItemsOutcome(len(form.rows), effects, order, sha256, batch)


def _write(
    doing: Doing, there: Known, drafts: Sequence[tuple[RowEffect, ItemDraft]], batch: str, progress: Progress | None,
    about: Mapping[str, Any],
) -> tuple[RowEffect, ...]:  # fmt: skip
    effects, added, changed = [], [], []
    with transaction.atomic(), logged_at_the_end():
        for n, (effect, draft) in enumerate(drafts):
            if progress is not None and n % _STEP == 0:
                progress("write", n, n / len(drafts))
            if effect.effect == "added":
                effect = replace(effect, code=add_item(doing, draft, there, origin="table", batch=batch).code)
                added.append(effect.code)
            elif effect.effect == "changed":
                row = change_item(doing, effect.code, draft, there, None, batch=batch)
                if row is not None:
                    changed.append((row.code, row.version))
            effects.append(effect)
        log_batch(doing, "load_items", batch, {
            **about, "added": added, "changed": [list(one) for one in changed],
            "unchanged": len(drafts) - len(added) - len(changed),
        })  # fmt: skip
    return tuple(effects)


def log_batch(doing: Doing, verb: str, batch: str, after: Mapping[str, Any]) -> None:
    """One entry of the log about a whole batch."""
    log(doing, verb, ("execution.ItemBatch", batch), None, after)


class _Rows:
    """Every row of a table checked, without writing anything."""

    def __init__(
        self, doing: Doing, there: Known, form: Form, faults: list[CellFault], progress: Progress | None
    ) -> None:
        self._doing, self._there, self._form, self._faults, self._progress = doing, there, form, faults, progress
        self._names = names_of(there, doing.today)
        self._seen: dict[str, int] = {}
        self._items = self._known_items()

    def run(self) -> Iterator[tuple[RowEffect, ItemDraft]]:
        """(effect, draft) of every row that can be taken."""
        for n, (line, cells) in enumerate(self._form.rows):
            if self._progress is not None and n % _STEP == 0:
                self._progress("check", n, n / len(self._form.rows))
            found = self._row(line, cells)
            if found is not None:
                yield found

    def _known_items(self) -> dict[str, WorkItem]:
        codes = {cells[ID] for _line, cells in self._form.rows if cells.get(ID)}
        rows = WorkItem.objects.filter(code__in=codes).select_related("organisation", "parent")
        return {row.code: row for row in rows.prefetch_related("units__organisation", "milestones")}

    def _row(self, line: int, cells: Mapping[str, str]) -> tuple[RowEffect, ItemDraft] | None:
        code = cells.get(ID, "")
        item = self._items.get(code) if code else None
        if code and item is None:
            self._refuse(line, cells, [Fault(ID, f"expected the code of an item, or nothing for a new one; got "
                                f"{code[:40]!r}", "leave the cell empty to add an item")])  # fmt: skip
            return None
        before = None if item is None else tidy(draft_of(item))
        draft, faults = draft_from(cells, before, self._names)
        draft = tidy(draft)
        key = code or (f"{draft.task}-{draft.organisation}-D" if draft.kind == "duty" else "")
        if key and key in self._seen:
            faults.append(Fault(ID if code else "kind", f"{key} stands in row {self._seen[key]} already",
                                "keep one of the rows"))  # fmt: skip
        if faults:
            self._refuse(line, cells, faults)
            return None
        if item is None or before is None:
            faults += new_faults(self._doing, draft, self._there)
        elif draft != before:
            try:
                may_change(self._doing, item)
            except WorkRefused as error:
                self._refuse(line, cells, [Fault("", error.message, error.fix)])
                return None
            faults += change_faults(self._doing, item, before, draft, self._there)
        if faults:
            self._refuse(line, cells, faults)
            return None
        if key:
            self._seen[key] = line
        return self._effect(line, item, before, draft), draft

    def _effect(self, line: int, item: WorkItem | None, before: ItemDraft | None, draft: ItemDraft) -> RowEffect:
        if item is None or before is None:
            return RowEffect(line, "", draft.title, "added")
        was, now = told(before), told(draft)
        changed = {name: (was[name], now[name]) for name in COLUMNS if name != ID and was[name] != now[name]}
        if not changed and before == draft:
            return RowEffect(line, item.code, draft.title, "unchanged")
        return RowEffect(line, item.code, draft.title, "changed", changed)

    def _refuse(self, line: int, cells: Mapping[str, str], faults: Sequence[Fault]) -> None:
        for fault in faults:
            place = self._form.places.get(fault.field, self._form.places.get(ID, 0))
            heading = COLUMNS[fault.field][0] if fault.field in COLUMNS else ""
            self._faults.append(CellFault(
                self._form.sheet, f"{get_column_letter(place + 1)}{line}", line, heading, cells.get(fault.field, ""),
                fault.message, fault.fix,
            ))  # fmt: skip
