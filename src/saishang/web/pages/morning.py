"""This morning: what stands today, what each city may still afford this year, what cost most, what did not arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.forecast import ForecastRow
from saishang.apps.indicators.outlook import GoodDays, Item, Outlook, outlook
from saishang.apps.indicators.outlook_data import BASES, run_days, station_days
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice, decimals, primary_names
from saishang.web.pages.air_common import item_name as code_name
from saishang.web.pages.attention import freshness_table, notices
from saishang.web.pages.chain import chain_url
from saishang.web.pages.cities import newest_day
from saishang.web.pages.exports import export
from saishang.web.pages.forecast import chance, year_end_rows
from saishang.web.pages.morning_costs import cost_view
from saishang.web.pages.morning_head import age_words, key_figures, month_table
from saishang.web.pages.morning_words import (
    coverage_words,
    days_words,
    good_days_words,
    item_name,
    mark_words,
    needed_words,
    number,
)
from saishang.web.pages.runs import about_run, chosen_run, other_runs, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import may, public
from saishang.web.texts import counted

__all__ = ["AGAINST", "item_url", "morning", "share_of"]

AGAINST = ("goal", "limit")
#: The particles are what cities are ranked and judged by; the others are looked at one city at a time.
_HEADED = (("PM2.5", "mean"), ("PM10", "mean"))


@public
@require_safe
def morning(request: HttpRequest) -> HttpResponse:
    """Page of the run's day, of all cities and one of them closer."""
    run = chosen_run(request)
    if run is None:
        return render(request, "morning/morning.html", {"run": None})
    basis = choice(request, "basis", tuple(BASES), "dust_removed")
    against = choice(request, "against", AGAINST, "goal")
    wanted = share_of(request)
    found = outlook(run.id, basis=basis, marks=against, good_days=wanted)
    places = [run.region, *run_days(run.id).cities]
    place = choice(request, "place", places, places[1] if len(places) > 1 else places[0])
    dear = next((item for item in found.items if item.place == place), None)
    view = cost_view(request, run, dear) if dear is not None else None
    tables = [
        _cities(request, run, found, places),
        _items(request, run, found, place),
        month_table(request, run, found, places),
        *(view.tables if view else ()),
        *(table for table in (_dust(request, run, found), _since(run), freshness_table()) if table is not None),
    ]
    answer = export(request, tables)
    if answer is not None:
        return answer
    by_name = {table.name: table for table in tables}
    empty = all(item.days == 0 for item in found.items)
    ahead = year_end_rows(run).get((place, "PM2.5"))
    sentence, figures = key_figures(run, found, place, ahead if ahead and ahead.basis == basis else None)
    context: dict[str, Any] = {
        "run": run, "runs": other_runs(), "place": place, "place_name": site.region_name(place),
        "places": [(code, site.region_name(code)) for code in places],
        "basis": basis, "bases": [(name, basis_name(name)) for name in BASES],
        "against": against, "marks": [("goal", _("方案目标优先")), ("limit", _("标准限值"))],
        "good": "" if wanted is None else f"{wanted:f}",
        "cities": by_name["morning-cities"], "items": by_name["morning-items"],
        "costs": view, "dear": item_name(dear) if dear else "",
        "dust": by_name.get("morning-dust"), "since": by_name.get("morning-since"),
        "freshness": by_name.get("freshness"),
        "left": (date(run.as_of.year, 12, 31) - run.as_of).days,
        "sentence": sentence, "figures": figures, "age": age_words(run), "month": by_name["morning-month"],
        "notices": notices(queries.target_rows(run.id), run, staff=may(request, "view_internal")),
        "empty": empty, "better": _better_run(run) if empty else None,
    }  # fmt: skip
    return render(request, "morning/morning.html", context)


def _better_run(run: RunFacts) -> RunFacts | None:
    """The newest other run of a year that has data, for who landed on a year without."""
    last = newest_day(run)
    found = None if last is None else next((r for r in queries.runs() if r.as_of.year == last.year), None)
    return None if found is None else queries.run_facts(found.id)


def share_of(request: HttpRequest) -> Decimal | None:
    """The reader's own share of good days from the address [%]; None when none is given."""
    text = request.GET.get("good", "").strip()
    if not text:
        return None
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 <= share <= 100:
        raise Http404(_("优良天数比例应为 0 至 100 之间的数，实为“%(text)s”。") % {"text": text})
    return share


def item_url(request: HttpRequest, item: Item) -> str:
    """Address of the workings of one figure, with the choices of this page."""
    address = reverse("morning-item", args=[item.place, item.parameter])
    kept = {key: request.GET[key] for key in ("basis", "against") if request.GET.get(key)}
    if item.statistic != "mean":
        kept["statistic"] = item.statistic
    return with_run(f"{address}?{urlencode(kept)}" if kept else address, request)


def _figure(request: HttpRequest, run: RunFacts, item: Item) -> Cell:
    """The figure so far, leading to its chain; to its workings where the catalogue has no indicator for it."""
    if item.figure is None:
        return Cell(None)
    href = (
        chain_url(run.id, item.indicator, item.place, item.period, item.basis)
        if item.indicator
        else item_url(request, item)
    )
    return Cell(item.figure, href=href)


def _needed(request: HttpRequest, item: Item) -> Cell:
    from saishang.science.outlook.needed import NeededMean

    answer = item.answer
    shown = answer.shown if isinstance(answer, NeededMean) and answer.verdict == "open" else None
    words = f"≤ {shown:f}" if shown is not None else _verdict(answer.verdict if answer else None)
    return Cell(shown, text=words, href=item_url(request, item))


def _chance(request: HttpRequest, item: Item, ahead: Mapping[tuple[str, str], ForecastRow]) -> Cell:
    row = ahead.get((item.place, item.parameter))
    if row is None or item.mark.kind != "goal":
        return Cell(None)
    value = None if row.probability is None else round(row.probability * 100, 1)
    return Cell(value, text=_("不预测") if row.reason else chance(row.probability), href=item_url(request, item))


def _verdict(verdict: str | None) -> str:
    return {
        "impossible": _("已无法达到"), "safe": _("必能达到"), "kept": _("达到"), "missed": _("未达到"),
        "open": _("未定"),
    }.get(verdict or "", "—")  # fmt: skip


def _good(run: RunFacts, days: GoodDays) -> Cell:
    if days.figure is None:
        return Cell(None)
    return Cell(days.figure, href=chain_url(run.id, days.indicator, days.place, days.period, days.basis))


def _spare(days: GoodDays) -> Cell:
    answer = days.answer
    if answer is None:
        return Cell(None, note=good_days_words(days))
    text = str(answer.spare) if answer.verdict == "open" else _verdict(answer.verdict)
    return Cell(answer.spare, text=text)


def _cities(request: HttpRequest, run: RunFacts, found: Outlook, places: Sequence[str]) -> Table:
    """One line per place: today's index, the particles so far and what is needed, good days, dust."""
    today = {row["region"]: row for row in queries.select(run.id, "city_aqi", "day = ?", [run.as_of])}
    good = {days.place: days for days in found.good_days}
    # Forecasts are held against the plan's goals on the basis these are written on.
    ahead = {key: row for key, row in year_end_rows(run).items() if row.basis == found.basis}
    columns = [
        Column("place", _("地区"), row_head=True, nowrap=True),
        Column("aqi", _("AQI（%(day)s）") % {"day": f"{run.as_of:%m-%d}"}, number=True),
    ]
    for parameter, _statistic in _HEADED:
        unit = site.rules().parameters[parameter]["unit"]
        columns += [
            Column(f"{parameter}", _("%(item)s 至今") % {"item": parameter}, unit, number=True),
            Column(f"{parameter}-needed", _("余下日均要求"), unit, number=True),
        ]
        if ahead:
            columns.append(Column(f"{parameter}-chance", _("达到概率"), number=True))
    columns += [
        Column("good", _("优良天数比率"), "%", number=True),
        Column("spare", _("尚容许污染天数"), number=True),
        Column("dust", _("沙尘天数"), number=True),
    ]
    rows = []
    for place in places:
        index = today.get(place)
        items = [found.item(place, parameter, statistic) for parameter, statistic in _HEADED]
        line: dict[str, Any] = {
            "place": Cell(site.region_name(place), href=_place_url(request, place)),
            "aqi": _index(request, index),
            "good": _good(run, good[place]),
            "spare": _spare(good[place]),
            "dust": _dust_count(run, found, place),
        }
        for item in items:
            if item is not None:
                line[item.parameter] = _figure(request, run, item)
                line[f"{item.parameter}-needed"] = _needed(request, item)
                line[f"{item.parameter}-chance"] = _chance(request, item, ahead)
        rows.append(line)
    marks = [item for item in found.items if item.place == places[0] and (item.parameter, item.statistic) in _HEADED]
    held = [f"{item.parameter} {mark_words(item.mark, item.unit)}" for item in marks]
    held.append(f"{_('优良天数比率')} {mark_words(good[places[0]].mark, '%')}")
    caption = texts.listed(held)
    title = _("各市年内余量（%(basis)s）") % {"basis": basis_name(found.basis)}
    return Table("morning-cities", title, columns, rows, about=about_run(run), caption=caption, tight=True)


def _place_url(request: HttpRequest, place: str) -> str:
    kept = {key: request.GET[key] for key in ("run", "basis", "against", "good") if request.GET.get(key)}
    return f"{reverse('morning')}?{urlencode(kept | {'place': place})}"


def _index(request: HttpRequest, row: dict[str, Any] | None) -> Cell:
    if row is None or row["aqi"] is None:
        return Cell(None, note=reason_name(row["reason"]) if row else "")
    primary = primary_names(row["primary"])
    return Cell(row["aqi"], level=row["level"], note=primary)


def _dust_count(run: RunFacts, found: Outlook, place: str) -> Cell:
    cities = found.undecided if place == run.region else {place: found.undecided.get(place, 0)}
    days = sum(found.dust[city, "PM10"].days for city in cities if (city, "PM10") in found.dust)
    waiting = sum(cities.values())
    note = _("%(n)s 天待认定") % {"n": waiting} if waiting else ""
    query = urlencode({"status": "proposed"}) if waiting else ""
    address = reverse("air-dust") + (f"?{query}" if query else "")
    return Cell(days, text=str(days), href=address, note=note)


def _items(request: HttpRequest, run: RunFacts, found: Outlook, place: str) -> Table:
    """The six items and the good days of one place, each with its sentence."""
    columns = [
        Column("item", _("项目"), row_head=True),
        Column("figure", _("至今"), number=True),
        Column("unit", _("单位")),
        Column("mark", _("对照"), long=True),
        Column("state", _("能否达到")),
        Column("needed", _("余下要求"), long=True),
        Column("before", _("上年同期"), number=True),
        Column("rest", _("往年余下各天"), number=True),
        Column("days", _("依据"), long=True),
    ]
    rows: list[dict[str, Any]] = []
    for item in found.items:
        if item.place != place:
            continue
        places = decimals(item.parameter)
        rows.append(
            {
                "item": item_name(item),
                "figure": _figure(request, run, item),
                "unit": item.unit,
                "mark": mark_words(item.mark, item.unit),
                "state": _state(item.answer.verdict if item.answer else None),
                "needed": Cell(needed_words(item), href=item_url(request, item)),
                "before": Cell(None, note=_("没有数据"))
                if item.before is None
                else Cell(float(item.before.value), text=number(item.before.value, places)),
                "rest": Cell(None)
                if item.rest is None
                else Cell(float(item.rest.value), text=number(item.rest.value, places), note=_year(item.rest.year)),
                "days": Cell(days_words(item), note=coverage_words(item) if item.days else ""),
            }
        )
    days = next(days for days in found.good_days if days.place == place)
    rows.append(
        {
            "item": _("优良天数比率"),
            "figure": _good(run, days),
            "unit": "%",
            "mark": mark_words(days.mark, "%"),
            "state": _state(days.answer.verdict if days.answer else None),
            "needed": good_days_words(days),
            "before": Cell(None, note=_("没有数据"))
            if days.before is None
            else Cell(days.before[1] * 100 / days.before[2], text=f"{days.before[1] * 100 / days.before[2]:.1f}"),
            "days": _("优良 %(good)s 天，有效 %(valid)s 天") % {"good": days.good, "valid": days.valid}
            + (counted("（扣除沙尘 %(n)s 天）", days.deducted) % {"n": days.deducted} if days.deducted else ""),
        }
    )
    title = _("%(place)s：年内进展与余下要求") % {"place": site.region_name(place)}
    caption = _("缺测的日子不会补回；余下每天按有效计。点数字看依据，点句子看算式。")
    return Table("morning-items", title, columns, rows, about=about_run(run), caption=caption, tight=True)


def _year(year: int) -> str:
    return texts.period_name(str(year))


def _state(verdict: str | None) -> Cell:
    return Cell(_verdict(verdict) if verdict else None)


def _dust(request: HttpRequest, run: RunFacts, found: Outlook) -> Table | None:
    """Days and micrograms that sand and dust cost so far."""
    rows = []
    for (city, parameter), cost in found.dust.items():
        if not cost.days or cost.measured is None:
            continue
        rows.append(
            {
                "place": site.region_name(city),
                "item": parameter,
                "days": Cell(cost.days, text=str(cost.days), href=f"{reverse('air-dust')}?{urlencode({'city': city})}"),
                "measured": Cell(float(cost.measured), text=number(cost.measured, 1)),
                "removed": Cell(None)
                if cost.removed is None
                else Cell(float(cost.removed), text=number(cost.removed, 1)),
                "difference": Cell(None)
                if cost.difference is None
                else Cell(float(cost.difference), text=number(cost.difference, 1)),
            }
        )
    if not rows:
        return None
    columns = [
        Column("place", _("城市"), row_head=True, nowrap=True),
        Column("item", _("项目")),
        Column("days", _("已确认沙尘日"), number=True),
        Column("measured", _("实测均值"), "µg/m³", number=True),
        Column("removed", _("扣除后均值"), "µg/m³", number=True),
        Column("difference", _("沙尘影响"), "µg/m³", number=True),
    ]
    return Table("morning-dust", _("今年沙尘的影响"), columns, rows, about=about_run(run), tight=True)


def _since(run: RunFacts) -> Table | None:
    """Stations and items whose last two days do not count, with the hours that arrived."""
    first = run.as_of - timedelta(days=1)
    found = station_days(run_days(run.id), first, run.as_of)
    if not any(any(day.hours.values()) for day in found):
        return None
    names = {row["code"]: texts.name_of(row) for row in site.stations()}
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("city", _("城市"), nowrap=True),
        Column("station", _("站点"), nowrap=True),
        Column("void", _("不计的项目"), long=True),
        Column("hours", _("最少的小时数"), number=True),
    ]
    rows = []
    for day in sorted(found, key=lambda each: each.day, reverse=True):
        if not day.void:
            continue
        query = urlencode({"parameter": next(iter(day.void))})
        address = f"{reverse('targets-chain-hours', args=[run.id, day.station, day.day.isoformat()])}?{query}"
        words = texts.listed(
            f"{code_name(parameter)}{texts.aside(reason_name(reason))}" for parameter, reason in day.void.items()
        )
        rows.append(
            {
                "day": day.day,
                "city": site.region_name(day.region),
                "station": Cell(day.station, href=address, note=names.get(day.station, "")),
                "void": words,
                "hours": min(hours for parameter, hours in day.hours.items() if parameter in day.void),
            }
        )
    stations = len({day.station for day in found})
    caption = _("%(day)s 和前一天，共 %(stations)s 个站；其余站的各项都有效。") % {
        "day": run.as_of.isoformat(), "stations": stations,
    }  # fmt: skip
    empty = _("这两天各站各项都有效。")
    return Table(
        "morning-since",
        _("昨日以来的缺测"),
        columns,
        rows,
        about=about_run(run),
        caption=caption,
        empty=empty,
        tight=True,
    )
