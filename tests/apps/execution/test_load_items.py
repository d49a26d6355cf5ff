"""A list of items from a table: cells, faults with their cell, the preview, the load as a whole, and taking it back."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.actions import (
    MilestoneDraft,
    apply_template,
    draft_of,
    load_items,
    move_item,
    undo_items,
)
from saishang.apps.execution.actions.apply_template import level_of, ready
from saishang.apps.execution.actions.item_cells import COLUMNS, kept_rows, milestone_text, read_day, read_milestone
from saishang.apps.execution.known import known
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.refusals import NotAllowed, WorkRefused
from saishang.apps.organisations.models import User
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from tests.work_world import doing, make_item, make_people, make_tree

pytestmark = pytest.mark.django_db
HEAD = ["编号", "任务", "类别", "名称", "责任单位", "期限", "里程碑", "投资（万元）", "配合单位", "备注"]


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    import_plan_from_rules("tests", "ningxia")
    return make_people("640100")


def book(path: Path, *rows: list[Any], head: list[str] = HEAD) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "任务清单"
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    made.save(path)
    return path


def load(folder: Path, actor: Any, path: Path, *, dry_run: bool = False, reason: str = "来文 5 号") -> Any:
    return load_items(doing(actor, reason), load_rules(), Archive(folder / "archive"), path, path.name, dry_run=dry_run)


@pytest.mark.parametrize(
    ("line", "title", "due", "weight"),
    [
        ("2026-06-30 完工", "完工", date(2026, 6, 30), "1"), ("2026/6/3 完工 [2]", "完工", date(2026, 6, 3), "2"),
        ("2026年6月30日 完工[0.5]", "完工", date(2026, 6, 30), "0.5"), ("完工", "完工", None, "1"),
        ("— 2026-06-30 会议", "2026-06-30 会议", None, "1"), ("完工 [一期] [1]", "完工 [一期]", None, "1"),
        ("2026-06-30：完工", "完工", date(2026, 6, 30), "1"),
    ],
)  # fmt: skip
def test_a_milestone_as_a_line_and_back(line: str, title: str, due: date | None, weight: str) -> None:
    found = read_milestone(line)
    assert (found.title, found.due, found.weight) == (title, due, Decimal(weight))
    assert read_milestone(milestone_text(title, due, Decimal(weight))) == found


def test_milestones_that_are_none_say_why() -> None:
    for line, words in (("2026-02-30 完工", "expected a day"), ("完工 [两]", "expected a weight")):
        with pytest.raises(WorkRefused, match=words):
            read_milestone(line)
    assert read_day("2026-06-30 00:00:00") == date(2026, 6, 30) and read_day("30.6.2026") is None


def test_rows_of_milestones_are_kept_by_title_then_by_place() -> None:
    before = [MilestoneDraft("甲", pk=1), MilestoneDraft("乙", pk=2), MilestoneDraft("丙", pk=3)]
    new = [MilestoneDraft("丙"), MilestoneDraft("新"), MilestoneDraft("甲")]
    assert [step.pk for step in kept_rows(new, before)] == [3, 2, 1]
    assert [step.pk for step in kept_rows([MilestoneDraft("乙")], before)] == [2]
    assert [step.pk for step in kept_rows([*before, MilestoneDraft("丁")], before)] == [1, 2, 3, None]


def given(people: dict[str, User], tmp_path: Path) -> Path:
    """A row that changes an item, one that changes nothing, a new one, and one with three faults."""
    make_item("T11-640100-001", "640100", state="draft", title="管网", cadence="quarter", kind="project",
              due=date(2026, 12, 1), region="640100", milestones=(("开工", None, 1),))  # fmt: skip
    make_item("T11-640100-002", "640100", state="draft", title="河道", cadence="quarter", content="清淤")
    steps, units = "2026-06-30 开工\n完工 [3]", "牵头 NX-STT 生态\n自治区水利厅"
    last = datetime(2026, 12, 31)
    return book(
        tmp_path / "a.xlsx",
        ["T11-640100-001", "T11 碧水", "项目", "管网改造", "640100 银川", last, steps, 1200.5, units],
        ["T11-640100-002", "T11", "", " 河道 ", "银川市党委和政府", None, None, None, None],
        ["", "T10", "措施", "扬尘", "640100", "2026/12/1", "", "", ""],
        ["", "T10", "愿望", "粉尘", "640100", "明年", "", "很多", ""],
        [None] * 10,
        ["", "T99", "", "x", "没有这个单位", "", "", "", ""],
    )  # fmt: skip


def test_looking_writes_nothing_and_says_what_would_be(people: dict[str, User], tmp_path: Path) -> None:
    found = load(tmp_path, people["reporter"], given(people, tmp_path), dry_run=True, reason="")
    assert [(row.line, row.code, row.effect) for row in found.effects] == [
        (2, "T11-640100-001", "changed"), (3, "T11-640100-002", "unchanged"), (4, "", "added"),
    ]  # fmt: skip
    assert found.effects[0].fields == {
        "title": ("管网", "管网改造"), "due": (date(2026, 12, 1), date(2026, 12, 31)), "budget": (None, "1200.50"),
        "units": ([], [["NX-SLT", "support"], ["NX-STT", "lead"]]),
        "milestones": ([["开工", None, "1.00"]], [["开工", "2026-06-30", "1.00"], ["完工", None, "3.00"]]),
    }  # fmt: skip
    assert (found.rows, found.refused, found.batch) == (5, 2, "")
    # What a row cannot say is told cell by cell; what is no code of the plan after that.
    assert [(f.sheet, f.cell, f.column, f.content) for f in found.faults] == [
        ("任务清单", "F5", "期限", "明年"), ("任务清单", "C5", "类别", "愿望"),
        ("任务清单", "H5", "投资（万元）", "很多"),
        ("任务清单", "B7", "任务", "T99"), ("任务清单", "E7", "责任单位", "没有这个单位"),
    ]  # fmt: skip
    assert all(f.message and f.fix for f in found.faults)
    assert WorkItem.objects.get(code="T11-640100-001").title == "管网" and WorkItem.objects.count() == 2
    assert not ActionLogEntry.objects.filter(verb__startswith="execution.").exists()


def test_the_good_rows_are_written_as_a_whole_and_taken_back(people: dict[str, User], tmp_path: Path) -> None:
    path = given(people, tmp_path)
    with pytest.raises(WorkRefused, match="needs a reason"):
        load(tmp_path, people["reporter"], path, reason=" ")
    done = load(tmp_path, people["reporter"], path)
    assert [done.count(effect) for effect in ("added", "changed", "unchanged")] == [1, 1, 1] and len(done.batch) == 32
    new = WorkItem.objects.get(code="T10-640100-001")
    assert (new.title, new.kind, new.due, new.cadence, new.origin, new.batch, new.state) == (
        "扬尘", "measure", date(2026, 12, 1), "quarter", "table", done.batch, "draft",
    )  # fmt: skip
    old = WorkItem.objects.get(code="T11-640100-001")
    # The file has no column for the region: it stays. The milestone keeps its row.
    assert (old.region, old.percent, old.version) == ("640100", 0, 2)
    assert [step.title for step in old.milestones.all()] == ["开工", "完工"]
    verbs = list(ActionLogEntry.objects.filter(verb__startswith="execution.").values_list("verb", "reason"))
    assert verbs == [("execution.change_item", "来文 5 号"), ("execution.add_item", "来文 5 号"),
                     ("execution.load_items", "来文 5 号")]  # fmt: skip
    # The same table again: what was new is new again, because its row has no code; the rest is as it was.
    assert [load(tmp_path, people["reporter"], path, dry_run=True).count(e) for e in ("changed", "unchanged")] == [0, 2]
    undone = undo_items(doing(people["reporter"], "发错了"), load_rules(), done.batch)
    assert (undone.dropped, undone.restored, undone.left) == (("T10-640100-001",), ("T11-640100-001",), ())
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.title, old.due, old.budget, new.state) == ("管网", date(2026, 12, 1), None, "cancelled")
    assert not old.units.exists() and [step.due for step in old.milestones.all()] == [None]
    with pytest.raises(WorkRefused, match="taken back already"):
        undo_items(doing(people["reporter"], "发错了"), load_rules(), done.batch)
    with pytest.raises(WorkRefused, match="number of a load"):
        undo_items(doing(people["reporter"], "发错了"), load_rules(), "0" * 32)


def test_what_somebody_worked_on_since_is_left_alone(people: dict[str, User], tmp_path: Path) -> None:
    done = load(tmp_path, people["reporter"], given(people, tmp_path))
    move_item(doing(people["reporter"]), "T10-640100-001", "propose", None)
    with pytest.raises(WorkRefused, match="needs a reason"):
        undo_items(doing(people["reporter"]), load_rules(), done.batch)
    undone = undo_items(doing(people["reporter"], "发错了"), load_rules(), done.batch)
    assert (undone.dropped, undone.restored, undone.left) == ((), ("T11-640100-001",), ("T10-640100-001",))
    assert WorkItem.objects.get(code="T10-640100-001").state == "proposed"


def test_nobody_takes_back_what_is_not_theirs(people: dict[str, User], tmp_path: Path) -> None:
    done = load(tmp_path, people["reporter"], given(people, tmp_path))
    other = make_people("640200", ("reporter",))["reporter"]
    with pytest.raises(WorkRefused, match="not yours to change"):
        undo_items(doing(other, "x"), load_rules(), done.batch)
    assert not WorkItem.objects.filter(state="cancelled").exists()


def test_rows_of_others_and_of_settled_items_are_refused(people: dict[str, User], tmp_path: Path) -> None:
    make_item("T11-640200-001", "640200", state="draft")
    make_item("T11-640100-003", "640100")
    make_item("T11-640100-004", "640100", state="verified")
    path = book(
        tmp_path / "a.csv.xlsx",
        ["T11-640200-001", "T11", "", "别人的", "640200"], ["T11-640100-003", "T11", "", "已下达", "640100"],
        ["T11-640100-004", "T11", "", "已核实", "640100"], ["", "T11", "", "给别人", "640200"],
        ["T11-NONE", "T11", "", "没有", "640100"], ["T11-640100-003", "T11", "", "又一次", "640100"],
    )  # fmt: skip
    found = load(tmp_path, people["reporter"], path, dry_run=True)
    assert found.effects == () and [f.cell for f in found.faults] == ["A2", "A3", "A4", "E5", "A6", "A7"]
    # The office may change what was handed out; a code stands once.
    office = load(tmp_path, people["office"], path, dry_run=True)
    assert [(r.line, r.effect) for r in office.effects] == [(2, "changed"), (3, "changed"), (5, "added")]
    assert [(f.cell, f.message.split(" stands")[0]) for f in office.faults if f.line == 7] == [("A7", "T11-640100-003")]
    for role in ("assessor", "auditor", "administrator"):
        with pytest.raises(NotAllowed):
            load(tmp_path, people[role], path)


def test_a_duty_stands_once_in_a_table(people: dict[str, User], tmp_path: Path) -> None:
    row = ["", "T11", "任务责任", "碧水", "640100"]
    found = load(tmp_path, people["reporter"], book(tmp_path / "a.xlsx", row, row), dry_run=True)
    assert found.count("added") == 1 and [f.cell for f in found.faults] == ["C3"]


def test_csv_in_either_language(people: dict[str, User], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([COLUMNS[name][1] for name in ("code", "task", "kind", "title", "organisation", "milestones")])
        writer.writerow(["", "T10", "measure", "'=dust", "640100", "2026-06-30 one\n2026-12-01 two [2]"])
    done = load(tmp_path, people["reporter"], path)
    row = WorkItem.objects.get(code="T10-640100-001")
    assert done.faults == () and (row.title, row.kind) == ("=dust", "measure")
    assert [(step.title, step.due, step.weight) for step in draft_of(row).milestones] == [
        ("one", date(2026, 6, 30), 1), ("two", date(2026, 12, 1), 2),
    ]  # fmt: skip


def test_what_is_no_such_table(people: dict[str, User], tmp_path: Path) -> None:
    wrong = book(tmp_path / "a.xlsx", ["x"], head=["编号", "名称"])
    with pytest.raises(SaishangError, match="expected the columns 任务、责任单位"):
        load(tmp_path, people["reporter"], wrong)
    picture = tmp_path / "b.xlsx"
    picture.write_bytes(b"%PDF-1.7 not a table")
    with pytest.raises(SaishangError, match="this is a PDF document"):
        load(tmp_path, people["reporter"], picture)


def test_raising_on_the_way_takes_everything_back(people: dict[str, User], tmp_path: Path) -> None:
    path = given(people, tmp_path)

    def stop(step: str, rows: int, done: float) -> None:
        if step == "write":
            raise SaishangError("cancelled")

    archive = Archive(tmp_path / "archive")
    with pytest.raises(SaishangError, match="cancelled"):
        load_items(doing(people["reporter"], "x"), load_rules(), archive, path, "a", dry_run=False, progress=stop)
    assert WorkItem.objects.count() == 2


# Templates


def test_templates_fit_the_plan_and_every_year() -> None:
    make_tree()
    import_plan_from_rules("tests", "ningxia")
    rules = load_rules()
    there = known(rules, date(2026, 11, 30))
    assert (level_of(rules, "640104"), level_of(rules, "640100")) == ("county", "city")
    assert level_of(rules, "640000") == level_of(rules, "NX-STT") == level_of(rules, "NX-NONE") == ""
    for template, organisation in (("county", "640104"), ("city", "640100")):
        for year in (2027, 2028):
            for one in ready(rules, there, organisation, template, year):
                assert one.draft.task in there.tasks and one.en, one.id
                days = [step.due for step in one.draft.milestones]
                assert days == sorted(day for day in days if day), one.id
                assert one.draft.start and one.draft.due and days[-1] and one.draft.start <= days[-1] <= one.draft.due
    with pytest.raises(WorkRefused, match="template of the plan"):
        ready(rules, there, "640104", "moon", 2027)
    with pytest.raises(WorkRefused, match="year from 2000"):
        ready(rules, there, "640104", "county", 1999)


def test_a_template_becomes_drafts_once(people: dict[str, User]) -> None:
    rules = load_rules()
    make_item("T10-640104-D", "640104", kind="duty")
    mine = make_people("640104", ("reporter",))["reporter"]
    done = apply_template(doing(mine, "年度安排"), rules, "640104", "county", 2027, only=frozenset({"C08", "C09"}))
    assert done.added == ("T10-640104-001", "T10-640104-002") and done.known == 0
    row = WorkItem.objects.get(code="T10-640104-001")
    assert (row.state, row.origin, row.batch, row.region) == ("draft", "template", "template:C08:2027", "640104")
    assert row.parent is not None and row.parent.code == "T10-640104-D" and (row.start, row.due) == (
        date(2027, 1, 1), date(2027, 12, 15),
    )  # fmt: skip
    assert [(step.due, step.weight) for step in row.milestones.all()] == [
        (date(2027, 3, 15), 1), (date(2027, 6, 30), 2), (date(2027, 10, 31), 2), (date(2027, 12, 10), 1),
    ]  # fmt: skip
    # One was dropped: that was a decision, and it does not come back.
    move_item(doing(mine, "本县没有散煤"), "T10-640104-002", "drop", None)
    rest = apply_template(doing(mine, "年度安排"), rules, "640104", "county", 2027)
    assert rest.known == 2 and len(rest.added) == 37 - 2
    assert apply_template(doing(mine, "年度安排"), rules, "640104", "county", 2027).added == ()
    assert len(apply_template(doing(mine, "年度安排"), rules, "640104", "county", 2028).added) == 37
    for person in (people["reporter"], people["auditor"]):
        with pytest.raises(NotAllowed):
            apply_template(doing(person), rules, "640104", "county", 2027)
    with pytest.raises(WorkRefused, match="at least one measure"):
        apply_template(doing(mine), rules, "640104", "county", 2027, only=frozenset())
