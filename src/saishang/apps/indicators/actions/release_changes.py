"""Release a change list (发布更正公告): an office says that published numbers change, which ones, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.indicators.changes import TargetChange, ValueChange, target_changes, value_changes
from saishang.apps.indicators.models import ChangeRelease, Run
from saishang.apps.indicators.provenance import digest
from saishang.errors import SaishangError

__all__ = ["ReleaseRefused", "list_digest", "release_changes"]


class ReleaseRefused(SaishangError):
    """The list cannot be released as it is."""

    code = "release-refused"


def list_digest(
    before: Run, after: Run, values: Sequence[ValueChange], targets: Sequence[TargetChange]
) -> tuple[int, int, str]:
    """Printed numbers and targets that two runs tell otherwise, counted, and a seal over all of it."""
    printed = [change for change in values if not change.only_precision]
    told = {"values": [_plain(asdict(row)) for row in printed], "targets": [_plain(asdict(row)) for row in targets]}
    return len(printed), len(targets), digest({"before": before.id, "after": after.id, **told})


def release_changes(
    actor: Any, before: Run, after: Run, reason: str, *, address: str | None = None
) -> ChangeRelease:  # fmt: skip
    """Permission → check → change → log.

    Raises
    ------
    ReleaseRefused
        Without permission or reason, for runs of different days or in the wrong order, when nothing printed changes,
        or when the list was released before.
    """
    if isinstance(actor, str) or not actor.may("release_changes"):
        raise ReleaseRefused(
            "a change list is released by a named person who may", fix="sign in with a role that may release changes"
        )
    if not reason.strip():
        raise ReleaseRefused("a change list needs a reason", fix="say what was corrected, and on whose word")
    if before.as_of != after.as_of:
        raise ReleaseRefused(
            f"the two evaluations are of different days, {before.as_of} and {after.as_of}",
            fix="compare two evaluations of one day: otherwise time, not a correction, changes the numbers",
        )
    if before.started >= after.started or before.finished is None or after.finished is None:
        raise ReleaseRefused("the second evaluation has to be the later one", fix="swap the two")
    numbers, targets, seal = list_digest(
        before, after, value_changes(before.id, after.id), target_changes(before.id, after.id)
    )
    if not numbers and not targets:
        raise ReleaseRefused("no printed number changes between the two", fix="there is nothing to release")
    with transaction.atomic():
        if ChangeRelease.objects.select_for_update().filter(before=before, after=after).exists():
            raise ReleaseRefused("this list was released before", fix="look at the released lists")
        made = ChangeRelease.objects.create(
            before=before, after=after, numbers=numbers, targets=targets, digest=seal, reason=reason.strip(),
            released_at=timezone.now(), released_by=actor,
        )  # fmt: skip
        told = {"before": before.id, "after": after.id, "numbers": numbers, "targets": targets, "digest": seal}
        record(actor, "indicators.release_changes", made, None, told, reason.strip(), address=address)
    return made


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """As text; goals that did not change stay out, as in lists that were sealed before these were told."""
    kept = {name: value for name, value in row.items() if value or name not in ("before_goal", "after_goal")}
    return {name: value if value is None else str(value) for name, value in kept.items()}
