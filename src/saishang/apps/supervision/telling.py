"""Who hears of a move of a case, a finding, a matter or a duty, and in which words (办理通知).

The unit hears of what is asked of it and of what became of its answer, the leading group's office of what it has to
decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from saishang.apps.notices.actions import tell_who_may
from saishang.apps.notices.kinds import MOVES, NoticeKind, mark_words, register
from saishang.apps.organisations.actions import Doing
from saishang.apps.supervision.models import Case, Coordination, Finding, Occurrence

__all__ = ["MOVED", "tell_of_case", "tell_of_duty", "tell_of_finding", "tell_of_matter"]

_UNIT, _OFFICE = "answer_supervision", "supervise"
_LEVELS = {"prompt": ("提示", "a prompt"), "notice": ("督办单", "a supervision notice"), "talk": ("约谈", "a talk")}
#: Move → action of those who hear of it, and what it says in Chinese and English; {level} and {due} are the case's.
_CASE = {
    "open": (_UNIT, "收到{level}，请于 {due} 前答复", "{level} was issued, to be answered by {due}"),
    "answer": (_OFFICE, "已答复，请审定", "answered, to be decided on"),
    "send_back": (_UNIT, "答复被退回，请于 {due} 前重新答复", "the answer was sent back, to be given anew by {due}"),
    "escalate": (_UNIT, "升级为{level}，请于 {due} 前答复", "escalated to {level}, to be answered by {due}"),
    "close": (_UNIT, "同意办结", "closed"),
    "settle": (_UNIT, "已办结", "closed"),
    "withdraw": (_UNIT, "已撤销", "withdrawn"),
    "reopen": (_UNIT, "重新督办，请于 {due} 前答复", "opened again, to be answered by {due}"),
}
_FINDING = {
    "list": (_UNIT, "已列入清单，请报送整改方案", "listed, its rectification plan is to be handed in"),
    "submit_plan": (_OFFICE, "已报送整改方案，请审批", "its plan is handed in, to be approved"),
    "return_plan": (_UNIT, "整改方案被退回，请修改", "its plan was sent back, to be mended"),
    "approve_plan": (_UNIT, "整改方案已批准", "its plan is approved"),
    "revise_plan": (_UNIT, "请修订整改方案", "its plan is to be revised"),
    "apply": (_OFFICE, "申请销号，请核查", "said to be mended, to be checked"),
    "return": (_UNIT, "退回整改", "sent back to be mended"),
    "passed": (_UNIT, "核查通过", "the check was passed"),
    "failed": (_UNIT, "核查未通过，退回整改", "the check was not passed, to be mended"),
    "object": (_UNIT, "公示有异议，退回整改", "there were objections, to be mended"),
    "close": (_UNIT, "已销号", "struck off"),
    "reopen": (_UNIT, "问题反弹，重新整改", "it has come back, to be mended again"),
}
_MATTER = {
    "raise": (_UNIT, "请于 {due} 前回复", "a reply is asked for by {due}"),
    "replied": (_OFFICE, "各方已回复，请议定", "all have replied, to be settled"),
    "settle": (_UNIT, "已议定", "settled"),
    "withdraw": (_UNIT, "已撤回", "withdrawn"),
    "reopen": (_UNIT, "重新协调，请于 {due} 前回复", "opened again, a reply is asked for by {due}"),
}
_DUTY = {"undo": (_UNIT, "被退回，请重新落实", "sent back, to be fulfilled anew")}
_TABLES = {
    "case": ("督办事项", "supervision case", _CASE), "finding": ("督察整改", "rectification", _FINDING),
    "matter": ("协调事项", "matter to coordinate", _MATTER), "duty": ("定期事项", "duty of the year", _DUTY),
}  # fmt: skip


def tell_of_case(doing: Doing, row: Case, action: str) -> None:
    """A case was opened or has moved; inside its transaction."""
    _tell(doing, "case", action, row, [row.organisation], reverse("supervision-case", args=[row.pk]), {
        "title": f"{row.code} {row.title}", "due": row.due.isoformat(), "level": row.level,
    })  # fmt: skip


def tell_of_finding(doing: Doing, row: Finding, action: str) -> None:
    """A finding was listed or has moved; a check is told by what came of it."""
    if action == "check":
        action = "passed" if row.state == "checked" else "failed"
    _tell(doing, "finding", action, row, [row.organisation], reverse("supervision-finding", args=[row.code]), {
        "title": f"{row.code} {row.title}",
    })  # fmt: skip


def tell_of_matter(doing: Doing, row: Coordination, action: str) -> None:
    """A matter was raised, answered by all, or has moved: who is asked hears of it, of its end also who raised it."""
    asked = [party.organisation for party in row.parties.select_related("organisation")]
    who = [row.organisation] if action == "replied" else [row.organisation, *asked] if action == "settle" else asked
    _tell(doing, "matter", action, row, who, reverse("supervision-matter", args=[row.pk]), {
        "title": f"{row.code} {row.title}", "due": row.due.isoformat(),
    })  # fmt: skip


def tell_of_duty(doing: Doing, row: Occurrence, action: str) -> None:
    """A duty of the year has moved; inside its transaction."""
    _tell(doing, "duty", action, row, [row.organisation], reverse("supervision-duty", args=[row.pk]), {
        "title": f"{row.duty} {row.year}",
    })  # fmt: skip


def _tell(
    doing: Doing, what: str, action: str, row: Case | Finding | Coordination | Occurrence, organisations: Iterable[Any],
    url: str, params: dict[str, Any],
) -> None:  # fmt: skip
    found = _TABLES[what][2].get(action)
    if found is None:
        return
    for organisation in organisations:
        tell_who_may(
            doing.actor, found[0], organisation, MOVED.id, f"{row._meta.label}/{row.pk}/{row.version}/{action}",
            params | {"what": what, "move": action, "invented": bool(getattr(row, "invented", False))},
            subject=(row._meta.label, str(row.pk)), url=url,
        )  # fmt: skip


def _words(params: Mapping[str, Any]) -> tuple[str, str]:
    zh, en, table = _TABLES[params["what"]]
    level = _LEVELS.get(params.get("level", ""), ("", ""))
    _who, said_zh, said_en = table[params["move"]]
    due = params.get("due", "")
    mark = mark_words(params)
    return (
        f"{zh} {params['title']}{mark[0]}：{said_zh.format(level=level[0], due=due)}",
        f"{en} {params['title']}{mark[1]}: {said_en.format(level=level[1], due=due)}",
    )


MOVED = register(NoticeKind("supervision.moved", MOVES.id, _words))
