"""The same air under usual weather: predictions averaged over the weather of the season, of all years.

Every row keeps its season, weekday, hour and trend. Only its weather is drawn anew, from moments at most `window` days
away in the year (and of the same hour), whole vectors at a time, so that what belongs together stays together. Rows of
one day of the year share their draws: between years nothing differs but what the trees say of trend and weekday.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saishang.science.forecast.methods import generator
from saishang.science.weather.frame import Floats, Frame, Ints
from saishang.science.weather.model import predict, year_distance
from saishang.science.weather.rule import WeatherRule

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

__all__ = ["Pools", "draw_pools", "usual"]

#: (day of the year, hour) → rows of the pool that stand for its usual weather.
Pools = dict[tuple[int, int], Ints]
#: Rows predicted at once: bounds the memory.
_CHUNK = 400_000


def draw_pools(frame: Frame, rule: WeatherRule, name: str) -> Pools:
    """Choose the weather for every day of the year and hour that the series has.

    Where the pool holds more than `rule.draws`, as many are drawn from it without repetition, by the seed of the rules
    and the name of the series; else all of it stands.
    """
    found: Pools = {}
    keys = sorted(set(zip(frame.day_of_year.tolist(), frame.hour.tolist(), strict=True)))
    for season, hour in keys:
        near = np.flatnonzero(
            (year_distance(frame.pool_day_of_year, season) <= rule.window) & (frame.pool_hour == hour)
        )
        if len(near) > rule.draws:
            rng = generator(rule.seed, f"{name}/{season}/{hour}")
            near = rng.choice(near, size=rule.draws, replace=False)
        found[season, hour] = near
    return found


def usual(
    frame: Frame, model: HistGradientBoostingRegressor, rows: Ints, pools: Pools, most: int | None = None
) -> Floats:
    """What the model expects of rows under the usual weather of their season.

    Parameters
    ----------
    most:
        Use only the first so many of the draws.
    """
    season, hour = frame.day_of_year, frame.hour
    chosen = [pools[int(season[row]), int(hour[row])][:most] for row in rows]
    counts = np.array([len(one) for one in chosen], dtype=np.int64)
    found = np.empty(len(rows))
    begin = 0
    while begin < len(rows):
        # As many rows as fit, at least one.
        end = begin + max(1, int(np.searchsorted(np.cumsum(counts[begin:]), _CHUNK, side="right")))
        drawn = np.concatenate(chosen[begin:end])
        repeated = np.repeat(rows[begin:end], counts[begin:end])
        expected = predict(model, np.hstack([frame.pool[drawn], frame.calendar[repeated]]))
        edges = np.concatenate([[0], np.cumsum(counts[begin:end])[:-1]])
        found[begin:end] = np.add.reduceat(expected, edges) / counts[begin:end]
        begin = end
    return found
