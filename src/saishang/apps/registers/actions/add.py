"""Enter a new thing into a register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from saishang.apps.registers.actions.linked import DIRECT, Links, link_faults
from saishang.apps.registers.actions.write import (
    Draft,
    EntryFaults,
    EntryRefused,
    check_day,
    key_is_free,
    permitted,
    write,
)
from saishang.apps.registers.models import Entry
from saishang.rules import Rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import Place
from saishang.science.register.values import FieldFault, read_entry

__all__ = ["add_entry", "new_draft"]


def add_entry(
    actor: Any,
    kind: Kind,
    rules: Rules,
    given: Mapping[str, str | None],
    *,
    today: date,
    effective: date | None = None,
    state: str = "",
    place: Place | None = None,
    reason: str = "",
    batch: str = "",
    address: str | None = None,
) -> Entry:
    """Permission → check → change → log.

    Parameters
    ----------
    given:
        Field → text.
    effective:
        Day from which the entry holds; today when not given.
    state:
        State that an older register had brought it to; the kind's first state when empty. Anything else needs a reason,
        for its evidence stands elsewhere.

    Raises
    ------
    EntryFaults
        With every field that cannot be taken.
    EntryRefused
        When the actor may not, the state is unknown, or the day lies in the future.
    """
    permitted(actor, kind)
    draft = new_draft(
        kind, rules, given, today=today, effective=effective, state=state, place=place, reason=reason
    )  # fmt: skip
    key = str(draft.values[kind.key])
    key_is_free(kind, key, None)
    try:
        with transaction.atomic():
            return write(actor, kind, None, draft, action="add", reason=reason, batch=batch, address=address)
    except IntegrityError as error:  # somebody entered the same thing between the look and the write
        raise EntryFaults(
            [FieldFault(kind.key, key, "the register has got an entry with this key just now", "open it from the list")]
        ) from error


def new_draft(
    kind: Kind, rules: Rules, given: Mapping[str, str | None], *, today: date, effective: date | None = None,
    state: str = "", place: Place | None = None, reason: str = "", links: Links = DIRECT,
) -> Draft:  # fmt: skip
    """The content of a new entry, checked; whether its key is free is asked by the caller (Errors: as `add_entry`)."""
    begun = _first_state(kind, state, reason)
    day = check_day(effective or today, None, today)
    values, faults = read_entry(kind, given, rules.regions, state=begun)
    faults += link_faults(kind, values, None, (fault.field for fault in faults), links)
    if faults:
        raise EntryFaults(faults)
    return Draft(begun, day, day, values, place)


def _first_state(kind: Kind, state: str, reason: str) -> str:
    if kind.life is None:
        return ""
    begun = kind.life.state(state).id if state else kind.start
    if begun != kind.start and not reason.strip():
        raise EntryRefused(
            f"a new entry begins as {kind.start}; taking it over as {begun} needs a reason",
            fix="name the register or file that it comes from",
            where="reason",
        )
    return begun
