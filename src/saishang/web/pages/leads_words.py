"""Words for leads of suspicious data: signals, questions, states, harmless causes, evidence in figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.indicators.leads import LeadRow
from saishang.web import texts
from saishang.web.pages import site

__all__ = ["cause_name", "event_name", "family_name", "figures", "question", "signal_name", "state_name", "state_words"]


def signal_name(signal: str) -> str:
    """Name of a signal."""
    return {
        "flat": _("恒值"),
        "copies": _("复制序列"),
        "sprinkled": _("喷淋形态"),
        "steps": _("水平阶跃"),
        "ratios": _("比值异常"),
        "neighbours": _("与邻站不符"),
        "digits": _("数字分布"),
    }.get(signal, signal)


def question(row: LeadRow) -> str:
    """What was asked, in one sentence."""
    variant = "heap" if row.variant.startswith("heap") else row.variant
    found = {
        "flat.": _("同一数值连续出现的小时数，超过该水平和该站习惯所能解释的长度。"),
        "copies.station": _("一段逐小时数值与另一站点逐位相同。"),
        "copies.own_past": _("一段逐小时数值与本站较早的一段逐位相同。"),
        "copies.offset_station": _("一段逐小时变化与另一站点完全相同，只差一个常数。"),
        "copies.offset_own_past": _("一段逐小时变化与本站较早的一段完全相同，只差一个常数。"),
        "copies.scaled_station": _("一天的数值与另一站点成固定倍数，误差不超过修约。"),
        "copies.scaled_own_past": _("一天的数值与本站另一时段成固定倍数，误差不超过修约。"),
        "sprinkled.": _("颗粒物在固定时段反复低于邻站，气态污染物没有同样下降。"),
        "steps.inspection": _("检查期间的水平与前后相比变化，邻站没有同样变化。"),
        "steps.month_end": _("各月最后几天的水平与前后相比变化，邻站没有同样变化。"),
        "steps.lasting": _("相对邻站的水平从某日起改变并持续。"),
        "ratios.level": _("本站两项参数的关系偏离邻站和自身的习惯。"),
        "ratios.inverted": _("部分大于整体的小时异常多。"),
        "neighbours.sudden": _("数日内偏离与邻站的惯常关系。"),
        "neighbours.drift": _("相对邻站逐渐漂移。"),
        "digits.digits": _("末位数字的分布不是该站数值范围应有的样子。"),
        "digits.heap": _("限值或分级界限以下堆积的数值多于界限以上。"),
    }  # fmt: skip
    return found.get(f"{row.signal}.{variant}", signal_name(row.signal))


def state_name(state: str) -> str:
    """Name of a state of review."""
    return {
        "open": _("待核"),
        "checking": _("核查中"),
        "explained": _("已有无害解释"),
        "broken": _("仪器故障"),
        "handed": _("已移交执法"),
    }.get(state, state)


def state_words(state: str) -> str:
    """What a state means."""
    return {
        "open": _("还没有人核查。"),
        "checking": _("有人正在核查。"),
        "explained": _("找到了无害的原因。"),
        "broken": _("确认是仪器故障，不是人为。"),
        "handed": _("已移交执法人员进一步调查；仍不是定论。"),
    }.get(state, "")


def event_name(event: str) -> str:
    """What a reviewer does."""
    return {
        "check": _("开始核查"),
        "explain": _("记录无害解释"),
        "break": _("确认仪器故障"),
        "hand": _("移交执法"),
        "reopen": _("重新核查"),
    }.get(event, event)


def family_name(family: str) -> str:
    """Name of a family of signals that look at the same thing."""
    return {
        "values": _("数值不变"), "copies": _("复制"), "digits": _("数字"), "particles": _("喷淋"),
        "level": _("水平或比值"),
    }.get(family, family)  # fmt: skip


def cause_name(cause: str) -> str:
    """Name of a harmless cause."""
    return {
        "detection_limit": _("接近检出限：低浓度气体会长时间停在同一读数"),
        "analyser_frozen": _("分析仪或采集仪卡住，重复上一读数（仪器故障）"),
        "transmission_repeat": _("传输中断，平台重复最后一个数值"),
        "publication_repeat": _("发布平台重复了同一小时或同一文件"),
        "clean_air": _("空气清洁稳定，数值自然重复"),
        "gap_filling": _("缺测时段被系统自动填补"),
        "code_change": _("站点编码变更，同一仪器以两个编码报送"),
        "same_air": _("两站相距很近，浓度又低，同一气团读数相同"),
        "street_cleaning": _("周边道路洒水、清扫属日常作业"),
        "local_source_beside": _("邻站在这一时段受局地源影响而偏高"),
        "traffic_hours": _("交通高峰在各站不同"),
        "terrain_wind": _("地形或山谷风造成的日变化"),
        "weather": _("天气过程使该区域先于邻站变化"),
        "holiday": _("节假日或停工使排放减少"),
        "control_measures": _("检查或预警期间企业确实减排"),
        "neighbours_changed": _("变化的是邻站而不是本站"),
        "maintenance": _("例行维护、校准、换滤带"),
        "instrument_swap": _("更换仪器或采样头"),
        "calibration": _("校准使读数改变"),
        "local_source_change": _("附近工地、锅炉等局地源出现或消失"),
        "instrument_inversion": _("两台仪器各自误差造成倒挂，规范允许并保留"),
        "humidity": _("高湿使 PM2.5 偏高或 PM10 偏低（加热差异）"),
        "different_instruments": _("两项参数由不同原理的仪器测得"),
        "dust": _("沙尘过程"),
        "local_source": _("附近有局地源"),
        "ozone_titration": _("近源一氧化氮滴定臭氧"),
        "instrument_drift": _("仪器漂移（需要校准）"),
        "season": _("季节变化在各站不同"),
        "unit_conversion": _("单位换算使某些末位不出现（如 ppb 换算 µg/m³）"),
        "instrument_resolution": _("仪器以较大步长报数"),
        "small_numbers": _("样本少"),
        "chance_of_season": _("浓度分布恰好在界限附近变陡"),
        "rounding": _("修约方式"),
        "other": _("其他（在理由中写明）"),
    }.get(cause, cause)


def figures(row: LeadRow) -> list[tuple[str, str, str]]:
    """Evidence in figures: (words, figure, unit), in the order in which one reads it."""
    named: Mapping[str, tuple[str, str]] = {
        "hours": (_("连续小时"), _("小时")),
        "value": (_("重复的数值"), ""),
        "habit_percent": (_("该水平下再停留一小时的惯常机会"), "%"),
        "neighbours_range": (_("同时段邻站变幅（中位）"), ""),
        "shift_hours": (_("与原序列相隔"), _("小时")),
        "distinct": (_("不同数值个数"), ""),
        "lowest": (_("最低值"), ""),
        "highest": (_("最高值"), ""),
        "offset": (_("相差的常数"), ""),
        "factor": (_("倍数"), ""),
        "hour_from": (_("时段起点"), _("时")),
        "drop_percent": (_("PM10 额外下降"), "%"),
        "drop_fine_percent": (_("PM2.5 额外下降"), "%"),
        "drop_gas_percent": (_("气态污染物额外下降"), "%"),
        "days_percent": (_("出现下降的天数占比"), "%"),
        "days": (_("天数"), _("天")),
        "months": (_("月数"), ""),
        "change_percent": (_("相对惯常水平的变化"), "%"),
        "z": (_("稳健标准分"), ""),
        "placebos": (_("用于比较的其他时段数"), ""),
        "inspection": (_("检查"), ""),
        "days_to_month_edge": (_("距月初或月末"), _("天")),
        "inverted_percent": (_("部分大于整体的小时占比"), "%"),
        "largest": (_("倒挂最大差值"), ""),
        "values": (_("数值个数（重复只计一次）"), ""),
        "chi2": (_("χ²（9 个自由度）"), ""),
        "inflated": (_("全网 χ² 偏大的倍数（已扣除）"), ""),
        "shift_percent": (_("分布偏离"), "%"),
        "fives_percent": (_("末位为 0 或 5 的占比"), "%"),
        "edge": (_("界限"), ""),
        "below": (_("界限以下的个数"), ""),
        "above": (_("界限以上的个数"), ""),
        "expected_percent": (_("平滑分布下应在界限以下的占比"), "%"),
        "seen_percent": (_("实际在界限以下的占比"), "%"),
        "span": (_("统计对象"), ""),
    }  # fmt: skip
    known = site.rules().parameters
    code = row.parameter.split("/")[0]
    measured = texts.unit_name(str(known[code]["unit"])) if code in known else ""
    found = []
    for key, (words, unit) in named.items():
        value: Any = row.numbers.get(key)
        if value is None:
            continue
        if key in ("value", "neighbours_range", "lowest", "highest", "offset", "largest", "edge"):
            unit = measured
        if key == "span":
            value = _("日均值") if value == "days" else _("小时值")
        found.append((words, f"{value:g}" if isinstance(value, int | float) else str(value), unit))
    return found
