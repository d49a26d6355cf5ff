"""List a finding (督察反馈问题), change it, write its rectification plan (整改方案), tie items of work to it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any, cast

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from saishang.apps.execution import queries as work
from saishang.apps.execution.actions.doing import allowed
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.apps.supervision.actions.doing import act, locked, log, needs_text, touch
from saishang.apps.supervision.actions.finding_draft import CODES, FindingDraft, Known, draft_faults, draft_of, plain
from saishang.apps.supervision.models import Finding, FindingUnit
from saishang.apps.supervision.refusals import SupervisionRefused, refuse
from saishang.apps.supervision.telling import tell_of_finding
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = ["add_finding", "change_finding", "content_of", "tie_item", "untie_item", "write_plan"]


def add_finding(doing: Doing, draft: FindingDraft, there: Known, *, batch: str = "", invented: bool = False) -> Finding:
    """Permission → check → change → act → log.

    Raises
    ------
    SupervisionRefused
        Without permission (`supervise`), or with every fault of the draft; when the number is taken in its round.
    """
    draft = plain(draft)
    with transaction.atomic():
        refuse(draft_faults(draft, there, doing.today))
        owner = find_organisation(draft.organisation)
        allowed(doing, "supervise", owner)
        refuse(_taken(draft, None))
        row = Finding(code=_code(draft), organisation=owner, batch=batch, invented=invented,
                      changed_at=timezone.now(), changed_by=doing.name)  # fmt: skip
        _write(row, draft)
        row.save()
        _units(row, draft, there)
        act(doing, row, "list", "", row.problem, content=content_of(row))
        log(doing, "add_finding", row, None, _told(draft) | {"code": row.code})
        tell_of_finding(doing, row, "list")
    return row


def change_finding(
    doing: Doing, code: str, draft: FindingDraft, there: Known, seen: int | None, *, batch: str = ""
) -> Finding | None:  # fmt: skip
    """Permission → lock → check → change → act → log; None when nothing differs, and then nothing is written.

    Raises
    ------
    SupervisionRefused
        Without permission over the old or the new responsible unit, without a reason, with every fault, for a finding
        that is struck off.
    """
    with transaction.atomic():
        row = locked(Finding, "code", code, seen)
        allowed(doing, "supervise", row.organisation)
        if row.state == "closed":
            raise SupervisionRefused("a finding that is struck off is not changed", fix="reopen it first")
        was, draft = draft_of(row), plain(draft)
        if was == draft:
            return None
        faults = [*draft_faults(draft, there, doing.today), *_taken(draft, row)]
        if not doing.reason.strip():
            faults.append(Fault("reason", "a change of a finding needs a reason; got none", "say why"))
        refuse(faults)
        row.organisation = find_organisation(draft.organisation)
        allowed(doing, "supervise", row.organisation)
        _write(row, draft)
        row.batch = batch or row.batch
        touch(row, doing)
        _units(row, draft, there)
        act(doing, row, "change", row.state, row.problem, content=content_of(row))
        before, after = _told(was), _told(draft)
        changed = sorted(name for name in after if before[name] != after[name])
        log(doing, "change_finding", row, {name: before[name] for name in changed},
            {name: after[name] for name in changed} | {"code": row.code})  # fmt: skip
    return row


def write_plan(
    doing: Doing, code: str, goal: str, measures: str, due: date | None, seen: int | None
) -> Finding:  # fmt: skip
    """Keep the rectification plan as it is so far; the responsible unit writes it while the finding is listed.

    Raises
    ------
    SupervisionRefused
        Without permission (`answer_supervision`), when the plan was handed in, for a due day that is over or later
        than the inspection's.
    """
    with transaction.atomic():
        row = locked(Finding, "code", code, seen)
        allowed(doing, "answer_supervision", row.organisation)
        if row.state != "listed":
            raise SupervisionRefused("a plan that was handed in is not written on", fix="have it returned first")
        faults = [fault for name, text in (("goal", goal), ("measures", measures)) if text.strip()
                  for fault in needs_text(name, text, "a text")]  # fmt: skip
        refuse([*faults, *due_faults(row, due, doing.today)])
        before = {"goal": row.goal, "measures": row.measures, "due": row.plan_due}
        row.goal, row.measures, row.plan_due, row.plan_by = goal.strip(), measures.strip(), due, doing.name
        after = {"goal": row.goal, "measures": row.measures, "due": row.plan_due}
        if before != after:
            touch(row, doing)
            log(doing, "write_plan", row, _days(before), _days(after) | {"code": row.code})
    return row


def due_faults(row: Finding, due: date | None, today: date) -> list[Fault]:
    """What is wrong with the day by which a plan wants to be done."""
    if due is None:
        return []
    if due < today:
        return [Fault("plan_due", f"expected a day from today on; got {due}", "choose a later day")]
    if row.due is not None and due > row.due:
        return [Fault("plan_due", f"expected a day up to {row.due}, the finding's own due day; got {due}",
                      "choose an earlier day, or have the office change the due day")]  # fmt: skip
    return []


def tie_item(doing: Doing, rules: Rules, code: str, item: str) -> Finding:
    """Tie an item of work to a finding, by which it is mended.

    Raises
    ------
    SupervisionRefused
        Without permission (`answer_supervision` or `supervise`), for a code that no item has.
    """
    with transaction.atomic():
        row = _tieable(doing, code)
        found = work.item(item.strip(), doing.today, work.soon_days(rules))
        if found is None:
            refuse([Fault("item", f"expected the code of an item; got {item[:40]!r}", "look at the list of items")])
        else:
            _tie, made = row.items.get_or_create(item=found)
            if made:
                log(doing, "tie_item", row, None, {"code": row.code, "item": found.code})
    return row


def untie_item(doing: Doing, code: str, item: str) -> Finding:
    """Take an item of work off a finding.

    Raises
    ------
    SupervisionRefused
        Without permission.
    """
    with transaction.atomic():
        row = _tieable(doing, code)
        gone, _what = row.items.filter(item__code=item).delete()
        if gone:
            log(doing, "untie_item", row, {"code": row.code, "item": item}, None)
    return row


def _tieable(doing: Doing, code: str) -> Finding:
    row = locked(Finding, "code", code, None)
    if not doing.span("supervise").covers(row.organisation):
        allowed(doing, "answer_supervision", row.organisation)
    if row.state == "closed":
        raise SupervisionRefused("a finding that is struck off is not changed", fix="reopen it first")
    return row


def content_of(row: Finding) -> dict[str, Any]:
    """Plan and result as they stand, for an act."""
    return {
        "goal": row.goal, "measures": row.measures, "result": row.result, "channel": row.channel,
        **{name: day.isoformat() if day else None for name, day in (
            ("due", row.due), ("plan_due", row.plan_due), ("public_from", row.public_from),
            ("public_until", row.public_until))},
    }  # fmt: skip


def _code(draft: FindingDraft) -> str:
    """`ZY-第二轮-015`."""
    return f"{CODES[draft.source]}-{''.join(draft.round.split())}-{draft.number:03d}"


def _taken(draft: FindingDraft, row: Finding | None) -> list[Fault]:
    same = Q(source=draft.source, round=draft.round, number=draft.number or 0)
    # Blanks in the round do not make another finding: its code would be the same.
    rows = Finding.objects.filter(same | Q(code=_code(draft)))
    found = (rows if row is None else rows.exclude(pk=row.pk)).first()
    if found is None:
        return []
    return [
        Fault("number", f"number {draft.number} of this round is {found.code} already", "use the number of the list")
    ]


def _write(row: Finding, draft: FindingDraft) -> None:
    # A draft without number or day does not come here: its faults were refused.
    row.number, row.listed_on = cast("int", draft.number), cast("date", draft.listed_on)
    row.source, row.round = draft.source, draft.round
    row.title, row.problem, row.region = draft.title, draft.problem, draft.region
    row.tasks, row.due = list(draft.tasks), draft.due


def _units(row: Finding, draft: FindingDraft, there: Known) -> None:
    wanted = {there.organisations[code] for code in draft.units}
    row.units.exclude(organisation_id__in=wanted).delete()
    have = set(row.units.values_list("organisation_id", flat=True))
    FindingUnit.objects.bulk_create(FindingUnit(finding=row, organisation_id=pk) for pk in sorted(wanted - have))


def _told(draft: FindingDraft) -> dict[str, Any]:
    told = _days(asdict(draft))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def _days(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}
