"""Facts of annual reports, invented for tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from saishang.apps.reports.content import (
    Account,
    AnnualReport,
    CaseFact,
    Chance,
    DutyFact,
    FindingFact,
    Kind,
    MatterFact,
    MissingReport,
    Name,
    Supervision,
    TargetFact,
    TaskFact,
    UnitFact,
    Work,
)

STATES = (
    Name("met", "已达标", "met"), Name("on_track", "进度正常", "on track"), Name("at_risk", "有风险", "at risk"),
    Name("off_track", "滞后", "off track"), Name("not_evaluated", "未评估", "not evaluated"),
    Name("undetermined", "目标值未定", "undetermined"),
)  # fmt: skip
OFFICE = Name("NX-STT", "宁夏回族自治区生态环境厅", "Department of Ecology and Environment")
REGION = Name("640000", "宁夏回族自治区", "Ningxia")
NO_VALUE = Name("no_value", "没有测得或报送的数值", "No measured or reported value")


def target(number: int, status: str, **more: Any) -> TargetFact:
    given: dict[str, Any] = {
        "code": f"G{number:02d}", "item": f"T{number}",
        "title": Name(f"G{number:02d}", f"目标{number}", f"Target {number}"),
        "region": REGION, "owners": (OFFICE.zh,), "sign": "<=", "goal": "30", "unit": "µg/m³", "year": 2027,
        "value": "32", "period": "2025", "status": status, "reason": Name("r", "数值不劣于序时进度要求", "on the path"),
        "chance": Chance(0.364),
    }  # fmt: skip
    return TargetFact(**given | more)


def task(number: int, standing: str, **more: Any) -> TaskFact:
    given: dict[str, Any] = {
        "code": f"T{number}-1", "task": f"T{number}", "title": f"实施第{number}项治理工程", "organisation": OFFICE,
        "standing": standing, "start": date(2026, 1, 1), "due": date(2026, 10, 31), "finished": None, "percent": 40,
    }  # fmt: skip
    return TaskFact(**given | more)


def work(**more: Any) -> Work:
    """Seven items: two done (one after its day), two on time, one without a day, one late, one paused."""
    done = (
        task(1, "verified", finished=date(2026, 9, 30), percent=100, after_due=False),
        task(2, "done", finished=date(2026, 11, 2), percent=100, after_due=True),
    )
    late = (task(5, "late", percent=None),)
    others = (task(3, "on_time"), task(4, "on_time"), task(6, "no_day", due=None, percent=None), task(7, "paused"))
    given: dict[str, Any] = {
        "counts": {"verified": 1, "done": 1, "on_time": 2, "no_day": 1, "late": 1, "paused": 1}, "after_due": 1,
        "done": done, "late": late, "items": tuple(sorted((*done, *late, *others), key=lambda row: row.code)),
        "owed": 9, "late_reports": 2, "missing_reports": 1,
        "missing": (MissingReport("T5-1", "实施第5项治理工程", OFFICE, "2026-Q3", date(2026, 10, 22)),), "told": 1,
        "accounts": (Account("T3-1", "实施第3项治理工程", OFFICE, "2026-Q3", "资金到位较慢。", "加快支付进度。"),),
        "invented": False,
    }  # fmt: skip
    return Work(**given | more)


LEVELS = (Name("prompt", "提示", "prompt"), Name("notice", "督办单", "notice"), Name("talk", "约谈", "talk"))
CITY = Name("640100", "银川市党委和政府", "Yinchuan")


def case(place: int, state: str, **more: Any) -> CaseFact:
    given: dict[str, Any] = {
        "code": f"DB-2026-{place:04d}", "year": None, "number": None, "title": f"督办第{place}件",
        "organisation": OFFICE, "level": LEVELS[0], "issued": date(2026, 3, 2), "due": date(2026, 3, 9),
        "state": state, "closed": date(2026, 3, 8) if state == "closed" else None, "late": False,
    }  # fmt: skip
    return CaseFact(**given | more)


def finding(number: int, state: str, **more: Any) -> FindingFact:
    given: dict[str, Any] = {
        "code": f"ZY-2-{number:03d}", "source": "central", "title": f"第{number}个问题", "organisation": OFFICE,
        "due": date(2026, 12, 31), "state": state, "closed": date(2026, 9, 1) if state == "closed" else None,
        "late": False,
    }  # fmt: skip
    return FindingFact(**given | more)


def supervision(**more: Any) -> Supervision:
    """Four cases: one closed, one answered, two open, one of them late; one of them from 2025, another withdrawn.
    Five findings: one struck off, one to be publicised, three not mended, one of them late; four of them new.
    Two matters, one settled. Three duties: one fulfilled, one late, one this report's."""
    given: dict[str, Any] = {
        "levels": LEVELS, "opened": {"prompt": 2, "notice": 1, "talk": 0}, "carried": 1, "closed": 1, "unanswered": 1,
        "withdrawn": 1,
        "cases": (
            case(1, "closed", issued=date(2025, 12, 1)), case(2, "answered"),
            case(3, "open", level=LEVELS[1], year=2026, number=7, late=True), case(4, "open"),
        ),
        "found": {"listed": 1, "plan_submitted": 1, "plan_approved": 0, "in_progress": 1, "applied": 0, "checked": 1,
                  "publicised": 0, "closed": 1},
        "listed": 4, "overdue": 1,
        "findings": (
            finding(1, "closed"), finding(2, "checked"), finding(3, "in_progress", late=True),
            finding(4, "listed", due=None), finding(5, "plan_submitted", source="self"),
        ),
        "raised": 2, "settled": 1, "unsettled": 1,
        "matters": (
            MatterFact("XT-2026-0001", "管网穿越铁路", CITY, (OFFICE,), date(2026, 5, 1), "settled", date(2026, 5, 4),
                       late=False),
            MatterFact("XT-2026-0002", "跨界清漂", OFFICE, (CITY, REGION), date(2026, 6, 1), "open", None, late=True),
        ),
        "duties": (
            DutyFact(Name("D01", "报告年度工作", "annual report"), date(2026, 12, 31), 1, 0, 0, annual=True),
            DutyFact(Name("D02", "列入年度计划", "work plan"), None, 1, 1, 0, "work_plan", date(2026, 2, 1)),
            DutyFact(Name("D24", "环境日活动", "environment day"), date(2026, 6, 5), 1, 0, 1),
        ),
        "invented": False,
    }  # fmt: skip
    return Supervision(**given | more)


def report(kind: Kind = "organisation", **more: Any) -> AnnualReport:
    given: dict[str, Any] = {
        "kind": kind, "organisation": OFFICE, "region": REGION, "year": 2026,
        "plan": Name("ningxia@1", "自治区全面推进美丽宁夏建设的实施方案", "Implementation plan"),
        "plan_version": "ningxia@1",
        "run": "20251231-abcdef", "run_as_of": date(2026, 11, 30), "rules": "0123456789abcdef", "code": "0.1+abc",
        "counted": datetime(2026, 11, 30, 9, 30), "states": STATES,
        "targets": (
            target(1, "met"), target(2, "on_track"),
            target(3, "off_track", reason=Name("f", "明显劣于序时进度要求", "behind")),
            target(4, "not_evaluated", value="", period="", reason=NO_VALUE,
                   chance=Chance(None, reason="too_short", have=0, need=5)),
            target(5, "undetermined", goal="", value="", period="", chance=None, withheld=True,
                   reason=Name("goal_withheld", "目标值在文件中未公布（**）", "withheld")),
        ),
        "forecasts": True, "work": work(), "to": Name("", "自治区生态文明建设领导小组", "Leading group"),
        "copy_to": Name("", "自治区生态文明建设领导小组办公室", "Its office"),
    }  # fmt: skip
    return AnnualReport(**given | more)


#: Words that break layouts: long names, a long word without a blank, signs of units, ideographs of places.
LONG = (
    "黄河流域宁夏段重点排水沟入河排污口溯源整治及水生态修复综合治理工程（二期）——"
    "贺兰县、永宁县、灵武市、青铜峡市联合实施"
)
WORD = "PM2.5-and-ozone-coordinated-control-programme-without-any-blank-in-its-name-2026-2027"
SIGNS = "≥≤≈±×·—…“”‘’《》〔〕①②③ⅡⅢ℃µ³₂₅‰％硝态氮、氨氮、总磷；沅、滹沱、沁、泾、渭、漳"


def big(kind: Kind = "organisation") -> AnnualReport:
    """Many rows of every list, with what breaks layouts, and everything marked as invented."""
    states = [state.code for state in STATES]
    targets = tuple(
        target(n, states[n % 6], title=Name(f"G{n}", f"{LONG}第{n}项", f"{WORD} {n}"),
               value=("123456.789" if n % 7 == 0 else "32") if n % 6 < 4 else "",
               chance=None if n % 4 else Chance(None, reason="few_checks", have=2, need=8))
        for n in range(1, 61)
    )  # fmt: skip
    items = tuple(task(n, "late" if n % 3 == 0 else "on_time", title=f"{LONG}{n}", invented=True) for n in range(1, 91))
    late = tuple(row for row in items if row.standing == "late")
    done = tuple(
        task(n, "verified", finished=date(2026, 9, 1), title=WORD, after_due=n % 2 == 0) for n in range(100, 130)
    )
    accounts = tuple(
        Account(f"T{n}-1", LONG, OFFICE, "2026-Q3", f"{SIGNS}。{LONG}，进展缓慢。" * 3, "加快推进。", True)
        for n in range(20)
    )
    missing = tuple(MissingReport(f"T{n}", LONG, OFFICE, "2026-M10", date(2026, 11, 6), True) for n in range(40))
    watched = supervision(
        opened={"prompt": 12, "notice": 13, "talk": 0}, carried=0, invented=True,
        cases=tuple(case(n, "open", title=f"T10-{n} {LONG}", year=2026, number=n, late=True, invented=True)
                    for n in range(1, 26)),
        findings=tuple(finding(n, "publicised", title=LONG, late=True, invented=True) for n in range(1, 6)),
        matters=tuple(MatterFact(f"XT-2026-{n:04d}", WORD, OFFICE, (CITY, REGION, OFFICE), date(2026, 6, 1), "replied",
                                 None, late=True, invented=True) for n in range(1, 3)),
        duties=tuple(DutyFact(Name(f"D{n:02d}", LONG, WORD), date(2026, 6, 5), 60, 20, 40) for n in range(1, 25)),
    )  # fmt: skip
    units = tuple(
        UnitFact(Name(f"U{n}", f"{OFFICE.zh}{n}"), n, {"late": n, "verified": 1}, 2, True) for n in range(45)
    )  # fmt: skip
    return report(kind, targets=targets, work=work(
        counts={"late": len(late), "on_time": 60, "verified": 30}, done=done, late=late,
        items=(*items, *done) if kind == "organisation" else (), accounts=accounts, told=25, missing=missing,
        missing_reports=40, units=units if kind == "consolidated" else (), invented=True,
    ), supervision=watched)  # fmt: skip
