"""Matters between organisations, recurring duties of the plan, bulletins of what is overdue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.models import WorkItem, WorkPlan
from saishang.apps.execution.refusals import NotAllowed, WorkRefused
from saishang.apps.organisations.access import Span, reach
from saishang.apps.organisations.models import Organisation, User
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import (
    CaseDraft,
    MatterDraft,
    fulfil_duty,
    make_bulletin,
    move_matter,
    open_case,
    open_year,
    raise_matter,
    reply_to_matter,
    undo_duty,
)
from saishang.apps.supervision.models import Bulletin, Occurrence
from saishang.apps.supervision.refusals import SupervisionRefused
from saishang.rules import load_rules
from tests.supervision_world import TODAY, lay, make_finding, make_world, on_day
from tests.work_world import doing, make_people, make_report

pytestmark = pytest.mark.django_db

ALL = Span(everything=True)


@pytest.fixture
def people() -> Iterator[dict[str, User]]:
    with on_day(TODAY):
        yield make_world()


MATTER = MatterDraft("640100", ("640200", "NX-SLT"), "跨市河道清漂", "请明确分界和费用")

# Matters


def test_a_matter_is_raised_replied_to_and_settled(people: dict[str, User]) -> None:
    rules, helper = load_rules(), make_people("NX-SLT", ("head",))["head"]
    row = raise_matter(doing(people["reporter"]), rules, MATTER)
    # Ten working days after Monday 30 November: Monday 14 December.
    assert (row.code, row.state, row.due) == ("XT-2026-0001", "open", date(2026, 12, 14))
    assert [one.what for one in queries.waiting(people["beside"], TODAY)] == ["reply"]
    assert [one.kind for one in queries.due_until(TODAY, row.due)] == ["matter", "matter"]
    row = reply_to_matter(doing(people["beside"]), row.pk, "640200", "各管一半", None)
    assert row.state == "open"
    row = reply_to_matter(doing(helper), row.pk, "NX-SLT", "同意", None)
    assert row.state == "replied"
    row = reply_to_matter(doing(people["beside"]), row.pk, "640200", "改为按河长分担", row.version)
    assert [one.what for one in queries.waiting(people["office"], TODAY)] == ["settle"]
    with pytest.raises(SupervisionRefused, match="the outcome"):
        move_matter(doing(people["office"]), rules, row.pk, "settle", None)
    row = move_matter(doing(people["office"]), rules, row.pk, "settle", None, text="按河长分担，12月起执行")
    assert (row.state, row.outcome) == ("settled", "按河长分担，12月起执行")
    assert [act.text for act in row.acts.filter(action="reply")] == ["各管一半", "同意", "改为按河长分担"]
    with pytest.raises(SupervisionRefused, match="over"):
        reply_to_matter(doing(helper), row.pk, "NX-SLT", "再补", None)
    row = move_matter(doing(people["office"], "有变化"), rules, row.pk, "reopen", None)
    assert (row.state, row.parties.filter(replied_on__isnull=True).count()) == ("open", 2)


def test_who_does_what_to_a_matter(people: dict[str, User]) -> None:
    rules = load_rules()
    for role in ("beside", "auditor", "assessor", "administrator"):
        with pytest.raises(NotAllowed):
            raise_matter(doing(people[role]), rules, MATTER)
    row = raise_matter(doing(people["head"]), rules, MATTER)
    for role, unit in (("reporter", "640200"), ("office", "640200"), ("beside", "NX-SLT")):
        with pytest.raises(NotAllowed):
            reply_to_matter(doing(people[role]), row.pk, unit, "x", None)
    with pytest.raises(SupervisionRefused, match="not asked"):
        reply_to_matter(doing(people["reporter"]), row.pk, "640100", "x", None)
    with pytest.raises(NotAllowed):
        move_matter(doing(people["beside"], "x"), rules, row.pk, "withdraw", None)
    with pytest.raises(NotAllowed):
        move_matter(doing(people["head"]), rules, row.pk, "settle", None, text="x")
    assert move_matter(doing(people["reporter"], "已商定"), rules, row.pk, "withdraw", None).state == "withdrawn"
    for person, seen in ((people["beside"], True), (people["reporter"], True), (people["auditor"], True)):
        assert queries.matters(reach(person, "view_internal")).exists() is seen
    county = make_people("640104", ("reporter",))["reporter"]
    assert not queries.matters(reach(county, "view_internal")).exists()


def test_faults_of_a_matter(people: dict[str, User]) -> None:
    bad = MatterDraft("NX-NONE", ("NX-NONE",), "", "", "T99", TODAY - timedelta(days=1))
    with pytest.raises(SupervisionRefused) as refused:
        raise_matter(doing(people["office"]), load_rules(), bad)
    assert {fault.field for fault in refused.value.faults} == {
        "organisation", "parties", "title", "matter", "task", "due",
    }  # fmt: skip


# Recurring duties


@pytest.fixture
def year(people: dict[str, User]) -> dict[str, int]:
    import_plan_from_rules("tests", "ningxia")
    return open_year(doing(people["office"]), load_rules(), 2026)


def owed(duty: str, organisation: str) -> Occurrence:
    return Occurrence.objects.get(duty=duty, organisation__code=organisation, year=2026)


def test_a_year_is_opened_once(people: dict[str, User], year: dict[str, int]) -> None:
    # In this small tree owe something: Yinchuan, Xingqing, Shizuishan, and of the departments those that own tasks.
    departments = {"NX-STT", "NX-SLT"}
    places = {"640100", "640104", "640200"}
    d01 = Occurrence.objects.filter(duty="D01")
    assert set(d01.values_list("organisation__code", flat=True)) == departments | places
    assert set(d01.values_list("due", "stated")) == {(date(2026, 12, 31), True)}
    assert set(Occurrence.objects.filter(duty="D02").values_list("due", "stated")) == {(None, False)}
    d04 = Occurrence.objects.filter(duty="D04").values_list("organisation__code", flat=True)
    assert set(d04) == places | {"640000"}
    assert year == {"D01": 5, "D02": 5, "D04": 4, "D16": 1, "D17": 1, "D19": 1, "D21": 1, "D22": 1, "D24": 2}
    days = Occurrence.objects.filter(duty="D24").values_list("slot", "due")
    assert set(days) == {("06-05", date(2026, 6, 5)), ("08-15", date(2026, 8, 15))}
    assert open_year(doing(people["office"]), load_rules(), 2026) == {}
    assert ActionLogEntry.objects.filter(verb="supervision.open_year").count() == 1
    for role in ("head", "auditor", "administrator"):
        with pytest.raises(NotAllowed):
            open_year(doing(people[role]), load_rules(), 2027)
    with pytest.raises(SupervisionRefused, match="expected a year"):
        open_year(doing(people["office"]), load_rules(), 1999)


def test_a_duty_is_fulfilled_by_what_is_there(people: dict[str, User], year: dict[str, int]) -> None:
    rules, city = load_rules(), Organisation.objects.get(code="640100")
    plan, report = owed("D02", "640100"), owed("D01", "640100")
    with pytest.raises(SupervisionRefused, match="approved work plan of 2026; got none"):
        fulfil_duty(doing(people["head"]), rules, plan.pk, "work_plan", None)
    made = WorkPlan.objects.create(
        organisation=city, year=2026, state="submitted", changed_at=timezone.now(), changed_by="x"
    )
    with pytest.raises(SupervisionRefused, match="got one that is submitted"):
        fulfil_duty(doing(people["head"]), rules, plan.pk, "work_plan", None)
    WorkPlan.objects.update(state="approved")
    row = fulfil_duty(doing(people["head"]), rules, plan.pk, "work_plan", plan.version)
    assert (row.state, row.work_plan, row.done_on) == ("fulfilled", made, TODAY)
    with pytest.raises(SupervisionRefused, match="got none"):
        fulfil_duty(doing(people["head"]), rules, report.pk, "reports", None)
    items = WorkItem.objects.filter(organisation=city)
    for item in items:
        make_report(item, "2026", date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31), submitted_at=timezone.now())
    last = items[0].reports.get(period="2026")
    type(last).objects.filter(pk=last.pk).update(submitted_at=None)
    with pytest.raises(SupervisionRefused, match="1 of 3 missing"):
        fulfil_duty(doing(people["head"]), rules, report.pk, "reports", None)
    type(last).objects.filter(pk=last.pk).update(submitted_at=timezone.now())
    with pytest.raises(SupervisionRefused, match="expected one of annual, reports, record"):
        fulfil_duty(doing(people["head"]), rules, report.pk, "work_plan", None)
    assert fulfil_duty(doing(people["head"]), rules, report.pk, "reports", None).reports == 3
    with pytest.raises(SupervisionRefused, match="fulfilled already"):
        fulfil_duty(doing(people["head"]), rules, report.pk, "reports", None)


def test_a_record_needs_text_and_evidence(people: dict[str, User], year: dict[str, int], tmp_path: Path) -> None:
    row, rules = owed("D04", "640100"), load_rules()
    with pytest.raises(SupervisionRefused) as refused:
        fulfil_duty(doing(people["reporter"]), rules, row.pk, "record", None, on=TODAY + timedelta(days=1))
    assert {fault.field for fault in refused.value.faults} == {"text", "on", "file"}
    lay(people, row, tmp_path)
    done = fulfil_duty(
        doing(people["reporter"]), rules, row.pk, "record", None, text="市人大常委会开展执法检查", on=TODAY
    )
    assert (done.state, done.proof) == ("fulfilled", "record")
    for who, code in ((people["beside"], "D01"), (people["auditor"], "D01")):
        with pytest.raises(NotAllowed):
            fulfil_duty(doing(who), rules, owed(code, "640100").pk, "record", None, text="x")
    with pytest.raises(NotAllowed):
        undo_duty(doing(people["head"], "x"), row.pk, None)
    with pytest.raises(SupervisionRefused, match="needs a reason"):
        undo_duty(doing(people["office"]), row.pk, None)
    assert undo_duty(doing(people["office"], "材料不全"), row.pk, None).state == "open"
    with pytest.raises(WorkRefused, match="owed anyway"):
        undo_duty(doing(people["office"], "x"), row.pk, None)


# Bulletins


def test_a_bulletin_freezes_what_is_overdue(people: dict[str, User]) -> None:
    make_finding(people, due=TODAY - timedelta(days=2))
    case = open_case(
        doing(people["office"]), load_rules(), CaseDraft("item", "T11-640200-001", "prompt", "x", due=TODAY)
    )
    with on_day(TODAY + timedelta(days=1)):
        made = make_bulletin(doing(people["office"]))
        with pytest.raises(SupervisionRefused, match="made already"):
            make_bulletin(doing(people["second"]))
    # One day later the item that was due today is over, too, and the case was due today.
    told = [(row["organisation"], row["kind"], row["code"], row["days"]) for row in made.content["rows"]]
    assert told == [
        ("640100", "report", "T11-640100-001", 25), ("640100", "report", "T13-640100-001", 25),
        ("640100", "item", "T11-640100-001", 11), ("640100", "milestone", "T12-640100-001", 6),
        ("640100", "finding", "ZY-第二轮-015", 3),
        ("640200", "item", "T11-640200-001", 2), ("640200", "case", case.code, 1),
        ("640200", "item", "T11-640200-002", 1),
    ]  # fmt: skip
    plain = json.dumps(made.content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert made.digest == hashlib.sha256(plain).hexdigest()
    entry = ActionLogEntry.objects.get(verb="supervision.make_bulletin")
    assert (entry.after or {})["sha256"] == made.digest
    WorkItem.objects.update(state="verified")
    assert len(Bulletin.objects.get().content["rows"]) == 8
    for statement in ("update supervision_bulletin set content = '{}'", "delete from supervision_bulletin"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_bulletins_are_numbered_by_year_and_made_by_the_office(people: dict[str, User]) -> None:
    for role in ("head", "auditor", "assessor"):
        with pytest.raises(NotAllowed):
            make_bulletin(doing(people[role]))
    numbers = []
    for day in (TODAY, TODAY + timedelta(days=1), date(2027, 1, 4)):
        with on_day(day):
            row = make_bulletin(doing(people["office"]))
            numbers.append((row.year, row.number))
    assert numbers == [(2026, 1), (2026, 2), (2027, 1)]
