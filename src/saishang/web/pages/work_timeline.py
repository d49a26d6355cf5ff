"""The timeline (时间轴): items as bars with milestones, on a page and on paper, with a table that says the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.queries import ItemFilter
from saishang.apps.execution.queries_boards import days_of, timeline, undated
from saishang.apps.organisations import access
from saishang.web import texts
from saishang.web.pages.exports import export
from saishang.web.pages.paging import WidePaginator
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_boards_common import (
    ORDER,
    Names,
    about,
    bar,
    chosen_filter,
    filter_choices,
    items_url,
    letter,
    names,
    patterns,
    years,
)
from saishang.web.pages.work_common import item_url, percent_words, region_label, soon, standing_name, standings, tabs
from saishang.web.pages.work_common import today as current_day
from saishang.web.pages.work_timeline_draw import Window, axis, grid, picture, window_of
from saishang.web.security import somewhere

__all__ = ["page"]

_PER_PAGE = 100
#: A file of a timeline holds at most so many items; narrower filters get the rest.
_MOST_EXPORTED = 20_000
_ZOOMS = ("year", "quarter", "all")


@dataclass(frozen=True)
class Line:
    """A row: the item, who owes it, its picture."""

    item: WorkItem
    task: str
    owner: str
    picture: SafeString
    percent: str


@somewhere("view_internal")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Items of a task, organisation, region on a window of days: `zoom` year, quarter or all."""
    span = access.reach(request.user, "view_internal")
    day = current_day()
    asked = chosen_filter(request)
    wanted = replace(asked, year=None)
    zoom = request.GET.get("zoom", "year")
    zoom = zoom if zoom in _ZOOMS else "year"
    year, quarter = asked.year or day.year, _quarter(request, day)
    spanned = days_of(timeline(span, wanted, day, soon())) if zoom == "all" else None
    window = window_of(zoom, year, quarter, spanned)
    rows = timeline(span, wanted, day, soon(), (window.first, window.last))
    found = names()
    paged = WidePaginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    shown = list(paged.object_list)
    found_standings = {str(getattr(row, "standing", "")) for row in shown}
    table = _table(shown, rows[:_MOST_EXPORTED] if "format" in request.GET else shown, found, day, window)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context: dict[str, Any] = {
        "tabs": tabs("work-timeline", request), "table": table, "page": paged, "wanted": wanted, "zoom": zoom,
        "year": year, "quarter": quarter, "patterns": patterns(), "grid": grid(window, day), "window": window,
        "axis": axis(window, day), "lines": [_line(row, found, window, day) for row in shown], "as_of": day,
        "undated": undated(span, wanted, day, soon()), "undated_href": items_url(wanted), "any": bool(shown),
        "filtered": wanted != ItemFilter() or "year" in request.GET or "zoom" in request.GET,
        "paper": "a3" if request.GET.get("paper") == "a3" else "a4",
        "legend": [(letter(name), standing_name(name), bar({name: 1})) for name in ORDER
                   if name in found_standings],
        "before": _moved(zoom, year, quarter, -1), "after": _moved(zoom, year, quarter, 1),
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "work/timeline_results.html", context)
    context |= {"choices": filter_choices(span) | {"standing": standings()}, "years": years(day)}
    return render(request, "work/timeline.html", context)


def _quarter(request: HttpRequest, day: date) -> int:
    said = request.GET.get("quarter", "")
    return int(said) if said in ("1", "2", "3", "4") else (day.month + 2) // 3


def _moved(zoom: str, year: int, quarter: int, by: int) -> dict[str, int] | None:
    """Year and quarter of the window before or after; None where everything is shown."""
    if zoom == "all":
        return None
    if zoom == "year":
        return {"year": year + by, "quarter": quarter}
    place = 4 * year + quarter - 1 + by
    return {"year": place // 4, "quarter": place % 4 + 1}


def _line(item: WorkItem, found: Names, window: Window, day: date) -> Line:
    return Line(item, found.task(item.task), found.organisation(item.organisation.code), picture(item, window, day),
                percent_words(item))  # fmt: skip


def _table(shown: Iterable[WorkItem], everything: Iterable[WorkItem], found: Names, day: date, window: Window) -> Table:
    """The same in words."""
    columns = [
        Column("code", _("编号"), nowrap=True), Column("title", _("工作事项"), row_head=True),
        Column("task", _("任务")),
        Column("owner", _("责任单位")), Column("region", _("地区"), nowrap=True),
        Column("start", _("开始"), nowrap=True), Column("due", _("期限"), nowrap=True),
        Column("standing", _("进度状态"), nowrap=True), Column("percent", _("完成率"), nowrap=True),
        Column("milestones", _("里程碑"), long=True),
    ]  # fmt: skip

    def said(item: WorkItem) -> dict[str, Any]:
        return {
            "code": item.code, "title": Cell(found.item(item), href=item_url(item.code)), "task": found.task(item.task),
            "owner": found.organisation(item.organisation.code), "region": region_label(item.region),
            "start": item.start, "due": item.due,
            "standing": standing_name(item.standing),  # type: ignore[attr-defined]
            "percent": Cell(item.override if item.override is not None else item.percent, text=percent_words(item)),
            "milestones": texts.listed(_step(step.title, step.due, step.reached) for step in item.milestones.all()),
        }  # fmt: skip

    days = [_("时间范围：%(first)s 至 %(last)s") % {"first": window.first, "last": window.last}, *about(day)]
    return Table("work-timeline", _("时间轴"), columns, [said(item) for item in shown], about=days, tight=True,
                 everything=[said(item) for item in everything] if everything is not shown else None)  # fmt: skip


def _step(title: str, due: date | None, reached: date | None) -> str:
    if reached is not None:
        return _("%(title)s（%(day)s 达成）") % {"title": title, "day": reached}
    return _("%(title)s（应于 %(day)s）") % {"title": title, "day": due} if due else title
