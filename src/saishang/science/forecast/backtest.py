"""Back-tests (回测): the method stands at past moments, looks ahead, and is held against what came.

Errors are compared with persistence at the same moments. Below one the method says more than the last value does; a
method that does not is not used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from saishang.science.forecast.methods import Draws, Points, generator, persistence

__all__ = ["Backtest", "Check", "judged", "rolling_origin", "widening"]

#: A method with its settings bound: points, steps to come, random numbers → draws.
Method = Callable[[Points, Sequence[int], np.random.Generator], Draws]
Scale = Callable[[float], float]


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
    factor:
        What the band has to be widened by to hold as often as it says (`widening`).
    coverage_widened:
        Share of the moments at which the band held, each widened by what the other moments ask for.
    """

    checks: tuple[Check, ...]
    mae: float
    mae_persistence: float
    mase: float | None
    coverage: float
    factor: float
    coverage_widened: float

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
    scale: Scale = float,
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
    scale:
        Where widths are compared: the values themselves, or their logit for shares.
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
    return judged(checks, level=level, scale=scale)


def judged(checks: Sequence[Check], *, level: float, scale: Scale = float) -> Backtest | None:
    """What some checks amount to; None without any."""
    if not checks:
        return None
    mae = float(np.mean([abs(check.median - check.actual) for check in checks]))
    plain = float(np.mean([abs(check.persistence - check.actual) for check in checks]))
    held = float(np.mean([check.low <= check.actual <= check.high for check in checks]))
    reaches = [_reach(check, scale) for check in checks]
    others = [widening(reaches[:k] + reaches[k + 1 :], level) for k in range(len(reaches))]
    return Backtest(
        tuple(checks), mae, plain, mae / plain if plain > 0 else None, held, widening(reaches, level),
        float(np.mean([reach <= factor for reach, factor in zip(reaches, others, strict=True)])),
    )  # fmt: skip


def widening(reaches: Sequence[float], level: float) -> float:
    """Factor on the band so that it would have held `level` of the past moments, never below one.

    Parameters
    ----------
    reaches:
        How far from the median what came lay, in widths of the band on that side (1 = just at its edge).

    Notes
    -----
    The order statistic of conformal prediction: of n moments the ⌈(n + 1) · level⌉-th, at most the n-th.

    Examples
    --------
    >>> widening([0.2, 0.5, 1.4, 0.9], 0.8), widening([0.1] * 9 + [3.0], 0.8), widening([], 0.8)
    (1.4, 1.0, 1.0)
    """
    if not reaches:
        return 1.0
    place = min(math.ceil((len(reaches) + 1) * level), len(reaches))
    return max(sorted(reaches)[place - 1], 1.0)


def _reach(check: Check, scale: Scale) -> float:
    low, median, high, actual = (scale(value) for value in (check.low, check.median, check.high, check.actual))
    width = high - median if actual > median else median - low
    if actual == median:
        return 0.0
    # A band without width has no reach to speak of: what came was not held, and no factor would help.
    return abs(actual - median) / width if width > 0 else 1.0


def _check(
    origin: int, steps: tuple[int, ...], draws: np.ndarray, naive: float, points: Mapping[int, float], level: float
) -> Check:
    tail = (1 - level) / 2
    low, median, high = (float(q) for q in np.quantile(draws, [tail, 0.5, 1 - tail]))
    return Check(origin, steps, median, low, high, naive, float(np.mean([points[step] for step in steps])))
