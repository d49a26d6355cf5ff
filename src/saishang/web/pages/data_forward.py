"""Forward from a line of a file: which published numbers and targets rest on it (向前追溯)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.forward import Forward, RowState, resting_on
from saishang.apps.observations import queries as observations
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import item_name
from saishang.web.pages.chain import certificate_url, chain_url
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import public

__all__ = ["numbers"]


@public
@require_safe
def numbers(request: HttpRequest, number: int, line: int) -> HttpResponse:
    """Numbers of the latest run that rest on a line of a batch's file."""
    try:
        batch = observations.batch_detail(number, limit=1).batch
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    context: dict[str, Any] = {"batch": batch, "line": line}
    run = queries.latest_run()
    if run is None:
        return render(request, "data/forward.html", context)
    found = resting_on(settings.CONFIG, observations.site_lake(), run, number, line)
    about = [_("评估编号：%(id)s") % {"id": run.id}]
    tables = [_values_table(found, about), _targets_table(found, about), _rows_table(found, about)]
    invented = any(value.basis == "demonstration" for value in found.values)
    answer = export(request, tables, invented=invented)
    if answer is not None:
        return answer
    context |= {
        "run": run, "found": found, "tables": tables, "invented": invented, "took": f"{found.seconds:.1f}",
        "about": about_run(queries.run_facts(run.id)),
    }  # fmt: skip
    return render(request, "data/forward.html", context)


def _values_table(found: Forward, about: list[str]) -> Table:
    catalogue = queries.catalogue().indicators
    columns = [
        Column("indicator", _("指标"), row_head=True), Column("region", _("区域"), nowrap=True),
        Column("period", _("时段"), nowrap=True), Column("basis", _("口径")), Column("value", _("数值"), number=True),
        Column("unit", _("计量单位")), Column("certificate", _("证书")),
    ]  # fmt: skip
    listed = []
    for row in found.values:
        known = catalogue.get(row.indicator)
        key = (found.run, row.indicator, row.region, row.period, row.basis, row.kind)
        reason = "" if row.valid else reason_name(row.reason or None) or ""
        listed.append(
            {
                "indicator": Cell(
                    row.indicator, text=texts.both(known.zh, known.en) if known else row.indicator, href=chain_url(*key)
                ),
                "region": site.region_name(row.region), "period": texts.period_name(row.period),
                "basis": basis_name(row.basis), "value": Cell(row.value, text=row.rounded or None, note=reason),
                "unit": texts.unit_name(row.unit) or None,
                "certificate": Cell(row.indicator, text=_("查看"), href=certificate_url(*key)),
            }
        )  # fmt: skip
    return Table(
        "values", _("以此行为据的数字"), columns, listed, about=about, tight=True,
        empty=_("没有公布的数字以此行为据；原因见下表。"),
    )  # fmt: skip


def _targets_table(found: Forward, about: list[str]) -> Table:
    columns = [
        Column("target", _("目标"), row_head=True), Column("region", _("区域"), nowrap=True),
        Column("year", _("目标年"), nowrap=True), Column("status", _("状态")), Column("value", _("数值"), number=True),
    ]  # fmt: skip
    listed = [
        {
            "target": Cell(
                row.target, text=texts.both(row.title, row.title_en), href=reverse("target", args=[row.target])
            ),
            "region": site.region_name(row.region), "year": str(row.year) if row.year else None,
            "status": Cell(row.status, state=row.status), "value": row.rounded or None,
        }
        for row in found.targets
    ]  # fmt: skip
    empty = _("没有目标以这些数字评判。")
    return Table("targets", _("以这些数字评判的目标"), columns, listed, about=about, empty=empty)


def _rows_table(found: Forward, about: list[str]) -> Table:
    columns = [
        Column("station", _("站点"), row_head=True), Column("parameter", _("项目"), nowrap=True),
        Column("interval", _("时段"), nowrap=True), Column("value", _("数值"), number=True),
        Column("unit", _("计量单位")),
        Column("state", _("计入情况")), Column("numbers", _("以它为据的数字"), number=True),
    ]  # fmt: skip
    parameters = site.rules().parameters

    def told(item: RowState) -> dict[str, Any]:
        row, known = item.row, parameters.get(item.row.parameter)
        return {
            "station": row.station,
            "parameter": item_name(row.parameter) if known is None else Cell(row.parameter, text=texts.name_of(known)),
            "interval": f"{row.start:%Y-%m-%d %H:%M} – {row.end:%m-%d %H:%M}",
            "value": Cell(row.value, text=None if row.value is None else f"{row.qualifier or ''}{row.value:g}"),
            "unit": texts.unit_name(str(known["unit"])) if known is not None else None,
            "state": _state(item.state), "numbers": item.numbers,
        }  # fmt: skip

    return Table(
        "rows", _("这一行入库的值"), columns, [told(item) for item in found.rows], about=about, tight=True,
        empty=_("湖中已没有这一行的值：被后来的文件更正，或入库时未被接收。"),
    )  # fmt: skip


def _state(state: str) -> str:
    return {
        "counted": _("计入"), "later": _("晚于这次评估"), "marked": _("来源标记为无效"), "excluded": _("质量控制剔除"),
        "not_counted": _("没有指标计入它"),
    }[state]  # fmt: skip
