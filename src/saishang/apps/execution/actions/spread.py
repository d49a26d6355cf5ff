"""From the plan to the list (任务清单化): one duty for every unit that owes a task, regions included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, log
from saishang.apps.execution.actions.item_draft import ItemDraft
from saishang.apps.execution.actions.items import one_writer_of_codes, write_draft
from saishang.apps.execution.known import known
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.refusals import WorkRefused
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.actions import Doing
from saishang.apps.plan import queries as plans
from saishang.rules import Rules

__all__ = ["Spread", "spread_duties"]

#: Items of the plan that are owed by somebody.
_ROLES = ("task", "safeguard", "step")
#: Roles that answer for the numbers of a task.
_ANSWERS = ("lead", "responsible")
#: Level of the row of the agencies' table that stands for every city and county.
_ALL_PLACES = "prefecture_and_county"


@dataclass(frozen=True)
class Spread:
    """What came of it: codes of new duties, how many there were already, units that no organisation bears."""

    added: tuple[str, ...]
    known: int
    unresolved: tuple[str, ...]


def spread_duties(doing: Doing, rules: Rules, *, on: date | None = None, plan: str | None = None) -> Spread:
    """Permission → change → log: a duty (任务责任) per task and unit, in force at once, reported on every year.

    The plan itself assigns them: it names the units of every task, and cities, counties and bases for all of them
    ("各市、县（区）…" stands for every government below the region). What was merged owes through its successor. A
    second time only what is new is added; nothing is taken back: that is for people.

    Parameters
    ----------
    on:
        Day from which the duties hold; today when left out.

    Raises
    ------
    WorkRefused
        Without permission for everything, or before a plan was imported.
    """
    allowed(doing, "assign_items", None)
    day = on or doing.today
    version = plans.current_version(plan)
    if version is None:
        raise WorkRefused("there is no plan yet", fix="import one: saishang plan import")
    there = known(rules, doing.today, version.plan)
    bodies = _Bodies(rules, doing.today)
    with transaction.atomic():
        one_writer_of_codes()
        have = set(WorkItem.objects.filter(plan=version.plan, kind="duty").values_list("code", flat=True))
        new: list[WorkItem] = []
        unresolved: dict[str, None] = {}
        for item in plans.items(version.id):
            if item.role not in _ROLES:
                continue
            leads: dict[str, str] = {}
            for owner in item.owners:
                codes = bodies.of(owner.agency_code)
                if not codes:
                    unresolved[f"{item.id} {owner.unit}"] = None
                for code in codes:
                    leads.setdefault(code, owner.role)
            for code, role in leads.items():
                made = f"{item.id}-{code}-D"
                if made in have:
                    continue
                have.add(made)
                serves = tuple(target.code for target in (*item.targets, *item.commitments))
                draft = ItemDraft(item.id, "duty", item.title, code, region=bodies.region(code), cadence="year",
                                  targets=serves if role in _ANSWERS else ())  # fmt: skip
                row = WorkItem(code=made, plan=version.plan, state="active", assigned_on=day, origin="plan",
                               changed_at=timezone.now(), changed_by=doing.name)  # fmt: skip
                write_draft(row, draft, there, None)
                new.append(row)
        WorkItem.objects.bulk_create(new, batch_size=500)
        if new:
            log(doing, "spread_duties", new[0], None, {
                "plan": version.name, "added": len(new), "from": day, "codes": sorted(row.code for row in new),
            })  # fmt: skip
    return Spread(tuple(row.code for row in new), len(have) - len(new), tuple(unresolved))


class _Bodies:
    """Which organisations a code of the plan's owners stands for on a day."""

    def __init__(self, rules: Rules, on: date) -> None:
        self._agencies = rules.agencies
        tree = organisations.tree(organisations.Filter(on=on, closed=True))
        self._views = {view.code: view for view in tree}
        top = next((view.code for view in tree if view.parent is None), "")
        self._places = [
            view.code for view in tree
            if view.kind == "government" and view.open and view.code != top and view.region.isdigit()
        ]  # fmt: skip

    def of(self, code: str) -> list[str]:
        """Codes of the organisations that owe; several for a code that stands for all places."""
        if code in self._views:
            return list(self._successors(code))
        row = self._agencies.get(code)
        return list(self._places) if row is not None and row["level"] == _ALL_PLACES else []

    def region(self, code: str) -> str:
        """The region that a government stands for; empty for departments, which work everywhere."""
        view = self._views[code]
        return view.region if view.kind == "government" else ""

    def _successors(self, code: str) -> Iterator[str]:
        view = self._views[code]
        while not view.open and view.successor:
            view = self._views[view.successor]
        if view.open:
            yield view.code
