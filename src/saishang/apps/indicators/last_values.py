"""The last value of indicators in a run, for pages that show one number of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from saishang.apps.core.generations import kept
from saishang.apps.indicators import queries
from saishang.apps.indicators.states import best_by_year
from saishang.apps.indicators.values import DEMONSTRATION, Value

__all__ = ["Last", "last_values"]


@dataclass(frozen=True, slots=True)
class Last:
    """A value with its year: of the best basis, or an invented one where there is no other."""

    indicator: str
    period: str
    rounded: str
    unit: str
    invented: bool


def last_values(run: str, indicators: Iterable[str], region: str) -> dict[str, Last]:
    """Indicator → its last valid yearly value for a region; without those that have none."""
    return dict(_last(run, tuple(sorted(set(indicators))), region))


@kept("runs", most=16)
def _last(run: str, indicators: tuple[str, ...], region: str) -> tuple[tuple[str, Last], ...]:
    known = queries.catalogue().indicators
    values: dict[str, list[Value]] = {}
    for row in queries.values_among(run, indicators).filter(region=region, valid=True, period_kind="year"):
        values.setdefault(row.indicator, []).append(
            Value(
                row.indicator, row.region, row.period, row.period_kind, row.basis, row.kind, row.value, row.rounded,
                row.unit, row.valid,
            )
        )  # fmt: skip
    found = []
    for name, mine in values.items():
        by_year = best_by_year(mine, known[name]) if name in known else {}
        real = by_year[max(by_year)] if by_year else None
        made_up = [value for value in mine if value.basis == DEMONSTRATION]
        value = real or (max(made_up, key=lambda one: one.period) if made_up else None)
        if value is not None:
            found.append((name, Last(name, value.period, value.rounded, value.unit, real is None)))
    return tuple(found)
