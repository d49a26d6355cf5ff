"""Topics of releases: spills in a river, leaks into the air."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from saishang.science.calc.figures import double, each, figure
from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.numbers import InputError, exact
from saishang.science.release import plume as air
from saishang.science.release import river as water
from saishang.science.release.from_rules import curves, scale, stability_rows

__all__: list[str] = []

_U = Field("u_ms", "流速 u（m/s）", "Velocity u (m/s)", required=True)
_E = Field("E_m2s", "纵向离散系数 E（m²/s）", "Dispersion E (m²/s)", required=True)
_K = Field("k_per_day", "衰减系数 k（1/d）", "Decay k (1/d)")
_M = Field("M_kg", "泄漏量 M（kg）", "Mass M (kg)", required=True)
_A = Field("A_m2", "过水断面 A（m²）", "Section A (m²)", required=True)
_X = Field("x_m", "下游距离 x（m）", "Distance x (m)", required=True)
_T = Field("t_s", "时间 t（s）", "Time t (s)", required=True)
_C0 = Field("C0_mgL", "起始浓度 C0（mg/L）", "Start concentration C0 (mg/L)", required=True)
_1D_ZH = "一维、恒定流、均匀河段、断面完全混合、溶解态；混合段内不适用。"
_1D_EN = "One-dimensional, steady, uniform reach, mixed over the section, dissolved; not within the mixing length."


def _number(case: Case, name: str) -> float:
    return double(case.required(name), name)


def _optional(case: Case, name: str, default: float) -> float:
    value = case.inputs.get(name)
    return default if value is None else double(value, name)


def _reach(case: Case) -> water.Reach:
    return water.Reach(_number(case, "u_ms"), _number(case, "E_m2s"), _optional(case, "k_per_day", 0.0))


def _spill(case: Case) -> tuple[float, float, water.Reach]:
    return _number(case, "M_kg"), _number(case, "A_m2"), _reach(case)


@topic(
    "river_spill",
    medium="emergency",
    zh="河流瞬时泄漏浓度",
    en="Instantaneous spill in a river",
    description_zh=f"瞬时点源 t 时刻 x 处浓度。{_1D_ZH}",
    description_en=f"Concentration at x and t after an instantaneous release. {_1D_EN}",
    fields=(_M, _A, _E, _U, _X, _T, _K),
    example={"inputs": {"M_kg": 1000, "A_m2": 200, "E_m2s": 50, "u_ms": 1, "x_m": 10000, "t_s": 10000}},
)
def river_spill(case: Case) -> Result:
    """`{C_mgL}`."""
    mass, area, reach = _spill(case)
    return {"C_mgL": figure(water.concentration(mass, area, reach, _number(case, "x_m"), _number(case, "t_s")))}


@topic(
    "river_mass",
    medium="emergency",
    zh="河中污染物总量校核",
    en="Mass in the river, a check",
    description_zh="t 时刻沿程积分，k=0 时应等于泄漏量。",
    description_en="Integral along the river at t; equals the release when k = 0.",
    fields=(_M, _A, _E, _U, _T, _K, Field("x_range", "积分范围（±12σ）", "Range (±12 sigma)", "text", required=True)),
    example={"inputs": {"M_kg": 1000, "A_m2": 200, "E_m2s": 50, "u_ms": 1, "t_s": 10000, "x_range": "12 sigma"}},
)
def river_mass(case: Case) -> Result:
    """`{mass_kg}`."""
    mass, area, reach = _spill(case)
    return {"mass_kg": figure(water.mass_in_river(mass, area, reach, _number(case, "t_s")))}


@topic(
    "river_load",
    medium="emergency",
    zh="断面通过总量",
    en="Load past a section",
    description_zh="Q·∫C dt；k=0 且 Q=A·u 时等于泄漏量。",
    description_en="Q ∫ C dt; equals the release when k = 0 and Q = A u.",
    fields=(_M, _A, _E, _U, _X, Field("Q_m3s", "流量 Q（m³/s）", "Flow Q (m³/s)", required=True), _K),
    example={"inputs": {"M_kg": 1000, "A_m2": 200, "E_m2s": 50, "u_ms": 1, "x_m": 10000, "Q_m3s": 200}},
)
def river_load(case: Case) -> Result:
    """`{load_kg}`."""
    mass, area, reach = _spill(case)
    return {"load_kg": figure(water.load_past(mass, area, reach, _number(case, "x_m"), _number(case, "Q_m3s")))}


@topic(
    "river_over_limit",
    medium="emergency",
    zh="断面超标时段",
    en="Time over a limit at a section",
    description_zh="首次超标、最后超标与历时；峰值不超标时无值。",
    description_en="First and last time over the limit and the span; none when the peak keeps it.",
    fields=(_M, _A, _E, _U, _X, Field("limit_mgL", "限值（mg/L）", "Limit (mg/L)", required=True), _K),
    example={"inputs": {"M_kg": 1000, "A_m2": 200, "E_m2s": 50, "u_ms": 1, "x_m": 10000, "limit_mgL": 1}},
)
def river_over_limit(case: Case) -> Result:
    """`{t_first_s, t_last_s, duration_s}`; all null when the limit is kept."""
    mass, area, reach = _spill(case)
    found = water.over_limit(mass, area, reach, _number(case, "x_m"), _number(case, "limit_mgL"))
    if found is None:
        return {"t_first_s": None, "t_last_s": None, "duration_s": None}
    return {"t_first_s": figure(found[0]), "t_last_s": figure(found[1]), "duration_s": figure(found[1] - found[0])}


@topic(
    "border_notice",
    medium="emergency",
    zh="下游断面预警时间",
    en="Notice for a section downstream",
    description_zh="首次超标、峰值、恢复达标的时刻（小时）；通报不能只给平均流达时间。",
    description_en="Hours until first over the limit, peak and clear again; the mean travel time alone is no notice.",
    fields=(_M, _A, _E, _U, _X, Field("limit_mgL", "限值（mg/L）", "Limit (mg/L)", required=True), _K),
    example={"inputs": {"M_kg": 1000, "A_m2": 200, "E_m2s": 50, "u_ms": 1, "x_m": 40000, "limit_mgL": "0.5"}},
)
def border_notice(case: Case) -> Result:
    """`{first_over_limit_h, peak_h, C_peak_mgL, clear_h}`; first and clear null when the limit is kept."""
    mass, area, reach = _spill(case)
    x = _number(case, "x_m")
    time, highest = water.peak(mass, area, reach, x)
    found = water.over_limit(mass, area, reach, x, _number(case, "limit_mgL"))
    return {
        "first_over_limit_h": None if found is None else figure(found[0] / 3600),
        "peak_h": figure(time / 3600),
        "C_peak_mgL": figure(highest),
        "clear_h": None if found is None else figure(found[1] / 3600),
    }


@topic(
    "river_peak",
    medium="emergency",
    zh="断面峰值与到达时间",
    en="Peak at a section",
    description_zh="峰值出现时间与浓度。",
    description_en="Time and concentration of the peak.",
    fields=(_M, _A, _E, _U, _X, _K),
    example={"inputs": {"M_kg": 1000, "A_m2": 200, "E_m2s": 50, "u_ms": 1, "x_m": 10000, "k_per_day": "0.5"}},
)
def river_peak(case: Case) -> Result:
    """`{t_peak_s, C_peak_mgL}`."""
    mass, area, reach = _spill(case)
    time, highest = water.peak(mass, area, reach, _number(case, "x_m"))
    return {"t_peak_s": figure(time), "C_peak_mgL": figure(highest)}


@topic(
    "river_peak_time",
    medium="emergency",
    zh="峰值到达时间",
    en="Time of the peak",
    description_zh="比 x/u 略早，约早 E/u²。",
    description_en="A little before x/u, by about E/u².",
    fields=(_E, _U, _X, _K),
    example={"inputs": {"E_m2s": 50, "u_ms": 1, "x_m": 10000}},
)
def river_peak_time(case: Case) -> Result:
    """`{t_peak_s, travel_time_s}`."""
    reach, x = _reach(case), _number(case, "x_m")
    return {"t_peak_s": figure(water.peak_time(reach, x)), "travel_time_s": figure(x / reach.velocity)}


@topic(
    "river_dispersion",
    medium="emergency",
    zh="纵向离散系数估算（Fischer）",
    en="Dispersion by Fischer",
    description_zh="u* = √(gHS)，E = 0.011u²W²/(Hu*)；约有 4 倍误差，有示踪实测时用实测值。",
    description_en="u* = sqrt(gHS), E = 0.011 u² W²/(H u*); right within a factor of four; prefer a tracer test.",
    fields=(
        _U,
        Field("W_m", "河宽 W（m）", "Width W (m)", required=True),
        Field("H_m", "水深 H（m）", "Depth H (m)", required=True),
        Field("slope", "比降 S", "Slope S", required=True),
        Field("g", "重力加速度（m/s²）", "Gravity (m/s²)"),
    ),
    example={"inputs": {"u_ms": 1, "W_m": 100, "H_m": 2, "slope": "0.0003", "g": "9.81"}},
)
def river_dispersion(case: Case) -> Result:
    """`{ustar_ms, E_m2s}`."""
    depth = _number(case, "H_m")
    shear = water.shear_velocity(depth, _number(case, "slope"), _optional(case, "g", 9.81))
    found = water.dispersion(_number(case, "u_ms"), _number(case, "W_m"), depth, shear)
    return {"ustar_ms": figure(shear), "E_m2s": figure(found)}


@topic(
    "river_mixing",
    medium="emergency",
    zh="排口完全混合浓度",
    en="Complete mixing of an outfall",
    description_zh="(Q·C + q·c)/(Q + q)。",
    description_en="(Q C + q c)/(Q + q).",
    fields=(
        Field("Q_river", "河流流量 Q", "River flow Q", required=True),
        Field("C_river", "河流浓度 C", "River concentration C", required=True),
        Field("q", "排放流量 q", "Discharge q", required=True),
        Field("c", "排放浓度 c", "Discharge concentration c", required=True),
    ),
    example={"inputs": {"Q_river": 300, "C_river": "0.02", "q": "0.5", "c": 40}},
)
def river_mixing(case: Case) -> Result:
    """`{C0_mgL}`."""
    flow, background, discharge, content = (_number(case, name) for name in ("Q_river", "C_river", "q", "c"))
    return {"C0_mgL": figure(water.mixed(flow, background, discharge, content))}


@topic(
    "river_continuous",
    medium="emergency",
    zh="河流连续泄漏（非恒定）",
    en="Continuous release from t = 0",
    description_zh="Ogata-Banks 解；给出历时 duration_s 时为有限时长排放。",
    description_en="Ogata-Banks; with duration_s a release of that length.",
    fields=(_C0, _U, _E, _X, _T, Field("duration_s", "排放历时（s）", "Duration (s)"), _K),
    example={"inputs": {"C0_mgL": 2, "u_ms": "0.6", "E_m2s": 40, "x_m": 5000, "t_s": 9000}},
)
def river_continuous(case: Case) -> Result:
    """`{C_mgL}`."""
    length = case.inputs.get("duration_s")
    found = water.continuous(
        _number(case, "C0_mgL"), _reach(case), _number(case, "x_m"), _number(case, "t_s"),
        None if length is None else double(length, "duration_s"),
    )  # fmt: skip
    return {"C_mgL": figure(found)}


@topic(
    "river_steady",
    medium="emergency",
    zh="河流连续稳定排放",
    en="Steady continuous release",
    description_zh="含离散与衰减的稳态浓度，及不计离散的对照值。",
    description_en="Steady concentration with dispersion and decay, beside plug flow.",
    fields=(_C0, _U, _E, _X, _K),
    example={"inputs": {"C0_mgL": "0.5", "u_ms": "0.8", "E_m2s": 60, "k_per_day": "0.4", "x_m": 20000}},
)
def river_steady(case: Case) -> Result:
    """`{C_mgL, plug_flow_mgL}`."""
    found, plug = water.steady(_number(case, "C0_mgL"), _reach(case), _number(case, "x_m"))
    return {"C_mgL": figure(found), "plug_flow_mgL": figure(plug)}


@topic(
    "river_mixing_length",
    medium="emergency",
    zh="岸边排放混合段长度（HJ 2.3）",
    en="Mixing length (HJ 2.3)",
    description_zh="L = {0.11+0.7[0.5−a/B−1.1(0.5−a/B)²]^½}·u·B²/Ey。",
    description_en="L = {0.11 + 0.7 [0.5 - a/B - 1.1 (0.5 - a/B)²]^0.5} u B²/Ey.",
    fields=(
        Field("a_m", "排口离岸距离 a（m）", "Distance from the bank a (m)", required=True),
        Field("B_m", "河宽 B（m）", "Width B (m)", required=True),
        _U,
        Field("Ey_m2s", "横向扩散系数 Ey（m²/s）", "Lateral mixing Ey (m²/s)", required=True),
    ),
    standards=("HJ 2.3-2018",),
    example={"inputs": {"a_m": 0, "B_m": 250, "u_ms": "1.1", "Ey_m2s": "0.6"}},
)
def river_mixing_length(case: Case) -> Result:
    """`{L_m}`."""
    offset, width, velocity, lateral = (_number(case, name) for name in ("a_m", "B_m", "u_ms", "Ey_m2s"))
    return {"L_m": figure(water.mixing_length(offset, width, velocity, lateral))}


family(
    "river",
    medium="emergency",
    zh="河流突发污染快速估算",
    en="Spills in a river",
    members=("river_mass", "river_load", "river_over_limit", "river_spill", "river_peak", "river_peak_time",
             "river_dispersion", "river_mixing", "river_continuous", "river_steady", "river_mixing_length"),
)  # fmt: skip

_CLASS = Field("cls", "稳定度（A–F）", "Stability (A-F)", "text", required=True)
_TERRAIN = Field(
    "terrain", "地形 rural 或 urban", "rural or urban", "text", required=True, choices=("rural", "urban"),
    words=(("乡村", "rural"), ("开阔", "rural"), ("open country", "rural"), ("城市", "urban")),
)  # fmt: skip
_LEAK = (
    Field("Q_gs", "源强 Q（g/s）", "Rate Q (g/s)", required=True),
    Field("u_ms", "风速 u（m/s）", "Wind u (m/s)", required=True),
    Field("H_m", "有效源高 H（m）", "Height H (m)", required=True),
)
_PLUME_ZH = "适用 100 m–10 km、风速 ≥1 m/s、与空气密度相近的气体。"
_PLUME_EN = "From 100 m to 10 km, wind from 1 m/s, gases about as heavy as air."


def _leak(case: Case) -> air.Leak:
    rate, wind, height = (_number(case, name) for name in ("Q_gs", "u_ms", "H_m"))
    return air.Leak(rate, wind, height, str(case.required("cls")), str(case.required("terrain")))


def _span(case: Case) -> tuple[float, float]:
    given = case.inputs.get("search_m")
    if given is None:
        return 100.0, 10000.0
    if len(given) != 2:
        raise InputError("search_m needs two distances.", fix="Give [100, 10000].")
    return double(given[0], "search_m"), double(given[1], "search_m")


@topic(
    "plume",
    medium="emergency",
    zh="高斯烟羽浓度",
    en="Gaussian plume",
    description_zh=f"连续点源下风向浓度，地面反射。{_PLUME_ZH}",
    description_en=f"Concentration downwind of a steady point source with ground reflection. {_PLUME_EN}",
    fields=(*_LEAK, Field("x_m", "下风距离 x（m）", "Distance x (m)", required=True),
            Field("y_m", "横向距离 y（m）", "Across y (m)"), Field("z_m", "高度 z（m）", "Height z (m)"),
            _CLASS, _TERRAIN),
    example={"inputs": {"Q_gs": 10, "u_ms": 5, "H_m": 50, "x_m": 1000, "cls": "D", "terrain": "rural"}},
)  # fmt: skip
def plume(case: Case) -> Result:
    """`{C_mgm3}`."""
    found = air.plume(
        _leak(case),
        _number(case, "x_m"),
        curves(case.rules),
        y=_optional(case, "y_m", 0.0),
        z=_optional(case, "z_m", 0.0),
    )
    return {"C_mgm3": figure(found)}


@topic(
    "plume_distance",
    medium="emergency",
    zh="降至限值的距离",
    en="Distance to a limit",
    description_zh=f"超过此距离后地面轴线浓度低于限值；全程低于限值时无值。{_PLUME_ZH}",
    description_en=f"Beyond it the ground concentration stays under the limit; none when it always does. {_PLUME_EN}",
    fields=(*_LEAK, _CLASS, _TERRAIN, Field("limit_mgm3", "限值（mg/m³）", "Limit (mg/m³)", required=True),
            Field("search_m", "搜索范围（m）", "Span (m)", "numbers")),
    example={"inputs": {"Q_gs": 50, "u_ms": "1.5", "H_m": 0, "cls": "F", "terrain": "rural", "limit_mgm3": 10}},
)  # fmt: skip
def plume_distance(case: Case) -> Result:
    """`{x_m}`."""
    return {"x_m": figure(air.distance_to(_leak(case), _number(case, "limit_mgm3"), curves(case.rules), _span(case)))}


@topic(
    "plume_maximum",
    medium="emergency",
    zh="最大落地浓度及距离",
    en="Ground maximum",
    description_zh=f"沿轴线搜索最大地面浓度。{_PLUME_ZH}",
    description_en=f"Greatest ground concentration along the axis. {_PLUME_EN}",
    fields=(*_LEAK, _CLASS, _TERRAIN, Field("search_m", "搜索范围（m）", "Span (m)", "numbers")),
    example={"inputs": {"Q_gs": 10, "u_ms": 5, "H_m": 50, "cls": "D", "terrain": "rural", "search_m": [100, 10000]}},
)
def plume_maximum(case: Case) -> Result:
    """`{x_max_m, C_max_mgm3}`."""
    x, highest = air.ground_maximum(_leak(case), curves(case.rules), _span(case))
    return {"x_max_m": figure(x), "C_max_mgm3": figure(highest)}


@topic(
    "briggs",
    medium="emergency",
    zh="扩散参数（Briggs）",
    en="Dispersion parameters (Briggs)",
    description_zh="乡村与城市 A–F 级；两级之间（如 A-B）取平均。",
    description_en="Rural and urban, classes A to F; between two (A-B) the mean.",
    fields=(Field("x_m", "下风距离 x（m）", "Distance x (m)", required=True), _CLASS, _TERRAIN),
    example={"inputs": {"x_m": 1000, "cls": "D", "terrain": "rural"}},
)
def briggs(case: Case) -> Result:
    """`{sigma_y_m, sigma_z_m}`."""
    across, upward = air.sigmas(
        _number(case, "x_m"), str(case.required("cls")), str(case.required("terrain")), curves(case.rules)
    )
    return {"sigma_y_m": figure(across), "sigma_z_m": figure(upward)}


#: Ways to write the cloud of a night.
_CLOUDS: Mapping[str, Literal["clear", "cloudy", "overcast"]] = {
    "<=3/8": "clear", "≤3/8": "clear", "clear": "clear", ">=4/8": "cloudy", "≥4/8": "cloudy", "cloudy": "cloudy",
    "thin overcast": "cloudy", "overcast": "overcast",
}  # fmt: skip
#: Below this wind [m/s] the table has no class by night.
_CALM = 2
_SUNS = ("strong", "moderate", "slight")


@topic(
    "pasquill",
    medium="emergency",
    zh="大气稳定度（Pasquill）",
    en="Stability class (Pasquill)",
    description_zh="由 10 m 风速、昼间日照或夜间云量定级；阴天一律为 D；夜间风速小于 2 m/s 取 F（本系统约定）。",
    description_en="From wind at 10 m and sun by day or cloud by night; overcast is D; calm nights F (our choice).",
    fields=(
        Field("wind_ms", "风速（m/s）", "Wind (m/s)", required=True),
        Field("night", "是否夜间", "Night", "flag", required=True),
        Field("cloud", "云量（<=3/8、>=4/8、overcast）", "Cloud (<=3/8, >=4/8, overcast)", "text",
              choices=tuple(_CLOUDS)),
        Field("sun", "日照 strong、moderate、slight", "Sun: strong, moderate, slight", "text", choices=_SUNS,
              aliases=("insolation", "radiation")),
    ),
    example={"inputs": {"wind_ms": "2.5", "night": "true", "cloud": "<=3/8"}},
)  # fmt: skip
def pasquill(case: Case) -> Result:
    """`{cls}`; `assumed` where the table has no class (calm nights) and F is our choice."""
    cloud, sun = case.inputs.get("cloud"), case.inputs.get("sun")
    wind, night = exact(case.required("wind_ms"), name="wind_ms"), bool(case.flag("night"))
    found = air.stability(
        wind,
        stability_rows(case.rules),
        night=night,
        cloud=None if cloud is None else _CLOUDS[str(cloud)],
        sun=None if sun is None else cast(Literal["strong", "moderate", "slight"], str(sun)),
    )
    calm = night and wind < _CALM and _CLOUDS.get(str(cloud)) != "overcast"
    return {"cls": found, "assumed": True} if calm else {"cls": found}


@topic(
    "hj22_grade",
    medium="emergency",
    zh="大气评价等级（HJ 2.2）",
    en="Assessment grade (HJ 2.2)",
    description_zh="Pmax ≥10% 一级，1%–10% 二级，<1% 三级；正式判定须用 AERSCREEN。",
    description_en="Pmax from 10 % grade 1, from 1 % grade 2, below grade 3; a conclusion needs AERSCREEN.",
    fields=(Field("Pmax_percent", "Pmax（%，可多个）", "Pmax (%), one or several", "values", required=True),),
    standards=("HJ 2.2-2018",),
    example={"inputs": {"Pmax_percent": ["0.8", "10.0"]}},
)
def hj22_grade(case: Case) -> Result:
    """`{grade}`: one grade or a list."""
    grades = scale(case.rules, "hj22")

    def words(value: object) -> str | None:
        found = grades.grade(value, name="Pmax_percent")
        return None if found is None else found.zh

    return {"grade": each(case.required("Pmax_percent"), words)}


family(
    "air",
    medium="emergency",
    zh="大气泄漏快速估算",
    en="Leaks into the air",
    members=("plume", "plume_distance", "briggs", "plume_maximum", "pasquill", "hj22_grade"),
)
