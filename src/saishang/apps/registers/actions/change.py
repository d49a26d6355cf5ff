"""Change what an entry says; its state stays (that is a move)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from saishang.apps.registers.actions.linked import DIRECT, Links, link_faults
from saishang.apps.registers.actions.write import (
    Draft,
    EntryFaults,
    EntryRefused,
    check_day,
    draft_of,
    key_is_free,
    locked,
    permitted,
    write,
)
from saishang.apps.registers.models import Entry
from saishang.apps.registers.retention import hidden_of
from saishang.rules import Rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import Place
from saishang.science.register.values import as_text, read_entry

__all__ = ["change_entry", "changed_draft"]


def change_entry(
    actor: Any,
    kind: Kind,
    rules: Rules,
    pk: int,
    given: Mapping[str, str | None],
    *,
    number: int | None,
    today: date,
    effective: date | None = None,
    place: Place | None = None,
    keep_place: bool = False,
    reason: str = "",
    batch: str = "",
    address: str | None = None,
) -> Entry | None:
    """Permission → lock → check → change → log; None when nothing differs, and then nothing is written.

    Parameters
    ----------
    given:
        Field → text; all fields of the kind, absent ones become empty.
    number:
        Version that the person saw; None for commands.
    keep_place:
        Leave the place as it is, whatever `place` says (a table without a column for it).

    Raises
    ------
    EntryFaults
        With every field that cannot be taken.
    EntryRefused
        When the actor may not, somebody else was faster, the entry is withdrawn, or the day does not fit.
    """
    permitted(actor, kind)
    with transaction.atomic():
        entry = locked(kind, pk, number)
        after = changed_draft(
            kind, rules, entry, given, today=today, effective=effective, place=place, keep_place=keep_place,
            reason=reason,
        )  # fmt: skip
        if after is None:
            return None
        return write(actor, kind, entry, after, action="change", reason=reason, batch=batch, address=address)


def changed_draft(
    kind: Kind, rules: Rules, entry: Entry, given: Mapping[str, str | None], *, today: date,
    effective: date | None = None, place: Place | None = None, keep_place: bool = False, reason: str = "",
    links: Links = DIRECT,
) -> Draft | None:  # fmt: skip
    """The next content of an entry, checked; None when nothing differs (Errors: as `change_entry`)."""
    if entry.withdrawn:
        raise EntryRefused("a withdrawn entry is not changed", fix="restore it first")
    day = check_day(effective or today, entry, today)
    # What nobody is shown any more is not changed either: a form has it empty.
    kept = {name: as_text(entry.values.get(name)) for name in hidden_of(kind, entry, today)}
    given = {**given, **kept}
    values, faults = read_entry(kind, given, rules.regions, state=entry.state)
    faults += link_faults(kind, values, entry.pk, (fault.field for fault in faults), links)
    if faults:
        raise EntryFaults(faults)
    if values[kind.key] != entry.key:
        key_is_free(kind, str(values[kind.key]), entry)
    draft = draft_of(entry)
    ground = draft.place if keep_place else place
    if values == entry.values and (ground.geometry if ground else None) == entry.place:
        return None
    if values[kind.key] != entry.key and not reason.strip():
        raise EntryRefused(
            f"another key ({entry.key} becomes {values[kind.key]}) needs a reason",
            fix="say why the thing is named otherwise",
            where="reason",
        )
    return replace(draft, values=values, place=ground, effective=day)
