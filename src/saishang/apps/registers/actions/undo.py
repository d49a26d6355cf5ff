"""Take the last change of an entry back, or a whole import: a new version that repeats the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from saishang.apps.registers.actions.write import (
    EntryRefused,
    check_day,
    draft_of,
    key_is_free,
    locked,
    permitted,
    write,
)
from saishang.apps.registers.models import Entry, Version
from saishang.science.register.kind import Kind

__all__ = ["undo_batch", "undo_entry"]


def undo_entry(
    actor: Any, kind: Kind, pk: int, *, number: int | None, today: date, reason: str, address: str | None = None
) -> Entry:
    """Permission → lock → check → change → log.

    What was entered by mistake is withdrawn, since there is nothing before it. The days of an entry never run
    backwards, so the older content holds again from today.

    Raises
    ------
    EntryRefused
        Without a reason.
    """
    permitted(actor, kind)
    if not reason.strip():
        raise EntryRefused("taking a change back needs a reason", fix="say why", where="reason")
    with transaction.atomic():
        entry = locked(kind, pk, number)
        return _undo(actor, kind, entry, today, reason, "", address)


def undo_batch(
    actor: Any, kind: Kind, batch: str, *, today: date, reason: str, address: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int]:  # fmt: skip
    """Take a whole import back; returns (entries taken back, entries left because they were changed since).

    `progress` is told how many are done, of how many; what it raises leaves everything as it was.
    """
    permitted(actor, kind)
    if not reason.strip():
        raise EntryRefused("taking a change back needs a reason", fix="say why", where="reason")
    with transaction.atomic():
        written = Version.objects.filter(batch=batch, entry__kind=kind.id).values_list("entry_id", "number")
        if not batch or not written:
            raise EntryRefused("expected an import of this register, there is none", fix="open the register again")
        undone = left = 0
        for done, (pk, number) in enumerate(written):
            if progress is not None:
                progress(done, len(written))
            entry = locked(kind, pk, None)
            if entry.number != number:
                left += 1
                continue
            _undo(actor, kind, entry, today, reason, "", address)
            undone += 1
    return undone, left


def _undo(actor: Any, kind: Kind, entry: Entry, today: date, reason: str, batch: str, address: str | None) -> Entry:
    day = check_day(today, entry, today)
    if entry.number == 1:
        draft = replace(draft_of(entry), withdrawn=True, effective=day)
        return write(actor, kind, entry, draft, action="withdraw", reason=reason, batch=batch, address=address)
    before = entry.versions.get(number=entry.number - 1)
    if before.epoch != kind.epoch or entry.versions.get(number=entry.number).action == "migrate":
        raise EntryRefused(
            "the version before was written under an earlier description of this register",
            fix="change the entry instead; its history keeps what it said", code="earlier-description",
        )  # fmt: skip
    key_is_free(kind, before.key, entry)
    draft = replace(draft_of(before), effective=day)
    return write(actor, kind, entry, draft, action="undo", reason=reason, batch=batch, address=address)
