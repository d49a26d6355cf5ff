"""Changes of registers against a real database: versions, days, evidence, undo, imports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.models import User
from saishang.apps.registers import queries
from saishang.apps.registers.actions import (
    EntryFaults,
    EvidenceFile,
    add_entry,
    change_entry,
    load_table,
    move_entry,
    restore_entry,
    undo_batch,
    undo_entry,
    withdraw_entry,
)
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry, Version
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.places import read_place

RULES = load_rules()
PLOTS = kind_of(RULES, "construction_plots")
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))
GOOD = {"code": "640104-001", "name": "老化工厂地块", "region": "640104", "area": "1200.50"}
SQUARE = read_place(
    {"type": "Polygon", "coordinates": [[[106.2, 38.4], [106.3, 38.4], [106.3, 38.5], [106.2, 38.5], [106.2, 38.4]]]},
    "polygon",
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("editor", password="correct-horse-battery", role="editor")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def add(actor: Any, day: date = JAN, **changes: str) -> Entry:
    return add_entry(actor, PLOTS, RULES, GOOD | changes, today=day, place=SQUARE)


def papers(folder: Path, *documents: str) -> list[EvidenceFile]:
    found = []
    for name in documents:
        path = folder / f"{name}.pdf"
        path.write_bytes(b"%PDF-1.7 " + name.encode())
        found.append(EvidenceFile(name, path.name, path))
    return found


def move(
    actor: Any, archive: Archive, entry: Entry, action: str, files: Sequence[EvidenceFile], day: date, **more: Any
) -> Entry:
    return move_entry(actor, PLOTS, RULES, archive, entry.pk, action, files, number=entry.number, today=day, **more)


def test_an_entry_has_its_version_and_its_log(editor: User) -> None:
    entry = add(editor)
    assert (entry.number, entry.state, entry.since, entry.region) == (1, "survey_due", JAN, "640104")
    assert entry.values["area"] == "1200.50"
    assert (entry.west, entry.north) == (106.2, 38.5)
    (version,) = Version.objects.all()
    assert (version.number, version.action, version.actor_name, version.values) == (1, "add", "editor", entry.values)
    log = ActionLogEntry.objects.latest("sequence")
    assert (log.verb, log.object_id, log.after["key"]) == (
        "registers.add",
        f"construction_plots/{entry.pk}",
        "640104-001",
    )
    assert verify_chain() == []


def test_who_may_not_changes_nothing() -> None:
    viewer = User.objects.create_user("viewer", role="viewer")
    entry = add("command")
    for attempt in (
        lambda: add(viewer, code="640104-002"),
        lambda: change_entry(viewer, PLOTS, RULES, entry.pk, GOOD | {"name": "别名"}, number=1, today=JAN),
        lambda: withdraw_entry(viewer, PLOTS, entry.pk, number=1, today=JAN, reason="试"),
        lambda: undo_entry(viewer, PLOTS, entry.pk, number=1, today=JAN, reason="试"),
        lambda: undo_batch(viewer, PLOTS, "x", today=JAN, reason="试"),
    ):
        with pytest.raises(EntryRefused, match="may not change"):
            attempt()
    assert Version.objects.count() == 1


def test_a_key_stands_once(editor: User) -> None:
    add(editor)
    with pytest.raises(EntryFaults, match="has an entry with this key"):
        add(editor, name="另一块")
    assert Entry.objects.count() == 1


def test_faults_of_fields_are_listed_and_nothing_is_written(editor: User) -> None:
    with pytest.raises(EntryFaults) as caught:
        add(editor, area="很大", region="")
    assert [fault.field for fault in caught.value.faults] == ["region", "area"]
    assert Entry.objects.count() == 0


def test_a_change_without_difference_writes_nothing(editor: User) -> None:
    entry = add(editor)
    again = change_entry(editor, PLOTS, RULES, entry.pk, GOOD, number=1, today=FEB, place=SQUARE)
    assert again is None
    assert Version.objects.count() == 1


def test_two_people_on_one_form(editor: User) -> None:
    entry = add(editor)
    change_entry(editor, PLOTS, RULES, entry.pk, GOOD | {"name": "甲"}, number=1, today=FEB, place=SQUARE)
    with pytest.raises(EntryRefused, match="somebody changed this entry meanwhile: editor, version 2"):
        change_entry(editor, PLOTS, RULES, entry.pk, GOOD | {"name": "乙"}, number=1, today=FEB, place=SQUARE)
    assert Entry.objects.get().title == "甲"


def test_a_plot_walks_from_suspicion_to_release(editor: User, archive: Archive, tmp_path: Path) -> None:
    entry = add(editor)
    survey = papers(tmp_path, "survey_report", "survey_review")
    with pytest.raises(EntryRefused, match="missing: survey_review"):
        move(editor, archive, entry, "survey_over", survey[:1], FEB)
    with pytest.raises(EntryRefused, match="not possible in state survey_due"):
        move("tests", archive, entry, "release", papers(tmp_path, "release_notice"), FEB)
    with pytest.raises(EntryFaults) as caught:  # over the standard: of what?
        move(editor, archive, entry, "survey_over", survey, FEB)
    assert [fault.field for fault in caught.value.faults] == ["pollutants"]
    told = GOOD | {"pollutants": "苯并[a]芘", "land_class": "2"}
    entry = change_entry(editor, PLOTS, RULES, entry.pk, told, number=1, today=FEB, place=SQUARE) or entry
    steps = [
        ("survey_over", ["survey_report", "survey_review"]),
        ("assess_not_acceptable", ["assessment_report", "assessment_review", "register_notice"]),
        ("start_works", ["works_plan_filed"]), ("finish_works", ["works_report"]),
        ("effect_reached", ["effect_report", "effect_review"]), ("release", ["release_notice"]),
    ]  # fmt: skip
    for action, documents in steps:
        if action == "release":  # the department's own step: the workshop does not make it
            with pytest.raises(EntryRefused, match="made by the agency that certifies"):
                move(editor, archive, entry, action, papers(tmp_path, *documents), MAR)
        who = "tests" if action == "release" else editor
        entry = move(who, archive, entry, action, papers(tmp_path, *documents), MAR)
    assert (entry.state, entry.since, entry.number) == ("released", MAR, 8)
    last = queries.history(PLOTS, entry.pk)[0]
    assert last.action == "move:release"
    (paper,) = last.evidence
    assert archive.verify(paper["sha256"]).read_bytes() == b"%PDF-1.7 release_notice"
    with pytest.raises(EntryRefused, match="not possible"):
        move("tests", archive, entry, "release", papers(tmp_path, "release_notice"), MAR)


def test_evidence_is_told_by_its_content(editor: User, archive: Archive, tmp_path: Path) -> None:
    entry = add(editor, land_class="2")
    files = papers(tmp_path, "survey_report", "survey_review")
    files[1].path.write_bytes(b"<html>sign in</html>")
    with pytest.raises(EntryRefused, match="none of these"):
        move(editor, archive, entry, "survey_within", files, FEB)
    assert Entry.objects.get().state == "survey_due"


def test_the_register_as_it_stood(editor: User, archive: Archive, tmp_path: Path) -> None:
    entry = add(editor, JAN, land_class="1")
    move(editor, archive, entry, "survey_within", papers(tmp_path, "survey_report", "survey_review"), MAR)
    add(editor, APR, code="640104-002", name="后来的")

    def stood(on: date | None) -> list[tuple[str, str]]:
        return [(view.key, view.state) for view in queries.entries(PLOTS, queries.Filter(on=on))]

    assert stood(date(2025, 12, 31)) == []
    assert stood(JAN) == stood(date(2026, 2, 28)) == [("640104-001", "survey_due")]
    assert stood(MAR) == [("640104-001", "clear")]
    assert stood(APR) == stood(None) == [("640104-001", "clear"), ("640104-002", "survey_due")]


def test_days_run_forward_only(editor: User) -> None:
    entry = add(editor, MAR)
    with pytest.raises(EntryRefused, match="from a day until today"):
        change_entry(editor, PLOTS, RULES, entry.pk, GOOD, number=1, today=MAR, effective=APR, place=SQUARE)
    with pytest.raises(EntryRefused, match="got the earlier day 2026-02-01"):
        change_entry(editor, PLOTS, RULES, entry.pk, GOOD, number=1, today=APR, effective=FEB, place=SQUARE)


def test_a_late_notice_takes_its_own_day(editor: User, archive: Archive, tmp_path: Path) -> None:
    entry = add(editor, JAN, land_class="1")
    files = papers(tmp_path, "survey_report", "survey_review")
    moved = move(editor, archive, entry, "survey_within", files, APR, effective=FEB)
    assert (moved.since, moved.effective) == (FEB, FEB)
    assert queries.entries(PLOTS, queries.Filter(on=FEB))[0].state == "clear"


def test_undo_repeats_the_version_before(editor: User) -> None:
    entry = add(editor)
    change_entry(editor, PLOTS, RULES, entry.pk, GOOD | {"name": "错名"}, number=1, today=FEB, place=SQUARE)
    with pytest.raises(EntryRefused, match="needs a reason"):
        undo_entry(editor, PLOTS, entry.pk, number=2, today=FEB, reason=" ")
    back = undo_entry(editor, PLOTS, entry.pk, number=2, today=FEB, reason="录入错误")
    assert (back.number, back.title, back.effective) == (3, "老化工厂地块", FEB)
    assert [row.action for row in queries.history(PLOTS, entry.pk)] == ["undo", "change", "add"]


def test_what_was_entered_by_mistake_is_withdrawn_and_can_come_back(editor: User) -> None:
    entry = add(editor)
    undo_entry(editor, PLOTS, entry.pk, number=1, today=FEB, reason="重复")
    assert queries.entries(PLOTS) == []
    assert [view.key for view in queries.entries(PLOTS, queries.Filter(withdrawn=True))] == ["640104-001"]
    # It stood in the register before.
    assert len(queries.entries(PLOTS, queries.Filter(on=JAN))) == 1
    with pytest.raises(EntryRefused, match="withdrawn entry is not changed"):
        change_entry(editor, PLOTS, RULES, entry.pk, GOOD | {"name": "甲"}, number=2, today=FEB, place=SQUARE)
    restore_entry(editor, PLOTS, entry.pk, number=2, today=MAR, reason="并非重复")
    assert len(queries.entries(PLOTS)) == 1


def test_the_database_refuses_to_change_a_version(editor: User) -> None:
    from django.db import DatabaseError, transaction

    add(editor)
    for attempt in (lambda: Version.objects.update(reason="x"), lambda: Version.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()


def test_search_finds_any_part_and_not_what_is_private(editor: User) -> None:
    add(editor, contact="张三 0951-5551234", former_use="焦化", planned_use="住宅")

    def found(text: str) -> int:
        return len(queries.entries(PLOTS, queries.Filter(text=text)))

    assert found("化工厂") == found("焦化") == found("COKING") == found("住宅 老化") == 1
    assert found("张三") == found("5551234") == found("住宅 学校") == 0


TABLE = """地块编码,地块名称,所在县（区）,面积 [m²],规划用途,状态,范围（GeoJSON）
640104-001,甲地块,兴庆区,"1,000",住宅,,
640104-002,乙地块,金凤区,2000,工业,待调查,
640104-002,乙地块再次,金凤区,2000,工业,,
640104-003,丙地块,月球,3000,,,
,无编码,兴庆区,1,,,
640104-004,丁地块,西夏区,三千,,,
640104-005,戊地块,西夏区,5000,,,POLYGON
"""


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plots.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_keeps_good_rows_and_names_bad_cells(editor: User, archive: Archive, tmp_path: Path) -> None:
    path = table(tmp_path, TABLE)
    trial = load_table(editor, PLOTS, RULES, archive, path, "plots.csv", today=JAN, reason="", dry_run=True)
    assert Entry.objects.count() == 0
    done = load_table(editor, PLOTS, RULES, archive, path, "plots.csv", today=JAN, reason="调查名单")
    for outcome in (trial, done):
        assert outcome.rows == 7
        assert [(change.line, change.key, change.effect) for change in outcome.changes] == [
            (2, "640104-001", "added"), (3, "640104-002", "added"),
        ]  # fmt: skip
        assert [(refusal.line, refusal.column, refusal.content) for refusal in outcome.refusals] == [
            (4, "地块编码", "640104-002"), (5, "所在县（区）", "月球"), (6, "地块编码", ""), (7, "面积", "三千"),
            (8, "范围（GeoJSON）", "POLYGON"),
        ]  # fmt: skip
        assert all(refusal.message and refusal.fix for refusal in outcome.refusals)
    assert archive.verify(done.sha256).read_text(encoding="utf-8") == TABLE
    assert Entry.objects.get(key="640104-001").values["area"] == "1000"


def test_the_same_table_again_changes_nothing_and_a_corrected_one_says_what(
    editor: User, archive: Archive, tmp_path: Path
) -> None:
    def load(text: str, day: date) -> Any:
        return load_table(editor, PLOTS, RULES, archive, table(tmp_path, text), "p.csv", today=day, reason="名单")

    first = load(TABLE.replace("1,000", "1000"), JAN)
    add_place = Entry.objects.get(key="640104-001")
    change_entry(
        editor, PLOTS, RULES, add_place.pk, {k: str(v) if v is not None else None for k, v in add_place.values.items()},
        number=1, today=JAN, place=SQUARE,
    )  # fmt: skip
    header, *rows = TABLE.splitlines()
    narrow = "地块编码,面积\n640104-001,1000\n640104-002,2500.5\n"
    second = load(narrow, FEB)
    assert [(change.key, change.effect, dict(change.fields)) for change in second.changes] == [
        ("640104-001", "unchanged", {}), ("640104-002", "changed", {"area": ("2000", "2500.5")}),
    ]  # fmt: skip
    # Columns that the file does not have stay: the name, and the outline drawn meanwhile.
    assert Entry.objects.get(key="640104-001").place is not None
    assert Entry.objects.get(key="640104-002").title == "乙地块"
    assert (first.count("added"), second.count("changed")) == (2, 1)
    assert header.startswith("地块编码") and len(rows) == 7


def test_a_state_is_taken_over_only_with_a_new_entry(editor: User, archive: Archive, tmp_path: Path) -> None:
    text = "地块编码,地块名称,所在县（区）,面积,调查评估所按用地类别,状态\n640104-009,旧,兴庆区,10,第二类用地,{}\n"
    load_table(
        editor, PLOTS, RULES, archive, table(tmp_path, text.format("移出名录")), "p.csv", today=JAN, reason="旧名录"
    )
    assert Entry.objects.get().state == "released"
    again = load_table(
        editor, PLOTS, RULES, archive, table(tmp_path, text.format("待调查")), "p.csv", today=FEB, reason="旧名录"
    )
    (refusal,) = again.refusals
    assert (refusal.column, refusal.content) == ("状态", "待调查")
    with pytest.raises(EntryRefused, match="needs a reason"):
        add_entry(editor, PLOTS, RULES, GOOD | {"land_class": "1"}, today=JAN, state="clear")


def test_an_import_is_taken_back_as_a_whole(editor: User, archive: Archive, tmp_path: Path) -> None:
    done = load_table(editor, PLOTS, RULES, archive, table(tmp_path, TABLE), "p.csv", today=JAN, reason="名单")
    later = Entry.objects.get(key="640104-002")
    withdraw_entry(editor, PLOTS, later.pk, number=1, today=FEB, reason="另有原因")
    assert undo_batch(editor, PLOTS, done.batch, today=FEB, reason="发错了文件") == (1, 1)
    assert queries.entries(PLOTS) == []
    with pytest.raises(EntryRefused, match="expected an import"):
        undo_batch(editor, PLOTS, "", today=FEB, reason="x")


def test_figures_by_region_and_day(editor: User, archive: Archive, tmp_path: Path) -> None:
    add(editor, JAN, land_class="1")
    add(editor, FEB, code="640300-001", region="640302", area="10")
    now = queries.figures(PLOTS, RULES, queries.entries(PLOTS), ["640000", "640100", "640300"])
    assert [now["with_record"][code].value for code in ("640000", "640100", "640300")] == [2, 1, 1]
    before = queries.figures(PLOTS, RULES, queries.entries(PLOTS, queries.Filter(on=JAN)), ["640000"])
    assert before["with_record"]["640000"].value == 1


def test_overlap_is_asked_by_ground_not_by_box(editor: User) -> None:
    from saishang.science.soil.geometry import read_area

    add(editor)
    triangle = [[[106.3, 38.5], [106.5, 38.5], [106.5, 38.7], [106.3, 38.5]]]  # meets the square in one corner only
    inside = [[[106.21, 38.41], [106.22, 38.41], [106.22, 38.42], [106.21, 38.41]]]
    far_corner = [[[106.29, 38.6], [106.6, 38.45], [106.6, 38.6], [106.29, 38.6]]]  # its box overlaps, its ground not
    for ring, hits in ((triangle, 0), (inside, 1), (far_corner, 0)):
        place = read_place({"type": "Polygon", "coordinates": ring}, "polygon")
        found = queries.overlapping(PLOTS, read_area(place.geometry), place.box)
        assert len(found) == hits
