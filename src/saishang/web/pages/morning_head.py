"""The head of *This morning*: what a duty officer must know in ten seconds, how old it is, and the month so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.forecast import ForecastRow
from saishang.apps.indicators.outlook import Outlook, costs
from saishang.apps.indicators.outlook_data import run_days
from saishang.apps.indicators.outlook_month import month_so_far
from saishang.apps.indicators.queries import RunFacts
from saishang.science.outlook.needed import NeededMean
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import decimals, primary_names
from saishang.web.pages.forecast import chance
from saishang.web.pages.morning_words import needed_words, number
from saishang.web.pages.registers_common import today
from saishang.web.pages.runs import about_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.texts import counted

__all__ = ["age_words", "key_figures", "month_table"]

#: (words, figure, remark), as `key-figures` shows them.
Figure = tuple[str, str, str]
_HEADED = ("PM2.5", "PM10")
_MAIN = "PM2.5"


def age_words(run: RunFacts) -> str:
    """How old the page is, where its day is not today or yesterday; empty on a fresh one."""
    days = (today() - run.as_of).days
    if days <= 1:
        return ""
    words = _(
        "这是 %(day)s 的研判，不是今天的：今天是 %(today)s，已过去 %(days)s 天。下面的“至今”“余下”都从 %(day)s 算起。"
    )
    return words % {"day": run.as_of.isoformat(), "today": today().isoformat(), "days": f"{days:,}"}


def key_figures(
    run: RunFacts, found: Outlook, place: str, ahead: ForecastRow | None
) -> tuple[str, list[Figure]]:  # fmt: skip
    """One sentence about a place, and its figures of the day, the month and the year; empty without a valid day."""
    item = found.item(place, _MAIN, "mean")
    if item is None or not item.days or item.figure is None:
        return "", []
    name, unit = site.region_name(place), item.unit
    figures: list[Figure] = []
    figures += _day_figures(run, place)
    month = month_so_far(site.rules(), run_days(run.id), place, found.basis, [_MAIN])
    if month.values[_MAIN] is not None:
        before = month.before[_MAIN]
        remark = _("%(year)s年同期 %(value)s") % {
            "year": before.year, "value": number(before.value, decimals(_MAIN)),
        } if before else _("没有往年同期")  # fmt: skip
        words = _("本月至今 %(item)s") % {"item": _MAIN}
        figures.append((words, f"{number(month.values[_MAIN], decimals(_MAIN))} {unit}", remark))
    goal = texts.goal_text(item.mark.comparator, item.mark.value, unit)
    figures.append(
        (_("今年至今 %(item)s") % {"item": _MAIN}, f"{item.figure:f} {unit}", _("目标 %(goal)s") % {"goal": goal})
    )
    answer, sentence = item.answer, ""
    left = item.left // max(len(item.parts), 1)
    if isinstance(answer, NeededMean) and answer.verdict == "open" and answer.shown is not None:
        rest = item.rest
        remark = _("%(year)s年这些天 %(value)s") % {
            "year": rest.year, "value": number(rest.value, decimals(_MAIN)),
        } if rest else ""  # fmt: skip
        figures.append(
            (counted("余下 %(days)s 天日均不超过", left) % {"days": left}, f"{answer.shown:f} {unit}", remark)
        )
        words = _("%(place)s今年 %(item)s 至今平均 %(figure)s；全年要 %(goal)s，余下 %(days)s 天平均不超过 %(shown)s。")
        sentence = words % {
            "place": name, "item": _MAIN, "figure": f"{item.figure:f} {unit}", "goal": goal, "days": left,
            "shown": f"{answer.shown:f} {unit}",
        }  # fmt: skip
    elif answer is not None:
        sentence = texts.listed([name, needed_words(item)]) + _("。")
    if sentence and ahead is not None and not ahead.reason and answer is not None and answer.verdict == "open":
        more = _("按目前走势，%(chance)s 的可能做到。") % {"chance": chance(ahead.probability)}
        sentence = texts.sentences((sentence, more))
    figures += _spare_figures(found, place)
    figures += _dear_figures(run, found, place)
    return sentence, figures


def _day_figures(run: RunFacts, place: str) -> list[Figure]:
    """The index of the run's day and of the day before it; a region has none."""
    rows = queries.select(
        run.id, "city_aqi", "region = ? and day between ? and ?", [place, run.as_of - timedelta(days=1), run.as_of]
    )
    by_day = {row["day"]: row for row in rows}
    found = []
    for day in (run.as_of, run.as_of - timedelta(days=1)):
        row = by_day.get(day)
        if row is None:
            continue
        remark = primary_names(row["primary"]) if row["aqi"] is not None else reason_name(row["reason"] or "")
        found.append((f"AQI {day:%m-%d}", "—" if row["aqi"] is None else str(row["aqi"]), remark))
    return found


def _spare_figures(found: Outlook, place: str) -> list[Figure]:
    days = next((days for days in found.good_days if days.place == place), None)
    figures: list[Figure] = []
    if days is not None and days.answer is not None:
        remark = _("已有 %(polluted)s 天，全年容许 %(allowed)s 天") % {
            "polluted": days.answer.polluted, "allowed": days.answer.allowed,
        }  # fmt: skip
        figures.append((_("尚容许污染天数"), str(days.answer.spare), remark))
    cost = found.dust.get((place, _MAIN))
    if cost is not None:
        waiting = found.undecided.get(place, 0)
        parts = [_("%(n)s 天待认定") % {"n": waiting}] if waiting else []
        if cost.difference is not None:
            parts.insert(0, _("使 %(item)s 变化 %(by)s") % {"item": _MAIN, "by": _signed(cost.difference, 1)})
        figures.append((_("今年沙尘日"), str(cost.days), texts.listed(parts)))
    return figures


def _dear_figures(run: RunFacts, found: Outlook, place: str) -> list[Figure]:
    """The station and the hour that cost the year's mean most."""
    item = found.item(place, _MAIN, "mean")
    if item is None or item.scope != "city":
        return []
    dear = costs(run.id, place, _MAIN, item.basis, item.mark.value)
    figures: list[Figure] = []
    if dear is not None and dear.stations:
        names = {row["code"]: texts.name_of(row) for row in site.stations()}
        most = dear.stations[0]
        figures.append((_("影响最大的站"), names.get(most.key, most.key), f"{_signed(most.part, 2)} {item.unit}"))
    if dear is not None and dear.hours:
        hour = max(dear.hours, key=lambda cost: cost.part)
        figures.append(
            (
                _("影响最大的钟点"),
                f"{hour.key:02d}:00–{(hour.key + 1) % 24:02d}:00",
                f"{_signed(hour.part, 2)} {item.unit}",
            )
        )
    return figures


def _signed(value: Fraction, places: int) -> str:
    return f"{'+' if value > 0 else ''}{number(value, places)}"


def month_table(request: HttpRequest, run: RunFacts, found: Outlook, places: Sequence[str]) -> Table:
    """The day before the run's day, the run's day, and the month so far, of every place."""
    rules, days = site.rules(), run_days(run.id)
    day_before = run.as_of - timedelta(days=1)
    indices = {
        (row["region"], row["day"]): row
        for row in queries.select(run.id, "city_aqi", "day between ? and ?", [day_before, run.as_of])
    }
    columns = [
        Column("place", _("地区"), row_head=True, nowrap=True),
        *(
            Column(f"aqi-{day:%d}", _("AQI（%(day)s）") % {"day": f"{day:%m-%d}"}, number=True)
            for day in (day_before, run.as_of)
        ),
    ]
    for parameter in _HEADED:
        unit = rules.parameters[parameter]["unit"]
        columns += [
            Column(parameter, _("%(item)s 本月") % {"item": parameter}, unit, number=True),
            Column(f"{parameter}-before", _("往年同期"), unit, number=True),
        ]
    columns += [
        Column("valid", _("有效天数"), number=True),
        Column("good", _("优良天数"), number=True),
        Column("polluted", _("污染天数"), number=True),
        Column("dust", _("沙尘日"), number=True),
    ]
    rows = []
    for place in places:
        month = month_so_far(rules, days, place, found.basis, _HEADED)
        line: dict[str, Cell | str | int | None] = {
            "place": site.region_name(place),
            "valid": month.days[_MAIN],
            "good": Cell(month.good if month.counted else None),
            "polluted": Cell(month.counted - month.good if month.counted else None),
            "dust": month.dust,
        }
        for day in (day_before, run.as_of):
            line[f"aqi-{day:%d}"] = _index(request, place, day, indices.get((place, day)))
        for parameter in _HEADED:
            line[parameter] = _value(month.values[parameter], parameter)
            before = month.before[parameter]
            line[f"{parameter}-before"] = (
                Cell(None)
                if before is None
                else Cell(
                    float(before.value),
                    text=number(before.value, decimals(parameter)),
                    note=texts.period_name(str(before.year)),
                )
            )
        rows.append(line)
    first, last = run.as_of.replace(day=1), run.as_of
    title = _("本月至今（%(first)s 至 %(last)s，%(basis)s）") % {
        "first": f"{first:%m-%d}", "last": f"{last:%m-%d}", "basis": basis_name(found.basis),
    }  # fmt: skip
    caption = _("有效天数为 %(item)s 的，区域为各市之和；优良与污染天数按空气质量指数。") % {"item": _MAIN}
    return Table("morning-month", title, columns, rows, about=about_run(run), caption=caption, tight=True)


def _value(value: Fraction | None, parameter: str) -> Cell:
    return Cell(None) if value is None else Cell(float(value), text=number(value, decimals(parameter)))


def _index(request: HttpRequest, place: str, day: date, row: dict[str, Any] | None) -> Cell:
    if row is None or row["aqi"] is None:
        return Cell(None, note=reason_name(str(row["reason"])) if row else "")
    address = with_run(reverse("air-day", args=[place, day.isoformat()]), request)
    return Cell(row["aqi"], level=row["level"], href=address)
