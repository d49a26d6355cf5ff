"""The page of a report as its people use it: saved by itself, conflicts shown, faults beside their fields."""

from __future__ import annotations

import html
from datetime import date

import pytest
from django.test import Client

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.models import ProgressReport
from saishang.apps.organisations.models import User
from tests.work_world import make_item, make_people, make_report, make_tree

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    return make_people("640100", ("reporter", "reviewer", "head"))


@pytest.fixture
def report(people: dict[str, User]) -> ProgressReport:
    item = make_item("T11-640100-001", "640100", milestones=(("开工", date(2026, 6, 30), 1),))
    return make_report(item, "2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))


def by(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_it_saves_itself_and_says_when(report: ProgressReport, people: dict[str, User]) -> None:
    client, where = by(people["reporter"]), f"/work/reports/{report.pk}/save/"
    step = report.item.milestones.get()
    told = {
        "version": "0", "done": "完成\r\n两项", "figure-name-0": "管网", "figure-value-0": "3.5", "figure-unit-0": "km",
        "figure-name-2": "泵站", "figure-value-2": "1", f"milestone-{step.pk}": "2026-10-12", "percent": "",
    }  # fmt: skip
    got = client.post(where, told, **JSON)
    assert got.status_code == 200
    assert (got.json()["version"], got.json()["other"]) == (1, "")
    report.refresh_from_db()
    assert report.done == "完成\n两项"
    assert report.figures == [
        {"name": "管网", "value": "3.5", "unit": "km"}, {"name": "泵站", "value": "1", "unit": ""},
    ]  # fmt: skip
    assert report.milestones == {str(step.pk): "2026-10-12"}
    assert not ActionLogEntry.objects.filter(verb="execution.write_report").exists()
    page = client.get(f"/work/reports/{report.pk}/").content.decode()
    assert 'value="3.5"' in page and 'value="2026-10-12"' in page and 'name="version" value="1"' in page


def test_an_older_form_overwrites_nothing_and_shows_both(report: ProgressReport, people: dict[str, User]) -> None:
    where = f"/work/reports/{report.pk}/save/"
    by(people["reviewer"]).post(where, {"version": "0", "done": "对方写的"})
    client = by(people["reporter"])
    assert client.post(where, {"version": "0", "done": "我写的"}, **JSON).status_code == 409
    got = client.post(where, {"version": "0", "done": "我写的"})
    page = got.content.decode()
    assert got.status_code == 409
    assert "库里现在的内容" in page and "对方写的" in page and "我写的" in page
    # The form now carries the newer version: who saves again has seen both.
    assert 'name="version" value="1"' in page
    assert client.post(where, {"version": "1", "done": "我写的"}).status_code == 302
    report.refresh_from_db()
    assert report.done == "我写的"


def test_the_other_is_told_that_somebody_has_it_open(report: ProgressReport, people: dict[str, User]) -> None:
    where = f"/work/reports/{report.pk}/save/"
    by(people["reviewer"]).post(where, {"touch": "1"}, **JSON)
    got = by(people["reporter"]).post(where, {"touch": "1"}, **JSON)
    assert got.json() == {"other": "640100 reviewer"}
    assert "640100 reviewer 也打开着" in by(people["reporter"]).get(f"/work/reports/{report.pk}/").content.decode()


def test_faults_stand_beside_their_fields_and_the_text_stays(report: ProgressReport, people: dict[str, User]) -> None:
    told = {
        "version": "0", "done": "", "problems": "缺资金", "figure-name-0": "管网", "figure-value-0": "三",
        "then": "hand_over",
    }  # fmt: skip
    got = by(people["reporter"]).post(f"/work/reports/{report.pk}/save/", told)
    page = html.unescape(got.content.decode())
    assert got.status_code == 422
    assert "没有填写进展情况" in page and "第 1 行数据：应为数字，实为“三”" in page and "缺资金" in page
    report.refresh_from_db()
    # What was written is kept, the report is where it was.
    assert (report.state, report.problems) == ("draft", "缺资金")


def test_from_the_form_to_the_office(report: ProgressReport, people: dict[str, User]) -> None:
    where = f"/work/reports/{report.pk}/"
    told = {"version": "0", "done": "完成两项", "then": "hand_over"}
    assert by(people["reporter"]).post(f"{where}save/", told).status_code == 302
    reviewer = by(people["reviewer"])
    page = reviewer.get(where).content.decode()
    assert "审核通过" in page and 'name="done"' not in page
    assert reviewer.post(f"{where}step/", {"action": "pass", "version": "2"}).status_code == 302
    head = by(people["head"])
    assert head.post(f"{where}step/", {"action": "submit", "version": "2"}).status_code == 409
    assert head.post(f"{where}step/", {"action": "submit", "version": "3"}).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.late) == ("submitted", True)
    page = head.get(where).content.decode()
    assert "迟报" in page and "撤回" in page
    got = head.post(f"{where}step/", {"action": "withdraw", "version": "4", "reason": " "})
    assert got.status_code == 422 and "须写明事由" in got.content.decode()


def test_whoever_wrote_it_is_told_that_others_review(report: ProgressReport, people: dict[str, User]) -> None:
    client = by(people["reviewer"])
    client.post(f"/work/reports/{report.pk}/save/", {"version": "0", "done": "x", "then": "hand_over"})
    page = client.get(f"/work/reports/{report.pk}/").content.decode()
    assert "“审核通过”须由他人办理" in page


def test_remarks_are_escaped_and_kept(report: ProgressReport, people: dict[str, User]) -> None:
    client = by(people["reviewer"])
    client.post(f"/work/reports/{report.pk}/remark/", {"text": "<b>请补照片</b>"})
    page = client.get(f"/work/reports/{report.pk}/").content.decode()
    assert "&lt;b&gt;请补照片&lt;/b&gt;" in page
