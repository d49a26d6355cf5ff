"""Topics of solid waste: rates, the share of zero-waste cities, balances, manifests."""

from __future__ import annotations

from fractions import Fraction

from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.numbers import InputError, exact
from saishang.science.rounding import round_half_even
from saishang.science.waste.balance import balance
from saishang.science.waste.from_rules import manifest_digits, setting, streams
from saishang.science.waste.manifest import read_number
from saishang.science.waste.rates import utilisation_percent, zero_waste_share

__all__: list[str] = []

_LIST = "“无废城市”建设指标体系（2021年版）"
_MEASURES = "危险废物转移管理办法"


@topic(
    "waste_utilisation",
    medium="waste",
    zh="综合利用率",
    en="Utilisation rate",
    description_zh="综合利用量（含往年贮存）÷（当年产生量＋利用往年贮存量）。",
    description_en="Used, earlier storage included, over what was generated plus what was used from earlier storage.",
    fields=(
        Field("used", "综合利用量", "Used", required=True),
        Field("generated", "当年产生量", "Generated in the year", required=True),
        Field("of_which_old", "其中利用往年贮存量", "Of which from earlier storage"),
    ),
    standards=(_LIST,),
    example={"inputs": {"used": 2300, "of_which_old": 100, "generated": 4000}},
)
def waste_utilisation(case: Case) -> Result:
    """`{rate_pct}` to one decimal."""
    old = case.inputs.get("of_which_old", 0)
    return {"rate_pct": utilisation_percent(case.required("used"), case.required("generated"), old)}


@topic(
    "zero_waste_share",
    medium="waste",
    zh="“无废城市”建设比例",
    en="Share of zero-waste cities",
    description_zh="纳入建设的地级城市数 ÷ 地级城市总数；未见正式口径，属建议。",
    description_en="Prefecture cities in the programme over all of them; a proposal, no official rule was found.",
    fields=(
        Field("prefecture_cities", "地级城市总数", "Prefecture cities", "integer", required=True),
        Field("in_programme", "纳入建设的城市数", "Cities in the programme", "integer", required=True),
    ),
    example={"inputs": {"prefecture_cities": 5, "in_programme": 2}},
)
def zero_waste(case: Case) -> Result:
    """`{pct}` to one decimal."""
    return {"pct": zero_waste_share(case.required("in_programme"), case.required("prefecture_cities"))}


@topic(
    "waste_balance",
    medium="waste",
    zh="固体废物物料平衡",
    en="Mass balance of waste",
    description_zh="来源（产生、年初贮存、接收等）应等于去向（利用、处置、转出、年末贮存等），超出允许偏差即报警。",
    description_en="What comes in must go somewhere; a difference beyond the tolerance is an alarm.",
    fields=(
        Field("stream", "废物种类", "Kind of waste", "text", required=True,
              choices=("industrial", "hazardous", "household", "construction", "agricultural", "e_waste")),
        Field("flows", "各项数量（generated=…）", "Masses (generated=…)", "mapping", required=True),
        Field("tolerance_percent", "允许偏差", "Tolerance", unit="%"),
    ),
    example={"inputs": {"stream": "industrial", "flows": {"generated": 4000, "opening": 300, "used": 2300,
                                                          "disposed": 1500, "discarded": 0, "closing": 490}}},
)  # fmt: skip
def waste_balance(case: Case) -> Result:
    """`{sources, sinks, difference, verdict}`; `missing` names flows without a value."""
    tolerance = case.inputs.get("tolerance_percent")
    if tolerance is None:
        tolerance = setting(case.rules, "balance_tolerance_percent")
    found = balance(streams(case.rules)[str(case.required("stream"))], case.required("flows"), tolerance)
    said = {"balanced": "平衡", "missing_mass": "去向不足", "surplus_mass": "去向超出", "cannot_tell": "无法判定"}
    result: Result = {
        "sources": found.sources,
        "sinks": found.sinks,
        "difference": found.difference,
        "verdict": said[found.verdict],
    }
    if found.missing:
        result["missing"] = list(found.missing)
    return result


family(
    "waste",
    medium="waste",
    zh="固体废物指标",
    en="Solid waste figures",
    members=("waste_utilisation", "zero_waste_share", "waste_balance"),
)


@topic(
    "manifest_number",
    medium="waste",
    zh="危险废物转移联单编号",
    en="Number of a hazardous-waste manifest",
    description_zh="14 位：年份 4、省 2、市 2、流水号 6。",
    description_en="Fourteen digits: year 4, province 2, city 2, serial number 6.",
    fields=(Field("number", "联单编号", "Number", "text", required=True),),
    standards=(_MEASURES,),
    example={"inputs": {"number": "20246401000123"}},
)
def manifest_number(case: Case) -> Result:
    """`{year, province, city, serial}`."""
    parts = read_number(case.required("number"), manifest_digits(case.rules))
    return {"year": parts.year, "province": parts.province, "city": parts.city, "serial": parts.serial}


@topic(
    "manifest_mass",
    medium="waste",
    zh="危险废物联单数量核对",
    en="Masses of a manifest",
    description_zh="移出与接受数量之差超过允许偏差、处置量多于接受量均报警。",
    description_en="Accepted against shipped beyond the tolerance, or more treated than accepted, is an alarm.",
    fields=(
        Field("shipped", "移出量", "Shipped", unit="t", required=True),
        Field("accepted", "接受量", "Accepted", unit="t", required=True),
        Field("treated", "利用处置量", "Used or disposed of", unit="t"),
        Field("tolerance_percent", "允许偏差", "Tolerance", unit="%"),
    ),
    standards=(_MEASURES,),
    example={"inputs": {"shipped": "12.50", "accepted": "11.90", "treated": "11.90"}},
)
def manifest_mass(case: Case) -> Result:
    """`{difference, difference_pct, alarm}`; `waiting` when the treated mass is given."""
    tolerance = case.inputs.get("tolerance_percent")
    share = exact(setting(case.rules, "manifest_tolerance_percent") if tolerance is None else tolerance)
    shipped, accepted = _mass(case, "shipped"), _mass(case, "accepted")
    difference = accepted - shipped
    alarm = abs(difference) > shipped * share / 100
    result: Result = {
        "difference": difference,
        "difference_pct": round_half_even(100 * difference / shipped, 2) if shipped else None,
    }
    if case.inputs.get("treated") is not None:
        result["waiting"] = accepted - _mass(case, "treated")
        alarm = alarm or result["waiting"] < 0
    return {**result, "alarm": alarm}


def _mass(case: Case, name: str) -> Fraction:
    mass = exact(case.required(name), name=name)
    if mass < 0:
        raise InputError(f"{name} must not be negative.", fix="Check the mass.")
    return mass


family(
    "hazardous_manifest",
    medium="waste",
    zh="危险废物转移联单",
    en="Hazardous-waste manifest",
    members=("manifest_number", "manifest_mass"),
)
