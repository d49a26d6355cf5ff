"""Confirm or reject a proposed dust day (沙尘日): a named person, with a reason; the newest decision counts."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.indicators.models import DustDecision
from saishang.errors import SaishangError

__all__ = ["decide_dust"]


def decide_dust(
    actor: Any, region: str, day: date, status: Literal["confirmed", "rejected"], reason: str
) -> DustDecision:
    """Permission → check → change → log.

    Raises
    ------
    SaishangError
        When the person may not decide, the verdict is neither of the two, or no reason is given.
    """
    if isinstance(actor, str) or not actor.may("decide_dust"):
        raise SaishangError(
            "a dust day is decided by a named person who may", fix="sign in with the role editor or admin",
            code="dust-refused",
        )  # fmt: skip
    if status not in ("confirmed", "rejected"):
        raise SaishangError(
            f"expected confirmed or rejected, got {status!r}", fix="choose one of the two", code="dust-refused"
        )
    if not reason.strip():
        raise SaishangError(
            "a decision needs a reason", fix="name the notice or the satellite picture it rests on", code="dust-refused"
        )
    with transaction.atomic():
        before = DustDecision.objects.filter(region=region, day=day).order_by("-pk").first()
        after = DustDecision.objects.create(
            region=region, day=day, status=status, reason=reason.strip(), decided_at=timezone.now(), decided_by=actor
        )
        record(
            actor,
            "indicators.decide_dust",
            after,
            None if before is None else {"status": before.status, "reason": before.reason},
            {"region": region, "day": day, "status": status},
            reason.strip(),
        )
    return after
