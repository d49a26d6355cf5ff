"""Make the forecasts of a run once; they stay beside it and are never changed."""

from __future__ import annotations

from typing import Any

from saishang.apps.indicators import forecast
from saishang.apps.indicators.actions.keep import keep
from saishang.apps.indicators.forecast import ForecastRow
from saishang.apps.indicators.kept import Progress

__all__ = ["make_forecast"]


def make_forecast(
    actor: Any, identifier: str, *, again: bool = False, progress: Progress = lambda step: None
) -> tuple[ForecastRow, ...]:
    """Forecasts of a run (or `latest`); see `actions.keep` for permission, repetition and refusal."""
    return forecast.rows_of(keep(actor, forecast.KEPT, identifier, again=again, progress=progress))
