"""What an annual report counts of supervision: just before, in and after the year; whose it is; what is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone

from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.models import Organisation
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.apps.reports.content import Supervision
from saishang.apps.reports.supervision import count_supervision
from saishang.apps.supervision.actions import open_year
from saishang.apps.supervision.models import Case, Coordination, Finding, Occurrence, Party
from saishang.rules import load_rules
from tests.supervision_world import on_day
from tests.work_world import doing, make_tree

pytestmark = pytest.mark.django_db

#: Counted after the year: what was closed in January is closed.
NOW = datetime(2027, 1, 20, 9, 30)


def case(place: int, code: str, issued: date, state: str = "open", **more: Any) -> None:
    given: dict[str, Any] = {
        "code": f"DB-{place:04d}", "subject": "target", "target": f"G{place:02d}", "title": f"督办{place}",
        "level": "prompt", "demand": "请答复", "issued": issued, "due": date(2027, 1, 20), "state": state,
        "changed_at": timezone.now(), "changed_by": "tests",
    }  # fmt: skip
    Case.objects.create(organisation=Organisation.objects.get(code=code), **given | more)


def finding(number: int, code: str, listed_on: date, state: str, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "code": f"ZY-{number:03d}", "source": "central", "round": "第二轮", "number": number, "title": f"问题{number}",
        "problem": "x", "listed_on": listed_on, "state": state, "changed_at": timezone.now(), "changed_by": "tests",
    }  # fmt: skip
    return Finding.objects.create(organisation=Organisation.objects.get(code=code), **given | more)


def matter(number: int, code: str, asked: tuple[str, ...], raised: date, state: str, **more: Any) -> None:
    given: dict[str, Any] = {
        "code": f"XT-{number:04d}", "title": f"协调{number}", "matter": "x", "raised": raised, "state": state,
        "due": date(2027, 1, 19), "changed_at": timezone.now(), "changed_by": "tests",
    }  # fmt: skip
    row = Coordination.objects.create(organisation=Organisation.objects.get(code=code), **given | more)
    for one in asked:
        Party.objects.create(coordination=row, organisation=Organisation.objects.get(code=one))


@pytest.fixture
def world() -> Iterator[None]:
    with on_day(date(2027, 1, 20)):
        make_tree()
        import_plan_from_rules("tests", "ningxia")
        yield


def counted(code: str, year: int = 2026) -> Supervision:
    view = organisations.one(code, NOW.date())
    assert view is not None
    kind = "consolidated" if code == "640000" else "organisation"
    return count_supervision(kind, view, year, NOW, load_rules(), "ningxia")  # type: ignore[arg-type]


def test_cases_of_the_year(world: None) -> None:
    case(1, "640100", date(2025, 12, 31), "closed", closed_on=date(2025, 12, 31))  # over before the year
    case(2, "640100", date(2025, 12, 31), "closed", closed_on=date(2026, 1, 1))  # carried over
    case(3, "640100", date(2026, 1, 1), "closed", closed_on=date(2027, 1, 5))
    case(4, "640100", date(2026, 12, 31), level="notice", year=2026, number=9, due=date(2027, 1, 19))  # late
    case(5, "640100", date(2026, 6, 1), level="talk")  # due today: in time
    case(6, "640100", date(2026, 6, 1), "answered", due=date(2026, 7, 1))  # an answer is there
    case(7, "640100", date(2026, 6, 1), "withdrawn")
    case(8, "640100", date(2027, 1, 1))  # after the year
    case(9, "640104", date(2026, 6, 1), invented=True)  # below the city, not its own
    case(10, "640200", date(2026, 6, 1))
    told = counted("640100")
    assert [row.code for row in told.cases] == ["DB-0002", "DB-0003", "DB-0005", "DB-0006", "DB-0004"]
    assert (told.opened, told.carried) == ({"prompt": 2, "notice": 1, "talk": 1}, 1)
    assert (told.total, told.closed, told.unanswered, told.withdrawn) == (5, 2, 1, 1)
    assert [row.code for row in told.cases if row.late] == ["DB-0004"]
    assert (told.cases[4].year, told.cases[4].number, told.cases[4].level.zh) == (2026, 9, "督办单")
    assert not told.invented
    whole = counted("640000")
    assert (whole.total, whole.carried, whole.closed, whole.unanswered, whole.invented) == (7, 1, 2, 1, True)
    assert [row.code for row in counted("640100", 2025).cases] == ["DB-0001", "DB-0002"]


def test_findings_of_the_year(world: None) -> None:
    finding(1, "640100", date(2025, 3, 1), "closed", closed_on=date(2025, 12, 31))
    finding(2, "640100", date(2025, 3, 1), "closed", closed_on=date(2026, 1, 1))
    finding(3, "640100", date(2026, 1, 1), "in_progress", due=date(2027, 1, 19))  # late since today
    finding(4, "640100", date(2026, 12, 31), "listed", due=date(2027, 1, 20))  # the day itself is in time
    finding(5, "640100", date(2026, 5, 1), "publicised", due=date(2026, 6, 1))  # the office's turn
    finding(6, "640100", date(2027, 1, 1), "listed")
    helped = finding(7, "640200", date(2026, 5, 1), "plan_approved")
    helped.units.create(organisation=Organisation.objects.get(code="640100"))  # who helps does not report it
    told = counted("640100")
    assert {state: number for state, number in told.found.items() if number} == {
        "closed": 1, "in_progress": 1, "listed": 1, "publicised": 1,
    }  # fmt: skip
    assert (told.listed, told.overdue) == (3, 1)
    assert [(row.code, row.late) for row in told.findings] == [
        ("ZY-002", False), ("ZY-003", True), ("ZY-004", False), ("ZY-005", False),
    ]  # fmt: skip
    assert sum(counted("640000").found.values()) == 5


def test_matters_of_the_year(world: None) -> None:
    matter(1, "640100", ("640200",), date(2025, 3, 1), "settled", settled_on=date(2025, 12, 31))
    matter(2, "640100", ("640200", "NX-STT"), date(2025, 3, 1), "settled", settled_on=date(2026, 1, 1))
    matter(3, "640200", ("640100",), date(2026, 1, 1), "open")  # it is asked; late since today
    matter(4, "640100", ("640200",), date(2026, 12, 31), "replied", due=date(2027, 1, 20))
    matter(5, "640100", ("640200",), date(2026, 5, 1), "withdrawn")
    matter(6, "640200", ("NX-STT",), date(2026, 5, 1), "open")  # none of its own
    matter(7, "640100", ("640200",), date(2027, 1, 1), "open")
    told = counted("640100")
    assert [row.code for row in told.matters] == ["XT-0002", "XT-0003", "XT-0004"]
    assert (told.raised, told.settled, told.unsettled) == (3, 1, 1)
    assert {one.code for one in told.matters[0].parties} == {"640200", "NX-STT"}
    assert counted("640000").raised == 4


def test_duties_of_the_year(world: None) -> None:
    assert counted("640100").duties is None  # not asked for: nothing is said of it
    open_year(doing("tests"), load_rules(), 2026)
    rows = Occurrence.objects.filter(organisation__code="640100")
    assert set(rows.values_list("duty", flat=True)) == {"D01", "D02", "D04"}
    rows.filter(duty="D02").update(state="fulfilled", proof="work_plan", done_on=date(2026, 2, 1))
    told = counted("640100").duties
    assert told is not None
    # D01 was due on 31 December, D02 is fulfilled, D04 has no day.
    assert [(one.duty.code, one.owed, one.fulfilled, one.late, one.annual) for one in told] == [
        ("D01", 1, 0, 1, True), ("D02", 1, 1, 0, False), ("D04", 1, 0, 0, False),
    ]  # fmt: skip
    assert (told[1].proof, told[1].done, told[0].due, told[2].due) == (
        "work_plan", date(2026, 2, 1), date(2026, 12, 31), None,
    )  # fmt: skip
    whole = {(one.duty.code, one.due): one for one in counted("640000").duties or ()}
    # Of this tree owe D01 two departments and three places; D24 has two days.
    first = whole["D01", date(2026, 12, 31)]
    assert (first.owed, first.fulfilled, first.late, first.done) == (5, 0, 5, None)
    assert {due for code, due in whole if code == "D24"} == {date(2026, 6, 5), date(2026, 8, 15)}
    assert counted("640100", 2025).duties is None
