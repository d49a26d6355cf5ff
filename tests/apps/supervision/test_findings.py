"""Findings of inspections: listed, planned, mended, applied for, checked, public, struck off; and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from openpyxl import Workbook

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.refusals import NotAllowed, WorkRefused
from saishang.apps.organisations.access import Span, reach
from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import (
    AcceptanceDraft,
    Said,
    add_finding,
    attach_file,
    change_finding,
    draft_of,
    known,
    load_findings,
    move_finding,
    strike_file,
    supersede_acceptance,
    tie_item,
    untie_item,
    write_plan,
)
from saishang.apps.supervision.models import Acceptance, Finding, FindingAct
from saishang.apps.supervision.queries import FindingFilter
from saishang.apps.supervision.refusals import SupervisionRefused
from saishang.apps.supervision.states import FINDING_MOVES, FINDING_STATES
from saishang.lake.archive import Archive
from saishang.lake.contents import EvidenceRefused
from saishang.rules import load_rules
from tests.supervision_world import TODAY, draft, lay, make_finding, make_world, on_day, paper
from tests.work_world import doing

pytestmark = pytest.mark.django_db

ALL = Span(everything=True)
PASSED = AcceptanceDraft(True, TODAY, "site", "张三、李四", "现场水清，设施运行")
FAILED = AcceptanceDraft(False, TODAY, "both", "张三、李四", "雨后仍有溢流")


@pytest.fixture
def people() -> Iterator[dict[str, User]]:
    with on_day(TODAY):
        yield make_world()


def move(people: dict[str, User], action: str, said: Said | None = None, who: str = "") -> Finding:
    """Make a move by the role that makes it."""
    by = {"submit_plan": "reporter", "take_back": "reporter", "begin": "reporter", "apply": "reporter"}
    actor = people[who or by.get(action, "office")]
    return move_finding(doing(actor, "因为需要"), load_rules(), "ZY-第二轮-015", action, None, said)


def walk(people: dict[str, User], folder: Path, upto: str) -> Finding:
    """A finding that has come as far as a state."""
    row = make_finding(people)
    steps: list[tuple[str, str, Any]] = [
        ("plan_submitted", "submit_plan", None), ("plan_approved", "approve_plan", None),
        ("in_progress", "begin", None), ("applied", "apply", Said("已完成改造")),
        ("checked", "check", Said(acceptance=PASSED)),
        ("publicised", "publicise", Said(channel="自治区政府网站")), ("closed", "close", None),
    ]  # fmt: skip
    if upto == "listed":
        return row
    write_plan(doing(people["reporter"]), row.code, "稳定达标", "清淤\n截污", date(2026, 12, 20), None)
    for state, action, said in steps:
        if state == "applied":
            lay(people, row, folder)
        if state == "closed":
            with on_day(date(2026, 12, 8)):
                row = move(people, action, said)
        else:
            row = move(people, action, said)
        if state == upto:
            break
    return row


def test_a_finding_goes_its_way_to_striking_off(people: dict[str, User], tmp_path: Path) -> None:
    row = walk(people, tmp_path, "closed")
    assert (row.state, row.closed_on, row.due) == ("closed", date(2026, 12, 8), date(2026, 12, 20))
    assert [act.action for act in row.acts.all()] == [
        "list", "submit_plan", "approve_plan", "begin", "apply", "check", "publicise", "close",
    ]  # fmt: skip
    applied = row.acts.get(action="apply")
    assert (applied.text, applied.content["measures"], len(applied.files)) == ("已完成改造", "清淤\n截污", 1)
    assert row.acceptances.get().members == "张三、李四"
    verbs = set(ActionLogEntry.objects.values_list("verb", flat=True))
    assert {"supervision.add_finding", "supervision.write_plan", "supervision.close_finding"} <= verbs


def test_publicity_has_to_be_over(people: dict[str, User], tmp_path: Path) -> None:
    row = walk(people, tmp_path, "publicised")
    # Five working days after Monday 30 November end with Monday 7 December.
    assert (row.public_from, row.public_until) == (TODAY, date(2026, 12, 7))
    with on_day(date(2026, 12, 7)), pytest.raises(SupervisionRefused, match="publicity runs until 2026-12-07"):
        move(people, "close")
    with on_day(date(2026, 12, 8)):
        assert move(people, "close").state == "closed"


def test_whoever_applied_does_not_check_or_close(people: dict[str, User], tmp_path: Path) -> None:
    city = Organisation.objects.get(code="640100")
    Membership.objects.create(user=people["reporter"], organisation=city, role="office", first=date(2026, 1, 1),
                              granted_by="tests", reason="tests")  # fmt: skip
    make_finding(people)
    write_plan(doing(people["reporter"]), "ZY-第二轮-015", "目标", "措施", None, None)
    move(people, "submit_plan")
    with pytest.raises(NotAllowed, match="wrote the plan"):
        move(people, "approve_plan", who="reporter")
    move(people, "approve_plan", who="office")
    row = move(people, "begin")
    lay(people, row, tmp_path)
    move(people, "apply", Said("完成"))
    with pytest.raises(NotAllowed, match="applied"):
        move(people, "check", Said(acceptance=PASSED), who="reporter")
    assert not Acceptance.objects.exists()
    move(people, "check", Said(acceptance=PASSED), who="second")
    with pytest.raises(NotAllowed, match="applied"):
        supersede_acceptance(doing(people["reporter"], "x"), Acceptance.objects.get().pk, FAILED)
    move(people, "publicise", Said(channel="网站"), who="second")
    with on_day(date(2026, 12, 9)), pytest.raises(NotAllowed, match="applied"):
        move(people, "close", who="reporter")


def test_a_check_that_is_not_passed_sends_it_back_and_stays_on_record(people: dict[str, User], tmp_path: Path) -> None:
    walk(people, tmp_path, "applied")
    row = move(people, "check", Said(acceptance=FAILED))
    assert (row.state, row.acceptances.get().passed) == ("in_progress", False)
    with pytest.raises(SupervisionRefused, match="another round"):
        supersede_acceptance(doing(people["office"], "写错"), row.acceptances.get().pk, PASSED)
    move(people, "apply", Said("再次完成"))
    row = move(people, "check", Said(acceptance=PASSED))
    assert [(one.number, one.passed, one.supersedes) for one in row.acceptances.all()] == [
        (1, False, None),
        (2, True, None),
    ]


def test_a_record_is_superseded_and_never_edited(people: dict[str, User], tmp_path: Path) -> None:
    row = walk(people, tmp_path, "closed")
    old = row.acceptances.get()
    with pytest.raises(SupervisionRefused, match="needs a reason"):
        supersede_acceptance(doing(people["office"]), old.pk, PASSED)
    right = AcceptanceDraft(True, TODAY, "both", "张三、王五", "补记参加人员")
    made = supersede_acceptance(doing(people["second"], "漏记一人"), old.pk, right)
    row.refresh_from_db()
    assert (made.number, made.supersedes, row.state) == (2, old, "closed")
    with pytest.raises(SupervisionRefused, match="newest"):
        supersede_acceptance(doing(people["second"], "x"), old.pk, right)
    supersede_acceptance(doing(people["second"], "复核未通过"), made.pk, FAILED)
    row.refresh_from_db()
    assert (row.state, row.closed_on, row.channel) == ("in_progress", None, "")
    for statement in ("update supervision_acceptance set passed = true", "delete from supervision_acceptance"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert next((one.number, one.members) for one in row.acceptances.all()) == (1, "张三、李四")


def test_what_comes_back_is_reopened_with_a_new_day(people: dict[str, User], tmp_path: Path) -> None:
    walk(people, tmp_path, "closed")
    for due, message in ((None, "got nothing"), (TODAY - timedelta(days=1), "from today on")):
        with pytest.raises(SupervisionRefused, match=message):
            move(people, "reopen", Said(due=due))
    row = move(people, "reopen", Said(due=TODAY))
    assert (row.state, row.due, row.closed_on) == ("in_progress", TODAY, None)


MAKERS = {"submit_plan", "take_back", "begin", "apply"}


@pytest.mark.parametrize(
    "role", ["reporter", "reviewer", "head", "assessor", "auditor", "administrator", "beside", "office"]
)
def test_who_moves_a_finding(people: dict[str, User], tmp_path: Path, role: str) -> None:
    row = make_finding(people)
    lay(people, row, tmp_path)
    said = Said("文", TODAY, "网站", TODAY, PASSED)
    for one in FINDING_MOVES:
        Finding.objects.filter(pk=row.pk).update(
            state=one.before[0], goal="目标", measures="措施", public_until=TODAY - timedelta(days=1)
        )
        responsible = role in ("reporter", "reviewer", "head")
        allowed = responsible if one.action in MAKERS else role == "office"
        try:
            move_finding(doing(people[role], "因为"), load_rules(), row.code, one.action, None, said)
            moved = True
        except NotAllowed:
            moved = False
        assert moved is allowed, one.action
        Finding.objects.filter(pk=row.pk).update(plan_by="", applied_by="", applied_on=None)


def test_what_is_not_in_the_table_cannot_happen(people: dict[str, User]) -> None:
    row = make_finding(people)
    for one in FINDING_MOVES:
        for state in FINDING_STATES:
            if state not in one.before:
                Finding.objects.filter(pk=row.pk).update(state=state)
                with pytest.raises(WorkRefused, match="does not lead on from"):
                    move_finding(doing("tests", "x"), load_rules(), row.code, one.action, None, Said("x"))


def test_a_plan_needs_goal_measures_and_a_day_within_the_inspections(people: dict[str, User]) -> None:
    row = make_finding(people, due=None)
    with pytest.raises(SupervisionRefused) as refused:
        move(people, "submit_plan")
    assert {fault.field for fault in refused.value.faults} == {"goal", "measures", "plan_due"}
    write_plan(doing(people["reporter"]), row.code, "目标", "措施", TODAY, None)
    move(people, "submit_plan")
    with pytest.raises(SupervisionRefused, match="handed in"):
        write_plan(doing(people["reporter"]), row.code, "另写", "措施", TODAY, None)
    assert move(people, "approve_plan").due == TODAY
    later = make_finding(people, number=16, due=TODAY + timedelta(days=3))
    for days, good in ((-1, False), (0, True), (3, True), (4, False)):
        try:
            write_plan(doing(people["reporter"]), later.code, "目标", "措施", TODAY + timedelta(days=days), None)
            taken = True
        except SupervisionRefused as error:
            taken = False
            assert [fault.field for fault in error.faults] == ["plan_due"]
        assert taken is good
    for role in ("beside", "office", "auditor"):
        with pytest.raises(NotAllowed):
            write_plan(doing(people[role]), later.code, "目标", "措施", None, None)


@pytest.mark.parametrize(("days", "standing"), [(-1, "late"), (0, "due_soon"), (30, "due_soon"), (31, "on_time"),
                                                (None, "no_day")])  # fmt: skip
def test_lateness_is_derived_and_the_same_in_the_database(
    people: dict[str, User], days: int | None, standing: str
) -> None:
    row = make_finding(people, due=None if days is None else TODAY + timedelta(days=days))
    assert queries.standing_of(row, TODAY, 30) == standing
    assert [one.code for one in queries.findings(ALL, FindingFilter(standing=standing), TODAY, 30)] == [row.code]
    for state, then in (("applied", "waiting"), ("closed", "closed")):
        Finding.objects.filter(pk=row.pk).update(state=state)
        row.refresh_from_db()
        assert queries.standing_of(row, TODAY, 30) == then
        assert queries.findings(ALL, FindingFilter(standing=then), TODAY, 30).get().code == row.code


def test_responsible_and_helping_units_see_it(people: dict[str, User]) -> None:
    make_finding(people)
    from tests.work_world import make_people

    helper = make_people("NX-SLT", ("reporter",))["reporter"]
    for person, seen in (
        (people["reporter"], True),
        (helper, True),
        (people["beside"], False),
        (people["auditor"], True),
    ):
        assert queries.findings(reach(person, "view_internal"), FindingFilter(), TODAY, 30).exists() is seen
        assert queries.may_supervised(person, "view_internal", "finding", "ZY-第二轮-015") is seen
    assert not queries.may_supervised(helper, "answer_supervision", "finding", "ZY-第二轮-015")


def test_evidence_stays_and_is_what_its_content_says(people: dict[str, User], tmp_path: Path) -> None:
    row = walk(people, tmp_path, "in_progress")
    rules, archive = load_rules(), Archive(tmp_path / "archive")
    text = tmp_path / "report.pdf"
    text.write_text("not a pdf", encoding="utf-8")
    with pytest.raises(EvidenceRefused):
        attach_file(doing(people["reporter"]), rules, archive, row, text, "report.pdf")
    with pytest.raises(SupervisionRefused, match="at least one file"):
        move(people, "apply", Said("完成"))
    with pytest.raises(NotAllowed):
        attach_file(doing(people["beside"]), rules, archive, row, paper(tmp_path), "a.png")
    made = attach_file(doing(people["reporter"]), rules, archive, row, paper(tmp_path), "a.png")
    assert attach_file(doing(people["head"]), rules, archive, row, paper(tmp_path), "b.png") == made
    with pytest.raises(SupervisionRefused, match="needs a reason"):
        strike_file(doing(people["reporter"]), made.pk)
    strike_file(doing(people["reporter"], "传错"), made.pk)
    again = attach_file(doing(people["reporter"]), rules, archive, row, paper(tmp_path, "c.png"), "c.png")
    move(people, "apply", Said("完成"))
    with pytest.raises(SupervisionRefused, match="decision rests"):
        strike_file(doing(people["reporter"], "x"), again.pk)
    assert [one["name"] for one in FindingAct.objects.get(action="apply").files] == ["c.png"]


def test_items_are_tied_to_a_finding(people: dict[str, User]) -> None:
    row, rules = make_finding(people), load_rules()
    tie_item(doing(people["reporter"]), rules, row.code, "T11-640100-001")
    tie_item(doing(people["office"]), rules, row.code, "T11-640100-001")
    assert [one.item.code for one in row.items.all()] == ["T11-640100-001"]
    for who, code, kind in (
        (people["beside"], "T11-640200-001", NotAllowed),
        (people["head"], "T99", SupervisionRefused),
    ):
        with pytest.raises(kind):
            tie_item(doing(who), rules, row.code, code)
    untie_item(doing(people["reporter"]), row.code, "T11-640100-001")
    assert not row.items.exists()


def test_every_fault_of_a_draft_beside_its_field(people: dict[str, User]) -> None:
    bad = draft(source="town", round="", number=0, title="", problem=" ", organisation="X", units=("Y", "Y"),
                tasks=("T99",), region="1", listed_on=TODAY + timedelta(days=1))  # fmt: skip
    with pytest.raises(SupervisionRefused) as refused:
        add_finding(doing(people["office"]), bad, known(load_rules(), TODAY))
    assert {fault.field for fault in refused.value.faults} == {
        "source", "round", "number", "title", "problem", "organisation", "units", "tasks", "region", "listed_on",
    }  # fmt: skip
    make_finding(people)
    with pytest.raises(SupervisionRefused, match="is ZY-第二轮-015 already"):
        make_finding(people, round="第 二轮")
    for role in ("reporter", "auditor", "administrator"):
        with pytest.raises(NotAllowed):
            add_finding(doing(people[role]), draft(number=9), known(load_rules(), TODAY))


def test_a_change_needs_a_reason_and_keeps_what_was(people: dict[str, User]) -> None:
    row, there = make_finding(people), known(load_rules(), TODAY)
    assert change_finding(doing(people["office"]), row.code, draft_of(row), there, row.version) is None
    with pytest.raises(SupervisionRefused, match="needs a reason"):
        change_finding(doing(people["office"]), row.code, draft(due=date(2027, 6, 30)), there, row.version)
    changed = change_finding(
        doing(people["office"], "延期批复"), row.code, draft(due=date(2027, 6, 30)), there, row.version
    )
    assert changed is not None and changed.due == date(2027, 6, 30)
    entry = ActionLogEntry.objects.get(verb="supervision.change_finding")
    assert (entry.before, entry.reason) == ({"due": "2026-12-31"}, "延期批复")


# As a table


def book(folder: Path, rows: list[list[Any]], head: list[str] | None = None) -> Path:
    sheet = Workbook()
    names = head or [
        "来源",
        "轮次",
        "序号",
        "问题名称",
        "问题描述",
        "责任单位",
        "配合单位",
        "方案任务",
        "地区",
        "反馈日期",
        "整改期限",
    ]
    for row in [names, *rows]:
        sheet.active.append(row)  # type: ignore[union-attr]
    path = folder / "findings.xlsx"
    sheet.save(path)
    return path


GOOD = [
    "中央督察",
    "第三轮",
    1,
    "甲",
    "甲的问题",
    "银川市党委和政府",
    "自治区水利厅；640200",
    "",
    "640100",
    "2026-05-06",
    "2027-12-31",
]


def test_a_table_is_tried_then_taken_and_bad_cells_come_back(people: dict[str, User], tmp_path: Path) -> None:
    bad = ["县级", "第三轮", 2, "", "乙的问题", "没有的单位", "", "T99", "", "昨天", ""]
    path, archive = book(tmp_path, [GOOD, bad, GOOD]), Archive(tmp_path / "archive")
    trial = load_findings(doing(people["office"]), load_rules(), archive, path, path.name, dry_run=True)
    assert not Finding.objects.exists() and not (tmp_path / "archive").exists()
    assert [(one.line, one.key, one.effect) for one in trial.changes] == [(2, "ZY-第三轮-001", "added")]
    refused = {(one.line, one.column) for one in trial.refusals}
    assert {(3, "责任单位"), (3, "反馈日期"), (4, "序号")} <= refused
    with pytest.raises(SupervisionRefused, match="needs a reason"):
        load_findings(doing(people["office"]), load_rules(), archive, path, path.name)
    done = load_findings(doing(people["office"], "国办函〔2026〕9号"), load_rules(), archive, path, path.name)
    row = Finding.objects.get()
    assert (done.count("added"), row.organisation.code, row.due) == (1, "640100", date(2027, 12, 31))
    assert sorted(unit.organisation.code for unit in row.units.all()) == ["640200", "NX-SLT"]
    with pytest.raises(NotAllowed):
        load_findings(doing(people["head"], "x"), load_rules(), archive, path, path.name)


def test_a_second_table_changes_only_what_it_says(people: dict[str, User], tmp_path: Path) -> None:
    archive, who = Archive(tmp_path / "archive"), doing(people["office"], "来函")
    load_findings(who, load_rules(), archive, book(tmp_path, [GOOD]), "a.xlsx")
    again = load_findings(who, load_rules(), archive, book(tmp_path, [GOOD]), "a.xlsx")
    assert [one.effect for one in again.changes] == ["unchanged"]
    short = book(tmp_path, [["central", "第三轮", 1, "2028-06-30"]], ["source", "round", "number", "due"])
    done = load_findings(who, load_rules(), archive, short, "b.xlsx")
    assert [(one.effect, dict(one.fields)) for one in done.changes] == [
        ("changed", {"due": (date(2027, 12, 31), date(2028, 6, 30))})
    ]
    row = Finding.objects.get()
    assert (row.problem, row.units.count(), row.due) == ("甲的问题", 2, date(2028, 6, 30))
