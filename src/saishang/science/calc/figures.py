"""Figures of results that come from doubles: ten significant digits, so that binary noise is not shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from saishang.science.numbers import exact

__all__ = ["double", "each", "figure"]


def figure(value: float | None) -> float | int | None:
    """A double with ten significant digits; a whole one as an integer.

    >>> figure(0.1 + 0.2), figure(3.0), figure(None)
    (0.3, 3, None)
    """
    if value is None:
        return None
    rounded = float(f"{float(value):.10g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def double(value: object, name: str) -> float:
    """An input as a double, checked like every other number."""
    return float(exact(value, name=name))


def each(value: Any, function: Callable[[Any], Any]) -> Any:
    """The function of one value, or of each value of a list."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [function(item) for item in value]
    return function(value)
