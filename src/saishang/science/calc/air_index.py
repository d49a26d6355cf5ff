"""Topics of the air quality index: `AQI` (one day or hour) and `IAQI` (one value)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saishang.science.air.aqi import AirQualityIndex, SubIndex, air_quality_index, sub_index
from saishang.science.air.edition import IndexEdition, Report
from saishang.science.air.from_rules import index_edition, index_editions
from saishang.science.calc.registry import Case, Field, Result, topic
from saishang.science.calc.standards import choose_standard
from saishang.science.numbers import InputError

__all__: list[str] = []

_MISSING = {"", "NA", "N/A", "—", "-"}
_HOURLY = {"hourly", "1h", "hour", "real-time", "realtime", "小时", "实时", "小时报", "实时报", "1小时", "小时均值"}
_DAILY = {"", "daily", "24h", "day", "日", "日报", "日均", "日均值", "24小时"}

#: Input → (its item in a daily report, in an hourly one on rolling means, in an hourly one on hours); None = no item.
_ITEMS: dict[str, tuple[str | None, str | None, str | None]] = {
    "SO2": ("SO2_24h", "SO2_1h", "SO2_1h"),
    "NO2": ("NO2_24h", "NO2_1h", "NO2_1h"),
    "CO": ("CO_24h", "CO_1h", "CO_1h"),
    "O3": ("O3_8h", "O3_1h", "O3_1h"),
    "PM10": ("PM10_24h", "PM10_24h", "PM10_1h"),
    "PM2.5": ("PM2.5_24h", "PM2.5_24h", "PM2.5_1h"),
    "O3_8h": ("O3_8h", "O3_8h", "O3_8h"),
    "O3_1h_max": ("O3_1h", None, None),
    "SO2_1h": (None, "SO2_1h", "SO2_1h"),
    "NO2_1h": (None, "NO2_1h", "NO2_1h"),
    "CO_1h": (None, "CO_1h", "CO_1h"),
    "O3_1h": (None, "O3_1h", "O3_1h"),
    "PM10_1h": (None, "PM10_1h", "PM10_1h"),
    "PM2.5_1h": (None, "PM2.5_1h", "PM2.5_1h"),
    "SO2_24h": ("SO2_24h", "SO2_24h", None),
    "NO2_24h": ("NO2_24h", None, None),
    "CO_24h": ("CO_24h", None, None),
    "PM10_24h": ("PM10_24h", "PM10_24h", None),
    "PM2.5_24h": ("PM2.5_24h", "PM2.5_24h", None),
}
_PLAIN = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")
_ALIASES = {
    "O3_8h": ("O3_8h_max", "O3_8h_rolling", "O3_8h_daily_max", "O3-8h"),
    "PM10_24h": ("PM10_24h_rolling",),
    "PM2.5_24h": ("PM2.5_24h_rolling", "PM25_24h", "PM25_24h_rolling"),
    "PM2.5_1h": ("PM25_1h",),
    "PM2.5": ("PM25",),
    "O3_1h_max": ("O3_1h_daily_max",),
    "SO2_24h": ("SO2_24h_rolling",),
}
_UNIT = {"CO": "mg/m³"}


def _fields() -> tuple[Field, ...]:
    meaning = {
        "O3": (
            "臭氧：日报为日最大8小时平均，小时报为1小时平均",
            "Ozone: daily, the maximum 8-hour mean; hourly, the hour",
        ),
        "O3_8h": ("臭氧8小时平均（日最大或滑动）", "Ozone, 8-hour mean (daily maximum, or rolling)"),
        "O3_1h_max": ("臭氧日最大1小时平均（仅2012版日报）", "Ozone, daily maximum 1-hour mean (2012 daily only)"),
    }
    names = {"SO2": "二氧化硫", "NO2": "二氧化氮", "CO": "一氧化碳", "O3": "臭氧", "PM10": "可吸入颗粒物",
             "PM2.5": "细颗粒物"}  # fmt: skip
    fields = []
    for name in _ITEMS:
        pollutant, _, period = name.partition("_")
        zh = names[pollutant] + ({"1h": "1小时平均", "24h": "24小时（滑动）平均"}.get(period, "浓度"))
        en = pollutant + ({"1h": ", 1-hour mean", "24h": ", 24-hour (rolling) mean"}.get(period, " concentration"))
        zh, en = meaning.get(name, (zh, en))
        fields.append(Field(name, zh, en, unit=_UNIT.get(pollutant, "µg/m³"), aliases=_ALIASES.get(name, ())))
    return tuple(fields)


def edition_of(case: Case) -> IndexEdition:
    """The edition of HJ 633 that the case names, or the one in force on its day."""
    found = choose_standard(case.standard, index_editions(case.rules))
    return index_edition(case.rules, found[-1] if found else case.on)


def report_of(case: Case) -> Report:
    """Daily (the default) or hourly."""
    text = case.averaging.casefold()
    if text in _DAILY:
        return "daily"
    if text in _HOURLY:
        return "hourly"
    raise InputError(f"An AQI is daily or hourly, not {case.averaging!r}.", fix="Use averaging daily or hourly.")


@topic(
    "AQI",
    medium="air",
    zh="空气质量指数",
    en="Air quality index",
    description_zh="一日或一小时的空气质量指数、分指数、首要污染物与级别；缺项时按标准决定能否发布。",
    description_en="Index, sub-indices, primary pollutants and level of one day or hour; tells what may be published "
    "when a pollutant is missing.",
    fields=_fields(),
    standards=("HJ 633-2012", "HJ 633-2026"),
    averagings=("daily", "hourly"),
    example={
        "standard": "HJ 633-2026",
        "averaging": "daily",
        "inputs": {"SO2": 15, "NO2": 40, "CO": 1.0, "O3": 98, "PM10": 130, "PM2.5": 70},
    },
)
def aqi(case: Case) -> Result:
    """`{iaqi, aqi, primary, category, level[, exceeding]}`; `NA` for what may not be published."""
    edition, report = edition_of(case), report_of(case)
    if not case.inputs:
        raise InputError("AQI needs the concentration of at least one pollutant.", fix="Give PM2.5=70 PM10=130 …")
    if report == "daily" and "O3_1h_max" in case.inputs and edition.has_item("daily", "O3_1h"):
        return _seven_item_day(case, edition)
    index = air_quality_index(edition, report, _concentrations(case.inputs, edition, report))
    if report == "hourly" and not set(case.inputs) <= set(_PLAIN):
        return _hour_by_items(case, index)
    return _shown(index)


def _on_rolling_means(edition: IndexEdition) -> bool:
    """Whether the hourly report reads particles from their rolling 24-hour means (2012) instead of the hour."""
    return edition.has_item("hourly", "PM10_24h")


def _concentrations(inputs: Mapping[str, Any], edition: IndexEdition, report: Report) -> dict[str, Any]:
    """Inputs under the item names of the edition's report."""
    found: dict[str, Any] = {}
    for name, value in inputs.items():
        daily, rolling, hours = _ITEMS[name]
        item = daily if report == "daily" else rolling if _on_rolling_means(edition) else hours
        if item is None or not edition.has_item(report, item):
            # Items of the other edition may stand beside ours, so that one set of inputs serves both; hours of
            # particles are reported in 2012 too, but have no sub-index there: their rolling means have.
            continue
        if item in found:
            raise InputError(f"{name} and another input both give the item {item}.", fix="Give one of them.")
        found[item] = None if isinstance(value, str) and value.strip().upper() in _MISSING else value
    if not found:
        raise InputError(
            f"{edition.name} {report} has no use for {', '.join(inputs)}.",
            fix=f"It takes {', '.join(item.name for item in edition.items[report])}.",
        )
    return found


def _shown(index: AirQualityIndex) -> Result:
    if not index.publishable or index.category is None:
        result: Result = {"iaqi": dict(index.iaqi), "aqi": "NA", "primary": "NA", "category": "NA"}
        return result
    result = {
        "iaqi": dict(index.iaqi),
        "aqi": index.aqi,
        "primary": list(index.primary),
        "category": index.category.category,
        "level": index.category.level,
    }
    if index.exceeding is not None:
        result["exceeding"] = list(index.exceeding)
        # The 2012 edition publishes from what there is, and has the gap noted.
        if index.missing:
            result["missing"] = list(index.missing)
        if index.above_range:
            result["above_range"] = list(index.above_range)
    return result


def _seven_item_day(case: Case, edition: IndexEdition) -> Result:
    """A 2012 day with the daily maximum 1-hour ozone: by the text (7 items), as published (6), and in 2026."""
    literal = air_quality_index(edition, "daily", _concentrations(case.inputs, edition, "daily"))
    six = {name: value for name, value in case.inputs.items() if name != "O3_1h_max"}
    practice = air_quality_index(edition, "daily", _concentrations(six, edition, "daily"))
    newest = index_edition(case.rules, index_editions(case.rules)[-1])
    later = air_quality_index(newest, "daily", _concentrations(six, newest, "daily"))
    return {
        "literal_aqi": _number(literal),
        "practice_8h_only_aqi": _number(practice),
        "aqi_2026": _number(later),
    }


def _number(index: AirQualityIndex) -> int | str:
    return index.aqi if index.publishable and index.aqi is not None else "NA"


def _hour_by_items(case: Case, index: AirQualityIndex) -> Result:
    """An hour given by items (`SO2_1h`, `PM10_24h_rolling` …): the sub-indices asked for, the whole when complete."""
    asked = list(dict.fromkeys(name.partition("_")[0] for name in case.inputs))
    result: Result = {f"{_short(name)}_iaqi": index.iaqi[name] for name in asked}
    if set(asked) < set(_PLAIN):
        return result
    ozone: dict[str, SubIndex] = {
        f"o3_{name}_iaqi": index.items[item] for name, item in (("1h", "O3_1h"), ("8h", "O3_8h")) if item in index.items
    }
    return _shown(index) | result | ozone


def _short(pollutant: str) -> str:
    return pollutant.lower().replace(".", "")


@topic(
    "IAQI",
    medium="air",
    zh="空气质量分指数",
    en="Sub-index of one pollutant",
    description_zh="一项污染物浓度对应的分指数。",
    description_en="Sub-index of one concentration.",
    fields=(
        Field("pollutant", "污染物", "Pollutant", "text", required=True, choices=_PLAIN),
        Field("averaging", "平均时间", "Averaging time", "text",
              choices=("24h", "8h", "1h", "8h_daily_max", "daily", "hourly"),
              words=(("日均", "daily"), ("24小时", "24h"), ("8小时", "8h"), ("日最大8小时", "8h_daily_max"),
                     ("1小时", "1h"), ("小时", "hourly"))),
        Field("concentration", "浓度（CO 为 mg/m³）", "Concentration (CO in mg/m³)", unit="µg/m³"),
    ),
    standards=("HJ 633-2012", "HJ 633-2026"),
    averagings=("24h", "8h", "1h"),
    example={"standard": "HJ 633-2026", "averaging": "24h",
             "inputs": {"pollutant": "PM2.5", "averaging": "24h", "concentration": 115}},
)  # fmt: skip
def iaqi(case: Case) -> Result:
    """`{iaqi}`: whole number; null when missing, or above a range without sub-index."""
    edition = edition_of(case)
    pollutant = str(case.required("pollutant"))
    text = str(case.inputs.get("averaging") or case.averaging or ("8h" if pollutant == "O3" else "24h"))
    averaging = {"8h_daily_max": "8h", "daily": "8h" if pollutant == "O3" else "24h", "hourly": "1h"}.get(text, text)
    if "concentration" not in case.inputs:
        raise InputError("IAQI needs the concentration.", fix="Give concentration=…, or null for a missing one.")
    return {"iaqi": sub_index(edition, pollutant, averaging, case.inputs["concentration"])}
