"""Many entries at once: what a trial tells is what is written, refusals stay, a batch is taken back as one."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.models import User
from saishang.apps.registers import queries
from saishang.apps.registers.actions import BulkWish, add_entry, bulk_edit, change_entry, undo_batch, withdraw_entry
from saishang.apps.registers.actions.bulk import MOST_AT_ONCE, bulk_fields, bulk_moves
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.book import sums
from saishang.apps.registers.kinds import kind_of, kinds
from saishang.apps.registers.models import Entry, Version
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import read_place_text
from saishang.science.register.sums import NOTHING

pytestmark = pytest.mark.django_db
RULES = load_rules()
PLOTS = kind_of(RULES, "construction_plots")
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))
#: A kind with moves that need no paper.
MOVING = next(kind for kind in kinds(RULES).values() if kind.id == "noise_stations")


def plot(letter: str, day: date = JAN, **more: str) -> Entry:
    given = {"code": f"PLOT-{letter}", "name": letter, "region": "640104", "area": "10", "former_use": "coking"}
    return add_entry("tests", PLOTS, RULES, given | more, today=day)


def edit(rows: list[Entry], wish: BulkWish, *, today: date = MAR, dry_run: bool = False, actor: object = "tests",
         seen: bool = False, kind: Kind = PLOTS):  # type: ignore[no-untyped-def]  # fmt: skip
    chosen = [(row.pk, row.number if seen else None) for row in rows]
    return bulk_edit(actor, kind, RULES, chosen, wish, today=today, reason="核对", dry_run=dry_run)


def test_a_trial_tells_what_is_written_then_and_writes_nothing() -> None:
    rows = [plot("A"), plot("B", former_use="metal"), plot("C", FEB)]
    withdraw_entry("tests", PLOTS, rows[1].pk, number=None, today=FEB, reason="重复")
    tried = edit(rows, BulkWish("former_use", "metal"), dry_run=True)
    assert [(one.key, one.before, one.after) for one in tried.changes] == [
        ("PLOT-A", "coking", "metal"), ("PLOT-C", "coking", "metal")]  # fmt: skip
    assert [(one.key, one.message) for one in tried.refusals] == [("PLOT-B", "a withdrawn entry is not changed")]
    assert Version.objects.count() == 4 and not ActionLogEntry.objects.filter(verb="registers.bulk_edit").exists()
    done = edit(rows, BulkWish("former_use", "metal"))
    assert (done.changes, done.refusals, done.unchanged) == (tried.changes, tried.refusals, 0)
    assert {row.key for row in Entry.objects.filter(values__former_use="metal")} == {"PLOT-A", "PLOT-B", "PLOT-C"}
    written = Version.objects.filter(batch=done.batch)
    assert {(row.number, row.action, row.reason, row.effective) for row in written} == {(2, "change", "核对", MAR)}
    logged = ActionLogEntry.objects.get(verb="registers.bulk_edit").after
    assert logged is not None and (logged["changed"], logged["refused"], logged["field"]) == (2, 1, "former_use")
    assert not list(queries.unlogged_versions())
    verify_chain()


def test_only_what_was_seen_is_written() -> None:
    rows = [plot("A"), plot("B")]
    given = {"code": "PLOT-A", "name": "other", "region": "640104", "area": "10"}
    change_entry("tests", PLOTS, RULES, rows[0].pk, given, number=None, today=FEB)
    done = edit(rows, BulkWish("former_use", "metal"), seen=True)
    assert [one.key for one in done.changes] == ["PLOT-B"]
    assert [one.message for one in done.refusals] == ["somebody changed this entry since it was looked at"]


def test_each_value_is_read_as_a_form_reads_it() -> None:
    rows = [plot("A"), plot("B", area="20")]
    assert {one.field for one in edit(rows, BulkWish("area", "viel")).refusals} == {"area"}
    # What is asked for cannot be emptied; what is the same already is not written.
    assert [one.message for one in edit(rows, BulkWish("area", "")).refusals] == ["a value is required here"] * 2
    same = edit(rows, BulkWish("area", "20"))
    assert (same.unchanged, [one.after for one in same.changes]) == (1, ["20"])
    emptied = edit(rows, BulkWish("former_use", ""))
    assert [one.after for one in emptied.changes] == [None, None]
    # The days of an entry never run backwards, and none lies ahead.
    late = edit(rows, BulkWish("address", "x", effective=FEB))
    assert len(late.refusals) == 2 and not late.changes
    assert len(edit(rows, BulkWish("address", "x", effective=APR)).refusals) == 2
    assert not edit(rows, BulkWish("address", "x", effective=MAR)).refusals


def test_keys_names_and_computed_fields_are_nothing_that_many_share() -> None:
    row = plot("A")
    for wish in (BulkWish("code", "X"), BulkWish("name", "X"), BulkWish("nothing", "X"), BulkWish(), BulkWish(move="x"),
                 BulkWish("area", "1", move="survey_within")):  # fmt: skip
        with pytest.raises(EntryRefused):
            edit([row], wish)
    for kind in kinds(RULES).values():
        offered = {known.id for known in bulk_fields(kind, kind.fields.values())}
        assert not offered & ({kind.key, kind.title} | {f.id for f in kind.fields.values() if f.unique or f.compute})


def test_who_may_and_how_many() -> None:
    row = plot("A")
    viewer = User.objects.create_user("viewer", role="viewer")
    with pytest.raises(EntryRefused, match="may not change registers"):
        edit([row], BulkWish("area", "1"), actor=viewer, dry_run=True)
    with pytest.raises(EntryRefused, match="needs a reason"):
        bulk_edit("tests", PLOTS, RULES, [(row.pk, None)], BulkWish("area", "1"), today=MAR, reason=" ")
    for number in (0, MOST_AT_ONCE + 1):
        with pytest.raises(EntryRefused, match=f"got {number}"):
            bulk_edit("tests", PLOTS, RULES, [(row.pk, None)] * number, BulkWish("area", "1"), today=MAR, reason="x")
    other = kind_of(RULES, "radioactive_sources")
    # An entry of another register is none of this one.
    told = edit([row], BulkWish("room", "x"), kind=other)
    assert [one.message for one in told.refusals] == ["there is no such entry in this register"] and not told.changes


def test_a_batch_is_taken_back_as_one_and_the_sums_with_it() -> None:
    rows = [plot("A"), plot("B")]
    before = sums(PLOTS)
    done = edit(rows, BulkWish("region", "640202"))
    assert {place.region for place, part in sums(PLOTS).items() if part.counted} == {"640202"}
    assert undo_batch("tests", PLOTS, done.batch, today=APR, reason="误改") == (2, 0)
    assert {place: part for place, part in sums(PLOTS).items() if part != NOTHING} == before
    assert {row.region for row in Entry.objects.all()} == {"640104"}


def station(number: int, day: date = JAN) -> Entry:
    given = {"code": f"ST-{number:03}", "name": "站", "region": "640100", "zone": "2"}
    for known in MOVING.fields.values():
        if known.required is True and known.id not in given:
            given[known.id] = known.choices[0].id if known.choices else "2020-01-01" if known.type == "date" else "1"
    return add_entry("tests", MOVING, RULES, given, today=day, place=read_place_text("106.2, 38.4", "point"))


def test_a_move_that_needs_no_paper_is_made_and_taken_back() -> None:
    # By the table: suspend from in_use, resume from suspended, close asks for a decision.
    assert set(bulk_moves(MOVING)) == {"suspend", "resume"} and not bulk_moves(PLOTS)
    rows = [station(1), station(2), station(3, APR)]
    with pytest.raises(EntryRefused, match="needs no document"):
        edit(rows, BulkWish(move="close"), kind=MOVING)
    done = edit(rows[:2], BulkWish(move="suspend", effective=FEB), kind=MOVING)
    assert [(one.before, one.after) for one in done.changes] == [("in_use", "suspended")] * 2
    row = Entry.objects.get(pk=rows[0].pk)
    assert (row.state, row.since, row.versions.get(number=2).action) == ("suspended", FEB, "move:suspend")
    # From where the move is not possible, and before an entry's last step.
    again = edit(rows, BulkWish(move="suspend", effective=MAR), kind=MOVING, today=APR)
    assert [one.key for one in again.refusals] == ["ST-001", "ST-002", "ST-003"] and not again.changes
    assert undo_batch("tests", MOVING, done.batch, today=APR, reason="误改") == (2, 0)
    assert set(Entry.objects.filter(kind=MOVING.id).values_list("state", flat=True)) == {"in_use"}
