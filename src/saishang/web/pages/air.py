"""Air: a year of days of one city as calendar, on one of three bases, and the same days in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from saishang.web.pages.air_common import ITEMS, choice, choose_city, dust_name, item_name, levels, primary_names, tabs
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import public

__all__ = ["calendar"]

BASES = ("measured", "dust_removed", "assessment")
#: Colour of a polluted day that the assessment deducts: none of the six of the standard.
_DEDUCTED = {"level": 7, "color": "#4aa3a0"}


@dataclass(frozen=True)
class Day:
    """One day of the calendar on the chosen basis."""

    row: Mapping[str, Any]
    dust: str
    #: A sand-dust day that exceeds as measured and does not without its particles: deducted in the assessment.
    deducted: bool

    @property
    def shown(self) -> bool:
        """Whether there is an index to show."""
        return self.row["aqi"] is not None and self.row["level"] is not None


@public
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Calendar of the daily index of one city and year."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air"), "run": run}
    if run is None:
        return render(request, "air/calendar.html", base)
    city = choose_city(request, run)
    basis = choice(request, "basis", BASES, "measured")
    base |= {
        "city": city, "cities": site.cities(run.region), "basis": basis,
        "bases": [(name, basis_name(name)) for name in BASES],
    }  # fmt: skip
    available = _years_with_days(run, city["code"]) if city is not None else []
    if not available:
        return render(request, "air/calendar.html", base)
    year = _year(request, available)
    days = _days(run, city["code"], year, basis)
    table = _days_table(city, year, basis, days, run)
    answer = export(request, [table])
    if answer is not None:
        return answer
    spec = {
        "kind": "calendar", "year": year, "levels": [*levels(), *([_DEDUCTED] if basis == "assessment" else [])],
        "days": _cells(days, city["code"], request),
    }  # fmt: skip
    label = _("%(city)s %(year)s 年每日空气质量指数日历（%(basis)s）；同样的数字列在下面的表里。") % {
        "city": texts.name_of(city), "year": year, "basis": basis_name(basis),
    }  # fmt: skip
    context = base | {
        "year": year,
        "years": available,
        "chart": Chart("calendar", label, spec, table, size="chart-calendar"),
        "count": _counted(run, city["code"], year, basis),
        "not_counted": sum(day.shown and not _complete(day.row) for day in days),
        "dust_days": sum(bool(day.dust) for day in days),
        "dust_confirmed": sum(day.dust == "confirmed" for day in days),
        "editions": sorted({str(day.row["edition"]) for day in days if day.row["edition"]}),
    }
    return render(request, "air/calendar.html", context)


def _years_with_days(run: RunFacts, city: str) -> list[int]:
    rows = queries.select(run.id, "city_aqi", "aqi is not null and region = ?", [city])
    return sorted({row["day"].year for row in rows}, reverse=True)


def _year(request: HttpRequest, available: list[int]) -> int:
    wanted = request.GET.get("year", "")
    if not wanted:
        return available[0]
    if wanted.isdigit() and int(wanted) in available:
        return int(wanted)
    raise Http404(_("没有 %(year)s 年的日数据；有 %(years)s。") % {"year": wanted, "years": texts.listed(available)})


def _days(run: RunFacts, city: str, year: int, basis: str) -> list[Day]:
    """Days up to the run's date: the index as measured, without dust, or measured with the deducted days marked."""
    where, values = "region = ? and day between ? and ?", [city, date(year, 1, 1), date(year, 12, 31)]
    measured = queries.select(run.id, "city_aqi", where, values, order="day")
    without = {row["day"]: row for row in queries.select(run.id, "city_aqi_without_dust", where, values)}
    dust = {row["day"]: row["status"] for row in queries.select(run.id, "dust_days", where, values)}
    found = []
    for row in measured:
        if row["aqi"] is None and row["day"] > run.as_of:
            continue
        clean = without.get(row["day"], row)
        deducted = (
            basis == "assessment"
            and dust.get(row["day"]) == "confirmed"
            and (row["level"] or 0) > 2
            and clean["level"] is not None
            and clean["level"] <= 2
        )
        found.append(Day(clean if basis == "dust_removed" else row, dust.get(row["day"], ""), deducted))
    return found


def _complete(row: Mapping[str, Any]) -> bool:
    """Whether the day counts in the shares: with an item missing only when it is polluted all the same."""
    return bool(row["publishable"]) and (bool(row["complete"]) or row["aqi"] > 100)


def _counted(run: RunFacts, city: str, year: int, basis: str) -> dict[str, Any] | None:
    """Counts of the year as the statistics hold them: per level, deducted, valid, expected, share."""
    rows = queries.select(
        run.id, "period_days", "id = ? and period_kind = 'year' and period = ? and basis = ?", [city, str(year), basis]
    )
    if not rows:
        return None
    row = rows[0]
    good_level = row["good"] - row["excellent"] - row["deducted"]
    numbers = (row["excellent"], good_level, row["light"], row["moderate"], row["heavy"], row["severe"])
    return {
        **row,
        "levels": list(zip(levels(), numbers, strict=True)),
        "ratio": None if row["rounded"] is None else f"{row['rounded']:.1f}",
        "why": reason_name(row["reason"]),
    }


def day_url(city: str, day: date, request: HttpRequest) -> str:
    """Address of a day's page, about the same run as this page."""
    return with_run(reverse("air-day", args=[city, day.isoformat()]), request)


def _cells(days: list[Day], city: str, request: HttpRequest) -> list[dict[str, Any]]:
    words = {level["level"]: level["name"] for level in levels()}
    found = []
    for day in days:
        if not day.shown:
            continue
        row = day.row
        parts = [f"AQI {row['aqi']} {words.get(row['level'], '')}"]
        if row["primary"]:
            parts.append(_("首要污染物 %(items)s") % {"items": primary_names(row["primary"])})
        if row["reason"]:
            parts.append(reason_name(row["reason"]))
        if day.dust:
            parts.append(dust_name(day.dust))
        if day.deducted:
            parts.append(_("考核中扣除，不计为污染天"))
        found.append(
            {
                "day": row["day"].isoformat(),
                "level": _DEDUCTED["level"] if day.deducted else row["level"],
                "note": "\n".join(part for part in parts if part),
                "href": day_url(city, row["day"], request),
            }
        )
    return found


def _days_table(city: Any, year: int, basis: str, days: list[Day], run: RunFacts) -> Table:
    words = {level["level"]: level["name"] for level in levels()}
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("aqi", "AQI", number=True),
        Column("level", _("类别")),
        Column("primary", _("首要污染物")),
        *[Column(f"iaqi_{code}", item_name(code), "IAQI", number=True, wide_only=True) for code in ITEMS],
        Column("dust", _("沙尘")),
        Column("edition", _("标准版本"), wide_only=True),
        Column("reason", _("备注")),
    ]
    listed = []
    for day in days:
        row = day.row
        note = [reason_name(row["reason"]), _("考核中扣除，不计为污染天") if day.deducted else ""]
        listed.append(
            {
                "day": Cell(row["day"], href=f"{reverse('air-day', args=[city['code'], row['day'].isoformat()])}"),
                "aqi": Cell(row["aqi"], level=row["level"], valid=bool(row["publishable"])),
                "level": words.get(row["level"], "") if row["level"] else "",
                "primary": primary_names(row["primary"]),
                **{f"iaqi_{code}": row.get(f"iaqi_{code}") for code in ITEMS},
                "dust": dust_name(day.dust) if day.dust else "",
                "edition": row["edition"],
                "reason": "；".join(part for part in note if part),
            }
        )
    title = _("%(city)s %(year)s 年逐日空气质量指数（%(basis)s）") % {
        "city": texts.name_of(city), "year": year, "basis": basis_name(basis),
    }  # fmt: skip
    name = f"aqi-{city['code']}-{year}" + ("" if basis == "measured" else f"-{basis}")
    return Table(name, title, columns, listed, about=about_run(run), tight=True)
