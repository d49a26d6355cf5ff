"""Air: rankings of the places of a list in a period, with the change on the year before."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import BASES, KINDS, choice, item_name, kind_name, setting_name, tabs
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, figure
from saishang.web.security import public

__all__ = ["ranking"]

CRITERIA = ("composite", "PM2.5")


@public
@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """Ranking of the places of a list in one period with the change on the year before, and the parts of the index."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-ranking"), "run": run}
    if run is None:
        return render(request, "air/ranking.html", base)
    rows = queries.select(run.id, "ranking", "rank is not null", order="period, list, criterion, rank, id")
    if not rows:
        return render(request, "air/ranking.html", base)
    kind = choice(request, "kind", KINDS, "year" if any(r["period_kind"] == "year" for r in rows) else "to_date")
    rows = [row for row in rows if row["period_kind"] == kind]
    basis = choice(request, "basis", BASES, "measured")
    rows = [row for row in rows if row["basis"] == basis]
    listed = sorted({row["period"] for row in rows}, reverse=True)
    period = choice(request, "period", listed, listed[0]) if listed else ""
    rows = [row for row in rows if row["period"] == period]
    criterion = choice(request, "criterion", CRITERIA, CRITERIA[0])
    rows = [row for row in rows if row["criterion"] == criterion]
    standards = sorted({row["standard"] for row in rows})
    standard = choice(request, "standard", standards, standards[0]) if standards else ""
    rows = [row for row in rows if row["standard"] == standard]
    parts = _composites(run, period, kind, basis, standard) if criterion == "composite" else []
    table = _ranking_table(rows, period, criterion, _how(parts) or standard, run)
    single = _parts_table(parts, period, run) if parts else None
    context = base | {
        "kinds": [(name, kind_name(name)) for name in KINDS],
        "bases": [(name, basis_name(name)) for name in BASES],
        "criteria": [(name, _("综合指数") if name == "composite" else name) for name in CRITERIA],
        "periods": [(name, texts.period_name(name)) for name in listed],
        "kind": kind, "basis": basis, "period": period, "criterion": criterion,
        "standards": standards, "standard": standard, "table": table, "parts": single,
    }  # fmt: skip
    answer = export(request, [table, *([single] if single is not None else [])])
    return answer or render(request, "air/ranking.html", context)


def _composites(run: RunFacts, period: str, kind: str, basis: str, standard: str) -> list[dict[str, Any]]:
    return queries.select(
        run.id, "composite",
        "scope = 'city' and period = ? and period_kind = ? and basis = ? and standard = ? and value is not null",
        [period, kind, basis, standard], order="setting, value, id",
    )  # fmt: skip


def _how(parts: list[dict[str, Any]]) -> str:
    """The way the index was computed, by its name in the rules."""
    named = dict.fromkeys(row["setting"] for row in parts)
    return texts.listed(setting_name(setting) + texts.aside(setting) for setting in named)


def _parts_table(rows: list[dict[str, Any]], period: str, run: RunFacts) -> Table:
    """The single index of every item, whose sum the composite index is."""
    items = [name.removeprefix("single_") for name in rows[0] if name.startswith("single_")]
    columns = [
        Column("place", _("地区"), row_head=True, nowrap=True),
        Column("value", _("综合指数"), number=True),
        *[Column(code, item_name(code), _("单项指数"), number=True) for code in items],
        Column("main", _("主要污染物")),
        Column("setting", _("算法"), long=True),
    ]
    listed = [
        {
            "place": site.region_name(row["id"]),
            "value": Cell(row["value"], text=figure(row["value"], 2), valid=bool(row["valid"])),
            **{code: Cell(row[f"single_{code}"], text=figure(row[f"single_{code}"], 2)) for code in items},
            "main": item_name(row["main"] or ""),
            "setting": Cell(row["setting"], text=setting_name(row["setting"])),
        }
        for row in rows
    ]
    title = _("%(period)s 综合指数的构成") % {"period": texts.period_name(period)}
    caption = _("综合指数为各单项指数之和；单项指数为浓度与二级限值之比。")
    return Table("composite", title, columns, listed, about=about_run(run), caption=caption, tight=True)


def _ranking_table(rows: list[dict[str, Any]], period: str, criterion: str, how: str, run: RunFacts) -> Table:
    is_index = criterion == "composite"
    unit = "" if is_index else site.rules().parameters["PM2.5"]["unit"]
    coverage: dict[str, dict[str, Any]] = {
        row["id"]: row
        for row in queries.select(
            run.id, "period_statistics",
            "scope = 'city' and parameter = 'PM2.5' and statistic = 'mean' and basis = 'measured' and period = ?",
            [period],
        )
    }  # fmt: skip
    columns = [
        Column("rank", _("名次"), number=True),
        Column("place", _("地区"), row_head=True),
        Column("value", _("综合指数") if is_index else "PM2.5", unit, number=True),
        Column("before", _("上年同期"), unit, number=True),
        Column("change", _("变化率"), "%", number=True),
        Column("change_rank", _("改善名次"), number=True),
        Column("rank_before", _("上年名次"), number=True),
        Column("days", _("有效 / 应有天数"), number=True),
    ]
    listed = []
    for row in sorted(rows, key=lambda r: (r["list"], r["rank"], r["id"])):
        days = coverage.get(row["id"])
        places = 2 if is_index else 1
        listed.append(
            {
                "rank": row["rank"],
                "place": site.region_name(row["id"]),
                "value": Cell(row["value"], text=figure(row["value"], places)),
                "before": Cell(row["before"], text=figure(row["before"], places)),
                "change": Cell(row["change"], text="—" if row["change"] is None else f"{row['change']:+.1f}"),
                "change_rank": row["change_rank"],
                "rank_before": row["rank_before"],
                "days": "" if days is None else f"{days['days_valid']} / {days['days_expected']}",
            }
        )
    title = _("%(period)s 排名") % {"period": texts.period_name(period)}
    parts = [
        _("名次由小到大；数值相同名次并列，其后名次跳过。"),
        _("限值与权重：%(standard)s。") % {"standard": how} if how else "",
    ]
    return Table("ranking", title, columns, listed, about=about_run(run), caption="".join(parts))
