"""Items: added, changed, overridden; what is refused, what the log says, what a form that comes back unchanged does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.actions import (
    ItemDraft,
    MilestoneDraft,
    add_item,
    change_item,
    draft_of,
    override_percent,
)
from saishang.apps.execution.known import Known, known
from saishang.apps.execution.models import Milestone, WorkItem
from saishang.apps.execution.refusals import NotAllowed, OldVersion, WorkRefused
from saishang.apps.organisations.models import Organisation, User
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.rules import load_rules
from tests.work_world import doing, make_item, make_people, make_tree

pytestmark = pytest.mark.django_db
STEPS = (MilestoneDraft("开工", date(2026, 6, 30)), MilestoneDraft("完工", date(2026, 12, 31), Decimal(3)))
DRAFT = ItemDraft("T11", "project", "管网改造", "640100", region="640100", start=date(2026, 1, 1),
                  due=date(2026, 12, 31), budget=Decimal("1200.50"), milestones=STEPS)  # fmt: skip


@pytest.fixture
def there() -> Known:
    make_tree()
    pks = dict(Organisation.objects.values_list("code", "pk"))
    return Known("ningxia", {"T10": "蓝天", "T11": "碧水"}, {"T11-G1": "优良比例"}, {"quality": "环境品质提升工程"},
                 {"640100": "银川市"}, pks)  # fmt: skip


@pytest.fixture
def people(there: Known) -> dict[str, User]:
    return make_people("640100") | {f"{role}@200": user for role, user in make_people("640200", ("reporter",)).items()}


def faults(found: pytest.ExceptionInfo[WorkRefused]) -> set[str]:
    return {fault.field for fault in found.value.faults}


def test_what_an_item_may_point_to_comes_from_plan_rules_and_tree() -> None:
    make_tree()
    import_plan_from_rules("tests", "ningxia")
    found = known(load_rules(), date(2026, 11, 30))
    # By hand from the plan: 31 tasks and 4 safeguards, five programmes of task 31; seven organisations of the tree.
    assert found.plan == "ningxia"
    assert {key for key in found.tasks if key[0] in "TS"} == {f"T{n}" for n in range(1, 32)} | {"S1", "S2", "S3", "S4"}
    assert set(found.programmes) == {"co-reduction", "quality", "restoration", "infrastructure", "digital"}
    assert len(found.organisations) == 7 and {"640104", "NX-NINGDONG"} <= set(found.regions)
    assert "610000" not in found.regions
    # Before the plan is there nothing of it is known, the tree is.
    assert known(load_rules(), date(2026, 11, 30), "nowhere").tasks == {}


def test_a_new_item_is_a_draft_with_its_code_units_and_milestones(there: Known, people: dict[str, User]) -> None:
    draft = replace(DRAFT, units=(("NX-SLT", "guide"), ("NX-STT", "support")), targets=("T11-G1",))
    row = add_item(doing(people["reporter"], "新项目"), draft, there)
    assert (row.code, row.state, row.percent, row.plan, row.origin) == (
        "T11-640100-001",
        "draft",
        0,
        "ningxia",
        "typed",
    )
    row.refresh_from_db()
    assert row.percent == 0 and row.budget == Decimal("1200.50")
    assert [(step.position, step.title, step.weight) for step in row.milestones.all()] == [
        (1, "开工", 1),
        (2, "完工", 3),
    ]
    assert {(unit.organisation.code, unit.role) for unit in row.units.all()} == {
        ("NX-SLT", "guide"),
        ("NX-STT", "support"),
    }
    assert add_item(doing("tests"), DRAFT, there).code == "T11-640100-002"
    entry = ActionLogEntry.objects.get(verb="execution.add_item", object_id=str(row.pk))
    assert entry.after["milestones"] == [["开工", "2026-06-30", "1.00"], ["完工", "2026-12-31", "3.00"]]
    assert (entry.after["budget"], entry.reason, entry.actor_name) == ("1200.50", "新项目", "640100-reporter")


def test_codes_go_on_from_the_last_one_and_there_is_one_duty(there: Known) -> None:
    make_item("T11-640100-009", "640100")
    make_item("T11-640100-X-950", "640100")  # of an organisation whose code begins like ours
    assert add_item(doing("tests"), DRAFT, there).code == "T11-640100-010"
    duty = replace(DRAFT, kind="duty", milestones=())
    made = add_item(doing("tests"), duty, there)
    assert (made.code, made.percent) == ("T11-640100-D", None)
    with pytest.raises(WorkRefused, match="T11-640100-D already"):
        add_item(doing("tests"), duty, there)


@pytest.mark.parametrize("role", ["assessor", "auditor", "administrator", "reporter@200"])
def test_who_may_not_add(there: Known, people: dict[str, User], role: str) -> None:
    with pytest.raises(NotAllowed):
        add_item(doing(people[role]), DRAFT, there)
    assert not WorkItem.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"task": "T99"}, "task"), ({"task": ""}, "task"), ({"kind": "dream"}, "kind"),
        ({"organisation": "NX-NONE"}, "organisation"), ({"region": "999999"}, "region"),
        ({"programme": "moon"}, "programme"), ({"cadence": "day"}, "cadence"), ({"targets": ("X1",)}, "targets"),
        ({"title": "  "}, "title"), ({"title": "长" * 301}, "title"), ({"content": "长" * 20_001}, "content"),
        ({"due": date(2025, 12, 31)}, "due"), ({"budget": Decimal(-1)}, "budget"),
        ({"budget": Decimal(10) ** 12}, "budget"), ({"budget": Decimal("0.001")}, "budget"),
        ({"budget": Decimal("NaN")}, "budget"), ({"budget": Decimal("Infinity")}, "budget"),
        ({"units": (("640100", "support"),)}, "units"), ({"units": (("NX-STT", "lead"), ("NX-STT", "guide"))}, "units"),
        ({"units": (("NX-STT", "boss"),)}, "units"), ({"units": (("NX-NONE", "lead"),)}, "units"),
        ({"milestones": (MilestoneDraft(""),)}, "milestones"),
        ({"milestones": (MilestoneDraft("x", weight=Decimal(0)),)}, "milestones"),
        # Two decimals are kept: this would become a weight of zero.
        ({"milestones": (MilestoneDraft("x", weight=Decimal("0.004")),)}, "milestones"),
        ({"milestones": (MilestoneDraft("x", weight=Decimal("9999.01")),)}, "milestones"),
        ({"milestones": (MilestoneDraft("长" * 201),)}, "milestones"),
        ({"milestones": (MilestoneDraft("x"),) * 61}, "milestones"),
        ({"milestones": (MilestoneDraft("x", pk=1),)}, None),
        ({"parent": "T11-NONE"}, "parent"),
    ],
)  # fmt: skip
def test_every_fault_stands_beside_its_field(there: Known, change: dict[str, Any], field: str | None) -> None:
    draft = replace(DRAFT, **change)
    if field is None:
        return
    with pytest.raises(WorkRefused) as found:
        add_item(doing("tests"), draft, there)
    assert faults(found) == {field}
    assert not WorkItem.objects.exists() and not ActionLogEntry.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "长" * 300}, {"content": "长" * 20_000}, {"due": date(2026, 1, 1)}, {"budget": Decimal(0)},
        {"budget": Decimal("999999999999.99")}, {"budget": None}, {"start": None, "due": None}, {"cadence": ""},
        {"milestones": (MilestoneDraft("x", weight=Decimal("0.01")), MilestoneDraft("y", weight=Decimal(9999)))},
        {"milestones": (MilestoneDraft("x"),) * 60}, {"milestones": (MilestoneDraft("长" * 200),)},
    ],
)  # fmt: skip
def test_what_lies_on_the_edge_is_taken(there: Known, change: dict[str, Any]) -> None:
    draft = replace(DRAFT, **change)
    row = add_item(doing("tests"), draft, there)
    kept = draft_of(WorkItem.objects.get(pk=row.pk))
    assert replace(kept, milestones=tuple(replace(step, pk=None) for step in kept.milestones)) == draft


def test_several_faults_come_at_once(there: Known) -> None:
    with pytest.raises(WorkRefused) as found:
        add_item(doing("tests"), replace(DRAFT, title="", due=date(2025, 1, 1), region="1"), there)
    assert faults(found) == {"title", "due", "region"}


def test_three_levels_and_one_task(there: Known) -> None:
    top = add_item(doing("tests"), replace(DRAFT, kind="measure"), there)
    middle = add_item(doing("tests"), replace(DRAFT, parent=top.code), there)
    low = add_item(doing("tests"), replace(DRAFT, parent=middle.code), there)
    with pytest.raises(WorkRefused, match="3 levels"):
        add_item(doing("tests"), replace(DRAFT, parent=low.code), there)
    with pytest.raises(WorkRefused, match="above it; T11-640100-001 is of T11"):
        add_item(doing("tests"), replace(DRAFT, task="T10", parent=top.code), there)
    # Not below itself, and not below what is below it.
    for parent in (top.code, low.code):
        with pytest.raises(WorkRefused, match="stand above itself"):
            change_item(doing("tests"), top.code, replace(draft_of(top), parent=parent), there, None)
    # With what hangs below it, it would come to four levels.
    other = add_item(doing("tests"), DRAFT, there)
    with pytest.raises(WorkRefused, match="3 levels"):
        change_item(doing("tests"), top.code, replace(draft_of(top), parent=other.code), there, None)
    # Alone it fits.
    assert change_item(doing("tests"), low.code, replace(draft_of(low), parent=other.code), there, None) is not None
    # What has items of its task below it keeps its task.
    with pytest.raises(WorkRefused) as found:
        change_item(doing("tests"), top.code, replace(draft_of(top), task="T10"), there, None)
    assert faults(found) == {"task"}


def test_a_duty_stays_a_duty_and_nothing_becomes_one(there: Known) -> None:
    duty = add_item(doing("tests"), replace(DRAFT, kind="duty"), there)
    other = add_item(doing("tests"), DRAFT, there)
    for row, kind in ((duty, "measure"), (other, "duty")):
        with pytest.raises(WorkRefused) as found:
            change_item(doing("tests"), row.code, replace(draft_of(row), kind=kind), there, None)
        assert faults(found) == {"kind"}


def test_a_form_that_comes_back_as_it_went_out_changes_nothing(there: Known) -> None:
    units = (("NX-STT", "support"), ("NX-SLT", "guide"))
    row = add_item(doing("tests"), replace(DRAFT, units=units, content="一\n二"), there)
    # What browsers and workbooks do to a text on its way.
    again = replace(
        draft_of(row), title=" 管网改造 ", content="一\r\n二\r\n", units=units[::-1], budget=Decimal("1200.5")
    )
    assert change_item(doing("tests"), row.code, again, there, 1) is None
    row.refresh_from_db()
    assert row.version == 1 and ActionLogEntry.objects.count() == 1


def test_a_change_says_what_was_and_what_is(there: Known, people: dict[str, User]) -> None:
    row = add_item(doing("tests"), DRAFT, there)
    first, second = row.milestones.all()
    steps = (MilestoneDraft("完工", date(2027, 1, 31), Decimal(3), second.pk), MilestoneDraft("招标"))
    changed = change_item(
        doing(people["reporter"]), row.code, replace(draft_of(row), title="管网", milestones=steps), there, 1
    )
    assert changed is not None and changed.version == 2
    assert [(s.pk == second.pk, s.title, s.position) for s in changed.milestones.all()] == [
        (True, "完工", 1),
        (False, "招标", 2),
    ]
    assert not Milestone.objects.filter(pk=first.pk).exists()
    entry = ActionLogEntry.objects.get(verb="execution.change_item")
    assert set(entry.before) == {"title", "milestones"} and entry.before["title"] == "管网改造"
    assert (entry.after["title"], entry.after["code"]) == ("管网", row.code)


def test_percent_follows_the_milestones(there: Known) -> None:
    row = add_item(doing("tests"), DRAFT, there)
    row.milestones.filter(title="开工").update(reached=date(2026, 6, 1))
    change_item(doing("tests"), row.code, replace(draft_of(row), title="x"), there, None)
    row.refresh_from_db()
    assert row.percent == 25  # one of four parts
    steps = draft_of(row).milestones
    change_item(doing("tests"), row.code, replace(draft_of(row), milestones=steps[:1]), there, None)
    row.refresh_from_db()
    assert row.percent == 100
    with pytest.raises(WorkRefused, match="cannot be left out"):
        change_item(doing("tests"), row.code, replace(draft_of(row), milestones=()), there, None)
    alien = make_item("T11-640100-077", "640100", milestones=(("x", None, 1),)).milestones.get()
    with pytest.raises(WorkRefused, match="milestones of this item"):
        more = (*draft_of(row).milestones, MilestoneDraft("x", pk=alien.pk))
        change_item(doing("tests"), row.code, replace(draft_of(row), milestones=more), there, None)


def test_once_handed_in_the_office_changes_it_with_a_reason(there: Known, people: dict[str, User]) -> None:
    for state in ("proposed", "active", "done", "paused"):
        row = make_item(f"T11-640100-{state}", "640100", state=state, region="")
        draft = replace(draft_of(row), title=f"另一个 {state}")
        with pytest.raises(NotAllowed):
            change_item(doing(people["reporter"], "想改"), row.code, draft, there, 1)
        with pytest.raises(WorkRefused) as found:
            change_item(doing(people["office"]), row.code, draft, there, 1)
        assert faults(found) == {"reason"}
        assert change_item(doing(people["office"], "会议纪要 3 号"), row.code, draft, there, 1) is not None
    for state in ("verified", "cancelled"):
        row = make_item(f"T11-640100-{state}", "640100", state=state)
        with pytest.raises(WorkRefused, match=f"{state} is not changed"):
            change_item(doing(people["office"], "x"), row.code, replace(draft_of(row), title="x"), there, 1)


def test_nobody_gives_work_to_whom_they_do_not_keep(there: Known, people: dict[str, User]) -> None:
    row = add_item(doing(people["reporter"]), DRAFT, there)
    with pytest.raises(WorkRefused) as found:
        change_item(doing(people["reporter"]), row.code, replace(draft_of(row), organisation="640200"), there, 1)
    assert faults(found) == {"organisation"}
    assert change_item(doing(people["office"]), row.code, replace(draft_of(row), organisation="640200"), there, 1)


def test_an_older_version_overwrites_nothing(there: Known) -> None:
    row = add_item(doing("tests"), DRAFT, there)
    change_item(doing("tests"), row.code, replace(draft_of(row), title="甲改的"), there, 1)
    with pytest.raises(OldVersion, match="version 2, seen 1"):
        change_item(doing("tests"), row.code, replace(draft_of(row), title="乙改的"), there, 1)
    row.refresh_from_db()
    assert row.title == "甲改的"


@pytest.mark.parametrize(("percent", "good"), [(-1, False), (0, True), (100, True), (101, False), (None, True)])
def test_another_percent_needs_a_name_and_a_reason(
    there: Known, people: dict[str, User], percent: int | None, good: bool
) -> None:
    row = add_item(doing("tests"), DRAFT, there)
    if not good:
        with pytest.raises(WorkRefused) as found:
            override_percent(doing(people["office"], "现场核查"), row.code, percent, 1)
        assert faults(found) == {"percent"}
        return
    with pytest.raises(WorkRefused) as found:
        override_percent(doing(people["office"], " "), row.code, percent, 1)
    assert faults(found) == {"reason"}
    with pytest.raises(NotAllowed):
        override_percent(doing(people["head"], "现场核查"), row.code, percent, 1)
    done = override_percent(doing(people["office"], "现场核查"), row.code, percent, 1)
    names = ("", "") if percent is None else ("640100-office", "现场核查")
    assert (done.override, done.override_by, done.override_reason) == (percent, *names)
    assert ActionLogEntry.objects.get(verb="execution.override_percent").after["computed"] == 0
