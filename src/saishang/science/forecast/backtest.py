"""Back-tests (回测): the method stands at past moments, looks ahead, and is held against what came.

Errors are compared with persistence at the same moments. Below one the method says more than the last value does; a
method that does not is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from saishang.science.forecast.methods import Draws, Points, generator, persistence

__all__ = ["Backtest", "Check", "rolling_origin"]

#: A method with its settings bound: points, steps to come, random numbers → draws.
Method = Callable[[Points, Sequence[int], np.random.Generator], Draws]


@dataclass(frozen=True, slots=True)
class Check:
    """One past moment: the last step known then, the steps looked at, what was said and what came [unit]."""

    origin: int
    steps: tuple[int, ...]
    median: float
    low: float
    high: float
    persistence: float
    actual: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """All moments together.

    Attributes
    ----------
    mae, mae_persistence:
        Mean absolute errors of the method and of persistence [unit].
    mase:
        Their ratio; None where persistence made no error at all.
    coverage:
        Share of the moments at which the band held what came.
    """

    checks: tuple[Check, ...]
    mae: float
    mae_persistence: float
    mase: float | None
    coverage: float

    def better(self, must_beat: float) -> bool:
        """Whether the method beats persistence by the ratio asked for."""
        return self.mase is not None and self.mase < must_beat


def rolling_origin(
    points: Points,
    method: Method,
    *,
    horizon: int,
    least: int,
    level: float,
    seed: int,
    name: str,
    season: int = 1,
    at_most: int | None = None,
    whole: bool = False,
) -> Backtest | None:
    """Stand at every moment with at least `least` known values and look up to `horizon` steps ahead.

    Parameters
    ----------
    horizon:
        Steps to look ahead. Each step is a check of its own, or with `whole` their mean is (a rest of a year).
    level:
        Width of the band: 0.8 leaves a tenth below and a tenth above.
    season:
        Period of the persistence that the method is held against: 1, or 12 for months.
    at_most:
        The newest moments to keep; older ones say less about today.

    Returns
    -------
    None when there is not a single moment.
    """
    known = sorted(points)
    origins = [step for index, step in enumerate(known[:-1], start=1) if index >= least]
    checks: list[Check] = []
    for origin in origins[-at_most:] if at_most else origins:
        steps = [step for step in known if origin < step <= origin + horizon]
        if not steps:
            continue
        past = {step: points[step] for step in known if step <= origin}
        draws = method(past, steps, generator(seed, f"{name}@{origin}"))
        naive = persistence(past, steps, season=season)
        if whole:
            checks.append(_check(origin, tuple(steps), draws.mean(axis=1), float(np.mean(naive)), points, level))
        else:
            checks += [
                _check(origin, (step,), draws[:, column], naive[column], points, level)
                for column, step in enumerate(steps)
            ]
    if not checks:
        return None
    mae = float(np.mean([abs(check.median - check.actual) for check in checks]))
    plain = float(np.mean([abs(check.persistence - check.actual) for check in checks]))
    held = float(np.mean([check.low <= check.actual <= check.high for check in checks]))
    return Backtest(tuple(checks), mae, plain, mae / plain if plain > 0 else None, held)


def _check(
    origin: int, steps: tuple[int, ...], draws: np.ndarray, naive: float, points: Mapping[int, float], level: float
) -> Check:
    tail = (1 - level) / 2
    low, median, high = (float(q) for q in np.quantile(draws, [tail, 0.5, 1 - tail]))
    return Check(origin, steps, median, low, high, naive, float(np.mean([points[step] for step in steps])))
