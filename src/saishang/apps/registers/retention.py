"""What of entries and proposals is not shown any more, today; and the daily round that takes it out of the search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from saishang.apps.core.actions import Logged, record_all
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Entry, Proposal
from saishang.apps.registers.sought import words_of
from saishang.rules import Rules, load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.retention import CLOSED, ended_on, ends, hidden_evidence, hidden_fields

__all__ = ["Hiding", "end_of", "hidden_of", "hidden_papers", "hidden_proposed", "hide_expired", "shown_values"]

_AT_ONCE = 1000


def end_of(kind: Kind, row: Entry) -> date | None:
    """The day on which an entry ended, as it stands now."""
    return ended_on(kind, row.state, row.since, row.effective, row.withdrawn, row.values)


def hidden_of(kind: Kind, row: Entry, day: date | None = None) -> frozenset[str]:
    """Fields of an entry that nobody is shown (today), in none of its versions."""
    if not any(known.kept_years for known in kind.fields.values()):
        return frozenset()
    return hidden_fields(kind, end_of(kind, row), day or timezone.localdate())


def shown_values(kind: str, row: Any) -> tuple[Mapping[str, Any], frozenset[str]]:
    """What an entry, or a version of one, still shows, and the fields that it does not; by the kind's name.

    Whether a version shows a field follows from the entry as it stands now, not from the day that is looked at.
    """
    known = kinds(load_rules(settings.CONFIG.rules_overlay)).get(kind)
    if known is None or not any(one.kept_years for one in known.fields.values()):
        return row.values, frozenset()
    hidden = hidden_of(known, row if isinstance(row, Entry) else row.entry)
    if not hidden:
        return row.values, hidden
    return {name: None if name in hidden else value for name, value in row.values.items()}, hidden


def hidden_papers(kind: Kind, row: Entry | None) -> frozenset[str]:
    """Documents of an entry that nobody is given today."""
    return frozenset() if row is None else hidden_evidence(kind, end_of(kind, row), timezone.localdate())


def hidden_proposed(kind: Kind, proposal: Proposal) -> tuple[frozenset[str], frozenset[str]]:
    """Fields and documents of a proposal that are not shown today: by its entry, or else by the day it was decided."""
    entry, today = proposal.made or proposal.entry, timezone.localdate()
    if entry is not None:
        ended = end_of(kind, entry)
    else:
        ended = None if proposal.decided_at is None else timezone.localdate(proposal.decided_at)
    return hidden_fields(kind, ended, today), hidden_evidence(kind, ended, today)


@dataclass(frozen=True)
class Hiding:
    """What a round did: entries in which fields were hidden, and entries that show theirs again."""

    hidden: int
    shown: int


def hide_expired(
    rules: Rules, day: date, *, actor: Any = "saishang", progress: Callable[[float], None] = lambda share: None
) -> Hiding:
    """Take what is not shown any more out of the words of the search, and write in the log what was hidden.

    Nothing waits for it: every reading leaves these fields out from the first day on. Doing it again changes nothing.
    """
    from saishang.apps.registers.actions.adopting import EntryRefused

    hidden = shown = 0
    mine = [kind for kind in kinds(rules).values() if any(known.kept_years for known in kind.fields.values())]
    for number, kind in enumerate(mine):
        progress(number / len(mine))
        for rows in _batches(kind):
            try:
                done = _hide(kind, rows, day, actor)
            except EntryRefused:  # its entries come under another description just now: tomorrow's round does it
                break
            hidden, shown = hidden + done.hidden, shown + done.shown
    return Hiding(hidden, shown)


def _batches(kind: Kind) -> Iterator[list[int]]:
    """Entries that may have come to an end, and those in which something was hidden."""
    asked = Q(withdrawn=True) | Q(state__in=ends(kind)) | ~Q(hidden=[])
    if CLOSED in kind.fields:
        asked |= Q(values__has_key=CLOSED)
    last = 0
    while True:
        rows = Entry.objects.filter(asked, kind=kind.id, pk__gt=last).order_by("pk")
        found = list(rows.values_list("pk", flat=True)[:_AT_ONCE])
        if not found:
            return
        yield found
        last = found[-1]


def _hide(kind: Kind, rows: list[int], day: date, actor: Any) -> Hiding:
    from saishang.apps.registers.actions.adopting import hold

    hidden, shown = 0, 0
    logged: list[Logged] = []
    with transaction.atomic():
        hold(kind)  # before the rows, as every writer
        changed = []
        for row in Entry.objects.select_for_update().filter(pk__in=rows).order_by("pk"):
            now = sorted(hidden_of(kind, row, day))
            if now == row.hidden:
                continue
            before, row.hidden = row.hidden, now
            row.words = words_of(kind, row.values, now)
            hidden, shown = hidden + bool(set(now) - set(before)), shown + bool(set(before) - set(now))
            ended = end_of(kind, row)
            logged.append(
                Logged(actor, "registers.hide", ("registers.Hiding", f"{kind.id}/{row.pk}"), {"hidden": before},
                       {"hidden": now, "key": row.key, "ended": None if ended is None else ended.isoformat()},
                       "保存期满")
            )  # fmt: skip
            changed.append(row)
        Entry.objects.bulk_update(changed, ["hidden", "words"])
        record_all(logged)
    return Hiding(hidden, shown)
