"""What of the registers is due: terms that end, for those who keep the registers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from saishang.apps.notices.kinds import DUE, NoticeKind, due_words, mark_words, register
from saishang.apps.notices.providers import DueThing, Provider, provide
from saishang.rules import Rules, load_rules

__all__ = ["PROVIDER", "TERM"]


def _words(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import kind_of

    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), params["register"])
    term = {term.id: term for term in kind.terms}[params["term"]]
    mark = mark_words(params)
    what = f"{kind.zh} {params['entry']} · {term.zh}{mark[0]}", f"{kind.en} {params['entry']} · {term.en}{mark[1]}"
    return due_words(what, params)


def _due(rules: Rules, first: date, last: date) -> Iterator[DueThing]:
    from saishang.apps.registers.kinds import kinds
    from saishang.apps.registers.queries import Filter, due, entries

    for kind in kinds(rules).values():
        if not kind.terms:
            continue
        states = tuple(sorted({state for term in kind.terms for state in term.states}))
        listed = {view.key: view for view in entries(kind, Filter(states=states))}
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


TERM = register(NoticeKind("registers.term", DUE.id, _words))
PROVIDER = provide(Provider("registers", _due))
