"""The demonstration's work: the plan's duties for every unit, and an invented year of items and reports."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from saishang.rules import Rules

if TYPE_CHECKING:
    from saishang.apps.execution.actions.demonstrate import InventedItem, InventedReport

__all__ = ["load_work"]

_ITEMS, _REPORTS = "work_items_demonstration.csv", "work_reports_demonstration.csv"
_REASON = "演示：虚构的事项和报告，不代表任何单位的真实工作 · invented items and reports"
_PLANS = ("NX-STT", "640100")


def load_work(actor: str, rules: Rules, today: date) -> str:
    """Spread the duties, load the invented year, ask for reports; what came of it, in one line."""
    from saishang.apps.execution.actions import Doing, draft_work_plan, open_reports, spread_duties
    from saishang.apps.execution.actions.demonstrate import demonstrate
    from saishang.apps.execution.actions.work_plans import approve_invented
    from saishang.apps.execution.known import known

    spread = spread_duties(Doing(actor, "按方案分解任务 · duties of the plan"), rules, on=date(today.year, 1, 1))
    doing = Doing(actor, _REASON)
    items, reports = demonstrate(doing, rules, known(rules, today), _listed(today.year), today)
    if items:
        for code in _PLANS:
            plan, _lines = draft_work_plan(doing, code, today.year)
            approve_invented(doing, plan)
            draft_work_plan(doing, code, today.year + 1)
    asked = sum(open_reports(actor, rules, today).values())
    return (
        f"任务责任 duties 新增 new {len(spread.added)}；事项 items 新增 new {items}，报告 reports {reports}"
        f"（虚构 invented）；待填报告 reports to write {asked}"
    )


def _listed(year: int) -> Iterator[InventedItem]:
    from saishang.apps.execution.actions import ItemDraft
    from saishang.apps.execution.actions.demonstrate import InventedItem

    reports = _reports(year)
    for row in _rows(_ITEMS):
        steps = tuple(
            (title, _day(year, due), Decimal(weight), _day(year, reached) if reached else None)
            for due, title, weight, reached in (step.split("|") for step in row["milestones"].split(";"))
        )
        units = tuple((unit.split(" ")[0], unit.split(" ")[1]) for unit in row["units"].split(";") if unit)
        organisation = row["organisation"]
        draft = ItemDraft(
            row["task"], row["kind"], row["title"], organisation, row["content"], row["expected"],
            organisation if organisation.isdigit() or organisation == "NX-NINGDONG" else "", row["programme"],
            _day(year, row["start"]), _day(year, row["due"]), Decimal(row["budget"]) if row["budget"] else None,
            tuple(code for code in row["targets"].split(";") if code), row["cadence"], units=units,
        )  # fmt: skip
        yield InventedItem(row["key"], row["parent"], draft, steps, reports.get(row["key"], ()))


def _reports(year: int) -> dict[str, list[InventedReport]]:
    from saishang.apps.execution.actions.demonstrate import InventedReport

    found: dict[str, list[InventedReport]] = {}
    for row in _rows(_REPORTS):
        figures = tuple(tuple(figure.split("|")) for figure in row["figures"].split(";") if figure)
        found.setdefault(row["item"], []).append(
            InventedReport(
                f"{year}-{row['period']}", _day(year, row["handed"]) if row["handed"] else None, row["state"],
                row["done"], row["problems"], row["next_steps"],
                tuple((name, value, unit) for name, value, unit in figures),
            )
        )  # fmt: skip
    return found


def _rows(name: str) -> list[dict[str, str]]:
    import saishang.demo_data

    path = Path(saishang.demo_data.__file__).parent / name
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _day(year: int, text: str) -> date:
    return date.fromisoformat(f"{year}-{text}")
