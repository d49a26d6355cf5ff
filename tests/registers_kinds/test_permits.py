"""Permits, key units, machines and cleaner-production audits: lives, terms and figures against hand counts."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registers_kinds.walk import New, Step, Walked, refused, walk

pytestmark = pytest.mark.django_db
#: Codes of three invented units: 18 characters and 3 digits.
UNITS = ["91640100MA00000A1B001", "91640200MA00000C2D001", "91640300MA00000E3F001"]
PERMIT = {"name": "甲化工厂", "region": "640181", "industry": "2614", "class": "重点管理"}
HELD = {
    "permit_no": f"{UNITS[0]}P", "issued_on": "2025-03-10", "valid_until": "2030-03-09", "renew_by": "2030-01-08",
    "report_due": "2026-01-31",
}  # fmt: skip


def permits() -> Walked:
    return walk(
        "discharge_permits",
        [
            PERMIT | {"code": UNITS[0]},
            PERMIT | {"code": UNITS[1], "name": "乙水泥厂", "region": "640221", "class": "simplified"},
            PERMIT | {"code": UNITS[2], "name": "丙印刷厂", "region": "640302", "class": "登记管理"},
        ],
        [
            Step(UNITS[0], "accept", date(2025, 2, 3)),
            Step(UNITS[0], "refuse", date(2025, 2, 10)),
            Step(UNITS[0], "accept", date(2025, 2, 17)),
            Step(UNITS[0], "issue", date(2025, 3, 10), HELD, ("permit_no", "issued_on", "valid_until")),
        ],
    )


def test_permits_issued_over_permits_required() -> None:
    found = permits()
    # Of the key and the simplified unit one holds a permit; the unit that only registers stands apart.
    assert found.figures(date(2025, 3, 9)) == {
        "required": "2", "issued": "0", "coverage": "0.0", "registered_share": "0.0",
    }  # fmt: skip
    assert found.figures(date(2025, 3, 10)) == {
        "required": "2", "issued": "1", "coverage": "50.0", "registered_share": "0.0",
    }  # fmt: skip
    assert found.figures(date(2025, 3, 10), "640300")["coverage"] is None
    # 90 days after 6 January 2025: 25 days of January, 28 of February, 31 of March, and 6.
    assert found.due(date(2025, 3, 10)) == [
        (UNITS[1], "issue", date(2025, 4, 6)), (UNITS[2], "issue", date(2025, 4, 6)),
        (UNITS[0], "report", date(2026, 1, 31)), (UNITS[0], "renewal", date(2030, 1, 8)),
        (UNITS[0], "expiry", date(2030, 3, 9)),
    ]  # fmt: skip


def test_a_permit_to_its_end() -> None:
    permits()
    found = walk(
        "discharge_permits",
        [],
        [
            Step(UNITS[0], "amend", date(2026, 5, 6)),
            Step(UNITS[0], "renew", date(2030, 1, 6), {"valid_until": "2035-03-09", "renew_by": "2035-01-08"}),
            Step(UNITS[0], "expire", date(2035, 3, 10)),
            Step(UNITS[0], "accept", date(2035, 4, 2)),
            Step(UNITS[0], "issue", date(2035, 5, 8)),
            Step(UNITS[0], "revoke", date(2036, 1, 8)),
            Step(UNITS[0], "cancel", date(2036, 2, 8)),
        ],
    )
    assert found.states()[UNITS[0]] == "cancelled"
    assert [found.figures(on)["coverage"] for on in (date(2035, 3, 9), date(2035, 3, 10))] == ["50.0", "0.0"]
    assert found.figures(date(2036, 2, 8))["required"] == "1"


def test_what_a_permit_may_not_say() -> None:
    wrong = PERMIT | {"code": "9164", "industry": "化工", "class": "特别管理", "so2": "-1", "air_outlets": "1.5"}
    assert refused("discharge_permits", wrong).keys() == {"code", "industry", "class", "so2", "air_outlets"}


def test_key_units() -> None:
    given = {"name": "甲化工厂", "region": "640181"}
    listed = {"list_year": "2025", "listed_on": "2025-03-28", "monitoring": "已安装未联网"}
    lacks = ("list_year", "listed_on", "monitoring")
    found = walk(
        "key_units",
        [
            New(PERMIT | {"code": UNITS[0]}, kind="discharge_permits"),
            given | {"code": "KEY-01", "permit": UNITS[0], "water": "是", "air": "是", "soil": "是"},
            given | {"code": "KEY-02", "name": "乙水泥厂", "region": "640221", "air": "是"},
            given | {"code": "KEY-03", "name": "丙养殖场", "region": "640302", "water": "是"},
        ],
        [
            Step("KEY-01", "list", date(2025, 3, 28), listed, lacks),
            Step("KEY-02", "list", date(2025, 3, 28), listed | {"monitoring": "networked"}, lacks),
            Step("KEY-03", "drop", date(2025, 3, 28)),
            Step("KEY-01", "confirm", date(2026, 3, 30), {"list_year": "2026", "listed_on": "2026-03-30"}),
            Step("KEY-03", "propose", date(2026, 4, 1)),
        ],
    )
    figures = {"listed": "2", "water": "1", "air": "2", "soil": "1", "networked_share": "50.0"}
    assert found.figures(date(2025, 3, 28)) == figures
    assert found.due(date(2025, 3, 28)) == [
        ("KEY-01", "networking", date(2025, 9, 28)), ("KEY-01", "update", date(2026, 3, 28)),
        ("KEY-02", "update", date(2026, 3, 28)),
    ]  # fmt: skip
    found = walk("key_units", [], [Step("KEY-02", "remove", date(2026, 4, 2))])
    assert found.figures(date(2026, 4, 2))["networked_share"] == "0.0"
    assert refused("key_units", given | {"code": "KEY-04", "permit": "NONE-1", "list_year": "2021"}).keys() == {
        "permit", "list_year",
    }  # fmt: skip


def test_machines_found_are_registered() -> None:
    given = {"name": "XE215 挖掘机", "region": "640106", "kind": "挖掘机", "found_on": "2025-01-06"}
    data = {"eco_code": "3-A0000001", "engine_no": "E1", "power": "118.5", "fuel": "柴油", "stage": "国三"}
    found = walk(
        "nonroad_machines",
        [
            given | {"code": "NR-0001", "holder": "张某", "holder_kind": "个人", "phone": "0951-0000000"},
            given | {"code": "NR-0002", "name": "电动叉车", "kind": "forklift"},
            given | {"code": "NR-0003", "name": "ZL50 装载机", "kind": "装载机", "region": "640402"},
        ],
        [
            Step("NR-0001", "register", date(2025, 2, 1), data, ("eco_code", "engine_no", "power", "fuel")),
            Step("NR-0002", "register", date(2025, 2, 2),
                 {"eco_code": "D-A0000002", "engine_no": "M2", "power": "15", "fuel": "electric"}),
            Step("NR-0001", "fail", date(2025, 6, 1)),
        ],
    )  # fmt: skip
    assert found.figures(date(2025, 6, 1)) == {
        "known": "3", "registered": "2", "registered_share": "66.7", "clean_share": "50.0", "old": "0",
        "scrapped": "0", "power": "133.5",
    }  # fmt: skip
    assert found.due(date(2025, 6, 1)) == [
        ("NR-0003", "registration", date(2025, 2, 5)), ("NR-0001", "retest", date(2025, 7, 1)),
    ]  # fmt: skip
    found = walk(
        "nonroad_machines",
        [],
        [
            Step("NR-0001", "pass", date(2025, 6, 20)),
            Step("NR-0001", "alter", date(2026, 1, 5), {"region": "640104"}),
            Step("NR-0001", "scrap", date(2027, 1, 5)),
            Step("NR-0003", "move", date(2027, 1, 6)),
        ],
    )
    assert found.states() == {"NR-0001": "scrapped", "NR-0002": "registered", "NR-0003": "moved"}
    assert found.figures(date(2027, 1, 6))["registered_share"] == "100.0"
    assert found.kind.fields["holder"].kept_years == 2 and not found.kind.fields["phone"].public
    wrong = given | {"code": "NR-0004", "kind": "飞机", "power": "0", "eco_code": "3-A0000001", "fuel": "柴油"}
    # The code of another machine, and no stage for a diesel engine.
    assert refused("nonroad_machines", wrong).keys() == {"kind", "power", "eco_code", "stage"}


def test_audits_and_the_level_that_they_bring() -> None:
    given = {"name": "甲焦化", "region": "640205", "industry": "焦化", "basis": "强制性审核", "listed_on": "2025-01-31"}
    done = {"level": "Ⅰ级", "accepted_on": "2026-01-20", "energy_saved": "1250.5", "water_saved": "30000"}
    found = walk(
        "clean_production_audits",
        [
            given | {"code": "CP-001", "reason": "使用或排放有毒有害物质"},
            given | {"code": "CP-002", "reason": "energy", "industry": "steel", "name": "乙钢铁"},
            given | {"code": "CP-003", "basis": "自愿性审核", "industry": "水泥", "name": "丙水泥"},
        ],
        [
            Step("CP-001", "begin", date(2025, 3, 1)),
            Step("CP-001", "submit", date(2025, 9, 1)),
            Step("CP-001", "return", date(2025, 9, 20)),
            Step("CP-001", "submit", date(2025, 10, 20)),
            Step("CP-001", "assess", date(2025, 12, 1), {"level": "1"}, ("level",)),
            Step("CP-001", "accept", date(2026, 1, 20), done, ("accepted_on", "energy_saved", "water_saved")),
        ],
    )
    assert found.figures(date(2025, 11, 30))["first_level_share"] == "0.0"
    assert found.figures(date(2026, 1, 20)) == {
        "firms": "3", "passed_share": "50.0", "first_level_share": "50.0", "first_level": "1", "energy_saved": "1250.5",
    }  # fmt: skip
    assert found.due(date(2026, 1, 20)) == [
        ("CP-002", "begin", date(2025, 3, 31)), ("CP-002", "finish", date(2026, 1, 31)),
        ("CP-001", "next", date(2031, 1, 20)),
    ]  # fmt: skip
    found = walk(
        "clean_production_audits",
        [],
        [
            Step("CP-001", "relist", date(2030, 12, 2), {"listed_on": "2030-12-02"}),
            Step("CP-002", "end", date(2030, 12, 3)),
        ],
    )
    assert found.states() == {"CP-001": "listed", "CP-002": "ended", "CP-003": "listed"}
    wrong = given | {"code": "CP-004", "industry": "养蜂", "level": "Ⅳ级"}
    assert refused("clean_production_audits", wrong).keys() == {"industry", "reason", "level"}
