"""Search the hours behind a run for suspicious data once; the leads stay beside the run and are never changed."""

from __future__ import annotations

from typing import Any

from saishang.apps.indicators import leads
from saishang.apps.indicators.actions.keep import keep
from saishang.apps.indicators.kept import Progress
from saishang.apps.indicators.leads import LeadRow

__all__ = ["make_leads"]


def make_leads(
    actor: Any, identifier: str, *, again: bool = False, progress: Progress = lambda step: None
) -> tuple[LeadRow, ...]:
    """Leads of a run (or `latest`); see `actions.keep` for permission, repetition and refusal."""
    return leads.rows_of(keep(actor, leads.KEPT, identifier, again=again, progress=progress))
