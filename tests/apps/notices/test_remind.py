"""Reminders: every provider is asked, whoever may act hears of it, once on each day of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from saishang.apps.jobs.kinds import kinds as job_kinds
from saishang.apps.jobs.work import Work
from saishang.apps.notices.actions import remind
from saishang.apps.notices.kinds import DUE, NoticeKind, due_words, register, words_of
from saishang.apps.notices.models import Mail, Notice
from saishang.apps.notices.providers import _PROVIDERS as KNOWN
from saishang.apps.notices.providers import DueThing, Provider, provide
from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.errors import SaishangError
from saishang.rules import load_rules

pytestmark = pytest.mark.django_db
RULES = load_rules()
DUE_DAY = date(2026, 12, 31)


@pytest.fixture
def world() -> dict[str, User]:
    """A department with one reporter, one of another department, and a reviewer of the government above."""
    top = Organisation.objects.create(code="640000", kind="government", path="/640000/")
    people = {}
    for name, code, role in (
        ("reporter", "NX-STT", "reporter"), ("other", "NX-SLT", "reporter"), ("reviewer", "640000", "reviewer"),
        ("gone", "NX-STT", "reporter"),
    ):  # fmt: skip
        place = top
        if code != "640000":
            given = {"kind": "agency", "parent": top, "path": f"/640000/{code}/"}
            place, _new = Organisation.objects.get_or_create(code=code, defaults=given)
        people[name] = User.objects.create(username=name, role="member", email=f"{name}@example.org")
        last = date(2026, 12, 1) if name == "gone" else None
        Membership.objects.create(
            user=people[name], organisation=place, role=role, first=date(2020, 1, 1), last=last, granted_by="tests",
            reason="x",
        )  # fmt: skip
    return people


def source(name: str, *things: DueThing | Exception) -> None:
    def due(rules: Any, first: date, last: date) -> Iterator[DueThing]:
        for thing in things:
            if isinstance(thing, Exception):
                raise thing
            yield thing

    provide(Provider(name, due))


@pytest.fixture(autouse=True)
def only_ours() -> None:
    KNOWN.clear()
    register(NoticeKind("test.report", DUE.id, lambda params: due_words((params["zh"], params["zh"]), params)))


def report(action: str = "write_progress", code: str = "NX-STT", due: date = DUE_DAY, part: str = "") -> DueThing:
    return DueThing("test.report", ("t.Report", "7"), due, "/plan/", action, code, part, {"zh": "年度报告"})


def told() -> list[tuple[str, str]]:
    return [(row.person.username, words_of(row.kind, row.params)[0]) for row in Notice.objects.order_by("pk")]


def test_whoever_may_act_hears_on_the_days_of_the_plan(world: dict[str, User]) -> None:
    source("ours", report())
    # 30 December and 10 December, working days 1 and 15 before Thursday the 31st; 9 December is before all of them.
    assert remind(RULES, date(2026, 12, 9)).told == {"ours": 0}
    assert remind(RULES, date(2026, 12, 10)).told == {"ours": 1}
    assert remind(RULES, date(2026, 12, 10)).told == {"ours": 0}  # a job that is done again
    assert remind(RULES, date(2026, 12, 11)).told == {"ours": 0}  # the same stage
    assert remind(RULES, date(2026, 12, 30)).told == {"ours": 1}
    assert remind(RULES, date(2027, 1, 1)).told == {"ours": 1}
    assert told() == [
        ("reporter", "年度报告：2026-12-31 到期，提醒时还有 15 个工作日"),
        ("reporter", "年度报告：2026-12-31 到期，提醒时还有 1 个工作日"),
        ("reporter", "年度报告：2026-12-31 已到期，提醒时逾期 1 个工作日（节假日安排未知，按周末计）"),
    ]


def test_a_role_that_reaches_below_hears_too_and_one_that_has_ended_does_not(world: dict[str, User]) -> None:
    source("ours", report("review_progress"))
    assert remind(RULES, date(2026, 12, 31)).told == {"ours": 1}
    assert [name for name, _words in told()] == ["reviewer"]
    # A day on which the fourth person still had the role: a day of the plan before its end does not exist here.
    source("ours", report(due=date(2026, 12, 2)))
    assert remind(RULES, date(2026, 12, 1)).told == {"ours": 2}
    assert {name for name, _words in told()} == {"reviewer", "reporter", "gone"}


def test_a_due_day_that_is_put_off_begins_anew(world: dict[str, User]) -> None:
    source("ours", report())
    remind(RULES, date(2026, 12, 30))
    source("ours", report(due=date(2027, 1, 4)), report(due=date(2027, 1, 4), part="second"))
    assert remind(RULES, date(2026, 12, 31)).told == {"ours": 2}
    assert len({row.key for row in Notice.objects.all()}) == 3


def test_one_source_that_fails_takes_no_other_with_it(world: dict[str, User]) -> None:
    source("broken", report(), RuntimeError("a table is gone"))
    source("good", report("review_progress"))
    done = remind(RULES, DUE_DAY)
    assert done.told == {"broken": 1, "good": 1}
    assert done.failed == {"broken": "RuntimeError: a table is gone"}


def test_a_round_that_is_stopped_goes_on_where_it_was(world: dict[str, User]) -> None:
    """A cancelled job, or a worker that stops: what was told stays told, the rest comes with the next round."""

    class Stop(Exception):
        pass

    def stop(done: float) -> None:
        if Notice.objects.exists():
            raise Stop

    source("ours", *(report(part=str(n)) for n in range(450)))
    with pytest.raises(Stop):
        remind(RULES, DUE_DAY, progress=stop)
    assert Notice.objects.filter(person=world["reporter"]).count() == 200  # one batch
    assert remind(RULES, DUE_DAY).told == {"ours": 250}


def test_the_job_says_what_failed_after_everything_else_was_done(
    world: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    Membership.objects.filter(user=world["gone"]).delete()
    steps: list[str] = []
    monkeypatch.setattr(Work, "progress", lambda self, step, **more: steps.append(step))
    source("ours", report(due=today))
    kind = job_kinds()["remind"]
    assert kind.schedule is not None and kind.schedule.days == 1
    assert kind.work(Work(1)) == {"reminders": 1, "digests": 1}
    assert kind.work(Work(1)) == {"reminders": 0, "digests": 0}
    assert set(steps) == set(kind.steps)
    source("broken", RuntimeError("x"))
    source("ours", report(due=today, part="second"))
    with pytest.raises(SaishangError, match="1 of 2 sources") as caught:
        kind.work(Work(1))
    assert caught.value.code == "reminders-failed" and Notice.objects.count() == 2 and Mail.objects.count() == 2


def test_terms_of_registers_reach_whoever_keeps_them(two: tuple[User, User]) -> None:
    from saishang.apps.registers.reminders import PROVIDER

    provide(PROVIDER)
    editor = User.objects.create(username="editor", role="editor", email="editor@example.org")
    User.objects.create(username="viewer", role="viewer")
    User.objects.create(username="closed", role="editor", is_active=False)
    admin = User.objects.create(username="admin", role="admin")
    kind = kind_of(RULES, "waste_units")
    # A handler's licence ends on its day (waste_units.yaml); Friday 27 February 2026, with the worked Saturday after.
    told_of = {
        "code": "UNIT-1", "name": "试验处置单位", "region": "640104", "role": "handler", "licence_until": "2026-02-27",
        "categories": "HW08", "licence": "X-1", "licence_from": "2024-01-01", "capacity": "100",
    }  # fmt: skip
    made = add_entry("tests", kind, RULES, told_of, today=date(2026, 1, 5))
    # 25 February is two working days before, made up for the third: Tuesday 24, the first after the holidays.
    assert remind(RULES, date(2026, 2, 25)).told == {"registers": 2}
    assert {row.person_id for row in Notice.objects.all()} == {editor.pk, admin.pk}
    row = Notice.objects.filter(person=editor).get()
    assert (row.url, row.subject_id) == (f"/registers/waste_units/{made.pk}/", "waste_units/workshop")
    zh, en = words_of(row.kind, row.params)
    assert "UNIT-1" in zh and "还有 2 个工作日" in zh and "UNIT-1" in en and "2 working days left" in en
    # The first working day after is the Saturday that is worked.
    assert remind(RULES, date(2026, 2, 28)).told == {"registers": 2}
    assert "逾期 1 个工作日" in words_of(Notice.objects.latest("pk").kind, Notice.objects.latest("pk").params)[0]
    assert settings.CONFIG.rules_overlay is None
