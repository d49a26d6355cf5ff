"""Topics of zoning and green space: codes of units, overlays, cells and zones of the map, park coverage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from saishang.science.calc.figures import double, figure
from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.numbers import InputError, exact
from saishang.science.planar import Rectangle, buffered_rectangle, covered_area
from saishang.science.zoning import Unit, cell_area, class_of, gauss_zone, overlay, read_unit_code

__all__: list[str] = []

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SQUARE = re.compile(rf"\s*({_NUMBER})\s*[x×*]\s*({_NUMBER})\s*m?\s*(?:square|rectangle)?\s*", re.IGNORECASE)
_SIDE = re.compile(rf"\s*([xy])\s*(<=|>=|<|>|≤|≥)\s*({_NUMBER})\s+(\S+)\s*", re.IGNORECASE)
_SPAN = re.compile(
    rf"\s*\[\s*(-?{_NUMBER})\s*,\s*(-?{_NUMBER})\s*\]\s*[x×]\s*\[\s*(-?{_NUMBER})\s*,\s*(-?{_NUMBER})\s*\]\s*"
)
_ELLIPSOID = re.compile(rf"\s*a\s*=\s*({_NUMBER})\s*[,;]\s*1/f\s*=\s*({_NUMBER})\s*", re.IGNORECASE)


@topic(
    "unit_code",
    medium="zoning",
    zh="管控单元编码",
    en="Code of a control unit",
    description_zh="ZH + 县区 6 位 + 类别 1 位（1 优先、2 重点、3 一般）+ 顺序号 4 位。",
    description_en="ZH, county 6 digits, class 1 (priority, key, general), serial number 4.",
    fields=(Field("code", "单元编码", "Code of the unit", "text", required=True),),
    example={"inputs": {"code": "ZH64010410001"}},
)
def unit_code(case: Case) -> Result:
    """`{province, county, cls, cls_name, serial}`."""
    found = read_unit_code(case.required("code"), case.rules)
    return {
        "province": found.province,
        "county": found.county,
        "cls": found.number,
        "cls_name": found.name,
        "serial": found.serial,
    }


@topic(
    "cell_area",
    medium="zoning",
    zh="经纬网格面积",
    en="Area of a cell of the graticule",
    description_zh="两条纬线之间、给定经差的椭球面积（CGCS2000）；不以平方度计面积。",
    description_en="Area on the ellipsoid between two parallels (CGCS2000); never in square degrees.",
    fields=(
        Field("lat", "两条纬线（°）", "The two parallels (degrees)", "numbers", required=True),
        Field("dlon", "经差（°）", "Width in longitude (degrees)", required=True),
        Field("ellipsoid", "椭球参数，如 a=6378137, 1/f=298.257222101", "Ellipsoid, a=…, 1/f=…", "text"),
    ),
    standards=("CGCS2000",),
    example={"inputs": {"lat": ["38.0", "38.01"], "dlon": "0.01"}},
)
def cell(case: Case) -> Result:
    """`{area_m2}`."""
    lat = case.required("lat")
    if len(lat) != 2 or None in lat:
        raise InputError("lat needs the two parallels.", fix="Give [38.0, 38.01].")
    values: Mapping[str, Any] = case.rules.document("standards/zoning/units")["groups"]["ellipsoid"]["values"]
    axis, flattening = float(values["a"]), float(values["inverse_flattening"])
    text = case.inputs.get("ellipsoid")
    if text is not None:
        match = _ELLIPSOID.fullmatch(str(text))
        if match is None:
            raise InputError(f"The ellipsoid is {text!r}.", fix="Write a=6378137, 1/f=298.257222101.")
        axis, flattening = float(match[1]), float(match[2])
    area = cell_area(lat[0], lat[1], case.required("dlon"), a=axis, inverse_flattening=flattening)
    return {"area_m2": figure(area)}


@topic(
    "gauss_zone",
    medium="zoning",
    zh="三度带与坐标系编码",
    en="3-degree zone and EPSG codes",
    description_zh="带号 = ⌊(经度+1.5)/3⌋，中央经线与 CGCS2000 的 EPSG 编码。",
    description_en="Zone = floor((longitude + 1.5)/3), its meridian, and the EPSG codes of CGCS2000.",
    fields=(Field("lon", "经度（°E）", "Longitude (degrees east)", required=True),),
    standards=("CGCS2000",),
    example={"inputs": {"lon": "106.2"}},
)
def zone_of(case: Case) -> Result:
    """`{zone, cm, epsg_zone, epsg_cm, geographic}`."""
    found = gauss_zone(case.required("lon"), case.rules)
    return {
        "zone": found.zone,
        "cm": found.meridian,
        "epsg_zone": found.epsg_zone,
        "epsg_cm": found.epsg_meridian,
        "geographic": found.geographic,
    }


@topic(
    "zoning_overlay",
    medium="zoning",
    zh="项目与管控单元叠加",
    en="A project over control units",
    description_zh="矩形项目（如 100x100 m）被直线（如 x<60 优先）分属各单元；列出面积占比，触及的最严类别从严。",
    description_en="A rectangular project (100x100 m) parted by lines (x<60 and a class) into units; shares by area, "
    "the strictest class touched decides.",
    fields=(Field("project", "项目范围，如 100x100 m", "The project, for example 100x100 m", "text", required=True),),
    open_inputs=Field("unit_A", "单元=范围与类别，如 x<60 优先", "Unit as x<60 优先", "text", required=True),
    example={"inputs": {"project": "100x100 m", "unit_A": "x<60 优先", "unit_B": "x>=60 一般"}},
)
def project_overlay(case: Case) -> Result:
    """`{share_<unit>, result}`."""
    given = {name: value for name, value in case.inputs.items() if name != "project"}
    match = _SQUARE.fullmatch(str(case.required("project")))
    if match is None or not given:
        raise InputError(
            "An overlay needs a rectangle and its units.", fix="Give project='100x100 m' unit_A='x<60 优先'."
        )
    sides = {"x": exact(match[1]), "y": exact(match[2])}
    if min(sides.values()) <= 0:
        raise InputError("The project has no area.", fix="Give its sides in metres.")
    units = [_unit(name, value, sides, case) for name, value in given.items()]
    found = overlay(units, case.rules)
    shares = {f"share_{name.removeprefix('unit_')}": figure(float(share)) for name, share in found.shares.items()}
    return {**shares, "result": found.said}


def _unit(name: str, value: object, sides: Mapping[str, Fraction], case: Case) -> Unit:
    match = _SIDE.fullmatch(str(value))
    if match is None:
        raise InputError(f"{name} must be a side and a class, got {value!r}.", fix="Write x<60 优先.")
    side = sides[match[1].lower()]
    edge = min(max(exact(match[3]), Fraction(0)), side)
    share = edge / side if match[2][0] in "<≤" else 1 - edge / side
    return Unit(name, class_of(match[4], case.rules), share)


family(
    "zoning",
    medium="zoning",
    zh="生态环境分区管控",
    en="Ecological zoning",
    members=("unit_code", "cell_area", "gauss_zone", "zoning_overlay"),
)

_RADIUS = Field("r_m", "服务半径", "Radius", unit="m", required=True)


@topic(
    "park_coverage",
    medium="zoning",
    zh="公园服务半径覆盖率",
    en="Coverage by parks",
    description_zh="居住用地（矩形）中距公园不超过服务半径的面积占比；重叠不重复计算。",
    description_en="Share of the homes (a rectangle) within the radius of a park; overlaps count once.",
    fields=(
        Field("park", "一个公园点 [x, y]", "One park as [x, y]", "numbers"),
        Field("parks", "公园点 [[x, y]]", "Parks as [[x, y]]", "pairs"),
        Field("home", "居住用地，如 [0,1000]x[0,1000]", "Homes, for example [0,1000]x[0,1000]", "text", required=True),
        _RADIUS,
    ),
    example={"inputs": {"park": [500, 500], "home": "[0,1000]x[0,1000]", "r_m": 500}},
)
def park_coverage(case: Case) -> Result:
    """`{coverage}` as a share of 1."""
    home = _rectangle(case.required("home"))
    park, parks = case.inputs.get("park"), case.inputs.get("parks")
    if (park is None) == (parks is None):
        raise InputError("Coverage needs either park or parks.", fix="Give park=[500, 500].")
    points = _points([park] if parks is None else parks)
    area = covered_area(points, double(case.required("r_m"), "r_m"), home)
    return {"coverage": figure(area / ((home[2] - home[0]) * (home[3] - home[1])))}


@topic(
    "park_union",
    medium="zoning",
    zh="公园服务范围面积",
    en="Area that parks serve",
    description_zh="各公园点服务圆的并集面积，不是面积之和。",
    description_en="Area of the union of the circles, not their sum.",
    fields=(Field("parks", "公园点 [[x, y]]", "Parks as [[x, y]]", "pairs", required=True), _RADIUS),
    example={"inputs": {"parks": [[0, 0], [500, 0]], "r_m": 500}},
)
def park_union(case: Case) -> Result:
    """`{union_m2}`."""
    return {"union_m2": figure(covered_area(_points(case.required("parks")), double(case.required("r_m"), "r_m")))}


@topic(
    "park_buffer",
    medium="zoning",
    zh="公园边界缓冲面积",
    en="Buffer around a park",
    description_zh="自公园边界（矩形）起算：a·b + 2(a+b)·r + π·r²。",
    description_en="From the edge of a rectangular park: a·b + 2 (a + b) r + π r².",
    fields=(Field("park_m", "公园边长 [a, b]（m）", "Sides of the park [a, b] (m)", "numbers", required=True), _RADIUS),
    example={"inputs": {"park_m": [200, 200], "r_m": 500}},
)
def park_buffer(case: Case) -> Result:
    """`{area_m2}`."""
    ((a, b),) = _points([case.required("park_m")])
    return {"area_m2": figure(buffered_rectangle(a, b, double(case.required("r_m"), "r_m")))}


def _points(entries: Sequence[Any]) -> list[tuple[float, float]]:
    found = []
    for entry in entries:
        if isinstance(entry, str) or not isinstance(entry, Sequence) or len(entry) != 2 or None in entry:
            raise InputError(f"A place is two numbers, got {str(entry)[:30]!r}.", fix="Write [500, 500].")
        found.append((double(entry[0], "x"), double(entry[1], "y")))
    return found


def _rectangle(text: object) -> Rectangle:
    match = _SPAN.fullmatch(str(text))
    if match is None:
        raise InputError(f"The homes are a rectangle, got {str(text)[:40]!r}.", fix="Write [0,1000]x[0,1000].")
    x0, x1, y0, y1 = (float(match[place]) for place in (1, 2, 3, 4))
    if x0 >= x1 or y0 >= y1:
        raise InputError("The rectangle has no area.", fix="Give x0 < x1 and y0 < y1.")
    return x0, y0, x1, y1


family(
    "green",
    medium="zoning",
    zh="公园绿地服务",
    en="Parks and those they serve",
    members=("park_coverage", "park_union", "park_buffer"),
)
