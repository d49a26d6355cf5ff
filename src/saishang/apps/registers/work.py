"""What of the registers waits for a person: things to certify, terms of his registers that have passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from saishang.apps.organisations import access
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Entry
from saishang.apps.registers.permits import certifies_for, covers
from saishang.rules import Rules
from saishang.science.register.kind import Kind

__all__ = ["Overdue", "overdue", "to_certify", "waiting_states"]


@dataclass(frozen=True)
class Overdue:
    """Entries of one register whose terms have passed: how many, the longest day, where (empty: everywhere)."""

    kind: Kind
    count: int
    first: date
    regions: tuple[str, ...]


def waiting_states(kind: Kind) -> tuple[str, ...]:
    """States from which a certificate is given."""
    if kind.life is None or kind.steps.certificate is None:
        return ()
    issued = kind.steps.certificate.issued
    return tuple(state for state in kind.life.states if any(move.action in issued for move in kind.life.moves(state)))


def to_certify(person: Any, rules: Rules) -> QuerySet[Entry]:
    """Entries that wait for a certificate which this person may give, the longest first."""
    asked = Q(pk__in=[])
    for kind in kinds(rules).values():
        regions = certifies_for(person, kind, rules)
        states = waiting_states(kind)
        if regions == [] or not states:
            continue
        mine = Q(kind=kind.id, state__in=states)
        asked |= mine if regions is None else mine & Q(region__in=regions)
    return Entry.objects.filter(asked, withdrawn=False).order_by("since", "pk")


def overdue(person: Any, rules: Rules, day: date) -> list[Overdue]:
    """Registers that somebody keeps, in part or as a whole, with terms that ended before a day."""
    span = access.reach(person, "propose_entries")
    if span.nothing:
        return []
    governed = tuple(code for code in rules.regions if covers(span, code))
    places: dict[str, tuple[str, ...]] = {}
    asked = Q(pk__in=[])
    for kind in kinds(rules).values():
        if not kind.owner or not kind.terms:
            continue
        if covers(span, kind.owner):
            places[kind.id] = ()
            asked |= Q(kind=kind.id)
        elif governed and kind.region_field:
            places[kind.id] = governed
            asked |= Q(kind=kind.id, region__in=governed)
    rows = Entry.objects.filter(asked, withdrawn=False, due__lt=day).values("kind")
    told: Mapping[str, Any] = {row["kind"]: row for row in rows.annotate(count=Count("pk"), first=Min("due"))}
    return [
        Overdue(kinds(rules)[name], row["count"], row["first"], places[name])
        for name, row in sorted(told.items(), key=lambda item: item[1]["first"])
    ]
