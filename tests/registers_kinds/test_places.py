"""Counties, villages, cells, parks and residential areas: lives, terms and figures against hand counts."""

from __future__ import annotations

import pytest

from saishang.apps.registers.kinds import kind_of
from tests.registers_kinds.cases import Case, D, check, numbers_are_there
from tests.registers_kinds.walk import RULES, New, Step, refused

pytestmark = pytest.mark.django_db

COUNTY = {"region": "640424", "name": "泾源县"}
AREA_TITLE = {"code": "DA-1", "name": "吴忠市创建", "region": "640300", "mark": "recalled"}
TITLE = {"code": "DT-1", "name": "实践创新基地", "region": "640424", "title": "practice_base", "mark": "unconfirmed"}
ESTATE = {
    "code": "XQ-1", "name": "甲小区", "region": "640104", "households": "300", "manager": "某物业",
    "managed": "company",
}  # fmt: skip
VILLAGE = {
    "code": "VL-1", "name": "杨岭村", "region": "640424", "town": "泾河源镇", "people": "900", "households": "250",
    "heritage": "none", "sewage": "已治理（管控）达到要求", "black_water": "否", "refuse": "sorted",
}  # fmt: skip
TOILET = {
    "code": "TL-1", "name": "杨岭村水冲厕", "region": "640424", "village": "VL-1", "kind": "sewer",
    "sanitary": "是", "cold_proof": "否", "households": "150",
}  # fmt: skip
SEWAGE = {
    "code": "SW-1", "name": "甲村处理站", "region": "640424", "village": "VL-1", "capacity": "50", "large": "是",
    "process": "mbr", "households": "200",
}  # fmt: skip
RUNNING = {"started_on": "2025-02-05", "operator": "某公司", "load": "30"}
PARK = {
    "code": "PK-1", "name": "甲口袋公园", "region": "640104", "kind": "口袋公园（游园）", "area": "1200",
    "radius": "r300",
}  # fmt: skip
GREENWAY = {"code": "GW-1", "name": "滨河绿道", "region": "640104", "level": "city", "length": "7.5", "lane": "both"}
UNIT = {"code": "SU-1", "name": "一号分区", "region": "640402", "area": "6", "goal": "85", "flood_points": "2"}
SPONGE = {"code": "SP-1", "name": "雨水花园", "region": "640402", "unit": "SU-1", "kind": "block", "area": "3.5"}
YARD = {"code": "YD-1", "name": "杨岭村01号", "region": "640424", "village": "VL-1", "holder": "某户"}
CELL = {"code": "CL-1", "name": "典农河", "region": "640106", "kind": "美丽河湖", "applicant": "金凤区水务局"}
OPENED = {"opened_on": "2025-06-02", "free": "是", "manager": "园林所"}

CASES = [
    Case(
        "beautiful_counties",
        [COUNTY, {"region": "640423", "name": "隆德县"}, {"region": "640122", "name": "贺兰县"}],
        [
            Step("640424", "begin", D(2025, 2, 5), {"villages": "96"}, ("villages",)),
            Step("640424", "assess", D(2026, 3, 2), {"criteria": "2025版", "villages_done": "90", "score": "88.50"},
                 ("criteria", "villages_done", "score")),
            Step("640424", "recognise", D(2026, 6, 1), {"built_on": "2026-06-01", "document": "2026-5"},
                 ("document",)),
            Step("640423", "begin", D(2025, 3, 3), {"villages": "99"}),
        ],
        {"640424": "built", "640423": "building", "640122": "listed"},
        D(2026, 6, 1),
        # One and two of 22 counties and districts.
        {"built_share": "4.5", "under_way_share": "9.1", "built": "1", "villages_done": "90"},
        {"region": "640400"},
        {D(2026, 6, 1): [("640424", "look", D(2029, 6, 1))]},
        {("640424", "done_share"): "93.8"},
    ),
    Case(
        "demonstration_areas",
        [
            AREA_TITLE, AREA_TITLE | {"code": "DA-2", "region": "640100", "name": "银川市创建"},
            AREA_TITLE | {"code": "DA-3", "region": "640424", "name": "泾源县创建"},
        ],
        [
            step for key in ("DA-1", "DA-3") for step in (
                Step(key, "assess", D(2025, 3, 3),
                     {"criteria": "2021版", "indicators_all": "35", "indicators_met": "35"},
                     ("criteria", "indicators_all", "indicators_met")),
                Step(key, "name", D(2025, 11, 3), {"named_on": "2025-11-03", "document": "2025-3"},
                     ("document",)),
            )
        ] + [Step("DA-3", "warn", D(2026, 12, 1))],
        {"DA-1": "named", "DA-2": "applying", "DA-3": "warned"},
        D(2025, 11, 3),
        # One of five cities, one of 22 counties and districts.
        {"cities_share": "20", "counties_share": "4.5", "areas": "2", "applying": "1"},
        {"region": "640000", "mark": ""},
        {
            D(2025, 11, 3): [("DA-1", "recheck", D(2028, 11, 3)), ("DA-3", "recheck", D(2028, 11, 3))],
            D(2026, 12, 1): [("DA-3", "rectify", D(2027, 12, 1)), ("DA-1", "recheck", D(2028, 11, 3))],
        },
        {("DA-1", "met_share"): "100.0"},
    ),
    Case(
        "demonstration_titles",
        [TITLE, TITLE | {"code": "DT-2", "region": "640300", "title": "国家园林城市（县城）"}],
        [
            Step("DT-1", "assess", D(2025, 3, 3),
                 {"criteria": "2020版", "indicators_all": "20", "indicators_met": "19"},
                 ("criteria", "indicators_all", "indicators_met")),
            Step("DT-1", "name", D(2025, 11, 3), {"named_on": "2025-11-03", "document": "2025-4"}),
            Step("DT-1", "warn", D(2026, 11, 2)),
            Step("DT-1", "restore", D(2027, 3, 1), {"checked_on": "2027-03-01"}),
        ],
        {"DT-1": "named", "DT-2": "applying"},
        D(2027, 3, 1),
        {"named": "1", "bases": "1", "applying": "1"},
        {"title": "最美", "region": "火星"},
        {D(2027, 3, 1): [("DT-1", "recheck", D(2030, 3, 1))]},
        {("DT-1", "met_share"): "95.0"},
    ),
    Case(
        "residential_areas",
        [
            ESTATE, ESTATE | {"code": "XQ-2", "name": "乙小区", "households": "100"},
            ESTATE | {"code": "XQ-3", "region": "640202", "households": "200", "managed": "无物业"},
            ESTATE | {"code": "XQ-4", "households": "900"},
        ],
        [
            Step("XQ-1", "equip", D(2025, 2, 5), {"points": "4"}, ("points",)),
            Step("XQ-1", "start", D(2025, 3, 3), {"fractions": "4", "collection": "分类收集、分类运输"},
                 ("fractions", "collection")),
            Step("XQ-1", "accept", D(2025, 6, 3), {"accuracy": "92.5"}, ("accuracy",)),
            Step("XQ-2", "equip", D(2025, 2, 5), {"points": "2"}),
            Step("XQ-2", "start", D(2025, 3, 3), {"fractions": "3", "collection": "mixed", "checked_on": "2025-05-01"}),
            Step("XQ-4", "demolish", D(2025, 4, 1)),
        ],
        {"XQ-1": "accepted", "XQ-2": "sorting", "XQ-3": "none", "XQ-4": "demolished"},
        D(2025, 6, 3),
        # Two of three areas, 400 of 600 households; the one that was pulled down is not counted.
        {"coverage": "66.7", "households_coverage": "66.7", "four_share": "33.3", "mixed": "1", "areas": "3"},
        {"households": "0", "region": "640100"},
        {D(2025, 6, 3): [("XQ-2", "check", D(2025, 11, 1)), ("XQ-1", "check", D(2025, 12, 3))]},
    ),
    Case(
        "villages",
        [
            VILLAGE, VILLAGE | {"code": "VL-2", "sewage": "partial", "refuse": "collected", "heritage": "national"},
            VILLAGE | {"code": "VL-3", "black_water": "是", "refuse": "none"},
            VILLAGE | {"code": "VL-4", "region": "640324"},
        ],
        [
            Step("VL-1", "begin", D(2025, 2, 5)),
            Step("VL-1", "assess", D(2025, 10, 9), {"score": "91"}, ("score",)),
            Step("VL-1", "recognise", D(2025, 12, 1), {"built_on": "2025-12-01"}, ("built_on",)),
            Step("VL-4", "merge", D(2025, 5, 6)),
        ],
        {"VL-1": "built", "VL-2": "listed", "VL-3": "listed", "VL-4": "merged"},
        D(2025, 12, 1),
        # Treated and without black-odorous water: one of three.
        {"villages": "3", "sewage_share": "33.3", "black": "1", "refuse_share": "66.7", "sorting_share": "33.3",
         "beautiful_share": "33.3", "heritage": "1"},
        {"people": "-1", "sewage": ""},
    ),
    Case(
        "village_toilets",
        [
            New(VILLAGE, kind="villages"), TOILET,
            TOILET | {"code": "TL-2", "kind": "卫生旱厕", "cold_proof": "是", "households": "50"},
            TOILET | {"code": "TL-3", "kind": "plain", "sanitary": "否", "households": "50"},
        ],
        [
            Step("TL-1", "build", D(2025, 5, 6)),
            Step("TL-2", "build", D(2025, 5, 6)),
            Step("TL-1", "report", D(2025, 12, 1), {"fault": "冻堵"}, ("fault",)),
            Step("TL-1", "repair", D(2025, 12, 30)),
        ],
        {"TL-1": "in_use", "TL-2": "in_use", "TL-3": "planned"},
        D(2025, 12, 1),
        # 50 of 250 households while the 150 are at fault; of the types in use that is the only one.
        {"sanitary_share": "20.0", "cold_share": "100.0", "faulty_households": "150", "households": "250"},
        {"households": "0", "village": "VL-9"},
        {
            D(2025, 12, 1): [("TL-1", "repair", D(2026, 1, 30)), ("TL-2", "check", D(2026, 5, 6))],
            D(2025, 12, 30): [("TL-2", "check", D(2026, 5, 6)), ("TL-1", "check", D(2026, 12, 30))],
        },
    ),
    Case(
        "village_sewage_works",
        [
            New(VILLAGE, kind="villages"), SEWAGE,
            SEWAGE | {"code": "SW-2", "capacity": "10", "large": "否", "households": "40"},
            SEWAGE | {"code": "SW-3", "capacity": "5", "large": "否", "households": "30"},
        ],
        [
            Step("SW-1", "accept", D(2025, 2, 5), RUNNING | {"tested_on": "2025-03-31", "passed": "是"},
                 ("started_on", "operator", "load")),
            Step("SW-2", "accept", D(2025, 2, 5), RUNNING | {"load": "2"}),
            Step("SW-2", "stop", D(2025, 4, 1), {"stopped_why": "水量不足"}, ("stopped_why",)),
            Step("SW-2", "mend", D(2025, 5, 6)),
            Step("SW-2", "restart", D(2025, 6, 3)),
        ],
        {"SW-1": "running", "SW-2": "running", "SW-3": "building"},
        D(2025, 5, 6),
        {"works": "2", "running_share": "50.0", "capacity": "60.00", "households": "200", "passed_share": "100.0"},
        {"capacity": "", "process": "magic"},
        {
            # Half a year after 31 March there is no 31st: the last day of September.
            D(2025, 5, 6): [("SW-1", "test", D(2025, 9, 30)), ("SW-2", "restart", D(2025, 11, 6))],
            D(2025, 6, 3): [("SW-1", "test", D(2025, 9, 30)), ("SW-2", "test_small", D(2026, 6, 3))],
        },
        {("SW-1", "load_share"): "60.0"},
    ),
    Case(
        "parks",
        [PARK, PARK | {"code": "PK-2", "kind": "comprehensive", "area": "52000", "radius": "r500"},
         PARK | {"code": "PK-3", "region": "640202"}],
        [
            step for key in ("PK-1", "PK-2") for step in (
                Step(key, "begin", D(2025, 3, 3)),
                Step(key, "open", D(2025, 6, 3), OPENED, ("opened_on", "free", "manager")),
            )
        ] + [Step("PK-3", "close", D(2025, 4, 1))],
        {"PK-1": "open", "PK-2": "open", "PK-3": "closed"},
        D(2025, 6, 3),
        {"parks": "2", "area": "53200.0", "pocket": "1", "pocket_counties_share": "4.5"},
        {"area": "-1", "radius": ""},
    ),
    Case(
        "greenways",
        [New(PARK, kind="parks"), GREENWAY | {"park": "PK-1"},
         GREENWAY | {"code": "GW-2", "level": "社区绿道", "length": "2.5"}],
        [
            Step("GW-1", "begin", D(2025, 3, 3)),
            Step("GW-1", "open", D(2025, 9, 1), {"opened_on": "2025-09-01"}, ("opened_on",)),
        ],
        {"GW-1": "open", "GW-2": "planned"},
        D(2025, 9, 1),
        {"open_length": "7.500", "planned_length": "10.000", "open_share": "75.0"},
        {"park": "PK-9", "lane": "swim"},
    ),
    Case(
        "sponge_units",
        [UNIT, UNIT | {"code": "SU-2", "area": "14", "flood_points": "3"}],
        [
            Step("SU-1", "begin", D(2025, 3, 3)),
            Step("SU-1", "assess", D(2026, 3, 2),
                 {"runoff": "86.5", "measured": "model", "assessed_on": "2026-02-28", "flood_points": "0"},
                 ("runoff", "measured", "assessed_on")),
            Step("SU-1", "lapse", D(2029, 3, 1)),
        ],
        {"SU-1": "building", "SU-2": "untouched"},
        D(2026, 3, 2),
        # 6 of 20 km².
        {"area": "20.00", "met_share": "30.0", "flood_points": "3"},
        {"goal": "101", "flood_points": "0.5"},
        {D(2026, 3, 2): [("SU-1", "look", D(2029, 2, 28))]},
    ),
    Case(
        "sponge_projects",
        [New(UNIT, kind="sponge_units"), SPONGE, SPONGE | {"code": "SP-2", "kind": "调蓄设施", "area": "10"}],
        [
            Step("SP-1", "begin", D(2025, 3, 3), {"finish_by": "2025-09-30"}, ("finish_by",)),
            Step("SP-1", "accept", D(2025, 9, 1), {"storage": "450.5"}, ("storage",)),
            Step("SP-1", "run", D(2025, 10, 9)),
            Step("SP-2", "drop", D(2025, 4, 1)),
        ],
        {"SP-1": "running", "SP-2": "dropped"},
        D(2025, 10, 9),
        {"done": "1", "done_area": "3.50", "storage": "450.5"},
        {"unit": "", "area": "x"},
        {D(2025, 3, 3): [("SP-1", "finish", D(2025, 9, 30))]},
    ),
    Case(
        "courtyard_pilots",
        [New(VILLAGE, kind="villages"), YARD, YARD | {"code": "YD-2", "name": "杨岭村02号"}],
        [
            Step("YD-1", "select", D(2025, 5, 6), {"criteria": "县2025版", "score": "93"}, ("criteria", "score")),
            Step("YD-1", "name", D(2025, 6, 3), {"named_on": "2025-06-03"}, ("named_on",)),
        ],
        {"YD-1": "named", "YD-2": "applied"},
        D(2025, 6, 3),
        {"named": "1", "selected_share": "50.0"},
        {"holder": "", "village": "VL-9"},
        {D(2025, 6, 3): [("YD-1", "look", D(2027, 6, 3))]},
    ),
    Case(
        "beautiful_cells",
        [
            CELL, CELL | {"code": "CL-2", "kind": "community", "name": "某社区", "region": "640202"},
            CELL | {"code": "CL-3", "kind": "park", "name": "某园区", "region": "640181"},
        ],
        [
            Step("CL-1", "review", D(2025, 3, 3), {"criteria": "2025版", "score": "90", "reviewer": "专家组"},
                 ("criteria", "score", "reviewer")),
            Step("CL-1", "name", D(2025, 6, 3), {"named_on": "2025-06-03", "document": "2025-9"},
                 ("document",)),
            Step("CL-1", "warn", D(2026, 6, 1)),
            Step("CL-1", "restore", D(2026, 9, 1)),
            Step("CL-3", "withdraw", D(2025, 4, 1)),
        ],
        {"CL-1": "named", "CL-2": "applied", "CL-3": "withdrawn"},
        D(2026, 9, 1),
        {"named": "1", "rivers": "1", "parks": "0", "communities": "0", "named_share": "50.0", "counties_share": "4.5"},
        {"kind": "cloud", "applicant": ""},
        {
            D(2026, 6, 1): [("CL-1", "mend", D(2026, 12, 1))],
            D(2026, 9, 1): [("CL-1", "recheck", D(2029, 9, 1))],
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_kind_lives_and_counts(case: Case) -> None:
    check(case)
    assert numbers_are_there(kind_of(RULES, case.kind)) == []


def test_a_cell_of_a_village_names_its_village() -> None:
    """What one choice asks for: the village of a beautiful village, and nothing of a river."""
    assert refused("beautiful_cells", CELL | {"kind": "village"}).keys() == {"village"}
