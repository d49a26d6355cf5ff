"""Climate: years, days, drought indices, heat and cold waves of a weather station, and the bulletin of a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.science.climate.bulletin import Bulletin, Comparison, bulletin
from saishang.science.climate.from_rules import drought_rule, heat_rule
from saishang.science.climate.station import SPANS
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import Chart
from saishang.web.pages.climate_cities import climate_tabs
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import figure
from saishang.web.security import public
from saishang.web.texts import counted

__all__ = ["climate"]


@public
@require_safe
def climate(request: HttpRequest) -> HttpResponse:
    """One station's climate in a run: all years, one year by day, one month's bulletin."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": climate_tabs("climate")}
    if run is None:
        return render(request, "climate/climate.html", base | {"run": None})
    years = _rows(run, "climate_years", order="station, year")
    codes = list(dict.fromkeys(row["station"] for row in years))
    if not codes:
        return render(request, "climate/climate.html", base | {"run": run, "station": None})
    station = choice(request, "station", codes, codes[0])
    years = [row for row in years if row["station"] == station]
    known = [str(row["year"]) for row in years]
    year = int(choice(request, "year", known, known[-1]))
    days = _rows(run, "climate_daily", "station = ?", [station], "day")
    months = _rows(run, "climate_months", "station = ?", [station], "month")
    indices = _rows(run, "climate_indices", "station = ?", [station], 'month, "index", span')
    events = _rows(run, "climate_events", "station = ?", [station], "start desc")
    there = [row["month"].isoformat()[:7] for row in months if row["month"].year == year]
    # A choice of year alone goes to its last month; a month of another year is not asked for.
    month = choice(request, "month", ["", *there], "") or (there[-1] if there else "")
    about = [_station_name(station), *about_run(run)]
    of_year = [row for row in days if row["day"].year == year]
    rule = drought_rule(site.rules())
    told = _bulletin(month, months, indices, days, events, rule) if month else None
    tables = {
        "years": _years_table(years, about, run.as_of),
        "days": _days_table(of_year, year, month, about),
        "indices": _indices_table(indices, year, about),
        "events": _events_table(events, about),
    }
    facts = _bulletin_table(told, about) if told is not None else None
    context: dict[str, Any] = base | {
        "run": run, "station": station, "station_name": _station_name(station), "stations": [
            (code, _station_name(code)) for code in codes], "years": known, "year": str(year), "months": [
            (value, texts.period_name(value)) for value in there], "month": month,
        "span": (days[0]["day"], days[-1]["day"]) if days else None, "record": _record_years(indices),
        "least": rule.years, "graded": any(row["level"] is not None for row in indices),
        "tables": tables, "facts": facts, "temperature": _temperature(of_year, year), "rain": _rain(of_year, year),
        "strip": _strip(indices), "mci": _mci(of_year, year),
    }  # fmt: skip
    given = [*tables.values(), *([facts] if facts is not None else [])]
    return export(request, given) or render(request, "climate/climate.html", context)


def _rows(
    run: RunFacts, table: str, where: str = "", values: Sequence[Any] = (), order: str = ""
) -> list[dict[str, Any]]:
    """Rows of a table of the run; none when the run is older than the table."""
    return queries.select(run.id, table, where or "true", list(values), order)


def _station_name(code: str) -> str:
    table = site.rules().tables.get(f"sites/{site.site()}/met_stations")
    known = {str(row["code"]): row for row in table.rows} if table is not None else {}
    return f"{texts.name_of(known[code])} {code}" if code in known else code


def _record_years(indices: Sequence[Mapping[str, Any]]) -> int:
    return max((row["years"] for row in indices if row["span"] == 1), default=0)


def _grade(scale: str, level: int | None) -> str:
    if level is None:
        return ""
    for row in site.rules().table("standards/climate/grades").find(scale=scale):
        if row["level"] == level:
            return texts.name_of(row)
    return str(level)


def _state(row: Mapping[str, Any], scale: str, level: int | None, reason: str | None) -> str:
    """Grade of a value, or why it has none."""
    if level is not None:
        return _grade(scale, level)
    years = row.get("years") or 0
    return {
        "no_data": _("没有数据"),
        "record_short": counted("资料只有 %(n)s 年，不计算", years) % {"n": years},
        "provisional": counted("参考值，资料 %(n)s 年，不定等级", years) % {"n": years},
        "no_distribution": _("资料太短，分布无法拟合"),
        "days_short": _("之前 150 天内有缺测"),
        "no_evapotranspiration": _("蒸散量缺测"),
    }.get(reason or "", reason or "")


def _years_table(years: Sequence[Mapping[str, Any]], about: Sequence[str], as_of: date) -> Table:
    columns = [
        Column("year", _("年份"), row_head=True, nowrap=True),
        Column("mean", _("平均气温"), "°C", number=True),
        Column("maximum", _("最高气温"), "°C", number=True),
        Column("minimum", _("最低气温"), "°C", number=True),
        Column("rain", _("降水量"), "mm", number=True),
        Column("heavy_days", _("大雨及以上"), _("天"), number=True),
        Column("hot_days", _("高温日"), _("天"), number=True),
        Column("heat_waves", _("热浪"), _("次"), number=True),
        Column("cold_waves", _("寒潮"), _("次"), number=True),
        Column("dry_days", _("最长连续无雨"), _("天"), number=True),
        Column("note", _("备注"), long=True),
    ]
    rows = [
        {
            "year": Cell(row["year"], text=str(row["year"])),
            "mean": Cell(row["mean"], text=figure(row["mean"], 1)),
            "maximum": Cell(row["maximum"], text=figure(row["maximum"], 1), note=_day(row["maximum_day"])),
            "minimum": Cell(row["minimum"], text=figure(row["minimum"], 1), note=_day(row["minimum_day"])),
            "rain": Cell(row["rain"], text=figure(row["rain"], 1), valid=not row["rain_missing"]),
            **{
                name: Cell(row[name], valid=bool(row["complete"]))
                for name in ("heavy_days", "hot_days", "heat_waves", "cold_waves", "dry_days")
            },
            "note": "" if row["complete"] else _incomplete(row, as_of),
        }
        for row in reversed(years)
    ]
    return Table("years", _("历年概况"), columns, rows, about=about, tight=True)


def _incomplete(row: Mapping[str, Any], as_of: date) -> str:
    """Why a year is not complete; days after the evaluation's are still to come, not missing."""
    ahead = (date(as_of.year, 12, 31) - as_of).days if row["year"] == as_of.year else 0
    missing = max(0, row["rain_missing"] - ahead)
    if ahead:
        told = counted("截至 %(day)s，年内余 %(n)s 天未计", ahead) % {"day": as_of.isoformat(), "n": ahead}
        return told + (_("；") + counted("降水缺测 %(n)s 天", missing) % {"n": missing} if missing else "")
    if missing:
        return counted("降水缺测 %(n)s 天，次数和总量是下限", missing) % {"n": missing}
    return _("气温有缺测，次数是下限")


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%m-%d}"


def _days_table(days: Sequence[Mapping[str, Any]], year: int, month: str, about: Sequence[str]) -> Table:
    """Days of the chosen month on the page, of the whole year in the export."""
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("mean", _("平均气温"), "°C", number=True),
        Column("maximum", _("最高气温"), "°C", number=True),
        Column("minimum", _("最低气温"), "°C", number=True),
        Column("rain", _("降水量"), "mm", number=True),
        Column("evapotranspiration", _("可能蒸散量"), "mm", number=True),
        Column("mci", "MCI", number=True),
        Column("spiw60", "SPIW60", number=True, wide_only=True),
        Column("mi30", "MI30", number=True, wide_only=True),
        Column("spi90", "SPI90", number=True, wide_only=True),
        Column("spi150", "SPI150", number=True, wide_only=True),
        Column("state", _("干旱等级"), long=True),
    ]
    rows = [
        {
            "day": row["day"],
            **{
                name: Cell(row[name], text=figure(row[name], 1))
                for name in ("mean", "maximum", "minimum", "rain", "evapotranspiration")
            },
            **{
                name: Cell(row[name], text=figure(row[name], 2))
                for name in ("mci", "spiw60", "mi30", "spi90", "spi150")
            },
            "state": _state(row, "mci", row["mci_level"], row["mci_reason"]),
        }
        for row in days
    ]
    title = _("%(year)s 年逐日气象与干旱指数") % {"year": year}
    caption = _(
        "一日为前一日 20 时至当日 20 时；可能蒸散量按 FAO-56 Penman-Monteith 公式。页面列所选月份，导出为全年。"
    )
    shown = [row for row in rows if row["day"].isoformat().startswith(month)]
    return Table("days", title, columns, shown, about=about, caption=caption, tight=True, everything=rows)


def _indices_table(indices: Sequence[Mapping[str, Any]], year: int, about: Sequence[str]) -> Table:
    """Months of the chosen year on the page, all of them in the export."""
    columns = [
        Column("month", _("月份"), row_head=True, nowrap=True),
        Column("index", _("指数"), nowrap=True),
        Column("amount", _("降水量或水分盈亏"), "mm", number=True),
        Column("value", _("数值"), number=True),
        Column("years", _("同期年数"), number=True),
        Column("state", _("等级"), long=True),
    ]
    rows = [
        {
            "month": row["month"].isoformat()[:7],
            "index": f"{row['index']}-{row['span']}",
            "amount": Cell(row["amount"], text=figure(row["amount"], 1)),
            "value": Cell(row["value"], text=figure(row["value"], 2), valid=row["level"] is not None),
            "years": row["years"],
            "state": _state(row, str(row["index"]).lower(), row["level"], row["reason"]),
        }
        for row in reversed(indices)
    ]
    shown = [row for row in rows if row["month"].startswith(str(year))]
    caption = _("页面列所选年份，导出为全部月份。")
    return Table(
        "indices", _("逐月 SPI、SPEI"), columns, shown, about=about, caption=caption, tight=True, everything=rows
    )


def _events_table(events: Sequence[Mapping[str, Any]], about: Sequence[str]) -> Table:
    columns = [
        Column("kind", _("过程"), row_head=True, nowrap=True),
        Column("start", _("开始"), nowrap=True),
        Column("end", _("结束"), nowrap=True),
        Column("days", _("天数"), number=True),
        Column("extreme", _("极端气温"), "°C", number=True),
        Column("fall", _("最大降幅"), "°C", number=True),
        Column("hours", _("降温历时"), "h", number=True),
    ]
    rows = [
        {
            "kind": _event_name(row["kind"]),
            "start": row["start"],
            "end": row["end"],
            "days": row["days"],
            "extreme": Cell(row["extreme"], text=figure(row["extreme"], 1)),
            "fall": Cell(row["fall"], text=figure(row["fall"], 1)),
            "hours": row["hours"],
        }
        for row in events
    ]
    caption = _("寒潮按日最低气温判定，开始日为降温前一日；连续 3 天最高气温达到 %(t)s ℃ 为热浪。") % {
        "t": f"{float(heat_rule(site.rules()).least):g}"
    }
    empty = _("记录期内没有达到标准的热浪和寒潮。")
    return Table("events", _("热浪与寒潮过程"), columns, rows, about=about, caption=caption, empty=empty, tight=True)


def _event_name(kind: str) -> str:
    return {"heat_wave": _("热浪过程"), "cold_wave": _("寒潮过程")}[kind]


def _temperature(days: Sequence[Mapping[str, Any]], year: int) -> Chart:
    names = (("maximum", _("最高气温")), ("mean", _("平均气温")), ("minimum", _("最低气温")))
    spec = {
        "kind": "lines", "unit": "°C", "scale": True, "x": [f"{row['day']:%m-%d}" for row in days],
        "series": [{"name": words, "data": [row[name] for row in days]} for name, words in names],
    }  # fmt: skip
    spec["series"][0] |= {"limit": float(heat_rule(site.rules()).least), "limit_label": _("高温日")}  # type: ignore[index]
    return Chart("temperature", _("%(year)s 年逐日气温") % {"year": year}, spec)


def _rain(days: Sequence[Mapping[str, Any]], year: int) -> Chart:
    spec = {
        "kind": "lines", "unit": "mm", "x": [f"{row['day']:%m-%d}" for row in days],
        "series": [{"name": _("降水量"), "type": "bar", "data": [row["rain"] for row in days]}],
    }  # fmt: skip
    return Chart("rain", _("%(year)s 年逐日降水量") % {"year": year}, spec)


def _strip(indices: Sequence[Mapping[str, Any]]) -> Chart:
    """SPI over one, three and twelve months along the whole record."""
    months = sorted({row["month"] for row in indices})
    values = {(row["index"], row["span"], row["month"]): row["value"] for row in indices}
    spec = {
        "kind": "lines", "unit": "", "x": [month.isoformat()[:7] for month in months],
        "series": [
            {"name": f"SPI-{span}", "type": "bar" if span == 1 else "line",
             "data": [_short(values.get(("SPI", span, month))) for month in months]}
            for span in SPANS
        ],
    }  # fmt: skip
    return Chart("spi", _("标准化降水指数，全部月份"), spec)


def _mci(days: Sequence[Mapping[str, Any]], year: int) -> Chart:
    spec = {
        "kind": "lines", "unit": "", "x": [f"{row['day']:%m-%d}" for row in days],
        "series": [{"name": "MCI", "data": [_short(row["mci"]) for row in days], "limit": -0.5,
                    "limit_label": _("轻旱")}],
    }  # fmt: skip
    return Chart("mci", _("%(year)s 年逐日气象干旱综合指数（MCI）") % {"year": year}, spec)


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _bulletin(
    month: str,
    months: Sequence[Mapping[str, Any]],
    indices: Sequence[Mapping[str, Any]],
    days: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    rule: Any,
) -> Bulletin:
    return bulletin(
        date.fromisoformat(f"{month}-01"), months, indices, days, events, anomaly=rule.anomaly, least_years=rule.years
    )


def _bulletin_table(told: Bulletin, about: Sequence[str]) -> Table:
    """The facts of a month, one line each."""
    rows: list[dict[str, Any]] = [
        _fact(_("平均气温"), told.temperature, "°C", 1),
        _fact(_("降水量"), told.rain, "mm", 1, percent=True, grade=texts.name_of(_named(told)) if told.anomaly else ""),
    ]
    for (index, span), row in sorted(told.indices.items()):
        rows.append(
            {
                "item": f"{index}-{span}",
                "value": Cell(row["value"], text=figure(row["value"], 2), valid=row["level"] is not None),
                "note": _state(row, str(index).lower(), row["level"], row["reason"]),
            }
        )
    if told.mci_known:
        words = texts.listed(
            counted("%(grade)s %(n)s 天", count) % {"grade": _grade("mci", level), "n": count}
            for level, count in sorted(told.mci_days.items())
        )
    else:
        words = _("没有可定等级的日子")
    # Days that could not be graded are not days without drought: no figure then.
    graded = f"{told.mci_known} {_('天')}" if told.mci_known else "—"
    rows.append({"item": _("MCI 等级日数"), "value": Cell(told.mci_known or None, text=graded), "note": words})
    for words, found, unit in (
        (_("最高气温"), told.hottest, "°C"),
        (_("最低气温"), told.coldest, "°C"),
        (_("最大日降水量"), told.wettest, "mm"),
    ):
        value = None if found is None else found[1]
        rows.append(
            {
                "item": words,
                "value": Cell(value, text="—" if value is None else f"{figure(value, 1)} {unit}"),
                "note": "" if found is None else found[0].isoformat(),
            }
        )
    for kind in ("heat_wave", "cold_wave"):
        spans = [f"{row['start']:%m-%d}–{row['end']:%m-%d}" for row in told.events if row["kind"] == kind]
        rows.append(
            {
                "item": _event_name(kind),
                "value": Cell(len(spans), text=f"{len(spans)} {_('次')}"),
                "note": texts.listed(spans),
            }
        )
    columns = [
        Column("item", _("项目"), row_head=True),
        Column("value", _("数值"), number=True),
        Column("note", _("说明"), long=True),
    ]
    title = _("%(month)s气候风险提要") % {"month": texts.period_name(told.month.isoformat()[:7])}
    caption = _("只列事实，不代替气象部门发布的预警信号。")
    return Table("bulletin", title, columns, rows, about=about, caption=caption, tight=True)


def _named(told: Bulletin) -> Mapping[str, str]:
    return {"zh": told.anomaly.zh, "en": told.anomaly.en} if told.anomaly else {"zh": "", "en": ""}


def _fact(
    words: str, found: Comparison, unit: str, decimals: int, *, percent: bool = False, grade: str = ""
) -> dict[str, Any]:
    note = _("没有可比的年份")
    if found.value is None:
        note = _("有缺测日，不计算")
    elif found.difference is not None:
        difference = (
            f"{found.percent:+.0f} %"
            if percent and found.percent is not None
            else f"{found.difference:+.{decimals}f} {unit}"
        )
        note = _("与 %(n)s 年同期均值 %(usual)s %(unit)s 相比 %(difference)s") % {
            "n": found.years, "usual": figure(found.usual, decimals), "unit": unit, "difference": difference,
        }  # fmt: skip
    if grade:
        note = f"{note}{_('；')}{grade}"
    return {
        "item": words,
        "value": Cell(found.value, text="—" if found.value is None else f"{figure(found.value, decimals)} {unit}"),
        "note": note,
    }
