"""Topic of groundwater: class of a sample (GB/T 14848-2017)."""

from __future__ import annotations

from saishang.science.calc.registry import Case, Field, Result, topic
from saishang.science.calc.standards import choose_standard
from saishang.science.groundwater.classes import ROMAN, classify
from saishang.science.groundwater.from_rules import editions, groundwater_standard

__all__: list[str] = []


@topic(
    "groundwater",
    medium="groundwater",
    zh="地下水质量类别",
    en="Class of groundwater",
    description_zh="按单项指标评价，最差指标定类别并列出该类别的指标；限值相同从优不从劣。未检出写作 0.025L。",
    description_en="Each item by its limits, the worst decides and is named; equal limits give the better class. Below "
    "detection is written 0.025L.",
    fields=(
        Field("values", "各项指标（无机 mg/L，有机 µg/L）", "Values by item (inorganics mg/L, organics µg/L)",
              "mapping", required=True),
        Field("detail", "列出各项类别（1=是）", "List the class of each item (1 = yes)", "integer"),
    ),
    standards=("GB/T 14848-2017",),
    example={"inputs": {"values": {"ph": "7.6", "hardness": "420", "tds": "2100", "na": "420", "f": "1.6"}}},
)  # fmt: skip
def groundwater(case: Case) -> Result:
    """`{class, worst}`; `missing`, `coarse` and `nuclides` name items where they apply."""
    named = choose_standard(case.standard, editions(case.rules))
    verdict = classify(case.required("values"), groundwater_standard(case.rules, named[-1] if named else case.on))
    result: Result = {"class": verdict.roman or "无法判定", "worst": list(verdict.worst)}
    if verdict.missing:
        result["missing"] = list(verdict.missing)
    for key, found in (
        ("coarse", [item.name for item in verdict.items if item.coarse]),
        ("nuclides", [item.name for item in verdict.items if item.nuclides]),
    ):
        if found:
            result[key] = sorted(found)
    if str(case.inputs.get("detail") or "0") not in ("0", "0.0"):
        result["items"] = {item.name: None if item.number is None else ROMAN[item.number - 1] for item in verdict.items}
    return result
