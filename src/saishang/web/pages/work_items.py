"""The list of items (任务清单): searched, filtered, counted by standing; out as a table, or as the form to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution import queries, queries_boards
from saishang.apps.execution.actions.item_names import names_of
from saishang.apps.execution.known import known
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.queries import ItemFilter
from saishang.apps.execution.states import ITEM_STATES
from saishang.apps.organisations import access
from saishang.science.execution.standing import STANDINGS
from saishang.web import texts
from saishang.web.pages import site, work_common
from saishang.web.pages.exports import FORMATS, export
from saishang.web.pages.paging import WidePaginator
from saishang.web.pages.registers_common import day_of, region_tree
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_book import items_book, items_csv
from saishang.web.security import somewhere

__all__ = ["item_columns", "item_row", "listing", "read_filter"]

_PER_PAGE = 50
#: Items that a page or a file holds at most; more are asked for in parts.
_MOST = 20_000
_WORDS = ("section", "task", "kind", "organisation", "unit", "region", "programme", "standing", "state", "target")


@somewhere("view_internal")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Items that the reader may see; to a request by htmx only the results."""
    wanted, chosen = read_filter(request)
    today, soon = work_common.today(), work_common.soon()
    span = access.reach(request.user, "view_internal")
    rows = queries.items(span, wanted, today, soon)
    if request.GET.get("table") == "form" and request.GET.get("format") in FORMATS:
        return _form(request, rows)
    names, tasks = work_common.names(), work_common.task_names()
    counted = queries_boards.counts(span, wanted, today, soon)
    shown = [pair for name, pair in counted.items() if name == (wanted.standing or name)]
    count = sum(number for number, _made_up in shown)
    # A text is looked for before anything is joined: the planner takes what its pairs find for rarer than it is.
    pages = (WidePaginator if wanted.text else Paginator)(rows, _PER_PAGE)
    pages.count = count
    page = pages.get_page(request.GET.get("page"))
    about = [_("截至 %(day)s") % {"day": today.isoformat()}, *_told(chosen, names)]
    everything = None
    if request.GET.get("format"):
        everything = (item_row(row, names, tasks) for row in rows[:_MOST].iterator(2000))
    table = Table(
        "items", _("任务清单"), item_columns(), [item_row(row, names, tasks) for row in page.object_list], about=about,
        tight=True, everything=everything,
    )  # fmt: skip
    answer = export(request, [table])
    if answer is not None:
        return answer
    context: dict[str, Any] = {
        "table": table, "page": page, "count": count, "chosen": chosen, "most": _MOST, "over": count > _MOST,
        "invented": sum(made_up for _number, made_up in shown), "standings": _standings(counted, wanted.standing),
        "any": count or WorkItem.objects.exists(),
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "work/items_results.html", context)
    context |= {
        "sections": work_common.section_names().items(), "no_region": queries.NO_REGION,
        "tabs": work_common.tabs("work-items", request), "tasks": work_common.task_choices(),
        "kinds": [(kind, work_common.kind_name(kind)) for kind, _words in WorkItem.KINDS],
        "organisations": names.items(), "regions": region_tree(), "programmes": work_common.programme_names().items(),
        "states": [(state, work_common.state_name(state)) for state in ITEM_STATES],
        "may_edit": not access.reach(request.user, "edit_items").nothing,
    }  # fmt: skip
    return render(request, "work/items.html", context)


def read_filter(request: HttpRequest) -> tuple[ItemFilter, dict[str, str]]:
    """What the address asks for; days and years that are none are passed over."""
    chosen = {name: request.GET.get(name, "").strip()[:200] for name in ("q", *_WORDS, "due_from", "due_to", "year")}
    days = {name: day_of(chosen[name]) for name in ("due_from", "due_to")}
    year = int(chosen["year"]) if chosen["year"].isascii() and chosen["year"].isdigit() else None
    if year is None or not 1900 <= year <= 2200:
        year, chosen["year"] = None, ""
    chosen |= {name: day.isoformat() if day else "" for name, day in days.items()}
    if chosen["standing"] not in STANDINGS:
        chosen["standing"] = ""
    chosen["only"] = "1" if request.GET.get("only") == "1" and chosen["organisation"] else ""
    wanted = ItemFilter(chosen["q"], only=bool(chosen["only"]), **{name: chosen[name] for name in _WORDS},  # type: ignore[arg-type]
                        **days, year=year)  # type: ignore[arg-type]  # fmt: skip
    return wanted, chosen


def item_columns() -> list[Column]:
    """Columns of a list of items."""
    return [
        Column("code", _("编号"), nowrap=True), Column("title", _("工作事项"), row_head=True),
        Column("standing", _("进度状态"), nowrap=True), Column("state", _("办理状态"), export_only=True),
        Column("organisation", _("责任单位")), Column("region", _("地区"), wide_only=True),
        Column("task", _("任务"), nowrap=True), Column("kind", _("类别"), nowrap=True, wide_only=True),
        Column("programme", _("重大工程"), export_only=True), Column("start", _("开始"), export_only=True),
        Column("due", _("期限"), nowrap=True), Column("percent", _("完成率"), unit="%", number=True),
        Column("budget", _("投资"), unit=_("万元"), number=True, wide_only=True),
        Column("targets", _("对应目标"), export_only=True), Column("cadence", _("报告周期"), export_only=True),
    ]  # fmt: skip


def item_row(row: Any, names: Mapping[str, str], tasks: Mapping[str, str]) -> dict[str, Any]:
    """A row of a list of items; the item carries its `standing`."""
    owner = row.organisation.code
    title = work_common.item_title(row, tasks)
    percent = row.percent if row.override is None else row.override
    words = None if percent is not None or row.state == "draft" else "—"
    return {
        "code": row.code, "title": Cell(title, href=work_common.item_url(row.code),
                                        note=_("演示数据") if row.invented else ""),
        "standing": Cell(work_common.standing_name(row.standing), badge=work_common.standing_badge(row.standing)),
        "state": work_common.state_name(row.state), "organisation": names.get(owner, owner),
        "region": work_common.region_label(row.region) if row.region else None, "task": row.task,
        "kind": work_common.kind_name(row.kind), "programme": row.programme, "start": row.start,
        "due": Cell(row.due, text=work_common.due_words(row)),
        "percent": Cell(percent, text=words, note=_("人工核定") if row.override is not None else ""),
        "budget": row.budget, "targets": "; ".join(row.targets), "cadence": work_common.cadence_name(row.cadence),
    }  # fmt: skip


def _standings(counted: Mapping[str, tuple[int, int]], chosen: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "words": words, "count": counted.get(name, (0, 0))[0], "current": name == chosen,
         "icon": work_common.standing_look(name)[0], "tone": work_common.standing_look(name)[1]}
        for name, words in work_common.standings()
        if counted.get(name) or name in ("late", "due_soon", chosen)
    ]  # fmt: skip


def _told(chosen: Mapping[str, str], names: Mapping[str, str]) -> Iterable[str]:
    told: dict[str, Callable[[str], str]] = {
        "organisation": lambda value: names.get(value, value), "unit": lambda value: names.get(value, value),
        "section": lambda value: work_common.section_names().get(value, value), "only": lambda _on: _("不含下级"),
        "region": work_common.region_label, "standing": work_common.standing_name, "kind": work_common.kind_name,
        "state": work_common.state_name,
    }  # fmt: skip
    given = [told.get(key, str)(value) for key, value in chosen.items() if value]
    return [_("筛选：%(words)s") % {"words": texts.listed(given)}] if given else []


def _form(request: HttpRequest, rows: QuerySet[WorkItem]) -> HttpResponse:
    """The list as the form that comes in again, with the items that the reader sees."""
    there = known(site.rules(), work_common.today())
    names = names_of(there, work_common.today())
    listed = rows.select_related("organisation", "parent").prefetch_related("units__organisation", "milestones")[:_MOST]
    wanted = request.GET["format"]
    body = items_csv(listed, names) if wanted == "csv" else items_book(listed, names)
    answer = HttpResponse(body, content_type=FORMATS[wanted])
    name = f"saishang-items-form-{timezone.localdate():%Y%m%d}.{wanted}"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
