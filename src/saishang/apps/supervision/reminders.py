"""What organisations owe to supervision and is due: answers, rectification, replies, duties of the year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from saishang.apps.notices.kinds import DUE, NoticeKind, due_words, register
from saishang.apps.notices.providers import DueThing, Provider, provide
from saishang.apps.supervision.telling import MOVED
from saishang.rules import Rules

__all__ = ["MOVED", "SUPERVISION"]

#: Kind of a due thing (`queries.due_until`) → its words, and the type that the log names it by.
_WHAT = {
    "case": ("督办事项", "supervision case", "supervision.Case"),
    "finding": ("督察整改", "rectification", "supervision.Finding"),
    "matter": ("协调事项", "matter to coordinate", "supervision.Coordination"),
    "duty": ("定期事项", "duty of the year", "supervision.Occurrence"),
}


def _words(params: Mapping[str, Any]) -> tuple[str, str]:
    zh, en, _type = _WHAT[params["what"]]
    return due_words((f"{zh} {params['title']}", f"{en} {params['title']}"), params)


def _due(_rules: Rules, first: date, last: date) -> Iterator[DueThing]:
    from saishang.apps.supervision.queries import due_until

    for one in due_until(first, last):
        if one.due < first:
            continue
        # The key holds level and day, so that another level or another day is another reminder.
        yield DueThing(
            SUPERVISION.id, (_WHAT[one.kind][2], str(one.args[0])), one.due, reverse(one.name, args=one.args),
            "answer_supervision", one.organisation.code, part=one.key,
            params={"what": one.kind, "title": one.title},
        )  # fmt: skip


SUPERVISION = register(NoticeKind("supervision.due", DUE.id, _words))
provide(Provider("supervision", _due))
