"""The life of an item: every move from every state by every role, against a table written by hand."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.actions import move_item
from saishang.apps.execution.queries import ItemFilter, item, items
from saishang.apps.execution.queries_boards import counts
from saishang.apps.execution.refusals import NotAllowed, OldVersion, WorkRefused
from saishang.apps.execution.states import ITEM_MOVES, ITEM_STATES
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.models import User
from saishang.science.execution.standing import STANDINGS, standing
from tests.work_world import ROLES, doing, make_item, make_people, make_report, make_tree

pytestmark = pytest.mark.django_db
#: (state, move) → state after it. What is not here is refused.
LIFE = {
    ("draft", "propose"): "proposed", ("proposed", "withdraw"): "draft", ("draft", "assign"): "active",
    ("proposed", "assign"): "active", ("proposed", "return"): "draft", ("active", "finish"): "done",
    ("done", "verify"): "verified", ("done", "reject"): "active", ("verified", "reopen"): "active",
    ("active", "pause"): "paused", ("paused", "resume"): "active", ("draft", "drop"): "cancelled",
    ("proposed", "cancel"): "cancelled", ("active", "cancel"): "cancelled", ("paused", "cancel"): "cancelled",
}  # fmt: skip
#: Who makes it: whoever keeps the own list, or the leading group's office alone.
OWNERS = {"reporter", "reviewer", "head", "office"}
BY = {move: OWNERS if move in {"propose", "withdraw", "finish", "drop"} else {"office"} for _state, move in LIFE}
REASONS = {"return", "reject", "reopen", "pause", "drop", "cancel"}


def test_every_move_from_every_state_by_every_role() -> None:
    make_tree()
    people = make_people("640100")
    for state in ITEM_STATES:
        for move in {row.action for row in ITEM_MOVES}:
            for role in ROLES:
                row = make_item(f"T11-{state}-{move}-{role}", "640100", state=state, expected="水质达标")
                after = LIFE.get((state, move))
                allowed = after is not None and role in BY[move]
                if not allowed:
                    with pytest.raises(WorkRefused):
                        move_item(doing(people[role], "因为"), row.code, move, 1)
                    continue
                if move in REASONS:
                    with pytest.raises(WorkRefused) as found:
                        move_item(doing(people[role], " "), row.code, move, 1)
                    assert [fault.field for fault in found.value.faults] == ["reason"], (state, move)
                done = move_item(doing(people[role], "因为"), row.code, move, 1)
                assert (done.state, done.version) == (after, 2), (state, move, role)


def test_whoever_says_it_is_done_does_not_verify_it() -> None:
    make_tree()
    office, other = make_people("640000", ("office",))["office"], make_people("NX-STT", ("office",))["office"]
    row = make_item("T11-640100-001", "640100", expected="x")
    done = move_item(doing(office), row.code, "finish", 1, on=timezone.localdate() - timedelta(days=3))
    assert (done.finished, done.finished_by) == (timezone.localdate() - timedelta(days=3), "640000-office")
    with pytest.raises(NotAllowed, match="does not verify"):
        move_item(doing(office), row.code, "verify", 2)
    assert move_item(doing(other), row.code, "verify", 2).state == "verified"
    again = move_item(doing(other, "反弹"), row.code, "reopen", 3)
    assert (again.finished, again.finished_by) == (None, "")


def test_days_may_be_today_but_not_later_and_open_milestones_stop_the_end() -> None:
    make_tree()
    today = timezone.localdate()
    row = make_item("T11-640100-001", "640100", state="draft", assigned_on=None, milestones=(("完工", None, 1),))
    with pytest.raises(WorkRefused) as found:
        move_item(doing("tests"), row.code, "assign", 1, on=today + timedelta(days=1))
    assert [fault.field for fault in found.value.faults] == ["on"]
    assert move_item(doing("tests"), row.code, "assign", 1, on=today).assigned_on == today
    with pytest.raises(WorkRefused, match="'完工' is not reached"):
        move_item(doing("tests"), row.code, "finish", 2)
    row.milestones.update(reached=today)
    assert move_item(doing("tests"), row.code, "finish", 2).state == "done"
    with pytest.raises(OldVersion):
        move_item(doing("tests"), row.code, "verify", 2)
    with pytest.raises(WorkRefused, match="code of an item"):
        move_item(doing("tests"), "T11-NONE", "assign", 1)


def test_without_milestones_it_has_to_be_said_what_was_achieved() -> None:
    make_tree()
    row = make_item("T11-640100-001", "640100", expected=" ")
    with pytest.raises(WorkRefused) as found:
        move_item(doing("tests"), row.code, "finish", 1)
    assert [fault.field for fault in found.value.faults] == ["reason"]
    move_item(doing("tests", "建成 3 公里"), row.code, "finish", 1)
    entry = ActionLogEntry.objects.get()
    assert (entry.verb, entry.reason) == ("execution.finish_item", "建成 3 公里")
    assert (entry.before["state"], entry.after["state"], entry.after["code"]) == ("active", "done", row.code)


def test_standing_in_sql_is_the_standing_of_science() -> None:
    make_tree()
    today, soon = date(2026, 11, 30), 30
    days = [None, *(today + timedelta(days=n) for n in (-400, -1, 0, 1, 29, 30, 31, 400))]
    wanted = {}
    for state in ITEM_STATES:
        for s, start in enumerate(days):
            for d, due in enumerate(days):
                if start and due and due < start:
                    continue
                code = f"T11-{state}-{s}-{d}"
                make_item(code, "640100", state=state, start=start, due=due)
                wanted[code] = standing(state, start, due, today, soon)
    # 7 states × (1 + 8 + 8 + 36 pairs in order).
    assert len(wanted) == 7 * 53
    # Duties and others, reported on or not, with and without a due day, by the due day of a report never handed in.
    handed = timezone.now()
    for kind, cadence, due, owed in product(("duty", "measure", "action", "project"), ("", "year"),
                                            (None, today), (None, -400, -1, 0, 1)):  # fmt: skip
        for state in ("active", "paused"):
            code = f"T12-{kind}-{cadence}-{due}-{owed}-{state}"
            row = make_item(code, "640100", state=state, kind=kind, cadence=cadence, due=due)
            first, day = date(2024, 1, 1), None if owed is None else today + timedelta(days=owed)
            # Beside it lies one that was handed in, too late: it is owed no more.
            make_report(row, "2024", first, first, today - timedelta(days=500), submitted_at=handed, late=True)
            if day is not None:
                make_report(row, "2025", first, first, day)
            wanted[code] = standing(state, None, due, today, soon, kind=kind, cadence=cadence, report_due=day)
    found = {row.code: row.standing for row in items(Span(everything=True), ItemFilter(), today, soon)}
    assert found == wanted
    assert set(wanted.values()) == set(STANDINGS)
    # Of everybody and of few, counted and filtered: other questions to the database, the same answer.
    for span in (Span(everything=True), Span(own=frozenset({"/640000/640100/"}))):
        counted = counts(span, ItemFilter(), today, soon)
        for name in STANDINGS:
            listed = {row.code for row in items(span, ItemFilter(standing=name), today, soon)}
            assert listed == {code for code, seen in wanted.items() if seen == name}, name
            assert counted[name] == (len(listed), 0), name
    one = item("T11-active-0-2", today, soon)
    assert one is not None and one.standing == "late"
    assert item("T11-NONE", today, soon) is None


def test_filters_of_the_list() -> None:
    make_tree()
    today, everything = date(2026, 11, 30), Span(everything=True)
    make_item("T11-640100-001", "640100", title="管网改造", region="640100", due=date(2026, 12, 1), targets=["G1"])
    make_item(
        "T11-640104-001", "640104", content="再生水 管网", region="640104", start=date(2027, 1, 1), kind="project"
    )
    mine = make_item("T10-NX-STT-001", "NX-STT", programme="quality", due=date(2026, 1, 1), state="paused")
    mine.units.create(organisation=make_item("T10-640200-001", "640200").organisation, role="support")

    def codes(**wanted: object) -> set[str]:
        return {row.code for row in items(everything, ItemFilter(**wanted), today, 30)}  # type: ignore[arg-type]

    assert codes(text="管网") == {"T11-640100-001", "T11-640104-001"} and codes(text="管网 再生水") == {
        "T11-640104-001"
    }
    assert codes(task="T10") == {"T10-NX-STT-001", "T10-640200-001"} and codes(kind="project") == {"T11-640104-001"}
    assert codes(organisation="640100") == {"T11-640100-001", "T11-640104-001"}
    assert codes(unit="640200") == {"T10-NX-STT-001", "T10-640200-001"} and codes(programme="quality") == {mine.code}
    assert codes(region="640104", state="active") == {"T11-640104-001"} and codes(target="G1") == {"T11-640100-001"}
    assert codes(due_from=date(2026, 12, 1)) == codes(due_to=date(2026, 12, 1)) - {mine.code} == {"T11-640100-001"}
    assert codes(year=2026) == {"T11-640100-001", mine.code, "T10-640200-001"}
    assert codes(standing="due_soon") == {"T11-640100-001"}


def test_who_sees_an_item() -> None:
    make_tree()
    row = make_item("T10-NX-STT-001", "NX-STT")
    make_item("T10-640200-001", "640200")
    city: User = make_people("640100", ("reporter",))["reporter"]
    from saishang.apps.execution.permits import may_item
    from saishang.apps.organisations.access import reach

    def seen() -> set[str]:
        return {one.code for one in items(reach(city, "view_internal"), ItemFilter(), date(2026, 11, 30), 30)}

    assert seen() == set() and not may_item(city, "view_internal", row.code)
    row.units.create(organisation=city.memberships.get().organisation, role="support")
    assert seen() == {row.code} and may_item(city, "view_internal", row.code)
    assert not may_item(city, "edit_items", row.code) and not may_item(city, "view_internal", "T10-NONE")
