"""Cases: proposed and never issued by themselves, numbered without gaps, answered, escalated, closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.refusals import NotAllowed, OldVersion
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import CaseDraft, issue_proposals, move_case, open_case
from saishang.apps.supervision.models import Case, CaseAct
from saishang.apps.supervision.queries import CaseFilter, age_of
from saishang.apps.supervision.refusals import SupervisionRefused, WorkRefused
from saishang.apps.supervision.states import CASE_MOVES, CASE_STATES, next_level
from saishang.rules import load_rules
from tests.supervision_world import TODAY, make_finding, make_world, on_day
from tests.work_world import doing, make_item

pytestmark = pytest.mark.django_db

ALL = Span(everything=True)


@pytest.fixture
def people() -> Iterator[dict[str, User]]:
    with on_day(TODAY):
        yield make_world()


def notice(people: dict[str, User], key: str = "T11-640100-001", level: str = "notice") -> Case:
    return open_case(doing(people["office"]), load_rules(), CaseDraft("item", key, level, "请说明原因"))


# Proposed


def test_what_is_over_is_proposed_and_nothing_is_issued(people: dict[str, User]) -> None:
    found = queries.proposals(load_rules(), ALL, TODAY)
    step = WorkItem.objects.get(code="T12-640100-001").milestones.get(title="开工")
    report = WorkItem.objects.get(code="T13-640100-001").reports.get()
    # The report on the item that is overdue as a whole is not asked about beside it; today's item is in time.
    assert {(one.key, one.days, one.level) for one in found} == {
        ("item:T11-640100-001", 10, "prompt"), ("item:T11-640200-001", 1, "prompt"),
        (f"milestone:{step.pk}", 5, "prompt"), (f"report:{report.pk}", 24, "prompt"),
    }  # fmt: skip
    assert [one.days for one in found] == [24, 10, 5, 1]
    assert "已逾期10天" in next(one for one in found if one.days == 10).demand[0]
    assert not Case.objects.exists()


@pytest.mark.parametrize(("due", "wanted"), [(-1, True), (0, False), (1, False)])
def test_a_finding_is_proposed_from_the_day_after_its_due_day(people: dict[str, User], due: int, wanted: bool) -> None:
    make_finding(people, due=TODAY + timedelta(days=due))
    keys = {one.key for one in queries.proposals(load_rules(), ALL, TODAY)}
    assert ("finding:ZY-第二轮-015" in keys) is wanted


def test_bulk_issue_is_one_transaction_with_a_trial_first(people: dict[str, User]) -> None:
    keys = ["item:T11-640100-001", "item:T11-640200-001"]
    who = doing(people["office"])
    trial = issue_proposals(who, load_rules(), keys, dry_run=True)
    assert [one.case.code for one in trial] == ["DB-2026-0001", "DB-2026-0002"]
    assert not Case.objects.exists()
    made = issue_proposals(who, load_rules(), keys)
    assert [(one.case.organisation.code, one.case.level) for one in made] == [
        ("640100", "prompt"),
        ("640200", "prompt"),
    ]
    # What has an open case is not proposed again: the same list refuses as a whole.
    with pytest.raises(SupervisionRefused, match="2 proposals do not stand"):
        issue_proposals(who, load_rules(), keys)
    step = next(one.key for one in queries.proposals(load_rules(), ALL, TODAY) if one.subject == "milestone")
    with pytest.raises(SupervisionRefused, match="1 proposals do not stand"):
        issue_proposals(who, load_rules(), [step, keys[0]])
    assert Case.objects.count() == 2
    for nobody in ("head", "auditor"):
        with pytest.raises(SupervisionRefused):
            issue_proposals(doing(people[nobody]), load_rules(), [step])


def test_an_answer_that_is_over_is_proposed_for_escalation(people: dict[str, User]) -> None:
    case = notice(people, level="prompt")
    # Five working days after Monday 30 November: Monday 7 December.
    assert (case.due, case.due_sure) == (date(2026, 12, 7), True)
    for day, wanted in ((date(2026, 12, 7), False), (date(2026, 12, 8), True)):
        keys = {one.key for one in queries.proposals(load_rules(), ALL, day)}
        assert (f"escalate:{case.pk}" in keys) is wanted
    with on_day(date(2026, 12, 8)):
        (made,) = issue_proposals(doing(people["office"]), load_rules(), [f"escalate:{case.pk}"])
    # A notice has ten working days: from Tuesday 8 December to Tuesday 22 December.
    assert (made.case.level, made.case.number, made.case.due) == ("notice", 1, date(2026, 12, 22))


# Numbered


def test_notices_are_numbered_without_gaps_by_year(people: dict[str, User]) -> None:
    first = notice(people)
    prompt = notice(people, "T12-640100-001", "prompt")
    with pytest.raises(SupervisionRefused, match="open case about it already"):
        notice(people)
    second = notice(people, "T11-640200-001")
    assert [(row.year, row.number) for row in (first, prompt, second)] == [(2026, 1), (None, None), (2026, 2)]
    withdrawn = move_case(doing(people["office"], "发错对象"), load_rules(), second.pk, "withdraw", None)
    assert (withdrawn.state, withdrawn.number) == ("withdrawn", 2)
    # An escalation takes the next number, and keeps it when it is escalated again.
    third = move_case(doing(people["office"], "不答复"), load_rules(), prompt.pk, "escalate", None)
    talk = move_case(doing(people["office"], "仍不答复"), load_rules(), prompt.pk, "escalate", None)
    assert (third.number, talk.level, talk.number) == (3, "talk", 3)
    with pytest.raises(SupervisionRefused, match="level above talk"):
        move_case(doing(people["office"], "再"), load_rules(), prompt.pk, "escalate", None)
    with on_day(date(2027, 1, 4)):
        assert (notice(people, "T13-640100-001").year, Case.objects.get(year=2027).number) == (2027, 1)
    for code in ("DB-2026-0001", "DB-2026-0002", "DB-2026-0003", "DB-2027-0001"):
        assert Case.objects.filter(code=code).exists()


def test_the_due_day_skips_holidays_and_says_when_it_does_not_know_them(people: dict[str, User]) -> None:
    with on_day(date(2026, 9, 24)):
        case = notice(people)
    # 2026-09-25 to 27 (Mid-Autumn) and 10-01 to 07 are off, 09-20 and 10-10 are worked: ten working days after Thursday
    # 24 September are 28 29 30 September, 8 9 10 12 13 14 15 October.
    assert case.due == date(2026, 10, 15)
    with on_day(date(2027, 12, 20)):
        unsure = notice(people, "T12-640100-001")
    assert not unsure.due_sure


# Life


def test_a_case_is_answered_sent_back_and_closed(people: dict[str, User]) -> None:
    case, rules = notice(people), load_rules()
    with pytest.raises(SupervisionRefused) as refused:
        move_case(doing(people["reporter"]), rules, case.pk, "answer", None, text=" ")
    assert [fault.field for fault in refused.value.faults] == ["text"]
    row = move_case(doing(people["reporter"]), rules, case.pk, "answer", case.version, text="因汛期停工")
    assert (row.state, row.answered_by) == ("answered", "640100-reporter")
    with pytest.raises(OldVersion):
        move_case(doing(people["office"], "x"), rules, case.pk, "send_back", case.version)
    row = move_case(doing(people["office"], "没有写日期"), rules, case.pk, "send_back", None, text="请写明完成日期")
    assert (row.state, row.demand, row.answer) == ("open", "请写明完成日期", "")
    move_case(doing(people["head"]), rules, case.pk, "answer", None, text="12月20日完成")
    row = move_case(doing(people["office"]), rules, case.pk, "close", None)
    assert (row.state, row.closed_on) == ("closed", TODAY)
    acts = list(row.acts.values_list("number", "action", "text"))
    assert acts == [
        (1, "open", "请说明原因"), (2, "answer", "因汛期停工"), (3, "send_back", "请写明完成日期"),
        (4, "answer", "12月20日完成"), (5, "close", ""),
    ]  # fmt: skip
    assert ActionLogEntry.objects.filter(verb__startswith="supervision.").count() == 5
    row = move_case(doing(people["office"], "又停工"), rules, case.pk, "reopen", None)
    assert (row.state, row.closed_on) == ("open", None)


def test_whoever_answered_does_not_close(people: dict[str, User]) -> None:
    # Somebody of the city who works in the office, too.
    city = Organisation.objects.get(code="640100")
    Membership.objects.create(user=people["reporter"], organisation=city, role="office", first=date(2026, 1, 1),
                              granted_by="tests", reason="tests")  # fmt: skip
    case = notice(people)
    move_case(doing(people["reporter"]), load_rules(), case.pk, "answer", None, text="答复")
    with pytest.raises(NotAllowed, match="does not close"):
        move_case(doing(people["reporter"]), load_rules(), case.pk, "close", None)
    assert "close" not in {move.action for move in queries.moves_of(CASE_MOVES, Case.objects.get(), people["reporter"])}
    assert move_case(doing(people["office"]), load_rules(), case.pk, "close", None).state == "closed"


#: Move → roles of Yinchuan that may make it (the office of the region may everything but answer).
MAKES = {"answer": {"reporter", "reviewer", "head"}}


@pytest.mark.parametrize(
    "role", ["reporter", "reviewer", "head", "assessor", "auditor", "administrator", "beside", "office"]
)
@pytest.mark.parametrize("action", [move.action for move in CASE_MOVES])
def test_who_moves_a_case(people: dict[str, User], role: str, action: str) -> None:
    case = notice(people)
    start = next(move.before[0] for move in CASE_MOVES if move.action == action)
    Case.objects.filter(pk=case.pk).update(state=start)
    allowed = role in MAKES.get(action, {"office"})
    try:
        move_case(doing(people[role], "因为"), load_rules(), case.pk, action, None, text="文")
        moved = True
    except NotAllowed:
        moved = False
    assert moved is allowed


def test_what_is_not_in_the_table_cannot_happen(people: dict[str, User]) -> None:
    case = notice(people)
    for move in CASE_MOVES:
        for state in CASE_STATES:
            if state in move.before:
                continue
            Case.objects.filter(pk=case.pk).update(state=state)
            with pytest.raises(WorkRefused, match="does not lead on from"):
                move_case(doing(people["office"], "x"), load_rules(), case.pk, move.action, None, text="x")


def test_every_fault_at_once_beside_its_field(people: dict[str, User]) -> None:
    with pytest.raises(SupervisionRefused) as refused:
        open_case(doing(people["office"]), load_rules(),
                  CaseDraft("item", "T99-000000-001", "prompt", "", "NX-NONE", TODAY - timedelta(days=1)))  # fmt: skip
    assert {fault.field for fault in refused.value.faults} == {"key", "due", "demand"}
    for subject, level, field in (("river", "prompt", "subject"), ("item", "shout", "level")):
        with pytest.raises(SupervisionRefused) as one:
            open_case(doing(people["office"]), load_rules(), CaseDraft(subject, "T11-640100-001", level, "x"))
        assert field in {fault.field for fault in one.value.faults}


def test_levels_only_rise() -> None:
    assert [next_level(level) for level in ("prompt", "notice", "talk")] == ["notice", "talk", None]


# Seen


@pytest.mark.parametrize(("over", "age"), [(0, "in_time"), (1, "week"), (7, "week"), (8, "month"), (30, "month"),
                                           (31, "longer")])  # fmt: skip
def test_ages_in_python_and_in_the_database_agree(people: dict[str, User], over: int, age: str) -> None:
    case = notice(people)
    day = case.due + timedelta(days=over)
    assert age_of(case, day) == age
    assert [row.code for row in queries.cases(ALL, CaseFilter(age=age), day)] == [case.code]
    assert queries.counts(ALL, "age", day) == {age: {"notice": 1}}


def test_lists_are_cut_to_the_reach(people: dict[str, User]) -> None:
    for key in ("T11-640100-001", "T11-640200-001"):
        notice(people, key)
    from saishang.apps.organisations.access import reach

    seen = queries.cases(reach(people["reporter"], "view_internal"), CaseFilter(), TODAY)
    assert [row.organisation.code for row in seen] == ["640100"]
    assert queries.cases(reach(people["administrator"], "supervise"), CaseFilter(), TODAY).count() == 0


def test_what_waits_for_whom(people: dict[str, User]) -> None:
    case = notice(people)
    assert [(one.what, one.args) for one in queries.waiting(people["head"], TODAY)] == [("answer", (case.pk,))]
    assert queries.waiting(people["office"], TODAY) == [] == queries.waiting(people["auditor"], TODAY)
    move_case(doing(people["head"]), load_rules(), case.pk, "answer", None, text="答复")
    assert queries.waiting(people["head"], TODAY) == []
    assert [(one.what, one.name) for one in queries.waiting(people["office"], TODAY)] == [
        ("decide", "supervision-case")
    ]
    assert queries.due_until(TODAY, case.due) == []


def test_what_is_due_for_reminders(people: dict[str, User]) -> None:
    case = notice(people)
    assert queries.due_until(TODAY, case.due - timedelta(days=1)) == []
    (found,) = queries.due_until(TODAY, case.due)
    assert (found.kind, found.organisation.code, found.due) == ("case", "640100", case.due)


# Kept


@pytest.mark.parametrize("statement", [
    "update supervision_caseact set text = ''", "delete from supervision_caseact", "delete from supervision_case",
])  # fmt: skip
def test_the_database_refuses_to_change_what_was_said(people: dict[str, User], statement: str) -> None:
    notice(people)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert CaseAct.objects.count() == 1


def test_the_database_holds_one_open_case_and_a_number_per_notice(people: dict[str, User]) -> None:
    case = notice(people)
    item = make_item("T14-640100-001", "640100")
    twin = {
        "organisation": case.organisation, "subject": "item", "title": "x", "demand": "x", "issued": TODAY,
        "due": TODAY,        "changed_at": case.changed_at, "changed_by": "tests",
    }  # fmt: skip
    for more in ({"code": "A", "item": case.item, "level": "prompt"}, {"code": "B", "item": item, "level": "notice"},
                 {"code": "C", "level": "prompt"}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.create(**twin, **more)
