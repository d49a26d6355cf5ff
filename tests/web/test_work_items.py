"""Pages of items: forms with rows, two people on one item, bulk entry from look to undo, sums, the task's card."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from saishang.apps.execution import queries
from saishang.apps.execution.actions import set_aim
from saishang.apps.execution.models import WorkItem, WorkPlan
from saishang.apps.execution.queries import ItemFilter
from saishang.apps.jobs.models import Job
from saishang.apps.organisations.access import Span
from saishang.apps.plan.actions import import_plan_from_rules
from tests.work_world import doing, make_item, make_people, make_report, make_tree

pytestmark = pytest.mark.django_db
DRAFT = {"task": "T10", "kind": "measure", "title": "扬尘", "organisation": "640100", "cadence": "month"}


@pytest.fixture
def client(tmp_path: Path, settings: Any) -> Client:
    settings.CONFIG = replace(settings.CONFIG, archive=tmp_path / "archive")
    import_plan_from_rules("tests", "ningxia")
    make_tree()
    made = Client()
    made.force_login(make_people("640100", ("reporter",))["reporter"])
    return made


def rows(*steps: tuple[str, str, str]) -> dict[str, Any]:
    names = ("step_due", "step_title", "step_weight")
    return {"step_pk": [""] * len(steps)} | {name: [s[n] for s in steps] for n, name in enumerate(names)}


def test_a_form_with_rows(client: Client) -> None:
    steps = rows(("2026-03-31", "甲", "1"), ("", "乙", "2"), ("", "", ""))
    # A button of the rows checks nothing and keeps what was typed.
    page = client.post("/work/items/new/", DRAFT | steps | {"title": "", "rows": "down-step-0"}).content.decode()
    assert re.findall(r'name="step_title"[^>]*value="([^"]*)"', page) == ["乙", "甲", ""]
    assert 'role="alert"' not in page and not WorkItem.objects.exists()
    page = client.post("/work/items/new/", DRAFT | steps | {"rows": "drop-step-0"}).content.decode()
    assert re.findall(r'name="step_title"[^>]*value="([^"]*)"', page) == ["乙", ""]
    # Faults stand beside their fields, all at once, and what was typed stays.
    wrong = rows(("明天", "甲", "1"), ("", "乙", "两"))
    answer = client.post("/work/items/new/", DRAFT | wrong | {"due": "2025-01-01", "start": "2026-01-01"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "第 1 个里程碑：日期应如 2026-06-30" in page and 'value="两"' in page
    answer = client.post(
        "/work/items/new/", DRAFT | rows(("", "乙", "两")) | {"due": "2025-01-01", "start": "2026-01-01"}
    )
    page = answer.content.decode()
    assert "期限应不早于 2026-01-01" in page and "权重应为 0.01 至 9999" in page
    answer = client.post("/work/items/new/", DRAFT | steps | {"unit_role": ["guide"], "unit_code": ["NX-STT"]})
    row = WorkItem.objects.get()
    assert answer["Location"] == f"/work/items/{row.code}/"
    assert [(s.title, s.due, s.weight) for s in row.milestones.all()] == [("甲", date(2026, 3, 31), 1), ("乙", None, 2)]
    assert [(u.organisation.code, u.role) for u in row.units.all()] == [("NX-STT", "guide")]


def test_below_a_duty_the_form_starts_with_its_task(client: Client) -> None:
    make_item("T10-640100-D", "640100", kind="duty", region="640100")
    page = client.get("/work/items/new/?parent=T10-640100-D").content.decode()
    assert 'value="T10-640100-D"' in page and re.search(r'<option value="T10" selected>', page)
    # What the reader may not see starts nothing.
    make_item("T11-640200-D", "640200", kind="duty")
    assert 'value="T11-640200-D"' not in client.get("/work/items/new/?parent=T11-640200-D").content.decode()


def test_two_people_on_one_item_see_both_texts(client: Client) -> None:
    make_item("T10-640100-001", "640100", state="draft", title="原来")
    given = DRAFT | {"version": "1"}
    assert client.post("/work/items/T10-640100-001/change/", given | {"title": "甲写的"}).status_code == 302
    answer = client.post("/work/items/T10-640100-001/change/", given | {"title": "乙写的"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "甲写的" in page and "乙写的" in page and 'name="version" value="2"' in page
    assert WorkItem.objects.get().title == "甲写的"
    # Now the other text was seen: saving again is a decision.
    client.post("/work/items/T10-640100-001/change/", DRAFT | {"version": "2", "title": "乙写的"})
    assert WorkItem.objects.get().title == "乙写的"


def test_the_page_of_an_item(client: Client) -> None:
    steps = (("开工", date(2026, 1, 31), 1), ("完工", date(2099, 1, 1), 3))
    row = make_item("T10-640100-001", "640100", targets=["G02"], milestones=steps, percent=0, expected="达标")
    make_report(row, "2026-M01", date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 6))
    page = client.get("/work/items/T10-640100-001/").content.decode()
    # A quarter of the weight was due by now.
    assert "<b>25%</b>" in page and "细颗粒物" in page and "逾期未报" in page and "2026年1月" in page
    answer = client.post("/work/items/T10-640100-001/move/", {"action": "finish", "version": "1", "reason": "都好了"})
    assert answer.status_code == 422 and "尚未达到" in answer.content.decode() and "都好了" in answer.content.decode()


def sent(client: Client, body: bytes, name: str) -> Any:
    return client.post("/work/items/import/", {"file": SimpleUploadedFile(name, body)})


def token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_from_the_look_to_the_undo(client: Client) -> None:
    make_item(
        "T10-640100-001", "640100", state="draft", title="=扬尘", content="一\n二", milestones=(("完工", None, 2),)
    )
    form = client.get("/work/items/?format=xlsx&table=form")
    assert "attachment" in form["Content-Disposition"]
    book = load_workbook(io.BytesIO(form.content))
    sheet = book.worksheets[0]
    assert len(book.sheetnames) == 3 and sheet["D2"].value == "=扬尘" and sheet["D2"].data_type == "s"
    rules = sheet.data_validations.dataValidation
    offered = {area.coord.split(":")[0] for rule in rules for area in rule.sqref.ranges}
    # Task, kind, owner, region, programme, reporting; both days.
    assert offered == {"B2", "C2", "E2", "G2", "O2", "P2", "H2", "I2"}
    # As it went out it changes nothing.
    page = sent(client, form.content, "a.xlsx").content.decode()
    assert "没有新增，也没有改动" in page and 'name="token"' not in page
    sheet["D2"] = "道路扬尘"
    sheet["B3"], sheet["D3"], sheet["E3"], sheet["I3"] = "T10", "新的一项", "640100", "明年"
    sheet["B4"], sheet["D4"], sheet["E4"] = "T11", "又一项", "银川市党委和政府"
    out = io.BytesIO()
    book.save(out)
    page = sent(client, out.getvalue(), "a.xlsx").content.decode()
    assert "I3" in page and "日期应如 2026-06-30" in page and "名称：=扬尘 → 道路扬尘" in page
    assert WorkItem.objects.count() == 1
    # Without a reason the look is shown again; nobody else can write what was looked at here.
    given = {"token": token(page), "reason": ""}
    assert client.post("/work/items/import/", given).status_code == 422
    other = Client()
    other.force_login(make_people("640200", ("reporter",))["reporter"])
    assert other.post("/work/items/import/", given | {"reason": "x"})["Location"] == "/work/items/import/"
    answer = client.post("/work/items/import/", given | {"reason": "来文 5 号"})
    where = answer["Location"]
    page = client.get(where).content.decode()
    assert "T11-640100-001" in page and WorkItem.objects.get(code="T10-640100-001").title == "道路扬尘"
    assert other.get(where).status_code == 404 and other.post(f"{where}undo/", {"reason": "x"}).status_code == 404
    client.post(f"{where}undo/", {"reason": "发错了"})
    assert "这次导入已撤回" in client.get(where).content.decode()
    assert WorkItem.objects.get(code="T10-640100-001").title == "=扬尘"


def test_a_long_list_is_written_by_a_job(client: Client) -> None:
    lines = "\n".join(f"T10,扬尘 {n},640100" for n in range(301))
    page = sent(client, f"任务,名称,责任单位\n{lines}\n".encode(), "a.csv").content.decode()
    answer = client.post("/work/items/import/", {"token": token(page), "reason": "年度"})
    job = Job.objects.get(kind="load_items")
    assert answer["Location"] == f"/work/items/import/running/{job.pk}/"
    assert "排队中" in client.get(answer["Location"]).content.decode()
    assert WorkItem.objects.count() == 0 and job.params["batch"]


def test_what_is_no_table_is_told(client: Client) -> None:
    answer = sent(client, b"%PDF-1.7", "a.xlsx")
    assert answer.status_code == 422 and "PDF" in answer.content.decode()


def test_aims_in_place(client: Client) -> None:
    make_item("T10-640100-D", "640100", kind="duty")
    client.post("/work/plans/640100/2027/draft/")
    plan = WorkPlan.objects.get()
    head = {"HTTP_HX_REQUEST": "true"}
    given = {"item": "T10-640100-D", "aim": "全年达标", "was": ""}
    line = client.post("/work/plans/640100/2027/aim/", given, **head).content.decode()
    assert line.lstrip().startswith("<tr") and "全年达标" in line and "已保存" in line
    set_aim(doing("tests"), plan.pk, "T10-640100-D", "别人写的", None)
    line = client.post(
        "/work/plans/640100/2027/aim/", given | {"aim": "我写的", "was": "全年达标"}, **head
    ).content.decode()
    assert "别人写的" in line and "我写的" in line and "其间有人改过" in line
    assert plan.lines.get().aim == "别人写的"


def test_a_missing_budget_is_not_zero() -> None:
    make_tree()
    make_item("T31-640100-001", "640100", programme="quality", budget="100.50")
    make_item("T31-640100-002", "640100", programme="quality")
    make_item("T31-640100-003", "640100", programme="digital")
    make_item("T31-640100-004", "640100", programme="digital", budget="7", state="cancelled")
    make_item("T31-640200-001", "640200", programme="quality", budget="0", due=date(2026, 1, 1))
    found = {
        row.key: (row.items, row.without, row.budget, row.late)
        for row in queries.budgets(Span(everything=True), "programme", ItemFilter(), date(2026, 11, 30), 30)
    }  # fmt: skip
    assert {key: (i, w, None if b is None else float(b), late) for key, (i, w, b, late) in found.items()} == {
        "quality": (3, 1, 100.5, 1), "digital": (1, 1, None, 0),
    }  # fmt: skip
    owners = queries.budgets(Span(everything=True), "organisation", ItemFilter(), date(2026, 11, 30), 30)
    assert [(row.key, row.items) for row in owners] == [("640100", 3), ("640200", 1)]


def test_what_stands_behind_a_task(client: Client) -> None:
    row = make_item("T10-640100-001", "640100", title="内部名称")
    make_item("T10-640100-002", "640100", state="draft")
    make_item("T10-640100-003", "640100", state="verified")
    make_item("T10-640100-004", "640100", invented=True)
    days = (date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 6))
    make_report(row, "2026-M01", *days, state="published", done="公开的进展")
    make_report(row, "2026-M02", *days, state="accepted", done="没有公开")
    page = Client().get("/plan/T10/").content.decode()
    counts = re.findall(r'<span class="small soft">(执行中|已核实|草拟)</span><b>(\d+)</b>', page)
    assert counts == [("执行中", "1"), ("已核实", "1")] and "另有 1 项虚构" in page
    assert "公开的进展" in page and "没有公开" not in page and "/work/items/?task=T10" not in page
    assert "/work/items/?task=T10" in client.get("/plan/T10/").content.decode()


def test_what_waits_to_be_assigned_verified_handed_in_or_approved_is_in_the_inbox(client: Client) -> None:
    people = make_people("NX-STT", ("office", "head"))
    office, head = Client(), Client()
    office.force_login(people["office"])
    head.force_login(people["head"])
    make_item("T10-640100-001", "640100", state="proposed", title="待下达的")
    make_item("T10-640100-002", "640100", state="done", title="待核实的", finished_by="somebody")
    make_item("T10-640100-003", "640100", state="done", title="自己办结的", finished_by=people["office"].username)
    make_item("T10-640100-004", "640100", state="draft", title="草拟的")
    from django.utils import timezone

    plans = {
        state: WorkPlan.objects.create(
            organisation_id=people["head"].memberships.get().organisation_id, year=year, state=state,
            changed_at=timezone.now(), changed_by="tests",
        )
        for state, year in (("submitted", 2027), ("draft", 2028), ("approved", 2026))
    }  # fmt: skip
    page = office.get("/work/").content.decode()
    assert all(
        words in page for words in ("下达事项", "待下达的", "核实办结", "待核实的", "批准年度计划", "2027 年度工作计划")
    )
    # Whoever said that it is done does not verify it; drafts wait for nobody; of plans only what they can move.
    assert not any(words in page for words in ("自己办结的", "草拟的", "2026 年度工作计划", "2028 年度工作计划"))
    page = head.get("/work/").content.decode()
    assert "报出年度计划" in page and "2028 年度工作计划" in page and "2027 年度工作计划" not in page
    plans["submitted"].submitted_by = people["office"].username
    plans["submitted"].save()
    assert "2027 年度工作计划" not in office.get("/work/").content.decode()
