"""Take a table of entries: the form that the page gives out, filled in; bad rows come back cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from saishang.apps.core.actions import record
from saishang.apps.core.generations import pinned
from saishang.apps.registers.actions.take_rows import Effect, RowChange, RowRefusal, Taking
from saishang.apps.registers.actions.write import EntryRefused, permitted
from saishang.apps.registers.form import columns_of
from saishang.lake.archive import Archive
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.form import read_form
from saishang.rules import Rules
from saishang.science.register.kind import Kind

__all__ = ["RowChange", "RowRefusal", "TableOutcome", "load_rows", "load_table"]

_MOST_ROWS = 200_000
#: Rows that are looked at, and written, together.
_AT_ONCE = 1000
#: Told how many rows are done, of how many; what it raises takes everything back.
Progress = Callable[[int, int], None]


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
    effective: date | None = None, dry_run: bool = False, address: str | None = None, progress: Progress | None = None,
    batch: str = "",
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
    permitted(actor, kind)
    if not reason.strip() and not dry_run:
        raise EntryRefused("an import needs a reason", fix="name the file or letter it comes with", where="reason")
    refusals: list[RowRefusal] = []
    columns = columns_of(kind)

    def refuse(reject: Reject) -> None:
        refusals.append(RowRefusal(reject.line, reject.column, reject.content, reject.message, "correct the row"))

    rows = read_form(path, name, columns, [kind.key], refuse, most_rows=_MOST_ROWS)
    return load_rows(
        actor, kind, rules, archive, path, name, rows, refusals, today=today, reason=reason, effective=effective,
        dry_run=dry_run, address=address, progress=progress, batch=batch,
    )  # fmt: skip


def load_rows(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, path: Path, name: str,
    rows: Sequence[tuple[int, Mapping[str, str]]], refused: Sequence[RowRefusal], *, today: date, reason: str,
    effective: date | None = None, dry_run: bool = False, address: str | None = None, progress: Progress | None = None,
    batch: str = "",
) -> TableOutcome:  # fmt: skip
    """The same for rows that somebody else read from `path`, in another layout than the form.

    Parameters
    ----------
    rows:
        Line of the file and field → text.
    refused:
        What the reader could not take already; reported with the rest.
    batch:
        Name of the import, where a job that may be done again has given it one.
    """
    permitted(actor, kind)
    if not reason.strip() and not dry_run:
        raise EntryRefused("an import needs a reason", fix="name the file or letter it comes with", where="reason")
    if len(rows) > _MOST_ROWS:
        raise EntryRefused(f"a table may have at most {_MOST_ROWS} rows, this one has {len(rows)}", fix="split it")
    sha256 = "" if dry_run else archive.put(path).sha256
    batch = "" if dry_run else batch or uuid4().hex
    taking = Taking(actor, kind, rules, today, effective, reason or "trial", batch, address, list(refused))
    try:
        with transaction.atomic(), pinned():
            for start in range(0, len(rows), _AT_ONCE):
                if progress is not None:
                    progress(start, len(rows))
                taking.take(rows[start : start + _AT_ONCE])
            if dry_run:
                raise _DryRun
            taking.log()
            record(
                actor, "registers.load_table", ("register", kind.id),
                after={**Counter(change.effect for change in taking.changes), "refused": len(taking.refusals),
                       "file": name, "sha256": sha256, "batch": batch},
                reason=reason, address=address,
            )  # fmt: skip
    except _DryRun:
        pass
    except IntegrityError as error:  # somebody entered one of the keys between the look and the write
        raise EntryRefused(
            "somebody entered an entry with one of these keys just now; nothing was written", fix="load the file again"
        ) from error
    ordered = tuple(sorted(taking.refusals, key=lambda refusal: refusal.line))
    return TableOutcome(len(rows), tuple(taking.changes), ordered, sha256, batch, dry_run)
