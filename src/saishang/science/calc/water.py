"""Topics of surface water: sections, rivers, change between periods, means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.calc.water_names import BODY, body_of, items_book, key_of, named_values
from saishang.science.numbers import InputError, decimals_of, exact
from saishang.science.rounding import round_half_even
from saishang.science.trend import spearman
from saishang.science.units import stated
from saishang.science.water.change import change_by_grade, change_by_shares
from saishang.science.water.classes import class_name, class_number
from saishang.science.water.from_rules import change_rule, grade_words, river_rule, section_rule, setting, trend_rule
from saishang.science.water.river import evaluate_river, exceedance_rates, grade_of, shares
from saishang.science.water.section import SectionResult, SectionRule, complies, evaluate_section
from saishang.science.water.statistics import lake_mean, mean_measured, mean_ph

__all__: list[str] = []

_STANDARDS = ("GB 3838-2002",)
#: Places of a mean that is printed beside its class.
_MEAN_DECIMALS, _PH_DECIMALS = 4, 2
#: Verdicts of Spearman's test over years.
_TREND_WORDS = {"up": "显著上升", "down": "显著下降", "not significant": "无显著变化", "not evaluated": "不评价"}


def _named_class(number: int | None) -> str | None:
    return None if number is None else class_name(number)


def _main(result: SectionResult, rule: SectionRule) -> list[list[Any]]:
    """[[key, multiple]] with the multiple to two places, null where the item has none."""
    return [
        [
            key_of(item.parameter),
            None if item.multiple is None else round_half_even(item.multiple, rule.multiple_decimals),
        ]
        for item in result.main
    ]


@topic(
    "surface_section",
    medium="water",
    zh="断面水质类别",
    en="Class of a section",
    description_zh="单因子评价：最差项目定类别；劣于Ⅲ类时列出主要污染指标及超标倍数。"
    "未检出写作 0.025L，按检出限一半计。",
    description_en="Single-factor evaluation: the worst item decides; beyond class III the main pollutants with their "
    "multiples. Below detection is written 0.025L and counts as half the limit.",
    fields=(
        Field("values", "各项目浓度（名称=数值）", "Values by item", "mapping", "mg/L", required=True),
        BODY,
        Field("target", "目标类别", "Target class", "text"),
    ),
    standards=_STANDARDS,
    example={"inputs": {"body": "river", "values": {"ph": "7.9", "do": "5.5", "nh3n": "2.6", "tp": "0.35", "cod": "29",
                                                    "codmn": "8.4"}}},
)  # fmt: skip
def surface_section(case: Case) -> Result:
    """`{class, quality, main}`; class null with the missing items when none of the five basic ones is given."""
    rule = section_rule(case.rules, case.on)
    result = evaluate_section(named_values(case.rules, case.required("values")), rule, body_of(case))
    found: Result = {"class": _named_class(result.number), "quality": result.grade, "main": _main(result, rule)}
    if result.number is None:
        found["missing"] = [key_of(parameter) for parameter in result.missing]
    doubtful = [key_of(item.parameter) for item in result.items.values() if item.doubtful]
    if doubtful:
        found["below_detection_over_limit"] = doubtful
    if case.inputs.get("target") is not None:
        found["complies"] = complies(result.number, class_number(case.inputs["target"], name="target"))
    return found


@topic(
    "river_evaluation",
    medium="water",
    zh="河流（流域、区域）水质评价",
    en="Grade of a river, basin or region",
    description_zh="5 个及以上断面按Ⅰ～Ⅲ类和劣Ⅴ类比例定性；不足 5 个断面按各项目断面均值再作单因子评价。",
    description_en="From five sections on by the shares of I-III and of worse than V; below five by the means of the "
    "items over the sections.",
    fields=(
        Field("classes", "各断面类别", "Classes of the sections", "numbers"),
        Field("sections", "各断面浓度（列表）", "Values of the sections (a list)", "numbers"),
        BODY,
    ),
    standards=("环办〔2011〕22号",),
    example={"inputs": {"classes": ["Ⅱ", "Ⅲ", "Ⅳ", "Ⅳ", "Ⅳ", "劣Ⅴ"]}},
)
def river_evaluation(case: Case) -> Result:
    """`{good_pct, bad_pct, quality}` from classes; `{mean, class, quality, section_classes}` from values."""
    classes, sections = case.inputs.get("classes"), case.inputs.get("sections")
    if (classes is None) == (sections is None):
        raise InputError("river_evaluation needs either classes or sections.", fix='Give classes=["Ⅱ", "Ⅲ", …].')
    rule = river_rule(case.rules)
    if classes is not None:
        numbers = [None if text is None else class_number(text) for text in classes]
        found = shares(numbers, rule)
        # Below five sections the grade comes from the means of their values, which classes do not tell.
        by_shares = found.evaluated >= rule.shares_from
        result: Result = {
            "good_pct": _percent(found.good),
            "bad_pct": _percent(found.bad),
            "quality": grade_of(found, rule) if by_shares else None,
        }
        return result if by_shares else result | {"reason": "fewer_than_five_sections_need_values"}
    section = section_rule(case.rules, case.on)
    values = [named_values(case.rules, entry) for entry in _mappings(sections)]
    river = evaluate_river(values, section, rule, body_of(case))
    listed = [_named_class(entry.number) for entry in river.sections]
    if river.mean is None:
        return {
            "good_pct": _percent(river.shares.good),
            "bad_pct": _percent(river.shares.bad),
            "quality": river.grade,
            "section_classes": listed,
        }
    means = {
        key_of(code): round_half_even(item.measured.value, int(case.rules.parameters[code]["decimals"]))
        for code, item in river.mean.items.items()
    }
    return {
        "mean": means,
        "class": _named_class(river.mean.number),
        "quality": river.grade,
        "section_classes": listed,
    }


def _mappings(sections: Any) -> list[Mapping[str, Any]]:
    for entry in sections:
        if not isinstance(entry, Mapping):
            raise InputError(
                f"Each section must map items to values, got {str(entry)[:40]!r}.", fix='Write [{"do": 8, "tp": 0.1}].'
            )
    return list(sections)


def _percent(value: Fraction | None, places: int = 1) -> Any:
    return None if value is None else round_half_even(value, places)


@topic(
    "main_pollutants_river",
    medium="water",
    zh="河流主要污染指标",
    en="Main pollutants of a river",
    description_zh="按断面超标率（超Ⅲ类断面数/断面总数）排序，取前三项。",
    description_en="Items by the share of sections over class III, the first three.",
    fields=(
        Field("sections", "断面总数", "Number of sections", "integer", required=True),
        Field("over_class3_counts", "各项目超Ⅲ类断面数", "Sections over class III by item", "mapping", required=True),
    ),
    standards=("环办〔2011〕22号",),
    example={"inputs": {"sections": "10", "over_class3_counts": {"f": "6", "cod": "5", "tp": "3", "codmn": "2"}}},
)
def main_pollutants_river(case: Case) -> Result:
    """`{main: [[key, rate in per cent]]}`."""
    counts = named_values(case.rules, case.required("over_class3_counts"))
    numbers = {code: exact(value, name=key_of(code)) for code, value in counts.items() if value is not None}
    total = exact(case.required("sections"), name="sections")
    if total.denominator != 1:
        raise InputError("sections must be a whole number.", fix="Give the number of sections evaluated.")
    rates = exceedance_rates(numbers, int(total), most=river_rule(case.rules).most)
    return {"main": [[key_of(code), _percent(rate)] for code, rate in rates]}


@topic(
    "section_change",
    medium="water",
    zh="断面水质变化",
    en="Change of a section between two periods",
    description_zh="按水质状况等级比较：相差一级为有所好转（变差），两级及以上为明显。",
    description_en="By grades of quality: one grade is a change, two or more a clear one.",
    fields=(
        Field("from", "前一时段类别", "Class before", "text", required=True),
        Field("to", "后一时段类别", "Class after", "text", required=True),
    ),
    standards=("环办〔2011〕22号",),
    example={"inputs": {"from": "Ⅳ", "to": "Ⅱ"}},
)
def section_change(case: Case) -> Result:
    """`{verdict}`."""
    words = list(grade_words(case.rules).values())
    grades = section_rule(case.rules, case.on).grades
    before, after = (words.index(grades[class_number(case.required(name), name=name)]) + 1 for name in ("from", "to"))
    return {"verdict": change_by_grade(before, after, change_rule(case.rules))}


@topic(
    "river_change",
    medium="water",
    zh="河流水质变化",
    en="Change of a river between two periods",
    description_zh="ΔG 为Ⅰ～Ⅲ类比例之差，ΔD 为劣Ⅴ类比例之差（百分点）；ΔG－ΔD 为正是好转。",
    description_en="dG is the change of the share I-III, dD that of worse than V; dG - dD above zero is better.",
    fields=(
        Field("good1", "前一时段Ⅰ～Ⅲ类比例", "Share I-III before", unit="%", required=True),
        Field("bad1", "前一时段劣Ⅴ类比例", "Share worse than V before", unit="%", required=True),
        Field("good2", "后一时段Ⅰ～Ⅲ类比例", "Share I-III after", unit="%", required=True),
        Field("bad2", "后一时段劣Ⅴ类比例", "Share worse than V after", unit="%", required=True),
    ),
    standards=("环办〔2011〕22号",),
    example={"inputs": {"good1": "70", "bad1": "10", "good2": "78", "bad2": "6"}},
)
def river_change(case: Case) -> Result:
    """`{dG-dD, verdict}`."""
    given = [case.required(name) for name in ("good1", "bad1", "good2", "bad2")]
    good1, bad1, good2, bad2 = given
    points, verdict = change_by_shares(good1, bad1, good2, bad2, change_rule(case.rules))
    return {"dG-dD": round_half_even(points, max(1, decimals_of(given))), "verdict": verdict}


@topic(
    "water_trend",
    medium="water",
    zh="多年变化趋势（秩相关）",
    en="Trend over years of water quality",
    description_zh="Spearman 秩相关系数，|rs| 达到临界值即显著（至少 5 年）。",
    description_en="Spearman's rank correlation; significant when |rs| reaches the critical value (five years on).",
    fields=(Field("yearly", "各年数值", "Yearly values", "numbers", required=True),),
    standards=("环办〔2011〕22号",),
    example={"inputs": {"yearly": ["1.2", "1.0", "0.9", "0.95", "0.7"]}},
)
def water_trend(case: Case) -> Result:
    """`{rs, wp_005, verdict}`."""
    found = spearman(case.required("yearly"), trend_rule(case.rules))
    return {
        "rs": round_half_even(found.rs, 3),
        "wp_005": None if found.critical is None else round_half_even(found.critical, 3),
        "verdict": _TREND_WORDS[found.trend],
    }


family(
    "trend",
    medium="general",
    zh="变化趋势",
    en="Trends and changes",
    members=("spearman", "section_change", "river_change", "water_trend"),
)


@topic(
    "statistics",
    medium="water",
    zh="水样均值",
    en="Means of water samples",
    description_zh="均值与对应类别：nh3n=0.025L,0.1,0.2；monthly_tp=… 为年均值；tp_by_point={点位: [..]} 先时间后空间；"
    "pH 按氢离子浓度平均。",
    description_en="Mean and its class: nh3n=0.025L,0.1,0.2; monthly_tp=… gives the year's mean; tp_by_point={point: "
    "[..]} first in time, then over points; pH by hydrogen ions.",
    fields=(BODY,),
    open_inputs=Field("values", "项目或 monthly_项目、项目_by_point", "Item, monthly_item or item_by_point", "series",
                      required=True),
    standards=("环办〔2011〕22号", "环办监测函〔2020〕82号"),
    example={"inputs": {"nh3n": ["0.025L", "0.1", "0.2"]}},
)  # fmt: skip
def statistics(case: Case) -> Result:
    """`{mean, class}`, `{annual_mean, class}` or `{mean_ph}`; with several items a mapping of them by key."""
    given = {name: values for name, values in case.inputs.items() if name != "body"}
    if not given:
        raise InputError("statistics needs values.", fix="Give nh3n=0.025L,0.1,0.2.")
    each = {name: _one_mean(case, name, values) for name, values in given.items()}
    return next(iter(each.values())) if len(each) == 1 else each


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _one_mean(case: Case, name: str, values: Any) -> Result:
    rule = section_rule(case.rules, case.on)
    folded = name.casefold()
    kind = "mean"
    if folded.startswith("monthly_"):
        kind, folded = "annual_mean", folded.removeprefix("monthly_")
    by_point = folded.endswith("_by_point")
    if values is None:
        values = {} if by_point else []
    code = items_book(case.rules).key(folded.removesuffix("_by_point"))
    body = body_of(case, default="lake" if by_point else "river")
    if by_point != isinstance(values, Mapping) or (by_point and not all(map(_is_list, values.values()))):
        raise InputError(
            f"{name} has the wrong shape.", fix="Give tp=[…] or monthly_tp=[…], and tp_by_point={point: […]}."
        )
    unit = str(case.rules.parameters[code]["unit"])
    if by_point:
        values = {point: [stated(value, unit, name=name) for value in listed] for point, listed in values.items()}
    else:
        values = [stated(value, unit, name=name) for value in values]
    if code == "PH" and setting(case.rules, "ph_mean") == "hydrogen_ion":
        listed = [mean_ph(v) for v in values.values()] if by_point else list(values)
        found = mean_ph(listed)
        return {"mean_ph": None if found is None else round_half_even(found, _PH_DECIMALS)}
    if by_point:
        points = cast("Mapping[str, Sequence[object]]", values)
        value = lake_mean(points, name=name, share=rule.below_share)
    else:
        value = mean_measured(values, name=name, share=rule.below_share)
    limits = rule.limits.of(body).get(code)
    return {
        kind: None if value is None else round_half_even(value, _MEAN_DECIMALS),
        "class": None if value is None or limits is None else class_name(limits.class_of(value)),
    }
