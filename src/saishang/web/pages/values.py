"""Reported values (报送数值): what agencies report, with evidence; entered one by one or as a table.

The table that the page exports is the form that it takes: export, fill in, look at the trial, send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.actions.report_value import Report, report_value
from saishang.apps.indicators.actions.upload_values import BASES, COLUMNS, STATUSES, Outcome, upload_values
from saishang.apps.indicators.models import ReportedValue
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.reasons import basis_name
from saishang.web.security import may, permission, public

__all__ = ["EnterForm", "TableForm", "enter", "index", "table"]

#: Largest table of figures that the page takes [bytes].
_LARGEST = 10 << 20


class EnterForm(forms.Form):
    """One figure with its evidence."""

    indicator = forms.ChoiceField(label=gettext_lazy("指标"))
    region = forms.ChoiceField(label=gettext_lazy("区域"))
    period = forms.RegexField(r"^(19|20)\d\d$", label=gettext_lazy("年度"), help_text=gettext_lazy("四位数字，如 2025"))
    text = forms.CharField(label=gettext_lazy("数值"), max_length=40, help_text=gettext_lazy("按文件写明的位数填写"))
    basis = forms.ChoiceField(label=gettext_lazy("口径"))
    agency = forms.CharField(label=gettext_lazy("报送单位"), max_length=80)
    evidence = forms.CharField(
        label=gettext_lazy("依据"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("文件名称、页码、日期；没有依据的数字不接收"),
    )  # fmt: skip
    status = forms.ChoiceField(label=gettext_lazy("可靠程度"))
    note = forms.CharField(label=gettext_lazy("备注"), max_length=1000, required=False)
    reason = forms.CharField(label=gettext_lazy("更正原因"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Mapping[str, list[tuple[str, str]]] = {
            "indicator": [
                (i.id, f"{texts.both(i.zh, i.en)}（{i.unit}）") for i in queries.catalogue().indicators.values()
            ],
            "region": [
                (row["code"], texts.both(row["zh"], row["en"]))
                for row in site.rules().regions.values()
                if row["use"] == "in_plan"
            ],
            "basis": [(name, basis_name(name)) for name in BASES],
            "status": [(name, texts.mark_name(name)) for name in STATUSES],
        }
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name in choices else "form-control"
            if isinstance(field, forms.ChoiceField) and name in choices:
                field.choices = choices[name]


class TableForm(forms.Form):
    """A table of figures."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("本页导出的 Excel 或 CSV 就是填报格式；最大 10 MiB。"),
        widget=forms.ClearableFileInput(attrs={"class": "form-control"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("事由"), required=False, max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    dry_run = forms.BooleanField(label=gettext_lazy("只试算，不写入"), required=False, initial=True)


def tabs(request: HttpRequest, here: str) -> list[tuple[str, str, bool]]:
    """Tabs of the section; entering is for those who may."""
    entries = [("targets-values", _("报送数值"))]
    if may(request, "report_value"):
        entries += [("targets-values-enter", _("填报一项")), ("targets-values-table", _("上传表格"))]
    return [(words, reverse(name), name == here) for name, words in entries]


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All reported values that stand, and on demand those that were superseded."""
    everything = request.GET.get("all") == "1"
    shown = _table(list(queries.reported(everything=everything)))
    return export(request, [shown]) or render(
        request,
        "target/values.html",
        {"table": shown, "tabs": tabs(request, "targets-values"), "everything": everything},
    )


@permission("report_value")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter one figure; the same indicator, region, year and basis is a correction."""
    form = EnterForm(request.POST or None)
    context = {"form": form, "tabs": tabs(request, "targets-values-enter")}
    if request.method != "POST" or not form.is_valid():
        return render(request, "target/values_enter.html", context, status=422 if request.method == "POST" else 200)
    data = form.cleaned_data
    catalogue = queries.catalogue()
    report = Report(
        indicator=data["indicator"], region=data["region"], period=data["period"], text=data["text"],
        unit=catalogue.indicators[data["indicator"]].unit, basis=data["basis"], agency=data["agency"],
        evidence=data["evidence"], status=data["status"], note=data["note"], origin="portal",
    )  # fmt: skip
    try:
        made = report_value(request.user, report, catalogue, site.rules(), data["reason"])
    except SaishangError as error:
        form.add_error(None, " ".join(wording.error_words(error)))
        return render(request, "target/values_enter.html", context, status=422)
    messages.success(request, _("已记录：%(what)s。下一次评估起生效。") % {"what": made})
    return redirect("targets-values")


@permission("report_value")
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest) -> HttpResponse:
    """Take a table of figures, on trial or for good, and show what was refused cell by cell."""
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "tabs": tabs(request, "targets-values-table")}
    page = "target/values_table.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, page, context, status=422 if request.method == "POST" else 200)
    sent = form.cleaned_data["file"]
    name = plain_name(sent, "table")
    if sent.size > _LARGEST:
        form.add_error("file", _("文件超过 10 MiB。"))
        return render(request, page, context, status=422)
    with laid_down(sent) as path:
        try:
            outcome = upload_values(
                request.user, path, name, queries.catalogue(), site.rules(), Archive(settings.CONFIG.archive),
                reason=form.cleaned_data["reason"], dry_run=form.cleaned_data["dry_run"],
            )  # fmt: skip
        except SaishangError as error:
            return render(request, page, context | {"error": error}, status=422)
    context |= {"outcome": outcome, "refusals": _refusals(outcome)}
    return render(request, page, context)


def _table(rows: list[ReportedValue]) -> Table:
    heading = 1 if texts.english() else 0
    columns = [Column(key, headings[heading]) for key, headings in COLUMNS.items()]
    first, last = Column("name", _("指标名称"), row_head=True), Column("entered", _("填报"), nowrap=True)
    columns = [first, *columns, last]
    catalogue = queries.catalogue()
    listed = [
        {
            "name": texts.both(catalogue.indicators[row.indicator].zh, catalogue.indicators[row.indicator].en),
            "indicator": row.indicator,
            "region": Cell(row.region, note=site.region_name(row.region)),
            "period": row.period,
            "text": Cell(row.value.normalize(), text=row.text, note=_("已被更正") if row.superseded_by_id else ""),
            "unit": row.unit,
            "basis": Cell(row.basis, text=basis_name(row.basis)),
            "agency": row.agency,
            "evidence": row.evidence,
            "status": Cell(row.status, mark=row.status, text=""),
            "caliber": row.caliber,
            "note": row.note,
            "entered": Cell(row.entered_at, note=str(row.entered_by) if row.entered_by else "saishang"),
        }
        for row in rows
        if row.indicator in catalogue.indicators
    ]
    return Table("values", _("报送数值"), columns, listed, tight=True, empty=_("还没有报送的数值。"))


def _refusals(outcome: Outcome) -> Table:
    columns = [
        Column("line", _("行"), number=True), Column("column", _("列")), Column("content", _("内容")),
        Column("message", _("原因")), Column("fix", _("怎么办")),
    ]  # fmt: skip
    rows = [
        vars(refusal) | {"message": wording.say(refusal.message), "fix": wording.say(refusal.fix)}
        for refusal in outcome.refusals
    ]
    return Table("refusals", _("未接收的行"), columns, rows, empty=_("没有被拒绝的行。"))
