"""Protected areas, restoration, species, emergencies and fields: lives, terms and figures against hand counts."""

from __future__ import annotations

import pytest

from saishang.apps.registers.kinds import kind_of
from tests.registers_kinds.cases import Case, D, check, numbers_are_there
from tests.registers_kinds.walk import RULES, New, Step

pytestmark = pytest.mark.django_db

RESERVE = New(
    {"code": "PA-1", "name": "甲自然保护区", "category": "nature_reserve", "region": "640000", "area": "1935"},
    kind="protected_areas",
)
PROJECT = {
    "code": "RP-1", "name": "沙漠锁边工程", "region": "640502", "kind": "sand", "campaign": "腾格里沙漠综合治理",
    "mode": "assisted", "planned_area": "100.5",
}  # fmt: skip
CORRIDOR = {
    "code": "WC-1", "name": "岩羊廊道", "region": "640104", "kind": "land", "species": "岩羊", "from_area": "PA-1",
    "length": "12",
}  # fmt: skip
STORE = {
    "code": "ES-1", "name": "县级储备库", "region": "640121", "owner_kind": "政府", "level": "county",
    "holder": "生态环境分局", "address": "园区路1号", "keeper": "保管员", "phone": "0951-0000000",
}  # fmt: skip
SPOT = {
    "code": "SP-1", "name": "采石点", "region": "640121", "place_kind": "protected_area", "protected_area": "PA-1",
    "zone": "core", "activity": "采石采砂", "seen_on": "2025-01-02", "image": "高分影像", "area": "1200.50",
}  # fmt: skip
REDLINE = {"place_kind": "redline", "protected_area": "", "zone": ""}
MINE = {
    "code": "AM-1", "name": "砂石矿", "region": "640205", "mineral": "砂石", "area": "10", "danger": "collapse",
    "grade": "high",
}  # fmt: skip
WORK = {
    "code": "DW-1", "name": "一号小班", "region": "640502", "project": "RP-1", "measure": "草方格固沙",
    "land": "moving", "area": "20", "year": "2025",
}  # fmt: skip
PATROL = {
    "code": "FP-1", "name": "黄河甲段", "region": "640104", "patrol_on": "2025-04-10", "in_ban": "是",
    "length": "12.5", "nets": "7", "found": "nets",
}  # fmt: skip
BARRIER = {
    "code": "CB-1", "name": "围栏", "region": "640104", "corridor": "WC-1", "kind": "fence", "length": "500",
    "holder": "林场",
}  # fmt: skip
STUFF = {
    "code": "EM-1", "name": "吸油毡", "region": "640121", "store": "ES-1", "category": "collect", "amount": "200",
    "unit": "卷", "unit_weight": "12.5", "expires_on": "2025-06-30",
}  # fmt: skip
SOURCE = {
    "code": "RS-1", "name": "甲化工厂", "region": "640181", "credit_code": "91640100MA00000A1B", "industry": "化工",
    "substances": "液氨", "ratio": "12.5", "grade": "重大", "receiver": "某排水沟", "within_10km": "是",
}  # fmt: skip
FACILITY = {
    "code": "EF-1", "name": "基站", "region": "640104", "kind": "base_station", "holder": "某公司",
    "frequency": "2600", "power": "60", "near_homes": "是",
}  # fmt: skip
SEED = {
    "code": "GR-1", "name": "滩羊", "region": "640323", "scientific_name": "Ovis aries", "group": "livestock",
    "origin": "landrace", "endangered": "不濒危", "collected_on": "2024-09-01",
}  # fmt: skip

CASES = [
    Case(
        "human_activity_spots",
        [
            RESERVE, SPOT,
            SPOT | REDLINE | {"code": "SP-2", "region": "640221", "activity": "road", "area": "300"},
            SPOT | REDLINE | {"code": "SP-3", "region": "640502", "activity": "farming", "area": "50"},
        ],
        [
            Step("SP-1", "list", D(2025, 2, 3),
                 {"checked_on": "2025-02-01", "responsible": "某公司", "permits": "none", "grade": "重点问题",
                  "deadline": "2025-06-30"},
                 ("checked_on", "responsible", "permits", "grade", "deadline")),
            Step("SP-1", "begin", D(2025, 3, 3), {"measure": "demolish"}, ("measure",)),
            Step("SP-1", "apply", D(2025, 6, 20), {"restored": "1200.5"}, ("restored",)),
            Step("SP-1", "return", D(2025, 6, 23)),
            Step("SP-1", "apply", D(2025, 6, 27)),
            Step("SP-1", "close", D(2025, 7, 1), {"image_after": "2025-06-28"}, ("image_after",)),
            Step("SP-2", "clear", D(2025, 2, 5), {"permits": "complete"}, ("permits",)),
            Step("SP-1", "reopen", D(2025, 9, 1)),
        ],
        {"SP-1": "listed", "SP-2": "lawful", "SP-3": "suspected"},
        D(2025, 7, 1),
        {"spots": "3", "checked_share": "66.7", "problems": "1", "open": "0", "open_core": "0",
         "closed_share": "100.0", "open_area": "0.00"},
        {"zone": "", "area": "-1"},
        {
            D(2025, 3, 3): [("SP-3", "check", D(2025, 2, 5)), ("SP-1", "rectify", D(2025, 6, 30))],
            D(2025, 7, 1): [("SP-3", "check", D(2025, 2, 5)), ("SP-1", "look", D(2026, 7, 1))],
        },
    ),
    Case(
        "restoration_projects",
        [
            PROJECT,
            PROJECT | {"code": "RP-2", "region": "640402", "kind": "湿地保护修复连通", "planned_area": "49.5"},
            PROJECT | {"code": "RP-3", "region": "640205", "kind": "mine", "planned_area": "50"},
        ],
        [
            Step("RP-1", "approve", D(2025, 2, 3),
                 {"water_checked": "是", "approval": "2025-1", "finish_by": "2025-10-31"},
                 ("water_checked", "approval", "finish_by")),
            Step("RP-2", "approve", D(2025, 3, 10),
                 {"water_checked": "是", "approval": "2025-2", "finish_by": "2026-06-30"}),
            Step("RP-1", "begin", D(2025, 3, 3),
                 {"money_central": "800", "money_region": "150.5", "money_social": "49.5"},
                 ("money_central", "money_region", "money_social")),
            Step("RP-1", "accept", D(2025, 10, 20), {"done_area": "98.25", "accepted_on": "2025-10-20"},
                 ("done_area", "accepted_on")),
            Step("RP-1", "tend", D(2025, 11, 3), {"survival": "91.5"}, ("survival",)),
            Step("RP-1", "evaluate", D(2025, 12, 1)),
        ],
        {"RP-1": "evaluated", "RP-2": "approved", "RP-3": "proposed"},
        D(2025, 12, 1),
        # 100.5 of 150 hm² planned by approved projects.
        {"projects": "3", "planned_area": "150.00", "done_area": "98.25", "money": "1000.00",
         "finished_share": "67.0", "evaluated_share": "100.0"},
        {"planned_area": "", "mode": "magic"},
        {
            D(2025, 11, 3): [("RP-2", "finish", D(2026, 6, 30)), ("RP-1", "evaluate", D(2028, 10, 20))],
            D(2025, 12, 1): [("RP-2", "finish", D(2026, 6, 30))],
        },
        # 98.25 of 100.5 is 97.76…
        {("RP-1", "done_share"): "97.8", ("RP-1", "money"): "1000.0000", ("RP-2", "money"): ""},
    ),
    Case(
        "abandoned_mines",
        [
            MINE, MINE | {"code": "AM-2", "region": "640221", "area": "30", "grade": "low", "danger": "none"},
            MINE | {"code": "AM-3", "region": "640221", "area": "5", "grade": "medium", "danger": "积水坑"},
        ],
        [
            Step("AM-1", "plan", D(2025, 2, 3), {"mode": "辅助再生", "finish_by": "2025-09-30"}, ("mode", "finish_by")),
            Step("AM-1", "begin", D(2025, 3, 3)),
            Step("AM-1", "accept", D(2025, 9, 15),
                 {"restored_area": "9.5", "accepted_on": "2025-09-15", "land_after": "grass"},
                 ("restored_area", "accepted_on", "land_after")),
            Step("AM-1", "hand_over", D(2025, 10, 9)),
            Step("AM-3", "strike", D(2025, 2, 10)),
        ],
        {"AM-1": "handed_over", "AM-2": "surveyed", "AM-3": "struck"},
        D(2025, 10, 9),
        {"mines": "2", "area": "40.00", "restored_area": "9.50", "restored_share": "25.0", "high_open": "0"},
        {"danger": "ghosts", "closed_year": "1949"},
        {D(2025, 3, 3): [("AM-1", "finish", D(2025, 9, 30))], D(2025, 10, 9): []},
    ),
    Case(
        "desert_works",
        [
            New(PROJECT, kind="restoration_projects"), WORK,
            WORK | {"code": "DW-2", "measure": "planting", "land": "fixed", "area": "10", "species": "柠条"},
        ],
        [
            Step("DW-1", "report", D(2025, 5, 6)),
            Step("DW-2", "report", D(2025, 6, 3)),
            Step("DW-2", "fail", D(2025, 9, 1)),
            Step("DW-1", "pass", D(2025, 9, 1), {"checked_on": "2025-09-01", "passed_area": "18.5"},
                 ("checked_on", "passed_area")),
            Step("DW-1", "keep", D(2028, 9, 4), {"survival": "70.5"}, ("survival",)),
        ],
        {"DW-1": "kept", "DW-2": "failed"},
        D(2025, 9, 1),
        # 20 of the 30 hm² that were checked.
        {"reported_area": "20.00", "passed_area": "18.50", "passed_share": "66.7", "failed": "1"},
        {"project": "RP-9", "area": "0.00001"},
        {
            D(2025, 6, 3): [("DW-1", "check", D(2025, 11, 6)), ("DW-2", "check", D(2025, 12, 3))],
            D(2025, 9, 1): [("DW-1", "survival", D(2028, 9, 1))],
        },
    ),
    Case(
        "fishing_ban_patrols",
        [
            New(PATROL, D(2025, 4, 10)),
            New(PATROL | {"code": "FP-2", "region": "640502", "length": "8", "nets": "0", "found": "nothing"},
                D(2025, 4, 10)),
            New(PATROL | {"code": "FP-3", "in_ban": "否", "length": "5", "nets": "1"}, D(2025, 4, 10)),
        ],
        [
            Step("FP-1", "file", D(2025, 4, 11), {"case_number": "2025-7"}, ("case_number",)),
            Step("FP-1", "transfer", D(2025, 4, 21)),
            Step("FP-1", "settle", D(2025, 5, 30), {"penalty": "2000"}, ("penalty",)),
        ],
        {"FP-1": "settled", "FP-2": "recorded", "FP-3": "recorded"},
        D(2025, 5, 30),
        {"patrols": "2", "length": "20.5", "nets": "8", "cases": "1", "settled_share": "100.0", "clean_share": "50.0"},
        {"nets": "1.5", "in_ban": ""},
        # 90 days after 11 April: 19 of April, 31 of May, 30 of June, and 10.
        {D(2025, 4, 11): [("FP-1", "case", D(2025, 7, 10))]},
    ),
    Case(
        "wildlife_corridors",
        [RESERVE, CORRIDOR, CORRIDOR | {"code": "WC-2", "kind": "flyway", "species": "大天鹅", "length": "28"}],
        [
            Step("WC-1", "plan", D(2025, 2, 3)),
            Step("WC-1", "begin", D(2025, 3, 3)),
            Step("WC-1", "open", D(2025, 8, 1), {"opened_on": "2025-08-01", "used": "红外相机"}, ("opened_on", "used")),
            Step("WC-1", "block", D(2025, 9, 1)),
            Step("WC-1", "open", D(2025, 10, 9)),
        ],
        {"WC-1": "open", "WC-2": "identified"},
        D(2025, 10, 9),
        {"corridors": "2", "open_length": "12.00", "open_share": "30.0", "used": "1"},
        {"from_area": "PA-9", "length": "x"},
        {D(2025, 10, 9): [("WC-1", "survey", D(2026, 10, 9))]},
    ),
    Case(
        "corridor_barriers",
        [
            RESERVE, New(CORRIDOR, kind="wildlife_corridors"), BARRIER,
            BARRIER | {"code": "CB-2", "kind": "公路", "length": "50"},
            BARRIER | {"code": "CB-3", "kind": "canal", "length": "20"},
        ],
        [
            Step("CB-1", "agree", D(2025, 2, 3), {"measure": "removed", "deadline": "2025-06-30"},
                 ("measure", "deadline")),
            Step("CB-1", "remove", D(2025, 5, 20), {"removed_on": "2025-05-20"}, ("removed_on",)),
            Step("CB-2", "keep", D(2025, 3, 3)),
        ],
        {"CB-1": "removed", "CB-2": "kept", "CB-3": "found"},
        D(2025, 5, 20),
        {"barriers": "3", "removed_share": "33.3", "open_length": "70.0"},
        {"corridor": "", "length": "-1"},
        {D(2025, 2, 3): [("CB-1", "deadline", D(2025, 6, 30))]},
    ),
    Case(
        "emergency_stores",
        [
            STORE, STORE | {"code": "ES-2", "region": "NX-NINGDONG", "owner_kind": "enterprise", "level": "park"},
            STORE | {"code": "ES-3", "region": "640205", "owner_kind": "entrusted"},
        ],
        [
            Step("ES-1", "suspend", D(2025, 3, 3)),
            Step("ES-1", "resume", D(2025, 4, 1)),
            Step("ES-3", "close", D(2025, 5, 6)),
        ],
        {"ES-1": "in_use", "ES-2": "in_use", "ES-3": "closed"},
        D(2025, 5, 6),
        # One of 22 counties and districts; the base at Ningdong is none of them.
        {"stores": "2", "counties_share": "4.5", "government": "1"},
        {"keeper": "", "level": "moon"},
        {D(2025, 5, 6): [("ES-2", "stock_taking", D(2025, 7, 6)), ("ES-1", "stock_taking", D(2025, 10, 1))]},
    ),
    Case(
        "emergency_materials",
        [
            New(STORE, kind="emergency_stores"), STUFF,
            STUFF | {"code": "EM-2", "category": "污染物降解", "amount": "100", "unit": "袋", "unit_weight": "25",
                     "expires_on": "2026-12-31"},
            STUFF | {"code": "EM-3", "category": "protect", "amount": "50", "unit_weight": "3.2", "expires_on": ""},
        ],
        [
            Step("EM-1", "lend", D(2025, 2, 3)),
            Step("EM-1", "return", D(2025, 2, 20)),
            Step("EM-3", "lend", D(2025, 6, 20)),
            Step("EM-3", "use", D(2025, 6, 25), {"used_for": "某事件"}, ("used_for",)),
            Step("EM-1", "expire", D(2025, 7, 1)),
        ],
        {"EM-1": "expired", "EM-2": "in_stock", "EM-3": "used"},
        D(2025, 7, 1),
        {"lots": "1", "weight": "2500.0", "collect_weight": "2500.0", "expired_share": "50.0"},
        {"store": "ES-9", "amount": "两百"},
        # 30 days after 3 February 2025: 25 of February, and 5.
        {D(2025, 2, 3): [
            ("EM-1", "return", D(2025, 3, 5)), ("EM-1", "expiry", D(2025, 6, 30)), ("EM-2", "expiry", D(2026, 12, 31)),
        ]},
        {("EM-1", "weight"): "2500.000", ("EM-3", "weight"): "160.000"},
    ),
    Case(
        "risk_sources",
        [
            SOURCE,
            SOURCE | {"code": "RS-2", "credit_code": "91640200MA00000C2D", "grade": "common", "within_10km": "否"},
        ],
        [
            Step("RS-1", "sign", D(2025, 2, 3), {"plan_signed_on": "2025-02-03"}, ("plan_signed_on",)),
            Step("RS-1", "file", D(2025, 2, 20), {"plan_number": "640181-1", "filed_on": "2025-02-20"},
                 ("plan_number", "filed_on")),
        ],
        {"RS-1": "filed", "RS-2": "listed"},
        D(2025, 2, 20),
        {"sources": "2", "grave": "1", "filed_share": "50.0", "upstream": "1"},
        # The code stands in the register already.
        {"ratio": "", "grade": "huge", "credit_code": "91640100MA00000A1B"},
        {
            # Twenty working days after 3 February 2025: the 4th was off, 5 to 8 were worked, three weeks, one more.
            D(2025, 2, 3): [("RS-1", "filing", D(2025, 3, 3)), ("RS-2", "plan", D(2025, 7, 6))],
            D(2025, 2, 20): [
                ("RS-2", "plan", D(2025, 7, 6)), ("RS-1", "drill", D(2026, 2, 20)), ("RS-1", "review", D(2028, 2, 3)),
            ],
        },
    ),
    Case(
        "emf_facilities",
        [
            FACILITY,
            FACILITY | {"code": "EF-2", "kind": "变电站", "frequency": "0.00005", "power": "", "voltage": "330",
                        "near_homes": "否"},
        ],
        [
            Step("EF-1", "open", D(2025, 2, 5), {"approval": "登记2025-1"}, ("approval",)),
            Step("EF-1", "find", D(2025, 5, 6), {"limit_share": "112.5"}, ("limit_share",)),
            Step("EF-1", "mend", D(2025, 5, 30), {"limit_share": "40.0", "measured_on": "2025-05-30"}),
        ],
        {"EF-1": "in_use", "EF-2": "planned"},
        D(2025, 5, 6),
        {"facilities": "1", "over": "1", "watched": "1", "within_share": "0.0"},
        {"power": "", "frequency": "300001"},
        {
            D(2025, 2, 5): [("EF-1", "measure", D(2026, 2, 5))],
            D(2025, 5, 6): [("EF-1", "mend", D(2025, 6, 5))],
            D(2025, 5, 30): [("EF-1", "measure", D(2026, 5, 30))],
        },
    ),
    Case(
        "germplasm_resources",
        [
            SEED,
            SEED | {"code": "GR-2", "name": "地方小麦", "scientific_name": "Triticum aestivum", "group": "crop",
                    "endangered": "endangered"},
            SEED | {"code": "GR-3", "name": "某野生种", "group": "medicinal", "endangered": "critical"},
        ],
        [
            Step("GR-1", "identify", D(2025, 2, 5)),
            Step("GR-1", "keep", D(2025, 3, 3),
                 {"kept_in": "保种场", "keeper": "某中心", "copies": "3", "viability": "95", "tested_on": "2025-03-01"},
                 ("kept_in", "keeper", "copies", "viability", "tested_on")),
            Step("GR-3", "lose", D(2025, 4, 1)),
        ],
        {"GR-1": "kept", "GR-2": "collected", "GR-3": "lost"},
        D(2025, 4, 1),
        {"accessions": "2", "kept_share": "50.0", "endangered_kept_share": "0.0", "lost": "1"},
        {"collected_on": "2025-02-30", "group": "rocks"},
        {D(2025, 4, 1): [("GR-2", "identify", D(2026, 1, 6)), ("GR-1", "test", D(2030, 3, 1))]},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_kind_lives_and_counts(case: Case) -> None:
    check(case)
    assert numbers_are_there(kind_of(RULES, case.kind)) == []
