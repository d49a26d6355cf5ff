"""Topics of surface water beside its classes: trophic index, city index, sources, black-odorous water, blooms, flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from saishang.science.air.ranking import improvement_ranking, rank
from saishang.science.calc.registry import Case, Field, Result, topic
from saishang.science.calc.water_names import BODY, body_of, items_book, key_of, named_values, names_given
from saishang.science.numbers import InputError, exact, exact_or_none
from saishang.science.rounding import round_half_even
from saishang.science.units import stated
from saishang.science.water.black_odorous import (
    BlackRule,
    SampleGrade,
    body_grade,
    heavy_stretches,
    point_grade,
    sample_grade,
)
from saishang.science.water.blooms import BloomGrade, area_grade, density_grade, lake_grade, warning
from saishang.science.water.classes import class_number
from saishang.science.water.cwqi import change_percent, city_index, missing_items, water_index
from saishang.science.water.flow import assurance, days_kept, share_percent
from saishang.science.water.from_rules import black_rule, bloom_rule, cwqi_rule, source_rule, trophic_rule
from saishang.science.water.sources import compliance_shares, evaluate_source
from saishang.science.water.trophic import combine, grade_of, sub_index, trophic_index

__all__: list[str] = []

_MILLI = 1000


def _only_one(case: Case, *names: str) -> str:
    given = [name for name in names if case.inputs.get(name) is not None]
    if len(given) != 1:
        raise InputError(
            f"Give exactly one of {', '.join(names)}; got {', '.join(given) or 'none'}.", fix=f"Give {names[0]}=…"
        )
    return given[0]


def _percent(value: Fraction, places: int = 1) -> Any:
    return round_half_even(value, places)


@topic(
    "tli",
    medium="water",
    zh="综合营养状态指数",
    en="Trophic state index",
    description_zh="TLI(Σ)：叶绿素a（mg/m³）、总磷、总氮、高锰酸盐指数（mg/L）、透明度（m）；缺项时对其余项目重新归一。",
    description_en="Chlorophyll a [mg/m³], total phosphorus, total nitrogen, permanganate index [mg/L], transparency "
    "[m]; weights are renormalised over the items present.",
    fields=(
        Field("values", "各项目数值（chla tp tn sd codmn）", "Values by item", "mapping"),
        Field("sub_indices", "各项目指数", "Sub-indices by item", "mapping"),
        Field("tli", "指数（只定级）", "Index, to be graded", "values"),
        Field("chla_mg_per_L", "叶绿素a（站点文件单位）", "Chlorophyll a as station files give it", unit="mg/L"),
    ),
    standards=("总站生字〔2001〕090号",),
    example={"inputs": {"values": {"chla": "10", "tp": "0.05", "tn": "1.0", "sd": "1.0", "codmn": "4.0"}}},
)
def tli(case: Case) -> Result:
    """`{tli, grade}`; of `tli` values only `{grade}`; of a station's chlorophyll its unit and sub-index."""
    rule = trophic_rule(case.rules)
    given = _only_one(case, "values", "sub_indices", "tli", "chla_mg_per_L")
    value = case.inputs[given]
    if given == "tli":
        listed = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
        grades = [grade_of(index, rule).name for index in listed]
        return {"grade": grades if listed is value else grades[0]}
    if given == "chla_mg_per_L":
        density = exact(value, name="chla") * _MILLI
        index = sub_index(density, rule.items["chla"])
        return {"chla_mg_per_m3": density, "tli_chla": round_half_even(index, rule.decimals)}
    if given == "sub_indices":
        index = combine({name: part for name, part in _trophic_items(case, value).items() if part is not None}, rule)
        return {"tli": round_half_even(index, rule.decimals), "grade": grade_of(index, rule).name}
    found = trophic_index(_trophic_items(case, value), rule)
    return {"tli": round_half_even(found.index, rule.decimals), "grade": found.grade.name}


def _trophic_items(case: Case, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under the keys of the index; an item it does not know keeps its name and is refused there."""
    book = items_book(case.rules)
    items = trophic_rule(case.rules).items
    named = {name: key_of(book[name]) if name in book else name for name in values}
    if len(set(named.values())) < len(named):
        raise InputError("An item of the trophic index is given twice.", fix="Give it once.")
    return {
        key: stated(values[name], items[key].unit, name=name) if key in items else values[name]
        for name, key in named.items()
    }


@topic(
    "cwqi",
    medium="water",
    zh="城市水质指数",
    en="City water quality index",
    description_zh="CWQI：各项目均值与Ⅲ类限值之比求和；河流与湖库按断面（点位）数加权；变化率越小越好。",
    description_en="Sum of item means over the limit of class III; rivers and lakes weighted by their sections; the "
    "smaller the change the better.",
    fields=(
        Field("means", "各项目平均浓度", "Means by item", "mapping"),
        BODY,
        Field("river_index", "河流指数", "River index"),
        Field("M", "河流断面数", "River sections", "integer"),
        Field("lake_index", "湖库指数", "Lake index"),
        Field("N", "湖库点位数", "Lake points", "integer"),
        Field("now", "本期指数", "Index now"),
        Field("base", "基期指数", "Index of the base period"),
        Field("cities", "各城市本期指数", "Index by city", "mapping"),
        Field("cities_base", "各城市基期指数", "Index of the base period by city", "mapping"),
        Field("exempt", "不参加变化排名的城市", "Cities out of the change ranking", "numbers"),
    ),
    standards=("环办监测〔2017〕51号", "环办监测函〔2024〕61号"),
    example={"inputs": {"body": "river", "means": {"ph": "8.2", "do": "8.0", "codmn": "3.0", "nh3n": "0.25",
                                                   "tp": "0.08"}}},
)  # fmt: skip
def cwqi(case: Case) -> Result:
    """`{index}` of means, `{city_index}` of two indices, `{change_pct}`, or `{ranking, change_ranking}` of cities.

    An index is null with what is `missing` while an item, or the index of sections that count, has no value: a sum
    without it would flatter the place. Indices are ranked as published, with four decimals; equal ones share a rank.
    """
    rule = cwqi_rule(case.rules, case.on)
    given = set(case.inputs)
    if "cities" in given:
        return _rankings(case, rule.decimals, rule.change_decimals)
    if "means" in given:
        means = named_values(case.rules, case.required("means"))
        missing = missing_items(means, rule)
        if missing:
            names = names_given(case.rules, case.required("means"))
            return {"index": None, "missing": [names[code] for code in missing]}
        return {"index": round_half_even(water_index(means, rule, body_of(case)), rule.decimals)}
    if given & {"now", "base"}:
        change = change_percent(case.required("now"), case.required("base"))
        return {"change_pct": round_half_even(change, rule.change_decimals)}
    unknown = [
        index
        for index, number in (("river_index", "M"), ("lake_index", "N"))
        if case.inputs.get(index) is None and (exact_or_none(case.inputs.get(number), name=number) or 0) > 0
    ]
    if unknown:
        return {"city_index": None, "missing": unknown}
    parts = [case.inputs.get(name) for name in ("river_index", "M", "lake_index", "N")]
    return {"city_index": round_half_even(city_index(*parts), rule.decimals)}


def _rankings(case: Case, decimals: int, change_decimals: int) -> Result:
    now = {name: round_half_even(exact(value, name=name), decimals) for name, value in case.required("cities").items()}
    found: Result = {"ranking": rank(now)}
    if case.inputs.get("cities_base") is not None:
        out = {str(name) for name in case.inputs.get("exempt") or ()}
        judged = {name: value for name, value in now.items() if name not in out}
        changes = improvement_ranking(judged, case.inputs["cities_base"], decimals=change_decimals)
        found["change_ranking"] = {
            name: None if change is None else [round_half_even(change, change_decimals), place]
            for name, (change, place) in changes.items()
        }
    return found


@topic(
    "drinking_source",
    medium="water",
    zh="集中式饮用水水源评价",
    en="Drinking-water sources",
    description_zh="表1 达到Ⅲ类、表2 和表3 不超限值为达标；水源达标率按个数和按取水量。",
    description_en="A source complies with class III by table 1 and nothing over tables 2 and 3; shares by number and "
    "by volume.",
    fields=(
        Field("table1_class", "表1 类别", "Class by table 1", "text"),
        Field("supplementary", "表2 补充项目", "Supplementary items (table 2)", "mapping", "mg/L"),
        Field("specific", "表3 特定项目", "Specific items (table 3)", "mapping", "mg/L"),
        Field("sources", "各水源 [取水量, 是否达标]", "Sources as [volume, compliant]", "numbers"),
    ),
    standards=("GB 3838-2002",),
    example={"inputs": {"table1_class": "Ⅱ", "supplementary": {"so4": "262", "cl": "120", "no3n": "3.1"}}},
)
def drinking_source(case: Case) -> Result:
    """`{compliant, over: [[item, multiple]]}` of one source; `{by_number_pct, by_volume_pct}` of several.

    `compliant` is null with the `missing` items while one without a value could still be over its limit.
    """
    rule = source_rule(case.rules, case.on)
    if case.inputs.get("sources") is not None:
        by_number, by_volume = compliance_shares([_source(entry) for entry in case.inputs["sources"]])
        return {
            "by_number_pct": _percent(by_number, rule.share_decimals),
            "by_volume_pct": None if by_volume is None else _percent(by_volume, rule.share_decimals),
        }
    supplementary, specific = case.inputs.get("supplementary") or {}, case.inputs.get("specific") or {}
    twice = sorted(supplementary.keys() & specific.keys())
    if twice:
        raise InputError(f"The item {twice[0]} is given twice.", fix="Give it once.")
    given_items = {**supplementary, **specific}
    names, items = names_given(case.rules, given_items), named_values(case.rules, given_items)
    given = case.inputs.get("table1_class")
    if given is None and not items:
        raise InputError("drinking_source needs a class, items or sources.", fix="Give table1_class=Ⅱ and the items.")
    number = None if given is None else class_number(given, name="table1_class")
    found = evaluate_source(number, items, rule)
    result: Result = {
        "compliant": found.compliant,
        "over": [[names[code], round_half_even(multiple, rule.multiple_decimals)] for code, multiple in found.over],
    }
    if found.missing:
        result["missing"] = [names[code] for code in found.missing]
    return result


def _source(entry: Any) -> tuple[Any, bool]:
    if not isinstance(entry, Sequence) or isinstance(entry, str) or len(entry) != 2 or not isinstance(entry[1], bool):
        raise InputError(
            f"A source is [volume, true or false], got {str(entry)[:40]!r}.", fix="Write [[500, true], [200, false]]."
        )
    return entry[0], entry[1]


@topic(
    "black_odorous",
    medium="water",
    zh="黑臭水体分级",
    en="Black-odorous water",
    description_zh="透明度、溶解氧、氧化还原电位、氨氮取最差一项；点位、河段和水体按超标数据比例判定。",
    description_en="The worst of transparency, oxygen, redox potential and ammonia; points, stretches and water bodies "
    "by shares of heavy data.",
    fields=(
        Field("sd_cm", "透明度", "Transparency", unit="cm", aliases=("sd",)),
        Field("do", "溶解氧", "Dissolved oxygen", unit="mg/L"),
        Field("orp", "氧化还原电位", "Redox potential", unit="mV"),
        Field("nh3n", "氨氮", "Ammonia nitrogen", unit="mg/L"),
        Field("depth_cm", "水深", "Depth of the water", unit="cm"),
        Field("samples", "样品数", "Samples", "integer"),
        Field("heavy_counts", "各项目重度次数", "Heavy samples by item", "mapping"),
        Field("points", "各点位级别", "Grades of the points, in order", "numbers"),
    ),
    standards=("城市黑臭水体整治工作指南",),
    example={"inputs": {"sd_cm": "18", "do": "1.5", "orp": "-50", "nh3n": "9.2"}},
)
def black_odorous(case: Case) -> Result:
    """`{result}` of a sample, `{point}` of counts, `{body, stretches}` of points; 无法判定 with what is `missing`."""
    rule = black_rule(case.rules)
    if case.inputs.get("heavy_counts") is not None:
        return _black("point", point_grade(case.inputs["heavy_counts"], case.required("samples"), rule), rule)
    if case.inputs.get("points") is not None:
        points = [_black_grade(word, rule) for word in case.inputs["points"]]
        return {
            "body": rule.grades[body_grade(points, rule)],
            "stretches": [[first + 1, last + 1] for first, last in heavy_stretches(points, rule)],
        }
    values = {key: case.inputs[key] for key in rule.items if key in case.inputs}
    return _black("result", sample_grade(values, rule, depth_cm=case.inputs.get("depth_cm")), rule)


def _black(key: str, found: SampleGrade, rule: BlackRule) -> Result:
    if found.grade is None:
        return {key: "无法判定", "missing": list(found.missing)}
    return {key: rule.grades[found.grade]}


def _black_grade(word: Any, rule: BlackRule) -> int:
    for number, known in enumerate(rule.grades):
        if str(word).strip() in (known, str(number), known[:2]):
            return number
    raise InputError(f"There is no grade {str(word)[:20]!r}.", fix=f"Use one of {', '.join(rule.grades)}.")


@topic(
    "function_zone",
    medium="water",
    zh="水功能区达标",
    en="Water function zones",
    description_zh="一个功能区达标频次不低于 80% 为年度达标；区域达标率为达标个数之比。",
    description_en="A zone keeps the year when 80 % of its checks pass; a region's share is of its zones.",
    fields=(
        Field("checks", "评价次数", "Checks", "integer"),
        Field("passed", "达标次数", "Checks passed", "integer"),
        Field("assessed", "评价功能区数", "Zones assessed", "integer"),
        Field("met", "达标功能区数", "Zones that comply", "integer"),
    ),
    standards=("SL 395-2007",),
    example={"inputs": {"checks": "12", "passed": "10"}},
)
def function_zone(case: Case) -> Result:
    """`{frequency_pct, year_ok}` of a zone, `{pct}` of a region."""
    document = case.rules.document("standards/water/function_zones")
    places = int(document["share_decimals"])
    if _only_one(case, "checks", "assessed") == "checks":
        share = share_percent(case.required("passed"), case.required("checks"), part_name="passed", whole_name="checks")
        ok = share >= exact(document["year_ok_from_percent"])
        return {"frequency_pct": _percent(share, places), "year_ok": ok}
    share = share_percent(case.required("met"), case.required("assessed"), part_name="met", whole_name="assessed")
    return {"pct": _percent(share, places)}


@topic(
    "lake_counts",
    medium="water",
    zh="湖库富营养化比例",
    en="Shares of eutrophic lakes",
    description_zh="各营养状态湖库个数占监测湖库总数的比例。",
    description_en="Lakes by trophic state over all lakes monitored.",
    fields=(
        Field("lakes", "湖库总数", "Lakes monitored", "integer", required=True),
        Field("light", "轻度富营养个数", "Lightly eutrophic", "integer"),
        Field("medium", "中度富营养个数", "Moderately eutrophic", "integer", aliases=("moderate",)),
        Field("heavy", "重度富营养个数", "Heavily eutrophic", "integer"),
    ),
    example={"inputs": {"lakes": "181", "light": "31", "medium": "9"}},
)
def lake_counts(case: Case) -> Result:
    """`{light_pct, medium_pct, heavy_pct}` of those given."""
    found: Result = {}
    for name in ("light", "medium", "heavy"):
        if case.inputs.get(name) is not None:
            share = share_percent(case.inputs[name], case.required("lakes"), part_name=name, whole_name="lakes")
            found[f"{name}_pct"] = _percent(share)
    if not found:
        raise InputError("lake_counts needs a count.", fix="Give light=31.")
    return found


@topic(
    "algal_bloom",
    medium="water",
    zh="水华分级与预警",
    en="Algal blooms",
    description_zh="按藻密度或面积比例分级；给出逐日密度时按指数增长外推预警（自定规则）。",
    description_en="Grade by cell density or by area; daily densities give a warning by exponential growth (own rule).",
    fields=(
        Field("cells_per_L", "藻密度", "Cell density", unit="cells/L"),
        Field("area_percent", "水华面积比例", "Area covered", unit="%", aliases=("area_pct",)),
        Field("points", "各点位藻密度", "Cell densities of points", "numbers"),
        Field("daily", "逐日藻密度", "Cell densities of consecutive days", "numbers"),
    ),
    standards=("HJ 1098-2020", "DB44/T 2261-2020"),
    example={"inputs": {"cells_per_L": "3500000"}},
)
def algal_bloom(case: Case) -> Result:
    """`{grade, name}`; of daily values also `{warning, expected_cells_per_L, expected_grade}`."""
    rule = bloom_rule(case.rules)
    given = _only_one(case, "cells_per_L", "area_percent", "points", "daily")
    value = case.inputs[given]
    if given == "cells_per_L":
        return _bloom(density_grade(value, rule))
    if given == "area_percent":
        return _bloom(area_grade(value, rule))
    if given == "points":
        return _bloom(lake_grade([item for item in value if item is not None], rule))
    found = warning({day: item for day, item in enumerate(value) if item is not None}, rule)
    return _bloom(found.today) | {
        "warning": found.warn,
        "expected_cells_per_L": round_half_even(found.expected, 0),
        "expected_grade": found.ahead.id,
    }


def _bloom(grade: BloomGrade) -> Result:
    return {"grade": grade.id, "name": grade.zh}


@topic(
    "ecological_flow",
    medium="water",
    zh="生态流量保障",
    en="Ecological flow",
    description_zh="达到目标流量的天（旬、月）数占比，与保证率比较。",
    description_en="Share of days (ten-days, months) at or over the target flow, against the assurance.",
    fields=(
        Field("days", "评价天数", "Days", "integer"),
        Field("ok_days", "达标天数", "Days at or over the target", "integer"),
        Field("flows", "逐日流量", "Daily flows", "numbers", "m³/s"),
        Field("target_flow", "目标流量", "Target flow", unit="m³/s"),
        Field("target_pct", "要求保证率（缺省 90%）", "Assurance asked for (default 90 %)", unit="%"),
    ),
    example={"inputs": {"days": "365", "ok_days": "352", "target_pct": "90"}},
)
def ecological_flow(case: Case) -> Result:
    """`{pct, met}`; of flows also the days counted."""
    document: Mapping[str, Any] = case.rules.document("standards/water/ecological_flow")
    asked = case.inputs.get("target_pct")
    wanted = exact(document["assurance_percent"] if asked is None else asked, name="target_pct")
    places = int(document["share_decimals"])
    if _only_one(case, "days", "flows") == "days":
        found = assurance(case.required("days"), case.required("ok_days"), wanted)
        return {"pct": _percent(found.percent, places), "met": found.met}
    kept, days = days_kept(case.inputs["flows"], case.required("target_flow"))
    if days == 0:
        raise InputError("None of the days has a flow.", fix="Give at least one flow.")
    found = assurance(days, kept, wanted)
    return {"days": days, "ok_days": kept, "pct": _percent(found.percent, places), "met": found.met}
