"""Annual reports (年度报告): those that were made, making one, reading one as a page, its Word file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.indicators.queries import NoSuchRun
from saishang.apps.organisations import access
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.queries import OrganisationView
from saishang.apps.reports import queries
from saishang.apps.reports.actions import make_report
from saishang.apps.reports.blocks import Block, Heading, OfficialDocument, Paragraph, Source, numbered
from saishang.apps.reports.blocks import Chart as ChartBlock
from saishang.apps.reports.blocks import Table as TableBlock
from saishang.apps.reports.queries import ReportRow
from saishang.apps.reports.refusals import ReportRefused
from saishang.apps.supervision import queries as supervision
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.faults import put_faults
from saishang.web.pages.organisations_common import crumbs, doing, name, organisation_url
from saishang.web.pages.runs import other_runs
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_common import tabs
from saishang.web.security import organisation, somewhere

__all__ = ["file", "index", "make", "one"]

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CONTROL = {"class": "form-control"}
_SELECT = {"class": "form-select"}
#: Share of a table's width from which on a column holds sentences.
_LONG = 0.2


class MakeForm(forms.Form):
    """Of which year, from which run; by whoever may, of the whole region."""

    year = forms.IntegerField(
        label=gettext_lazy("年度"), min_value=2000, max_value=2100, widget=forms.NumberInput(attrs=_CONTROL)
    )
    run = forms.ChoiceField(
        label=gettext_lazy("评估"), widget=forms.Select(attrs=_SELECT),
        help_text=gettext_lazy("目标的数值、进展和预测取自这次评估；任务按生成时刻的记录统计"),
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("类别"), widget=forms.Select(attrs=_SELECT))
    reason = forms.CharField(
        label=gettext_lazy("备注"), required=False, max_length=300, widget=forms.TextInput(attrs=_CONTROL)
    )

    def __init__(self, data: Any = None, *, consolidated: bool) -> None:
        super().__init__(data, initial={"year": timezone.localdate().year, "kind": "organisation"})
        self.fields["run"].choices = other_runs()  # type: ignore[attr-defined]
        kinds = list(_kinds().items())
        self.fields["kind"].choices = kinds if consolidated else kinds[:1]  # type: ignore[attr-defined]


def _kinds() -> dict[str, str]:
    return {"organisation": _("单位报告"), "consolidated": _("全区综合报告")}


@somewhere("view_internal")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every report that the reader may see, and where they may make one."""
    table = _list(queries.reports(access.reach(request.user, "view_internal")))
    answer = export(request, [table])
    if answer is not None:
        return answer
    span = access.reach(request.user, "make_report")
    places = [] if span.nothing else [row for row in organisations.tree() if span.covers(row)]
    context = {
        "tabs": tabs("reports", request),
        "table": table,
        "places": [(name(row), reverse("reports-make", args=[row.code])) for row in places],
    }
    return render(request, "reports/index.html", context)


def _list(rows: list[ReportRow]) -> Table:
    columns = [
        Column("number", _("编号"), number=True), Column("year", _("年度"), nowrap=True),
        Column("organisation", _("单位"), row_head=True, long=True), Column("kind", _("类别")),
        Column("run", _("评估编号"), nowrap=True), Column("counted", _("任务统计时刻"), nowrap=True),
        Column("by", _("编制人")), Column("file", _("文件")), Column("sha256", _("摘要"), nowrap=True),
        Column("nature", _("数据性质")), Column("delivered", _("报送日期"), nowrap=True),
    ]  # fmt: skip
    handed = supervision.delivered(row.number for row in rows)
    listed = [
        {
            "number": row.number, "year": Cell(row.year, text=str(row.year)),
            "organisation": Cell(_organisation_name(row), href=reverse("reports-one", args=[row.organisation,
                                                                                              row.number])),
            "kind": _kinds()[row.kind], "run": row.run, "counted": row.counted, "by": row.made_by,
            "file": Cell(row.number, text="Word", href=reverse("reports-file", args=[row.organisation, row.number])),
            "sha256": Cell(row.sha256, text=row.sha256[:12]),
            "nature": _("含演示数据") if row.invented else _("正式数据"),
            "delivered": handed[row.number].done_on if row.number in handed else None,
        }
        for row in rows
    ]  # fmt: skip
    return Table("reports", _("已编制的报告"), columns, listed, empty=_("还没有编制过报告。"))


def _organisation_name(row: ReportRow) -> str:
    found = organisations.one(row.organisation, timezone.localtime(row.counted).date())
    return row.organisation if found is None else name(found)


@organisation("make_report")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, code: str) -> HttpResponse:
    """Make a report of an organisation; of the top of the tree also the consolidated one, by whoever may."""
    view = _view(code)
    whole = view.parent is None and access.reach(request.user, "make_report").everything
    form = MakeForm(request.POST if request.method == "POST" else None, consolidated=whole)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = make_report(doing(request, data["reason"]), data["kind"], code, data["year"], data["run"])
        except ReportRefused as error:
            put_faults(form, error)
        except NoSuchRun as error:
            form.add_error("run", wording.say(error.message))
        else:
            messages.success(request, _("已编制并存档：编号 %(number)s。") % {"number": made.number})
            return redirect("reports-one", code, made.number)
    context = {"form": form, "name": name(view), "code": code, "crumbs": crumbs(view),
               "href": organisation_url(code)}  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "reports/make.html", context, status=status)


@organisation("view_internal")
@never_cache
@require_safe
def one(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A report as a page, in the reader's language: the same content as the Word file."""
    row = _row(request, code, number)
    told = queries.document(number, "en" if texts.english() else "zh", texts.unit_name)
    parts = _parts(told, told.blocks, "t")
    annexes = [
        (annex.title, _parts(told, annex.blocks, f"a{place}")) for place, annex in enumerate(told.annexes, start=1)
    ]  # fmt: skip
    tables = [part["table"] for _title, listed in [("", parts), *annexes] for part in listed if "table" in part]
    tables += [part["chart"].table for part in parts if "chart" in part]
    answer = export(request, tables, invented=row.invented)
    if answer is not None:
        return answer
    context = {
        "delivery": _delivery(row), "row": row, "told": told, "parts": parts, "annexes": annexes,
        "kind": _kinds()[row.kind],
        "organisation": _organisation_name(row), "single": len(annexes) == 1,
        "day": told.dated.isoformat() if texts.english() else _("%(y)s年%(m)s月%(d)s日") % {
            "y": told.dated.year, "m": told.dated.month, "d": told.dated.day},
    }  # fmt: skip
    return render(request, "reports/one.html", context)


def _delivery(row: ReportRow) -> tuple[str, str]:
    """Whether and when it was handed over as the plan asks, with the address of the duty; empty for one of nobody."""
    if row.kind != "organisation":
        return "", ""
    own = supervision.delivered([row.number]).get(row.number)
    duty = own or supervision.annual_duty(site.rules(), row.organisation, row.year)
    if duty is None:
        return _("这一年的定期事项还没有生成，尚无可报送的事项"), ""
    href = reverse("supervision-duty", args=[duty.pk])
    if own is not None and own.done_on is not None:
        said = {"on": own.done_on.isoformat(), "due": own.due.isoformat() if own.due is not None else ""}
        if own.due is None:
            return _("已于 %(on)s 报送") % said, href
        if own.done_on <= own.due:
            return _("已于 %(on)s 报送（期限 %(due)s，按期）") % said, href
        late = {"n": (own.done_on - own.due).days}
        return _("已于 %(on)s 报送（期限 %(due)s，逾期 %(n)s 天）") % (said | late), href
    if duty.state == "fulfilled":
        return _("未报送；事项已由其他依据落实"), href
    return _("尚未报送"), href


@organisation("view_internal")
@never_cache
@require_safe
def file(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The Word file as it was made."""
    row = _row(request, code, number)
    response = HttpResponse(queries.file_of(number), content_type=_DOCX)
    mark = "demonstration-" if row.invented else ""
    said = f"saishang-{mark}annual-report-{code}-{row.year}-{number}.docx"
    response["Content-Disposition"] = content_disposition_header(True, said) or "attachment"
    return response


def _row(request: HttpRequest, code: str, number: int) -> ReportRow:
    span = access.reach(request.user, "view_internal")
    found = queries.report(span, code, number)
    if found is not None:
        return found
    # The consolidated report lies at the top of the tree, but is not the top organisation's own.
    if not span.everything:
        raise PermissionDenied("view_internal")
    raise Http404(_("没有编号为 %(number)s 的报告。") % {"number": number})


def _view(code: str) -> OrganisationView:
    found = organisations.one(code)
    if found is None:
        raise Http404(_("没有编码为“%(code)s”的机构。") % {"code": code})
    return found


def _parts(told: OfficialDocument, blocks: tuple[Block, ...], prefix: str) -> list[dict[str, Any]]:
    """Blocks as what the template shows; tables and charts are named so that each can be exported."""
    found: list[dict[str, Any]] = []
    title = ""
    for block in numbered(blocks, told.language):
        if isinstance(block, Heading):
            title = block.text
            found.append({"heading": block.text, "level": block.level})
        elif isinstance(block, Paragraph):
            found.append({"text": block.text})
        elif isinstance(block, Source):
            found.append({"source": block.text})
        elif isinstance(block, TableBlock):
            found.append({"table": _table(block, prefix, title)})
        else:
            found.append({"chart": _chart(block, prefix)})
    return found


def _table(block: TableBlock, prefix: str, title: str) -> Table:
    # Shares are of each other: what has a fifth of the width or more holds sentences.
    whole = sum(column.share for column in block.columns)
    name_ = next((place for place, column in enumerate(block.columns) if not column.centre), 0)
    columns = [
        Column(f"c{place}", column.head, row_head=place == name_, nowrap=column.centre,
               long=not column.centre and column.share >= whole * _LONG)
        for place, column in enumerate(block.columns)
    ]  # fmt: skip
    rows = [{f"c{place}": text for place, text in enumerate(row)} for row in block.rows]
    return Table(f"{prefix}-{block.name}", block.title or title or block.name, columns, rows, tight=True)


def _chart(block: ChartBlock, prefix: str) -> Chart:
    rows = [{"name": name_, "value": value} for name_, value in zip(block.names, block.values, strict=True)]
    columns = [Column("name", _("类别"), row_head=True), Column("value", block.unit, number=True)]
    table = Table(f"{prefix}-{block.name}", block.title, columns, rows, tight=True)
    series = [{"name": block.title, "type": "bar", "data": list(block.values)}]
    spec = {"kind": "lines", "unit": block.unit, "x": list(block.names), "series": series}
    return Chart(f"{prefix}-{block.name}", block.title, spec, table)
