"""Surface water: cities by the water quality index CWQI and by its change on the year before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice, kind_name
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_common import KINDS, fitting, period_names, sections, tabs
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public

__all__ = ["ranking"]


@public
@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """Cities in one period: index, rank, the same period of the year before, change; which cities cannot be ranked."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("water-ranking"), "run": run}
    rows = queries.select(run.id, "water_city_ranking", order="period, id") if run is not None else []
    if run is None or not rows:
        return render(request, "water/ranking.html", base)
    kinds = [name for name in KINDS if period_names(rows, name)]
    kind = choice(request, "kind", kinds, kinds[0])
    known = period_names(rows, kind)
    period = fitting(request, "period", known, {str(row["period"]) for row in rows}, known[0])
    table = _table([row for row in rows if row["period_kind"] == kind and row["period"] == period], period, run)
    context = base | {
        "kinds": [(name, kind_name(name)) for name in kinds], "kind": kind, "period": period,
        "periods": [(name, texts.period_name(name)) for name in known], "table": table, "basis": _basis(),
    }  # fmt: skip
    return export(request, [table]) or render(request, "water/ranking.html", context)


def _basis() -> list[tuple[str, str, str]]:
    """Editions of the ranking scheme: name, source, status."""
    document = site.rules().document("standards/water/cwqi")
    return [(texts.name_of(entry), entry["source"], entry["status"]) for entry in document["editions"]]


def _table(rows: Sequence[dict[str, Any]], period: str, run: RunFacts) -> Table:
    columns = [
        Column("rank", _("名次"), number=True), Column("place", _("城市"), row_head=True, nowrap=True),
        Column("value", "CWQI", number=True), Column("sections", _("参评断面"), number=True),
        Column("before", _("上年同期"), number=True), Column("change", _("变化率"), "%", number=True),
        Column("change_rank", _("改善名次"), number=True), Column("note", _("备注")),
    ]  # fmt: skip
    found = {row["id"]: row for row in rows}
    listed = []
    for row in sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["id"])):
        exempt = _("断面均在Ⅱ类及以上并达标，不列入变化排名") if row["exempt"] else ""
        listed.append(
            {
                "rank": row["rank"], "place": site.region_name(row["id"]),
                "value": Cell(row["value"], text=figure(row["rounded"], 4), valid=bool(row["valid"])),
                "sections": row["sections"],
                "before": Cell(row["before"], text=figure(row["before"], 4)),
                "change": Cell(
                    row["change"], text="—" if row["change_rounded"] is None else f"{row['change_rounded']:+.1f}"
                ),
                "change_rank": row["change_rank"],
                "note": texts.listed(part for part in (reason_name(row["reason"]), exempt) if part),
            }
        )  # fmt: skip
    having = {str(row["city"]) for row in sections().values() if row["city"]}
    for city in site.cities(run.region):
        code = str(city["code"])
        if code not in found:
            why = _("没有数据") if code in having else _("没有已知所属城市的断面，不能参与排名")
            listed.append({"place": texts.name_of(city), "note": why})
    title = _("%(period)s城市地表水环境质量排名") % {"period": texts.period_name(period)}
    caption = _("指数由小到大，相同名次并列，其后名次跳过；只有各项数据有效的指数参与排名；变化率为负表示改善。")
    return Table("water-ranking", title, columns, listed, about=about_run(run), caption=caption)
