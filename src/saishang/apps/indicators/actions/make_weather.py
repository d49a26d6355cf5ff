"""Split the changes of a run's air into weather and the rest, once; it stays beside the run and is never changed."""

from __future__ import annotations

from typing import Any

from saishang.apps.indicators import weather
from saishang.apps.indicators.actions.keep import keep
from saishang.apps.indicators.kept import Progress
from saishang.apps.indicators.weather import WeatherRow

__all__ = ["make_weather"]


def make_weather(
    actor: Any, identifier: str, *, again: bool = False, progress: Progress = lambda step: None
) -> tuple[WeatherRow, ...]:
    """Answers of a run (or `latest`); see `actions.keep` for permission, repetition and refusal."""
    if again:
        weather.forget()
    return weather.rows_of(keep(actor, weather.KEPT, identifier, again=again, progress=progress))
