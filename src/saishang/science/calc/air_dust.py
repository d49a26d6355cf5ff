"""Topics of sand and dust, and of the states to which concentrations refer."""

from __future__ import annotations

from saishang.science.air.dust import dust_grade, dust_windows, mask_dust_day
from saishang.science.air.from_rules import dust_grades, dust_rule, reference_states
from saishang.science.air.reference_state import (
    gas_to_reference,
    gas_to_standard,
    particle_to_actual,
    particle_to_standard,
)
from saishang.science.air.validity import count
from saishang.science.calc.registry import Case, Field, Result, topic
from saishang.science.numbers import InputError, non_negative
from saishang.science.rounding import fixed

__all__: list[str] = []

#: What a day can be; a typing error must not leave a dust day in, so other words are refused.
_DUSTY = ("dust", "confirmed", "沙尘")
_STATUSES = (
    *_DUSTY,
    *("proposed", "rejected", "normal", "none", "clear", "clean", "measured", "no_dust", "non_dust", "non-dust"),
    *("非沙尘", "正常"),
)
_WORDS = (("沙尘日", "沙尘"), ("dust day", "dust"), ("非沙尘日", "非沙尘"), ("正常日", "正常"))
_GASES = ("O3", "NO2", "SO2", "CO")


@topic(
    "dust_window",
    medium="air",
    zh="沙尘影响时段",
    en="Hours under sand and dust",
    description_zh="由城市逐时 PM10 和 PM2.5 提出沙尘影响的开始与结束小时；仅供人工确认。",
    description_en="First and last hour under dust as hourly PM10 and PM2.5 propose it; a person decides.",
    fields=(
        Field("pm10", "逐时 PM10", "Hourly PM10", "numbers", "µg/m³", required=True, aliases=("PM10",)),
        Field("pm2.5", "逐时 PM2.5", "Hourly PM2.5", "numbers", "µg/m³", required=True,
              aliases=("PM2.5", "pm25", "pm2_5")),
        Field("first_hour", "第一个值的小时编号", "Number of the first hour", "integer"),
    ),
    averagings=("hours",),
    example={"inputs": {"pm10": [80, 82, 78, 85, 90, 85, 240, 620, 900, 700, 380, 180, 120, 90, 84],
                        "pm2.5": [40, 41, 39, 42, 44, 42, 58, 120, 160, 130, 75, 50, 44, 41, 40], "first_hour": 1}},
)  # fmt: skip
def dust_window(case: Case) -> Result:
    """`{start_hour, end_hour, baseline_pm10, baseline_ratio}` of the first episode; `{start_hour: null}` without."""
    found = dust_windows(case.required("pm10"), case.required("pm2.5"), dust_rule(case.rules))
    if not found:
        return {"start_hour": None}
    first = count(1 if case.inputs.get("first_hour") is None else case.inputs["first_hour"], name="first_hour")
    window = found[0]
    return {
        "start_hour": first + window.start,
        "end_hour": None if window.end is None else first + window.end,
        "baseline_pm10": fixed(window.baseline_pm10, 1),
        "baseline_ratio": None if window.baseline_ratio is None else fixed(window.baseline_ratio, 3),
    }


@topic(
    "dust_masking",
    medium="air",
    zh="沙尘日剔除",
    en="Masking of a dust day",
    description_zh="沙尘日的 PM10 和 PM2.5 日均值置空，气态污染物保留，不作替代。",
    description_en="On a dust day the daily means of PM10 and PM2.5 are blanked, gases stay, nothing is substituted.",
    fields=(
        Field("date_status", "该日状态", "Status of the day", "text", required=True, choices=_STATUSES,
              words=_WORDS),
        Field("PM10", "PM10 日均值", "Daily mean of PM10", unit="µg/m³"),
        Field("PM2.5", "PM2.5 日均值", "Daily mean of PM2.5", unit="µg/m³"),
        *(Field(name, f"{name} 日值", f"Daily value of {name}", unit="mg/m³" if name == "CO" else "µg/m³")
          for name in _GASES),
    ),
    averagings=("day",),
    example={"inputs": {"date_status": "dust", "PM10": 212, "PM2.5": 48, "O3": 158, "NO2": 51, "SO2": 8, "CO": 0.4}},
)  # fmt: skip
def dust_masking(case: Case) -> Result:
    """Particles as `…_deducted`, gases under their names. Only dust days that are not merely proposed are masked."""
    values = {name: value for name, value in case.inputs.items() if name != "date_status"}
    for name, value in values.items():
        non_negative(value, name=name)
    rule = dust_rule(case.rules)
    masked = mask_dust_day(values, rule, dust=case.inputs["date_status"] in _DUSTY)
    particles: Result = {f"{name}_deducted": masked[name] for name in rule.masked if name in masked}
    return particles | {name: value for name, value in masked.items() if name not in rule.masked}


@topic(
    "dust_grade",
    medium="air",
    zh="沙尘强度等级",
    en="Grade of a dust episode",
    description_zh="按 PM10 小时峰值分级：1 浮尘，2 扬沙，3 沙尘暴，4 强沙尘暴。",
    description_en="By the hourly PM10 peak: 1 floating dust, 2 blowing sand, 3 dust storm, 4 severe dust storm.",
    fields=(Field("peak_pm10", "PM10 小时峰值", "Hourly peak of PM10", unit="µg/m³", required=True),),
    example={"inputs": {"peak_pm10": 1320}},
)
def dust_grade_topic(case: Case) -> Result:
    """`{grade}`, null below the lowest grade."""
    return {"grade": dust_grade(case.required("peak_pm10"), dust_grades(case.rules))}


@topic(
    "reference_state",
    medium="air",
    zh="状态换算",
    en="Conversion between reference states",
    description_zh="气态污染物 273 K 与 298.15 K 之间、颗粒物标准状态与实况之间的换算。",
    description_en="Gases between 273 K and 298.15 K, particles between the standard state and the air as it was.",
    fields=(
        Field("C_273K", "气体浓度（273 K）", "Gas at 273 K"),
        Field("C_298K", "气体浓度（298.15 K）", "Gas at 298.15 K"),
        Field("C_std", "颗粒物浓度（标准状态）", "Particles at the standard state"),
        Field("C_actual", "颗粒物浓度（实况）", "Particles at actual state"),
        Field("T", "气温", "Air temperature", unit="K"),
        Field("P_kPa", "气压", "Air pressure", unit="kPa", aliases=("P",)),
    ),
    standards=("GB 3095-2012",),
    example={"inputs": {"C_std": "100", "T": "283.15", "P_kPa": "89.0"}},
)
def reference_state(case: Case) -> Result:
    """The other state's concentration as text with one decimal."""
    given = [name for name in ("C_273K", "C_298K", "C_std", "C_actual") if name in case.inputs]
    if len(given) != 1:
        raise InputError(
            f"reference_state needs exactly one concentration, got {len(given)}.",
            fix="Give one of C_273K, C_298K, C_std, C_actual.",
        )
    states, value = reference_states(case.rules), case.inputs[given[0]]
    if given[0] == "C_273K":
        name, found = "C_298K", gas_to_reference(value, states)
    elif given[0] == "C_298K":
        name, found = "C_273K", gas_to_standard(value, states)
    elif given[0] == "C_std":
        name, found = "C_actual", particle_to_actual(value, case.required("T"), case.required("P_kPa"), states)
    else:
        name, found = "C_std", particle_to_standard(value, case.required("T"), case.required("P_kPa"), states)
    return {name: None if found is None else fixed(found, 1)}
