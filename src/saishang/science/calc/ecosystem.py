"""Topics of ecosystem functions and degraded land: water conservation, RUSLE, RWEQ, erosion, salt, alkali, sand."""

from __future__ import annotations

import unicodedata

from saishang.science.calc.figures import each, figure
from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.ecology.erosion import cover_factor, erodibility, soil_loss
from saishang.science.ecology.from_rules import (
    cover_rule,
    erodibility_rule,
    retention_form,
    runoff_coefficients,
    scale,
    wind_rule,
)
from saishang.science.ecology.water_conservation import conserved_water
from saishang.science.ecology.wind import (
    crust_factor,
    erodible_fraction,
    plant_factor,
    sand_fixation,
    wind_erosion,
    wind_sum,
)
from saishang.science.numbers import InputError
from saishang.science.water.blooms import BloomGrade, area_grade, density_grade
from saishang.science.water.from_rules import bloom_rule

__all__: list[str] = []

_ECOSYSTEMS = (
    "evergreen_broadleaf", "evergreen_needle", "mixed", "deciduous_broadleaf", "deciduous_needle", "sparse_wood",
    "evergreen_shrub", "deciduous_shrub", "needle_shrub", "sparse_shrub", "meadow", "steppe", "tussock",
    "sparse_grass", "wetland",
)  # fmt: skip
_LAND = ("wood", "grass", "shrub", "bare", "sand", "crop")
_RWEQ_FIELDS = (
    Field("WF", "气候因子 WF（kg/m）", "Weather factor WF (kg/m)", required=True),
    Field("EF", "土壤可蚀因子 EF", "Erodible fraction EF", required=True),
    Field("SCF", "土壤结皮因子 SCF", "Soil crust factor SCF", required=True),
    Field("Kp", "地表糙度因子 K′", "Roughness factor K'", required=True),
    Field("C", "植被因子 C", "Plant factor C", required=True),
    Field("z_m", "下风向距离 z（m）", "Distance z (m)"),
)


@topic(
    "rusle",
    medium="ecology",
    zh="土壤流失与保持（RUSLE）",
    en="Soil loss and retention (RUSLE)",
    description_zh="A = R·K·LS·C·P；保持量 = R·K·LS·(1−C·P)。",
    description_en="A = R K LS C P; retention R K LS (1 - C P).",
    fields=(
        Field("R", "降雨侵蚀力 R（MJ·mm/(ha·h·a)）", "Erosivity R (MJ mm/(ha h a))", required=True),
        Field("K", "土壤可蚀性 K（t·ha·h/(ha·MJ·mm)）", "Erodibility K (t ha h/(ha MJ mm))", required=True),
        Field("LS", "坡长坡度 LS", "Slope LS", required=True),
        Field("C", "覆盖与管理 C", "Cover C", required=True),
        Field("P", "水土保持措施 P", "Practice P"),
    ),
    example={"inputs": {"R": 800, "K": "0.045", "LS": "3.2", "C": "0.15", "P": 1}},
)
def rusle(case: Case) -> Result:
    """`{A_t_ha, A_t_km2, conserved_t_ha}`."""
    practice = case.inputs.get("P")
    r, k, ls, c = (case.required(name) for name in ("R", "K", "LS", "C"))
    found = soil_loss(r, k, ls, c, 1 if practice is None else practice, retention=retention_form(case.rules))
    return {"A_t_ha": found.loss, "A_t_km2": found.per_km2, "conserved_t_ha": found.conserved}


@topic(
    "soil_erodibility",
    medium="ecology",
    zh="土壤可蚀性 K 修正",
    en="Erodibility K for China",
    description_zh="K = (−0.01383 + 0.51575 K_epic) × 0.1317。",
    description_en="K = (-0.01383 + 0.51575 K_epic) × 0.1317.",
    fields=(Field("K_epic", "EPIC 模型 K", "K by EPIC", required=True),),
    example={"inputs": {"K_epic": "0.35"}},
)
def k_factor(case: Case) -> Result:
    """`{K}`."""
    return {"K": erodibility(case.required("K_epic"), erodibility_rule(case.rules))}


@topic(
    "cover_factor",
    medium="ecology",
    zh="覆盖与管理因子 C",
    en="Cover factor C",
    description_zh="盖度 0 时为 1，0–78.3% 为 0.6508 − 0.3436 lg c，以上为 0。",
    description_en="1 without cover, 0.6508 - 0.3436 lg c up to 78.3 %, 0 above.",
    fields=(Field("cover", "植被盖度（%）", "Cover (%)", required=True),),
    example={"inputs": {"cover": 30}},
)
def c_factor(case: Case) -> Result:
    """`{C}`."""
    return {"C": figure(cover_factor(case.required("cover"), cover_rule(case.rules)))}


@topic(
    "rweq_factors",
    medium="ecology",
    zh="RWEQ 土壤因子",
    en="Soil factors of RWEQ",
    description_zh="可蚀因子 EF 与结皮因子 SCF，含量均为百分数。",
    description_en="Erodible fraction EF and crust factor SCF; all contents in percent.",
    fields=(
        Field("sand", "砂粒（%）", "Sand (%)", required=True),
        Field("silt", "粉粒（%）", "Silt (%)", required=True),
        Field("clay", "黏粒（%）", "Clay (%)", required=True),
        Field("OM", "有机质（%）", "Organic matter (%)", required=True),
        Field("CaCO3", "碳酸钙（%）", "CaCO3 (%)", required=True),
    ),
    example={"inputs": {"sand": 70, "silt": 20, "clay": 10, "OM": 1, "CaCO3": 5}},
)
def rweq_factors(case: Case) -> Result:
    """`{EF, SCF}`."""
    rule = wind_rule(case.rules)
    sand, silt, clay, om, lime = (case.required(name) for name in ("sand", "silt", "clay", "OM", "CaCO3"))
    fraction = erodible_fraction(sand, silt, clay, om, lime, rule)
    return {"EF": figure(float(fraction)), "SCF": figure(float(crust_factor(clay, om, rule)))}


@topic(
    "rweq",
    medium="ecology",
    zh="风蚀量（RWEQ）",
    en="Wind erosion (RWEQ)",
    description_zh="Qmax = 109.8 p，s = 150.71 p^−0.3711，SL = 2z/s²·Qmax·exp(−(z/s)²)；z 缺省 50 m。",
    description_en="Qmax = 109.8 p, s = 150.71 p^-0.3711, SL = 2z/s² Qmax exp(-(z/s)²); z is 50 m when not given.",
    fields=_RWEQ_FIELDS,
    example={"inputs": {"WF": 20, "EF": "0.4916", "SCF": "0.594884", "Kp": "0.8", "C": "0.3", "z_m": 50}},
)
def rweq(case: Case) -> Result:
    """`{product, Qmax, s_m, SL}`; s is null where nothing moves."""
    found = wind_erosion(*_rweq_inputs(case), wind_rule(case.rules))
    return {
        "product": figure(found.product),
        "Qmax": figure(found.transport),
        "s_m": figure(found.field_length),
        "SL": figure(found.loss),
    }


def _rweq_inputs(case: Case) -> tuple[object, object, object, object, object, object]:
    wf, ef, scf, roughness, plants = (case.required(name) for name in ("WF", "EF", "SCF", "Kp", "C"))
    distance = case.inputs.get("z_m")
    if distance is None:
        values = case.rules.document("standards/ecology/services")["groups"]["rweq_transport"]["values"]
        distance = values["usual_z"]
    return wf, ef, scf, roughness, plants, distance


@topic(
    "sand_fixation",
    medium="ecology",
    zh="防风固沙量",
    en="Sand fixation",
    description_zh="裸地（C=1）风蚀量减实际风蚀量。",
    description_en="Loss of bare ground (C = 1) minus the loss with plants.",
    fields=_RWEQ_FIELDS,
    example={"inputs": {"WF": 20, "EF": "0.4916", "SCF": "0.594884", "Kp": "0.8", "C": "0.3", "z_m": 50}},
)
def fixation(case: Case) -> Result:
    """`{fixed}` [kg/m² when WF is in kg/m]."""
    return {"fixed": figure(sand_fixation(*_rweq_inputs(case), wind_rule(case.rules)))}


@topic(
    "plant_factor",
    medium="ecology",
    zh="RWEQ 植被因子 C",
    en="Plant factor C of RWEQ",
    description_zh="C = exp(a·SC)，SC 为百分数。",
    description_en="C = exp(a × SC), SC in percent.",
    fields=(
        Field("SC", "植被盖度（%）", "Cover (%)", required=True),
        Field("land", "地类", "Land", "text", required=True, choices=_LAND),
    ),
    example={"inputs": {"SC": 30, "land": "grass"}},
)
def plants(case: Case) -> Result:
    """`{C}`."""
    return {"C": figure(plant_factor(case.required("SC"), str(case.required("land")), wind_rule(case.rules)))}


@topic(
    "wind_sum",
    medium="ecology",
    zh="风力因子（逐次风速）",
    en="Wind sum of RWEQ",
    description_zh="Σ u(u−5)²，2 m 高逐次风速；月均风速不可用。",
    description_en="Σ u (u - 5)² over wind records at 2 m; a monthly mean must not be used.",
    fields=(Field("wind", "风速（m/s）", "Wind (m/s)", "numbers", required=True),),
    example={"inputs": {"wind": [4, 6, 9]}},
)
def winds(case: Case) -> Result:
    """`{wind_sum}`."""
    return {"wind_sum": figure(wind_sum(case.required("wind"), wind_rule(case.rules)))}


@topic(
    "water_conservation",
    medium="ecology",
    zh="水源涵养量",
    en="Water conservation",
    description_zh="(P − P×径流系数 − ET) × 面积；蒸散大于降水时为负，保留并说明。",
    description_en="(P - P × runoff coefficient - ET) × area; negative where ET is above P, kept and told.",
    fields=(
        Field("P_mm", "降水量（mm）", "Precipitation (mm)", required=True),
        Field("runoff_coef", "径流系数（0–1）", "Runoff coefficient (0-1)"),
        Field("ecosystem", "生态系统类型（代替径流系数）", "Ecosystem, instead of the coefficient", "text",
              choices=_ECOSYSTEMS),
        Field("ET_mm", "蒸散量（mm）", "Evapotranspiration (mm)", required=True),
        Field("area_km2", "面积（km²）", "Area (km²)", required=True),
    ),
    example={"inputs": {"P_mm": 450, "runoff_coef": "0.03", "ET_mm": 400, "area_km2": 100}},
)  # fmt: skip
def conservation(case: Case) -> Result:
    """`{depth_mm, volume_m3}`."""
    coefficient, ecosystem = case.inputs.get("runoff_coef"), case.inputs.get("ecosystem")
    if (coefficient is None) == (ecosystem is None):
        raise InputError("Give either runoff_coef or ecosystem.", fix="Write runoff_coef=0.03 or ecosystem=steppe.")
    if coefficient is None:
        coefficient = runoff_coefficients(case.rules)[str(ecosystem)]
    found = conserved_water(case.required("P_mm"), coefficient, case.required("ET_mm"), case.required("area_km2"))
    return {"depth_mm": found.depth, "volume_m3": found.volume}


def _graded(
    name: str, field: str, scale_name: str, zh: str, en: str, about_zh: str, about_en: str, example: str
) -> None:
    @topic(
        name,
        medium="ecology",
        zh=zh,
        en=en,
        description_zh=about_zh,
        description_en=about_en,
        fields=(Field(field, f"{zh}：数值（可多个）", f"{en}: one or several values", "values", required=True),),
        example={"inputs": {field: example}},
    )
    def compute(case: Case) -> Result:
        grades = scale(case.rules, scale_name)

        def words(value: object) -> str | None:
            found = grades.grade(value, name=field)
            return None if found is None else found.zh

        return {"cls": each(case.required(field), words)}


_graded(
    "alkalinity_grade", "ESP", "alkalinity", "土壤碱化分级", "Grade of alkalinity",
    "碱化度（ESP，%）以 5、10、15 为界。", "Exchangeable sodium (ESP, %), edges 5, 10, 15.", "6",
)  # fmt: skip
_graded(
    "sandy_grade", "cover_percent", "sandy_cover", "沙化程度分级", "Grade of sandy land",
    "植被盖度（%）以 10、25、40 为界。", "Vegetation cover (%), edges 10, 25, 40.", "24",
)  # fmt: skip


@topic(
    "erosion_grade",
    medium="ecology",
    zh="土壤侵蚀强度分级",
    en="Grade of soil erosion",
    description_zh="侵蚀模数 t/(km²·a)；风蚀（默认）或西北黄土区水蚀。",
    description_en="Modulus in t/(km²·a); wind erosion (default) or water erosion of the loess plateau.",
    fields=(
        Field("modulus", "侵蚀模数（可多个）", "Modulus, one or several", "values", required=True),
        Field("kind", "风蚀 wind 或水蚀 water", "wind or water", "text", choices=("wind", "water")),
    ),
    standards=("SL 190-2007",),
    example={"inputs": {"modulus": [150, 2500]}},
)
def erosion_grade(case: Case) -> Result:
    """`{cls}`: one grade or a list."""
    kind = str(case.inputs.get("kind") or "wind")
    grades = scale(case.rules, "wind_erosion" if kind == "wind" else "water_erosion_loess")

    def words(value: object) -> str | None:
        found = grades.grade(value, name="modulus")
        return None if found is None else found.zh

    return {"cls": each(case.required("modulus"), words)}


@topic(
    "salinity_grade",
    medium="ecology",
    zh="土壤盐渍化分级",
    en="Grade of soil salinity",
    description_zh="含盐量 g/kg；系列 1（默认）以 1、2、4、6 为界，系列 2（半荒漠、荒漠）以 2、3、5、10 为界。",
    description_en="Salt in g/kg; series 1 (default) edges 1, 2, 4, 6; series 2 (semi-desert, desert) 2, 3, 5, 10.",
    fields=(
        Field("salt_gkg", "含盐量（g/kg，可多个）", "Salt (g/kg), one or several", "values", required=True),
        Field("series", "系列 1 或 2", "Series 1 or 2", "text", choices=("1", "2")),
    ),
    example={"inputs": {"salt_gkg": ["0.8", "1.5", "3.2", "5.0"]}},
)
def salinity_grade(case: Case) -> Result:
    """`{cls}`: one grade or a list."""
    grades = scale(case.rules, f"salt_{case.inputs.get('series') or '1'}")

    def words(value: object) -> str | None:
        found = grades.grade(value, name="salt_gkg")
        return None if found is None else found.zh

    return {"cls": each(case.required("salt_gkg"), words)}


family(
    "ecosystem",
    medium="ecology",
    zh="生态系统功能与土地退化",
    en="Ecosystem functions and degraded land",
    members=("rusle", "rweq_factors", "rweq", "water_conservation", "erosion_grade", "salinity_grade",
             "alkalinity_grade", "sandy_grade", "soil_erodibility", "plant_factor", "cover_factor", "wind_sum",
             "sand_fixation"),
)  # fmt: skip


@topic(
    "algae",
    medium="water",
    zh="水华等级（藻密度、面积）",
    en="Grade of algal blooms (density, area)",
    description_zh="每升藻细胞数以 2.0e6、1.0e7、5.0e7、1.0e8 为界；面积占比另评，两者分别给出。",
    description_en="Cells per litre with edges 2.0e6, 1.0e7, 5.0e7, 1.0e8; the share of area is graded apart.",
    fields=(
        Field("D_per_L", "藻密度（个/L，可多个）", "Cells per litre, one or several", "values"),
        Field("area_percent", "水华面积占比（%，可多个）", "Area covered (%), one or several", "values"),
    ),
    standards=("HJ 1098-2020",),
    example={"inputs": {"D_per_L": [1900000, 2000000]}},
)
def algae(case: Case) -> Result:
    """`{level}` from the ground, `{area_level}` from the satellite; both are shown, neither corrects the other."""
    rule = bloom_rule(case.rules)
    if not case.inputs:
        raise InputError("algae needs a density or an area.", fix="Give D_per_L=2000000 or area_percent=10.")
    result: Result = {}
    if "D_per_L" in case.inputs:
        densities = case.required("D_per_L")
        result["level"] = each(densities, lambda value: None if value is None else _bloom(density_grade(value, rule)))
    if "area_percent" in case.inputs:
        areas = case.required("area_percent")
        result["area_level"] = each(areas, lambda value: None if value is None else _bloom(area_grade(value, rule)))
    return result


def _bloom(grade: BloomGrade) -> str:
    # The standard numbers its grades in Roman letters; results spell them in plain ones.
    return f"{unicodedata.normalize('NFKC', grade.id)} {grade.zh}"
