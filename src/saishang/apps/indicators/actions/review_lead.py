"""Review a lead (复核线索): a person says what was found out, and why; a lead is never a verdict."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.indicators import leads, queries
from saishang.apps.indicators.lead_states import CAUSES, open_events
from saishang.apps.indicators.lead_states import next_state as after
from saishang.apps.indicators.leads import LeadRow
from saishang.apps.indicators.models import LeadReview
from saishang.errors import SaishangError
from saishang.rules import load_rules

__all__ = ["ReviewRefused", "causes", "review_lead"]

#: Advisory lock: two reviewers of one lead take turns, so that each sees the state that the other left.
_LOCK = 0x5A15_0017


class ReviewRefused(SaishangError):
    """The review cannot be written down as it is."""

    code = "review-refused"


def causes() -> tuple[str, ...]:
    """Harmless causes that a reviewer can name: those of the rules, and another one told in the reason."""
    from django.conf import settings

    document = load_rules(settings.CONFIG.rules_overlay).document("suspicion")
    found = {str(code): None for codes in document["harmless"].values() for code in codes}
    return (*found, *CAUSES)


def review_lead(
    actor: Any, identifier: str, lead: LeadRow, event: str, reason: str, *, cause: str = "", address: str | None = None
) -> LeadReview:  # fmt: skip
    """Permission → check → change → log.

    Parameters
    ----------
    identifier:
        The run whose lead it is.
    event:
        One of `lead_states.EVENTS`.
    cause:
        Harmless cause; needed to explain a lead, refused otherwise.

    Raises
    ------
    ReviewRefused
        Without permission or reason, for an event that the lead's state does not allow, or for an unknown cause.
    """
    if isinstance(actor, str) or not actor.may("review_leads"):
        raise ReviewRefused(
            "a lead is reviewed by a named person who may", fix="sign in with a role that may review leads"
        )
    if not reason.strip():
        raise ReviewRefused("a review needs a reason", fix="say what was looked at and what came out")
    if event == "explain" and cause not in causes():
        raise ReviewRefused("a lead is explained by a harmless cause", fix="choose one of the causes, or another one")
    if event != "explain" and cause:
        raise ReviewRefused(
            "a harmless cause belongs to a lead that is explained", fix="leave the cause empty, or explain the lead"
        )
    run = queries.get_run(identifier)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        known = leads.reviews_of([lead]).get(lead.id, [])
        state = known[-1].state if known else "open"
        now = after(state, event)
        if now is None:
            raise ReviewRefused(
                f"a lead that is {state} does not allow {event}",
                fix=f"possible now: {', '.join(open_events(state)) or 'nothing'}",
            )
        made = LeadReview.objects.create(
            lead=known[0].lead if known else lead.id, signal=lead.signal, variant=lead.variant, station=lead.station,
            parameter=lead.parameter, other=lead.other, first=lead.first, last=lead.last, run=run, score=lead.score,
            event=event, state=now, cause=cause, reason=reason.strip(), reviewed_at=timezone.now(), reviewed_by=actor,
        )  # fmt: skip
        record(
            actor, "indicators.review_lead", made, {"state": state},
            {"lead": made.lead, "state": now, "cause": cause, "run": run.id}, reason.strip(), address=address,
        )  # fmt: skip
    return made
