"""Who hears of supervision: the unit of what is asked of it, the office of what it has to decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from saishang.apps.notices.kinds import words_of
from saishang.apps.notices.models import Notice
from saishang.apps.organisations.models import User
from saishang.apps.organisations.roles import ACTIONS
from saishang.apps.supervision import telling
from saishang.apps.supervision.actions import (
    CaseDraft,
    MatterDraft,
    move_case,
    move_finding,
    move_matter,
    open_case,
    raise_matter,
    reply_to_matter,
    write_plan,
)
from saishang.apps.supervision.states import CASE_MOVES, COORDINATION_MOVES, FINDING_MOVES
from saishang.rules import load_rules
from tests.supervision_world import TODAY, make_finding, make_world, on_day
from tests.work_world import doing

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Iterator[dict[str, User]]:
    with on_day(TODAY):
        made = make_world()
        # The two offices of the region are enough.
        made["office"].memberships.model.objects.filter(user__username="640100-office").delete()
        yield made


def told() -> set[tuple[str, str]]:
    """Whoever was told since the last time, and what it says in Chinese."""
    rows = Notice.objects.select_related("person")
    found = {(row.person.username, words_of(row.kind, row.params)[0]) for row in rows}
    Notice.objects.all().delete()
    return found


def test_a_case_from_issuing_to_closing(people: dict[str, User]) -> None:
    rules = load_rules()
    row = open_case(doing(people["office"]), rules, CaseDraft("item", "T11-640100-001", "prompt", "请说明原因"))
    name = f"督办事项 {row.code} T11-640100-001 排水口整治"
    # Five working days from Monday 30 November 2026.
    assert told() == {(f"640100-{who}", f"{name}：收到提示，请于 2026-12-07 前答复")
                      for who in ("reporter", "reviewer", "head")}  # fmt: skip
    move_case(doing(people["reporter"]), rules, row.pk, "answer", None, text="在赶")
    assert told() == {("640000-office", f"{name}：已答复，请审定"), ("NX-STT-office", f"{name}：已答复，请审定")}
    move_case(doing(people["office"], "不具体"), rules, row.pk, "escalate", None)
    assert {words for _who, words in told()} == {f"{name}：升级为督办单，请于 2026-12-14 前答复"}
    move_case(doing(people["office"], "完成了"), rules, row.pk, "settle", None)
    assert {words for _who, words in told()} == {f"{name}：已办结"}


def test_a_finding_and_a_matter(people: dict[str, User], tmp_path: Path) -> None:
    rules = load_rules()
    row = make_finding(people)
    assert {words for _who, words in told()} == {f"督察整改 {row.code} 排水沟水质反复：已列入清单，请报送整改方案"}
    write_plan(doing(people["reporter"]), row.code, "达标", "清淤", None, None)
    move_finding(doing(people["reporter"]), rules, row.code, "submit_plan", None)
    assert {who for who, _words in told()} == {"640000-office", "NX-STT-office"}
    matter = raise_matter(doing(people["reporter"]), rules, MatterDraft("640100", ("640200",), "管网", "请明确时间"))
    assert told() == {("640200-reporter", f"协调事项 {matter.code} 管网：请于 2026-12-14 前回复")}
    reply_to_matter(doing(people["beside"]), matter.pk, "640200", "下周", None)
    assert {words for _who, words in told()} == {f"协调事项 {matter.code} 管网：各方已回复，请议定"}
    move_matter(doing(people["office"]), rules, matter.pk, "settle", None, text="下周三")
    assert {who for who, _words in told()} == {
        "640100-reporter", "640100-reviewer", "640100-head", "640200-reporter",
    }  # fmt: skip


def test_every_move_that_is_told_is_one_and_has_words_in_both_languages() -> None:
    known = {
        "case": {"open"} | {move.action for move in CASE_MOVES},
        "finding": {"list", "passed", "failed"} | {move.action for move in FINDING_MOVES},
        "matter": {"raise", "replied"} | {move.action for move in COORDINATION_MOVES},
        "duty": {"undo"},
    }
    for what, (_zh, _en, table) in telling._TABLES.items():
        assert set(table) <= known[what]
        for move, (action, _said, _told) in table.items():
            params = {
                "what": what,
                "move": move,
                "title": "甲",
                "level": "talk",
                "due": "2026-12-07",
                "invented": False,
            }
            zh, en = words_of("supervision.moved", params)
            assert action in ACTIONS and zh != en and "{" not in zh + en and "通知" not in zh
