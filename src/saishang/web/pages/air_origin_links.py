"""Air: which city follows which on which wind, and what ozone and NO2 hint; each hint with its counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import item_name
from saishang.web.pages.air_origin_common import Asked, asked, limits, of_kind, reason_words, settings_of
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["links"]


@public
@require_safe
def links(request: HttpRequest) -> HttpResponse:
    """Table of pairs of cities, and the board of ozone hints."""
    found = asked(request, "air-origin-links")
    context = found.context
    if found.run is None or found.rows is None:
        return render(request, "air/origin_links.html", context)
    lags, ozone = _lags(found), _ozone(found)
    context |= {
        "lags": lags, "ozone": ozone, "board": _board(found), "answer": _answer(found),
        "limits": {name: limits(name) for name in ("lags", "ozone")}, "settings": settings_of(),
    }  # fmt: skip
    return export(request, [lags, ozone]) or render(request, "air/origin_links.html", context)


def _pairs(found: Asked) -> list[Mapping[str, Any]]:
    return [row for row in of_kind(found.rows or (), "lag") if row["city"]]


def _says(reason: str) -> str:
    return {
        "": _("输送提示"),
        "no_wind_near": _("不判断：附近没有同期的风资料"),
        "few_days": _("不判断：顺风的天数不足"),
        "weak": _("无提示：相关太弱"),
        "no_lead": _("无提示：分不出先后"),
        "too_fast": _("无提示：比风还快，是天气过程"),
        "also_against": _("无提示：逆风时也一样"),
    }.get(reason, reason)


def _answer(found: Asked) -> str:
    pairs = _pairs(found)
    hints = [row for row in pairs if not row["reason"]]
    if not pairs:
        return reason_words("no_hours")
    told = texts.listed(
        _("%(item)s：%(a)s到%(b)s，晚 %(lag)s 小时（%(low)s 至 %(high)s），%(days)s 天") % {
            "item": item_name(row["parameter"]), "a": site.region_name(row["city"]),
            "b": site.region_name(row["other"]), "lag": row["along"]["lag"], "low": f"{row['along']['low']:g}",
            "high": f"{row['along']['high']:g}", "days": row["along"]["days"],
        }
        for row in hints
    )  # fmt: skip
    words = _("%(all)s 个有向城市对中，%(judged)s 个有同期的风可判断，%(n)s 个有输送提示。") % {
        "all": len(pairs), "judged": sum(row["reason"] != "no_wind_near" for row in pairs), "n": len(hints),
    }  # fmt: skip
    return f"{words} {told}".strip()


def _lead(lead: Mapping[str, Any] | None) -> str:
    if lead is None:
        return ""
    if lead["lag"] is None:
        return _("%(n)s 天，不足") % {"n": lead["days"]}
    span = f"{texts.signed(lead['lag'], 0)} ({texts.signed(lead['low'], 0)} … {texts.signed(lead['high'], 0)})"
    return f"{span}, {_('%(n)s 天') % {'n': lead['days']}}"


def _lags(found: Asked) -> Table:
    columns = [
        Column("pair", _("上风城市 → 下风城市"), row_head=True, nowrap=True), Column("item", _("项目"), nowrap=True),
        Column("says", _("结论"), nowrap=True), Column("along", _("顺风日滞后"), "h", nowrap=True),
        Column("r", _("相关"), number=True), Column("zero", _("零滞后相关"), number=True),
        Column("against", _("逆风日滞后"), "h", nowrap=True), Column("all", _("所有日滞后"), "h", nowrap=True),
        Column("distance", _("距离"), "km", number=True), Column("travel", _("风走完全程"), "h", number=True),
        Column("wind", _("风"), nowrap=True, export_only=True), Column("span", _("时段"), export_only=True),
    ]  # fmt: skip
    listed = []
    for row in sorted(_pairs(found), key=lambda row: (bool(row["reason"]), row["reason"] == "no_wind_near")):
        along, travel = row.get("along"), row.get("travel")
        main = along if along and along["lag"] is not None else None
        listed.append(
            {
                "pair": f"{site.region_name(row['city'])} → {site.region_name(row['other'])}",
                "item": item_name(row["parameter"]), "says": _says(row["reason"]), "along": _lead(along),
                "r": "" if main is None else Cell(main["correlation"], text=f"{main['correlation']:.2f}"),
                "zero": "" if main is None or main["at_zero"] is None else Cell(main["at_zero"],
                                                                              text=f"{main['at_zero']:.2f}"),
                "against": _lead(row.get("against")), "all": _lead(row["all"]),
                "distance": Cell(row["distance"], text=f"{row['distance']:.0f}"),
                "travel": "" if travel is None else Cell(travel, text=f"{travel:.0f}"),
                "wind": row.get("station", ""), "span": f"{row['first']} – {row['last']}",
            }
        )  # fmt: skip
    setting = settings_of()["lags"]
    caption = _(
        "滞后为正：右边的城市晚；括号内是按天自助抽样的 %(level)s %% 区间。小时浓度取对数，"
        "去掉日变化和 %(window)s 天滑动平均。"
        "风取 %(reach)s 公里内的气象站日值；顺风指风向与连线相差不过 %(within)s°。"
    ) % {
        "level": setting["level_percent"], "window": setting["window_days"], "reach": setting["wind_reach_km"],
        "within": setting["within_degrees"],
    }  # fmt: skip
    return Table(
        "lags", _("城市之间的先后"), columns, listed, about=about_run(found.run), tight=True, caption=caption,
        empty=reason_words("no_hours"),
    )  # fmt: skip


def _regime(says: str) -> str:
    return {
        "nox_limited": _("像 NOx 控制"), "voc_limited": _("像 VOC 控制"), "none": _("无结论"),
        "contradiction": _("提示互相矛盾"),
    }.get(says, says)  # fmt: skip


def _hint_name(name: str) -> str:
    return {
        "weekend": _("周末效应"), "afternoon": _("午后高低 NO2 之差"), "morning": _("早晨 NO2 与当日臭氧"),
        "ratio": _("正午 O3/NO2 比"),
    }[name]  # fmt: skip


def _why(reason: str) -> str:
    return {
        "": "", "few_days": _("天数不足"), "no_lever": _("周末 NO2 并不低，没有可比的变化"),
        "uncertain": _("区间跨过界限，说不清"), "between": _("在两个界限之间"),
    }.get(reason, reason)  # fmt: skip


def _figures(hint: Mapping[str, Any]) -> str:
    figures = hint["figures"]
    if not figures:
        return ""
    value = f"{texts.signed(figures['value'])} ({texts.signed(figures['low'])} … {texts.signed(figures['high'])}) µg/m³"
    if hint["name"] == "weekend":
        first, low, high = (texts.signed(figures[key]) for key in ("no2", "no2_low", "no2_high"))
        no2 = f"{first} ({low} … {high}) µg/m³"
        return _("周末减工作日：NO2 %(no2)s，O3-8h %(o3)s") % {"no2": no2, "o3": value}
    if hint["name"] == "afternoon":
        return _("高 NO2 午后减低 NO2 午后的 O3：%(o3)s") % {"o3": value}
    spread = f"{figures['value']:.2f} ({figures['low']:.2f} … {figures['high']:.2f})"
    if hint["name"] == "morning":
        return _("秩相关 %(r)s") % {"r": spread}
    return _("中位数 %(ratio)s，界限 %(low)s 和 %(high)s（体积比）") % {
        "ratio": spread, "low": f"{figures['bound_low']:g}", "high": f"{figures['bound_high']:g}",
    }  # fmt: skip


def _counts(hint: Mapping[str, Any]) -> str:
    counts = hint["counts"]
    if "weeks" in counts:
        return _("%(n)s 周") % {"n": counts["weeks"]}
    if "high" in counts:
        return _("高 %(high)s 天，低 %(low)s 天") % {"high": counts["high"], "low": counts["low"]}
    return _("%(n)s 天") % {"n": counts["days"]}


def _board(found: Asked) -> list[dict[str, Any]]:
    """One card a city: what the hints say together, and each."""
    cards = []
    for row in of_kind(found.rows or (), "ozone"):
        speaking = sum(hint["says"] != "none" for hint in row["hints"])
        together = _regime(row["verdict"])
        if speaking == 1:
            together = _("%(says)s（只有一项提示）") % {"says": together}
        cards.append(
            {
                "city": site.region_name(row["city"]), "verdict": row["verdict"], "together": together,
                "hints": [(_hint_name(hint["name"]), _regime(hint["says"]), _why(hint["reason"]))
                          for hint in row["hints"]],
            }
        )  # fmt: skip
    return cards


def _ozone(found: Asked) -> Table:
    columns = [
        Column("city", _("城市"), row_head=True, nowrap=True), Column("hint", _("迹象"), nowrap=True),
        Column("says", _("指向"), nowrap=True), Column("figures", _("数字（区间）"), long=True),
        Column("counts", _("天数"), nowrap=True), Column("why", _("为什么没有结论"), nowrap=True),
        Column("together", _("合起来"), nowrap=True),
    ]  # fmt: skip
    listed = []
    for row in of_kind(found.rows or (), "ozone"):
        for hint in row["hints"]:
            listed.append(
                {"city": site.region_name(row["city"]), "hint": _hint_name(hint["name"]), "says": _regime(hint["says"]),
                 "figures": _figures(hint), "counts": _counts(hint), "why": _why(hint["reason"]),
                 "together": _regime(row["verdict"])}
            )  # fmt: skip
    setting = settings_of()["regime"]
    caption = _(
        "取 %(first)s 至 %(last)s 月；区间为自助抽样 %(level)s %%。各组至少 %(days)s 天，周末效应至少 %(weeks)s 周。"
    ) % {
        "first": min(setting["months"]), "last": max(setting["months"]), "level": setting["level_percent"],
        "days": setting["least_days"], "weeks": setting["least_weeks"],
    }  # fmt: skip
    return Table(
        "ozone", _("臭氧控制区的提示"), columns, listed, about=about_run(found.run), tight=True, caption=caption,
        empty=_("没有臭氧和 NO2 的数据。"),
    )  # fmt: skip
