"""What supervision asks of a merged organisation goes to its successor: cases, findings, matters, duties of years."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from saishang.apps.execution.actions.doing import allowed
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.actions.doing import heir_of
from saishang.apps.supervision.actions.doing import act, log, touch
from saishang.apps.supervision.actions.findings import content_of
from saishang.apps.supervision.models import Case, Coordination, Finding, Occurrence, Party
from saishang.apps.supervision.states import OPEN_CASES

__all__ = ["take_over"]

_OVER = ("settled", "withdrawn")


def take_over(doing: Doing, code: str) -> dict[str, int]:
    """Permission (`supervise` over both) → change → act → log, in one transaction; how many of each kind went over.

    What the successor is asked already stays where it is: the same question is not put twice.

    Raises
    ------
    ChangeRefused
        While the organisation exists, or when nobody follows it.
    NotAllowed
        Without permission.
    """
    with transaction.atomic():
        found, heir = heir_of(code, doing.today)
        allowed(doing, "supervise", found)
        allowed(doing, "supervise", heir)
        return {
            "cases": _cases(doing, found, heir), "findings": _findings(doing, found, heir),
            "matters": _matters(doing, found, heir), "duties": _duties(doing, found, heir),
        }  # fmt: skip


def _cases(doing: Doing, found: Any, heir: Any) -> int:
    count = 0
    for row in Case.objects.select_for_update(of=("self",)).filter(organisation=found, state__in=OPEN_CASES):
        about = {"subject": row.subject, row.subject: getattr(row, row.subject)}
        if Case.objects.filter(organisation=heir, state__in=OPEN_CASES, **about).exists():
            continue
        row.organisation = heir
        _kept(doing, row, found, heir, level=row.level, due=row.due)
        count += 1
    return count


def _findings(doing: Doing, found: Any, heir: Any) -> int:
    rows = list(Finding.objects.select_for_update(of=("self",)).filter(organisation=found).exclude(state="closed"))
    for row in rows:
        row.organisation = heir
        _kept(doing, row, found, heir, content=content_of(row))
    return len(rows)


def _matters(doing: Doing, found: Any, heir: Any) -> int:
    count = 0
    raised = Coordination.objects.select_for_update(of=("self",)).filter(organisation=found).exclude(state__in=_OVER)
    for row in raised:
        if not row.parties.filter(organisation=heir).exists():
            row.organisation = heir
            _kept(doing, row, found, heir, organisation=heir)
            count += 1
    asked = Party.objects.filter(organisation=found, replied_on__isnull=True).exclude(coordination__state__in=_OVER)
    for party in asked.select_related("coordination"):
        matter = party.coordination
        if matter.organisation_id != heir.pk and not matter.parties.filter(organisation=heir).exists():
            party.organisation = heir
            party.save()
            _kept(doing, matter, found, heir, organisation=heir)
            count += 1
    return count


def _duties(doing: Doing, found: Any, heir: Any) -> int:
    count = 0
    for row in Occurrence.objects.select_for_update(of=("self",)).filter(organisation=found, state="open"):
        same = {"plan": row.plan, "duty": row.duty, "year": row.year, "slot": row.slot}
        if Occurrence.objects.filter(organisation=heir, **same).exists():
            continue
        row.organisation = heir
        row.version += 1
        row.save()
        log(doing, "take_over", row, {"organisation": found.code}, {"organisation": heir.code, "duty": row.duty})
        count += 1
    return count


def _kept(doing: Doing, row: Case | Finding | Coordination, found: Any, heir: Any, **more: Any) -> None:
    touch(row, doing)
    act(doing, row, "take_over", row.state, f"{found.code} → {heir.code}", **more)
    log(doing, "take_over", row, {"organisation": found.code}, {"organisation": heir.code, "code": row.code})
