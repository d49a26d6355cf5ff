"""Issue what was proposed (批量督办): one transaction, with a trial; nothing is issued by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from saishang.apps.organisations.actions import Doing
from saishang.apps.supervision.actions.cases import CaseDraft, move_case, open_case
from saishang.apps.supervision.models import Case
from saishang.apps.supervision.proposing import Proposal, proposals
from saishang.apps.supervision.refusals import SupervisionRefused
from saishang.rules import Rules

__all__ = ["Issued", "issue_proposals"]


@dataclass(frozen=True)
class Issued:
    """One proposal with the case that it became (on trial: that it would become)."""

    proposal: Proposal
    case: Case


class _Trial(Exception):
    """Rolls a trial back."""


def issue_proposals(doing: Doing, rules: Rules, keys: Sequence[str], *, dry_run: bool = False) -> list[Issued]:
    """Permission → check → change → log for all of them, or for none.

    Parameters
    ----------
    keys:
        Keys of proposals that stand today; one that does not stand any more refuses the whole list.

    Raises
    ------
    SupervisionRefused
        Without permission over one of them, for an empty list, or for a proposal that is out of date.
    """
    if not keys:
        raise SupervisionRefused("expected at least one proposal; got none", fix="choose some")
    found: list[Issued] = []
    try:
        with transaction.atomic():
            standing = {one.key: one for one in proposals(rules, doing.span("supervise"), doing.today)}
            gone = [key for key in dict.fromkeys(keys) if key not in standing]
            if gone:
                raise SupervisionRefused(f"{len(gone)} proposals do not stand any more, the first is {gone[0][:60]}",
                                         fix="load the list again")  # fmt: skip
            for key in dict.fromkeys(keys):
                one = standing[key]
                if one.case is None:
                    draft = CaseDraft(one.subject, one.subject_key, one.level, one.demand[0])
                    found.append(Issued(one, open_case(doing, rules, draft)))
                else:
                    why = doing.reason.strip() or one.demand[0]
                    made = move_case(replace(doing, reason=why), rules, one.case.pk, "escalate", one.case.version,
                                     text=one.demand[0], level=one.level)  # fmt: skip
                    found.append(Issued(one, made))
            if dry_run:
                raise _Trial
    except _Trial:
        pass
    return found
