"""Projects under control and what replaces them, major projects, zero-waste tasks, green names: each to its end."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registers_kinds.walk import New, Step, Walked, refused, walk

pytestmark = pytest.mark.django_db
PROJECT = {
    "name": "甲煤化工项目", "region": "640181", "owner": "甲公司", "industry": "现代煤化工", "high_energy": "是",
    "high_emission": "是", "low_level": "否", "energy": "120000.5", "coal": "200000",
}  # fmt: skip
ADMITTED = {
    "efficiency": "达到标杆水平", "carbon": "310000", "by_capacity": "不涉及", "by_coal": "未落实", "by_energy": "done",
    "by_carbon": "已落实", "by_pollutant": "已落实",
}  # fmt: skip
LEVELS = ("efficiency", "carbon", "by_capacity", "by_coal", "by_energy", "by_carbon", "by_pollutant")


def under_control() -> Walked:
    return walk(
        "restricted_projects",
        [
            PROJECT | {"code": "LG-001", "project_code": "2501-640181-04-01-123456"},
            PROJECT
            | {"code": "LG-002", "name": "乙水泥项目", "industry": "建材", "region": "640502", "energy": "8000"},
            PROJECT | {"code": "LG-003", "name": "丙铁合金项目", "industry": "steel", "region": "640205"},
        ],
        [
            Step("LG-001", "admit", date(2025, 3, 3), ADMITTED, LEVELS),
            Step("LG-001", "build", date(2025, 5, 6)),
            Step("LG-002", "admit", date(2025, 6, 2), ADMITTED | {"efficiency": "below", "by_coal": "done"}, LEVELS),
            Step("LG-003", "reject", date(2025, 6, 3)),
        ],
    )


def test_projects_under_control() -> None:
    found = under_control()
    assert found.figures(date(2025, 6, 3)) == {
        "projects": "2", "open_replacement": "1", "replaced_share": "50.0", "advanced_share": "50.0",
        "energy": "120000", "stopped": "0",
    }  # fmt: skip
    assert found.due(date(2025, 6, 3)) == [
        ("LG-001", "review", date(2026, 5, 6)), ("LG-002", "review", date(2026, 6, 2)),
    ]  # fmt: skip
    found = walk(
        "restricted_projects",
        [],
        [
            Step("LG-001", "rectify", date(2025, 9, 1), {"rectify_by": "2026-03-01"}, ("rectify_by",)),
            Step("LG-001", "rebuild", date(2026, 2, 2)),
            Step("LG-001", "produce", date(2026, 12, 1), {"by_coal": "已落实"}),
            Step("LG-001", "stop", date(2027, 5, 6)),
            Step("LG-001", "reopen", date(2027, 6, 1), {"rectify_by": "2027-12-31"}),
            Step("LG-001", "reproduce", date(2027, 11, 1)),
            Step("LG-001", "quit", date(2030, 1, 7)),
        ],
    )
    assert ("LG-001", "rectification", date(2026, 3, 1)) in found.due(date(2025, 9, 1))
    # In June 2027 the first stands under rectification with all replaced, the second waits for its works.
    assert found.figures(date(2027, 6, 1))["replaced_share"] == "100.0"
    assert found.figures(date(2030, 1, 7))["stopped"] == "1"
    wrong = PROJECT | {
        "code": "LG-004",
        "industry": "养殖",
        "energy": "-5",
        "project_code": "2501-640181",
        "low_level": "",
    }
    assert refused("restricted_projects", wrong).keys() == {"industry", "energy", "project_code", "low_level"}


def test_what_replaces_a_project() -> None:
    under_control()
    source = {"name": "丁焦化一号炉", "region": "640205", "item": "煤耗", "way": "关停拆除"}
    sources = walk(
        "reduction_sources",
        [
            source | {"code": "SRC-01"},
            source | {"code": "SRC-02", "item": "碳排放", "way": "rebuilt"},
            source | {"code": "SRC-03", "item": "污染物排放", "pollutant": "氮氧化物"},
        ],
        [
            Step("SRC-01", "verify", date(2025, 3, 3),
                 {"quantity": "260000.5", "used": "0", "done_on": "2024-12-31", "valid_until": "2027-12-31"},
                 ("quantity", "used", "done_on")),
            Step("SRC-02", "verify", date(2025, 3, 3),
                 {"quantity": "400000", "used": "90000", "done_on": "2024-12-31"}),
            Step("SRC-03", "reject", date(2025, 3, 4)),
        ],
    )  # fmt: skip
    assert sources.value("SRC-02", "left") == "310000.0000"
    assert sources.figures(date(2025, 3, 4)) == {
        "verified": "2", "coal_left": "260000.5", "energy_left": "0.0", "carbon_left": "310000.0",
    }  # fmt: skip
    assert sources.due(date(2025, 3, 4)) == [("SRC-01", "usable", date(2027, 12, 31))]
    given = {"name": "甲项目煤耗替代", "region": "640181", "project": "LG-001", "item": "coal", "added": "200000"}
    answer = {"source": "SRC-01", "ratio_source": "核定意见", "supplied": "240000"}
    found = walk(
        "reduction_replacements",
        [
            given | {"code": "REP-01", "ratio": "1.2"},
            given | {"code": "REP-02", "item": "碳排放", "added": "310000", "ratio": "1"},
            given | {"code": "REP-03", "item": "污染物排放", "pollutant": "nox", "added": "35.5", "ratio": "2"},
        ],
        [
            Step("REP-01", "verify", date(2025, 3, 10), answer, ("source", "ratio_source", "supplied")),
            Step("REP-01", "consume", date(2026, 11, 2)),
            Step("REP-02", "verify", date(2025, 3, 10), answer | {"source": "SRC-02", "supplied": "310000"}),
            Step("REP-03", "cancel", date(2025, 3, 12)),
        ],
    )
    # 200,000 t at 1.2 are 240,000 t; 35.5 t at 2 are 71 t.
    assert (found.value("REP-01", "need"), found.value("REP-03", "need")) == ("240000.0000", "71.0000")
    assert found.figures(date(2026, 11, 2)) == {
        "replacements": "2", "consumed_share": "50.0", "coal": "240000.0", "energy": "0.0", "carbon": "310000.0",
    }  # fmt: skip
    # 60 days after 6 January: 25 of January, 28 of February, 7 of March.
    assert found.due(date(2025, 3, 9)) == [(f"REP-0{n}", "verification", date(2025, 3, 7)) for n in (1, 2, 3)]
    walk("reduction_replacements", [], [Step("REP-01", "reopen", date(2026, 12, 1))])
    used = walk("reduction_sources", [], [Step("SRC-01", "exhaust", date(2026, 12, 2), {"used": "260000.5"})])
    assert used.figures(date(2026, 12, 2))["coal_left"] == "0.0"
    wrong = given | {"code": "REP-04", "project": "LG-999", "ratio": "0.9", "item": "pollutant"}
    assert refused("reduction_replacements", wrong).keys() == {"project", "ratio", "pollutant"}


def test_tasks_of_a_zero_waste_city() -> None:
    city = {"region": "640100", "name": "银川市", "mark": "待核实"}
    given = {
        "name": "建筑垃圾资源化利用项目", "region": "640104", "city": "640100", "kind": "工程项目", "area": "建筑垃圾",
        "lead": "市住房和城乡建设局", "due_on": "2026-06-30", "investment": "3500.5", "indicator": "3",
    }  # fmt: skip
    found = walk(
        "zero_waste_tasks",
        [
            New(city, kind="zero_waste_cities"),
            given | {"code": "ZW-001"},
            given
            | {"code": "ZW-002", "name": "工业固体废物台账", "kind": "任务", "area": "industrial", "investment": ""},
            given | {"code": "ZW-003", "name": "再生资源回收站点", "area": "household", "investment": "120"},
        ],
        [
            Step("ZW-001", "begin", date(2025, 2, 5), {"started_on": "2025-02-05"}, ("started_on",)),
            Step("ZW-001", "warn", date(2025, 9, 1)),
            Step("ZW-001", "recover", date(2025, 12, 1)),
            Step("ZW-001", "finish", date(2026, 5, 20)),
            Step("ZW-003", "drop", date(2026, 5, 21)),
        ],
    )
    assert found.figures(date(2026, 5, 21)) == {
        "tasks": "2", "done_share": "50.0", "accepted": "0", "delayed": "0", "investment": "3500.5",
    }  # fmt: skip
    # 60 days after 20 May: 11 of May, 30 of June, 19 of July.
    assert found.due(date(2026, 5, 21)) == [
        ("ZW-002", "due", date(2026, 6, 30)), ("ZW-001", "acceptance", date(2026, 7, 19)),
    ]  # fmt: skip
    found = walk(
        "zero_waste_tasks",
        [],
        [
            Step("ZW-001", "accept", date(2026, 7, 1)),
            Step("ZW-001", "return", date(2026, 8, 3)),
            Step("ZW-001", "finish", date(2026, 9, 1)),
            Step("ZW-001", "accept", date(2026, 9, 15)),
        ],
    )
    assert [found.figures(on)["accepted"] for on in (date(2026, 7, 1), date(2026, 8, 3), date(2026, 9, 15))] == [
        "1", "0", "1",
    ]  # fmt: skip
    wrong = given | {"code": "ZW-004", "city": "640200", "area": "海洋垃圾", "due_on": "明年", "investment": ""}
    assert refused("zero_waste_tasks", wrong).keys() == {"city", "area", "due_on", "investment"}


def test_major_projects() -> None:
    given = {
        "name": "清水沟综合治理", "region": "640381", "programme": "环境品质提升工程", "theme": "重要河湖综合治理",
        "unit": "青铜峡市水务局", "investment": "8000", "central": "3000", "regional": "2000.5", "other_funds": "0",
    }  # fmt: skip
    approved = {"project_code": "2501-640381-04-01-000001", "start_on": "2025-05-01", "finish_on": "2026-10-31"}
    other = {"project_code": "2501-640500-04-01-000002", "start_on": "2025-04-30", "finish_on": "2027-10-31"}
    found = walk(
        "major_projects",
        [
            given | {"code": "MP-001"},
            given | {"code": "MP-002", "name": "沙漠锁边林", "programme": "生态保护修复工程", "theme": "desert",
                     "region": "640500", "investment": "1200.5"},
            given | {"code": "MP-003", "name": "数据资源共享平台", "programme": "数字赋能工程", "theme": "data"},
        ],
        [
            Step("MP-001", "approve", date(2025, 2, 10), approved, ("project_code", "start_on", "finish_on")),
            Step("MP-002", "approve", date(2025, 2, 11), other),
            Step("MP-001", "build", date(2025, 5, 6), {"paid": "0"}, ("paid",)),
            Step("MP-001", "suspend", date(2025, 12, 1), {"paid": "2500"}),
        ],
    )  # fmt: skip
    # 3,000 + 2,000.5; 2,500 of 8,000 are 31.25 %, the even digit of 31.2 and 31.3.
    assert (found.value("MP-001", "funded"), found.value("MP-001", "progress")) == ("5000.50", "31.2")
    assert found.figures(date(2025, 12, 1)) == {
        "projects": "3", "carbon": "0", "quality": "1", "restoration": "1", "infrastructure": "0", "digital": "0",
        "started_share": "50.0", "completed_share": "0.0", "investment": "9200.5", "paid": "2500.0",
        "carbon_cut": "0.0",
    }  # fmt: skip
    assert found.due(date(2025, 12, 1)) == [
        ("MP-002", "start", date(2025, 4, 30)), ("MP-001", "finish", date(2026, 10, 31)),
    ]  # fmt: skip
    found = walk(
        "major_projects",
        [],
        [
            Step("MP-001", "resume", date(2026, 3, 2)),
            Step("MP-001", "complete", date(2026, 10, 20), {"paid": "8000"}),
            Step("MP-001", "return", date(2026, 11, 20)),
            Step("MP-001", "complete", date(2027, 1, 15)),
            Step("MP-001", "accept", date(2027, 3, 1)),
            Step(
                "MP-001",
                "evaluate",
                date(2027, 9, 1),
                {"carbon_cut": "0", "effect": "水质改善"},
                ("carbon_cut", "effect"),
            ),
            Step("MP-003", "drop", date(2027, 9, 2)),
        ],
    )
    assert ("MP-001", "acceptance", date(2028, 1, 15)) in found.due(date(2027, 1, 15))
    figures = found.figures(date(2027, 9, 2))
    assert (figures["projects"], figures["completed_share"], figures["paid"]) == ("2", "50.0", "8000.0")
    wrong = given | {"code": "MP-004", "programme": "第六工程", "investment": "八千", "theme": ""}
    assert refused("major_projects", wrong).keys() == {"programme", "investment", "theme"}


def test_green_names() -> None:
    given = {"name": "甲铝业", "region": "640381", "kind": "绿色工厂", "level": "自治区级"}
    batch = {"batch": "2025年第一批", "listed_on": "2025-08-15"}
    found = walk(
        "green_manufacturing",
        [
            given | {"code": "GM-001"},
            given | {"code": "GM-002", "name": "乙工业园区", "kind": "绿色工业园区", "level": "national"},
            given
            | {"code": "GM-003", "name": "铝合金轮毂", "kind": "绿色产品", "maker": "甲铝业", "level": "national"},
        ],
        [
            Step("GM-001", "recommend", date(2025, 4, 1)),
            Step("GM-001", "list", date(2025, 8, 15), batch, ("batch",)),
            Step("GM-002", "recommend", date(2025, 4, 1)),
            Step("GM-002", "list", date(2025, 8, 15), batch),
            Step("GM-003", "reject", date(2025, 4, 2)),
        ],
    )
    figures = {"factories": "1", "parks": "1", "chains": "0", "products": "0", "national": "0"}
    assert found.figures(date(2025, 8, 15)) == figures
    assert found.due(date(2025, 8, 15)) == [(f"GM-00{n}", "first_check", date(2028, 8, 15)) for n in (1, 2)]
    found = walk(
        "green_manufacturing",
        [],
        [
            Step("GM-001", "recheck", date(2028, 5, 8)),
            Step("GM-001", "keep", date(2028, 6, 8), {"checked_on": "2028-06-08"}),
        ],
    )
    # From the re-check on it alone runs, the first one no more.
    assert found.due(date(2028, 6, 8)) == [
        ("GM-002", "first_check", date(2028, 8, 15)), ("GM-001", "check", date(2031, 6, 8)),
    ]  # fmt: skip
    found = walk(
        "green_manufacturing",
        [],
        [Step("GM-001", "remove", date(2030, 1, 8)), Step("GM-001", "apply", date(2031, 1, 8))],
    )
    assert found.figures(date(2030, 1, 8)) == figures | {"factories": "0"}
    wrong = given | {"code": "GM-004", "kind": "product", "level": "省级", "score": "121"}
    assert refused("green_manufacturing", wrong).keys() == {"maker", "level", "score"}
