"""Facts of annual reports, invented for tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from saishang.apps.reports.content import (
    Account,
    AnnualReport,
    Chance,
    Kind,
    MissingReport,
    Name,
    Notice,
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
    notices = tuple(
        Notice(f"督〔2026〕{n}号", LONG, OFFICE, Name("notice", "督办单", "notice"), date(2026, 9, 1), n % 2 == 0)
        for n in range(12)
    )
    units = tuple(
        UnitFact(Name(f"U{n}", f"{OFFICE.zh}{n}"), n, {"late": n, "verified": 1}, 2, True) for n in range(45)
    )  # fmt: skip
    return report(kind, targets=targets, work=work(
        counts={"late": len(late), "on_time": 60, "verified": 30}, done=done, late=late,
        items=(*items, *done) if kind == "organisation" else (), accounts=accounts, told=25, missing=missing,
        missing_reports=40, notices=notices, units=units if kind == "consolidated" else (), invented=True,
    ))  # fmt: skip
