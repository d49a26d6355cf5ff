"""Decide about the proposals of one table, all or some of them; what cannot be taken stays open, with its reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import transaction

from saishang.apps.core.actions import record
from saishang.apps.registers.actions.proposals import accept_quietly, return_quietly
from saishang.apps.registers.actions.write import EntryFaults, EntryRefused
from saishang.apps.registers.models import Bundle, Proposal
from saishang.apps.registers.permits import may_review
from saishang.apps.registers.telling import tell_bundle_decision
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.rules import Rules
from saishang.science.register.kind import Kind

__all__ = ["BundleDecision", "decide_bundle"]


@dataclass(frozen=True)
class BundleDecision:
    """How many were decided, and line and error of each that was not."""

    decided: int
    left: tuple[tuple[int, SaishangError], ...]


def decide_bundle(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, pk: int, what: Literal["accept", "return"], *, today: date,
    chosen: Collection[int] | None = None, remark: str = "", address: str | None = None,
) -> BundleDecision:  # fmt: skip
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
    if not may_review(actor, kind):
        raise EntryRefused(
            "this account may not review this register", fix="ask a reviewer of the office that keeps it",
            code="not-permitted",
        )  # fmt: skip
    if not isinstance(actor, str) and bundle.actor_id == actor.pk:
        raise EntryRefused(
            "nobody decides about what he proposed himself", fix="ask another reviewer", code="not-permitted"
        )
    if what == "return" and not remark.strip():
        raise EntryRefused("returning a proposal needs a remark", fix="say what has to be mended", where="remark")
    rows = Proposal.objects.filter(bundle=bundle, state="open").order_by("line", "pk")
    if chosen is not None:
        rows = rows.filter(pk__in=list(chosen))
    decided, left = 0, list[tuple[int, SaishangError]]()
    with transaction.atomic():
        for row in rows:
            try:
                # Each in a savepoint of its own: one that cannot be taken does not keep the rest.
                if what == "accept":
                    accept_quietly(actor, kind, rules, archive, row.pk, today=today, remark=remark, address=address)
                else:
                    return_quietly(actor, kind, row.pk, remark=remark, address=address)
            except (EntryFaults, EntryRefused) as error:
                left.append((row.line or 0, error))
            else:
                decided += 1
        if decided:
            record(
                actor, f"registers.{what}_bundle", ("registers.Bundle", f"{kind.id}/{bundle.pk}"),
                after={"decided": decided, "left": len(left)}, reason=remark.strip(), address=address,
            )  # fmt: skip
            tell_bundle_decision(bundle, kind, what, decided)
    return BundleDecision(decided, tuple(left))
