"""Who hears of a move of a report, an item or a year's plan, and in which words (办理通知).

Whoever has to go on hears of what was handed to them, whoever wrote of what became of it. Moves that are in no table
here concern nobody but the one who makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from saishang.apps.execution.models import ProgressReport, WorkItem, WorkPlan
from saishang.apps.execution.names import period_words
from saishang.apps.notices.actions import tell_who_may
from saishang.apps.notices.kinds import MOVES, NoticeKind, mark_words, register
from saishang.apps.organisations.actions import Doing

__all__ = ["tell_of_item", "tell_of_plan", "tell_of_remark", "tell_of_report"]

#: Move → action of those who hear of it, and what it says in Chinese and English.
_REPORT = {
    "hand_over": ("review_progress", "已提交，请审核", "handed over, to be reviewed"),
    "pass": ("submit_progress", "已审核通过，请报出", "reviewed, to be handed in"),
    "submit": ("accept_progress", "已报出，请验收", "handed in, to be accepted"),
    "send_back": ("write_progress", "被退回，请修改", "sent back, to be mended"),
    "return": ("write_progress", "被退回，请修改", "sent back, to be mended"),
    "withdraw": ("write_progress", "已撤回，请修改", "withdrawn, to be mended"),
    "accept": ("write_progress", "已验收", "accepted"),
    "unpublish": ("write_progress", "已撤下", "no longer published"),
}
_ITEM = {
    "propose": ("assign_items", "已上报，请下达", "proposed, to be assigned"),
    "assign": ("edit_items", "已下达", "assigned"),
    "return": ("edit_items", "被退回", "sent back"),
    "finish": ("accept_progress", "申请办结，请核实", "said to be done, to be verified"),
    "verify": ("edit_items", "已核实办结", "verified"),
    "reject": ("edit_items", "未通过核实，请继续办理", "not verified, to be gone on with"),
    "reopen": ("edit_items", "重新办理", "taken up again"),
    "pause": ("edit_items", "已暂停", "paused"),
    "resume": ("edit_items", "已恢复", "resumed"),
    "cancel": ("edit_items", "已取消", "cancelled"),
}
_PLAN = {
    "submit": ("assign_items", "已报出，请批准", "handed in, to be approved"),
    "approve": ("edit_items", "已批准", "approved"),
    "return": ("edit_items", "被退回，请修改", "sent back, to be mended"),
    "revise": ("edit_items", "退回修订", "opened for revision"),
}
_LONG = 200


def tell_of_report(doing: Doing, row: ProgressReport, action: str) -> None:
    """A report has moved; inside the transaction of the move."""
    if action in _REPORT:
        _tell(doing, _REPORT[action][0], row, REPORT_MOVED, reverse("work-report", args=[row.pk]), {
            "move": action, "period": row.period, "title": row.item.title,
            "invented": row.invented or row.item.invented,
        })  # fmt: skip


def tell_of_item(doing: Doing, row: WorkItem, action: str) -> None:
    """An item has moved; inside the transaction of the move."""
    if action in _ITEM:
        _tell(doing, _ITEM[action][0], row, ITEM_MOVED, reverse("work-item", args=[row.code]), {
            "move": action, "code": row.code, "title": row.title, "invented": row.invented,
        })  # fmt: skip


def tell_of_plan(doing: Doing, row: WorkPlan, action: str) -> None:
    """A year's plan has moved; inside the transaction of the move."""
    if action in _PLAN:
        url = reverse("work-plan", args=[row.organisation.code, row.year])
        _tell(doing, _PLAN[action][0], row, PLAN_MOVED, url, {
            "move": action, "year": row.year, "invented": row.invented,
        })  # fmt: skip


def tell_of_remark(doing: Doing, row: ProgressReport, number: int, text: str) -> None:
    """Somebody remarked on a report: whoever writes it hears of it."""
    tell_who_may(
        doing.actor, "write_progress", row.organisation, REMARK.id, f"report/{row.pk}/remark/{number}",
        {"period": row.period, "title": row.item.title, "by": doing.name, "text": _short(text),
         "invented": row.invented or row.item.invented},
        subject=(row._meta.label, str(row.pk)), url=reverse("work-report", args=[row.pk]) + "#remarks",
    )  # fmt: skip


def _tell(
    doing: Doing, action: str, row: ProgressReport | WorkItem | WorkPlan, kind: NoticeKind, url: str,
    params: dict[str, Any],
) -> None:  # fmt: skip
    # Every move counts the version: the same move again, after a return, is told again.
    key = f"{row._meta.label}/{row.pk}/{row.version}"
    tell_who_may(doing.actor, action, row.organisation, kind.id, key, params | {"reason": _short(doing.reason)},
                 subject=(row._meta.label, str(row.pk)), url=url)  # fmt: skip


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONG else words[: _LONG - 1] + "…"


def _words(what: tuple[str, str], said: tuple[str, str, str], params: Mapping[str, Any]) -> tuple[str, str]:
    zh, en = f"{what[0]}：{said[1]}", f"{what[1]}: {said[2]}"
    return (f"{zh}。事由：{params['reason']}", f"{en}. Reason: {params['reason']}") if params["reason"] else (zh, en)


def _report_words(params: Mapping[str, Any]) -> tuple[str, str]:
    return _words(_report_name(params), _REPORT[params["move"]], params)


def _report_name(params: Mapping[str, Any]) -> tuple[str, str]:
    (zh, en), mark = period_words(params["period"]), mark_words(params)
    return f"{zh}进展报告 · {params['title']}{mark[0]}", f"progress report of {en} · {params['title']}{mark[1]}"


def _item_words(params: Mapping[str, Any]) -> tuple[str, str]:
    what, mark = f"{params['code']} {params['title']}", mark_words(params)
    return _words((f"任务事项 {what}{mark[0]}", f"item of work {what}{mark[1]}"), _ITEM[params["move"]], params)


def _plan_words(params: Mapping[str, Any]) -> tuple[str, str]:
    mark = mark_words(params)
    what = f"{params['year']}年度工作计划{mark[0]}", f"work plan of {params['year']}{mark[1]}"
    return _words(what, _PLAN[params["move"]], params)


def _remark_words(params: Mapping[str, Any]) -> tuple[str, str]:
    zh, en = _report_name(params)
    return f"{zh}：{params['by']} 写了意见：{params['text']}", f"{en}: remark of {params['by']}: {params['text']}"


REPORT_MOVED = register(NoticeKind("execution.report_moved", MOVES.id, _report_words))
ITEM_MOVED = register(NoticeKind("execution.item_moved", MOVES.id, _item_words))
PLAN_MOVED = register(NoticeKind("execution.plan_moved", MOVES.id, _plan_words))
REMARK = register(NoticeKind("execution.remark", MOVES.id, _remark_words))
