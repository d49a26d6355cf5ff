"""Topics of radiation: electromagnetic limits and sums, categories of sources, gamma alarms."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from saishang.science.calc.figures import figure
from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.numbers import InputError, exact, exact_or_none
from saishang.science.radiation.background import alarm_runs, background_of
from saishang.science.radiation.emf import EmfLimits, Limits, Quantity, power_density, project_limits, to_hertz
from saishang.science.radiation.from_rules import alarm_rule, emf_limits, project_divisor, source_rules
from saishang.science.radiation.sources import decayed, read_activity
from saishang.science.rounding import round_half_even

__all__: list[str] = []

_EMF = ("GB 8702-2014",)
_SOURCES = ("公告2005年第62号",)
_FREQUENCIES = tuple(
    Field(f"f_{unit}", f"频率（{unit}）", f"Frequency ({unit})", unit=unit) for unit in ("Hz", "kHz", "MHz", "GHz")
)
_VALUES: tuple[tuple[str, Quantity, str, str, str], ...] = (
    ("E_Vm", "E", "电场强度", "Electric field", "V/m"),
    ("H_Am", "H", "磁场强度", "Magnetic field", "A/m"),
    ("B_uT", "B", "磁感应强度", "Magnetic flux density", "µT"),
    ("S_Wm2", "S", "等效平面波功率密度", "Power density", "W/m²"),
)
#: Unit of a field → quantity, and what makes its canonical unit.
_UNITS: dict[str, tuple[Quantity, Fraction]] = {
    "v/m": ("E", Fraction(1)),
    "kv/m": ("E", Fraction(1000)),
    "a/m": ("H", Fraction(1)),
    "ut": ("B", Fraction(1)),
    "nt": ("B", Fraction(1, 1000)),
    "mt": ("B", Fraction(1000)),
    "w/m2": ("S", Fraction(1)),
    "uw/cm2": ("S", Fraction(1, 100)),
}
_BAND = re.compile(r"\s*([0-9.eE]+)\s*(?:[kMG]?Hz)?\s*[-–—~～至]\s*([0-9.eE]+)\s*([kMG]?Hz)\s*", re.IGNORECASE)


def _frequency(case: Case) -> Fraction | None:
    given = [(name, unit) for name, unit in ((f"f_{unit}", unit) for unit in ("Hz", "kHz", "MHz", "GHz"))
             if case.inputs.get(name) is not None]  # fmt: skip
    if len(given) > 1:
        raise InputError("The frequency is given twice.", fix="Give one of f_Hz, f_kHz, f_MHz, f_GHz.")
    return to_hertz(case.inputs[given[0][0]], given[0][1]) if given else None


@topic(
    "emf_limits",
    medium="radiation",
    zh="电磁环境控制限值",
    en="Electromagnetic limits",
    description_zh="某一频率的公众曝露控制限值；100 kHz 以下为电场与磁感应强度，以上为电场与功率密度；分界取较严者。",
    description_en="Limits at one frequency: electric field and flux density below 100 kHz, electric field and power "
    "density from there; the stricter row at an edge.",
    fields=_FREQUENCIES,
    standards=_EMF,
    example={"inputs": {"f_MHz": 10}},
)
def emf_limits_at(case: Case) -> Result:
    """`{E_Vm, B_uT}` below 100 kHz, `{E_Vm, S_Wm2}` from there."""
    hertz = _frequency(case)
    if hertz is None:
        raise InputError("A limit needs the frequency.", fix="Give one of f_Hz, f_kHz, f_MHz, f_GHz.")
    limits = emf_limits(case.rules, case.on).at(hertz)
    second: tuple[str, Quantity] = ("B_uT", "B") if limits.squares["S"] is None else ("S_Wm2", "S")
    return {"E_Vm": figure(limits.value("E")), second[0]: figure(limits.value(second[1]))}


@topic(
    "emf_sum",
    medium="radiation",
    zh="多个频率电磁场的叠加",
    en="Several electromagnetic sources",
    description_zh="100 kHz 以下按线性相加，以上按平方相加，和不大于 1 为达标。",
    description_en="Linear below 100 kHz, squares from there; the sum may be at most 1.",
    fields=(
        Field("sources", "各源（频率、场强）", "Sources (frequency, value)", "pairs", required=True),
        Field("unit", "单位，如 MHz, V/m", "Units, for example MHz, V/m", "text", required=True),
    ),
    standards=_EMF,
    example={"inputs": {"sources": [[900, 5], [1800, 4], [3500, 6]], "unit": "MHz, V/m"}},
)
def emf_sum(case: Case) -> Result:
    """`{sum, ok}`; sources on both sides of 100 kHz have a sum each."""
    frequency, _, value = str(case.required("unit")).partition(",")
    quantity, factor = _unit(value)
    sources = [
        [pair[0], None if pair[1] is None else exact(pair[1], name="value") * factor]
        for pair in case.required("sources")
    ]
    found = emf_limits(case.rules, case.on).total(sources, frequency, quantity)
    if found.low is not None and found.high is not None:
        low, high = figure(float(found.low)), figure(float(found.high))
        return {"sum_below_100kHz": low, "sum_from_100kHz": high, "ok": found.within}
    return {"sum": figure(float(found.low or found.high or 0)), "ok": found.within}


def _unit(text: str) -> tuple[Quantity, Fraction]:
    key = text.strip().casefold().replace("µ", "u").replace("μ", "u").replace("²", "2").replace("^", "")
    if key not in _UNITS:
        raise InputError(
            f"The unit of the sources is {text.strip()!r}.",
            fix="Write for example MHz, V/m; fields in V/m, A/m, µT, W/m².",
        )
    return _UNITS[key]


@topic(
    "emf_power",
    medium="radiation",
    zh="平面波功率密度",
    en="Power density of a plane wave",
    description_zh="远场：S = E²/377。",
    description_en="Far field: S = E²/377.",
    fields=(Field("E_Vm", "电场强度", "Electric field", unit="V/m", required=True),),
    standards=_EMF,
    example={"inputs": {"E_Vm": 12}},
)
def emf_power(case: Case) -> Result:
    """`{S_Wm2}`."""
    impedance = emf_limits(case.rules, case.on).impedance
    return {"S_Wm2": figure(float(power_density(case.required("E_Vm"), impedance)))}


@topic(
    "emf_share",
    medium="radiation",
    zh="测值占限值的份额",
    en="Share of the limit",
    description_zh="宽频测值与该频段最严限值比较；单个新建项目按限值功率密度的 1/5（project=1）。",
    description_en="A reading against the strictest limit of its band; one new project may use a fifth of the power "
    "density (project=1).",
    fields=(
        *(Field(name, zh, en, unit=unit) for name, _, zh, en, unit in _VALUES),
        Field("band", "频段，如 30-3000 MHz", "Band, for example 30-3000 MHz", "text"),
        *_FREQUENCIES,
        Field("project", "单个项目管理目标（1=是）", "Limit of one project (1 = yes)", "integer"),
    ),
    standards=(*_EMF, "HJ/T 10.3-1996"),
    example={"inputs": {"E_Vm": "3.04", "band": "30-3000 MHz"}},
)
def emf_share(case: Case) -> Result:
    """`{ok, share_of_limit}`; of several quantities the largest share."""
    limits = _band_limits(case, emf_limits(case.rules, case.on))
    if exact_or_none(case.inputs.get("project"), name="project"):
        limits = project_limits(limits, project_divisor(case.rules))
    given = [(quantity, case.inputs[name]) for name, quantity, *_ in _VALUES if case.inputs.get(name) is not None]
    if not given:
        raise InputError("A share needs a reading.", fix="Give E_Vm=3.04 band='30-3000 MHz'.")
    return {
        "ok": all(limits.within(quantity, value) for quantity, value in given),
        "share_of_limit": figure(max(limits.share(quantity, value) for quantity, value in given)),
    }


def _band_limits(case: Case, limits: EmfLimits) -> Limits:
    hertz = _frequency(case)
    text = case.inputs.get("band")
    if (hertz is None) == (text is None):
        raise InputError("A share needs the band or the frequency.", fix="Give band='30-3000 MHz' or f_MHz=900.")
    if hertz is not None:
        return limits.at(hertz)
    match = _BAND.fullmatch(str(text))
    if match is None:
        raise InputError(f"The band is {text!r}.", fix="Write 30-3000 MHz.")
    return limits.over(to_hertz(match[1], match[3]), to_hertz(match[2], match[3]))


family(
    "emf",
    medium="radiation",
    zh="电磁环境计算",
    en="Electromagnetic calculations",
    members=("emf_limits", "emf_sum", "emf_power", "emf_share"),
)

_NUCLIDE = Field("nuclide", "核素，如 Cs-137", "Nuclide, for example Cs-137", "text", required=True)


@topic(
    "source_category",
    medium="radiation",
    zh="放射源类别",
    en="Category of a source",
    description_zh="按活度划分 I 至 V 类；低于Ⅴ类下限为豁免。",
    description_en="Category I to V by activity; exempt below the least of category V.",
    fields=(_NUCLIDE, Field("A_Bq", "活度", "Activity", unit="Bq", required=True)),
    standards=_SOURCES,
    example={"inputs": {"nuclide": "Cs-137", "A_Bq": "3.7e10"}},
)
def source_category(case: Case) -> Result:
    """`{category}`: I … V, or 豁免."""
    nuclide = source_rules(case.rules, case.on).nuclide(str(case.required("nuclide")))
    return {"category": nuclide.category(read_activity(case.required("A_Bq")))}


@topic(
    "source_decay",
    medium="radiation",
    zh="放射源衰变后的类别",
    en="Category of a source after decay",
    description_zh="按半衰期计算现活度与类别；许可证类别在正式变更前不变。",
    description_en="Activity and category after decay; the category on the licence stays until it is changed.",
    fields=(
        _NUCLIDE,
        Field("A0_Bq", "出厂活度", "Activity when new", unit="Bq", required=True),
        Field("years", "经过年数", "Years since", required=True),
        Field("half_life_a", "半衰期（年）", "Half-life [a]"),
    ),
    standards=_SOURCES,
    example={"inputs": {"nuclide": "Co-60", "A0_Bq": "1e12", "half_life_a": "5.27", "years": "10.54"}},
)
def source_decay(case: Case) -> Result:
    """`{A_Bq, category_new, category_now}`."""
    nuclide = source_rules(case.rules, case.on).nuclide(str(case.required("nuclide")))
    half_life: Any = case.inputs.get("half_life_a")
    if half_life is None:
        half_life = nuclide.half_life
    if half_life is None:
        raise InputError(f"No half-life of {nuclide.name} is known here.", fix="Give half_life_a.")
    new = read_activity(case.required("A0_Bq"))
    now = decayed(new, half_life, case.required("years"))
    return {"A_Bq": now, "category_new": nuclide.category(new), "category_now": nuclide.category(now)}


@topic(
    "source_stock",
    medium="radiation",
    zh="多枚放射源聚集的类别",
    en="Category of a stock",
    description_zh="同一场所各源 A/D 之和：≥1000 为 I 类，≥10 为 II 类，≥1 为 III 类，≥0.01 为 IV 类。",
    description_en="Sum of A/D over one place: I from 1000, II from 10, III from 1, IV from 0.01.",
    fields=(Field("stock", "各核素活度（核素=Bq）", "Activities by nuclide", "mapping", "Bq", required=True),),
    standards=_SOURCES,
    example={"inputs": {"stock": {"Cs-137": "3.7e10", "Co-60": "1e10"}}},
)
def source_stock(case: Case) -> Result:
    """`{ratio, category}`."""
    ratio, category = source_rules(case.rules, case.on).mixed(case.required("stock"))
    return {"ratio": figure(float(ratio)), "category": category}


family(
    "source",
    medium="radiation",
    zh="放射源计算",
    en="Radioactive sources",
    members=("source_category", "source_decay", "source_stock"),
)


@topic(
    "gamma_alarm",
    medium="radiation",
    zh="伽马剂量率本底报警",
    en="Gamma dose rate against its background",
    description_zh="本站历史均值加 3 倍标准差，连续 3 个值超过即报警；降雨冲刷单独标记。",
    description_en="The station's own mean plus three standard deviations, passed by three values in a row; rain is "
    "flagged.",
    fields=(
        Field("history", "本站历史值", "The station's history", "numbers", "nGy/h", required=True),
        Field("values", "近期值", "Recent values", "numbers", "nGy/h", required=True),
        Field("rain", "对应时段是否降雨（1=是）", "Rain with each value (1 = yes)", "numbers"),
    ),
    example={"inputs": {"history": [60 + step % 3 for step in range(30)], "values": [61, 70, 71, 70, 62]}},
)
def gamma_alarm(case: Case) -> Result:
    """`{mean, deviation, threshold, alarm, first, last, rain}`; first and last of the longest run count from 1."""
    rule = alarm_rule(case.rules)
    background = background_of(case.required("history"), rule)
    wet = case.inputs.get("rain")
    runs = alarm_runs(
        case.required("values"),
        background,
        rule,
        None if wet is None else [bool(exact_or_none(flag, name="rain")) for flag in wet],
    )
    result: Result = {
        "mean": round_half_even(background.mean, 2),
        "deviation": round_half_even(background.deviation, 2),
        "threshold": round_half_even(background.level, 2),
        "alarm": bool(runs),
    }
    if runs:
        run = max(runs, key=lambda found: found.last - found.first)
        result |= {"first": run.first + 1, "last": run.last + 1, "rain": run.rain}
    return result
