"""Words for the keys of results, Chinese and English, for tables and pages.

Keys that are not here are names that the caller gave (cities) or codes that need no words (pollutants).
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LABELS", "label"]

LABELS: Mapping[str, tuple[str, str]] = {
    "iaqi": ("分指数", "sub-index"),
    "aqi": ("空气质量指数", "air quality index"),
    "primary": ("首要污染物", "primary pollutant"),
    "category": ("类别", "category"),
    "level": ("级别", "level"),
    "exceeding": ("超标污染物", "exceeding"),
    "missing": ("缺项", "missing"),
    "above_range": ("超出分级范围、无替代项", "above the table, no stand-in"),
    "k": ("位置", "position k"),
    "percentile": ("百分位数", "percentile"),
    "rounded": ("修约值", "rounded"),
    "valid_windows": ("有效8小时均值个数", "valid windows"),
    "mda8": ("日最大 8 小时平均", "daily maximum 8-hour mean"),
    "valid": ("有效", "valid"),
    "total": ("有效数", "total"),
    "single": ("单项指数", "single index"),
    "composite": ("综合指数", "composite index"),
    "main_pollutant": ("最主要污染物", "main pollutant"),
    "change_percent": ("变化率（%）", "change (%)"),
    "rank": ("名次", "rank"),
    "good_days": ("优良天数", "good days"),
    "ratio": ("比例（%）", "share (%)"),
    "cities": ("各城市", "cities"),
    "region": ("区域", "region"),
    "mean": ("均值", "mean"),
    "reported": ("发布值", "reported"),
    "multiple": ("超标倍数", "multiple"),
    "annual_for_compliance": ("评价用年均值", "annual mean judged"),
    "attains": ("达标", "attains"),
    "d2": ("秩差平方和", "sum of squared rank differences"),
    "rs": ("秩相关系数", "rank correlation"),
    "critical": ("临界值", "critical value"),
    "trend": ("趋势", "trend"),
    "start_hour": ("开始小时", "start hour"),
    "end_hour": ("结束小时", "end hour"),
    "baseline_pm10": ("PM10 基线", "baseline of PM10"),
    "baseline_ratio": ("比值基线", "baseline of the ratio"),
    "grade": ("等级", "grade"),
    "p98_for_compliance": ("评价用第 98 百分位数", "98th percentile judged"),
    "p95_for_compliance": ("评价用第 95 百分位数", "95th percentile judged"),
    "p90_for_compliance": ("评价用第 90 百分位数", "90th percentile judged"),
    "daily_mean_for_compliance": ("评价用日均值", "daily mean judged"),
    "mda8_for_compliance": ("评价用日最大 8 小时平均", "daily maximum 8-hour mean judged"),
    "hourly_mean_for_compliance": ("评价用小时均值", "hourly mean judged"),
    "quarterly_mean_for_compliance": ("评价用季均值", "quarterly mean judged"),
    "literal_aqi": ("按 2012 版文本（7 项）", "by the text of 2012 (7 items)"),
    "practice_8h_only_aqi": ("按发布惯例（6 项）", "as published (6 items)"),
    "aqi_2026": ("按 2026 版", "by the edition of 2026"),
    "PM10_deducted": ("扣除沙尘后 PM10", "PM10 without dust"),
    "PM2.5_deducted": ("扣除沙尘后 PM2.5", "PM2.5 without dust"),
    "C_298K": ("298.15 K 浓度", "concentration at 298.15 K"),
    "C_273K": ("273 K 浓度", "concentration at 273 K"),
    "C_actual": ("实况浓度", "concentration at actual state"),
    "C_std": ("标准状态浓度", "concentration at standard state"),
    "so2_iaqi": ("SO2 分指数", "sub-index of SO2"),
    "no2_iaqi": ("NO2 分指数", "sub-index of NO2"),
    "co_iaqi": ("CO 分指数", "sub-index of CO"),
    "o3_iaqi": ("O3 分指数", "sub-index of O3"),
    "o3_1h_iaqi": ("O3 1 小时分指数", "sub-index of O3, 1 hour"),
    "o3_8h_iaqi": ("O3 8 小时分指数", "sub-index of O3, 8 hours"),
    "pm10_iaqi": ("PM10 分指数", "sub-index of PM10"),
    "pm25_iaqi": ("PM2.5 分指数", "sub-index of PM2.5"),
}


def label(key: str) -> tuple[str, str]:
    """Words for a result key in Chinese and English; the key itself when it has none.

    >>> label("aqi")[0], label("银川市")[0]
    ('空气质量指数', '银川市')
    """
    return LABELS.get(key, (key, key))
