"""Search for the sources of the pollution of a run once; what is found stays beside it and is never changed."""

from __future__ import annotations

from typing import Any

from saishang.apps.indicators import origin
from saishang.apps.indicators.actions.keep import keep
from saishang.apps.indicators.kept import Progress

__all__ = ["make_origin"]


def make_origin(
    actor: Any, identifier: str, *, again: bool = False, progress: Progress = lambda step: None
) -> list[dict[str, Any]]:
    """Rows of a run (or `latest`); see `actions.keep` for permission, repetition and refusal."""
    return keep(actor, origin.KEPT, identifier, again=again, progress=progress)
