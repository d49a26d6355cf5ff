"""From the plan to duties, and a year's work plan: drafted, written, handed in, approved. Counts by hand."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.actions import draft_work_plan, move_work_plan, set_aim, spread_duties, take_out
from saishang.apps.execution.models import WorkItem, WorkPlan
from saishang.apps.execution.queries import plan_lines, work_plans
from saishang.apps.execution.refusals import NotAllowed, OldVersion, WorkRefused
from saishang.apps.execution.states import PLAN_MOVES, PLAN_STATES
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.actions import close_organisation, seed_organisations
from saishang.apps.organisations.refusals import ChangeRefused
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.rules import load_rules
from tests.work_world import ROLES, doing, make_item, make_people, make_tree

pytestmark = pytest.mark.django_db


def test_one_duty_for_every_unit_that_owes_a_task() -> None:
    rules = load_rules()
    with pytest.raises(WorkRefused, match="no plan yet"):
        spread_duties(doing("tests"), rules)
    seed_organisations(doing("tests", "规则"), rules, "640000")
    import_plan_from_rules("tests", "ningxia")
    done = spread_duties(doing("tests"), rules, on=date(2026, 1, 1))
    duties = WorkItem.objects.filter(kind="duty")
    assert len(done.added) == duties.count() and done.known == 0
    # Task 4 is owed by one department; and by 5 cities, 22 counties and the base, as every task is.
    owners = set(duties.filter(task="T4").values_list("organisation__code", flat=True))
    assert {code for code in owners if code.startswith("NX-")} == {"NX-FGW", "NX-NINGDONG"}
    assert len(owners) == 1 + 5 + 22 + 1
    for task in ("T1", "T10", "T31"):
        places = duties.filter(task=task).exclude(region="")
        assert places.count() == 28, task
    row = duties.get(code="T10-640104-D")
    assert (row.region, row.state, row.assigned_on, row.cadence) == ("640104", "active", date(2026, 1, 1), "year")
    # Whoever answers for the task answers for its targets; the plan says so of places, too.
    assert row.targets == duties.get(code="T10-NX-STT-D").targets and "G02" in row.targets
    again = spread_duties(doing("tests"), rules)
    assert again.added == () and again.known == len(done.added)
    assert ActionLogEntry.objects.filter(verb="execution.spread_duties").count() == 1


def test_what_was_merged_owes_through_its_successor() -> None:
    rules = load_rules()
    seed_organisations(doing("tests", "规则"), rules, "640000")
    import_plan_from_rules("tests", "ningxia")
    close_organisation(doing("tests", "机构改革"), "NX-LCJ", timezone.localdate(), "NX-ZRT")
    spread_duties(doing("tests"), rules)
    # Task 15 names the forest bureau and the department that it went into: one duty.
    owners = WorkItem.objects.filter(kind="duty", task="T15", region="").values_list("organisation__code", flat=True)
    assert list(owners) == ["NX-ZRT"]
    assert not WorkItem.objects.filter(organisation__code="NX-LCJ").exists()


@pytest.mark.parametrize("role", ROLES)
def test_only_the_office_spreads(role: str) -> None:
    make_tree()
    import_plan_from_rules("tests", "ningxia")
    person = make_people("640000", (role,))[role]
    if role == "office":
        assert spread_duties(doing(person), load_rules()).added
    else:
        with pytest.raises(NotAllowed):
            spread_duties(doing(person), load_rules())


@pytest.fixture
def year() -> dict[str, WorkItem]:
    """Items of the city: a duty, one of last year that goes on, a new one, and three that the year does not want."""
    make_tree()
    return {
        "duty": make_item("T11-640100-D", "640100", kind="duty", assigned_on=date(2026, 1, 1)),
        "old": make_item("T11-640100-001", "640100", start=date(2026, 3, 1), due=date(2026, 12, 31)),
        "new": make_item("T11-640100-002", "640100", start=date(2027, 12, 31), state="draft", assigned_on=None),
        "later": make_item("T11-640100-003", "640100", start=date(2028, 1, 1)),
        "over": make_item("T11-640100-004", "640100", state="verified"),
        "beside": make_item("T11-640200-001", "640200"),
    }


def test_a_plan_is_drafted_from_duties_last_year_and_what_begins(year: dict[str, WorkItem]) -> None:
    first, lines = draft_work_plan(doing("tests"), "640100", 2026)
    assert lines == 2  # the duty and the old one; what begins later is not of 2026
    set_aim(doing("tests"), first.pk, "T11-640100-001", "完成一期", None)
    set_aim(doing("tests"), first.pk, "T11-640100-D", "全年达标", None)
    row, lines = draft_work_plan(doing("tests"), "640100", 2027)
    found = {line.item.code[-3:]: (line.origin, line.aim) for line in plan_lines(row, date(2026, 11, 30), 30)}
    # A duty begins every year anew; what goes on keeps last year's aim as a start; the rest is new.
    assert found == {"0-D": ("plan", ""), "001": ("carried", "完成一期"), "002": ("new", "")}
    assert lines == 3
    assert draft_work_plan(doing("tests"), "640100", 2027) == (row, 0)
    version = WorkPlan.objects.get(pk=row.pk).version
    make_item("T11-640100-005", "640100")
    assert draft_work_plan(doing("tests"), "640100", 2027)[1] == 1
    assert WorkPlan.objects.get(pk=row.pk).version == version + 1
    assert [(p.year, p.count) for p in work_plans(Span(everything=True))] == [(2027, 4), (2026, 2)]
    assert [p.year for p in work_plans(Span(everything=True), 2026)] == [2026]


@pytest.mark.parametrize(("wanted", "good"), [(1999, False), (2000, True), (2100, True), (2101, False)])
def test_a_year_is_one(year: dict[str, WorkItem], wanted: int, good: bool) -> None:
    if good:
        assert draft_work_plan(doing("tests"), "640100", wanted)[0].year == wanted
    else:
        with pytest.raises(WorkRefused, match="a year from 2000 to 2100"):
            draft_work_plan(doing("tests"), "640100", wanted)
    with pytest.raises(ChangeRefused):
        draft_work_plan(doing("tests"), "NX-NONE", 2027)


def test_an_aim_is_written_over_only_by_who_saw_it(year: dict[str, WorkItem]) -> None:
    row, _ = draft_work_plan(doing("tests"), "640100", 2026)
    code = "T11-640100-001"
    assert set_aim(doing("tests"), row.pk, code, " 甲\r\n乙 ", "").aim == "甲\n乙"
    with pytest.raises(OldVersion):
        set_aim(doing("tests"), row.pk, code, "丙", "")
    # The same words from two people are no conflict; and another line is not touched by this one.
    assert set_aim(doing("tests"), row.pk, code, "甲\n乙", "").aim == "甲\n乙"
    assert set_aim(doing("tests"), row.pk, code, "丙", "甲\r\n乙").aim == "丙"
    assert set_aim(doing("tests"), row.pk, "T11-640100-D", "达标", "").aim == "达标"
    assert set_aim(doing("tests"), row.pk, "T11-640100-003", "提前", None).origin == "new"
    assert set_aim(doing("tests"), row.pk, code, "长" * 5000, None)
    with pytest.raises(WorkRefused, match="at most 5000 characters; got 5001"):
        set_aim(doing("tests"), row.pk, code, "长" * 5001, None)
    for other in ("T11-640200-001", "T11-NONE"):
        with pytest.raises(WorkRefused, match="an item of 640100"):
            set_aim(doing("tests"), row.pk, other, "x", None)


def test_duties_stay_in_the_plan(year: dict[str, WorkItem]) -> None:
    row, _ = draft_work_plan(doing("tests"), "640100", 2026)
    with pytest.raises(WorkRefused, match="stays in every year's plan"):
        take_out(doing("tests"), row.pk, "T11-640100-D", None)
    take_out(doing("tests"), row.pk, "T11-640100-001", None)
    assert [line.item.code for line in row.lines.all()] == ["T11-640100-D"]
    with pytest.raises(WorkRefused, match="not in this plan"):
        take_out(doing("tests"), row.pk, "T11-640100-001", None)
    with pytest.raises(OldVersion):
        take_out(doing("tests"), row.pk, "T11-640100-001", 1)


#: (state, move) → state after it.
LIFE = {
    ("draft", "submit"): "submitted", ("returned", "submit"): "submitted", ("submitted", "withdraw"): "draft",
    ("submitted", "approve"): "approved", ("submitted", "return"): "returned", ("approved", "revise"): "draft",
}  # fmt: skip


def test_every_move_of_a_plan_by_every_role(year: dict[str, WorkItem]) -> None:
    people = make_people("640100")
    for state in PLAN_STATES:
        for move in {row.action for row in PLAN_MOVES}:
            for role in ROLES:
                row, _ = draft_work_plan(doing("tests"), "640100", 2026)
                WorkPlan.objects.filter(pk=row.pk).update(state=state, submitted_by="somebody")
                after = LIFE.get((state, move))
                mover = "head" if move in ("submit", "withdraw") else "office"
                if after is None or role != mover:
                    with pytest.raises(WorkRefused):
                        move_work_plan(doing(people[role], "因为"), row.pk, move, None)
                else:
                    if move in ("return", "revise"):
                        with pytest.raises(WorkRefused, match="needs a reason"):
                            move_work_plan(doing(people[role]), row.pk, move, None)
                    assert move_work_plan(doing(people[role], "因为"), row.pk, move, None).state == after
                WorkPlan.objects.filter(pk=row.pk).delete()


def test_with_the_approval_its_drafts_are_in_force(year: dict[str, WorkItem]) -> None:
    people = make_people("640100")
    row, _ = draft_work_plan(doing(people["reporter"]), "640100", 2027)
    submitted = move_work_plan(doing(people["head"]), row.pk, "submit", None)
    assert submitted.submitted_by == "640100-head"
    for change in (lambda: set_aim(doing(people["head"]), row.pk, "T11-640100-001", "x", None),
                   lambda: take_out(doing(people["head"]), row.pk, "T11-640100-001", None),
                   lambda: draft_work_plan(doing(people["head"]), "640100", 2027)):  # fmt: skip
        with pytest.raises(WorkRefused, match="submitted"):
            change()
    with pytest.raises(OldVersion):
        move_work_plan(doing(people["office"]), row.pk, "approve", 1)
    move_work_plan(doing(people["office"]), row.pk, "approve", None)
    new = WorkItem.objects.get(code="T11-640100-002")
    assert (new.state, new.assigned_on, new.version) == ("active", timezone.localdate(), 2)
    assert ActionLogEntry.objects.get(verb="execution.approve_work_plan").after["assigned"] == ["T11-640100-002"]


def test_an_empty_plan_is_not_handed_in_and_nobody_approves_their_own() -> None:
    make_tree()
    office = make_people("640000", ("office",))["office"]
    row, lines = draft_work_plan(doing("tests"), "640200", 2027)
    assert lines == 0
    with pytest.raises(WorkRefused, match="at least one line"):
        move_work_plan(doing("tests"), row.pk, "submit", None)
    WorkPlan.objects.filter(pk=row.pk).update(state="submitted", submitted_by=office.username)
    with pytest.raises(NotAllowed, match="does not approve"):
        move_work_plan(doing(office), row.pk, "approve", None)
