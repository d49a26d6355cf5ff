"""Tables and charts of weather or policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.indicators.queries import RunFacts
from saishang.apps.indicators.weather import WeatherRow
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import item_name
from saishang.web.pages.air_weather_words import amounts, feature_name, months_words, percent, signed
from saishang.web.pages.charts import Chart
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table

__all__ = [
    "change_charts", "change_table", "dependence_charts", "importance_chart", "month_chart", "newest_year",
    "skill_table", "year_table",
]  # fmt: skip

#: Months beside which the split is drawn.
_DRAWN = 24


def newest_year(row: WeatherRow) -> Mapping[str, Any] | None:
    """The newest comparison of years; None where no two years can be compared."""
    return next((one for one in reversed(row.changes) if one["kind"] == "year"), None)


def _title(row: WeatherRow, words: str) -> str:
    return f"{site.region_name(row.place)} {item_name(row.parameter)} {words}"


def _figure(row: WeatherRow, value: float) -> Cell:
    return Cell(value, text=f"{value:.{2 if row.parameter == 'CO' else 1}f}")


def _period_columns(row: WeatherRow) -> list[Column]:
    unit = texts.unit_name(row.unit)
    return [
        Column("period", _("时段"), row_head=True, nowrap=True),
        Column("published", _("公布"), unit, number=True),
        Column("observed", _("同一参比状态"), unit, number=True, export_only=not row.about["state_converted"]),
        Column("factor", _("天气作用"), "%", number=True),
        Column("adjusted", _("平常天气下"), unit, number=True),
        Column("band", _("模型间的区间"), unit, number=True),
        Column("usual", _("模型趋势"), unit, number=True),
        Column("days", _("天数"), number=True),
    ]


def _period_rows(row: WeatherRow, kind: str) -> list[dict[str, Any]]:
    return [
        {
            "period": Cell(one["label"], text=texts.period_name(one["label"])),
            **{key: _figure(row, one[key]) for key in ("published", "observed", "adjusted", "usual")},
            "factor": Cell(round((one["factor"] - 1) * 100, 2), text=percent(one["factor"])),
            "band": f"{_figure(row, one['low']).text} – {_figure(row, one['high']).text}",
            "days": one["days"],
        }
        for one in row.periods
        if one["kind"] == kind
    ]


def year_table(run: RunFacts, row: WeatherRow) -> Table:
    """Years: published, on one state, under usual weather."""
    caption = _("每年只含天数足够的月份，缺月的年份之间不能直接相比；比较见上表。")
    return Table(
        "years", _title(row, _("逐年")), _period_columns(row), _period_rows(row, "year"), about=about_run(run),
        caption=caption, tight=True,
    )  # fmt: skip


def month_chart(run: RunFacts, row: WeatherRow) -> Chart:
    """Months: observed and under usual weather, with the spread of the models."""
    title = _title(row, _("逐月：实测与平常天气下"))
    about = [*about_run(run), _("“平常天气下”= 实测 ÷ 天气作用；“模型趋势”= 换上平常天气后的模型平均。")]
    table = Table("months", title, _period_columns(row), _period_rows(row, "month"), about=about, tight=True)
    months = {one["label"]: one for one in row.periods if one["kind"] == "month"}
    labels = _all_months(months)

    def line(key: str) -> list[float | None]:
        return [round(months[label][key], 2) if label in months else None for label in labels]

    measured = _("实测（同一参比状态）") if row.about["state_converted"] else _("实测")
    spec = {
        "kind": "lines", "unit": texts.unit_name(row.unit), "x": [texts.period_name(label) for label in labels],
        "series": [
            {"name": measured, "data": line("observed")},
            {"name": _("平常天气下"), "data": line("adjusted")},
            {"name": _("区间下限"), "data": line("low"), "bound": True},
            {"name": _("区间上限"), "data": line("high"), "bound": True},
            {"name": _("模型趋势"), "data": line("usual")},
        ],
    }  # fmt: skip
    label = _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}
    return Chart("months", label, spec, table)


def _all_months(months: Mapping[str, Any]) -> list[str]:
    """Every month from the first to the last, so that gaps show as gaps."""
    if not months:
        return []
    first, last = min(months), max(months)
    begin, end = (int(label[:4]) * 12 + int(label[5:]) - 1 for label in (first, last))
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(begin, end + 1)]


def change_table(run: RunFacts, row: WeatherRow, kind: str) -> Table:
    """Comparisons of one kind, newest first; the parts as shown add up to the change as shown."""
    unit = texts.unit_name(row.unit)
    chosen = [one for one in reversed(row.changes) if one["kind"] == kind]
    crossing = any(one["crosses"] for one in chosen)
    columns = [
        Column("compared", _("时段对比"), row_head=True, nowrap=True),
        Column("first", _("前"), unit, number=True),
        Column("second", _("后"), unit, number=True),
        Column("change", _("变化"), unit, number=True),
        Column("weather", _("天气"), unit, number=True),
        Column("state", _("参比状态"), unit, number=True, export_only=not crossing),
        Column("rest", _("其余"), unit, number=True),
        Column("percent", _("其余"), "%", number=True),
        Column("band", _("区间"), "%", number=True),
        Column("chance", _("超出偶然")),
        Column("trend", _("其余中模型趋势"), unit, number=True, wide_only=True),
        Column("unexplained", _("其余中未解释"), unit, number=True, wide_only=True),
        Column("days", _("天数"), number=True, wide_only=True),
    ]
    listed = []
    for one in chosen:
        parts = amounts(row, one)
        months = months_words(one)
        listed.append(
            {
                "compared": Cell(
                    f"{one['second']} / {one['first']}",
                    text=f"{texts.period_name(one['second'])} / {texts.period_name(one['first'])}",
                    note=months,
                ),
                "first": Cell(parts["first"], text=f"{parts['first']:f}"),
                "second": Cell(parts["second"], text=f"{parts['second']:f}"),
                **{
                    key: Cell(parts[key], text=signed(parts[key]))
                    for key in ("change", "weather", "state", "rest", "trend", "unexplained")
                },
                "percent": Cell(round((one["rest_ratio"] - 1) * 100, 2), text=percent(one["rest_ratio"])),
                "band": f"{percent(one['rest_low'])} … {percent(one['rest_high'])}",
                "chance": Cell(one["beyond_chance"], text=_("是") if one["beyond_chance"] else _("否")),
                "days": f"{one['days_first']} / {one['days_second']}",
            }
        )
    names = {"year": _("年与年比：拆成天气与其余"), "month": _("月与此前最近一年的同月比：拆成天气与其余")}
    caption = (
        _("变化 = 天气 + 参比状态 + 其余，按显示的数字逐项相加相等。")
        if crossing
        else _("变化 = 天气 + 其余，按显示的数字逐项相加相等。")
    )
    if kind == "month":
        caption += _(
            "一个月里相互独立的日子很少，区间偏窄；%(count)s 个比较中单凭偶然"
            "也会有约 %(chance)s 个“超出偶然”，只当线索看。"
        ) % {"count": len(chosen), "chance": round(len(chosen) * (1 - float(row.about["level"])))}
    return Table(
        f"split-{kind}", _title(row, names[kind]), columns, listed, about=about_run(run), caption=caption,
        empty=_("没有两个可以相比的时段。"),
    )  # fmt: skip


def change_charts(run: RunFacts, row: WeatherRow) -> Chart | None:
    """The parts of the changes between years as bars beside each other."""
    chosen = [one for one in row.changes if one["kind"] == "year"] or list(row.changes)[-_DRAWN:]
    if not chosen:
        return None
    parts = [amounts(row, one) for one in chosen]
    names = [("weather", _("天气")), ("rest", _("其余"))]
    if any(one["crosses"] for one in chosen):
        names.insert(1, ("state", _("参比状态")))
    spec = {
        "kind": "lines", "unit": texts.unit_name(row.unit),
        "x": [f"{texts.period_name(one['second'])} / {texts.period_name(one['first'])}" for one in chosen],
        "series": [{"name": name, "type": "bar", "data": [float(part[key]) for part in parts]} for key, name in names],
    }  # fmt: skip
    label = _("各次比较中天气与其余的柱形图；同样的数字列在下面的表里。")
    return Chart("split", label, spec)


def skill_table(run: RunFacts, row: WeatherRow) -> Table:
    """How well the trees know blocks of days that they have not seen, beside what they have to beat."""
    skill, unit = row.skill or {}, texts.unit_name(row.unit)
    columns = [
        Column("way", _("方法"), row_head=True),
        Column("r2", "R²", number=True),
        Column("rmse", _("均方根误差"), unit, number=True),
    ]
    ways = [
        (_("树模型：气象、季节、星期、趋势"), "r2", "rmse"),
        (_("同样的树模型，不给气象"), "r2_without", "rmse_without"),
        (_("气候平均：同季节各年均值"), "r2_climate", "rmse_climate"),
    ]
    listed = [
        {"way": words, "r2": Cell(skill[r2], text=f"{skill[r2]:.2f}"), "rmse": _figure(row, skill[rmse])}
        for words, r2, rmse in ways
    ]
    caption = _("在 %(blocks)s 个留出时段（每个 %(days)s 天）上；模型须优于另外两种，否则不采用。") % {
        "blocks": skill["blocks"], "days": row.about["block"],
    }  # fmt: skip
    return Table(
        "skill", _title(row, _("留出检验")), columns, listed, about=about_run(run), caption=caption, tight=True
    )


def importance_chart(run: RunFacts, row: WeatherRow) -> Chart:
    """By how much the held-out error grows without a variable."""
    unit = texts.unit_name(row.unit)
    columns = [
        Column("variable", _("变量"), row_head=True), Column("rise", _("打乱后误差的增加"), unit, number=True),
    ]  # fmt: skip
    listed = [{"variable": feature_name(name), "rise": Cell(rise, text=f"{rise:.2f}")} for name, rise in row.importance]
    title = _title(row, _("哪些变量重要"))
    caption = _("在留出时段上打乱一个变量（连同它前一日的值），均方根误差增加多少；零或负数表示没有用处。")
    table = Table("importance", title, columns, listed, about=about_run(run), caption=caption, tight=True)
    spec = {
        "kind": "lines", "unit": unit, "x": [feature_name(name) for name, _rise in row.importance],
        "series": [{"name": title, "type": "bar", "data": [round(rise, 3) for _name, rise in row.importance]}],
    }  # fmt: skip
    return Chart("importance", _("%(title)s柱形图；同样的数字列在下面的表里。") % {"title": title}, spec, table)


def dependence_charts(run: RunFacts, row: WeatherRow) -> list[Chart]:
    """Partial dependence, one small chart per weather variable."""
    return [_dependence(run, row, one) for one in row.dependence]


def _dependence(run: RunFacts, row: WeatherRow, one: Mapping[str, Any]) -> Chart:
    unit = texts.unit_name(row.unit)
    known = site.rules().parameters[one["variable"]]
    name, own = texts.name_of(known), texts.unit_name(str(known["unit"]))
    columns = [
        Column("at", name, own, number=True, row_head=True),
        Column("mean", item_name(row.parameter), unit, number=True),
        Column("low", _("各模型最低"), unit, number=True), Column("high", _("各模型最高"), unit, number=True),
    ]  # fmt: skip
    points = list(zip(one["at"], one["mean"], one["low"], one["high"], strict=True))
    listed = [
        {"at": Cell(at, text=f"{at:.1f}")}
        | {key: _figure(row, value) for key, value in (("mean", mean), ("low", low), ("high", high))}
        for at, mean, low, high in points
    ]  # fmt: skip
    title = f"{name} [{own}]"
    table = Table(f"dependence-{one['variable']}", title, columns, listed, about=about_run(run), tight=True)
    spec = {
        "kind": "lines", "unit": unit, "scale": True, "x": [f"{point[0]:.1f}" for point in points],
        "series": [
            {"name": _("平均"), "data": [round(point[1], 2) for point in points]},
            {"name": _("各模型最低"), "data": [round(point[2], 2) for point in points], "bound": True},
            {"name": _("各模型最高"), "data": [round(point[3], 2) for point in points], "bound": True},
        ],
    }  # fmt: skip
    return Chart(
        f"dependence-{one['variable']}",
        _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title},
        spec,
        table,
    )
