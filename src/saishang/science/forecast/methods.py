"""Ways to look ahead, each chosen for a kind of series; all answer with draws of the values to come.

- `theil_sen`: short annual series. A line through the median of all pairwise slopes, which a bad year does not bend;
  uncertainty by moving blocks of residuals, since neighbouring years are alike.
- `logit_theil_sen`: shares bounded by 0 and 100 %. The same on the logit, which is logistic growth: no draw leaves the
  bounds, and growth slows down as it nears them.
- `damped`: annual series whose pace wears off. From the last value on with the Theil–Sen slope, each year a part of the
  year before; `on_logit` makes it a method for shares.
- `random_walk`: the last value, with a band as wide as past changes from year to year were. What is said where nothing
  better was found: the band of persistence.
- `state_space`: monthly series. Local level and harmonics of the year on the logarithm, by the Kalman filter, which
  steps over missing months; uncertainty by simulated paths.
- `persistence`: the last value, or the last one of the same month. What every method has to beat.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Draws", "Points", "damped", "generator", "logit", "logit_theil_sen", "on_logit", "persistence", "random_walk",
    "share_of", "state_space", "theil_sen",
]  # fmt: skip

#: Steps (years, or months counted from any origin) → values.
Points = Mapping[int, float]
#: Draws by step to come, shape (draws, steps).
Draws = NDArray[np.float64]
Floats = NDArray[np.float64]
_MONTHS = 12


def generator(seed: int, name: str) -> np.random.Generator:
    """Random numbers that depend on the seed of the rules and the name of the series, not on what was asked before."""
    mixed = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(mixed[:8], "big"))


def persistence(points: Points, steps: Sequence[int], *, season: int = 1) -> list[float]:
    """The last value for every step; with a `season` the last value of the same phase, else the last one.

    Examples
    --------
    >>> persistence({1: 10.0, 2: 20.0, 13: 12.0}, [14, 25], season=12)
    [20.0, 12.0]
    """
    last = points[max(points)]
    found = []
    for step in steps:
        same = [known for known in points if (known - step) % season == 0] if season > 1 else []
        found.append(points[max(same)] if same else last)
    return found


def theil_sen(
    points: Points, steps: Sequence[int], rng: np.random.Generator, *, draws: int = 1000, block: int = 2
) -> Draws:
    """Draws of a Theil–Sen line with block-bootstrapped residuals.

    Parameters
    ----------
    points:
        At least three steps; gaps are allowed, the line knows the distances.
    steps:
        Steps to come.
    block:
        Length of the blocks of residuals.
    """
    x, _, slope, base, fit, rest = _fitted(points)
    n = len(x)
    slopes, bases = _line(x, fit[None, :] + _blocks(rest, n, draws, block, rng))
    ahead = np.array(steps, dtype=float)
    noise = rng.choice(rest, size=(draws, len(steps)))
    made = bases[:, None] + slopes[:, None] * ahead[None, :] + noise
    middle = base + slope * ahead
    return np.asarray(middle + (made - middle) * _widening(n), dtype=np.float64)


def damped(
    points: Points, steps: Sequence[int], rng: np.random.Generator, *, draws: int = 1000, block: int = 2,
    damping: float = 0.8,
) -> Draws:  # fmt: skip
    """Draws of a trend that wears off: the last value and the slope of `theil_sen`, times `damping` for every year.

    Parameters
    ----------
    damping:
        What is left of the pace after a year, between 0 (persistence) and 1 (the slope goes on).
    """
    x, y, slope, _, fit, rest = _fitted(points)
    n = len(x)
    slopes, _ = _line(x, fit[None, :] + _blocks(rest, n, draws, block, rng))
    years = np.array(steps, dtype=float) - x[-1]
    reach = damping * (1 - damping**years) / (1 - damping)
    # The last value carries an error of its own, the value to come another.
    noise = rng.choice(rest, size=(draws, len(steps))) - rng.choice(rest, size=(draws, 1))
    made = y[-1] + slopes[:, None] * reach[None, :] + noise
    middle = y[-1] + slope * reach
    return np.asarray(middle + (made - middle) * _widening(n), dtype=np.float64)


def random_walk(points: Points, steps: Sequence[int], rng: np.random.Generator, *, draws: int = 1000) -> Draws:
    """Draws around the last value, as far from it as the changes between known values were, over the root of time.

    The spread of n − 1 changes is itself unsure: every draw takes one of its own (inverse chi-squared), so that the
    band is Student's with n − 1 degrees of freedom.

    Parameters
    ----------
    points:
        At least two steps.
    """
    x = sorted(points)
    gaps = np.diff(x)
    changes = np.diff([points[step] for step in x]) / np.sqrt(gaps)
    free = len(changes)
    spread = np.sqrt(float(np.sum(changes**2)) / rng.chisquare(free, size=draws))
    years = np.arange(x[-1] + 1, max(steps) + 1)
    # The pace so far may go on or turn: it widens the band to both sides, persistence stays in the middle.
    pace = rng.standard_normal(draws) * (points[x[-1]] - points[x[0]]) / (x[-1] - x[0])
    paths = points[x[-1]] + spread[:, None] * np.cumsum(rng.standard_normal((draws, len(years))), axis=1)
    paths += pace[:, None] * (years - x[-1])
    # The middle is persistence itself, not the median of draws that missed it by a hair.
    paths += points[x[-1]] - np.median(paths, axis=0)
    return np.asarray(paths[:, [step - x[-1] - 1 for step in steps]], dtype=np.float64)


def on_logit(method: Callable[..., Draws]) -> Callable[..., Draws]:
    """The same method on the logit of shares [%]."""

    def made(points: Points, steps: Sequence[int], rng: np.random.Generator, **settings: Any) -> Draws:
        return share_of(method({step: logit(value) for step, value in points.items()}, steps, rng, **settings))

    return made


def logit_theil_sen(
    points: Points, steps: Sequence[int], rng: np.random.Generator, *, draws: int = 1000, block: int = 2
) -> Draws:
    """Draws of `theil_sen` on the logit of shares [%]; 0 and 100 count as half of a tenth away from the end."""
    logits = {step: logit(value) for step, value in points.items()}
    return share_of(theil_sen(logits, steps, rng, draws=draws, block=block))


def logit(share: float) -> float:
    """Logit of a share [%], kept half of a tenth away from 0 and 100."""
    part = min(max(share, 0.05), 99.95) / 100
    return float(np.log(part / (1 - part)))


def share_of(logits: Draws) -> Draws:
    """Shares [%] of logits."""
    return np.asarray(100 / (1 + np.exp(-logits)), dtype=np.float64)


def state_space(
    points: Points, steps: Sequence[int], rng: np.random.Generator, *, draws: int = 1000, harmonics: int = 2
) -> Draws:
    """Draws of monthly values: local level and `harmonics` of the year on the logarithm (statsmodels).

    Parameters
    ----------
    points:
        Positive monthly values; steps count months, so that twelve make a year. Missing months are left out.
    """
    # Heavy: a second to import, and only forecasts need it.
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    first, last = min(points), max(points)
    series = np.full(last - first + 1, np.nan)
    for step, value in points.items():
        series[step - first] = np.log(max(value, 0.1))
    with warnings.catch_warnings():
        # What the optimiser remarks about a flat likelihood is judged by the back-test, not by a message.
        warnings.simplefilter("ignore")
        model = UnobservedComponents(
            series,
            level="llevel",
            freq_seasonal=[{"period": _MONTHS, "harmonics": harmonics}],
            stochastic_freq_seasonal=[False],
        )
        fitted: Any = model.fit(disp=False, method="powell", maxiter=50)
        ahead = max(steps) - last
        paths = np.asarray(
            fitted.simulate(ahead, repetitions=draws, anchor="end", rng=np.random.default_rng(rng.integers(2**31)))
        ).reshape(ahead, draws)
    return np.asarray(np.exp(paths[[step - last - 1 for step in steps], :].T), dtype=np.float64)


def _widening(n: int) -> float:
    """Student's t over the normal deviate at the tenth: a spread estimated from n − 2 residuals is itself unsure."""
    from scipy.stats import norm, t

    return float(t.ppf(0.9, max(n - 2, 1)) / norm.ppf(0.9))


def _fitted(points: Points) -> tuple[Floats, Floats, float, float, Floats, Floats]:
    """The Theil–Sen line of a series: steps, values, slope, intercept, the line at the steps, residuals about 0."""
    x = np.array(sorted(points), dtype=float)
    y = np.array([points[int(step)] for step in x], dtype=float)
    slopes, bases = _line(x, y[None, :])
    slope, base = float(slopes[0]), float(bases[0])
    fit = base + slope * x
    # Residuals of a fitted line are smaller than the errors themselves, by two degrees of freedom.
    rest = (y - fit) * np.sqrt(len(x) / max(len(x) - 2, 1))
    return x, y, slope, base, fit, rest - np.median(rest)


def _line(x: NDArray[np.float64], ys: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Theil–Sen slope and intercept of many series over the same steps, shape (series, steps)."""
    i, j = np.triu_indices(len(x), 1)
    slopes = np.median((ys[:, j] - ys[:, i]) / (x[j] - x[i]), axis=1)
    return slopes, np.median(ys - slopes[:, None] * x[None, :], axis=1)


def _blocks(rest: NDArray[np.float64], n: int, draws: int, block: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Residuals rearranged in moving blocks, shape (draws, n)."""
    length = min(max(block, 1), n)
    count = -(-n // length)
    starts = rng.integers(0, n - length + 1, size=(draws, count))
    places = (starts[:, :, None] + np.arange(length)[None, None, :]).reshape(draws, -1)[:, :n]
    return np.asarray(rest[places], dtype=np.float64)
