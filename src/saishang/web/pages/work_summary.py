"""The leadership view (领导视图): how work and targets stand, on a screen and on one sheet of A4.

Every list has a fixed length and every line a fixed height on paper, so that more data never makes a second sheet: what
does not fit is counted and one click away. Offices are held against each other by shares, never by bare counts: who
owes more would always look worse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution.queries import ItemFilter
from saishang.apps.execution.queries_boards import (
    Group,
    ReportCount,
    changes,
    deadlines,
    fold,
    problems,
    report_counts,
    tallies,
)
from saishang.apps.indicators import forecast, queries
from saishang.apps.indicators.queries import RunFacts, TargetRow
from saishang.apps.organisations import access
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.forecast_words import chance
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.scoreboard import scoreboard
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.targets import goal_of, target_url
from saishang.web.pages.work_boards_common import (
    ORDER,
    about,
    bar,
    board_url,
    items_url,
    letter,
    names,
    patterns,
    share_words,
)
from saishang.web.pages.work_common import item_url, soon, standing_look, standing_name, tabs, today
from saishang.web.security import somewhere

__all__ = ["Ranked", "month_before", "page", "ranked", "status_changes"]

#: Lines of each list: so many fit on the sheet.
_TARGETS, _TASKS, _OFFICES, _PROBLEMS, _DEADLINES, _CHANGES = 5, 6, 6, 4, 5, 3
#: A problem is quoted so far; the report says the rest.
_QUOTED = 90
_BETTER = {"met": 0, "on_track": 1, "at_risk": 2, "off_track": 3}


@dataclass(frozen=True)
class Ranked:
    """What is late most by share; `few`: what owes too little with a day for a share to say anything, and is not here.

    `few_late` counts the late items among those, so that nothing is hidden by leaving them out.
    """

    lines: list[tuple[str, Group]]
    few: int
    few_late: int


@somewhere("view_internal")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The sheet, within the reader's reach."""
    span, day = access.reach(request.user, "view_internal"), today()
    found, run = names(), chosen_run(request)
    since = month_before(day)
    rows = tallies(span, ItemFilter(), day, soon(), by=("task",))
    by_office = tallies(span, ItemFilter(), day, soon(), by=("organisation",))
    whole = fold(rows, lambda row: "all").get("all", Group())
    least = int(site.rules().document("execution")["execution"]["least_for_share"])
    tasks = ranked(fold(rows, lambda row: row.task), least)
    offices = ranked(fold(by_office, lambda row: row.organisation), least)
    reports = sum(report_counts(span, date(day.year, 1, 1), date(day.year, 12, 31), day).values(), ReportCount())
    targets = queries.target_rows(run.id) if run is not None else []
    next_days = deadlines(span, day, _DEADLINES)
    said = problems(span, _PROBLEMS)
    sentences = [*about(day), *about_run(run)]
    risks = _risks(targets, run)
    tables = [
        _ranked_table("tasks", _("逾期比例最高的任务"), tasks, found.task, sentences),
        _ranked_table("offices", _("逾期比例最高的单位"), offices, found.organisation, sentences),
    ]
    answer = export(request, tables)
    if answer is not None:
        return answer
    moved = changes(span, since, day)
    context: dict[str, Any] = {
        "tabs": tabs("work-summary", request), "run": run, "as_of": day, "since": since, "whole": whole,
        "whole_bar": bar(whole.counts), "patterns": patterns(), "tables": tables, "any": bool(rows) or run is not None,
        "counts": [(name, standing_name(name), whole.counts[name], standing_look(name),
                    items_url(ItemFilter(standing=name))) for name in ORDER if whole.counts.get(name)],
        "letters": [(letter(name), standing_name(name)) for name in ORDER if whole.counts.get(name)],
        "share": share_words(whole.late, whole.dated), "reports": reports,
        "reports_share": share_words(reports.late + reports.missing, reports.due),
        "board": scoreboard(targets, run, chosen=bool(request.GET.get("run"))) if run is not None else None,
        "risks": risks[:_TARGETS], "risks_more": max(0, len(risks) - _TARGETS),
        "tasks": _shown(tasks, _TASKS, found.task, lambda key: reverse("plan-task", args=[key])
                        if key in found.headings else "", "task"),
        "tasks_few": tasks, "offices": _shown(offices, _OFFICES, found.organisation, lambda key: board_url(key)
                        if key in found.organisations and span.covers(found.organisations[key]) else "",
                        "organisation"),
        "offices_few": offices, "least": least,
        "problems": [(row, found.organisation(row.organisation.code), _quoted(row.problems), item_url(row.item.code),
                      timezone.localtime(row.submitted_at).date() if row.submitted_at else None) for row in said],
        "deadlines": [(one, found.organisation(one.item.organisation.code), item_url(one.item.code),
                       (one.on - day).days) for one in next_days],
        "changes": moved, "target_changes": _target_changes(targets, run),
    }  # fmt: skip
    return render(request, "work/summary.html", context)


def month_before(day: date) -> date:
    """The same day a month earlier; the last of that month where it has no such day."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def ranked(groups: dict[str, Group], least: int) -> Ranked:
    """Groups with something late, by the share of late items among those in force with a due day, the largest first.

    Shares that are equal: the one with more behind it first, then by key. A group with fewer than `least` such items
    is not ranked: one late item of two says nothing about an office.
    """
    late = [(key, group) for key, group in groups.items() if group.late]
    enough = [(key, group) for key, group in late if group.dated >= least]
    few = [group for _key, group in late if group.dated < least]
    enough.sort(key=lambda pair: (-(pair[1].late_share or 0.0), -pair[1].dated, pair[0]))
    return Ranked(enough, len(few), sum(group.late for group in few))


def status_changes(before: Sequence[TargetRow], after: Sequence[TargetRow]) -> list[tuple[TargetRow, str, int]]:
    """(row now, state before, direction) of targets whose state differs: 1 better, -1 worse, 0 no better or worse.

    Better and worse are said only between states that judge; worse ones come first.
    """
    old = {(row.target, row.region): row.status for row in before}
    found = []
    for row in after:
        was = old.get((row.target, row.region))
        if was is None or was == row.status:
            continue
        both = was in _BETTER and row.status in _BETTER
        found.append((row, was, (1 if _BETTER[row.status] < _BETTER[was] else -1) if both else 0))
    return sorted(found, key=lambda change: change[2])


def _target_changes(rows: Sequence[TargetRow], run: RunFacts | None) -> dict[str, Any] | None:
    """What changed since the newest run that judged a day at least a month earlier; None without such a run."""
    if run is None:
        return None
    earlier = queries.runs().filter(as_of__lte=month_before(run.as_of)).first()
    if earlier is None:
        return None
    found = status_changes(queries.target_rows(earlier.id), rows)
    return {
        "since": earlier.as_of, "run": earlier.id, "more": max(0, len(found) - _CHANGES),
        "lines": [(texts.both(row.title_zh, row.title_en), target_url(row), texts.state_name(was), row.status, way)
                  for row, was, way in found[:_CHANGES]],
    }  # fmt: skip


def _risks(rows: Sequence[TargetRow], run: RunFacts | None) -> list[dict[str, Any]]:
    """Targets off track or at risk, and those whose goal is rather missed than met; the least likely first."""
    if run is None:
        return []
    ahead = {(row.target, row.place): row for row in forecast.read(run.id) or () if row.kind == "target"}
    found = []
    for row in rows:
        told = ahead.get((row.target, row.region))
        probability = told.probability if told is not None else None
        doubtful = probability is not None and probability < 0.5 and row.status != "met"
        if row.status not in ("off_track", "at_risk") and not doubtful:
            continue
        found.append({
            "title": texts.both(row.title_zh, row.title_en), "href": target_url(row), "status": row.status,
            "goal": goal_of(row), "year": row.year, "value": f"{row.rounded} {texts.unit_name(row.unit)}".strip(),
            "chance": chance(probability, rough=told.rough) if told is not None and probability is not None else "—",
            "order": (1.0 if probability is None else probability, -_BETTER.get(row.status, 0), row.target),
        })  # fmt: skip
    return sorted(found, key=lambda one: one["order"])


def _shown(
    found: Ranked, most: int, name: Callable[[str], str], href: Callable[[str], str], field: str
) -> list[tuple[str, str, str, SafeString, str]]:  # fmt: skip
    """(words, address, share, bar, address of the late items) of the first lines."""
    return [
        (name(key), href(key), share_words(group.late, group.dated), bar(group.counts),
         # A line of an organisation counts what it owes itself, without what is below it.
         items_url(ItemFilter(standing="late", only=field == "organisation"), **{field: key}))
        for key, group in found.lines[:most]
    ]  # fmt: skip


def _ranked_table(name: str, title: str, found: Ranked, words: Callable[[str], str], sentences: list[str]) -> Table:
    columns = [
        Column("key", _("编码")), Column("name", _("名称"), row_head=True), Column("late", _("逾期"), number=True),
        Column("dated", _("有期限的在办事项"), number=True), Column("share", _("逾期比例"), "%", number=True),
    ]  # fmt: skip
    rows = [
        {"key": key, "name": words(key), "late": group.late, "dated": group.dated,
         "share": Cell(round(100 * (group.late_share or 0.0), 1))}
        for key, group in found.lines
    ]  # fmt: skip
    left = [_("%(number)s 个因事项过少未列入，其中逾期 %(late)s 项") % {"number": found.few, "late": found.few_late}]
    return Table(name, title, columns, rows, about=[*sentences, *(left if found.few else [])])


def _quoted(text: str) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED].rstrip()}…"
