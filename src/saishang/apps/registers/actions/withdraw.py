"""Take an entry out of a register that should never have been there, and put it back; its history stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from saishang.apps.registers.actions.write import EntryRefused, check_day, draft_of, locked, permitted, write
from saishang.apps.registers.models import Entry
from saishang.science.register.kind import Kind

__all__ = ["restore_entry", "withdraw_entry"]


def withdraw_entry(
    actor: Any, kind: Kind, pk: int, *, number: int | None, today: date, reason: str, address: str | None = None
) -> Entry:
    """Permission → lock → check → change → log; a withdrawn entry counts nowhere from today on.

    Raises
    ------
    EntryRefused
        Without a reason, or when it is withdrawn already.
    """
    return _turn(actor, kind, pk, number, today, reason, address, withdrawn=True)


def restore_entry(
    actor: Any, kind: Kind, pk: int, *, number: int | None, today: date, reason: str, address: str | None = None
) -> Entry:
    """Put a withdrawn entry back, as `withdraw_entry` took it out."""
    return _turn(actor, kind, pk, number, today, reason, address, withdrawn=False)


def _turn(
    actor: Any, kind: Kind, pk: int, number: int | None, today: date, reason: str, address: str | None, *,
    withdrawn: bool,
) -> Entry:  # fmt: skip
    permitted(actor, kind)
    if not reason.strip():
        raise EntryRefused("withdrawing and restoring need a reason", fix="say why", where="reason")
    with transaction.atomic():
        entry = locked(kind, pk, number)
        if entry.withdrawn == withdrawn:
            raise EntryRefused("the entry is in that state already", fix="open it again")
        day = check_day(today, entry, today)
        draft = replace(draft_of(entry), withdrawn=withdrawn, effective=day)
        action = "withdraw" if withdrawn else "restore"
        return write(actor, kind, entry, draft, action=action, reason=reason, address=address)
