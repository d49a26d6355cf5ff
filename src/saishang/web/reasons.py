"""Words for the reasons that the tables of a run give as short keys (why a value is missing or not valid)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
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
        "history_short": _("本底历史不足"),
        "no_limit": _("没有适用的限值"),
        "band_crosses": _("频段跨越 100 kHz，不能叠加"),
        "days_undetermined": _("有站日无法判定"),
        "stations_unjudged": _("有站点无法判定"),
        "items_missing": _("缺少必测项目"),
        "points_unsure": _("有点位没有确定的类别"),
        "points_undetermined": _("有点位无法判定"),
        "years_short": _("年数不足"),
        "mostly_below_detection": _("大多未检出"),
        "no_ph": _("没有土壤pH"),
        "state_unknown": _("当日状态不明"),
        "not_opened": _("尚未供地或利用"),
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
        "out_of_range": _("声级超出可评价范围"),
        "points_short": _("参评点次不足"),
        "grids_short": _("有效网格不足"),
        "period_open": _("时段未结束"),
        "levels_missing": _("有测点缺声级"),
        "no_grades": _("当年没有等级标准"),
        "register_partial": _("名录不全，数值为下限，不用于评判"),
        "no_base_year": _("没有可比的基准年调查"),
        "base_year_unclear": _("指定了不止一个基准年"),
        "before_base_year": _("早于基准年"),
        "gear_differs": _("各河段网具或月份不同，不能合并"),
        "reaches_short": _("有河段没有可比的基准年"),
        "fields_missing": _("条目缺少统计所需的数值：%(keys)s") % {"keys": rest.replace(",", "、")},
    }
    if key in known:
        return known[key]
    return re.sub(r"_", " ", reason)


def missing_name(why: str) -> str:
    """Why an hour is missing, as the gap ledger says it."""
    return {
        "not_sent": _("未传"), "empty": _("文件中为空"), "marked": _("带缺测标记"), "rejected": _("被拒收"),
        "removed_by_qc": _("质检剔除"), "closed": _("站点停用"),
    }.get(why, why)  # fmt: skip


def _missing(items: str) -> str:
    """Words for pollutants without a value; an index that has none of its six says so at once."""
    names = [name for name in items.split(",") if name]
    if set(names) == {"SO2", "NO2", "CO", "O3_8H", "PM10", "PM2.5"}:
        return _("六项均缺")
    return _("缺少 %(items)s") % {"items": texts.listed(_part_name(name) for name in names)}


def _part_name(name: str) -> str:
    """An indicator of the catalogue by its name; a pollutant by its symbol."""
    known = queries.indicator(name) if "." in name and name[0].islower() else None
    return texts.both(known.zh, known.en) if known is not None else name.replace("_8H", "-8h")


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
