"""Topics of evaluation: attainment, exceedance, composite index, ranking, change, good days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, cast

from saishang.science.air.attainment import (
    EvaluationRule,
    LimitSet,
    attains_together,
    judge,
    over_the_limit,
    year_attainment,
)
from saishang.science.air.composite import composite_index
from saishang.science.air.exceedance import exceedance_multiple
from saishang.science.air.from_rules import (
    composite_by_limits,
    composite_limits,
    composite_names,
    composite_settings,
    evaluation_editions,
    evaluation_rule,
    limit_set,
    limit_sets,
)
from saishang.science.air.good_days import GoodDays, good_days, pooled
from saishang.science.air.ranking import change_rate, improvement_ranking, rank
from saishang.science.air.validity import count
from saishang.science.calc.registry import Case, Field, Result, topic
from saishang.science.calc.standards import choose_standard
from saishang.science.numbers import InputError
from saishang.science.rounding import fixed

__all__: list[str] = []

_POLLUTANTS = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5", "NOx", "TSP", "Pb", "BaP")
_SHARE_DECIMALS = 1

#: Statistic → the input that gives it (and the key of its rounded value in the result).
_FIGURES = {"mean": "annual_mean", "p98": "p98", "p95": "p95", "p90": "p90"}
#: Averaging time of a limit → the input of a single value judged against it.
_SINGLE = {"24h": "daily_mean", "8h_daily_max": "mda8", "1h": "hourly_mean", "quarter": "quarterly_mean"}


@topic(
    "attainment",
    medium="air",
    zh="达标评价",
    en="Attainment of the standard",
    description_zh="一项污染物的年均值和百分位数（或多项年均值）对照 GB 3095 限值；先修约再比较。",
    description_en="Annual mean and percentile of one pollutant, or annual means of several, against GB 3095; rounded "
    "before compared.",
    fields=(
        Field("pollutant", "污染物", "Pollutant", "text", choices=_POLLUTANTS),
        Field("annual_mean", "年均值", "Annual mean", aliases=("mean", "annual")),
        Field("p98", "日均值第 98 百分位数", "98th percentile of days"),
        Field("p95", "日均值第 95 百分位数", "95th percentile of days"),
        Field("p90", "臭氧日最大 8 小时第 90 百分位数", "90th percentile of daily maximum 8-hour ozone"),
        Field("daily_mean", "日均值", "Daily mean", aliases=("day",)),
        Field("mda8", "臭氧日最大 8 小时平均", "Daily maximum 8-hour ozone"),
        Field("hourly_mean", "小时均值", "Hourly mean", aliases=("hour",)),
        Field("quarterly_mean", "季均值（铅）", "Quarterly mean (lead)", aliases=("quarter",)),
        Field("class", "功能区类别（1 或 2）", "Zone class (1 or 2)", "text", choices=("1", "2"), aliases=("zone",),
              words=(("一类", "1"), ("一类区", "1"), ("一级", "1"), ("二类", "2"), ("二类区", "2"), ("二级", "2"))),
        *(Field(name, f"{name} 年均值", f"Annual mean of {name}") for name in _POLLUTANTS),
    ),
    standards=("GB 3095-2012", "GB 3095-2026 transition", "GB 3095-2026 final", "GB 3095 stages"),
    averagings=("annual",),
    example={"standard": "GB 3095-2026 transition", "averaging": "annual",
             "inputs": {"pollutant": "PM2.5", "annual_mean": "30.5", "p95": "60.5"}},
)  # fmt: skip
def attainment(case: Case) -> Result:
    """For one pollutant `{…_for_compliance, attains}`; for several {limit set: [pollutants over the limit]}.

    `attains` is null while a figure that the standard asks for is missing and none that is there is over its limit.
    """
    zone = cast(Literal[1, 2], int(case.inputs.get("class") or 2))
    rule = evaluation_rule(case.rules, _evaluation(case))
    several = {name: value for name, value in case.inputs.items() if name in _POLLUTANTS}
    if "pollutant" not in case.inputs:
        if not several:
            raise InputError("attainment needs a pollutant.", fix="Give pollutant=PM2.5 annual_mean=30.5 p95=60.5.")
        return {
            name: list(over_the_limit(several, limit_set(case.rules, name), rule, zone=zone))
            for name in _limit_names(case)
        }
    if several:
        raise InputError("Give either pollutant=… with its figures, or one value per pollutant.", fix="Not both.")
    return _one_pollutant(case, str(case.required("pollutant")), _limits(case), rule, zone)


def _limit_names(case: Case) -> tuple[str, ...]:
    """Sets of limits that the standard names; all of them when it names none."""
    known = limit_sets(case.rules)
    return choose_standard(case.standard, known) or known


def _limits(case: Case) -> LimitSet:
    """The set that the standard names; of two stages of one edition the one in force on the day, else the first."""
    named = choose_standard(case.standard, limit_sets(case.rules))
    today = limit_set(case.rules, case.on)
    return today if not named or today.name in named else limit_set(case.rules, named[0])


def _evaluation(case: Case) -> str | date:
    found = choose_standard(case.standard, evaluation_editions(case.rules))
    return found[-1] if found else case.on


def _one_pollutant(case: Case, pollutant: str, limits: LimitSet, rule: EvaluationRule, zone: Literal[1, 2]) -> Result:
    single = {averaging: key for averaging, key in _SINGLE.items() if key in case.inputs}
    figures = {name: case.inputs[key] for name, key in _FIGURES.items() if key in case.inputs}
    result: Result = {}
    verdicts: list[bool | None] = []
    for averaging, key in single.items():
        found = judge(pollutant, case.inputs[key], averaging, limits, rule, zone=zone, statistic=key)
        result[f"{key}_for_compliance"] = _shown(found.for_compliance)
        verdicts.append(found.attains)
    if (figures or not single) and pollutant in rule.statistics:
        year = year_attainment(pollutant, figures, limits, rule, zone=zone)
        for found in year.judgements:
            key = "annual" if found.statistic == "mean" else found.statistic
            result[f"{key}_for_compliance"] = _shown(found.for_compliance)
        verdicts.append(year.attains)
    elif figures or not single:
        # TSP, NOx, Pb and BaP are judged by what they have a limit for and what is given.
        for name, value in figures.items():
            averaging = "annual" if name == "mean" else "24h"
            found = judge(pollutant, value, averaging, limits, rule, zone=zone, statistic=name)
            result[f"{'annual' if name == 'mean' else name}_for_compliance"] = _shown(found.for_compliance)
            verdicts.append(found.attains)
    return result | {"attains": attains_together(verdicts)}


def _shown(value: object) -> str | None:
    return None if value is None else format(cast(Any, value), "f")


@topic(
    "exceedance_multiple",
    medium="air",
    zh="超标倍数",
    en="Exceedance multiple",
    description_zh="(C − S)/S，保留两位小数；未超标时无值。",
    description_en="(C - S)/S with two decimals; none while the limit is kept.",
    fields=(
        Field("C", "浓度", "Concentration", required=True),
        Field("S", "限值（同单位）", "Limit in the same unit", required=True),
    ),
    standards=("HJ 663-2013", "HJ 663-2026"),
    example={"inputs": {"C": "82", "S": "60"}},
)
def exceedance(case: Case) -> Result:
    """`{multiple}` as text, null within the limit."""
    found = exceedance_multiple(case.required("C"), case.required("S"))
    places = evaluation_rule(case.rules, _evaluation(case)).multiple_decimals
    return {"multiple": None if found is None else fixed(found, places)}


@topic(
    "composite_index",
    medium="air",
    zh="环境空气质量综合指数",
    en="Composite air index",
    description_zh="六项单项指数（各修约两位小数）之和；限值组和权重可选，不同设置的指数不可比较。",
    description_en="Sum of six single indices, each rounded to two decimals; choose limits and weights; indices of "
    "different settings must not be compared.",
    fields=(
        *(Field(name, f"{name} 评价浓度", f"Evaluated concentration of {name}",
                unit="mg/m³" if name == "CO" else "µg/m³") for name in ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3")),
        Field("limits", "限值组：2012、2026t、2026f 或设置名", "Limits: 2012, 2026t, 2026f, or the name of a setting",
              "text", aliases=("settings",)),
        Field("weights", "权重 {污染物: 权重}", "Weights {pollutant: weight}", "mapping"),
    ),
    averagings=("period",),
    example={"inputs": {"SO2": 16, "NO2": 44, "PM10": 89, "PM2.5": 42, "CO": 1.2, "O3": 80, "limits": "2012"}},
)  # fmt: skip
def composite(case: Case) -> Result:
    """`{single, composite, main_pollutant}`; index and main pollutant null while a pollutant is missing."""
    settings = composite_settings(case.rules, _composite_name(case) or case.on)
    values = {key: value for key, value in case.inputs.items() if key not in ("limits", "weights")}
    if not values:
        raise InputError("composite_index needs concentrations.", fix="Give SO2=16 NO2=44 PM10=89 …")
    found = composite_index(values, settings, weights=case.inputs.get("weights"))
    return {
        "single": {key: _shown(value) for key, value in found.single.items()},
        "composite": _shown(found.index),
        "main_pollutant": None if found.index is None else list(found.main),
    }


def _composite_name(case: Case) -> str | None:
    """The way to compute it that the input `limits`, or else the standard, speaks of; None = by the day."""
    asked = case.inputs.get("limits")
    text = case.standard if asked is None else str(asked)
    if text in (*composite_names(case.rules), *composite_limits(case.rules)):
        return text
    named = choose_standard(text, limit_sets(case.rules))
    # An input that fits two stages is refused; a standard that does means the stage of the day.
    if len(named) == 1 or (named and asked is None):
        today = limit_set(case.rules, case.on).name
        return composite_by_limits(case.rules, today if today in named else named[0])
    return None if asked is None else text


@topic(
    "ranking",
    medium="air",
    zh="排名",
    en="Ranking",
    description_zh="数值由小到大排名，相同者同名次、后续名次跳过；无值者不排名。",
    description_en="Ascending; equal values share a rank and the next is skipped; without a value no rank.",
    open_inputs=Field("银川市", "城市=数值", "city=value", required=True),
    example={"inputs": {"银川市": "4.64", "石嘴山市": "4.75", "吴忠市": "4.37", "固原市": "3.18", "中卫市": "4.32"}},
)
def ranking(case: Case) -> Result:
    """`{name: rank}`, best first."""
    return dict(rank(case.inputs))


@topic(
    "improvement_ranking",
    medium="air",
    zh="改善幅度排名",
    en="Improvement ranking",
    description_zh="与上年同期相比的变化率，由降幅最大到升幅最大排名。",
    description_en="Percent change on the same period a year before, the largest fall first.",
    fields=(
        Field("current", "本期 {城市: 数值}", "This period {city: value}", "mapping", required=True),
        Field("previous", "上年同期 {城市: 数值}", "Same period a year before {city: value}", "mapping", required=True),
    ),
    example={"inputs": {"current": {"A": "4.32", "B": "4.10"}, "previous": {"A": "4.58", "B": "4.00"}}},
)
def improvement(case: Case) -> Result:
    """`{change_percent: {name: text}, rank: {name: rank}}`."""
    found = improvement_ranking(case.required("current"), case.required("previous"), decimals=_SHARE_DECIMALS)
    return {
        "change_percent": {
            name: None if change is None else fixed(change, _SHARE_DECIMALS) for name, (change, _) in found.items()
        },
        "rank": {name: place for name, (_, place) in found.items()},
    }


@topic(
    "change_rate",
    medium="general",
    zh="变化率",
    en="Percent change",
    description_zh="(本期 − 上期)/上期 × 100，保留一位小数；负值为改善。",
    description_en="(current - previous)/previous × 100 with one decimal; negative is an improvement.",
    fields=(
        Field("current", "本期值", "This period", required=True),
        Field("previous", "上年同期值", "Same period a year before", required=True),
    ),
    example={"inputs": {"current": "4.32", "previous": "4.58"}},
)
def change(case: Case) -> Result:
    """`{change_percent}` as text."""
    return {"change_percent": fixed(change_rate(case.required("current"), case.required("previous")), _SHARE_DECIMALS)}


@topic(
    "good_day_ratio",
    medium="air",
    zh="优良天数比例",
    en="Share of good days",
    description_zh="一城：有效天数、污染天数、扣除的沙尘异常超标天；区域：城市=优良天数,有效天数，按天数合并。",
    description_en="One place: valid, polluted and deducted days; a region: city=good,valid, days pooled.",
    fields=(
        Field("days", "有效天数", "Valid days", "integer", "d"),
        Field("polluted", "污染天数（AQI>100）", "Polluted days (AQI above 100)", "integer", "d"),
        Field("good", "优良天数", "Good days", "integer", "d"),
        Field("abnormal_dust", "扣除的沙尘异常超标天", "Deducted abnormal dust days", "integer", "d"),
    ),
    open_inputs=Field("银川市", "城市=优良天数,有效天数", "city=good,valid", "numbers"),
    example={"inputs": {"days": 365, "polluted": 55, "abnormal_dust": 12}},
)
def good_day_ratio(case: Case) -> Result:
    """`{good_days, ratio}` of one place, or `{cities, region}`."""
    own = {"days", "polluted", "good", "abnormal_dust"}
    cities = {name: value for name, value in case.inputs.items() if name not in own}
    if cities and len(cities) < len(case.inputs):
        raise InputError("Give either days and polluted of one place, or city=good,valid.", fix="Not both.")
    if cities:
        return _region(cities)
    days = count(case.required("days"), name="days")
    if ("good" in case.inputs) == ("polluted" in case.inputs):
        raise InputError("good_day_ratio needs either polluted or good days.", fix="Give days=365 polluted=55.")
    dust = count(case.inputs.get("abnormal_dust"), name="abnormal_dust")
    if "polluted" in case.inputs:
        polluted = count(case.required("polluted"), name="polluted")
    else:
        polluted = days - count(case.required("good"), name="good")
    found = good_days(days, polluted, abnormal_dust=dust)
    return {"good_days": found.good, "ratio": _percent(found)}


def _region(cities: Mapping[str, Sequence[Any] | None]) -> Result:
    found: dict[str, GoodDays] = {}
    for name, pair in cities.items():
        if pair is None or len(pair) != 2 or any(item is None for item in pair):
            raise InputError(f"{name} needs two numbers: good days and valid days.", fix=f"Give {name}=51,91.")
        good, days = count(pair[0], name=f"{name} good days"), count(pair[1], name=f"{name} valid days")
        found[name] = good_days(days, days - good)
    return {"cities": {name: _percent(city) for name, city in found.items()}, "region": _percent(pooled(found))}


def _percent(days: GoodDays) -> str | None:
    return None if days.percent is None else fixed(days.percent, _SHARE_DECIMALS)
