"""A kind that changes while entries exist: nothing is lost or judged by two rules, past days stay what they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.registers import book, planning, queries
from saishang.apps.registers.actions import (
    EntryFaults,
    MigrationRefused,
    add_entry,
    change_entry,
    migrate_kind,
    restore_entry,
    settle,
    undo_entry,
    withdraw_entry,
)
from saishang.apps.registers.actions.write import EntryRefused, draft_of, step
from saishang.apps.registers.kinds import described, kind_of, kind_on, kinds
from saishang.apps.registers.models import Description, Entry, Version
from saishang.apps.registers.planning import misfits, plan_of, waiting
from saishang.apps.registers.queries import Filter
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.stored import to_document
from saishang.science.register.sums import figure_sum
from saishang.science.register.values import as_text
from tests.registers_changed import BASE, NAME, changed, held_by_the_rules, read, with_field, without

RULES = load_rules()
TODAY = timezone.localdate()
BEGUN, PAST = TODAY - timedelta(days=300), TODAY - timedelta(days=30)
CHOICES = BASE["fields"][4]["choices"]
FEWER = {
    "start": "found", "states": [state for state in BASE["life"]["states"] if state["id"] != "listed"],
    "transitions": [{"action": "keep", "from": ["found"], "to": "kept", "zh": "保留", "en": "keep"},
                    {"action": "close", "from": ["found", "kept"], "to": "closed", "zh": "关闭", "en": "close"}],
}  # fmt: skip
pytestmark = pytest.mark.django_db


class Site:
    """The rules of a site, which can be exchanged."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.rules(BASE)

    def rules(self, document: Mapping[str, Any] | None) -> None:
        self.stack.enter_context(held_by_the_rules(document))

    def add(self, code: str, state: str = "", on: date = BEGUN, **given: str) -> Entry:
        values = {"code": code, "name": f"棚 {code}", "region": "640104"} | given
        return add_entry("tests", self.kind, RULES, values, today=TODAY, effective=on, state=state, reason="tests")

    def change(self, row: Entry, **given: str) -> Entry | None:
        whole = {name: as_text(value) for name, value in Entry.objects.get(pk=row.pk).values.items()} | given
        return change_entry("tests", self.kind, RULES, row.pk, whole, number=None, today=TODAY, reason="tests")

    def migrate(self, **more: Any) -> Any:
        return migrate_kind("tests", RULES, NAME, today=TODAY, reason="新规定", **more)

    @property
    def kind(self) -> Kind:
        return kind_of(RULES, NAME)


@pytest.fixture
def site() -> Iterator[Site]:
    with ExitStack() as stack:
        yield Site(stack)


def figure(kind: Kind, name: str, on: date | None = None) -> tuple[Any, Any]:
    """A figure of the county, by counting and by sums."""
    counted = queries.figures(kind, RULES, queries.entries(kind, Filter(on=on)), ["640104"])[name]["640104"]
    parts = {
        place.region: part
        for place, part in book.sums(kind, on).items()
        if place.figure == name and place.region == "640104"
    }
    return counted.rounded, figure_sum(kind.figures[name], parts, ["640104"]).rounded


def clean() -> None:
    """The audit sees nothing wrong."""
    assert list(queries.unlogged_versions()) == []
    assert list(verify_chain()) == []


def test_every_version_names_its_description_and_the_table_is_append_only(site: Site) -> None:
    row = site.add("S1")
    first = Description.objects.get(kind=NAME)
    assert (first.number, first.epoch, first.assumed, first.actor_name) == (1, 1, False, "tests")
    assert row.description_id == row.versions.get().description_id == first.pk
    assert first.rules == RULES.digest and '"zh":"铁皮"' in first.document
    for sql in ("update registers_description set reason = 'x'", "delete from registers_description"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(sql)


def test_a_harmless_change_is_adopted_with_the_next_change_and_logged(site: Site) -> None:
    row = site.add("S1")
    site.rules(with_field("note", zh="备注", en="Note"))
    assert not site.kind.pending and "note" in site.kind.fields  # at once, for whoever looks
    assert Description.objects.count() == 1
    site.change(row, note="好")
    assert [(d.number, d.epoch) for d in Description.objects.order_by("number")] == [(1, 1), (2, 1)]
    assert ActionLogEntry.objects.filter(verb="registers.adopt").count() == 1
    assert [v.description.number for v in row.versions.order_by("number")] == [1, 2]
    clean()


def test_settle_adopts_what_needs_nothing_and_leaves_the_rest(site: Site) -> None:
    site.add("S1", area="50")
    site.rules(with_field("area", max=100))
    assert site.kind.pending and site.kind.fields["area"].most == 1000  # nobody has looked at the entries yet
    assert settle("tests", RULES) == [NAME] and settle("tests", RULES) == []
    assert not site.kind.pending and site.kind.fields["area"].most == 100
    assert Entry.objects.get(key="S1").number == 1  # nothing was written
    site.rules(with_field("area", max=49))
    assert settle("tests", RULES) == [] and site.kind.pending and site.kind.fields["area"].most == 100
    clean()


def test_a_field_that_is_not_public_any_more_is_not_found(site: Site) -> None:
    row = site.add("S1", keeper="张三丰")
    assert "张三丰" in Entry.objects.get(pk=row.pk).words
    site.rules(with_field("keeper", public=False))
    assert settle("tests", RULES) == [NAME]
    assert "张三丰" not in Entry.objects.get(pk=row.pk).words and "s1" in Entry.objects.get(pk=row.pk).words


def test_until_it_is_migrated_the_old_description_is_in_force(site: Site) -> None:
    row = site.add("S1", area="200")
    site.rules(changed(fields={"area": {"max": 100}, "note": {"required": True}}))
    assert site.kind.pending and "note" not in site.kind.fields
    assert [kind.id for kind in waiting(RULES)] == [NAME]
    site.change(row, area="300")
    site.add("S2", area="900")
    assert Version.objects.filter(description__number=1).count() == 3
    with pytest.raises(EntryFaults):
        site.add("S3", area="1001")


def test_a_new_required_field(site: Site) -> None:
    site.add("S1")
    site.rules(with_field("note", required=True))
    plan = plan_of(RULES, NAME)
    assert plan is not None and not plan.possible and plan.counts == {"stays": 0, "written": 0, "kept": 0, "refused": 1}
    assert [(one.key, one.faults[0].field) for one in plan.misfits] == [("S1", "note")]
    with pytest.raises(MigrationRefused, match="S1 does not fit"):
        site.migrate()
    assert Description.objects.count() == 1 and Entry.objects.get(key="S1").number == 1
    site.rules(with_field("note", required=True) | {"changes": {"fields": {"note": {"for_existing": "未登记"}}}})
    done = site.migrate()
    assert (done.number, done.entries, done.written, done.kept) == (2, 1, 1, 0)
    row = Entry.objects.get(key="S1")
    assert row.values["note"] == "未登记" and row.versions.get(number=2).action == "migrate" and row.effective == TODAY
    assert "note" not in row.versions.get(number=1).values
    assert ActionLogEntry.objects.filter(verb="registers.migrate", reason="新规定").count() == 1
    clean()


def test_old_entries_that_are_kept(site: Site) -> None:
    kept, fits = site.add("S1"), site.add("S2", keeper="张三")
    site.rules(with_field("keeper", required=True) | {"changes": {"old_entries": "keep"}})
    plan = plan_of(RULES, NAME)
    assert plan is not None and plan.possible and not plan.needs_nothing
    assert plan.counts == {"stays": 1, "written": 0, "kept": 1, "refused": 0}
    assert (site.migrate().kept, site.kind.pending) == (1, False)
    with pytest.raises(EntryFaults) as asked:  # the form asks for it at the next change
        site.change(kept, area="3")
    assert [fault.field for fault in asked.value.faults] == ["keeper"]
    assert site.change(kept, area="3", keeper="李四") is not None
    assert Entry.objects.get(pk=fits.pk).number == 1
    assert [v.description.number for v in kept.versions.order_by("number")] == [1, 2]
    clean()


def test_a_state_that_goes_keeps_its_name_and_past_days_their_figures(site: Site) -> None:
    listed = site.add("S1", "listed", area="10", sort="tin")
    site.add("S2", "kept", area="20")
    withdrawn = site.add("S3", "listed")
    withdraw_entry("tests", site.kind, withdrawn.pk, number=None, today=PAST, reason="tests")
    before = {name: figure(site.kind, name, PAST) for name in site.kind.figures}
    assert before["kept"] == (1, 1)
    site.rules(changed(life=FEWER))
    with pytest.raises(MigrationRefused, match="S1 does not fit"):
        site.migrate()
    site.rules(changed(life=FEWER, changes={"states": {"listed": "kept"}}))
    done = site.migrate()
    assert (done.entries, done.written) == (3, 3)
    # Today both are kept; on a past day one was, by counting and by sums.
    assert figure(site.kind, "kept") == (2, 2)
    assert {name: figure(site.kind, name, PAST) for name in site.kind.figures} == before
    assert site.kind.epoch == 2 and site.kind.known_state("listed").zh == "列管"  # type: ignore[union-attr]
    history = queries.history(site.kind, listed.pk)
    assert [(step.action, step.content.state) for step in history] == [("migrate", "kept"), ("add", "listed")]
    own = described(site.kind, RULES, history[1].content.description)
    assert own.life is not None and own.life.state("listed").zh == "列管"
    assert kind_on(site.kind, RULES, PAST).life.states.keys() == {"found", "listed", "kept", "closed"}  # type: ignore[union-attr]
    assert kind_on(site.kind, RULES, TODAY) == site.kind
    # The state began when it began: a mapping is no move.
    assert Entry.objects.get(pk=listed.pk).since == BEGUN
    restore_entry("tests", site.kind, withdrawn.pk, number=None, today=TODAY, reason="tests")
    assert Entry.objects.get(pk=withdrawn.pk).state == "kept" and figure(site.kind, "kept") == (3, 3)
    clean()


def test_a_unit_is_converted_and_past_days_are_told_in_the_unit_of_today(site: Site) -> None:
    site.add("S1", area="12.5")
    site.add("S2", area="0.5", region="640105")
    hectares = figure(site.kind, "area", PAST)
    assert [str(value) for value in hectares] == ["12.5", "12.5"]
    square = changed(
        fields={"area": {"unit": "m2", "max": None}},
        figures=[BASE["figures"][0], BASE["figures"][1] | {"unit": "m2"}, BASE["figures"][2]],
        changes={"fields": {"area": {"factor": "10000"}}},
    )  # fmt: skip
    site.rules(square | {"changes": {"fields": {"sort": {"becomes": {"stone": "tin"}}}}})
    with pytest.raises(MigrationRefused, match="cannot be made"):
        site.migrate()
    site.rules(square)
    site.migrate()
    assert Entry.objects.get(key="S1").values["area"] == "125000"
    assert Entry.objects.get(key="S1").versions.get(number=1).values["area"] == "12.5"
    for on in (None, TODAY, PAST):
        assert [str(value) for value in figure(site.kind, "area", on)] == ["125000.0", "125000.0"]
    # A later change of meaning does not lose the factor, and the name of the field may change.
    renamed = changed(
        fields={"area": {"unit": "m2", "max": None, "id": "ground"}},
        figures=[BASE["figures"][0], BASE["figures"][1] | {"unit": "m2", "field": "ground"}, BASE["figures"][2]],
        changes={"fields": {"ground": {"was": "area"}}},
    )  # fmt: skip
    site.rules(renamed)
    site.migrate()
    assert site.kind.epoch == 3
    for on in (None, TODAY, PAST):
        assert [str(value) for value in figure(site.kind, "area", on)] == ["125000.0", "125000.0"]
    clean()


def test_a_choice_that_goes_shows_its_name_and_a_kept_entry_counts_as_it_did(site: Site) -> None:
    from saishang.science.register.values import shown

    site.add("S1", sort="stone")
    site.add("S2", sort="tin")
    gone = with_field("sort", choices=CHOICES[:2])
    site.rules(gone)
    assert plan_of(RULES, NAME).counts["refused"] == 1  # type: ignore[union-attr]
    site.rules(gone | {"changes": {"old_entries": "keep"}})
    assert (site.migrate().kept, site.kind.epoch) == (1, 2)
    assert (
        shown(site.kind.fields["sort"], "stone") == "石" and shown(site.kind.fields["sort"], "stone", "en") == "stone"
    )
    assert [str(value) for value in figure(site.kind, "tin_share")] == ["50.0", "50.0"]
    with pytest.raises(EntryFaults):
        site.change(Entry.objects.get(key="S1"), area="1")
    site.change(Entry.objects.get(key="S1"), sort="wood")
    assert [str(value) for value in figure(site.kind, "tin_share")] == ["50.0", "50.0"]
    clean()


def test_a_figure_that_an_earlier_period_did_not_have_is_not_known_there(site: Site) -> None:
    site.add("S1", "listed", sort="tin")
    more = [
        *BASE["figures"],
        {"id": "tin", "zh": "铁皮数", "en": "Tin", "measure": "count", "where": {"sort": ["tin"]}},
    ]
    site.rules(changed(life=FEWER, figures=more, changes={"states": {"listed": "found"}}))
    site.migrate()
    assert figure(site.kind, "tin") == (1, 1)
    assert figure(site.kind, "tin", PAST) == (None, None)
    # Without a change of meaning it counts for all days.
    site.rules(changed(life=FEWER, figures=[*more, more[-1] | {"id": "iron"}], changes={"states": {"listed": "found"}}))
    assert figure(site.kind, "iron", TODAY) == (1, 1)


def test_a_field_that_goes_stays_in_old_versions(site: Site) -> None:
    row = site.add("S1", keeper="张三")
    site.rules(without("keeper"))
    assert [fault.field for fault in plan_of(RULES, NAME).misfits[0].faults] == ["keeper"]  # type: ignore[union-attr]
    site.rules(without("keeper") | {"changes": {"gone": ["keeper"]}})
    site.migrate()
    assert "keeper" not in Entry.objects.get(pk=row.pk).values
    old = queries.history(site.kind, row.pk)[-1].content
    own = described(site.kind, RULES, old.description)
    assert (own.fields["keeper"].zh, old.values["keeper"]) == ("管护人", "张三")


def test_another_key_and_unique_values(site: Site) -> None:
    site.add("S1", name="甲")
    site.add("S2", name="甲")
    site.rules(changed(key="name"))
    plan = plan_of(RULES, NAME)
    assert plan is not None and [(one.key, one.faults[0].field) for one in plan.misfits] == [("S2", "name")]
    site.rules(with_field("name", unique=True))
    assert [one.key for one in plan_of(RULES, NAME).misfits] == ["S2"]  # type: ignore[union-attr]
    site.rules(BASE)
    site.change(Entry.objects.get(key="S2"), name="乙")
    site.rules(changed(key="name"))
    site.migrate()
    assert sorted(Entry.objects.filter(kind=NAME).values_list("key", flat=True)) == ["乙", "甲"]
    clean()


def test_no_change_is_taken_back_into_an_earlier_description(site: Site) -> None:
    row = site.add("S1", "listed")
    site.rules(changed(life=FEWER, changes={"states": {"listed": "kept"}}))
    site.migrate()
    with pytest.raises(EntryRefused, match="earlier description"):
        undo_entry("tests", site.kind, row.pk, number=None, today=TODAY, reason="tests")
    site.change(row, area="5")
    assert undo_entry("tests", site.kind, row.pk, number=None, today=TODAY, reason="tests").values["area"] is None


def test_a_file_that_is_gone_leaves_the_register_readable_and_closed(site: Site) -> None:
    row = site.add("S1", "kept", area="5")
    site.rules(None)
    assert site.kind.closed and [kind.id for kind in waiting(RULES)] == [NAME]
    assert [view.key for view in queries.entries(site.kind)] == ["S1"]
    assert figure(site.kind, "kept") == (1, 1)
    for refused in (lambda: site.add("S2"), lambda: site.change(row, area="6")):
        with pytest.raises(EntryRefused, match="closed"):
            refused()
    with pytest.raises(MigrationRefused):
        site.migrate()
    site.rules(BASE)
    assert not site.kind.closed and site.change(row, area="6") is not None


def test_a_process_with_older_rules_follows_the_table(site: Site) -> None:
    old_page = site.kind
    site.add("S1")
    site.rules(with_field("name", zh="名字"))
    site.add("S2")
    assert Description.objects.count() == 2
    # A process that still has the older file: it does not bring it back, and reads by the table.
    site.rules(BASE)
    assert site.kind.pending and site.kind.fields["name"].zh == "名字"
    site.add("S3")
    assert Description.objects.count() == 2
    # What was checked by a page of before is refused, not written by another rule.
    with pytest.raises(EntryRefused, match="changed meanwhile") as told:
        add_entry("tests", old_page, RULES, {"code": "S4", "name": "x", "region": "640104"}, today=TODAY)
    assert told.value.code == "description-changed"
    # On purpose it can be brought back.
    site.migrate()
    assert not site.kind.pending and site.kind.fields["name"].zh == "名称" and Description.objects.count() == 3


def test_what_was_in_force_at_a_moment(site: Site) -> None:
    site.add("S1", "listed")
    before = timezone.now()
    site.rules(changed(life=FEWER, changes={"states": {"listed": "kept"}}))
    site.migrate()
    assert "listed" in kinds(RULES, before)[NAME].life.states  # type: ignore[union-attr]
    assert "listed" not in kinds(RULES)[NAME].life.states  # type: ignore[union-attr]
    then = queries.entries(kinds(RULES, before)[NAME], Filter(on=TODAY, known_at=before))
    assert [(view.state, view.epoch) for view in then] == [("listed", 1)]


def test_who_may_and_why(site: Site, django_user_model: Any) -> None:
    site.add("S1")
    site.rules(with_field("note", required=True) | {"changes": {"fields": {"note": {"for_existing": "无"}}}})
    viewer = django_user_model.objects.create_user("looks", role="viewer")
    with pytest.raises(MigrationRefused) as told:
        migrate_kind(viewer, RULES, NAME, today=TODAY, reason="x")
    assert told.value.code == "not-permitted"
    with pytest.raises(MigrationRefused, match="needs a reason"):
        migrate_kind("tests", RULES, NAME, today=TODAY, reason=" ")
    site.migrate()
    with pytest.raises(MigrationRefused) as again:
        site.migrate()
    assert again.value.code == "nothing-to-do"


def test_entries_from_before_the_table_are_read_by_the_first_description(site: Site) -> None:
    said: dict[str, Any] = {
        "number": 1, "key": "S1", "title": "一号", "region": "640104", "state": "listed", "since": BEGUN,
        "effective": BEGUN, "recorded_at": timezone.now(),
        "values": {"code": "S1", "name": "一号", "region": "640104", "area": None, "sort": None, "keeper": None},
    }  # fmt: skip
    row = Entry.objects.create(kind=NAME, words="s1", **said)
    Version.objects.create(entry=row, action="add", actor_name="tests", **said)
    assert settle("tests", RULES) == [NAME]
    first = Description.objects.get(kind=NAME)
    assert first.assumed
    assert to_document(described(site.kind, RULES, None)) == to_document(read(BASE))
    site.rules(changed(life=FEWER, changes={"states": {"listed": "kept"}}))
    site.migrate()
    assert [v.epoch for v in row.versions.order_by("number")] == [1, 2]


def test_narrower_bounds(site: Site) -> None:
    """At the bound it fits, beyond it does not; what is kept is asked for at its next change."""
    for code, area in (("S1", "99.9"), ("S2", "100"), ("S3", "100.1"), ("S4", "")):
        site.add(code, area=area)
    narrow = with_field("area", max=100)
    site.rules(narrow)
    plan = plan_of(RULES, NAME)
    assert plan is not None and [(one.key, one.faults[0].field, one.faults[0].content) for one in plan.misfits] == [
        ("S3", "area", "100.1")
    ]
    assert plan.counts == {"stays": 3, "written": 0, "kept": 0, "refused": 1} and not plan.possible
    with pytest.raises(MigrationRefused, match="S3 does not fit"):
        site.migrate()
    assert Description.objects.count() == 1
    site.rules(narrow | {"changes": {"old_entries": "keep"}})
    assert (site.migrate().kept, site.kind.fields["area"].most) == (1, 100)
    kept = Entry.objects.get(key="S3")
    own = described(site.kind, RULES, kept.description_id)
    assert (kept.number, own.fields["area"].most) == (1, 1000)
    with pytest.raises(EntryFaults):
        site.change(kept, keeper="李四")
    assert site.change(kept, keeper="李四", area="100") is not None
    clean()


def test_a_renamed_field_and_the_day_before(site: Site) -> None:
    row = site.add("S1", keeper="张三")
    site.rules(changed(fields={"keeper": {"id": "warden"}}))  # without `was` it is one that goes and one that comes
    assert plan_of(RULES, NAME).counts["refused"] == 1  # type: ignore[union-attr]
    site.rules(changed(fields={"keeper": {"id": "warden"}}, changes={"fields": {"warden": {"was": "keeper"}}}))
    plan = plan_of(RULES, NAME)
    assert plan is not None and plan.possible and [change.what for change in plan.changes] == ["field_renamed"]
    site.migrate()
    assert Entry.objects.get(pk=row.pk).values["warden"] == "张三"
    assert "keeper" not in Entry.objects.get(pk=row.pk).values
    [then] = queries.entries(kind_on(site.kind, RULES, PAST), Filter(on=PAST))
    assert then.values["keeper"] == "张三" and "warden" not in then.values
    old = queries.history(site.kind, row.pk)[-1].content
    assert described(site.kind, RULES, old.description).fields["keeper"].zh == "管护人"
    clean()


def test_a_code_that_goes_and_what_it_becomes(site: Site) -> None:
    site.add("S1", sort="stone")
    site.rules(
        with_field("sort", choices=CHOICES[:2]) | {"changes": {"fields": {"sort": {"becomes": {"stone": "tin"}}}}}
    )
    site.migrate()
    assert Entry.objects.get(key="S1").values["sort"] == "tin"
    [then] = queries.entries(kind_on(site.kind, RULES, PAST), Filter(on=PAST))
    assert then.values["sort"] == "stone" and [str(one) for one in figure(site.kind, "tin_share", PAST)] == ["0.0"] * 2
    assert [str(one) for one in figure(site.kind, "tin_share")] == ["100.0"] * 2
    clean()


def test_what_only_one_may_have_is_known_over_all_batches(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    long = "长" * 300
    length = {"length": 400}
    site.rules(changed(fields={"keeper": length}))
    for code, keeper in (("S1", "甲"), ("S2", long), ("S3", ""), ("S4", "乙"), ("S5", "甲"), ("S6", long), ("S7", "")):
        site.add(code, keeper=keeper)
    gone = site.add("S8", keeper="乙")
    withdraw_entry("tests", site.kind, gone.pk, number=None, today=TODAY, reason="tests")
    site.rules(changed(fields={"keeper": length | {"unique": True}}))
    plan = plan_of(RULES, NAME)
    # One that was withdrawn and an empty value are in nobody's way.
    assert plan is not None and [(one.key, one.faults[0].message) for one in plan.misfits] == [
        ("S5", "the entry S1 has this value already, and only one may"),
        ("S6", "the entry S2 has this value already, and only one may"),
    ]
    assert [row.key for row, _faults in misfits(RULES, plan)] == ["S5", "S6"]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relname like 'registers_looked%'")
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("batch", [2, 1000])
def test_keys_that_change_places(site: Site, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """The new key of one entry is the old key of another, in the same batch and in a later one."""
    monkeypatch.setattr(planning, "AT_ONCE", batch)
    for code, name in (("S1", "S2"), ("S2", "S3"), ("S3", "S1"), ("S4", "S4"), ("S5", "S6")):
        site.add(code, name=name)
    site.rules(changed(key="name"))
    assert site.migrate().written == 5
    assert dict(Entry.objects.filter(kind=NAME).values_list("values__code", "key")) == {
        "S1": "S2", "S2": "S3", "S3": "S1", "S4": "S4", "S5": "S6",
    }  # fmt: skip
    clean()


def test_another_register_is_named(site: Site) -> None:
    plots = kind_of(RULES, "construction_plots")
    given = {"code": "PLOT-1", "name": "地块", "region": "640302", "area": "10", "former_use": "coking"}
    add_entry("tests", plots, RULES, given, today=TODAY)
    site.rules(with_field("keeper", type="entry", of="construction_plots"))
    site.add("S1", keeper="PLOT-1")
    site.add("S2")
    site.rules(with_field("keeper", type="entry", of="green_buildings"))
    plan = plan_of(RULES, NAME)
    assert plan is not None and [(one.key, one.faults[0].message) for one in plan.misfits] == [
        ("S1", "expected the key of an entry of the register green_buildings, got 'PLOT-1'")
    ]


def test_places_that_go_stay_in_old_versions(site: Site) -> None:
    from saishang.science.register.places import read_place_text

    site.rules(changed(place="point"))
    row = add_entry("tests", site.kind, RULES, {"code": "S1", "name": "x", "region": "640104"}, today=TODAY,
                    effective=BEGUN, place=read_place_text("106.2, 38.5", "point"), reason="tests")  # fmt: skip
    assert Entry.objects.get(pk=row.pk).cell is not None
    site.rules(changed(place="none"))
    assert [fault.field for fault in plan_of(RULES, NAME).misfits[0].faults] == ["place"]  # type: ignore[union-attr]
    site.rules(changed(place="none", changes={"gone": ["place"]}))
    site.migrate()
    now = Entry.objects.get(pk=row.pk)
    assert (now.place, now.cell, now.west, now.south, now.east, now.north) == (None,) * 6
    assert [one.place is None for one in row.versions.order_by("number")] == [False, True]
    clean()


def test_what_is_written_by_the_thousand_is_what_is_written_one_by_one(site: Site) -> None:
    """The second method is the step that a form makes."""
    terms = [{"id": "seen", "zh": "复查", "en": "to be seen", "states": ["listed", "kept"], "from": "seen_on",
              "months": 12, "source": "试验", "clause": "1", "status": "confirmed"}]  # fmt: skip
    seen = {"zh": "检查日期", "en": "Seen on", "type": "date"}
    demo = {"zh": "演示数据", "en": "Demonstration", "type": "truth"}
    base = changed(fields={"seen_on": seen, "demonstration": demo}, terms=terms)
    site.rules(base)
    site.add("S1", "listed", area="2.50", sort="tin", seen_on="2026-03-31", keeper="Wáng 王")
    site.add("S2", "kept", sort="stone", seen_on="2026-05-01", demonstration="是")
    site.add("S3", region="640105")
    withdraw_entry("tests", site.kind, site.add("S4", "listed", seen_on="2026-01-01").pk, number=None, today=PAST,
                   reason="tests")  # fmt: skip
    more = changed(fields={"seen_on": seen, "demonstration": demo, "keeper": {"id": "warden"}}, life=FEWER,
                   terms=[terms[0] | {"states": ["kept"]}])  # fmt: skip
    site.rules(more | {"changes": {"fields": {"warden": {"was": "keeper"}}, "states": {"listed": "kept"}}})
    before = {row.key: row for row in Entry.objects.filter(kind=NAME)}
    site.migrate()
    for row in Entry.objects.filter(kind=NAME):
        old = before[row.key]
        draft = draft_of(row)
        assert (draft.since, draft.withdrawn) == (old.since, old.withdrawn)
        one = step("tests", site.kind, old, draft, action="migrate", reason="新规定")
        for name in ("number", "key", "title", "region", "state", "effective", "values", "place", "cell", "words",
                     "due", "invented", "epoch"):  # fmt: skip
            assert getattr(row, name) == getattr(one.entry, name), (row.key, name)
        version = row.versions.get(number=row.number)
        for name in ("action", "reason", "evidence", "batch", "actor_id", "actor_name", "key", "values", "since"):
            assert getattr(version, name) == getattr(one.version, name), (row.key, name)
    due = dict(Entry.objects.filter(kind=NAME).values_list("key", "due"))
    assert due == {"S1": date(2027, 3, 31), "S2": date(2027, 5, 1), "S3": None, "S4": None}
    assert list(Entry.objects.filter(kind=NAME, invented=True).values_list("key", flat=True)) == ["S2"]
    clean()


def test_the_log_seals_what_was_written(site: Site) -> None:
    for number in range(5):
        site.add(f"S{number}", "listed")
    site.rules(changed(life=FEWER, changes={"states": {"listed": "kept"}}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "AT_ONCE", 2)
        site.migrate()
    seals = ActionLogEntry.objects.filter(object_type="registers.Migration", object_id=f"{NAME}/2")
    assert [entry.after["versions"] for entry in seals.order_by("sequence")] == [2, 2, 1]  # type: ignore[index]
    clean()
    third = Version.objects.filter(action="migrate").order_by("pk")[2]
    for change in ("update registers_version set state = 'found' where id = %s",
                   "update registers_version set actor_name = 'nobody' where id = %s",
                   "delete from registers_version where id = %s"):  # fmt: skip
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("alter table registers_version disable trigger registers_version_append_only")
            cursor.execute(change, [third.pk])
            told = [name for name, what in queries.unlogged_versions() if what == "they are not what the log sealed"]
            assert len(told) == 1 and told[0].startswith(f"migration {NAME}/2"), change
            transaction.set_rollback(True)
    clean()
