"""Topics of ecology: EI, EQI and ecosystem quality; species are in `biodiversity`, functions in `ecosystem`."""

from __future__ import annotations

from saishang.science.calc.figures import each
from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.ecology.from_rules import ecological_index_rule, quality_index_rule, scale
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
from saishang.science.ecology.quality import ecosystem_quality, quality_change, quality_index
from saishang.science.grading import Grade
from saishang.science.numbers import InputError

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
