"""Topics of soil: farmland, development land, safe use, and the gate in front of a supply of land."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saishang.science.calc.registry import Case, Field, Result, topic
from saishang.science.numbers import InputError
from saishang.science.soil.admission import Plot, may_be_supplied
from saishang.science.soil.development import assess_development_land
from saishang.science.soil.farmland import assess_farmland
from saishang.science.soil.from_rules import admission_rules, development_standard, farmland_standard, words
from saishang.science.soil.safe_use import farmland_safe_use

__all__: list[str] = []

CANNOT_TELL = "无法判定"
_DETAIL = Field("detail", "列出各项与限值（1=是）", "List items and values (1 = yes)", "integer")


def _wants_detail(case: Case) -> bool:
    return str(case.inputs.get("detail") or "0") not in ("0", "0.0")


@topic(
    "farmland_soil",
    medium="soil",
    zh="农用地土壤类别",
    en="Farmland soil category",
    description_zh="按土地利用与 pH 取筛选值、管制值，最差项目定优先保护、安全利用或严格管控；水旱轮作取较严者。",
    description_en="Screening and intervention values by land use and pH; the worst item decides between priority "
    "protection, safe use and strict control. Rotation takes the stricter value.",
    fields=(
        Field("values", "各项含量（名称=数值）", "Contents by item", "mapping", "mg/kg", required=True),
        Field("ph", "土壤 pH", "Soil pH"),
        Field("land_use", "土地利用（水田、水旱轮作、果园、其他）", "Land use (rotation, orchard …)", "text",
              required=True),
        _DETAIL,
    ),
    standards=("GB 15618-2018",),
    example={"inputs": {"ph": "8.2", "land_use": "其他", "values": {"cd": "0.7", "as": "15", "pb": "60"}}},
)  # fmt: skip
def farmland_soil(case: Case) -> Result:
    """`{category, over_screening, over_intervention}`; `missing` when an item has no value."""
    standard = farmland_standard(case.rules, case.on)
    verdict = assess_farmland(case.required("values"), case.inputs.get("ph"), str(case.required("land_use")), standard)
    category = words(case.rules, "farmland", "categories")
    result: Result = {
        "category": CANNOT_TELL if verdict.category is None else category[verdict.category][0],
        "over_screening": list(verdict.over_screening),
        "over_intervention": list(verdict.over_intervention),
    }
    if verdict.missing:
        result["missing"] = list(verdict.missing)
    if _wants_detail(case):
        result["items"] = {
            item.name: {"value": item.value, "screening": item.screening, "intervention": item.intervention}
            for item in verdict.items
        }
    return result


@topic(
    "development_land",
    medium="soil",
    zh="建设用地土壤筛查",
    en="Development land soil",
    description_zh="按第一类、第二类用地比较筛选值与管制值；砷、钴、钒不超过背景值的不作为污染。",
    description_en="Screening and intervention values for class 1 and class 2 land; arsenic, cobalt and vanadium not "
    "over the natural background are no contamination.",
    fields=(
        Field("values", "各项含量（名称=数值）", "Contents by item", "mapping", "mg/kg", required=True),
        Field("land_class", "用地类别（1 或 2）", "Class of land (1 or 2)", "integer", required=True),
        Field("background", "背景值（仅砷、钴、钒）", "Natural background (As, Co, V only)", "mapping", "mg/kg"),
        _DETAIL,
    ),
    standards=("GB 36600-2018",),
    example={"inputs": {"land_class": 1, "values": {"砷": "45", "铅": "120"}}},
)
def development_land(case: Case) -> Result:
    """`{result}`; `missing` and `within_background` where they apply."""
    standard = development_standard(case.rules, case.on)
    background = case.inputs.get("background")
    verdict = assess_development_land(
        case.required("values"), case.required("land_class"), standard, background=background
    )
    said = words(case.rules, "development_land", "results")
    result: Result = {"result": CANNOT_TELL if verdict.result is None else said[verdict.result][0]}
    if verdict.missing:
        result["missing"] = list(verdict.missing)
    if verdict.within_background:
        result["within_background"] = list(verdict.within_background)
    if _wants_detail(case):
        result["items"] = {item.name: _development_item(item, said) for item in verdict.items}
    return result


def _development_item(item: Any, said: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "value": item.value,
        "screening": item.screening,
        "intervention": item.intervention,
        "result": CANNOT_TELL if item.result is None else said[item.result][0],
    }


@topic(
    "safe_use",
    medium="soil",
    zh="受污染耕地安全利用率",
    en="Safe-use rate of contaminated farmland",
    description_zh="(B+C+D)/E：轻度优先保护、轻中度安全利用且农产品达标、重度严格管控的面积之和除以受污染耕地总面积。",
    description_en="(B+C+D)/E: lightly polluted under priority protection, light to medium in safe use with crops that "
    "meet the standard, and heavily polluted under strict control, over all contaminated farmland.",
    fields=(
        Field("B", "轻度污染、优先保护面积", "Lightly polluted, priority protection", required=True),
        Field("C", "轻中度污染、安全利用且农产品达标面积", "Light to medium, safe use, crops meet the standard",
              required=True),
        Field("D", "重度污染、严格管控面积", "Heavily polluted, strict control", required=True),
        Field("E", "受污染耕地总面积", "All contaminated farmland", required=True),
    ),
    standards=("受污染耕地安全利用率核算方法（试行）",),
    example={"inputs": {"B": 1200, "C": 560, "D": 80, "E": 2000}},
)  # fmt: skip
def safe_use(case: Case) -> Result:
    """`{rate_pct}` to one decimal."""
    return {"rate_pct": farmland_safe_use(case.inputs).rounded}


@topic(
    "soil_gate",
    medium="soil",
    zh="净土供地审查",
    en="May a plot be supplied",
    description_zh="按准入链状态（待调查、调查未超标、列入名录、移出名录等）与拟用途判断能否供地，并给出理由与条款。",
    description_en="By the state in the admission chain and the intended use: yes or no, with reason and article.",
    fields=(
        Field("use", "拟用途（住宅、公共管理与公共服务、工业等）", "Intended use", "text", required=True),
        Field("state", "地块状态；空＝无记录", "State of the plot; empty = no record", "text"),
        Field("land_class", "调查、评估或修复所按用地类别（1 或 2）", "Class of land it was surveyed for (1 or 2)",
              "integer"),
    ),
    standards=("土壤污染防治法",),
    example={"inputs": {"use": "住宅", "state": "列入名录"}},
)  # fmt: skip
def soil_gate(case: Case) -> Result:
    """`{allowed, reason, clause, next}`: `next` are the legal moves from the state."""
    rules = admission_rules(case.rules)
    plots = []
    moves: list[str] = []
    if case.inputs.get("state") is not None:
        state = rules.table.state(str(case.inputs["state"]))
        moves = [move.zh for move in rules.table.moves(state.id)]
        plots = [Plot("", state.id, _land_class(case))]
    decision = may_be_supplied(plots, str(case.required("use")), rules)
    first = decision.reasons[0]
    return {
        "allowed": decision.allowed,
        "undetermined": decision.undetermined,
        "reason": first.zh,
        "clause": first.clause,
        "next": moves,
    }


def _land_class(case: Case) -> int | None:
    given = case.inputs.get("land_class")
    if given is None:
        return None
    if str(given).strip() not in ("1", "2"):
        raise InputError(f"The land class is 1 or 2, got {given}.", fix="1: housing, schools …; 2: industry, roads …")
    return int(str(given))
