"""An invented year of work for a demonstration: rows marked as such, with the days on which they would have happened.

The ordinary actions write what happens now; a believable year lies in the past. So these rows are written as they
would stand, all of them `invented`, under one entry of the log that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, log
from saishang.apps.execution.actions.item_draft import ItemDraft, MilestoneDraft
from saishang.apps.execution.actions.items import add_item, recompute
from saishang.apps.execution.known import Known
from saishang.apps.execution.models import Milestone, ProgressReport, ReportVersion, WorkItem
from saishang.apps.organisations.actions import Doing
from saishang.rules import Rules
from saishang.science.clocks import working_days
from saishang.science.execution.periods import ReportRule, due_day, opens_on, periods_between, read_period

__all__ = ["InventedItem", "InventedReport", "demonstrate"]

#: State of a report → moves that lead to it, with who makes them in the demonstration.
_WAYS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "draft": (),
    "in_review": (("hand_over", "draft", "in_review"),),
    "reviewed": (("hand_over", "draft", "in_review"), ("pass", "in_review", "reviewed")),
}
_WAYS["submitted"] = (*_WAYS["reviewed"], ("submit", "reviewed", "submitted"))
_WAYS["accepted"] = (*_WAYS["submitted"], ("accept", "submitted", "accepted"))
_WAYS["published"] = (*_WAYS["accepted"], ("publish", "accepted", "published"))
_WAYS["returned"] = (*_WAYS["submitted"], ("return", "submitted", "returned"))
_HANDED = ("submitted", "accepted", "published", "returned")
_NAMES = {"hand_over": "填报人", "pass": "审核人", "submit": "负责人", "accept": "领导小组办公室",
          "publish": "领导小组办公室", "return": "领导小组办公室"}  # fmt: skip
_WHY_BACK = "请写明已完成的工程量、推迟的原因和新的完成日期（演示）"


@dataclass(frozen=True)
class InventedReport:
    """A report of the invented year; `state` none: nobody wrote it."""

    period: str
    handed: date | None
    state: str
    done: str = ""
    problems: str = ""
    next_steps: str = ""
    figures: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class InventedItem:
    """An item of the invented year with its milestones' days (title, due, weight, reached) and its reports."""

    key: str
    parent: str
    draft: ItemDraft
    steps: tuple[tuple[str, date, Decimal, date | None], ...]
    reports: Sequence[InventedReport]


def demonstrate(
    doing: Doing, rules: Rules, there: Known, listed: Iterable[InventedItem], today: date
) -> tuple[int, int]:
    """Permission → write → log: items in force with reached milestones and reports for every period that has ended.

    Periods of which no report is given get a short one that says which milestones were reached. Nothing is written a
    second time.

    Returns
    -------
    How many items and how many reports are new.
    """
    allowed(doing, "assign_items", None)
    if WorkItem.objects.filter(invented=True).exists():
        return 0, 0
    made: dict[str, WorkItem] = {}
    reports = 0
    with transaction.atomic():
        for one in listed:
            row = _item(doing, there, one, made, today)
            made[one.key] = row
            reports += _reports(rules, row, one, today)
            recompute(row)
        if made:
            first = next(iter(made.values()))
            log(doing, "demonstrate", first, None, {"items": len(made), "reports": reports, "invented": True})
    return len(made), reports


def _item(doing: Doing, there: Known, one: InventedItem, made: dict[str, WorkItem], today: date) -> WorkItem:
    parent = made[one.parent].code if one.parent else ""
    steps = tuple(MilestoneDraft(title, due, weight) for title, due, weight, _reached in one.steps)
    draft = ItemDraft(**{**one.draft.__dict__, "parent": parent, "milestones": steps})
    row = add_item(doing, draft, there, origin="table", invented=True)
    begun = draft.start or date(today.year, 1, 1)
    row.state, row.assigned_on = "active", min(begun, today)
    for step, (_title, _due, _weight, reached) in zip(row.milestones.all(), one.steps, strict=True):
        if reached is not None and reached <= today:
            Milestone.objects.filter(pk=step.pk).update(reached=reached, reached_by=_NAMES["accept"])
    reached_all = one.steps and all(reached and reached <= today for *_rest, reached in one.steps)
    if reached_all and draft.due and draft.due < today:
        row.state, row.finished, row.finished_by = "done", one.steps[-1][3], _NAMES["hand_over"]
    row.save()
    return row


def _reports(rules: Rules, row: WorkItem, one: InventedItem, today: date) -> int:
    rule, calendar = ReportRule.from_document(rules.document("execution")), working_days(rules)
    given = {report.period: report for report in one.reports}
    count = 0
    kind = row.cadence
    assert kind in ("month", "quarter", "year")  # noqa: S101 - the form of the file says so
    for period in periods_between(row.assigned_on or today, today, kind):  # type: ignore[arg-type]
        if opens_on(period, rule) > today or (row.finished and period.first > row.finished):
            continue
        due = due_day(period, rule, calendar).day
        told = given.get(period.name) or _plain(one, period.name, due)
        _write(row, told, due, today)
        count += 1
    return count


def _plain(one: InventedItem, period: str, due: date) -> InventedReport:
    """A short report of a period that the file says nothing about."""
    span = read_period(period)
    reached = [title for title, _due, _weight, day in one.steps if day and span.first <= day <= span.last]
    done = f"本期达到里程碑：{'、'.join(reached)}。" if reached else "按计划推进，本期没有到期的里程碑。"
    return InventedReport(period, due - timedelta(days=1), "published", done, "", "按计划推进下期工作。")


def _write(row: WorkItem, told: InventedReport, due: date, today: date) -> None:
    span = read_period(told.period)
    late = told.handed is not None and told.handed > today
    state = "draft" if told.state == "none" or late else told.state
    handed = None if told.handed is None or late else _moment(told.handed)
    way = _WAYS[state]
    written = state != "draft" or bool(told.done)
    report = ProgressReport.objects.create(
        item=row, organisation=row.organisation, period=told.period, first=span.first, last=span.last, due=due,
        state=state, version=len(way) + 1 if written else 0, invented=True,
        written_at=handed, submitted_at=handed if state in _HANDED else None,
        late=(told.handed or due) > due if state in _HANDED else None,
        published_at=handed + timedelta(days=4) if handed and state == "published" else None, **_content(told, state),
    )  # fmt: skip
    ReportVersion.objects.bulk_create(
        ReportVersion(
            report=report, number=number, action=action, before=before, after=after, evidence=[],
            reason=_WHY_BACK if action == "return" else "", at=(handed or timezone.now()) + timedelta(days=number - 3),
            actor_name=f"{_NAMES[action]}（虚构）", **_content(told, state),
        )
        for number, (action, before, after) in enumerate(way, start=1)
    )  # fmt: skip


def _content(told: InventedReport, state: str) -> dict[str, object]:
    if state == "draft" and not told.done:
        return {}
    figures = [{"name": name, "value": value, "unit": unit} for name, value, unit in told.figures]
    return {"done": told.done, "problems": told.problems, "next_steps": told.next_steps, "figures": figures}


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(16, 20)))
