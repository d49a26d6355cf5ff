"""Topics of climate: drought indices and grades, cold waves, warning signals, heat and cold spells, adaptive cities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from saishang.science.calc.figures import double, each, figure
from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.climate.cold_waves import cold_waves, judge_fall
from saishang.science.climate.distributions import Gamma, LogLogistic, fit_gamma, fit_log_logistic, standard_score
from saishang.science.climate.evapotranspiration import Site, Weather, penman_monteith
from saishang.science.climate.from_rules import (
    cold_wave_rule,
    drought_rule,
    heat_rule,
    mci_rule,
    scale,
    signal_rows,
)
from saishang.science.climate.mci import COMPONENTS, combine, relative_moisture, weighted_precipitation
from saishang.science.climate.signals import Signal, cold_signal, heat_signal, rain_signal
from saishang.science.climate.spells import heat_waves, hot_days
from saishang.science.numbers import InputError, exact_or_none

__all__: list[str] = []

_DROUGHT = ("GB/T 20481-2017",)
_WEATHER = ("tmax", "tmin", "rh", "wind", "sun")


@topic(
    "spi",
    medium="climate",
    zh="标准化降水指数（SPI）",
    en="Standardized precipitation index (SPI)",
    description_zh="由给定的 Γ 分布参数和零降水概率 q0 求 SPI 与干旱等级。",
    description_en="SPI and drought grade from a given gamma distribution and the probability q0 of no rain.",
    fields=(
        Field("x_mm", "降水量（mm）", "Precipitation (mm)", required=True),
        Field("alpha", "形状参数 α", "Shape alpha", required=True),
        Field("beta_mm", "尺度参数 β（mm）", "Scale beta (mm)", required=True),
        Field("q0", "零降水概率 q0", "Probability of no rain q0"),
    ),
    standards=_DROUGHT,
    example={"inputs": {"x_mm": 50, "alpha": 2, "beta_mm": 50, "q0": "0.2"}},
)
def spi(case: Case) -> Result:
    """`{G, SPI, grade}`, with rainless sums in the record `{H, SPI, grade}`."""
    q = case.inputs.get("q0")
    rain = double(case.required("x_mm"), "x_mm")
    if rain < 0:
        raise InputError("Precipitation must not be negative.", fix="Give millimetres.")
    found = Gamma(
        double(case.required("alpha"), "alpha"),
        double(case.required("beta_mm"), "beta_mm"),
        0.0 if q is None else double(q, "q0"),
    )
    probability = found.probability(rain)
    index = standard_score(probability)
    return {
        "G" if found.q == 0 else "H": figure(probability),
        "SPI": figure(index),
        "grade": _grade(case, "spi", index),
    }


@topic(
    "spi_fit",
    medium="climate",
    zh="Γ 分布拟合（Thom）",
    en="Gamma fit (Thom)",
    description_zh="A = ln(均值) − 均值(ln x)，α = (1+√(1+4A/3))/(4A)，β = 均值/α；零值计入 q0。",
    description_en="A = ln(mean) - mean(ln x), alpha = (1 + sqrt(1 + 4A/3))/(4A), beta = mean/alpha; zeros make q0.",
    fields=(Field("x_mm", "历年同期降水量（mm）", "Sums of the years (mm)", "numbers", required=True),),
    standards=_DROUGHT,
    example={"inputs": {"x_mm": [12, 30, 45, 60, 25, 80, 15, 50]}},
)
def spi_fit(case: Case) -> Result:
    """`{A, alpha, beta_mm}`, with rainless years also `q0`."""
    rule = drought_rule(case.rules)
    found = fit_gamma(_doubles(case.required("x_mm"), "x_mm"), zeros=rule.zeros)
    result: Result = {"A": figure(found.a), "alpha": figure(found.alpha), "beta_mm": figure(found.beta)}
    return result | {"q0": figure(found.q)} if found.q else result


@topic(
    "spei",
    medium="climate",
    zh="标准化降水蒸散指数（SPEI）",
    en="Standardized precipitation evapotranspiration index (SPEI)",
    description_zh="由给定的 log-logistic 分布（α、β、γ）求 SPEI 与干旱等级。",
    description_en="SPEI and drought grade from a given log-logistic distribution (alpha, beta, gamma).",
    fields=(
        Field("x_mm", "水分盈亏 P − PET（mm）", "Balance P - PET (mm)", required=True),
        Field("alpha", "尺度参数 α（mm）", "Scale alpha (mm)", required=True),
        Field("beta", "形状参数 β", "Shape beta", required=True),
        Field("gamma", "原点参数 γ（mm）", "Origin gamma (mm)", required=True),
    ),
    standards=_DROUGHT,
    example={"inputs": {"x_mm": -50, "alpha": 60, "beta": 4, "gamma": -80}},
)
def spei(case: Case) -> Result:
    """`{F, SPEI, grade}`."""
    found = LogLogistic(*(double(case.required(name), name) for name in ("alpha", "beta", "gamma")))
    probability = found.probability(double(case.required("x_mm"), "x_mm"))
    index = standard_score(probability)
    return {"F": figure(probability), "SPEI": figure(index), "grade": _grade(case, "spei", index)}


@topic(
    "spei_fit",
    medium="climate",
    zh="log-logistic 分布拟合",
    en="Log-logistic fit",
    description_zh="由历年同期水分盈亏的无偏概率权重矩求 α、β、γ。",
    description_en="alpha, beta, gamma from unbiased probability weighted moments of the years' balances.",
    fields=(Field("balance_mm", "历年同期水分盈亏（mm）", "Balances of the years (mm)", "numbers", required=True),),
    standards=_DROUGHT,
    example={"inputs": {"balance_mm": [-120, -90, -60, -75, -30, -110, -95, -50, -80, -65]}},
)
def spei_fit(case: Case) -> Result:
    """`{alpha, beta, gamma}`."""
    found = fit_log_logistic(_doubles(case.required("balance_mm"), "balance_mm"))
    return {"alpha": figure(found.alpha), "beta": figure(found.beta), "gamma": figure(found.gamma)}


@topic(
    "mci",
    medium="climate",
    zh="气象干旱综合指数（MCI）",
    en="Comprehensive drought index (MCI)",
    description_zh="MCI = Ka(a·SPIW60 + b·MI30 + c·SPI90 + d·SPI150)；权重分北方（含西部）与南方。",
    description_en="MCI = Ka (a SPIW60 + b MI30 + c SPI90 + d SPI150); weights of north (with west) and south.",
    fields=(
        *(Field(name, name, name, required=True) for name in COMPONENTS),
        Field("Ka", "季节调节系数 Ka", "Seasonal factor Ka"),
        Field("region", "north 或 south", "north or south", "text", choices=("north", "south")),
    ),
    standards=_DROUGHT,
    example={"inputs": {"SPIW60": "-1.2", "MI30": "-0.8", "SPI90": "-1.0", "SPI150": "-0.5"}},
)
def mci(case: Case) -> Result:
    """`{MCI, grade}`."""
    season, region = case.inputs.get("Ka"), case.inputs.get("region")
    rule = mci_rule(case.rules, region, None if season is None else double(season, "Ka"))
    index = combine({name: double(case.required(name), name) for name in COMPONENTS}, rule)
    return {"MCI": figure(index), "grade": _grade(case, "mci", index)}


@topic(
    "drought_grade",
    medium="climate",
    zh="干旱等级",
    en="Drought grade",
    description_zh="MCI、SPI、SPEI 以 −0.5、−1.0、−1.5、−2.0 为界，界值归入较重一级；月降水距平百分率 Pa 另表。",
    description_en="MCI, SPI and SPEI with edges -0.5, -1.0, -1.5, -2.0, each in the drier class; Pa by its own table.",
    fields=(
        Field("MCI", "MCI（可多个）", "MCI, one or several", "values"),
        Field("SPI", "SPI（可多个）", "SPI, one or several", "values"),
        Field("SPEI", "SPEI（可多个）", "SPEI, one or several", "values"),
        Field("Pa", "月降水距平百分率（%，可多个）", "Monthly precipitation anomaly (%), one or several", "values"),
    ),
    standards=_DROUGHT,
    example={"inputs": {"MCI": ["-0.49", "-0.5", "-2.0"]}},
)
def drought_grade(case: Case) -> Result:
    """`{grade}`: one grade or a list, for the one index given."""
    given = [name for name in ("MCI", "SPI", "SPEI", "Pa") if name in case.inputs]
    if len(given) != 1:
        raise InputError("drought_grade needs exactly one index.", fix="Give MCI=-0.5, SPI=…, SPEI=… or Pa=….")
    table = {"MCI": "mci", "SPI": "spi", "SPEI": "spei", "Pa": "pa_month"}[given[0]]
    return {"grade": each(case.required(given[0]), lambda value: _grade(case, table, value))}


@topic(
    "moisture_index",
    medium="climate",
    zh="相对湿润度指数（MI）",
    en="Relative moisture index (MI)",
    description_zh="MI = (P − PET) / PET。",
    description_en="MI = (P - PET) / PET.",
    fields=(Field("P_mm", "降水量（mm）", "Precipitation (mm)", required=True),
            Field("PET_mm", "可能蒸散量（mm）", "Potential evapotranspiration (mm)", required=True)),
    standards=_DROUGHT,
    example={"inputs": {"P_mm": 12, "PET_mm": 96}},
)  # fmt: skip
def moisture(case: Case) -> Result:
    """`{MI}`."""
    found = relative_moisture(double(case.required("P_mm"), "P_mm"), double(case.required("PET_mm"), "PET_mm"))
    return {"MI": figure(found)}


@topic(
    "weighted_precipitation",
    medium="climate",
    zh="加权降水量（WAP）",
    en="Weighted precipitation (WAP)",
    description_zh="Σ 0.85ⁿ Pₙ，n 由当日（0）向前数。",
    description_en="Σ 0.85ⁿ Pₙ, n counted back from the day itself (0).",
    fields=(Field("rain_mm", "逐日降水（由近及远，mm）", "Daily rain, latest first (mm)", "numbers", required=True),),
    standards=_DROUGHT,
    example={"inputs": {"rain_mm": [2, 0, 10]}},
)
def weighted(case: Case) -> Result:
    """`{WAP}`."""
    rain = _doubles(case.required("rain_mm"), "rain_mm")
    return {"WAP": figure(weighted_precipitation(rain, mci_rule(case.rules).decay))}


@topic(
    "precipitation_anomaly",
    medium="climate",
    zh="降水距平百分率（Pa）",
    en="Precipitation anomaly (Pa)",
    description_zh="(P − 均值)/均值 × 100%，按月尺度定级。",
    description_en="(P - mean)/mean × 100 %, graded on the monthly scale.",
    fields=(Field("P_mm", "降水量（mm）", "Precipitation (mm)", required=True),
            Field("mean_mm", "多年平均（mm）", "Long-term mean (mm)", required=True)),
    standards=_DROUGHT,
    example={"inputs": {"P_mm": 8, "mean_mm": 20}},
)  # fmt: skip
def anomaly(case: Case) -> Result:
    """`{Pa, grade}` [%]."""
    usual = double(case.required("mean_mm"), "mean_mm")
    if usual <= 0:
        raise InputError("The mean precipitation must be above 0.", fix="Give the long-term mean.")
    found = (double(case.required("P_mm"), "P_mm") - usual) / usual * 100
    return {"Pa": figure(found), "grade": _grade(case, "pa_month", figure(found))}


@topic(
    "cold_wave",
    medium="climate",
    zh="寒潮判定",
    en="Cold wave",
    description_zh="最低气温 24、48、72 小时内降 8、10、12 ℃ 以上，且最低气温 ≤ 4 ℃。",
    description_en="The minimum falls by 8, 10 or 12 °C within 24, 48 or 72 hours, and reaches 4 °C or less.",
    fields=(
        Field("drop24", "24 小时降温（℃）", "Fall in 24 h (°C)"),
        Field("drop48", "48 小时降温（℃）", "Fall in 48 h (°C)"),
        Field("drop72", "72 小时降温（℃）", "Fall in 72 h (°C)"),
        Field("tmin", "最低气温（℃）", "Minimum (°C)", required=True),
    ),
    standards=("GB/T 21987-2017",),
    example={"inputs": {"drop24": "7.5", "drop48": "10.2", "drop72": "11.0", "tmin": "3.5"}},
)
def cold_wave(case: Case) -> Result:
    """`{cold_wave, by}`; null while missing falls could decide, which `missing` names."""
    falls = {hours: case.inputs.get(f"drop{hours}") for hours in (24, 48, 72)}
    found = judge_fall(falls, case.required("tmin"), cold_wave_rule(case.rules))
    result: Result = {"cold_wave": found.cold_wave, "by": None if found.by is None else f"{found.by} h"}
    return result | {"missing": list(found.missing)} if found.missing else result


@topic(
    "rain_signal",
    medium="climate",
    zh="暴雨预警信号",
    en="Signal of heavy rain",
    description_zh="12、6、3 小时降雨 50 mm 分别为蓝、黄、橙色，3 小时 100 mm 为红色。",
    description_en="50 mm within 12, 6 or 3 hours is blue, yellow, orange; 100 mm in 3 hours red.",
    fields=(
        Field("rain_3h", "3 小时雨量（mm）", "Rain of 3 h (mm)"),
        Field("rain_6h", "6 小时雨量（mm）", "Rain of 6 h (mm)"),
        Field("rain_12h", "12 小时雨量（mm）", "Rain of 12 h (mm)"),
    ),
    example={"inputs": {"rain_3h": 62, "rain_6h": 70, "rain_12h": 80}},
)
def rain(case: Case) -> Result:
    """`{signal}`; null when no colour is reached; `missing` names sums without which a stronger one is open."""
    if not case.inputs:
        raise InputError("rain_signal needs a sum of rain.", fix="Give rain_3h, rain_6h, rain_12h.")
    sums = {hours: case.inputs.get(f"rain_{hours}h") for hours in (3, 6, 12)}
    return _signal(rain_signal(sums, signal_rows(case.rules, "rain")))


@topic(
    "cold_signal",
    medium="climate",
    zh="寒潮预警信号",
    en="Signal of a cold wave",
    description_zh="降温幅度、最低气温与平均风力三项同时达到。",
    description_en="Fall, minimum and wind must all be reached.",
    fields=(
        Field("drop24", "24 小时降温（℃）", "Fall in 24 h (°C)"),
        Field("drop48", "48 小时降温（℃）", "Fall in 48 h (°C)"),
        Field("tmin", "最低气温（℃）", "Minimum (°C)", required=True),
        Field("wind_force", "陆地平均风力（级）", "Wind (Beaufort force)", required=True),
    ),
    example={"inputs": {"drop24": 10, "drop48": 12, "tmin": 3, "wind_force": 6}},
)
def cold(case: Case) -> Result:
    """`{signal}`; null when no colour is reached."""
    falls = {hours: case.inputs.get(f"drop{hours}") for hours in (24, 48)}
    found = cold_signal(falls, case.required("tmin"), case.required("wind_force"), signal_rows(case.rules, "cold"))
    return _signal(found)


@topic(
    "heat_signal",
    medium="climate",
    zh="高温预警信号",
    en="Signal of heat",
    description_zh="连续三天最高气温 ≥35 ℃ 黄色；24 小时内 ≥37 ℃ 橙色，≥40 ℃ 红色。",
    description_en="Maximum of 35 °C on three days running yellow; 37 °C orange, 40 °C red within 24 hours.",
    fields=(Field("tmax", "逐日最高气温（由远及近，℃）", "Daily maxima, oldest first (°C)", "values", required=True),),
    example={"inputs": {"tmax": ["35.0", "35.4", "36.1"]}},
)
def heat(case: Case) -> Result:
    """`{signal}`; null when no colour is reached."""
    given = case.required("tmax")
    values = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    return _signal(heat_signal(values, signal_rows(case.rules, "heat")))


def _signal(found: Signal) -> Result:
    result: Result = {"signal": None if found.row is None else found.row.zh}
    return result | {"missing": list(found.missing)} if found.missing else result


@topic(
    "cold_waves",
    medium="climate",
    zh="寒潮过程（逐日序列）",
    en="Cold waves in a series of days",
    description_zh="由逐日最低气温找出寒潮过程：起止日、最大降幅与时长、最低气温。",
    description_en="Cold waves in daily minima: first and last day, largest fall and its span, lowest minimum.",
    fields=(
        Field("daily_tmin", "逐日最低气温（℃，缺测 null）", "Daily minima (°C), null where missing", "numbers",
              required=True),
        Field("start", "首日（2019-11-01）", "First day (2019-11-01)", "text"),
    ),
    standards=("GB/T 21987-2017",),
    example={"inputs": {"daily_tmin": [8, "7.5", "-1", "-3", 2], "start": "2019-11-01"}},
)  # fmt: skip
def cold_wave_series(case: Case) -> Result:
    """`{cold_waves: [{start, end, fall, hours, minimum}]}`."""
    minima = _series(case, "daily_tmin")
    found = cold_waves(minima, cold_wave_rule(case.rules))
    return {
        "cold_waves": [
            {
                "start": wave.start.isoformat(),
                "end": wave.end.isoformat(),
                "fall": figure(wave.fall),
                "hours": wave.hours,
                "minimum": figure(wave.minimum),
            }
            for wave in found
        ]
    }


@topic(
    "heat_waves",
    medium="climate",
    zh="高温日与热浪（逐日序列）",
    en="Hot days and heat waves in a series of days",
    description_zh="最高气温 ≥35 ℃ 为高温日，连续 3 天为热浪。",
    description_en="Hot days have a maximum of 35 °C or more; three on end are a heat wave.",
    fields=(
        Field("daily_tmax", "逐日最高气温（℃，缺测 null）", "Daily maxima (°C), null where missing", "numbers",
              required=True),
        Field("start", "首日（2019-07-01）", "First day (2019-07-01)", "text"),
    ),
    example={"inputs": {"daily_tmax": ["34.9", "35.0", "36.2", "35.1", 30], "start": "2019-07-01"}},
)  # fmt: skip
def heat_wave_series(case: Case) -> Result:
    """`{hot_days, heat_waves: [{start, end, days, maximum}]}`."""
    maxima, rule = _series(case, "daily_tmax"), heat_rule(case.rules)
    return {
        "hot_days": len(hot_days(maxima, rule)),
        "heat_waves": [
            {
                "start": spell.start.isoformat(),
                "end": spell.end.isoformat(),
                "days": spell.days,
                "maximum": figure(spell.extreme),
            }
            for spell in heat_waves(maxima, rule)
        ],
    }


@topic(
    "evapotranspiration",
    medium="climate",
    zh="参考蒸散量 ET0（FAO-56）",
    en="Reference evapotranspiration ET0 (FAO-56)",
    description_zh="Penman-Monteith 逐日；风速按 10 m 高度换算到 2 m，缺气压时由海拔推算。",
    description_en="Penman-Monteith by day; wind taken from 10 m to 2 m, pressure from the height when not given.",
    fields=(
        Field("date", "日期", "Day", "text", required=True),
        Field("tmax", "最高气温（℃）", "Maximum (°C)", required=True),
        Field("tmin", "最低气温（℃）", "Minimum (°C)", required=True),
        Field("rh", "平均相对湿度（%）", "Mean relative humidity (%)", required=True),
        Field("wind", "平均风速（m/s）", "Mean wind (m/s)", required=True),
        Field("sun", "日照时数（h）", "Sunshine (h)", required=True),
        Field("latitude", "纬度（°）", "Latitude (°)", required=True),
        Field("elevation", "海拔（m）", "Height (m)", required=True),
        Field("pressure", "气压（hPa）", "Pressure (hPa)"),
        Field("wind_height", "风速高度（m）", "Height of the wind gauge (m)"),
    ),
    example={"inputs": {"date": "2019-07-06", "tmax": "21.5", "tmin": "12.3", "rh": "70.5", "wind": "2.78",
                        "sun": "9.25", "latitude": "50.8", "elevation": 100}},
)  # fmt: skip
def et0(case: Case) -> Result:
    """`{ET0}` [mm/d]."""
    pressure, height = case.inputs.get("pressure"), case.inputs.get("wind_height")
    tmax, tmin, humidity, wind, sun = (double(case.required(name), name) for name in _WEATHER)
    weather = Weather(tmax, tmin, humidity, wind, sun, None if pressure is None else double(pressure, "pressure"))
    site = Site(
        double(case.required("latitude"), "latitude"),
        double(case.required("elevation"), "elevation"),
        10.0 if height is None else double(height, "wind_height"),
    )
    return {"ET0": figure(penman_monteith(_day(str(case.required("date")), "date"), weather, site))}


family(
    "climate",
    medium="climate",
    zh="气候与气象灾害",
    en="Climate and weather hazards",
    members=("spi", "spi_fit", "spei", "spei_fit", "mci", "drought_grade", "rain_signal", "cold_signal", "cold_wave",
             "heat_signal", "moisture_index", "weighted_precipitation", "precipitation_anomaly", "cold_waves",
             "heat_waves", "evapotranspiration"),
)  # fmt: skip


def _grade(case: Case, name: str, value: Any) -> str | None:
    if value is None:
        return None
    found = scale(case.rules, name).grade(value, name=name)
    return None if found is None else found.zh


def _doubles(values: Sequence[object], name: str) -> list[float]:
    found = [exact_or_none(value, name=name) for value in values]
    return [float(value) for value in found if value is not None]


def _series(case: Case, name: str) -> dict[date, float | None]:
    start = case.inputs.get("start")
    first = _day(str(start), "start") if start else date(2000, 1, 1)
    found: dict[date, float | None] = {}
    for offset, value in enumerate(case.required(name)):
        number = exact_or_none(value, name=name)
        found[first + timedelta(days=offset)] = None if number is None else float(number)
    return found


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{name} must be a day, got {text!r}.", fix="Write it as 2019-07-01.") from None
