"""Who hears of terms of registers: the owner's people and the place's government, one notice per register and day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from saishang.apps.notices.actions.remind import remind
from saishang.apps.notices.kinds import words_of
from saishang.apps.notices.models import Notice
from saishang.apps.notices.providers import provide
from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.reminders import PROVIDER, _due
from saishang.apps.registers.work import overdue
from saishang.rules import load_rules
from tests.work_world import make_people, make_tree

pytestmark = pytest.mark.django_db
RULES = load_rules()
PLOTS = kind_of(RULES, "construction_plots")
#: A plot that waits for its survey is asked for after 12 months: of 4 January 2026 on Monday 4 January 2027.
JAN, DUE = date(2026, 1, 4), date(2027, 1, 4)


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    made = {}
    for code in ("NX-STT", "640104", "640100", "NX-SLT"):
        made |= {f"{code} {role}": user for role, user in make_people(code).items()}
    made["editor"] = User.objects.create_user("editor", role="editor")
    return made


def plots(number: int, region: str = "640104", day: date = JAN) -> None:
    for place in range(number):
        given = {"code": f"{region}-{day:%m%d}-{place:03}", "name": "地块", "region": region, "area": "10"}
        add_entry("tests", PLOTS, RULES, given, today=day)


WRITERS = ("reporter", "reviewer", "head")


def test_the_owner_and_the_government_hear_once_of_many(people: dict[str, User]) -> None:
    provide(PROVIDER)
    plots(30)
    plots(2, "640202")
    told = remind(RULES, DUE).told["registers"]
    rows = list(Notice.objects.filter(kind="registers.term"))
    # Six people of two offices; nobody sits in 640202, its owner hears of those two as well.
    assert told == len(rows) == 6
    assert {row.person.username for row in rows} == {
        f"{code}-{role}" for code in ("NX-STT", "640104") for role in WRITERS
    }
    owner = next(row for row in rows if row.person.username == "NX-STT-head")
    mine = next(row for row in rows if row.person.username == "640104-head")
    assert owner.url == f"/registers/construction_plots/?due={DUE}"
    assert mine.url == f"/registers/construction_plots/?due={DUE}&region=640104"
    assert "32 条" in words_of(owner.kind, owner.params)[0] and "30 entries" in words_of(mine.kind, mine.params)[1]
    # Doing it again tells nobody twice.
    assert remind(RULES, DUE).told["registers"] == 0


def test_where_the_owner_has_nobody_the_workshop_hears(people: dict[str, User]) -> None:
    for role in WRITERS:
        people[f"NX-STT {role}"].memberships.all().delete()
    plots(1)
    things = list(_due(RULES, DUE, DUE))
    assert [(thing.organisation, thing.action) for thing in things] == [
        (None, "edit_registers"), ("640104", "propose_entries"),
    ]  # fmt: skip
    assert things[0].url.startswith("/registers/construction_plots/") and "?" not in things[0].url


def test_days_of_the_window_are_both_inclusive(people: dict[str, User]) -> None:
    plots(1)
    for first, last, found in (
        (DUE, DUE, 2), (DUE + timedelta(1), DUE + timedelta(9), 0), (DUE - timedelta(9), DUE - timedelta(1), 0),
    ):  # fmt: skip
        assert len(list(_due(RULES, first, last))) == found


def test_the_inbox_shows_what_is_overdue_of_the_own_registers(people: dict[str, User]) -> None:
    plots(3)
    plots(2, "640202", JAN - timedelta(1))

    def told(who: str, day: date) -> list[tuple[str, int, date, tuple[str, ...]]]:
        return [(one.kind.id, one.count, one.first, one.regions) for one in overdue(people[who], RULES, day)]

    late = DUE + timedelta(1)
    assert told("NX-STT reporter", late) == [("construction_plots", 5, DUE - timedelta(1), ())]
    assert told("640104 head", late) == [("construction_plots", 3, DUE, ("640104",))]
    # On the day itself it is not late yet.
    assert told("640104 head", DUE) == []
    for who in ("640100 head", "NX-SLT head", "640104 auditor", "NX-STT office", "editor"):
        assert told(who, late) == [], who
