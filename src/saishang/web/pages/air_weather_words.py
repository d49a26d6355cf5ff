"""Sentences of weather or policy: what came out, what was held constant, what the rest holds, where the method ends."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.indicators.weather import WeatherRow
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import item_name

__all__ = [
    "Amounts", "amounts", "answer_words", "constant_words", "feature_name", "key_figures", "limit_words",
    "months_words", "percent", "reason_words", "rest_words", "signed",
]  # fmt: skip

#: Amounts of a change as they are shown, in parts that add up.
Amounts = Mapping[str, Decimal]
_BEFORE = "@before"


def reason_words(row: WeatherRow) -> str:
    """Why there is no answer; empty where there is one."""
    if not row.reason:
        return ""
    words = {
        "no_station": _("不分解：境内没有列入本站点规则的气象站，不借用别处的气象"),
        "no_weather": _("不分解：气象站没有逐日观测"),
        "no_values": _("不分解：没有日均浓度"),
        "too_short": _("不分解：浓度与气象俱全的只有 %(have)s 天，至少要 %(need)s 天"),
        "span_short": _("不分解：首尾相距 %(have)s 天，至少要 %(need)s 天，否则分不清季节和趋势"),
        "no_better": _("不分解：在没有学过的时段上，模型不优于基准，方法不采用"),
    }.get(row.reason, row.reason)
    return words % {"have": row.detail.get("have"), "need": row.detail.get("need")}


def feature_name(name: str) -> str:
    """Words for what the trees know."""
    base = name.removesuffix(_BEFORE)
    known = {"season": _("季节（年内日序）"), "weekday": _("星期"), "hour": _("时刻"), "trend": _("趋势（时间）")}
    if base in known:
        return known[base]
    words = texts.name_of(site.rules().parameters[base]) if base in site.rules().parameters else base
    return _("前一日%(name)s") % {"name": words} if name.endswith(_BEFORE) else words


def _places(parameter: str) -> Decimal:
    return Decimal("0.01") if parameter == "CO" else Decimal("0.1")


def amounts(row: WeatherRow, change: Mapping[str, Any]) -> Amounts:
    """The parts of a change, rounded so that they add up to the difference of the rounded means.

    What rounding leaves over goes to the rest, which is what is left by its meaning.
    """
    places = _places(row.parameter)

    def rounded(key: str) -> Decimal:
        return Decimal(repr(change[key])).quantize(places)

    first, second = rounded("first_mean"), rounded("second_mean")
    state, sky, trend = rounded("state"), rounded("weather"), rounded("trend")
    rest = second - first - state - sky
    return {
        "first": first, "second": second, "change": second - first, "state": state, "weather": sky, "rest": rest,
        "trend": trend, "unexplained": rest - trend,
    }  # fmt: skip


def signed(value: Decimal) -> str:
    """With its sign, and the minus that belongs in text."""
    return f"{value:+f}".replace("-", "−") if value else f"{abs(value):f}"


def percent(ratio: float) -> str:
    """A ratio as a change in per cent."""
    return f"{(ratio - 1) * 100:+.0f} %".replace("-", "−")


def months_words(change: Mapping[str, Any]) -> str:
    """Which months of the years are compared; empty for whole years and for months."""
    months = list(change["months"])
    if change["kind"] != "year" or len(months) == 12:
        return ""
    runs: list[list[int]] = []
    for month in months:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    spans = (f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return _("%(months)s 月") % {"months": texts.listed(spans)}


def key_figures(row: WeatherRow, change: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """(words, figure, remark) at the head of the page."""
    skill = row.skill or {}
    figures = []
    if change is not None:
        parts, unit = amounts(row, change), texts.unit_name(row.unit)
        compared = _("%(second)s 比 %(first)s") % {
            "second": texts.period_name(change["second"]), "first": texts.period_name(change["first"]),
        }  # fmt: skip
        months = months_words(change)
        figures += [
            (_("实测变化"), f"{signed(parts['change'])} {unit}", f"{compared}{texts.aside(months) if months else ''}"),
            (_("其中天气"), f"{signed(parts['weather'])} {unit}", percent(change["weather_ratio"])),
            (_("其余"), f"{signed(parts['rest'])} {unit}", _interval(row, change)),
        ]
        if change["crosses"]:
            figures.append((_("参比状态"), f"{signed(parts['state'])} {unit}", _("标准修改，不是空气变化")))
    return [
        *figures,
        (_("留出 R²"), f"{skill['r2']:.2f}", _("不用气象 %(r2)s") % {"r2": f"{skill['r2_without']:.2f}"}),
    ]


def _interval(row: WeatherRow, change: Mapping[str, Any]) -> str:
    return _("%(ratio)s（%(level)s %% 区间 %(low)s 至 %(high)s）") % {
        "ratio": percent(change["rest_ratio"]), "level": f"{row.about['level'] * 100:.0f}",
        "low": percent(change["rest_low"]), "high": percent(change["rest_high"]),
    }  # fmt: skip


def answer_words(row: WeatherRow, change: Mapping[str, Any] | None) -> list[str]:
    """The answer in plain sentences."""
    if change is None:
        return [_("没有两个可以相比的年份，只给出逐月结果。")]
    parts, unit = amounts(row, change), texts.unit_name(row.unit)
    months = months_words(change)
    facts = {
        "first": texts.period_name(change["first"]), "second": texts.period_name(change["second"]),
        "months": texts.aside(months) if months else "", "item": item_name(row.parameter), "unit": unit,
        "from": f"{parts['first']:f}", "to": f"{parts['second']:f}", "change": signed(parts["change"]),
        "weather": signed(parts["weather"]), "rest": signed(parts["rest"]), "state": signed(parts["state"]),
        "interval": _interval(row, change), "day": row.about["state_day"],
    }  # fmt: skip
    if change["crosses"]:
        head = _(
            "%(second)s与%(first)s%(months)s相比，%(item)s 由 %(from)s 变为 %(to)s %(unit)s（%(change)s）："
            "天气 %(weather)s，参比状态的修改（%(day)s 起） %(state)s，其余 %(rest)s，即 %(interval)s。"
        )
    else:
        head = _(
            "%(second)s与%(first)s%(months)s相比，%(item)s 由 %(from)s 变为 %(to)s %(unit)s（%(change)s）："
            "天气 %(weather)s，其余 %(rest)s，即 %(interval)s。"
        )
    verdict = (
        _("其余部分的变化超出偶然。它可以来自治理，也可以来自下面列出的其他原因。")
        if change["beyond_chance"]
        else _("其余部分的变化与偶然分不开：不能据此说治理有效，也不能说无效。")
    )
    return [head % facts, verdict]


def constant_words(row: WeatherRow) -> list[str]:
    """What was held constant, in plain words."""
    about = row.about
    years = about["weather_years"]
    lines = [
        _(
            "保持不变的是：日期（季节）、星期和长期趋势。只换天气：每一天的天气换成 %(first)s—%(last)s 年各年中前后 "
            "%(window)s 天内的天气，同一天的各项气象一起换，每天最多换 %(draws)s 次取平均。"
        )
        % {"first": years[0], "last": years[-1], "window": about["window"], "draws": about["draws"]},
        _("模型看到的天气：%(features)s。")
        % {
            "features": texts.listed(
                feature_name(name) for name in about["features"] if name not in ("season", "weekday", "hour", "trend")
            )
        },
        _("用 %(days)s 天（%(first)s 至 %(last)s）；另有 %(no_weather)s 天因气象不全不用，不做填补。")
        % {key: about[key] for key in ("days", "first", "last", "no_weather")},
    ]
    if about["state_converted"]:
        lines.append(
            _(
                "%(day)s 起浓度的参比状态改变（气体 273 K 改为 298.15 K，颗粒物改为实况）。此前的 %(days)s 天"
                "已换算到新状态再分析，换算造成的差别单列，不算天气，也不算其余。"
            )
            % {"day": about["state_day"], "days": about["state_converted"]}
        )
    return lines


def rest_words(row: WeatherRow) -> list[str]:
    """What the rest holds beside policy."""
    lines = [
        _("排放与治理措施，包括停产、供暖、节假日等与措施无关的排放变化"),
        _("本站天气看不到的输送：沙尘、上风向地区的污染，风向（气象资料中的风向编码未经确认，没有使用）"),
        _("大气中的化学变化和本站没有观测的混合层高度"),
        _("仪器、站点和数据处理的变化，例如自动监测与公布口径的更替"),
        _("模型没有学到的天气作用，以及偶然"),
    ]
    if row.about.get("basis") == "measured":
        lines.append(_("沙尘日没有剔除：只有有小时数据的年份才能认定沙尘日，剔除会使各年口径不同"))
    return lines


def limit_words(row: WeatherRow) -> list[str]:
    """Where the method ends."""
    about = row.about
    return [
        _(
            "检验用连续 %(block)s 天的时段，并在两侧各空出 %(buffer)s 天。随机抽单日检验会让模型看到昨天和明天，"
            "成绩虚高。"
        )
        % {"block": about["block"], "buffer": about["buffer"]},
        _(
            "其余的区间包括模型之间的差别和日际偶然（按 %(days)s 天的块重抽），不包括仪器和输送的系统变化。"
            "单月只有几个块，区间偏窄，宜只作线索。"
        )
        % {"days": about["chance_block"]},
        _("治理若改变天气与浓度的关系（例如只在静稳天限产），分解会把一部分效果记到天气名下。"),
        _("气象日为前一日 20 时至当日 20 时，浓度日为 0 时至 24 时，相差 4 小时。"),
        _(
            "比较只用浓度与气象俱全的日子和两年都有的月份，各月同权，以免把缺的季节当成变化；均值因此与公布的年均值略有不同。"
        ),
    ]
