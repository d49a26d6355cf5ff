"""Topics of statistics: percentile, daily maximum 8-hour mean, validity, means, rounding, trend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from saishang.science.air.city import city_value, region_mean
from saishang.science.air.from_rules import (
    evaluation_editions,
    evaluation_rule,
    limit_set,
    limit_sets,
    mda8_rule,
    three_year_span,
    trend_rule,
    validity_editions,
    validity_rules,
)
from saishang.science.air.mda8 import daily_max_8h
from saishang.science.air.three_year_mean import three_year_mean
from saishang.science.air.validity import (
    ValidityRules,
    city_valid,
    count,
    daily_mean_valid,
    eight_hour_valid,
    hour_valid,
    month_valid,
    quarter_valid,
    sampling_day_valid,
    year_valid,
)
from saishang.science.calc.registry import Case, Field, Result, topic
from saishang.science.calc.standards import choose_standard
from saishang.science.numbers import InputError, decimals_of, exact, exact_or_none, exact_text
from saishang.science.percentile import percentile
from saishang.science.rounding import fixed
from saishang.science.trend import spearman

__all__: list[str] = []

_LONGEST = 1_000_000
#: 8-hour means of a day that end at 08:00 to 24:00.
_WINDOWS = 17
#: Averaging times in Chinese.
_PERIODS = {"年": "annual", "年均": "annual", "季": "quarter", "季均": "quarter", "月": "month", "月均": "month",
            "日": "24h", "日均": "24h", "24小时": "24h", "8小时": "8h", "日最大8小时": "8h_daily_max", "小时": "1h",
            "1小时": "1h", "城市": "city"}  # fmt: skip
_POLLUTANT = Field(
    "pollutant",
    "污染物（决定小数位和有效性要求）",
    "Pollutant (decides decimals and minimum data)",
    "text",
    choices=("SO2", "NO2", "CO", "O3", "PM10", "PM2.5", "NOx", "TSP", "Pb", "BaP"),
)
_DECIMALS = Field("decimals", "保留小数位（缺省与原始数据相同）", "Places kept (default: as the raw data)", "integer")


def _evaluation_edition(case: Case) -> str | date:
    found = choose_standard(case.standard, evaluation_editions(case.rules))
    return found[-1] if found else case.on


def _places(case: Case, values: Sequence[Any]) -> int:
    """Places of a statistic: asked for, by the pollutant (HJ 663, decimals), or as many as the raw data have."""
    asked = case.inputs.get("decimals")
    if asked is not None:
        return count(asked, name="decimals")
    pollutant = case.inputs.get("pollutant")
    if pollutant is not None:
        found: int = evaluation_rule(case.rules, _evaluation_edition(case)).statistic_decimals[str(pollutant)]
        return found
    return decimals_of(values)


def _ozone_places(case: Case) -> int:
    found: int = evaluation_rule(case.rules, _evaluation_edition(case)).statistic_decimals["O3"]
    return found


@topic(
    "percentile",
    medium="air",
    zh="百分位数",
    en="Percentile of daily values",
    description_zh="按 HJ 663 附录 A 线性插值的第 p 百分位数；缺测日（null）不计。",
    description_en="p-th percentile by linear interpolation (HJ 663 appendix A); missing days (null) do not count.",
    fields=(
        Field("values", "日值", "Daily values", "numbers"),
        Field(
            "arith", "等差数列 {start, step, n}，用于检验", "Arithmetic series {start, step, n}, for tests", "mapping"
        ),
        Field("p", "百分位", "Percent", unit="%", required=True),
        _POLLUTANT,
        _DECIMALS,
    ),
    standards=("HJ 663-2013", "HJ 663-2026"),
    example={"inputs": {"values": [88, 132, 101, 156, 149, 90, 77, 120, 161, 140], "p": 90}},
)
def percentile_topic(case: Case) -> Result:
    """`{k, percentile, rounded}` as text; nulls when every day is missing."""
    raw = _series(case)
    present = [value for value in raw if exact_or_none(value, name="values") is not None]
    if raw and not present:
        return {"k": None, "percentile": None, "rounded": None}
    found = percentile(present, case.required("p"))
    return {
        "k": exact_text(found.k, at_least=1),
        "percentile": exact_text(found.value, at_least=1),
        "rounded": fixed(found.value, _places(case, present)),
    }


def _series(case: Case) -> list[Any]:
    arith = case.inputs.get("arith")
    values = case.inputs.get("values")
    if (arith is None) == (values is None):
        raise InputError("percentile needs either values or arith.", fix="Give values=3,4,8.")
    if arith is None:
        return list(values or ())
    absent = {"start", "step", "n"} - set(arith)
    if absent:
        raise InputError(f"arith lacks {', '.join(sorted(absent))}.", fix='Give {"start": 1, "step": 1, "n": 365}.')
    start, step, n = exact(arith["start"], name="start"), exact(arith["step"], name="step"), count(arith["n"], name="n")
    if n > _LONGEST:
        raise InputError(f"n must not be above {_LONGEST}, got {n}.", fix="Give a year of days.")
    return [start + index * step for index in range(n)]


@topic(
    "MDA8",
    medium="air",
    zh="臭氧日最大8小时平均",
    en="Daily maximum 8-hour mean of ozone",
    description_zh="24 个小时均值（01 时至 24 时）中，结束于 08 至 24 时的 17 个 8 小时均值的最大值及其有效性。",
    description_en="Largest of the 17 8-hour means ending 08:00 to 24:00 of a day of hourly means, with validity.",
    fields=(
        Field("hour_ending_01_to_24", "01 至 24 时的小时均值", "Hourly means ending 01:00 to 24:00", "numbers", "µg/m³",
              required=True, aliases=("hours", "values")),
    ),
    standards=("HJ 663-2013", "HJ 663-2026"),
    averagings=("8h_daily_max",),
    example={"inputs": {"hour_ending_01_to_24": [40, 38, 36, 34, 33, 32, 35, 42, 55, 70, 88, 105, 120, 134, 142, 147,
                                                 149, 145, 132, 110, 90, 76, 66, 58]}},
)  # fmt: skip
def mda8(case: Case) -> Result:
    """`{valid_windows, mda8}`; `mda8` null when the day is void."""
    hours = case.required("hour_ending_01_to_24")
    found = daily_max_8h(hours, mda8_rule(case.rules, _evaluation_edition(case)))
    places = _ozone_places(case)
    return {"valid_windows": found.valid_windows, "mda8": None if found.value is None else fixed(found.value, places)}


@topic(
    "validity",
    medium="air",
    zh="数据统计有效性",
    en="Minimum data of a statistic",
    description_zh="小时、8 小时、日、月、季、年统计值是否有足够的有效数据（GB 3095 表 4）。",
    description_en="Whether an hour, 8 hours, a day, month, quarter or year has enough valid data (GB 3095 table 4).",
    fields=(
        _POLLUTANT,
        Field("days_per_month", "各月有效日数（年 12 个，季 3 个，月 1 个）",
              "Valid days per month (12 for a year, 3 for a quarter)", "numbers", "d", aliases=("days",)),
        Field("month", "月份；季度为首月", "Month; the first month of a quarter", "integer"),
        Field("valid_hours", "有效小时数", "Valid hourly means", "integer", "h", aliases=("hours",)),
        Field("sampling_hours", "采样小时数（TSP、BaP、Pb）", "Hours sampled (TSP, BaP, Pb)", unit="h"),
        Field("minutes", "采样分钟数", "Minutes sampled", unit="min", aliases=("valid_minutes", "sampling_minutes")),
        Field("valid_windows", "有效 8 小时均值个数", "Valid 8-hour means of the day", "integer"),
        Field("max_8h", "最大 8 小时均值", "Largest 8-hour mean of the day", unit="µg/m³", aliases=("max", "maximum")),
        Field("valid_stations", "有效站点数", "Valid stations", "integer"),
        Field("stations", "城市站点数", "Stations of the city", "integer", aliases=("total_stations",)),
        Field("valid_days", "月有效日数", "Valid days of the month", "integer", "d"),
    ),
    standards=("GB 3095-2012", "GB 3095-2026", "HJ 663-2013", "HJ 663-2026"),
    averagings=("annual", "quarter", "month", "24h", "8h", "8h_daily_max", "1h", "city"),
    example={"standard": "GB 3095-2026", "averaging": "annual",
             "inputs": {"days_per_month": [31, 25, 27, 28, 29, 27, 27, 31, 30, 27, 27, 27]}},
)  # fmt: skip
def validity(case: Case) -> Result:
    """`{valid}`, with `total` where days are counted; without the count asked for, that is an error, never valid."""
    named = choose_standard(case.standard, validity_editions(case.rules))
    rules = validity_rules(case.rules, named[-1] if named else case.on)
    pollutant = case.inputs.get("pollutant")
    averaging = _PERIODS.get(case.averaging, case.averaging.casefold()) or _averaging_of(case)
    if averaging in {"annual", "year", "quarter", "month"}:
        return _valid_days(case, rules, averaging, None if pollutant is None else str(pollutant))
    if averaging in {"24h", "daily", "day"}:
        if "sampling_hours" in case.inputs or str(pollutant) in {"TSP", "BaP", "Pb"}:
            hours = case.inputs.get("sampling_hours", case.inputs.get("valid_hours"))
            if hours is None:
                raise InputError("validity of a sampled day needs sampling_hours.", fix="Give sampling_hours=24.")
            return {"valid": sampling_day_valid(hours, rules, str(pollutant or "TSP"))}
        return {"valid": daily_mean_valid(_count(case, "valid_hours"), rules, str(pollutant or "PM2.5"))}
    if averaging == "8h":
        return {"valid": eight_hour_valid(_count(case, "valid_hours"), rules)}
    if averaging == "8h_daily_max":
        return {"valid": _valid_ozone_day(case, rules)}
    if averaging in {"1h", "hour", "hourly"}:
        return {"valid": hour_valid(case.required("minutes"), rules, str(pollutant or "SO2"))}
    if averaging == "city":
        return {"valid": city_valid(_count(case, "valid_stations"), _count(case, "stations"), rules)}
    raise InputError(
        f"validity knows no averaging {case.averaging!r}.",
        fix="Use annual, quarter, month, 24h, 8h, 8h_daily_max, 1h or city.",
    )


def _averaging_of(case: Case) -> str:
    """The averaging time that the inputs speak of, when none is named."""
    by_input = {
        "minutes": "1h",
        "valid_windows": "8h_daily_max",
        "valid_stations": "city",
        "valid_days": "month",
        "sampling_hours": "24h",
        "valid_hours": "24h",
    }
    for name, averaging in by_input.items():
        if name in case.inputs:
            return averaging
    months = len(case.inputs.get("days_per_month") or ())
    return {12: "annual", 3: "quarter", 1: "month"}.get(months, "")


def _count(case: Case, name: str) -> int:
    return count(case.required(name), name=name)


def _valid_days(case: Case, rules: ValidityRules, averaging: str, pollutant: str | None) -> Result:
    if averaging == "month" and "valid_days" in case.inputs:
        days = [case.required("valid_days")]
    else:
        days = list(case.required("days_per_month"))
    month = count(case.inputs.get("month") or 1, name="month")
    if not 1 <= month <= 12:
        raise InputError(f"month must lie between 1 and 12, got {month}.", fix="Give the number of the month.")
    if averaging == "quarter":
        # Only lead has a quarterly limit, so a quarter without a pollutant is a quarter of lead.
        verdict = quarter_valid(days, rules, pollutant or "Pb", first_month=month)
    elif averaging == "month":
        if len(days) != 1:
            raise InputError(f"A month needs one count of days, got {len(days)}.", fix="Give days_per_month=27.")
        verdict = month_valid(count(days[0], name="days_per_month"), month, rules, pollutant or "PM2.5")
    else:
        verdict = year_valid(days, rules, pollutant or "PM2.5")
    return {"valid": verdict.valid, "total": verdict.total}


def _valid_ozone_day(case: Case, rules: ValidityRules) -> bool:
    windows = _count(case, "valid_windows")
    if windows > _WINDOWS:
        raise InputError(
            f"valid_windows must lie between 0 and {_WINDOWS}, got {windows}.", fix="Check the count and its unit."
        )
    if windows >= rules.need("O3", "8h_daily_max", "min_valid_8h_means_per_day"):
        return True
    largest = exact_or_none(case.inputs.get("max_8h"), name="max_8h")
    named = choose_standard(case.standard, limit_sets(case.rules))
    limits = limit_set(case.rules, named[0] if named else case.on)
    return largest is not None and largest > limits.need("O3", "8h_daily_max")


@topic(
    "city_daily",
    medium="air",
    zh="城市日均值",
    en="City mean of station values",
    description_zh="各站点值的算术平均（臭氧为各站日最大 8 小时的平均）；有效站点不足 75% 时无值。",
    description_en="Mean of station values (of ozone: of the stations' daily maxima); none below 75 % of the stations.",
    fields=(
        Field("stations", "各站点日均值", "Daily means of the stations", "numbers", "µg/m³"),
        Field(
            "station_mda8", "各站点臭氧日最大 8 小时", "Daily maximum 8-hour ozone of the stations", "numbers", "µg/m³"
        ),
        _POLLUTANT,
        _DECIMALS,
    ),
    standards=("HJ 663-2013", "HJ 663-2026"),
    averagings=("24h", "8h_daily_max"),
    example={"inputs": {"stations": [88, 93, 101, 97]}},
)
def city_daily(case: Case) -> Result:
    """`{mean, reported}` as text (`reported` alone for ozone); nulls when too few stations are valid."""
    ozone = case.inputs.get("station_mda8")
    values = case.inputs.get("stations") if ozone is None else ozone
    if values is None or (ozone is not None and "stations" in case.inputs):
        raise InputError("city_daily needs either stations or station_mda8.", fix="Give stations=88,93,101,97.")
    found = city_value(values, validity_rules(case.rules, _evaluation_edition(case)))
    places = _places(case, values) if ozone is None else _ozone_places(case)
    reported = None if found.value is None else fixed(found.value, places)
    if ozone is not None:
        return {"reported": reported}
    shown = None if found.value is None else exact_text(found.value, at_most=2 + decimals_of(values))
    return {"mean": shown, "reported": reported}


@topic(
    "region_mean",
    medium="air",
    zh="区域均值",
    en="Mean of a region's cities",
    description_zh="区域各城市浓度的算术平均，保留与原始数据相同的小数位；缺一城市则无值。",
    description_en="Arithmetic mean of the cities, with the decimals of the raw data; no value while a city lacks one.",
    fields=(Field("values", "各城市浓度", "Values of the cities", "numbers", required=True), _POLLUTANT, _DECIMALS),
    example={"inputs": {"values": [89, 94, 96, 72, 112]}},
)
def region_mean_topic(case: Case) -> Result:
    """`{mean}` as text."""
    values = case.required("values")
    if not values:
        raise InputError("region_mean needs at least one city's value.", fix="Give values=89,94,96.")
    found = region_mean(values)
    return {"mean": None if found is None else fixed(found, _places(case, values))}


@topic(
    "three_year_mean",
    medium="air",
    zh="三年滑动平均",
    en="Three-year moving average",
    description_zh="连续三个年均值的算术平均（HJ 663-2026，细则未读到，按推断）。",
    description_en="Mean of three consecutive annual values (HJ 663-2026; detail inferred).",
    open_inputs=Field("2024", "年份=年均值", "year=annual value", required=True),
    standards=("HJ 663-2026",),
    example={"inputs": {"2024": "30.6", "2025": "29.9", "2026": "29.2"}},
)
def three_year_mean_topic(case: Case) -> Result:
    """`{mean}` as text."""
    annual: dict[int, Any] = {}
    for name, value in case.inputs.items():
        if not (name.isascii() and name.isdigit() and len(name) == 4):
            raise InputError(f"{name!r} is not a year.", fix="Write 2024=30.6 2025=29.9 2026=29.2.")
        annual[int(name)] = value
    found = three_year_mean(annual, years=three_year_span(case.rules))
    return {"mean": None if found is None else fixed(found, decimals_of(annual.values()))}


@topic(
    "rounding",
    medium="general",
    zh="数值修约",
    en="Rounding of figures",
    description_zh="GB/T 8170：四舍六入五成双，一次修约。",
    description_en="GB/T 8170: half to even, once.",
    fields=(
        Field("value", "数值", "Value", required=True),
        Field("decimals", "保留小数位", "Places kept", "integer", required=True),
    ),
    standards=("GB/T 8170",),
    example={"inputs": {"value": "29.45", "decimals": 1}},
)
def rounding(case: Case) -> Result:
    """`{rounded}` as text."""
    places = exact(case.required("decimals"), name="decimals")
    if places.denominator != 1:
        raise InputError(f"decimals must be a whole number, got {case.inputs['decimals']}.", fix="Give 0, 1, 2 …")
    return {"rounded": fixed(case.required("value"), int(places))}


@topic(
    "spearman",
    medium="general",
    zh="秩相关趋势",
    en="Trend by rank correlation",
    description_zh="多年变化趋势的 Spearman 秩相关系数检验，至少 5 年；相同数值取平均秩。",
    description_en="Spearman's rank correlation of yearly values, at least five years; equal values share mean ranks.",
    fields=(Field("values", "逐年数值", "Yearly values in order", "numbers", required=True),),
    standards=("HJ 663-2013",),
    averagings=("years",),
    example={"inputs": {"values": [44, 43, 39, 36, 33, 29, 28]}},
)
def spearman_topic(case: Case) -> Result:
    """`{d2, rs, critical, trend}`; trend `up`, `down`, `not significant`, or `not evaluated` without critical value."""
    found = spearman(case.required("values"), trend_rule(case.rules))
    d2: Fraction = found.d2
    return {
        "d2": d2,
        "rs": fixed(found.rs, 3),
        "critical": None if found.critical is None else fixed(found.critical, 3),
        "trend": found.trend,
    }
