"""A small world of work for tests: a tree, people in each role, a plan, and items by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from saishang.apps.execution.models import Milestone, ProgressReport, WorkItem
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.models import Membership, Organisation, OrganisationName, User

__all__ = ["ROLES", "TREE", "doing", "make_item", "make_people", "make_report", "make_tree"]

#: (code, parent, name, kind): the region, two cities, a county, two departments, an office below one.
TREE = (
    ("640000", None, "自治区党委和政府", "government"),
    ("640100", "640000", "银川市党委和政府", "government"),
    ("640104", "640100", "兴庆区党委和政府", "government"),
    ("640200", "640000", "石嘴山市党委和政府", "government"),
    ("NX-STT", "640000", "自治区生态环境厅", "agency"),
    ("NX-STT-DQC", "NX-STT", "大气环境处", "office"),
    ("NX-SLT", "640000", "自治区水利厅", "agency"),
)
ROLES = ("reporter", "reviewer", "head", "office", "assessor", "auditor", "administrator")


def make_tree() -> dict[str, Organisation]:
    """The organisations of `TREE` by code."""
    made: dict[str, Organisation] = {}
    for position, (code, above, name, kind) in enumerate(TREE):
        parent = made[above] if above else None
        row = Organisation.objects.create(
            code=code, kind=kind, parent=parent, path=f"{parent.path if parent else '/'}{code}/", position=position,
            region=code if code.isdigit() else "",
        )  # fmt: skip
        OrganisationName.objects.create(organisation=row, zh=name)
        made[code] = row
    return made


def make_people(code: str, roles: tuple[str, ...] = ROLES) -> dict[str, User]:
    """A person for each role in an organisation: `reporter` is called `640100-reporter`."""
    where = Organisation.objects.get(code=code)
    people = {}
    for role in roles:
        user = User.objects.create(username=f"{code}-{role}", display_name=f"{code} {role}", role="member")
        Membership.objects.create(user=user, organisation=where, role=role, first=date(2026, 1, 1),
                                  granted_by="tests", reason="tests")  # fmt: skip
        people[role] = user
    return people


def doing(actor: Any, reason: str = "") -> Doing:
    """Who acts and why."""
    return Doing(actor, reason)


def make_item(code: str, organisation: str, **more: Any) -> WorkItem:
    """An item in force since the beginning of 2026, reported on every month; `milestones` as (title, due, weight)."""
    steps = more.pop("milestones", ())
    given: dict[str, Any] = {
        "plan": "ningxia", "task": code.split("-")[0], "kind": "action", "title": f"事项 {code}", "cadence": "month",
        "state": "active", "assigned_on": date(2026, 1, 1), "changed_at": timezone.now(), "changed_by": "tests",
    } | more  # fmt: skip
    made = WorkItem.objects.create(code=code, organisation=Organisation.objects.get(code=organisation), **given)
    for position, (title, due, weight) in enumerate(steps, start=1):
        Milestone.objects.create(item=made, position=position, title=title, due=due, weight=weight)
    return made


def make_report(item: WorkItem, period: str, first: date, last: date, due: date, **more: Any) -> ProgressReport:
    """A report that waits to be written."""
    return ProgressReport.objects.create(
        item=item, organisation=item.organisation, period=period, first=first, last=last, due=due, **more
    )
