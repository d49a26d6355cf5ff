"""Parameters, regions, stations, boundaries, indicators: complete, named in two languages, adding up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from saishang.rules import Rules, load_rules
from saishang.rules.loader import ROOT

CONTRACT = (
    "PM2.5 PM10 SO2 NO2 CO O3 O3_8H NOx TSP Pb BaP "
    "WT PH DO EC TURB CODMN NH3N TP TN CHLA ALGAE "
    "T T_MAX T_MIN RH WS WD P PRECIP SUN GUST"
)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def test_parameters_that_everybody_uses(rules: Rules) -> None:
    """The codes of ARCHITECTURE.md, each with unit, decimals and a range."""
    for code in CONTRACT.split():
        row = rules.parameters[code]
        assert row.unit
        assert row.decimals is not None
        assert row.min < row.max


@pytest.mark.parametrize(
    ("code", "factor"),
    [
        ("PM2.5", "a34004"), ("PM10", "a34002"), ("SO2", "a21026"), ("NO2", "a21004"), ("CO", "a21005"),
        ("O3", "a05024"), ("NOx", "a21002"), ("TSP", "a34001"), ("WT", "w01010"), ("PH", "w01001"), ("DO", "w01009"),
        ("EC", "w01014"), ("CODMN", "w01019"), ("NH3N", "w21003"), ("TP", "w21011"), ("TN", "w21001"),
        ("T", "a01001"), ("RH", "a01002"), ("P", "a01006"), ("WS", "a01007"), ("WD", "a01008"),
    ],
)  # fmt: skip
def test_factor_codes(rules: Rules, code: str, factor: str) -> None:
    """HJ 212-2017 tables B.1 and B.2 (HJ 524, HJ 525)."""
    assert rules.parameters[code].hj212 == factor


def test_factor_codes_are_unique(rules: Rules) -> None:
    codes = [row.hj212 for row in rules.table("parameters") if row.hj212]
    assert len(codes) == len(set(codes))


def test_everything_named_is_named_in_both_languages(rules: Rules) -> None:
    """Also below the top: an entry that carries `zh` carries `en`, and the Chinese one holds Chinese."""

    def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
        if isinstance(value, Mapping):
            yield value
            for child in value.values():
                yield from mappings(child)
        elif isinstance(value, tuple):
            for child in value:
                yield from mappings(child)

    for name, document in rules.documents.items():
        for entry in mappings(document):
            if "zh" in entry and "en" in entry:
                assert entry["zh"].strip(), name
                assert entry["en"].strip(), name
                assert not any("\u4e00" <= letter <= "\u9fff" for letter in entry["en"]), (name, entry["en"])
            else:
                assert ("zh" in entry) == ("en" in entry), (name, entry)
    for table in ("parameters", "regions"):
        for row in rules.table(table):
            assert any("\u3400" <= letter <= "\u9fff" for letter in row.zh) or row.code in {
                "PH",
                "SOIL.PCB_126",
                "SOIL.PCB_169",
            }, row
            assert row.en.isascii() or "µ" in row.en, row


def test_regions_of_ningxia(rules: Rules) -> None:
    rows = [row for row in rules.table("regions") if row.use == "in_plan"]
    levels = [row.level for row in rows]
    assert levels.count("province") == 1
    assert levels.count("prefecture_city") == 5
    counties = [row for row in rows if row.level in {"district", "county", "county_level_city"}]
    assert len(counties) == 22
    # 9 districts, 2 county-level cities, 11 counties
    assert [levels.count(level) for level in ("district", "county_level_city", "county")] == [9, 2, 11]
    for row in counties:
        assert rules.regions[row.parent].level == "prefecture_city"
        assert row.code[:4] == row.parent[:4]


def test_population_of_the_census(rules: Rules) -> None:
    """Five cities sum to the region; Yinchuan's six units sum to the city (2 859 074)."""
    population = lambda parent: sum(  # noqa: E731
        row.population for row in rules.table("regions").find(parent=parent) if row.population
    )
    assert population("640000") == rules.regions["640000"].population == 7202654
    assert population("640100") == 2859074


def test_ningdong_is_ranked_but_not_counted(rules: Rules) -> None:
    base = rules.regions["NX-NINGDONG"]
    assert base.level == "management_area"
    assert base.city_mean is False
    assert base.ranking == "cities"
    counted = [row.code for row in rules.table("regions").find(parent="640000", city_mean=True)]
    assert counted == ["640100", "640200", "640300", "640400", "640500"]


@pytest.mark.parametrize(("name", "size"), [("cities", 6), ("urban_districts", 8), ("counties", 14)])
def test_ranking_lists(rules: Rules, name: str, size: int) -> None:
    """Three lists: 5 cities plus the base; 8 urban districts; 14 counties with Hongsibu among them."""
    members = rules.table("regions").find(ranking=name)
    assert len(members) == size
    assert name in {entry["id"] for entry in rules.document("standards/air/ranking")["lists"]}
    assert ("640303" in {row.code for row in members}) == (name == "counties")


def test_air_stations(rules: Rules) -> None:
    stations = rules.table("sites/ningxia/air_stations")
    assert len(stations) == 22
    assert [row.code for row in stations.find(city_mean=False)] == ["1484A"]
    assert stations.one(code="1484A").kind == "background"
    closed = [row for row in stations if row.closed is not None]
    assert {row.code for row in closed} == {"1485A", "1486A", "1487A"}
    assert {row.closed for row in closed} == {date(2018, 12, 31)}
    assert {row.status for row in closed} == {"unconfirmed"}
    # Open in 2019 and in the city mean: 5 in Yinchuan (six less the background), 4, 3, 3, 3.
    per_city = {
        city: sum(row.closed is None and row.city_mean for row in stations.find(region=city))
        for city in ("640100", "640200", "640300", "640400", "640500")
    }
    assert per_city == {"640100": 5, "640200": 4, "640300": 3, "640400": 3, "640500": 3}
    for row in stations:
        assert rules.regions[row.county].parent == row.region
        assert 104 < row.lon < 108
        assert 35 < row.lat < 40


def test_water_sections(rules: Rules) -> None:
    sections = rules.table("sites/ningxia/water_sections")
    rivers = [row for row in sections if row.river != "湖库"]
    assert len(rivers) == 27
    trunk = sections.find(river="黄河干流")
    assert [row.order for row in trunk] == [1, 2, 3, 4, 5, 6]
    targets = rules.table("sites/ningxia/section_targets")
    assert {targets.one(section=row.code, **{"from": date(2021, 1, 1)}).target_class for row in trunk} == {"Ⅱ"}
    assert targets.in_force(date(2017, 6, 1), section="麻黄沟")[0].target_class == "Ⅲ"
    assert targets.in_force(date(2019, 6, 1), section="麻黄沟") == ()
    assert {row.section for row in targets} <= {row.code for row in sections}
    assert {row.code: row.body for row in sections if row.body == "lake"}.keys() == {"香山湖", "鸭子荡水库", "沙湖"}
    assert sections.one(code="中卫下河沿").aliases == ("中卫下河沿(新墩)",)


@pytest.mark.parametrize(("name", "count"), [("province", 1), ("prefecture", 5), ("county", 22)])
def test_boundaries(rules: Rules, name: str, count: int) -> None:
    features = rules.geometry(f"sites/ningxia/{name}")["features"]
    assert len(features) == count
    for feature in features:
        region = rules.regions[feature["properties"]["code"]]
        assert feature["properties"]["zh"] == region.zh
        rings = feature["geometry"]["coordinates"]
        outer = rings[0] if feature["geometry"]["type"] == "Polygon" else rings[0][0]
        assert outer[0] == outer[-1]
        assert all(104 < lon < 108 and 35 < lat < 40 for lon, lat in outer)


def test_boundaries_are_small_and_state_what_they_are_not() -> None:
    folder = ROOT / "sites" / "ningxia"
    assert sum(path.stat().st_size for path in folder.glob("*.geojson")) < 200_000
    text = (folder / "README.md").read_text(encoding="utf-8")
    for word in ("not official maps", "非标准地图", "审图号", "licence", "Natural Earth", "Amap"):
        assert word in text


def test_stations_stand_in_the_county_they_name(rules: Rules) -> None:
    """Ray casting over the simplified boundaries; a second way beside the full ones they were placed with."""

    def inside(lon: float, lat: float, ring: list[list[float]]) -> bool:
        odd = False
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                odd = not odd
        return odd

    shapes = {}
    for feature in rules.geometry("sites/ningxia/county")["features"]:
        geometry = feature["geometry"]
        parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        shapes[feature["properties"]["code"]] = [part[0] for part in parts]
    for row in rules.table("sites/ningxia/air_stations"):
        home = [
            code
            for code, rings in shapes.items()
            if any(inside(float(row.lon), float(row.lat), ring) for ring in rings)
        ]
        assert home == [row.county], row.zh


def test_no_shipped_rule_points_outside(rules: Rules) -> None:
    for path in ROOT.rglob("*"):
        if path.suffix in {".csv", ".yaml", ".json"}:
            text = path.read_text(encoding="utf-8")
            assert "shared/" not in text, path


def test_a_wheel_would_carry_every_file(rules: Rules) -> None:
    """Everything loaded lies inside the package, so package data needs no path of its own."""
    assert rules.root == ROOT
    assert all(name.startswith("rules/") for name in rules.files)
    assert all((ROOT / name.removeprefix("rules/")).is_file() for name in rules.files)


def test_every_row_of_every_table_says_where_it_comes_from(rules: Rules) -> None:
    without = [
        f"{name}:{row.line}"
        for name, table in rules.tables.items()
        for row in table
        if not all(row.get(column) for column in ("source", "clause", "status"))
    ]
    assert without == []
