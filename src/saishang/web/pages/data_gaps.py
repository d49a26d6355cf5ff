"""Coverage of every station and month, and why the rest is missing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.observations import queries
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import entries
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.calculator_list import medium_name
from saishang.web.pages.charts import Chart
from saishang.web.pages.data_tabs import tabs
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["gaps"]

#: Lighter with every step, so that gaps stand out also without colours.
_HEAT = ("#5c1010", "#9c3a22", "#d07f3c", "#ecc489", "#e3ecdf", "#cfe8e2")


@public
@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Coverage of every station and month, and why the rest is missing."""
    span = queries.gap_span()
    base: dict[str, Any] = {"tabs": tabs("data-gaps", request), "span": span}
    media = _media()
    if span is None or not media:
        return render(request, "data/gaps.html", base | {"span": None})
    parameter = request.GET.get("parameter", "")
    of = next((name for name, codes in media.items() if parameter in codes), next(iter(media)))
    medium = choice(request, "medium", list(media), of)
    if parameter not in media[medium]:
        parameter = ""  # it stays behind in the form when another medium is chosen
    rows = queries.gap_months(*([parameter] if parameter else media[medium]))
    listed = _registered(medium)
    names = {place.code: texts.both(place.zh, place.en) for place in queries.stations()}
    names |= {code: name for code, (name, _page, _invented) in listed.items()}
    table = _gap_table(rows, names, {code: page for code, (_name, page, _invented) in listed.items()})
    answer = export(request, [table])
    if answer is not None:
        return answer
    months = sorted({row.month for row in rows})
    codes = sorted({row.station for row in rows})
    cells = [
        {
            "value": [months.index(row.month), codes.index(row.station), round(row.coverage, 4)],
            "note": f"{row.station} {names.get(row.station, '')}\n{row.month}：{texts.percent(row.coverage, 1)}",
        }
        for row in rows
        if row.coverage is not None
    ]
    labels = [f"{code} {names.get(code, '')}".strip() for code in codes]
    size = "chart-rows-s" if len(codes) <= 8 else "chart-rows-m" if len(codes) <= 30 else "chart-rows-l"
    spec = {"kind": "heat", "x": months, "y": labels, "cells": cells, "colours": list(_HEAT)}
    label = _("各站逐月数据覆盖率热图；同样的数字列在下面的表里。")
    context = base | {
        "span": queries.gap_span(*media[medium]),
        "chart": Chart("gaps", label, spec, table, size=size),
        "invented": any(listed[row.station][2] for row in rows if row.station in listed),
        "media": [(name, medium_name(name)) for name in media],
        "medium": medium,
        "parameters": media[medium],
        "parameter": parameter,
    }
    return render(request, "data/gaps.html", context)


def _media() -> dict[str, list[str]]:
    """Medium → its parameters in the ledger, in the order of the rules."""
    known = site.rules().parameters
    found: dict[str, list[str]] = {}
    listed = set(queries.gap_parameters())
    for code, row in known.items():
        if code in listed:
            found.setdefault(str(row["medium"]), []).append(code)
    return found


def _registered(medium: str) -> dict[str, tuple[str, str, bool]]:
    """Registered stations whose hours the medium's sources expect: code → (name, entry, whether invented)."""
    known = kinds(site.rules())
    wanted = {
        str(document["expects"]["register"])
        for document in site.rules().documents_under("sources").values()
        if document.get("expects") and document["medium"] == medium
    }
    return {
        view.key: (view.title, reverse("registers-entry", args=[name, view.pk]), view.standing.invented)
        for name in sorted(wanted & known.keys())
        for view in entries(known[name])
    }


def _gap_table(rows: list[Any], names: dict[str, str], pages: dict[str, str]) -> Table:
    columns = [
        Column("station", _("站点"), row_head=True, nowrap=True),
        Column("month", _("月份"), nowrap=True),
        Column("expected", _("应有小时"), number=True),
        Column("present", _("实有小时"), number=True),
        Column("coverage", _("覆盖率"), number=True),
        Column("not_sent", _("未传"), number=True),
        Column("empty", _("文件中为空"), number=True),
        Column("marked", _("带缺测标记"), number=True),
        Column("rejected", _("被拒收"), number=True),
        Column("removed_by_qc", _("质检剔除"), number=True),
        Column("closed", _("站点停用"), number=True),
    ]
    listed = [
        {
            "station": Cell(
                f"{row.station} {names.get(row.station, '')}".strip(),
                href=pages.get(row.station),
            ),
            "month": row.month,
            "expected": row.expected,
            "present": row.present,
            "coverage": Cell(
                None if row.coverage is None else round(row.coverage, 4), text=texts.percent(row.coverage, 1)
            ),
            **{
                key: getattr(row, key) for key in ("not_sent", "empty", "marked", "rejected", "removed_by_qc", "closed")
            },
        }
        for row in rows
    ]
    return Table("gaps", _("各站逐月缺测"), columns, listed, tight=True)
