"""What cost a city's mean most, as tables and a chart: days, stations and hours of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators.outlook import Costs, Item, costs
from saishang.apps.indicators.outlook_data import run_days
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import decimals
from saishang.web.pages.charts import Chart
from saishang.web.pages.morning_words import number
from saishang.web.pages.runs import about_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.texts import counted

__all__ = ["CostView", "cost_view"]

_PLACES = 3
#: Days that the page of workings lists; the export has all.
_LONGEST = 31


@dataclass(frozen=True)
class CostView:
    """Tables and sentence about what cost most; `hours` is None where the days arrived without hours."""

    sentence: str
    days: Table
    stations: Table | None
    hours: Chart | None

    @property
    def tables(self) -> list[Table]:
        """Everything that can be exported."""
        found = [self.days, self.stations, self.hours.table if self.hours else None]
        return [table for table in found if table is not None]


def cost_view(request: HttpRequest, run: RunFacts, item: Item, *, every_day: bool = False) -> CostView | None:
    """Costs of a city's mean; None for a percentile, a region, or a year without a valid day."""
    if item.scope != "city" or item.statistic != "mean":
        return None
    found = costs(run.id, item.place, item.parameter, item.basis, item.mark.value)
    if found is None:
        return None
    about = [*about_run(run), _sentence(found, item)]
    return CostView(
        sentence=_sentence(found, item),
        days=_days(request, run, item, found, about, every_day),
        stations=_stations(run, item, found, about) if found.stations else None,
        hours=_hours(item, found, about) if found.hours else None,
    )


def _sentence(found: Costs, item: Item) -> str:
    target = texts.goal_text("", found.target, item.unit)
    above, below = (
        _("至今平均比 %(target)s 高 %(distance)s %(unit)s。"),
        _("至今平均比 %(target)s 低 %(distance)s %(unit)s。"),
    )
    words = above if found.distance > 0 else below
    first = words % {"target": target, "distance": number(abs(found.distance), 2), "unit": item.unit}
    return first + _("这一差值分解到每一天、每个站、每个钟点，各自相加都等于它。")


def _part(value: Fraction) -> Cell:
    # The sign says whether it cost or paid; U+2212 would not be read as a number by a spreadsheet.
    return Cell(round(float(value), 6), text=f"{'+' if value > 0 else ''}{number(value, _PLACES)}")


def _share(share: Fraction | None) -> Cell:
    if share is None:
        return Cell(None, text="")
    return Cell(round(float(share) * 100, 4), text=number(share * 100, 1))


def _days(request: HttpRequest, run: RunFacts, item: Item, found: Costs, about: list[str], every_day: bool) -> Table:
    values = run_days(run.id).span(item.place, item.parameter, item.basis, date(run.as_of.year, 1, 1), run.as_of)
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("value", _("日均值"), item.unit, number=True),
        Column("part", _("对年初至今均值的影响"), item.unit, number=True),
        Column("share", _("占全部超出"), "%", number=True),
    ]
    rows = [
        {
            "day": Cell(cost.key, href=with_run(reverse("air-day", args=[item.place, cost.key.isoformat()]), request)),
            "value": Cell(float(values[cost.key]), text=number(values[cost.key], decimals(item.parameter))),
            "part": _part(cost.part),
            "share": _share(cost.share),
        }
        for cost in found.days
    ]
    most = int(site.rules().document("outlook")["outlook"]["dearest_days"])
    shown = rows[: _LONGEST if every_day else most]
    caption = _("点日期看当日各站、各小时，直到原始文件的那一行。")
    if len(shown) < len(rows):
        caption += counted("另有 %(n)s 天，导出的表中列出。", len(rows) - len(shown)) % {"n": len(rows) - len(shown)}
    title = _("每一天的影响") if every_day else _("影响最大的日子")
    return Table("cost-days", title, columns, shown, about=about, caption=caption, everything=rows, tight=True)


def _stations(run: RunFacts, item: Item, found: Costs, about: list[str]) -> Table:
    names = {row["code"]: texts.name_of(row) for row in site.stations()}
    columns = [
        Column("station", _("站点"), row_head=True, nowrap=True),
        Column("part", _("影响"), item.unit, number=True),
        Column("share", _("占全部超出"), "%", number=True),
    ]
    rows = []
    for cost in found.stations:
        query = urlencode({"parameter": item.parameter, "period": item.period})
        address = f"{reverse('targets-chain-station', args=[run.id, cost.key])}?{query}"
        rows.append(
            {
                "station": Cell(cost.key, href=address, note=names.get(cost.key, "")),
                "part": _part(cost.part),
                "share": _share(cost.share),
            }
        )
    return Table("cost-stations", _("各站的影响"), columns, rows, about=about, tight=True)


def _hours(item: Item, found: Costs, about: list[str]) -> Chart:
    columns = [
        Column("hour", _("钟点（起）"), row_head=True, nowrap=True),
        Column("part", _("影响"), item.unit, number=True),
        Column("share", _("占全部超出"), "%", number=True),
    ]
    rows = [
        {"hour": f"{cost.key:02d}:00", "part": _part(cost.part), "share": _share(cost.share)} for cost in found.hours
    ]
    table = Table("cost-hours", _("各钟点的影响"), columns, rows, about=about, tight=True)
    spec = {
        "kind": "lines",
        "unit": item.unit,
        "x": [f"{cost.key:02d}" for cost in found.hours],
        "series": [{"name": _("影响"), "type": "bar", "data": [round(float(cost.part), 4) for cost in found.hours]}],
    }
    label = _("一天 24 小时各自对年初至今均值的影响；同样的数字列在下面的表里。")
    return Chart("cost-hours", label, spec, table)
