"""Propose one field, or one move, of many entries at once: one bundle that a reviewer decides together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.organisations.actions.doing import find_organisation
from saishang.apps.registers.actions.bulk import TOGETHER, BulkOutcome, BulkWish, Look, check_order
from saishang.apps.registers.actions.proposals import certificate_stays, not_permitted
from saishang.apps.registers.actions.propose_table import MOST_ROWS, log_bundle
from saishang.apps.registers.actions.write import Draft
from saishang.apps.registers.models import Bundle, Entry, Proposal
from saishang.apps.registers.permits import for_whom, proposes_somewhere
from saishang.rules import Rules
from saishang.science.register.kind import Kind

__all__ = ["BulkProposed", "propose_bulk"]


@dataclass(frozen=True)
class BulkProposed:
    """What became of the chosen entries, as of a bulk edit, and the bundle (None on trial, and where nothing is left).

    Of `outcome.batch` nothing is said: nothing was written into the register.
    """

    outcome: BulkOutcome
    bundle: Bundle | None


@dataclass
class _Proposing(Look):
    rows_made: list[Proposal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._offices: dict[tuple[str, ...], Any] = {}
        self._now = timezone.now()

    def allow(self, row: Entry) -> None:
        self._office(row.region)

    def check(self, row: Entry, draft: Draft) -> None:
        self._office(row.region, self._region(draft))
        if not self.wish.move:
            certificate_stays(self.kind, row, draft.values)

    def made(self, row: Entry, draft: Draft) -> None:
        move = self.wish.move
        self.rows_made.append(Proposal(
            kind=self.kind.id, entry=row, number=row.number, action=f"move:{move}" if move else "change",
            given={} if move else self.given(row), place=None if move else row.place,
            effective=self.wish.effective or self.today, reason=self.reason, key=row.key, title=row.title,
            region=self._region(draft), organisation=self._office(row.region, self._region(draft)), actor=self.actor,
            actor_name=self.actor.get_username(), proposed_at=self._now, line=len(self.rows_made) + 1,
        ))  # fmt: skip

    def _region(self, draft: Draft) -> str:
        return str(draft.values.get(self.kind.region_field) or "") if self.kind.region_field else ""

    def _office(self, *regions: str) -> Any:
        """For which organisation these places are proposed (Errors: EntryRefused where they are not his)."""
        if regions not in self._offices:
            code = for_whom(self.actor, self.kind, *regions)
            if code is None:
                raise not_permitted(self.kind.region_field or None)
            self._offices[regions] = find_organisation(code)
        return self._offices[regions]


def propose_bulk(
    actor: Any, kind: Kind, rules: Rules, chosen: Sequence[tuple[int, int | None]], wish: BulkWish, *, today: date,
    reason: str, dry_run: bool = False, address: str | None = None,
) -> BulkProposed:  # fmt: skip
    """Permission → check each → change → log → tell the reviewers, all in one transaction.

    Entries of places that are not his, and those that could not be changed so, are told one by one and left out.

    Parameters
    ----------
    chosen:
        Entries and the version of each that the person saw; None where nobody has looked yet.

    Raises
    ------
    EntryRefused
        When the actor may not propose at all, there are too many entries or none, the reason is missing, or the field
        or move is none that many entries can be given, or one that the certifier alone makes.
    """
    if not proposes_somewhere(actor, kind, rules):
        raise not_permitted()
    check_order(kind, wish, len(chosen), MOST_ROWS, reason, dry_run)
    outcome = BulkOutcome(dry_run)
    looking = _Proposing(actor, kind, rules, wish, today, reason.strip() or "trial", outcome)
    with transaction.atomic():
        for start in range(0, len(chosen), TOGETHER):
            looking.some(chosen[start : start + TOGETHER])
        if dry_run or not looking.rows_made:
            return BulkProposed(outcome, None)
        bundle = Bundle(
            kind=kind.id, file="", sha256="", rows=len(chosen), refused=len(outcome.refusals), reason=looking.reason,
            actor=actor, actor_name=actor.get_username(), proposed_at=timezone.now(),
        )  # fmt: skip
        about = {"changed": len(outcome.changes), "unchanged": outcome.unchanged, "field": wish.field,
                 "value": wish.value, "move": wish.move}  # fmt: skip
        log_bundle(kind, bundle, looking.rows_made, "registers.propose_bulk", about, address)
    return BulkProposed(outcome, bundle)
