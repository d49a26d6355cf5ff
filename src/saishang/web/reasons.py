"""Words for the reasons that the tables of a run give as short keys (why a value is missing or not valid)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from saishang.web import texts, wording

__all__ = ["basis_name", "figure", "quality_reasons", "reason_name", "statistic_name"]


def reason_name(reason: str | None) -> str:
    """Words for a reason; an unknown key is shown as it is rather than hidden."""
    if not reason:
        return ""
    key, _sep, rest = reason.partition(":")
    known = {
        "no_data": _("没有数据"),
        "no_hours": _("没有小时值"),
        "hours_short": _("有效小时不足"),
        "windows_short": _("有效 8 小时窗口不足"),
        "month_short": _("有的月份有效天数不足"),
        "days_short": _("全期有效天数不足"),
        "stations_short": _("有效站点不足"),
        "no_stations": _("没有站点"),
        "city_missing": _("有城市没有数值"),
        "city_invalid": _("有城市数值无效"),
        "missing": _missing(rest),
        "parts_refused": _("分项数值相互矛盾"),
        "dust": _("沙尘日"),
        "void": _("无效"),
        "samples_short": _("有效样品不足"),
        "months_short": _("有效月份不足"),
        "sections_short": _("参评断面不足"),
        "section_invalid": _("断面数据不满足有效性规定"),
        "no_target": _("有断面没有目标类别"),
        "no_flow": _("断流"),
        "frozen": _("结冰未监测"),
        "illegible": _("原文不可辨认"),
        "items_short": _("项目不足"),
        "item_invalid": _("有项目数据不满足有效性规定"),
        "parameter_missing": _("有项目没有数值"),
        "parameter_invalid": _("有项目数值无效"),
        "no_valid_year": _("没有有效的年度数值"),
        "duplicate_hours": _("小时值重复"),
        "above_limit_stands": _("窗口不足但已超标，按规定有效"),
        "no_station": _("没有站点"),
        "invalid": _("不满足有效性规定"),
        "items_missing": _("应测项目缺测"),
        "months_missing": _("有的月份未能判定"),
        "sources_short": _("有水源未能判定"),
        "volume_missing": _("有水源的取水量不明"),
        "points_missing": _("有点位未能分级"),
        "few_points": _("点位不足"),
        "flow_days_short": _("有流量的天数不足"),
        "days_few": _("近日数据不足，不推算增长"),
        "start_zero": _("起始密度为零，不推算增长"),
        "nothing_registered": _("名录中没有可计入的条目"),
        "weather": _("雨雪或大风，有效小时不足"),
        "no_limit": _("没有限值"),
        "out_of_range": _("声级超出可评价范围"),
        "points_short": _("参评点次不足"),
        "grids_short": _("有效网格不足"),
        "period_open": _("时段未结束"),
        "levels_missing": _("有测点缺声级"),
        "no_grades": _("当年没有等级标准"),
        "fields_missing": _("条目缺少统计所需的数值：%(keys)s") % {"keys": rest.replace(",", "、")},
    }
    if key in known:
        return known[key]
    return re.sub(r"_", " ", reason)


def _missing(items: str) -> str:
    """Words for pollutants without a value; an index that has none of its six says so at once."""
    names = [name for name in items.split(",") if name]
    if set(names) == {"SO2", "NO2", "CO", "O3_8H", "PM10", "PM2.5"}:
        return _("六项均缺")
    return _("缺少 %(items)s") % {"items": texts.listed(name.replace("_8H", "-8h") for name in names)}


def quality_reasons(text: str) -> str:
    """Words for why a quality test could not judge; the tests write them in English."""
    parts = [part.strip() for part in text.split(";") if part.strip()] if text else []
    return _("；").join(wording.say(part) for part in parts)


def basis_name(basis: str) -> str:
    """Words for the basis of a value."""
    return {
        "measured": _("实测"),
        "dust_removed": _("扣除沙尘"),
        "assessment": _("考核口径"),
        "as_published": _("公布值"),
        "published": _("公布值"),
        "audited": _("审定值"),
        "register": _("名录统计"),
        "demonstration": _("演示数据"),
    }.get(basis, basis)


def statistic_name(statistic: str) -> str:
    """Words for a statistic of a period."""
    found = re.fullmatch(r"p(\d+)", statistic)
    if found:
        return _("第 %(p)s 百分位数") % {"p": found[1]}
    return {"mean": _("平均")}.get(statistic, statistic)


def figure(value: float | None, decimals: int) -> str:
    """A rounded figure with its decimals, `—` for none."""
    return "—" if value is None else f"{value:.{decimals}f}"
