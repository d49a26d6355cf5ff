"""The first registers (water, soil, waste, noise, radiation, ecology) and industrial parks: lives, terms, figures."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.science.register.kind import read_kinds
from tests.registers_kinds.cases import Case, D, check
from tests.registers_kinds.walk import RULES, New, Step

pytestmark = pytest.mark.django_db

OUTFALL = {
    "code": "OUT-01", "name": "一号口", "region": "640181", "category": "工业企业排污口", "river": "某沟",
}  # fmt: skip
DRAIN = {"code": "PSG-1", "name": "某沟", "region": "640181", "automatic": "否", "length": "12.5"}
SOURCE = {
    "code": "SRC-1", "name": "甲水源地", "region": "640202", "kind": "groundwater", "level": "county", "station": "S1",
    "population": "120000",
}  # fmt: skip
WATER = {"code": "BW-1", "name": "甲水系", "region": "640202", "setting": "城市"}
PLOT = {"code": "PLOT-1", "name": "原化工厂", "region": "640205", "area": "1000"}
FIELD = {
    "code": "FF-1", "name": "一号地块", "region": "640221", "area": "100", "pollution": "轻度",
    "category": "优先保护类",
}  # fmt: skip
UNIT = {"code": "WU-01", "name": "甲厂", "region": "640181", "role": "producer"}
LICENCE = {
    "role": "handler", "categories": "HW08;HW49", "licence": "NX-1", "licence_from": "2023-05-01",
    "licence_until": "2028-04-30", "capacity": "5000.5",
}  # fmt: skip
MANIFEST = {
    "record": "MF-01", "number": "20256401000001", "region": "640181", "giver": "WU-01", "receiver": "WU-02",
    "waste": "900-249-08",
}  # fmt: skip
SHIPPED = {"carrier": "某运输公司", "shipped": "12.345", "shipped_on": "2025-02-05"}
SUBSTANCE = {
    "code": "NP-01", "substance": "PFOS", "enterprise": "甲厂", "region": "640181", "use": "生产", "amount": "1.25",
    "year": "2025",
}  # fmt: skip
CELL = {"code": "CELL-01", "name": "第一小学", "region": "640104", "kind": "学校"}
CITY = {"region": "640100", "name": "银川市", "mark": "confirmed"}
NOISE = {"code": "N-01", "name": "一号站", "region": "640104", "zone": "1类", "opened": "2024-01-01"}
GRID = {"code": "640100-2025-G001", "name": "一号网格", "region": "640100", "year": "2025", "day_level": "54.5"}
ROAD = GRID | {"code": "640100-2025-R001", "name": "一号路段", "length": "1.25"}
STATION = {
    "code": "R-01", "name": "一号站", "region": "640104", "measures": "环境γ辐射剂量率", "opened": "2024-01-01",
    "holder": "辐射站",
}  # fmt: skip
BROAD = {"measures": "emf_broadband", "band_low": "0.1", "band_high": "3000"}
ORPHAN = {
    "code": "NX25CS000001", "holder": "甲医院", "region": "640104", "nuclide": "Cs-137", "activity": "1000000",
    "activity_on": "2020-01-01", "category": "Ⅲ类",
}  # fmt: skip
WEED = {
    "code": "INV-01", "name": "一号点", "species": "other", "other_name": "Solanum rostratum", "region": "640221",
    "found_on": "2025-01-05",
}  # fmt: skip
SCORES = {"pathway": "4", "establish": "3", "spread": "2", "harm": "1", "control": "0"}
SAND = {
    "code": "DL-01", "name": "一号单元", "region": "640502", "kind": "sandy", "area": "12.5", "cover": "30",
    "measured_on": "2024-08-01",
}  # fmt: skip
FISH = {
    "code": "FS-01", "name": "春季", "region": "640502", "reach": "某河段", "year": "2025", "month": "4",
    "gear": "gill_net", "mass": "12.5", "net_hours": "8",
}  # fmt: skip
YEARLY = {"code": "640424-2025", "name": "泾源2025", "region": "640424", "year": "2025"}
SPECIES = {
    "occurrence_id": "urn:1", "basis_of_record": "HumanObservation", "scientific_name": "Pseudois nayaur",
    "event_date": "2025-01-05", "region": "640104",
}  # fmt: skip
RESERVE = {
    "code": "PA-01", "name": "某保护区", "category": "自然保护区", "region": "640424", "area": "86.55",
}  # fmt: skip
WELL = {
    "code": "W-01", "name": "一号井", "region": "640104", "network": "国家", "point_kind": "区域点位",
}  # fmt: skip
ZONE = {"code": "Z-01", "name": "一号区", "zone": "污染防治重点区", "region": "640104", "area": "20.25"}
GROUND = {"code": "SP-01", "name": "一号点", "region": "640221", "land_use": "paddy"}
FLOW = {"code": "F-01", "name": "一号断面", "region": "640502", "river": "清水河", "flow": "1.5"}
ESTATE = {
    "code": "PARK-1", "name": "东部工业园区", "region": "640181", "level": "regional", "chemical": "是", "area": "20",
    "built_area": "15", "manager": "管委会",
}  # fmt: skip
APPROVED = {
    "approved_on": "2025-02-03", "sewage": "own", "sewage_capacity": "20000", "networked": "是",
    "planning_eia_on": "2024-03-15",
}  # fmt: skip

CASES = [
    Case(
        "outfalls",
        [OUTFALL, *({**OUTFALL, "code": f"OUT-0{number}"} for number in (2, 3, 4))],
        [
            Step("OUT-01", "sample", D(2025, 2, 5)),
            Step("OUT-01", "trace", D(2025, 3, 3), {"responsible": "甲厂"}, ("responsible",)),
            Step(
                "OUT-01",
                "plan",
                D(2025, 4, 1),
                {"measure": "规范整治", "deadline": "2025-07-31"},
                ("measure", "deadline"),
            ),
            Step("OUT-01", "start", D(2025, 6, 2)),
            Step("OUT-02", "sample", D(2025, 2, 5)),
            Step("OUT-02", "trace", D(2025, 3, 3), {"responsible": "乙村"}),
            Step("OUT-02", "keep", D(2025, 4, 1), {"approval": "登记1号", "inspected_on": "2025-03-20"}, ("approval",)),
            Step("OUT-04", "sample", D(2025, 2, 5)),
            Step("OUT-04", "trace", D(2025, 3, 3), {"responsible": "丙厂"}),
            Step("OUT-04", "plan", D(2025, 4, 1), {"measure": "close", "deadline": "2025-05-31"}),
            Step("OUT-04", "close", D(2025, 5, 20)),
            Step("OUT-01", "complete", D(2025, 8, 1)),
            Step("OUT-02", "reopen", D(2025, 12, 1)),
        ],
        {"OUT-01": "completed", "OUT-02": "traced", "OUT-03": "found", "OUT-04": "closed_down"},
        D(2025, 8, 1),
        # Of four: one remediated, one kept, one closed down; the third was only found.
        {"found": "4", "done": "3", "done_share": "75.0", "traced_share": "75.0", "remediating": "0"},
        {"code": "out1", "category": "喷泉", "flow": "-0.1", "permit": "91640000DEMO00001A001"},
        {
            D(2025, 6, 2): [
                ("OUT-01", "remediation", D(2025, 7, 31)),
                ("OUT-03", "first_inspection", D(2026, 1, 6)),
                ("OUT-02", "inspection", D(2026, 3, 20)),
                ("OUT-01", "first_inspection", D(2026, 6, 2)),
            ],
        },
    ),
    Case(
        "drains",
        [
            DRAIN,
            DRAIN | {"code": "PSG-2", "region": "640521", "automatic": "是", "station": "某站", "length": "21.8"},
            DRAIN | {"code": "PSG-3", "region": "640221", "length": "7.25"},
        ],
        [],
        {"PSG-1": "", "PSG-2": "", "PSG-3": ""},
        D(2025, 6, 2),
        {"mouths": "3", "automatic": "1", "automatic_share": "33.3", "length": "41.55"},
        {"automatic": "", "length": "-1", "target_class": "Ⅵ"},
    ),
    Case(
        "drinking_sources",
        [SOURCE, SOURCE | {"code": "SRC-2", "population": "30000"}, SOURCE | {"code": "SRC-3", "population": "7000"}],
        [
            Step("SRC-1", "reserve", D(2025, 2, 5)),
            Step("SRC-1", "suspend", D(2025, 3, 3)),
            Step("SRC-1", "use", D(2025, 4, 1)),
            Step("SRC-3", "abolish", D(2025, 5, 6)),
        ],
        {"SRC-1": "in_use", "SRC-2": "in_use", "SRC-3": "abolished"},
        D(2025, 5, 6),
        {"in_use": "2", "population": "150000"},
        {"specific_items": "81", "kind": "rain", "station": "a b"},
    ),
    Case(
        "black_odorous_waters",
        [WATER, WATER | {"code": "BW-2", "setting": "rural"}, WATER | {"code": "BW-3"}],
        [
            Step(
                "BW-1",
                "start",
                D(2025, 2, 5),
                {"deadline": "2025-06-30", "responsible": "某局"},
                ("deadline", "responsible"),
            ),
            Step("BW-1", "finish", D(2025, 6, 20)),
            Step("BW-1", "accept", D(2025, 8, 1)),
            Step("BW-2", "start", D(2025, 3, 3), {"deadline": "2025-12-31", "responsible": "某镇"}),
            Step("BW-2", "finish", D(2025, 5, 6)),
            Step("BW-2", "return", D(2025, 6, 3)),
            Step("BW-2", "finish", D(2025, 9, 1)),
            Step("BW-3", "start", D(2025, 3, 3), {"deadline": "2025-05-31", "responsible": "某局"}),
            Step("BW-3", "finish", D(2025, 5, 6)),
            Step("BW-3", "accept", D(2025, 6, 3)),
            Step("BW-3", "reopen", D(2025, 10, 9)),
        ],
        {"BW-1": "watched", "BW-2": "acceptance", "BW-3": "reopened"},
        D(2025, 10, 9),
        {"listed": "3", "open": "2", "reopened": "1", "removed_share": "33.3"},
        {"setting": "海洋", "length": "-1", "code": "1"},
        {
            D(2025, 6, 3): [("BW-1", "remediation", D(2025, 6, 30)), ("BW-2", "remediation", D(2025, 12, 31))],
            D(2025, 10, 9): [("BW-3", "remediation", D(2025, 5, 31)), ("BW-2", "acceptance", D(2026, 3, 1))],
        },
    ),
    Case(
        "construction_plots",
        [
            PLOT,
            *(
                {**PLOT, "code": f"PLOT-{number}", "area": area}
                for number, area in ((2, "500"), (3, "700"), (4, "2500.4"), (5, "800"))
            ),
        ],
        [
            Step("PLOT-1", "survey_over", D(2025, 2, 5), {"pollutants": "苯"}, ("pollutants",)),
            Step("PLOT-1", "assess_not_acceptable", D(2025, 3, 3), {"land_class": "第一类用地"}, ("land_class",)),
            Step("PLOT-1", "start_works", D(2025, 4, 1)),
            Step("PLOT-1", "finish_works", D(2025, 6, 3)),
            Step("PLOT-1", "effect_missed", D(2025, 7, 1)),
            Step("PLOT-1", "finish_works", D(2025, 9, 1)),
            Step("PLOT-1", "effect_reached", D(2025, 10, 9)),
            Step("PLOT-1", "release", D(2025, 11, 3)),
            Step("PLOT-2", "survey_within", D(2025, 2, 5), {"land_class": "2"}, ("land_class",)),
            Step("PLOT-4", "survey_over", D(2025, 2, 5), {"pollutants": "砷"}),
            Step("PLOT-4", "assess_not_acceptable", D(2025, 3, 3), {"land_class": "2"}),
            Step("PLOT-5", "survey_over", D(2025, 2, 5), {"pollutants": "镉"}),
            Step("PLOT-5", "assess_acceptable", D(2025, 3, 3), {"land_class": "2"}),
            Step("PLOT-5", "reopen", D(2025, 12, 1)),
        ],
        {"PLOT-1": "released", "PLOT-2": "clear", "PLOT-3": "survey_due", "PLOT-4": "listed", "PLOT-5": "survey_due"},
        D(2025, 11, 3),
        # Two were on the register once, one of them is out again.
        {"with_record": "5", "on_register": "1", "area_on_register": "2500", "released": "1", "released_share": "50.0"},
        {"area": "-0.01", "former_use": "茶馆", "code": "P-1"},
        {
            D(2025, 11, 3): [("PLOT-3", "survey", D(2026, 1, 6))],
            D(2025, 12, 1): [("PLOT-3", "survey", D(2026, 1, 6)), ("PLOT-5", "survey", D(2026, 12, 1))],
        },
    ),
    Case(
        "contaminated_farmland",
        [
            FIELD | {"priority_measure": "是", "safe_measure": "是", "crops_meet": "达标"},
            FIELD
            | {
                "code": "FF-2",
                "area": "200",
                "pollution": "中度",
                "category": "安全利用类",
                "safe_measure": "是",
                "crops_meet": "met",
            },
            FIELD | {"code": "FF-3", "area": "50", "pollution": "heavy", "category": "strict", "strict_measure": "是"},
            FIELD
            | {"code": "FF-4", "area": "150", "category": "safe_use", "safe_measure": "是", "crops_meet": "未抽样"},
        ],
        [],
        {"FF-1": "", "FF-2": "", "FF-3": "", "FF-4": ""},
        D(2025, 6, 2),
        # 100 + 200 + 50 of 500 mu; the first fits two of the cases and is one field, the last was not sampled.
        {
            "safe_use_rate": "70.0",
            "polluted": "500.0",
            "priority_area": "100.0",
            "safe_use_area": "350.0",
            "strict_area": "50.0",
        },
        {"area": "-1", "pollution": "很重", "category": ""},
    ),
    Case(
        "waste_units",
        [
            UNIT | LICENCE | {"code": "WU-02"},
            UNIT,
            UNIT | LICENCE | {"code": "WU-03", "role": "产生并经营", "capacity": "999.5"},
        ],
        [
            Step("WU-03", "suspend", D(2025, 2, 5)),
            Step("WU-03", "resume", D(2025, 3, 3)),
            Step("WU-03", "close", D(2025, 9, 1)),
        ],
        {"WU-01": "operating", "WU-02": "operating", "WU-03": "closed"},
        D(2025, 3, 3),
        {"producers": "2", "handlers": "2", "capacity": "6000.0"},
        {
            "categories": "HW8",
            "licence": "",
            "licence_from": "",
            "licence_until": "",
            "capacity": "",
        },
        {D(2025, 9, 1): [("WU-02", "licence", D(2028, 4, 30))]},
    ),
    Case(
        "hazardous_manifests",
        [MANIFEST, *({**MANIFEST, "record": f"MF-0{number}", "number": f"2025640100000{number}"} for number in (2, 3))],
        [
            Step("MF-01", "hand_over", D(2025, 2, 5), SHIPPED, ("carrier", "shipped", "shipped_on")),
            Step("MF-01", "arrive", D(2025, 2, 6), {"arrived_on": "2025-02-06"}, ("arrived_on",)),
            Step(
                "MF-01",
                "accept",
                D(2025, 2, 10),
                {"accepted": "12.3", "accepted_on": "2025-02-10"},
                ("accepted", "accepted_on"),
            ),
            Step("MF-01", "treat", D(2025, 3, 3), {"treated": "12.3"}, ("treated",)),
            Step("MF-02", "hand_over", D(2025, 2, 5), SHIPPED | {"shipped": "3"}),
            Step("MF-02", "arrive", D(2025, 2, 6), {"arrived_on": "2025-02-06"}),
            Step("MF-02", "refuse", D(2025, 2, 7)),
            Step("MF-02", "return", D(2025, 2, 10)),
            Step("MF-03", "cancel", D(2025, 2, 5)),
        ],
        {"MF-01": "treated", "MF-02": "returned", "MF-03": "cancelled"},
        D(2025, 2, 6),
        {"open": "2", "confirmed": "0", "shipped": "15.345"},
        {"number": "2025", "waste": "HW08", "shipped": "-1"},
        # 8 and 9 February are a weekend, but the 8th is worked for the Spring Festival: 7, 8, 10, 11, 12.
        {D(2025, 2, 6): [("MF-01", "confirm", D(2025, 2, 12)), ("MF-02", "confirm", D(2025, 2, 12))]},
    ),
    Case(
        "new_pollutant_uses",
        [SUBSTANCE, SUBSTANCE | {"code": "NP-02", "amount": "0.75"}, SUBSTANCE | {"code": "NP-03", "amount": "9"}],
        [
            Step("NP-01", "verify", D(2025, 2, 5), {"measure": "限制用途"}, ("measure",)),
            Step("NP-01", "control", D(2025, 3, 3)),
            Step("NP-03", "end", D(2025, 3, 3)),
            Step("NP-01", "reopen", D(2025, 9, 1)),
        ],
        {"NP-01": "verified", "NP-02": "declared", "NP-03": "ended"},
        D(2025, 3, 3),
        {"uses": "2", "controlled_share": "50.0", "amount": "2.000"},
        {"substance": "水", "cas": "7732185", "amount": "-1"},
        {D(2025, 3, 3): [("NP-02", "verify", D(2025, 7, 6))]},
    ),
    Case(
        "zero_waste_cells",
        [CELL, CELL | {"code": "CELL-02", "kind": "工厂"}, CELL | {"code": "CELL-03", "region": "640202"}],
        [
            Step("CELL-01", "check", D(2025, 2, 5)),
            Step("CELL-01", "certify", D(2025, 3, 3)),
            Step("CELL-02", "check", D(2025, 2, 5)),
            Step("CELL-03", "withdraw", D(2025, 3, 3)),
            Step("CELL-03", "declare", D(2025, 9, 1)),
        ],
        {"CELL-01": "certified", "CELL-02": "checked", "CELL-03": "declared"},
        D(2025, 3, 3),
        {"certified": "1", "declared": "1"},
        {"kind": "轮船", "region": "火星", "city": "640100"},
        {D(2025, 3, 3): [("CELL-01", "recheck", D(2028, 3, 3))]},
    ),
    Case(
        "zero_waste_cities",
        [CITY, CITY | {"region": "640200", "name": "石嘴山市"}, CITY | {"region": "640300", "name": "吴忠市"}],
        [
            Step("640100", "admit", D(2025, 2, 5), {"document": "名单"}, ("document",)),
            Step("640100", "assess", D(2025, 3, 3)),
            Step("640100", "name", D(2025, 4, 1)),
            Step("640200", "admit", D(2025, 2, 5), {"document": "名单"}),
            Step("640300", "withdraw", D(2025, 3, 3)),
            Step("640300", "apply", D(2025, 9, 1)),
        ],
        {"640100": "named", "640200": "building", "640300": "applying"},
        D(2025, 4, 1),
        # Two and one of five cities.
        {"share": "40.0", "named_share": "20.0", "counted": "2"},
        {"region": "640104", "mark": "sure"},
    ),
    Case(
        "noise_stations",
        [NOISE, NOISE | {"code": "N-02", "region": "640106", "zone": "4a"}, NOISE | {"code": "N-03", "zone": "4b类"}],
        [
            Step("N-01", "suspend", D(2025, 2, 5)),
            Step("N-01", "resume", D(2025, 3, 3)),
            Step("N-03", "close", D(2025, 3, 3), {"closed": "2025-03-02"}, ("closed",)),
        ],
        {"N-01": "in_use", "N-02": "in_use", "N-03": "closed"},
        D(2025, 3, 3),
        # Two of 22 counties and districts.
        {
            "in_use": "2",
            "in_use_0": "0",
            "in_use_1": "1",
            "in_use_2": "0",
            "in_use_3": "0",
            "in_use_4": "1",
            "covered": "9.1",
        },
        {"zone": "5", "opened": "2024-13-01"},
    ),
    Case(
        "noise_survey_grid",
        [GRID, GRID | {"code": "640100-2025-G002", "day_level": "60"}],
        [],
        {"640100-2025-G001": "", "640100-2025-G002": ""},
        D(2025, 6, 2),
        {"points": "2"},
        {"day_level": "140.1", "night_level": "-0.1", "year": "2012"},
    ),
    Case(
        "noise_survey_road",
        [ROAD, ROAD | {"code": "640100-2025-R002", "length": "0.875"}],
        [],
        {"640100-2025-R001": "", "640100-2025-R002": ""},
        D(2025, 6, 2),
        {"sections": "2", "length": "2.125"},
        {"length": "0", "flow_heavy": "-1", "day_level": ""},
    ),
    Case(
        "radiation_stations",
        [STATION | BROAD | {"code": "R-02"}, STATION, STATION | BROAD | {"code": "R-03", "region": "640502"}],
        [
            Step("R-02", "suspend", D(2025, 2, 5)),
            Step("R-02", "resume", D(2025, 3, 3)),
            Step("R-03", "close", D(2025, 9, 1), {"closed": "2025-08-31"}, ("closed",)),
        ],
        {"R-01": "in_use", "R-02": "in_use", "R-03": "closed"},
        D(2025, 3, 3),
        # Two of 22 counties and districts.
        {"gamma": "1", "emf": "2", "emf_counties": "9"},
        {"band_low": "0", "band_high": "300001", "holder": ""},
    ),
    Case(
        "radioactive_sources",
        [
            ORPHAN,
            *(
                {**ORPHAN, "code": f"NX25CS00000{number}", "category": grade}
                for number, grade in ((2, "Ⅴ类"), (3, "Ⅱ类"), (4, "Ⅱ类"))
            ),
        ],
        [
            Step("NX25CS000001", "put_aside", D(2025, 2, 5)),
            Step("NX25CS000002", "send", D(2025, 2, 5), {"fate_holder": "乙医院"}, ("fate_holder",)),
            Step("NX25CS000003", "put_aside", D(2025, 2, 5)),
            Step("NX25CS000003", "store", D(2025, 2, 20), {"fate_holder": "废物库"}),
            Step("NX25CS000004", "report_missing", D(2025, 2, 10)),
        ],
        {"NX25CS000001": "idle", "NX25CS000002": "in_transfer", "NX25CS000003": "stored", "NX25CS000004": "missing"},
        D(2025, 2, 20),
        # One of three that are out of use was stored.
        {"held": "2", "high": "1", "stored_share": "33.3"},
        {"code": "NX25", "nuclide": "H-1", "activity": "-1", "category": "VI"},
        {
            D(2025, 2, 20): [
                ("NX25CS000002", "transfer", D(2025, 2, 25)),
                ("NX25CS000001", "stock_taking", D(2025, 3, 7)),
                ("NX25CS000001", "idle", D(2025, 5, 5)),
            ]
        },
    ),
    Case(
        "invasive_sites",
        [WEED, *({**WEED, "code": f"INV-0{number}"} for number in (2, 3))],
        [
            Step("INV-01", "assess", D(2025, 2, 3), SCORES, tuple(SCORES)),
            Step("INV-01", "control", D(2025, 3, 3)),
            Step("INV-02", "reject", D(2025, 2, 3)),
            Step("INV-01", "check", D(2026, 3, 2)),
            Step("INV-01", "reopen", D(2026, 6, 1)),
        ],
        {"INV-01": "found", "INV-02": "mistaken", "INV-03": "found"},
        D(2025, 3, 3),
        {"finds": "2", "handled_share": "50.0"},
        {"other_name": "黄花刺茄", "pathway": "5", "region": "640200"},
        {D(2025, 3, 3): [("INV-03", "assessment", D(2025, 2, 5)), ("INV-01", "check", D(2026, 3, 3))]},
    ),
    Case(
        "degraded_land",
        [
            SAND,
            SAND | {"code": "DL-02", "kind": "saline", "cover": "", "salt": "3.5", "series": "salt_1", "area": "4.25"},
        ],
        [],
        {"DL-01": "", "DL-02": ""},
        D(2025, 6, 2),
        {"sandy_area": "12.50", "saline_area": "4.25"},
        {"cover": "100.1", "area": "-1", "measured_on": ""},
    ),
    Case(
        "fish_surveys",
        [FISH, FISH | {"code": "FS-02", "month": "12"}],
        [],
        {"FS-01": "", "FS-02": ""},
        D(2025, 6, 2),
        {"surveys": "2"},
        {"month": "13", "gear": "bare hands", "mass": "-1"},
    ),
    Case(
        "biodiversity_surveys",
        [YEARLY],
        [],
        {"640424-2025": ""},
        D(2025, 6, 2),
        {"surveys": "1"},
        {"code": "640424", "year": "1989"},
    ),
    Case(
        "ei_inputs",
        [YEARLY | {"restriction": "none"}],
        [],
        {"640424-2025": ""},
        D(2025, 6, 2),
        {"reports": "1"},
        {"restriction": "", "year": "2101"},
    ),
    Case("eqi_inputs", [YEARLY], [], {"640424-2025": ""}, D(2025, 6, 2), {"reports": "1"}, {"year": "1999"}),
    Case("function_factors", [YEARLY], [], {"640424-2025": ""}, D(2025, 6, 2), {"counties": "1"}, {"region": ""}),
    Case(
        "species_records",
        [SPECIES, SPECIES | {"occurrence_id": "urn:2"}],
        [],
        {"urn:1": "", "urn:2": ""},
        D(2025, 6, 2),
        {"records": "2"},
        {"scientific_name": "", "protected_area": "PA-01"},
    ),
    Case(
        "protected_areas",
        [RESERVE, RESERVE | {"code": "PA-02", "category": "nature_park", "area": "12.4"}, RESERVE | {"code": "PA-03"}],
        [
            *(Step(f"PA-0{number}", "establish", D(2025, 1, 20)) for number in (1, 2, 3)),
            Step("PA-02", "adjust", D(2025, 2, 5)),
            Step("PA-01", "adjust", D(2025, 2, 5)),
            Step("PA-01", "confirm", D(2025, 3, 3)),
            Step("PA-03", "revoke", D(2025, 3, 3)),
        ],
        {"PA-01": "established", "PA-02": "adjusting", "PA-03": "revoked"},
        D(2025, 3, 3),
        {"places": "2", "area": "98.95", "reserves": "1"},
        {"area": "-1", "established": "1949", "category": "动物园"},
    ),
    Case(
        "groundwater_points",
        [WELL, WELL | {"code": "W-02", "network": "regional"}],
        [],
        {"W-01": "", "W-02": ""},
        D(2025, 6, 2),
        {"points": "2", "national": "1"},
        {"depth": "5000.1", "network": "own"},
    ),
    Case(
        "groundwater_zones",
        [ZONE, ZONE | {"code": "Z-02", "zone": "recharge", "area": "9"}, ZONE | {"code": "Z-03", "area": "4.75"}],
        [],
        {"Z-01": "", "Z-02": "", "Z-03": ""},
        D(2025, 6, 2),
        {"zones": "3", "key_area": "25.0"},
        {"zone": "secret", "area": "-1", "drinking_source": "SRC-9"},
    ),
    Case(
        "soil_points",
        # A point that is closed is not sampled any more, whatever its day says.
        [
            GROUND | {"cycle": "36", "next_on": "2025-06-01"},
            GROUND | {"code": "SP-02", "next_on": "2025-06-01", "closed": "2024-12-31"},
        ],
        [],
        {"SP-01": "", "SP-02": ""},
        D(2025, 6, 2),
        {"points": "2"},
        {"land_use": "moon", "cycle": "0"},
        {D(2025, 6, 2): [("SP-01", "sample", D(2025, 6, 1))]},
    ),
    Case(
        "flow_sections",
        [FLOW, FLOW | {"code": "F-02"}],
        [],
        {"F-01": "", "F-02": ""},
        D(2025, 6, 2),
        {"sections": "2"},
        {"flow": "-0.1", "river": ""},
    ),
    Case(
        "industrial_parks",
        [
            ESTATE,
            ESTATE | {"code": "PARK-2", "level": "国家级", "area": "10.5", "built_area": ""},
            ESTATE | {"code": "PARK-3", "area": "4"},
            ESTATE | {"code": "PARK-4", "area": "9"},
        ],
        [
            Step("PARK-1", "approve", D(2025, 2, 3), APPROVED, ("approved_on", "sewage")),
            Step("PARK-1", "rebuild", D(2025, 3, 3), {"finish_by": "2025-11-30"}, ("finish_by",)),
            Step("PARK-2", "approve", D(2025, 2, 3), APPROVED | {"networked": "否", "planning_eia_on": ""}),
            Step("PARK-2", "restrict", D(2025, 4, 1), {"mend_by": "2025-07-31"}, ("mend_by",)),
            Step("PARK-3", "approve", D(2025, 2, 3), {"approved_on": "2025-02-03", "sewage": "none"}),
            Step("PARK-4", "revoke", D(2025, 4, 1)),
            Step("PARK-1", "accept", D(2025, 12, 1), {"accepted_on": "2025-12-01"}, ("accepted_on",)),
            Step("PARK-2", "mend", D(2025, 12, 1)),
        ],
        {"PARK-1": "rebuilt", "PARK-2": "approved", "PARK-3": "approved", "PARK-4": "revoked"},
        D(2025, 12, 1),
        # Of three: two have works, one of these is networked, one was rebuilt; 20 + 10.5 + 4 km².
        {"parks": "3", "sewage_share": "66.7", "rebuilt_share": "33.3", "networked_share": "50.0", "area": "34.50"},
        {"reuse": "100.01", "level": "village", "chemical": "", "area": "-1"},
        {
            D(2025, 4, 1): [
                ("PARK-2", "mend", D(2025, 7, 31)),
                ("PARK-1", "rebuild", D(2025, 11, 30)),
                ("PARK-1", "planning_review", D(2029, 3, 15)),
            ],
            D(2025, 12, 1): [("PARK-1", "planning_review", D(2029, 3, 15))],
        },
        {("PARK-1", "built_share"): "75.0"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_register_from_its_first_entry_to_its_last_state(case: Case) -> None:
    check(case)


def test_every_kind_has_its_own_walk() -> None:
    """A kind that nobody walks is not filled; what walks it stands in this folder."""
    from pathlib import Path

    here = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in read_kinds(RULES) if f'"{name}"' not in here.replace(__name__, "")] == []


def test_an_outfall_names_its_park_its_permit_and_its_drain() -> None:
    permit = {
        "code": "91640181MA00000A1B001", "name": "甲厂", "region": "640181", "industry": "2523", "class": "重点管理",
        "park": "PARK-1",
    }  # fmt: skip
    check(
        Case(
            "outfalls",
            [
                New(ESTATE, kind="industrial_parks"), New(permit, kind="discharge_permits"), New(DRAIN, kind="drains"),
                New(OUTFALL | {"park": "PARK-1", "permit": "91640181MA00000A1B001", "drain": "PSG-1"}),
            ],
            [], {"OUT-01": "found"}, date(2025, 2, 3),
            {"found": "1", "done": "0", "done_share": "0.0", "traced_share": "0.0", "remediating": "0"},
            {"park": "PARK-9", "drain": "PSG-9"}, values={("OUT-01", "park"): "PARK-1"},
        )
    )  # fmt: skip
