"""What of the registers is due: terms that end, for those who keep the registers; and the words about proposals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from saishang.apps.notices.kinds import (
    DUE,
    Family,
    NoticeKind,
    due_words,
    mark_words,
    register,
    register_family,
)
from saishang.apps.notices.providers import DueThing, Provider, provide
from saishang.rules import Rules, load_rules

__all__ = ["DECIDED", "PROPOSED", "PROVIDER", "TERM"]


#: Entries of one register that are spoken of at once.
_MOST = 20_000


def _words(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import kind_of

    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), params["register"])
    term = {term.id: term for term in kind.terms}[params["term"]]
    mark = mark_words(params)
    what = f"{kind.zh} {params['entry']} · {term.zh}{mark[0]}", f"{kind.en} {params['entry']} · {term.en}{mark[1]}"
    return due_words(what, params)


def _proposal_words(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import kind_of

    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), params["register"])
    zh = f"{kind.zh} {params['entry']}（第 {params['number']} 号提交）"
    en = f"{kind.en} {params['entry']} (proposal {params['number']})"
    said = {
        "open": ("待审核", "waits for review"), "accepted": ("已通过", "was accepted"),
        "returned": ("被退回", "was returned"),
    }[params["state"]]  # fmt: skip
    return f"{zh}：{said[0]}", f"{en}: {said[1]}"


def _due(rules: Rules, first: date, last: date) -> Iterator[DueThing]:
    from saishang.apps.registers.kinds import kinds
    from saishang.apps.registers.lists import late
    from saishang.apps.registers.queries import due

    for kind in kinds(rules).values():
        if not kind.terms:
            continue
        # Those whose earliest term ends now come first; of those with an older one as many as can be looked at.
        now = late(kind, last + timedelta(days=1), most=_MOST, since=first)
        listed = {view.key: view for view in [*now, *late(kind, first, most=_MOST)]}
        for term in due(kind, listed.values()):
            if not first <= term.on <= last:
                continue
            view = listed[term.key]
            yield DueThing(
                TERM.id, ("registers.Entry", f"{kind.id}/{view.pk}"), term.on,
                reverse("registers-entry", args=[kind.id, view.pk]), "edit_registers", part=term.term,
                params={"register": kind.id, "entry": view.key, "term": term.term,
                        "invented": view.standing.invented},
            )  # fmt: skip


#: A decision is waited for: word of it goes out at once with whoever has not chosen otherwise.
_REVIEW = register_family(Family("registers", "名录审核", "review of registers", "once"))
PROPOSED = register(NoticeKind("registers.proposed", _REVIEW.id, _proposal_words))
DECIDED = register(NoticeKind("registers.decided", _REVIEW.id, _proposal_words))
TERM = register(NoticeKind("registers.term", DUE.id, _words))
PROVIDER = provide(Provider("registers", _due))
