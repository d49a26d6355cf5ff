"""Works of energy, traffic, building and waste: lives, terms and figures against hand counts."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registers_kinds.walk import New, Step, refused, walk

pytestmark = pytest.mark.django_db
BASE = {
    "name": "腾格里沙漠光伏基地", "region": "640500", "kind": "光伏", "ground": "沙漠", "million": "是",
    "planned_mw": "3000",
}  # fmt: skip


def test_new_energy_bases() -> None:
    found = walk(
        "energy_bases",
        [
            BASE | {"code": "EB-001"},
            BASE | {"code": "EB-002", "name": "采煤沉陷区光伏", "ground": "采煤沉陷区", "million": "否",
                    "planned_mw": "500", "region": "640205"},
            BASE | {"code": "EB-003", "name": "南部山区风电", "kind": "wind", "ground": "其他", "million": "否",
                    "planned_mw": "500", "region": "640422"},
        ],
        [
            Step("EB-001", "approve", date(2025, 2, 3), {"finish_on": "2027-06-30"}, ("finish_on",)),
            Step("EB-001", "build", date(2025, 3, 3), {"land_area": "6000"}, ("land_area",)),
            Step("EB-001", "connect_part", date(2026, 6, 1), {"connected_mw": "1000"}, ("connected_mw",)),
            Step("EB-003", "approve", date(2025, 2, 4), {"finish_on": "2026-12-31"}),
            Step("EB-002", "drop", date(2025, 2, 5)),
        ],
    )  # fmt: skip
    # 3,000 MW on desert of 3,500 MW approved; 1,000 of 3,000 MW are connected.
    assert found.figures(date(2026, 6, 1)) == {
        "bases": "2", "million": "1", "planned_mw": "3500.0", "connected_mw": "1000.0", "poor_ground_share": "85.7",
    }  # fmt: skip
    assert found.value("EB-001", "connected_share") == "33.3"
    assert found.due(date(2026, 6, 1)) == [
        ("EB-003", "finish", date(2026, 12, 31)), ("EB-001", "finish", date(2027, 6, 30)),
    ]  # fmt: skip
    found = walk(
        "energy_bases",
        [],
        [
            Step("EB-001", "connect", date(2027, 6, 30), {"connected_mw": "3000"}),
            Step("EB-001", "extend", date(2028, 1, 3), {"planned_mw": "4000", "finish_on": "2029-12-31"}),
            Step("EB-001", "connect", date(2029, 12, 1), {"connected_mw": "4000"}),
            Step("EB-001", "retire", date(2052, 1, 4)),
        ],
    )
    assert found.figures(date(2029, 12, 1))["connected_mw"] == "4000.0"
    assert found.figures(date(2052, 1, 4))["bases"] == "1"
    wrong = BASE | {"code": "EB-004", "ground": "农田", "planned_mw": "0", "million": "大"}
    assert refused("energy_bases", wrong).keys() == {"ground", "planned_mw", "million"}


def test_storage_stations() -> None:
    given = {"name": "甲储能电站", "region": "640521", "side": "独立（共享）储能", "technology": "锂离子电池",
             "power": "100", "energy": "200"}  # fmt: skip
    found = walk(
        "storage_stations",
        [
            New(BASE | {"code": "EB-001"}, kind="energy_bases"),
            given | {"code": "ST-001"},
            given
            | {
                "code": "ST-002",
                "name": "乙配套储能",
                "side": "电源侧",
                "base": "EB-001",
                "power": "50",
                "energy": "100",
            },
        ],
        [
            step
            for key, day in (("ST-001", date(2025, 6, 2)), ("ST-002", date(2025, 8, 4)))
            for step in (
                Step(key, "build", date(2025, 2, 3)),
                Step(key, "test", date(2025, 6, 1)),
                Step(key, "operate", day, {"operating_on": day.isoformat()}, ("operating_on",)),
            )
        ],
    )
    # 100 of 150 MW stand alone.
    figures = {"operating": "2", "power": "150.0", "energy": "300.0", "alone_share": "66.7"}
    assert found.figures(date(2025, 8, 4)) == figures
    assert found.figures(date(2025, 8, 3))["alone_share"] == "100.0"
    assert found.due(date(2025, 8, 4)) == [
        ("ST-001", "check", date(2026, 6, 2)), ("ST-002", "check", date(2026, 8, 4)),
    ]  # fmt: skip
    used = {"checked_on": "2026-05-20", "charged": "60000", "discharged": "51000"}
    found = walk(
        "storage_stations",
        [],
        [
            Step("ST-001", "suspend", date(2026, 5, 20), used),
            Step("ST-001", "resume", date(2026, 6, 20)),
            Step("ST-002", "retire", date(2026, 6, 21)),
        ],
    )
    assert found.value("ST-001", "efficiency") == "85.0"
    assert found.due(date(2026, 6, 21)) == [("ST-001", "check", date(2027, 5, 20))]
    wrong = given | {"code": "ST-003", "base": "EB-009", "technology": "核能", "energy": "0"}
    assert refused("storage_stations", wrong).keys() == {"base", "technology", "energy"}


def test_new_energy_share_of_new_cars() -> None:
    def cars(city: str, year: int, energy: str, count: str) -> dict[str, str]:
        code = f"{city}-{year}-{energy}"
        return {"code": code, "name": code, "region": city, "year": str(year), "year_end": f"{year}-12-31",
                "energy": energy.lower(), "cars": count, "through": f"{year}-12-31"}  # fmt: skip

    past = [
        cars("640100", 2025, "BEV", "3000"),
        cars("640100", 2025, "PHEV", "1000"),
        cars("640100", 2025, "FUEL", "6000"),
        cars("640200", 2025, "BEV", "500"),
        cars("640200", 2025, "FUEL", "2000"),
    ]
    keys = [entry["code"] for entry in past]
    found = walk(
        "nev_registrations",
        [New(entry, date(2025, 12, 31)) for entry in past],
        [
            *(Step(key, "settle", date(2025, 12, 31)) for key in keys),
            Step(keys[0], "correct", date(2025, 12, 31), {"cars": "3125"}),
            Step(keys[0], "settle", date(2025, 12, 31)),
        ],
    )
    # 3,125 + 1,000 + 500 of 12,625 cars.
    assert found.figures(date(2025, 12, 31)) == {"cars": "12625", "new_energy": "4625", "share": "36.6"}
    assert found.figures(date(2025, 12, 31), "640200")["share"] == "20.0"
    assert {(term, on) for _, term, on in found.due(date(2025, 12, 31))} == {("filing", date(2026, 1, 1))}
    new = [cars("640100", 2026, "BEV", "90"), cars("640100", 2026, "FUEL", "110")]
    found = walk(
        "nev_registrations",
        [New(entry | {"through": "2026-01-31"}, date(2026, 2, 10)) for entry in new],
        [Step(key, "file", date(2026, 1, 1)) for key in keys],
    )
    assert found.figures(date(2026, 2, 10)) == {"cars": "200", "new_energy": "90", "share": "45.0"}
    assert found.figures(date(2025, 12, 31))["share"] == "36.6"
    # A month and 15 days after 31 January: 28 February and 15 days.
    assert found.due(date(2026, 2, 10))[0] == ("640100-2026-BEV", "update", date(2026, 3, 15))
    wrong = cars("640104", 2026, "BEV", "1.5") | {"energy": "蒸汽"}
    assert refused("nev_registrations", wrong).keys() == {"region", "cars", "energy"}
    assert refused("nev_registrations", cars("640100", 2026, "LPG", "-1")).keys() == {"code", "cars", "energy"}


def test_charging_sites_and_those_without() -> None:
    given = {"name": "滨河服务区", "region": "640106", "kind": "高速公路服务区"}
    built = {"operator": "甲公司", "dc": "6", "ac": "2", "swap": "1", "power": "720", "opened_on": "2025-05-01"}
    lacks = ("operator", "dc", "ac", "swap", "power", "opened_on")
    found = walk(
        "charging_sites",
        [
            given | {"code": "CH-001"},
            given | {"code": "CH-002", "name": "中宁服务区", "region": "640521"},
            given | {"code": "CH-003", "name": "人民广场停车场", "kind": "城市公共停车场"},
        ],
        [
            Step("CH-001", "plan", date(2025, 2, 3)),
            Step("CH-001", "build", date(2025, 3, 3)),
            Step("CH-001", "open", date(2025, 5, 1), built, lacks),
            Step("CH-003", "build", date(2025, 3, 3)),
            Step("CH-003", "open", date(2025, 5, 6), built | {"dc": "0", "ac": "20", "swap": "0"}),
            Step("CH-003", "break", date(2025, 9, 1)),
        ],
    )
    # Two sites with 8 and 20 connectors, in one district of 22 counties and districts.
    assert found.figures(date(2025, 9, 1)) == {
        "sites": "2", "connectors": "28", "swap": "1", "service_area_share": "50.0", "car_park_share": "100.0",
        "broken_share": "50.0", "county_share": "4.5",
    }  # fmt: skip
    assert found.due(date(2025, 9, 1)) == [
        ("CH-003", "repair", date(2025, 10, 1)), ("CH-001", "check", date(2026, 5, 1)),
    ]  # fmt: skip
    found = walk(
        "charging_sites",
        [],
        [
            Step("CH-003", "repair", date(2025, 9, 20)),
            Step("CH-001", "extend", date(2026, 4, 1)),
            Step("CH-001", "open", date(2026, 7, 1), {"dc": "10"}),
            Step("CH-003", "close", date(2027, 1, 5)),
        ],
    )
    assert [found.figures(on)["service_area_share"] for on in (date(2026, 4, 1), date(2026, 7, 1))] == ["0.0", "50.0"]
    assert found.figures(date(2027, 1, 5))["connectors"] == "12"
    wrong = given | {"code": "CH-004", "kind": "加油站", "dc": "半个", "power": "-1"}
    assert refused("charging_sites", wrong).keys() == {"kind", "dc", "power"}


def test_railway_sidings() -> None:
    given = {"name": "甲园区专用线", "region": "640181", "owner": "甲公司", "cargo": "煤炭", "length": "12.5"}
    plan = {"junction": "古窑子站", "capacity": "500", "open_on": "2025-12-31"}
    run = {"electrified": "是", "volume": "0", "shifted": "0", "figures_of": "2025-12-31"}
    found = walk(
        "rail_sidings",
        [
            given | {"code": "RS-001"},
            given | {"code": "RS-002", "name": "乙电厂专用线", "region": "640521", "length": "7.5", "cargo": "coal"},
        ],
        [
            Step("RS-001", "approve", date(2025, 1, 20), plan, ("junction", "capacity", "open_on")),
            Step("RS-001", "build", date(2025, 2, 3)),
            Step("RS-001", "open", date(2025, 12, 20), run, ("electrified", "volume", "shifted", "figures_of")),
            Step("RS-002", "approve", date(2025, 1, 20), plan | {"capacity": "200", "open_on": "2026-03-31"}),
            Step("RS-002", "build", date(2025, 2, 3)),
        ],
    )
    assert found.figures(date(2025, 12, 20)) == {
        "open": "1", "in_works": "1", "length": "12.5", "volume": "0.0", "shifted": "0.0", "electrified_share": "100.0",
    }  # fmt: skip
    assert found.due(date(2025, 12, 20)) == [
        ("RS-002", "opening", date(2026, 3, 31)), ("RS-001", "tonnage", date(2027, 3, 31)),
    ]  # fmt: skip
    carried = {"electrified": "否", "volume": "150.5", "shifted": "90", "figures_of": "2026-12-31"}
    found = walk("rail_sidings", [], [Step("RS-002", "open", date(2027, 3, 1), carried)])
    # 12.5 of 20 km; 150.5 of 200.
    assert found.figures(date(2027, 3, 1)) == {
        "open": "2", "in_works": "0", "length": "20.0", "volume": "150.5", "shifted": "90.0",
        "electrified_share": "62.5",
    }  # fmt: skip
    assert found.value("RS-002", "use") == "75.2"
    found = walk(
        "rail_sidings",
        [],
        [
            Step("RS-002", "rebuild", date(2027, 4, 1)),
            Step("RS-002", "open", date(2027, 9, 1), {"electrified": "是"}),
            Step("RS-002", "rest", date(2028, 1, 5)),
            Step("RS-002", "resume", date(2028, 5, 5)),
            Step("RS-002", "rest", date(2029, 1, 5)),
            Step("RS-002", "drop", date(2030, 1, 5)),
        ],
    )
    assert found.states() == {"RS-001": "open", "RS-002": "dropped"}
    wrong = given | {"code": "RS-003", "cargo": "牛奶", "length": "0"}
    assert refused("rail_sidings", wrong).keys() == {"cargo", "length"}


def test_green_buildings() -> None:
    given = {
        "name": "甲住宅小区",
        "region": "640106",
        "builder": "甲公司",
        "kind": "居住建筑",
        "grade": "基本级",
        "area": "60000",
    }
    done = {"completed_on": "2025-10-31"}
    found = walk(
        "green_buildings",
        [
            given | {"code": "GB-001"},
            given | {"code": "GB-002", "name": "乙办公楼", "kind": "public", "grade": "二星级", "area": "20000"},
            given | {"code": "GB-003", "name": "丙厂房", "kind": "industrial", "grade": "非绿色建筑", "area": "20000"},
            given | {"code": "GB-004", "name": "丁学校", "kind": "public"},
        ],
        [
            step
            for key in ("GB-001", "GB-002", "GB-003")
            for step in (
                Step(key, "build", date(2025, 3, 3)),
                Step(key, "complete", date(2025, 10, 31), done, ("completed_on",)),
            )
        ],
    )
    # 80,000 of 100,000 m² are green, 20,000 have stars; the school is not built.
    assert found.figures(date(2025, 10, 31)) == {
        "buildings": "3", "green_area": "80000", "green_share": "80.0", "star_share": "20.0", "labelled": "0",
    }  # fmt: skip
    label = {"label_no": "NX-2-2026-001", "label_until": "2031-01-31"}
    found = walk(
        "green_buildings",
        [],
        [
            Step("GB-002", "label", date(2026, 2, 1), label, ("label_no",)),
            Step("GB-002", "recheck", date(2028, 2, 1)),
            Step("GB-004", "drop", date(2028, 2, 2)),
        ],
    )
    assert found.due(date(2028, 2, 2)) == [("GB-002", "label", date(2031, 1, 31))]
    assert found.figures(date(2026, 2, 1))["labelled"] == "1"
    found = walk(
        "green_buildings",
        [],
        [Step("GB-002", "withdraw", date(2029, 2, 1)), Step("GB-002", "label", date(2030, 2, 1))],
    )
    assert [found.figures(on)["labelled"] for on in (date(2029, 2, 1), date(2030, 2, 1))] == ["0", "1"]
    wrong = given | {
        "code": "GB-005",
        "grade": "四星级",
        "area": "0",
        "energy_use": "2001",
        "label_no": "NX-2-2026-001",
    }
    assert refused("green_buildings", wrong).keys() == {"grade", "area", "energy_use", "label_no"}


def test_projects_that_use_solid_waste() -> None:
    given = {
        "name": "粉煤灰制砖", "region": "640181", "owner": "甲建材", "stream": "工业固体废物", "waste": "粉煤灰",
        "way": "生产建材", "capacity": "30.5", "operate_on": "2025-09-30",
    }  # fmt: skip
    handler = {
        "code": "WU-001", "name": "丙危废公司", "region": "640205", "role": "经营单位", "categories": "HW11",
        "licence": "NX-1", "licence_from": "2024-01-01", "licence_until": "2028-12-31", "capacity": "10000",
    }  # fmt: skip
    found = walk(
        "solid_waste_projects",
        [
            New(handler, kind="waste_units"),
            given | {"code": "SW-001"},
            given | {"code": "SW-002", "name": "建筑垃圾再生骨料", "stream": "建筑垃圾", "waste": "", "way": "reuse",
                     "capacity": "50", "region": "640104"},
            given | {"code": "SW-003", "name": "精馏残渣利用", "stream": "hazardous", "waste": "", "way": "extraction",
                     "capacity": "1", "unit": "WU-001", "region": "640205"},
        ],
        [
            Step("SW-001", "build", date(2025, 2, 3)),
            Step("SW-001", "try", date(2025, 9, 1)),
            Step("SW-001", "operate", date(2025, 11, 20), {"used": "0"}, ("used",)),
            Step("SW-002", "build", date(2025, 2, 3)),
            Step("SW-002", "try", date(2025, 10, 31)),
        ],
    )  # fmt: skip
    assert found.figures(date(2025, 11, 20)) == {
        "operating": "1", "capacity": "30.50", "coming": "51.00", "used": "0.00", "industrial": "0.00",
        "construction": "0.00",
    }  # fmt: skip
    # Three months after 31 October is the last of January.
    assert found.due(date(2025, 11, 20)) == [
        ("SW-002", "operation", date(2025, 9, 30)), ("SW-003", "operation", date(2025, 9, 30)),
        ("SW-002", "acceptance", date(2026, 1, 31)),
    ]  # fmt: skip
    found = walk(
        "solid_waste_projects",
        [],
        [
            Step("SW-002", "operate", date(2026, 1, 20), {"used": "12.25"}),
            Step("SW-001", "suspend", date(2026, 5, 6)),
            Step("SW-001", "resume", date(2027, 2, 1), {"used": "6.1"}),
            Step("SW-003", "close", date(2027, 2, 2)),
        ],
    )
    assert found.figures(date(2027, 2, 2)) == {
        "operating": "2", "capacity": "80.50", "coming": "0.00", "used": "18.35", "industrial": "6.10",
        "construction": "12.25",
    }  # fmt: skip
    assert found.value("SW-001", "load") == "20.0"
    wrong = given | {"code": "SW-004", "stream": "hazardous", "waste": "茶叶", "unit": "", "capacity": "0"}
    assert refused("solid_waste_projects", wrong).keys() == {"waste", "unit", "capacity"}
