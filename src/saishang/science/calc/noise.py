"""Topics of noise: averages, function zones, sudden noise, boundaries, grades of cities."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.naming import folded
from saishang.science.noise.compliance import Check, Place, boundary_level, sudden_check, zone_check
from saishang.science.noise.from_rules import background_rule, noise_grades, noise_limits, periods
from saishang.science.noise.grades import NoiseGrades
from saishang.science.noise.levels import (
    arithmetic_mean,
    day_night_level,
    energy_mean,
    length_weighted_mean,
)
from saishang.science.numbers import InputError, exact_or_none
from saishang.science.rounding import round_half_even

__all__: list[str] = []

_DB = "dB(A)"
_SPANS = (("昼间", "day"), ("白天", "day"), ("夜间", "night"))
_PERIOD = Field("period", "时段", "Period", "text", required=True, choices=("day", "night"), words=_SPANS)
_SCOPE = Field(
    "scope",
    "区域或道路",
    "Area or road",
    "text",
    choices=("regional", "road"),
    words=(("区域", "regional"), ("area", "regional"), ("道路交通", "road"), ("道路", "road"), ("traffic", "road")),
)
_PLACE = Field("place", "场所", "Place", "text",
               choices=("ambient", "industrial_boundary", "social_boundary", "construction"),
               words=(("功能区", "ambient"), ("声环境功能区", "ambient"), ("厂界", "industrial_boundary"),
                      ("社会生活", "social_boundary"), ("施工场界", "construction")))  # fmt: skip
_CLASS = Field(
    "cls", "声环境功能区类别（施工场界写 -）", "Class of the zone (- for construction)", "text", required=True
)
_GRADED = ("HJ 640-2012",)
_LIMITED = ("GB 3096-2008", "GB 12348-2008", "GB 22337-2008", "GB 12523-2011", "GB 12523-2025")
#: Places in which averaged levels are returned; meters show one.
_SHOWN = 3


def _verdict(check: Check) -> str:
    return "无法判定" if check.attains is None else "达标" if check.attains else "超标"


def _place(case: Case) -> Place:
    """The place that is given, else that of the standard (GB 12348 speaks of industrial boundaries), else ambient."""
    by_standard = {row["edition"]: row["place"] for row in case.rules.table("standards/noise/limits")}
    named = (place for edition, place in by_standard.items() if folded(edition) in folded(case.standard))
    return cast(Place, case.inputs.get("place") or next(named, "ambient"))


def _class(case: Case) -> str:
    text = str(case.required("cls")).strip().casefold().removesuffix("类")
    return text.removeprefix("class").strip()


@topic(
    "noise_leq",
    medium="noise",
    zh="等效声级",
    en="Equivalent level",
    description_zh="按时间的能量平均：10·lg(ΣT·10^(L/10)/ΣT)。",
    description_en="Energy mean over time: 10·lg(ΣT·10^(L/10)/ΣT).",
    fields=(
        Field("L", "各时段声级", "Levels", "numbers", _DB, required=True),
        Field("T_h", "各时段时长", "Durations", "numbers", "h", required=True),
    ),
    standards=("GB 3096-2008",),
    example={"inputs": {"L": [60, 70], "T_h": [1, 1]}},
)
def noise_leq(case: Case) -> Result:
    """`{Leq}`."""
    return {"Leq": round_half_even(energy_mean(case.required("L"), case.required("T_h")), _SHOWN)}


@topic(
    "noise_road",
    medium="noise",
    zh="道路交通声环境质量",
    en="Road traffic noise of a city",
    description_zh="按路段长度加权平均，修约到 0.1 dB 后评定等级。",
    description_en="Mean weighted with the length of the sections, rounded to 0.1 dB, then graded.",
    fields=(
        Field("L", "各路段等效声级", "Levels of the sections", "numbers", _DB, required=True),
        Field("len_km", "各路段长度", "Lengths", "numbers", "km", required=True),
        _PERIOD,
    ),
    standards=_GRADED,
    example={"inputs": {"L": [68.2, 70.5, 66.9], "len_km": [3.2, 1.8, 2.5], "period": "day"}},
)
def noise_road(case: Case) -> Result:
    """`{mean, grade}`."""
    mean = length_weighted_mean(case.required("L"), case.required("len_km"))
    return _graded(case, mean, "road", str(case.required("period")))


@topic(
    "noise_area",
    medium="noise",
    zh="区域声环境质量",
    en="Area noise of a city",
    description_zh="网格测点算术平均，修约到 0.1 dB 后评定等级。",
    description_en="Arithmetic mean of the grid points, rounded to 0.1 dB, then graded.",
    fields=(Field("grid_Leq", "各网格等效声级", "Levels of the grid points", "numbers", _DB, required=True), _PERIOD),
    standards=_GRADED,
    example={"inputs": {"grid_Leq": [52.3, 50.1, 55.6, 48.9], "period": "day"}},
)
def noise_area(case: Case) -> Result:
    """`{mean, grade}`."""
    return _graded(case, arithmetic_mean(case.required("grid_Leq")), "regional", str(case.required("period")))


def _graded(case: Case, mean: Fraction, scope: str, period: str) -> Result:
    grades = noise_grades(case.rules, case.on)
    return {"mean": grades.rounded(mean), "grade": _grade(grades, mean, scope, period)}


def _grade(grades: NoiseGrades, level: Any, scope: str, period: str) -> str:
    found = grades.grade(level, cast(Any, scope), period)
    return "无法判定" if found is None else found.zh


@topic(
    "noise_grades",
    medium="noise",
    zh="声环境质量等级",
    en="Grades of levels",
    description_zh="先修约到 0.1 dB 再评定：50.0 为一级，50.1 为二级（区域、昼间）。",
    description_en="Rounded to 0.1 dB first: 50.0 is grade one, 50.1 grade two (area, day).",
    fields=(Field("values", "平均声级", "Mean levels", "numbers", _DB, required=True), _PERIOD, _SCOPE),
    standards=_GRADED,
    example={"inputs": {"values": [50.0, 50.1, 55.0, 55.1, 65.0, 65.1], "period": "day"}},
)
def noise_grades_of(case: Case) -> Result:
    """`{grades}` in the order of the values."""
    grades = noise_grades(case.rules, case.on)
    scope, period = str(case.inputs.get("scope") or "regional"), str(case.required("period"))
    return {"grades": [_grade(grades, value, scope, period) for value in case.required("values")]}


@topic(
    "noise_city",
    medium="noise",
    zh="城市昼夜声环境等级",
    en="Grade of a city by day and night",
    description_zh="昼间、夜间平均声级分别评定。",
    description_en="Mean levels of day and night, graded apart.",
    fields=(
        Field("day", "昼间平均声级", "Mean level by day", unit=_DB),
        Field("night", "夜间平均声级", "Mean level by night", unit=_DB),
        _SCOPE,
    ),
    standards=_GRADED,
    example={"inputs": {"day": 51.4, "night": 44.2}},
)
def noise_city(case: Case) -> Result:
    """`{day_grade, night_grade}`, for the periods given."""
    grades = noise_grades(case.rules, case.on)
    scope = str(case.inputs.get("scope") or "regional")
    given = [period for period in ("day", "night") if period in case.inputs]
    if not given:
        raise InputError("A grade needs the level by day or by night.", fix="Give day=51.4 night=44.2.")
    return {f"{period}_grade": _grade(grades, case.inputs[period], scope, period) for period in given}


@topic(
    "noise_zone",
    medium="noise",
    zh="功能区与场界达标",
    en="Function zone or boundary against its limit",
    description_zh="昼间、夜间等效声级与类别限值比较，等于限值为达标。",
    description_en="Levels by day and night against the limits of the class; equal to the limit attains.",
    fields=(
        _CLASS,
        Field("Ld", "昼间等效声级", "Level by day", unit=_DB),
        Field("Ln", "夜间等效声级", "Level by night", unit=_DB),
        _PLACE,
    ),
    standards=_LIMITED,
    example={"inputs": {"cls": "2", "Ld": 60.0, "Ln": 50.4}},
)
def noise_zone(case: Case) -> Result:
    """`{day, night}` with `day_excess_dB` or `night_excess_dB` for what is over its limit."""
    limits = noise_limits(case.rules, case.on)
    result: Result = {}
    excess: Result = {}
    for name, period in (("Ld", "day"), ("Ln", "night")):
        if name not in case.inputs:
            continue
        check = zone_check(case.inputs[name], _place(case), _class(case), cast(Any, period), limits)
        result[period] = _verdict(check)
        if check.excess:
            excess[f"{period}_excess_dB"] = check.excess
    if not result:
        raise InputError("A verdict needs Ld or Ln.", fix="Give Ld=60.0 Ln=50.4.")
    return result | excess


@topic(
    "noise_sudden",
    medium="noise",
    zh="夜间突发噪声",
    en="Sudden noise by night",
    description_zh="最大声级超过夜间限值的幅度不得高于 15 dB；场界频发噪声不得高于 10 dB。",
    description_en="The maximum may exceed the night limit by at most 15 dB; frequent noise at boundaries by 10 dB.",
    fields=(
        _CLASS,
        Field("Lmax", "最大声级", "Maximum level", unit=_DB, required=True),
        Field("night_limit", "夜间限值", "Limit of the night", unit=_DB),
        Field("frequent", "频发（1=是）", "Frequent (1 = yes)", "integer"),
        _PLACE,
    ),
    standards=_LIMITED,
    example={"inputs": {"cls": "1", "night_limit": 45, "Lmax": 61}},
)
def noise_sudden(case: Case) -> Result:
    """`{result, excess_over_allowed_dB}`."""
    check = sudden_check(
        case.required("Lmax"),
        _place(case),
        _class(case),
        noise_limits(case.rules, case.on),
        frequent=bool(exact_or_none(case.inputs.get("frequent"), name="frequent")),
        night_limit=case.inputs.get("night_limit"),
    )
    return {"result": _verdict(check), "excess_over_allowed_dB": check.excess}


@topic(
    "noise_ldn",
    medium="noise",
    zh="昼夜等效声级",
    en="Day-night level",
    description_zh="夜间加 10 dB 后按 16 小时与 8 小时能量平均。",
    description_en="The night raised by 10 dB, weighted with 16 and 8 hours.",
    fields=(
        Field("Ld", "昼间等效声级", "Level by day", unit=_DB, required=True),
        Field("Ln", "夜间等效声级", "Level by night", unit=_DB, required=True),
    ),
    standards=("GB 3096-2008",),
    example={"inputs": {"Ld": 60.0, "Ln": 50.0}},
)
def noise_ldn(case: Case) -> Result:
    """`{Ldn}`."""
    level = day_night_level(case.required("Ld"), case.required("Ln"), periods(case.rules, case.on))
    return {"Ldn": round_half_even(level, _SHOWN)}


@topic(
    "noise_boundary",
    medium="noise",
    zh="厂界噪声背景修正",
    en="Boundary noise without background",
    description_zh="按测量值与背景值之差修正；差值小于 3 dB 时结果无效。",
    description_en="Corrected by the difference to the background; not valid when it is below 3 dB.",
    fields=(
        Field("measured", "测量值", "Measured level", unit=_DB, required=True),
        Field("background", "背景值", "Background level", unit=_DB, required=True),
    ),
    standards=("HJ 706-2014",),
    example={"inputs": {"measured": 58.3, "background": 52.0}},
)
def noise_boundary(case: Case) -> Result:
    """`{valid, corrected}`."""
    level = boundary_level(case.required("measured"), case.required("background"), background_rule(case.rules))
    return {"valid": level is not None, "corrected": level}


@topic(
    "noise_period",
    medium="noise",
    zh="昼间、夜间与昼夜等效声级",
    en="Ld, Ln and Ldn from hours",
    description_zh="8 个小时值为夜间 Ln，16 个为昼间 Ld，24 个（自 0 时起）给出 Ld、Ln、Ldn；能量平均，不是算术平均。",
    description_en="Eight hours are a night (Ln), sixteen a day (Ld), twenty-four from midnight give Ld, Ln and Ldn; "
    "energy means, not arithmetic ones.",
    fields=(
        Field("L", "小时等效声级", "Hourly levels", "numbers", _DB, required=True),
        Field("period", "时段", "Period", "text", choices=("day", "night"), words=_SPANS),
    ),
    standards=("GB 3096-2008",),
    example={"inputs": {"L": [52, 50, 49, 48, 47, 46, 47, 50]}},
)
def noise_period(case: Case) -> Result:
    """`{Ln, arithmetic_mean}`, `{Ld, arithmetic_mean}`, `{Ld, Ln, Ldn}` or `{Leq, arithmetic_mean}`."""
    levels = list(case.required("L"))
    span = periods(case.rules, case.on)
    period = case.inputs.get("period")
    if period is None and len(levels) == 24:
        by_day = [level for hour, level in enumerate(levels) if span.is_day(hour)]
        by_night = [level for hour, level in enumerate(levels) if not span.is_day(hour)]
        day, night = energy_mean(by_day), energy_mean(by_night)
        found = {"Ld": day, "Ln": night, "Ldn": day_night_level(day, night, span)}
        return {name: round_half_even(level, _SHOWN) for name, level in found.items()}
    by_count = {span.night_hours: "Ln", span.day_hours: "Ld"}
    name = {"day": "Ld", "night": "Ln"}.get(str(period)) or by_count.get(len(levels), "Leq")
    return {
        name: round_half_even(energy_mean(levels), _SHOWN),
        "arithmetic_mean": round_half_even(arithmetic_mean(levels), _SHOWN),
    }


family(
    "noise",
    medium="noise",
    zh="声环境计算",
    en="Noise calculations",
    members=("noise_leq", "noise_road", "noise_area", "noise_grades", "noise_sudden", "noise_zone", "noise_ldn",
             "noise_city", "noise_boundary", "noise_period"),
)  # fmt: skip
