"""What of the work is due, and who has to hear of it: nearest to the work, whose turn it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import path

from saishang.apps.execution.models import Milestone, ProgressReport, WorkItem
from saishang.apps.notices.actions import remind
from saishang.apps.notices.kinds import words_of
from saishang.apps.notices.models import Notice
from saishang.rules import load_rules
from saishang.web import urls
from tests.work_world import make_item, make_people, make_report, make_tree

# Reminders lead to pages of other parts: their names are enough here.
urlpatterns = [
    *urls.urlpatterns,
    path("work/reports/<int:pk>/", lambda request, pk: HttpResponse(), name="work-report"),
    path("work/items/<str:code>/", lambda request, code: HttpResponse(), name="work-item"),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.apps.execution.test_reminders")]
RULES = load_rules()
OCTOBER = ("2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))  # due on a Friday


@pytest.fixture(autouse=True)
def people() -> dict[str, Any]:
    make_tree()
    for code in ("640000", "640100", "640200"):
        make_people(code, ("reporter", "reviewer", "head", "office"))
    return {}


def told(today: date) -> list[tuple[str, str]]:
    """Who is told what on a day, by name; what was told before is not told again."""
    before = set(Notice.objects.values_list("pk", flat=True))
    done = remind(RULES, today)
    assert not done.failed, done.failed
    rows = Notice.objects.exclude(pk__in=before).select_related("person").order_by("person__username", "pk")
    return [(row.person.username, words_of(row.kind, row.params)[0]) for row in rows]


def test_a_report_reaches_whose_turn_it_is() -> None:
    report = make_report(make_item("T11-640100-001", "640100"), *OCTOBER)
    # reminders.yaml: 5, 3 and 1 working days before, here Friday 30 October, Tuesday 3 and Thursday 5 November.
    assert told(date(2026, 10, 29)) == []
    words = "2026年10月进展报告 · 事项 T11-640100-001：2026-11-06 到期，提醒时还有"
    writers = ("640100-reporter", "640100-reviewer")  # roles.py: both write; not those of the region above
    assert told(date(2026, 11, 2)) == [(name, f"{words} 4 个工作日") for name in writers]
    assert told(date(2026, 11, 2)) == []
    ProgressReport.objects.update(state="in_review")
    assert told(date(2026, 11, 3)) == [
        (name, f"{words} 3 个工作日") for name in ("640100-head", "640100-reviewer")
    ]  # who may review
    ProgressReport.objects.update(state="reviewed")
    assert told(date(2026, 11, 5)) == [("640100-head", f"{words} 1 个工作日")]
    late = "2026年10月进展报告 · 事项 T11-640100-001：2026-11-06 已到期，提醒时逾期 1 个工作日"
    assert told(date(2026, 11, 9)) == [("640100-head", late)]
    row = Notice.objects.latest("pk")
    assert (row.url, row.subject_type, row.subject_id) == (
        f"/work/reports/{report.pk}/", "execution.ProgressReport", str(report.pk),
    )  # fmt: skip


def test_what_was_handed_in_or_is_out_of_force_is_not_told() -> None:
    handed_in = make_report(make_item("T11-640100-001", "640100"), *OCTOBER)
    ProgressReport.objects.filter(pk=handed_in.pk).update(state="submitted", submitted_at="2026-11-01T00:00Z")
    make_report(make_item("T11-640100-002", "640100", state="paused", due=date(2026, 11, 6)), *OCTOBER)
    steps = (("开工", date(2026, 11, 6), 1),)
    make_item("T11-640100-003", "640100", state="verified", due=date(2026, 11, 6), milestones=steps)
    make_item("T11-640100-004", "640100", milestones=steps)
    Milestone.objects.filter(item__code="T11-640100-004").update(reached=date(2026, 11, 1))
    assert told(date(2026, 11, 5)) == []


def test_milestones_and_items_each_on_their_days() -> None:
    steps = (("开工", date(2026, 6, 30), 1), ("完工", date(2026, 12, 31), 3))
    make_item("T11-640200-001", "640200", due=date(2026, 12, 31), milestones=steps, invented=True)
    make_item("T11-640100-001", "640100")  # without a due day
    # Thursday 10 December: 15 working days before; who writes progress, and who keeps the list (heads, too).
    found = told(date(2026, 12, 10))
    assert found == [
        ("640200-head", "任务事项 事项 T11-640200-001（演示数据）：2026-12-31 到期，提醒时还有 15 个工作日"),
        ("640200-reporter", "里程碑 完工 · 事项 T11-640200-001（演示数据）：2026-12-31 到期，提醒时还有 15 个工作日"),
        ("640200-reporter", "任务事项 事项 T11-640200-001（演示数据）：2026-12-31 到期，提醒时还有 15 个工作日"),
        ("640200-reviewer", "里程碑 完工 · 事项 T11-640200-001（演示数据）：2026-12-31 到期，提醒时还有 15 个工作日"),
        ("640200-reviewer", "任务事项 事项 T11-640200-001（演示数据）：2026-12-31 到期，提醒时还有 15 个工作日"),
    ]
    english = {words_of(row.kind, row.params)[1].partition(":")[0] for row in Notice.objects.all()}
    assert english == {
        "item of work 事项 T11-640200-001 (demonstration)", "milestone 完工 · 事项 T11-640200-001 (demonstration)",
    }  # fmt: skip
    assert {row.url for row in Notice.objects.all()} == {"/work/items/T11-640200-001/"}
    # The due day is put off by the office: a new day, new reminders.
    WorkItem.objects.update(due=date(2026, 12, 30))
    assert {words.partition("：")[0] for _name, words in told(date(2026, 12, 10))} == {
        "任务事项 事项 T11-640200-001（演示数据）", "任务事项 事项 T11-640100-001",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2026-M01", "2026年1月进展报告", "progress report of 2026-01"),
        ("2026-Q3", "2026年第3季度进展报告", "progress report of Q3 2026"),
        ("2026", "2026年度进展报告", "progress report of 2026"),
    ],
)
def test_words_of_periods(period: str, zh: str, en: str) -> None:
    params = {"period": period, "title": "x", "invented": False, "due": "2026-11-06", "told": "2026-11-06", "days": 0,
              "complete": True}  # fmt: skip
    assert words_of("execution.report", params) == (
        f"{zh} · x：2026-11-06 当天到期", f"{en} · x: due 2026-11-06, the day on which this was sent",
    )  # fmt: skip
