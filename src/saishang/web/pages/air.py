"""Air: a year of days of one city as calendar, and the cities' days in figures."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import reason_name
from saishang.web.security import public

__all__ = ["calendar", "dust_name", "levels", "tabs"]

ITEMS = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3_8H")
#: Official colours of the six AQI levels (HJ 633, table 2); level 4 is darkened for white figures, see style sheet.
_COLOURS = {1: "#00e400", 2: "#ffff00", 3: "#ff7e00", 4: "#ff0000", 5: "#99004c", 6: "#7e0023"}


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the air pages."""
    entries = [
        ("air", _("日历")),
        ("air-periods", _("月、季、年")),
        ("air-ranking", _("排名")),
        ("air-stations", _("站点")),
        ("air-dust", _("沙尘日认定")),
    ]
    return [(words, reverse(name), name == current) for name, words in entries]


def levels() -> list[dict[str, Any]]:
    """The six AQI levels with words and colour, from the newest edition of the categories."""
    rows = site.rules().table("standards/air/categories").rows
    newest = max(row["from"] for row in rows)
    return [
        {"level": int(row["level"]), "name": texts.name_of(row), "low": row["low"], "high": row["high"],
         "color": _COLOURS[int(row["level"])]}
        for row in rows if row["from"] == newest
    ]  # fmt: skip


def choose_city(request: HttpRequest, run: RunFacts) -> Any:
    """The city of the address, or the first one."""
    listed = site.cities(run.region)
    wanted = request.GET.get("city", "")
    if not wanted:
        return listed[0] if listed else None
    for city in listed:
        if city["code"] == wanted:
            return city
    raise Http404(_("没有代码为“%(code)s”的城市。") % {"code": wanted})


@public
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Calendar of the daily index of one city and year."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air"), "run": run}
    if run is None:
        return render(request, "air/calendar.html", base)
    city = choose_city(request, run)
    years = [
        row["year"]
        for row in queries.select(run.id, "city_aqi", "aqi is not null and region = ?", [city["code"] if city else ""])
        if row.setdefault("year", row["day"].year)
    ]
    available = sorted(set(years), reverse=True)
    if city is None or not available:
        return render(request, "air/calendar.html", base | {"city": city, "cities": site.cities(run.region)})
    year = _year(request, available)
    rows = queries.select(
        run.id, "city_aqi", "region = ? and day between ? and ?",
        [city["code"], date(year, 1, 1), date(year, 12, 31)], order="day",
    )  # fmt: skip
    dust = {
        row["day"]: row["status"]
        for row in queries.select(run.id, "dust_days", "region = ?", [city["code"]])
        if row["day"].year == year
    }
    words = {level["level"]: level["name"] for level in levels()}
    table = _days_table(city, year, rows, dust, words, run)
    counts = Counter(row["level"] for row in rows if row["level"] is not None)
    spec = {"kind": "calendar", "year": year, "levels": levels(), "days": _days(rows, dust, words)}
    label = _("%(city)s %(year)s 年每日空气质量指数日历；同样的数字列在下面的表里。") % {
        "city": texts.name_of(city), "year": year,
    }  # fmt: skip
    answer = export(request, [table])
    if answer is not None:
        return answer
    expected = (min(run.as_of, date(year, 12, 31)) - date(year, 1, 1)).days + 1
    context = base | {
        "city": city,
        "cities": site.cities(run.region),
        "year": year,
        "years": available,
        "chart": Chart("calendar", label, spec, table, size="chart-calendar"),
        "counts": [(level, counts.get(level["level"], 0)) for level in levels()],
        "valid_days": sum(counts.values()),
        "expected_days": max(expected, 0),
        "dust_days": len(dust),
        "editions": sorted({str(row["edition"]) for row in rows if row["edition"]}),
    }
    return render(request, "air/calendar.html", context)


def _year(request: HttpRequest, available: list[int]) -> int:
    wanted = request.GET.get("year", "")
    if not wanted:
        return available[0]
    if wanted.isdigit() and int(wanted) in available:
        return int(wanted)
    raise Http404(_("没有 %(year)s 年的日数据；有 %(years)s。") % {"year": wanted, "years": texts.listed(available)})


def _days(rows: list[dict[str, Any]], dust: dict[date, str], words: dict[int, str]) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        if row["aqi"] is None or row["level"] is None:
            continue
        parts = [f"AQI {row['aqi']} {words.get(row['level'], '')}"]
        if row["primary"]:
            parts.append(_("首要污染物 %(items)s") % {"items": row["primary"].replace(",", texts.listed(["", ""]))})
        if not row["publishable"]:
            parts.append(reason_name(row["reason"]))
        if row["day"] in dust:
            parts.append(dust_name(dust[row["day"]]))
        found.append({"day": row["day"].isoformat(), "level": row["level"], "note": "\n".join(p for p in parts if p)})
    return found


def dust_name(status: str) -> str:
    """Words for what is thought of a dust day."""
    return {
        "proposed": _("沙尘日（拟定）"),
        "confirmed": _("沙尘日（已确认）"),
        "rejected": _("沙尘日（未采纳）"),
    }.get(status, status)


def _days_table(
    city: Any, year: int, rows: list[dict[str, Any]], dust: dict[date, str], words: dict[int, str], run: RunFacts
) -> Table:
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("aqi", "AQI", number=True),
        Column("level", _("类别")),
        Column("primary", _("首要污染物")),
        *[Column(f"iaqi_{code}", code, "IAQI", number=True, wide_only=True) for code in ITEMS],
        Column("dust", _("沙尘")),
        Column("edition", _("标准版本"), wide_only=True),
        Column("reason", _("备注")),
    ]
    listed = [
        {
            "day": row["day"],
            "aqi": Cell(row["aqi"], level=row["level"], valid=bool(row["publishable"])),
            "level": words.get(row["level"], "") if row["level"] else "",
            "primary": (row["primary"] or "").replace(",", texts.listed(["", ""])),
            **{f"iaqi_{code}": row.get(f"iaqi_{code}") for code in ITEMS},
            "dust": dust_name(dust[row["day"]]) if row["day"] in dust else "",
            "edition": row["edition"],
            "reason": reason_name(row["reason"]),
        }
        for row in rows
        if row["aqi"] is not None or row["day"] <= run.as_of
    ]
    title = _("%(city)s %(year)s 年逐日空气质量指数") % {"city": texts.name_of(city), "year": year}
    return Table(f"aqi-{city['code']}-{year}", title, columns, listed, about=about_run(run), tight=True)
