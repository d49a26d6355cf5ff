"""Topics of species: biodiversity, alien species, protected areas, fish."""

from __future__ import annotations

from typing import Any

from saishang.science.calc.figures import figure
from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.ecology.biodiversity import SpeciesCounts, biodiversity_index, community_indices
from saishang.science.ecology.from_rules import biodiversity_rule, listed_species, risk_rule
from saishang.science.ecology.invasive import alerts_for, risk_score
from saishang.science.ecology.reserves import Catch, fish_change, protected_share
from saishang.science.numbers import exact

__all__: list[str] = []


@topic(
    "biodiversity_index",
    medium="ecology",
    zh="生物多样性指数（BI）",
    en="Biodiversity index (BI)",
    description_zh="六项指数按全国最大值归一化后加权；缺任一计数不评价。",
    description_en="Six indices over the national maxima, weighted; without one count there is no index.",
    fields=tuple(
        Field(name, zh, en, "integer", required=True)
        for name, zh, en in (
            ("N_animal", "野生动物物种数", "Wild animal species"),
            ("N_plant", "野生维管束植物物种数", "Wild vascular plant species"),
            ("N_eco", "生态系统类型数（群系）", "Ecosystem types (formations)"),
            ("endemic_animal", "特有动物物种数", "Endemic animals"),
            ("endemic_plant", "特有植物物种数", "Endemic plants"),
            ("threatened_animal", "受威胁动物物种数", "Threatened animals"),
            ("threatened_plant", "受威胁植物物种数", "Threatened plants"),
            ("alien", "外来入侵物种数", "Alien invasive species"),
        )
    ),
    standards=("HJ 623-2011",),
    example={"inputs": {"N_animal": 300, "N_plant": 1500, "N_eco": 60, "endemic_animal": 40, "endemic_plant": 200,
                        "threatened_animal": 30, "threatened_plant": 40, "alien": 25}},
)  # fmt: skip
def bi_index(case: Case) -> Result:
    """`{BI, RV, RP, DE, ED, RT, EI, grade}`; EI is the degree of alien invasion here."""
    names = ("N_animal", "N_plant", "N_eco", "endemic_animal", "endemic_plant", "threatened_animal",
             "threatened_plant", "alien")  # fmt: skip
    found = biodiversity_index(SpeciesCounts(*(case.required(name) for name in names)), biodiversity_rule(case.rules))
    return {"BI": found.value, **found.indices, "grade": found.grade.zh}


@topic(
    "diversity",
    medium="ecology",
    zh="群落多样性指数",
    en="Diversity of a community",
    description_zh="Shannon（自然对数）、Simpson、Pielou、Margalef。",
    description_en="Shannon (natural logarithm), Simpson, Pielou, Margalef.",
    fields=(Field("counts", "各物种个体数", "Individuals per species", "numbers", required=True),),
    example={"inputs": {"counts": [10, 20, 30, 40]}},
)
def diversity(case: Case) -> Result:
    """`{H, D, J, margalef}`; J and margalef null where they are not defined."""
    found = community_indices(case.required("counts"))
    return {
        "H": figure(found.shannon),
        "D": found.simpson,
        "J": figure(found.evenness),
        "margalef": figure(found.margalef),
    }


family("bi", medium="ecology", zh="生物多样性", en="Biodiversity", members=("biodiversity_index", "diversity"))


@topic(
    "invasive_risk",
    medium="ecology",
    zh="外来入侵物种风险评分",
    en="Risk score of an alien species",
    description_zh="五项指标各 0–4 分加权，满分 100；缺项不定级。本系统方案，HJ 624 无分值。",
    description_en="Five indicators of 0 to 4, weighted to 100; one missing, no level. Ours: HJ 624 has no score.",
    fields=(
        Field("pathway", "传入途径", "Arrival pathway"),
        Field("establish", "定殖可能", "Establishment"),
        Field("spread", "扩散速度", "Spread"),
        Field("harm", "危害", "Harm"),
        Field("control", "防控难度", "Difficulty of control"),
    ),
    standards=("HJ 624-2011",),
    example={"inputs": {"pathway": 3, "establish": 4, "spread": 3, "harm": 3, "control": 2}},
)
def risk(case: Case) -> Result:
    """`{score, level}`; both null while an indicator is missing, which `missing` names."""
    found = risk_score(case.inputs, risk_rule(case.rules))
    result: Result = {"score": found.score, "level": None if found.level is None else found.level.zh}
    return result | {"missing": list(found.missing)} if found.missing else result


@topic(
    "alien_species",
    medium="ecology",
    zh="外来入侵物种名录查询",
    en="Lists of alien species",
    description_zh="学名是否列入中国外来入侵物种名单或重点管理名录（名录不全）。",
    description_en="Whether a scientific name is on the national lists (the lists held here are partial).",
    fields=(Field("name", "学名", "Scientific name", "text", required=True),),
    example={"inputs": {"name": "Solanum rostratum"}},
)
def alien(case: Case) -> Result:
    """`{species, lists}`; no list is no clearance, because the lists held here are partial."""
    found = alerts_for([(str(case.required("name")), None, "")], listed_species(case.rules))
    if not found:
        return {"species": None, "lists": []}
    return {"species": found[0].zh, "lists": list(found[0].lists)}


@topic(
    "protected_share",
    medium="ecology",
    zh="自然保护地面积占比",
    en="Share of protected areas",
    description_zh="各保护地面积之和减重叠，除以国土面积。",
    description_en="Sum of the places less the overlap, over the area of the region.",
    fields=(
        Field("areas", "各保护地面积（km²）", "Areas (km²)", "numbers", required=True),
        Field("land", "区域面积（km²）", "Area of the region (km²)", required=True),
        Field("overlap", "重叠面积（km²）", "Overlap (km²)"),
    ),
    example={"inputs": {"areas": ["5353.31"], "land": 66400}},
)
def share(case: Case) -> Result:
    """`{share_percent}`."""
    overlap = case.inputs.get("overlap")
    found = protected_share(case.required("areas"), case.required("land"), overlap=0 if overlap is None else overlap)
    return {"share_percent": figure(float(found))}


@topic(
    "fish_biomass",
    medium="ecology",
    zh="鱼类生物量变化",
    en="Change of fish biomass",
    description_zh="同网具、同月份的单位网时渔获量与基准年比较。",
    description_en="Catch per net-hour against the base year, same gear and month.",
    fields=(
        Field("base_kg", "基准年渔获（kg）", "Catch of the base year (kg)", required=True),
        Field("base_hours", "基准年网时（h）", "Net-hours of the base year (h)", required=True),
        Field("kg", "本年渔获（kg）", "Catch of this year (kg)", required=True),
        Field("hours", "本年网时（h）", "Net-hours of this year (h)", required=True),
    ),
    example={"inputs": {"base_kg": 12, "base_hours": 48, "kg": 15, "hours": 48}},
)
def fish(case: Case) -> Result:
    """`{base, current, change_percent}` [kg/h, %]; the caller answers for gear and month being the same."""
    base = Catch(case.required("base_kg"), case.required("base_hours"), "same", 1)
    current = Catch(case.required("kg"), case.required("hours"), "same", 1)
    found = fish_change([base], [current])
    return {name: _rounded(value) for name, value in
            (("base", found.base), ("current", found.current), ("change_percent", found.change))}  # fmt: skip


def _rounded(value: Any) -> Any:
    return figure(float(exact(value)))
