"""Who hears of a move: whoever goes on, nearest to the work, never the one who acted; in which words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions import comment, move_item, move_report, move_work_plan
from saishang.apps.execution.models import ProgressReport, WorkPlan, WorkPlanLine
from saishang.apps.notices.kinds import words_of
from saishang.apps.notices.models import Notice
from saishang.apps.organisations.models import Organisation, User
from tests.work_world import doing, make_item, make_people, make_report, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    return make_people("640100", ("reporter", "reviewer", "head")) | {
        "office": make_people("640000", ("office",))["office"],
        "above": make_people("NX-STT", ("reviewer",))["reviewer"],
    }


def told() -> list[tuple[str, str]]:
    """Whoever was told since the last time, and what it says in Chinese."""
    rows = list(Notice.objects.select_related("person").order_by("pk"))
    found = [(row.person.username, words_of(row.kind, row.params)[0]) for row in rows]
    Notice.objects.all().delete()
    return found


def test_a_report_on_its_way(people: dict[str, User]) -> None:
    item = make_item("T10-640100-001", "640100", title="扬尘整治")
    report = make_report(item, "2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6), done="完成")
    report.written_by = people["reporter"]
    report.save()
    name = "2026年10月进展报告 · 扬尘整治"
    move_report(doing(people["reporter"]), report.pk, "hand_over", None)
    # Reviewer and head of the city may review; the reviewer of a department beside it hears nothing.
    assert sorted(told()) == [
        ("640100-head", f"{name}：已提交，请审核"),
        ("640100-reviewer", f"{name}：已提交，请审核"),
    ]
    move_report(doing(people["reviewer"], "缺照片"), report.pk, "send_back", None)
    # Whoever may write hears of it; the reviewer may, too, but has just acted.
    assert told() == [("640100-reporter", f"{name}：被退回，请修改。事由：缺照片")]
    for who, move, heard in (
        ("reporter", "hand_over", ["640100-head", "640100-reviewer"]), ("reviewer", "pass", ["640100-head"]),
        ("head", "submit", ["640000-office"]),
    ):  # fmt: skip
        move_report(doing(people[who]), report.pk, move, None)
        assert sorted(person for person, _words in told()) == heard, move
    move_report(doing(people["office"]), report.pk, "accept", None)
    assert sorted(told()) == [("640100-reporter", f"{name}：已验收"), ("640100-reviewer", f"{name}：已验收")]
    move_report(doing(people["office"]), report.pk, "publish", None)
    assert told() == []  # nobody has to go on


def test_what_is_refused_or_rolled_back_was_never_told(people: dict[str, User]) -> None:
    item = make_item("T10-640100-001", "640100")
    report = make_report(item, "2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6), done="完成")
    with pytest.raises(RuntimeError), transaction.atomic():
        move_report(doing(people["reporter"]), report.pk, "hand_over", None)
        raise RuntimeError
    assert told() == [] and ProgressReport.objects.get().state == "draft"


def test_a_remark_is_told_to_who_writes(people: dict[str, User]) -> None:
    item = make_item("T10-640100-001", "640100", title="扬尘整治", invented=True)
    report = make_report(item, "2026-Q3", date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 20))
    made = comment(doing(people["office"]), report.pk, "请补充\n数据")
    row = Notice.objects.order_by("pk").first()
    assert row is not None and row.url == f"/work/reports/{report.pk}/#remarks" and made.pk
    assert words_of(row.kind, row.params) == (
        "2026年第3季度进展报告 · 扬尘整治（演示数据）：640000-office 写了意见：请补充 数据",
        "progress report of Q3 2026 · 扬尘整治 (demonstration): remark of 640000-office: 请补充 数据",
    )
    assert [person for person, _words in told()] == ["640100-reporter", "640100-reviewer"]


def test_items_and_plans(people: dict[str, User]) -> None:
    row = make_item("T10-640100-001", "640100", title="扬尘整治", state="draft", expected="达标")
    move_item(doing(people["reporter"]), row.code, "propose", None)
    assert told() == [("640000-office", "任务事项 T10-640100-001 扬尘整治：已上报，请下达")]
    move_item(doing(people["office"]), row.code, "assign", None)
    assert sorted(person for person, _words in told()) == ["640100-head", "640100-reporter", "640100-reviewer"]
    move_item(doing(people["reporter"], "做完了"), row.code, "finish", None)
    assert told() == [("640000-office", "任务事项 T10-640100-001 扬尘整治：申请办结，请核实。事由：做完了")]
    plan = WorkPlan.objects.create(organisation=Organisation.objects.get(code="640100"), year=2027,
                                   changed_at=timezone.now(), changed_by="tests")  # fmt: skip
    WorkPlanLine.objects.create(work_plan=plan, item=row, origin="new")
    move_work_plan(doing(people["head"]), plan.pk, "submit", None)
    assert told() == [("640000-office", "2027年度工作计划：已报出，请批准")]


def test_every_move_that_is_told_is_one_and_has_words_in_both_languages() -> None:
    from saishang.apps.execution import telling
    from saishang.apps.execution.states import ITEM_MOVES, PLAN_MOVES, REPORT_MOVES
    from saishang.apps.organisations.roles import ACTIONS

    params: dict[str, Any] = {
        "period": "2026-M10",
        "title": "甲",
        "code": "T1",
        "year": 2026,
        "invented": False,
        "reason": "",
    }
    for table, moves, kind in (
        (telling._REPORT, REPORT_MOVES, "execution.report_moved"), (telling._ITEM, ITEM_MOVES, "execution.item_moved"),
        (telling._PLAN, PLAN_MOVES, "execution.plan_moved"),
    ):  # fmt: skip
        assert set(table) <= {move.action for move in moves}
        for move, (action, _zh, _en) in table.items():
            assert action in ACTIONS
            zh, en = words_of(kind, params | {"move": move})
            assert zh != en and "通知" not in zh
