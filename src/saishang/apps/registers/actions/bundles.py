"""Decide about several proposals at once: those of one bundle, or those picked; what cannot be taken stays open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import transaction

from saishang.apps.core.actions import record
from saishang.apps.registers.actions.proposals import accept_quietly, return_quietly
from saishang.apps.registers.actions.write import EntryFaults, EntryRefused
from saishang.apps.registers.models import Bundle, Proposal
from saishang.apps.registers.permits import may_review
from saishang.apps.registers.telling import tell_bundle_decision, tell_decision, tell_decisions
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.rules import Rules
from saishang.science.register.kind import Kind

__all__ = ["Decided", "decide_bundle", "decide_several"]


@dataclass(frozen=True)
class Decided:
    """Proposals that were decided, and those that were not, each with the error."""

    decided: tuple[Proposal, ...]
    left: tuple[tuple[Proposal, SaishangError], ...]


def decide_bundle(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, pk: int, what: Literal["accept", "return"], *, today: date,
    chosen: Collection[int] | None = None, remark: str = "", address: str | None = None,
) -> Decided:  # fmt: skip
    """Permission → for each its own lock, check, change and log → log of the bundle → tell the proposer once.

    Parameters
    ----------
    chosen:
        Numbers of proposals; None = all that are open.

    Raises
    ------
    EntryRefused
        When there is no such bundle, the actor may not review or brought it himself, or a return lacks its remark.
    """
    bundle = Bundle.objects.filter(kind=kind.id, pk=pk).first()
    if bundle is None:
        raise EntryRefused("there is no such proposal in this register", fix="open the list of proposals again")
    _may(actor, kind, what, remark)
    if not isinstance(actor, str) and bundle.actor_id == actor.pk:
        raise EntryRefused(
            "nobody decides about what he proposed himself", fix="ask another reviewer", code="not-permitted"
        )
    rows = Proposal.objects.filter(bundle=bundle, state="open").order_by("line", "pk")
    if chosen is not None:
        rows = rows.filter(pk__in=list(chosen))
    with transaction.atomic():
        done = _each(actor, kind, rules, archive, rows, what, today, remark, address)
        if done.decided:
            count = len(done.decided)
            record(
                actor, f"registers.{what}_bundle", ("registers.Bundle", f"{kind.id}/{bundle.pk}"),
                after={"decided": count, "left": len(done.left)}, reason=remark.strip(), address=address,
            )  # fmt: skip
            tell_bundle_decision(bundle, kind, what, count)
    return done


def decide_several(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, chosen: Collection[int],
    what: Literal["accept", "return"], *, today: date, remark: str = "", address: str | None = None,
) -> Decided:  # fmt: skip
    """Permission → for each its own lock, check, change and log → tell each proposer once; bundles or not.

    What was decided meanwhile, and what the actor proposed himself, is left with its reason.

    Raises
    ------
    EntryRefused
        When the actor may not review, nothing is chosen, or a return lacks its remark.
    """
    _may(actor, kind, what, remark)
    rows = list(Proposal.objects.filter(kind=kind.id, pk__in=list(chosen)).order_by("pk"))
    if not rows:
        raise EntryRefused("no proposal is chosen", fix="tick those that are to be decided")
    with transaction.atomic():
        done = _each(actor, kind, rules, archive, rows, what, today, remark, address)
        theirs: dict[int | None, list[Proposal]] = defaultdict(list)
        for row in done.decided:
            theirs[row.actor_id].append(row)
        for decided in theirs.values():
            if len(decided) == 1:
                tell_decision(decided[0], kind)
            else:
                tell_decisions(decided, kind)
    return done


def _may(actor: Any, kind: Kind, what: str, remark: str) -> None:
    if not may_review(actor, kind):
        raise EntryRefused(
            "this account may not review this register", fix="ask a reviewer of the office that keeps it",
            code="not-permitted",
        )  # fmt: skip
    if what == "return" and not remark.strip():
        raise EntryRefused("returning a proposal needs a remark", fix="say what has to be mended", where="remark")


def _each(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, rows: Iterable[Proposal], what: str, today: date,
    remark: str, address: str | None,
) -> Decided:  # fmt: skip
    decided, left = list[Proposal](), list[tuple[Proposal, SaishangError]]()
    for row in rows:
        try:
            # Each in a savepoint of its own: one that cannot be taken does not keep the rest.
            if what == "accept":
                _made, done = accept_quietly(
                    actor, kind, rules, archive, row.pk, today=today, remark=remark, address=address
                )
            else:
                done = return_quietly(actor, kind, row.pk, remark=remark, address=address)
        except (EntryFaults, EntryRefused) as error:
            left.append((row, error))
        else:
            decided.append(done)
    return Decided(tuple(decided), tuple(left))
