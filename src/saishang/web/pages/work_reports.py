"""Progress reports (进展报告): the list within reach, by period, state, organisation and task."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution import queries
from saishang.apps.execution.models import ProgressReport
from saishang.apps.execution.queries import ReportFilter
from saishang.apps.execution.states import REPORT_STATES
from saishang.apps.organisations import access
from saishang.web import texts
from saishang.web.pages.exports import export
from saishang.web.pages.paging import LongPaginator
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_boards_common import chosen_filter, filter_choices, years
from saishang.web.pages.work_common import (
    item_title,
    names,
    report_state_name,
    soon,
    standings,
    tabs,
    task_names,
    today,
)
from saishang.web.security import somewhere

__all__ = ["listing"]

_PER_PAGE = 50


@somewhere("view_internal")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Reports within reach; to a request by htmx only the results."""
    span, on = access.reach(request.user, "view_internal"), today()
    chosen = {key: request.GET.get(key, "").strip()[:60] for key in ("period", "state", "item", "late", "overdue")}
    items = chosen_filter(request)
    wanted = ReportFilter(chosen["period"], chosen["state"], item=chosen["item"], late=chosen["late"] == "1",
                          overdue=chosen["overdue"] == "1")  # fmt: skip
    found = queries.reports_of(queries.reports(span, wanted, on), items, on, soon())
    page = LongPaginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    called, tasks = names(), task_names()
    columns = [
        Column("what", _("工作事项"), row_head=True), Column("period", _("报告期"), nowrap=True),
        Column("organisation", _("单位")), Column("state", _("状态"), nowrap=True),
        Column("due", _("截止"), nowrap=True), Column("handed", _("报出时间"), nowrap=True, wide_only=True),
        Column("late", _("是否迟报"), nowrap=True),
    ]  # fmt: skip

    def row(report: ProgressReport) -> dict[str, Any]:
        overdue = report.submitted_at is None and report.due < on
        late = _("迟报") if report.late else _("按时") if report.late is False else _("逾期未报") if overdue else None
        return {
            "what": Cell(item_title(report.item, tasks), href=reverse("work-report", args=[report.pk]),
                         note=report.item.code),
            "period": Cell(report.period, text=texts.period_name(report.period)),
            "organisation": called.get(report.organisation.code, report.organisation.code),
            "state": report_state_name(report.state), "due": report.due, "handed": report.submitted_at, "late": late,
        }  # fmt: skip

    empty = _("没有符合条件的报告。报告期结束后，执行中的事项自动生成待填报告。")
    table = Table("progress-reports", _("进展报告"), columns, [row(report) for report in page.object_list], tight=True,
                  everything=map(row, found.iterator(chunk_size=1000)), empty=empty)  # fmt: skip
    answer = export(request, [table])
    if answer is not None:
        return answer
    context: dict[str, Any] = {"table": table, "page": page, "count": page.paginator.count, "chosen": chosen,
                               "wanted": items}  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "work/reports_results.html", context)
    context |= {
        "tabs": tabs("work-reports", request),
        "periods": [(name, texts.period_name(name)) for name in queries.periods()],
        "states": [(state, report_state_name(state)) for state in REPORT_STATES],
        "choices": filter_choices(span) | {"standing": standings()}, "years": years(on),
    }  # fmt: skip
    return render(request, "work/reports.html", context)
