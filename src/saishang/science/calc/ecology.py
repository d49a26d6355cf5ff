"""Topics of ecology: EI, EQI and biodiversity; ecosystem functions and degraded land are in `ecosystem`."""

from __future__ import annotations

from typing import Any

from saishang.science.calc.figures import each, figure
from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.ecology.biodiversity import SpeciesCounts, biodiversity_index, community_indices
from saishang.science.ecology.from_rules import (
    biodiversity_rule,
    ecological_index_rule,
    listed_species,
    quality_index_rule,
    risk_rule,
    scale,
)
from saishang.science.ecology.index import (
    biological_richness,
    change_grade,
    ecological_index,
    habitat_quality,
    land_stress,
    pollution_load,
    restricted,
    vegetation_index,
    water_network_density,
    wet_year_resource,
)
from saishang.science.ecology.invasive import alerts_for, risk_score
from saishang.science.ecology.quality import ecosystem_quality, quality_change, quality_index
from saishang.science.ecology.reserves import Catch, fish_change, protected_share
from saishang.science.grading import Grade
from saishang.science.numbers import InputError, exact

__all__: list[str] = []

_EI = ("HJ 192-2015",)
_EQI = ("环监测〔2021〕99号",)
_SUB = (
    Field("bio", "生物丰度指数", "Biological richness", required=True),
    Field("veg", "植被覆盖指数", "Vegetation cover", required=True),
    Field("water", "水网密度指数", "Water network density", required=True),
    Field("land", "土地胁迫指数", "Land stress", required=True),
    Field("load", "污染负荷指数", "Pollution load", required=True),
)
_RESTRICTION = Field("restriction", "环境限制（code 2、code 3）", "Restriction (code 2, code 3)", "text")


def _zh(grade: Grade | None) -> str | None:
    return None if grade is None else grade.zh


@topic(
    "ei_index",
    medium="ecology",
    zh="生态环境状况指数（EI）",
    en="Ecological environment index (EI)",
    description_zh="五项分指数（各取一位小数）加权，胁迫与负荷取 100 减；可带环境限制。",
    description_en="Five sub-indices, one decimal each, weighted; stress and load as 100 minus; with restriction.",
    fields=(*_SUB, _RESTRICTION),
    standards=_EI,
    example={"inputs": {"bio": 40, "veg": 55, "water": 20, "land": 30, "load": 10}},
)
def ei_index(case: Case) -> Result:
    """`{EI, cls}`; with a restriction also `EI_final`, and the class is that of it."""
    rule = ecological_index_rule(case.rules)
    found = ecological_index(case.inputs, rule)
    if found is None:  # pragma: no cover - the fields are required
        raise InputError("A sub-index is missing.", fix="Give all five.")
    result: Result = {"EI": found.value, "cls": found.grade.zh}
    if "restriction" in case.inputs:
        final, grade = restricted(found.value, case.inputs["restriction"], rule)
        result |= {"EI_final": final, "cls": grade.zh}
    return result


@topic(
    "ei_restriction",
    medium="ecology",
    zh="EI 的环境限制",
    en="Restriction of EI by environmental events",
    description_zh="code 2 降一级，code 3 不得为优、良；指数取受限后等级的上限。",
    description_en="code 2 lowers one class, code 3 forbids the two best; the index is cut to the cap of the class.",
    fields=(Field("EI", "EI", "EI", required=True), Field("restriction", "环境限制（code 2、code 3）",
            "Restriction (code 2, code 3)", "text", required=True)),
    standards=_EI,
    example={"inputs": {"EI": "58.0", "restriction": "code 2"}},
)  # fmt: skip
def ei_restriction(case: Case) -> Result:
    """`{EI_final, cls}`."""
    final, grade = restricted(case.required("EI"), case.required("restriction"), ecological_index_rule(case.rules))
    return {"EI_final": final, "cls": grade.zh}


@topic(
    "ei_class",
    medium="ecology",
    zh="EI 分级",
    en="Class of EI",
    description_zh="优≥75，良 55–75，一般 35–55，较差 20–35，差<20。",
    description_en="Excellent from 75, good from 55, fair from 35, fairly poor from 20, poor below.",
    fields=(Field("EI", "EI（可多个）", "EI, one or several", "values", required=True),),
    standards=_EI,
    example={"inputs": {"EI": [74.9, 75]}},
)
def ei_class(case: Case) -> Result:
    """`{cls}`: one class or a list."""
    classes = scale(case.rules, "ei")
    return {"cls": each(case.required("EI"), lambda value: _zh(classes.grade(value, name="EI")))}


@topic(
    "ei_change",
    medium="ecology",
    zh="EI 变化幅度分级",
    en="Grade of the change of EI",
    description_zh="|ΔEI|<1 无明显变化，1–3 略微，3–8 明显，≥8 显著。",
    description_en="|dEI| below 1 none, from 1 slight, from 3 clear, from 8 marked.",
    fields=(Field("dEI", "EI 之差（可多个）", "Difference of EI, one or several", "values", required=True),),
    standards=_EI,
    example={"inputs": {"dEI": ["-3.2", "0.9", "2.5", "8.0"]}},
)
def ei_change(case: Case) -> Result:
    """`{cls}`: one grade or a list."""
    rule = ecological_index_rule(case.rules)
    return {"cls": each(case.required("dEI"), lambda value: _zh(change_grade(value, rule)))}


@topic(
    "ei_wet_year",
    medium="ecology",
    zh="丰水年水资源量修正",
    en="Water resource in a wet year",
    description_zh="当年与多年平均之比大于 1.4 时取 均值×(2.4−比值)。",
    description_en="Beyond 1.4 times the mean: mean × (2.4 - ratio).",
    fields=(Field("this_year", "当年水资源量", "This year", required=True),
            Field("mean", "多年平均（同单位）", "Long-term mean, same unit", required=True)),
    standards=_EI,
    example={"inputs": {"this_year": 24, "mean": 15}},
)  # fmt: skip
def ei_wet_year(case: Case) -> Result:
    """`{used}`."""
    rule = ecological_index_rule(case.rules)
    return {"used": wet_year_resource(case.required("this_year"), case.required("mean"), rule)}


@topic(
    "habitat_quality",
    medium="ecology",
    zh="生境质量指数",
    en="Habitat quality index",
    description_zh="各类用地面积按权重合计，乘归一化系数，除以区域面积。",
    description_en="Land cover by weight, times the coefficient, over the area of the region.",
    fields=(
        Field("area_km2", "各类面积 {类型: km²}", "Areas {cover: km²}", "mapping", required=True),
        Field("total_km2", "区域面积", "Area of the region", unit="km²", required=True),
    ),
    standards=_EI,
    example={"inputs": {"area_km2": {"wood": 300, "gm": 800, "dry": 900, "sand": 400}, "total_km2": 4800}},
)
def habitat(case: Case) -> Result:
    """`{index}`."""
    rule = ecological_index_rule(case.rules)
    other = {"glacier": "ice", "shoal": "wet"}
    areas = {other.get(name, name): value for name, value in case.required("area_km2").items()}
    return {"index": habitat_quality(areas, case.required("total_km2"), rule)}


@topic(
    "biological_richness",
    medium="ecology",
    zh="生物丰度指数",
    en="Biological richness index",
    description_zh="(生物多样性指数 BI + 生境质量指数 HQ) / 2。",
    description_en="(biodiversity index BI + habitat quality HQ) / 2.",
    fields=(Field("BI", "BI", "BI", required=True), Field("HQ", "HQ", "HQ", required=True)),
    standards=_EI,
    example={"inputs": {"BI": 42, "HQ": 29}},
)
def richness(case: Case) -> Result:
    """`{index}`."""
    return {"index": biological_richness(case.required("BI"), case.required("HQ"))}


@topic(
    "vegetation_index",
    medium="ecology",
    zh="植被覆盖指数",
    en="Vegetation cover index",
    description_zh="5–9 月像元 NDVI 最大值的区域均值（0–10000）乘归一化系数。",
    description_en="Regional mean of the pixels' maxima of NDVI, May to September (0-10 000), times the coefficient.",
    fields=(Field("NDVI", "NDVI 均值（0–10000）", "Mean NDVI (0-10 000)", required=True),),
    standards=_EI,
    example={"inputs": {"NDVI": 3000}},
)
def vegetation(case: Case) -> Result:
    """`{index}`."""
    return {"index": vegetation_index(case.required("NDVI"), ecological_index_rule(case.rules))}


@topic(
    "water_network",
    medium="ecology",
    zh="水网密度指数",
    en="Water network density index",
    description_zh="河长、湖库面积、水资源量三项均值，除以区域面积。",
    description_en="Mean of river length, lake area and water resource per area.",
    fields=(
        Field("river_km", "河流长度（km）", "River length (km)", required=True),
        Field("lake_km2", "湖库面积（km²）", "Lakes (km²)", required=True),
        Field("resource", "水资源量（百万 m³）", "Water resource (10⁶ m³)", required=True),
        Field("area", "区域面积（km²）", "Area of the region (km²)", required=True),
    ),
    standards=_EI,
    example={"inputs": {"river_km": 800, "lake_km2": 40, "resource": 300, "area": 4800}},
)
def network(case: Case) -> Result:
    """`{index}`."""
    river, lakes, resource, area = (case.required(name) for name in ("river_km", "lake_km2", "resource", "area"))
    return {"index": water_network_density(river, lakes, resource, area, ecological_index_rule(case.rules))}


@topic(
    "land_stress",
    medium="ecology",
    zh="土地胁迫指数",
    en="Land stress index",
    description_zh="重度侵蚀 0.4、中度侵蚀 0.2、建设用地 0.2、其他胁迫 0.2。",
    description_en="Severe erosion 0.4, moderate 0.2, built land 0.2, other stress 0.2.",
    fields=(
        Field("severe", "重度侵蚀面积（km²）", "Severe erosion (km²)", required=True),
        Field("moderate", "中度侵蚀面积（km²）", "Moderate erosion (km²)", required=True),
        Field("built", "建设用地面积（km²）", "Built land (km²)", required=True),
        Field("other", "其他胁迫面积（km²）", "Other stress (km²)", required=True),
        Field("area", "区域面积（km²）", "Area of the region (km²)", required=True),
    ),
    standards=_EI,
    example={"inputs": {"severe": 200, "moderate": 500, "built": 220, "other": 100, "area": 4800}},
)
def stress(case: Case) -> Result:
    """`{index}`."""
    return {"index": land_stress(case.inputs, case.required("area"), ecological_index_rule(case.rules))}


@topic(
    "pollution_load",
    medium="ecology",
    zh="污染负荷指数",
    en="Pollution load index",
    description_zh="COD、氨氮、SO2、烟粉尘、NOx、固体废物排放量归一化加权；单位为推定。",
    description_en="Emissions of COD, ammonia, SO2, dust, NOx and solid waste, normalised; units are inferred.",
    fields=(
        *(
            Field(name, f"{zh}（t）", f"{en} (t)", required=True)
            for name, zh, en in (("COD", "化学需氧量", "COD"), ("NH3N", "氨氮", "Ammonia nitrogen"),
                                 ("SO2", "二氧化硫", "SO2"), ("dust", "烟（粉）尘", "Dust"),
                                 ("NOx", "氮氧化物", "NOx"), ("solid", "固体废物丢弃量", "Solid waste"))
        ),
        Field("area", "区域面积（km²）", "Area of the region (km²)", required=True),
        Field("precipitation", "年降水总量（百万 m³）", "Precipitation (10⁶ m³)", required=True),
    ),
    standards=_EI,
    example={"inputs": {"COD": 3000, "NH3N": 300, "SO2": 9000, "dust": 4000, "NOx": 8000, "solid": 0, "area": 4800,
                        "precipitation": 960}},
)  # fmt: skip
def load(case: Case) -> Result:
    """`{index}`."""
    rule = ecological_index_rule(case.rules)
    return {"index": pollution_load(case.inputs, case.required("area"), case.required("precipitation"), rule)}


family(
    "ei",
    medium="ecology",
    zh="生态环境状况（HJ 192）",
    en="Ecological environment (HJ 192)",
    members=("ei_index", "ei_restriction", "ei_class", "ei_change", "ei_wet_year", "habitat_quality",
             "biological_richness", "vegetation_index", "water_network", "land_stress", "pollution_load"),
)  # fmt: skip


@topic(
    "eqi_index",
    medium="ecology",
    zh="生态质量指数（EQI）",
    en="Ecological quality index (EQI)",
    description_zh="0.36 格局 + 0.35 功能 + 0.19 生物多样性 + 0.10（100−胁迫）。",
    description_en="0.36 pattern + 0.35 function + 0.19 biodiversity + 0.10 (100 - stress).",
    fields=(
        Field("pattern", "生态格局", "Pattern", required=True),
        Field("function", "生态功能", "Function", required=True),
        Field("biodiversity", "生物多样性", "Biodiversity", required=True),
        Field("stress", "生态胁迫", "Stress", required=True),
    ),
    standards=_EQI,
    example={"inputs": {"pattern": 60, "function": 50, "biodiversity": 70, "stress": 20}},
)
def eqi_index(case: Case) -> Result:
    """`{EQI, cls}`."""
    found = quality_index(case.inputs, quality_index_rule(case.rules))
    if found is None:  # pragma: no cover - the fields are required
        raise InputError("A first-level index is missing.", fix="Give all four.")
    return {"EQI": found[0], "cls": found[1].zh}


@topic(
    "eqi_class",
    medium="ecology",
    zh="EQI 分类",
    en="Class of EQI",
    description_zh="一类≥70，二类 55–70，三类 40–55，四类 30–40，五类<30。",
    description_en="Class 1 from 70, 2 from 55, 3 from 40, 4 from 30, 5 below.",
    fields=(Field("values", "EQI（可多个）", "EQI, one or several", "values", required=True, aliases=("EQI",)),),
    standards=_EQI,
    example={"inputs": {"values": ["54.76", "62.7"]}},
)
def eqi_class(case: Case) -> Result:
    """`{cls}`: one class or a list."""
    classes = scale(case.rules, "eqi")
    return {"cls": each(case.required("values"), lambda value: _zh(classes.grade(value, name="EQI")))}


@topic(
    "eqi_change",
    medium="ecology",
    zh="EQI 变化分级",
    en="Grade of the change of EQI",
    description_zh="与基准期之差，以 1、2、4 为界，三级七类。",
    description_en="Difference to the base period; edges 1, 2 and 4; seven grades.",
    fields=(Field("dEQI", "EQI 之差（可多个）", "Difference of EQI, one or several", "values", required=True),),
    standards=_EQI,
    example={"inputs": {"dEQI": ["4", "-1"]}},
)
def eqi_change(case: Case) -> Result:
    """`{cls}`: one grade or a list."""
    rule = quality_index_rule(case.rules)
    return {"cls": each(case.required("dEQI"), lambda value: _zh(quality_change(value, rule)))}


family(
    "eqi",
    medium="ecology",
    zh="区域生态质量",
    en="Regional ecological quality",
    members=("eqi_index", "eqi_class", "eqi_change"),
)


@topic(
    "ecosystem_quality",
    medium="ecology",
    zh="生态系统质量（EQ）",
    en="Ecosystem quality (EQ)",
    description_zh="LAI、植被覆盖度、GPP 相对密度均值 × 100。",
    description_en="Mean relative density of LAI, cover and GPP, times 100.",
    fields=(
        Field("LAI_rel", "叶面积指数相对密度", "Relative LAI", required=True),
        Field("FVC_rel", "植被覆盖度相对密度", "Relative cover", required=True),
        Field("GPP_rel", "总初级生产力相对密度", "Relative GPP", required=True),
    ),
    standards=("HJ 1172-2021",),
    example={"inputs": {"LAI_rel": "0.6", "FVC_rel": "0.7", "GPP_rel": "0.5"}},
)
def eq(case: Case) -> Result:
    """`{EQ, cls}`."""
    lai, cover, gpp = (case.required(name) for name in ("LAI_rel", "FVC_rel", "GPP_rel"))
    found = ecosystem_quality(lai, cover, gpp, scale(case.rules, "ecosystem_quality"))
    if found is None:  # pragma: no cover - the fields are required
        raise InputError("A relative density is missing.", fix="Give all three.")
    return {"EQ": found.value, "cls": found.grade.zh}


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
    result: Result = {"score": found.score, "level": _zh(found.level)}
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
