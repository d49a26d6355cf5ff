"""What the rivals of `air_network.py` share: array kernels (NumPy) over days, and the figures of the rules they need.

The rivals start from the same Parquet files, do the same work as ours, and end in the same nine tables with the same
columns: both bases, and the reasons of what is void. `rival_pandas.py` and `rival_polars.py` are written as a careful
analyst would who wants speed: month by month over the hours, array kernels where a library has no fast way of its own;
`rival_frames.py` in plain pandas, on long frames. What they do not do: exact sums
(theirs are binary; before a value is rounded half to even its noise is cut off at nine decimals).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from saishang.science.air.series import DAILY, AirRules, Calendar, Period

__all__ = [
    "COLUMNS", "COMPOSITE", "KINDS", "REQUIRED", "Spans", "beyond_column", "half_even", "index_columns", "joined_words",
    "levels_of", "ozone_windows", "singles", "sub_index", "top_of",
]  # fmt: skip

COLUMNS = ["station", "parameter", "start", "end", "value", "qualifier"]
REQUIRED = ("SO2", "NO2", "CO", "O3_8H", "PM10", "PM2.5")
COMPOSITE = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3_8H")
KINDS = ("month", "quarter", "year")


@dataclass(frozen=True)
class Spans:
    """Periods of the calendar by kind, and the number of the period in which each month 1 … 12 lies."""

    first: date
    last: date
    periods: Mapping[str, tuple[Period, ...]]

    @classmethod
    def of(cls, first: date, last: date, rules: AirRules) -> Spans:
        """Periods that the days from `first` to `last`, all of one year, touch."""
        found = list(Calendar(first, last, rules, to_date=()).periods())
        return cls(first, last, {kind: tuple(p for p in found if p.kind == kind) for kind in KINDS})

    def months_of(self, period: Period) -> range:
        """Months of a period."""
        return range(period.first.month, period.last.month + 1)


def half_even(values: Any, places: int | np.ndarray = 0) -> Any:
    """Round half to even after cutting off the noise of binary sums."""
    scale = 10.0**places
    return np.rint(np.round(values * scale, 8)) / scale


def sub_index(rules: AirRules, on: date, code: str, values: np.ndarray) -> np.ndarray:
    """Sub-index of one parameter's rounded concentrations, rounded up."""
    column = rules.index_on(on).columns[code]
    x, y = (np.array(part, dtype=float) for part in zip(*column.pairs, strict=True))
    found = np.ceil(np.round(np.interp(values * 10.0, x, y), 7))
    return np.where(values * 10.0 > x[-1], np.nan if column.beyond is None else column.beyond, found)


def ozone_windows(wide: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Largest 8-hour mean, windows, hours and largest hour of station days; shape (day, 24) → four of (day,)."""
    there = ~np.isnan(wide)
    total = np.cumsum(np.where(there, wide, 0.0), axis=1)
    count = np.cumsum(there, axis=1)
    pad = np.zeros((len(wide), 1))
    total, count = np.hstack([pad, total]), np.hstack([pad, count])
    sums, hours = total[:, 8:] - total[:, :-8], count[:, 8:] - count[:, :-8]
    best = np.where(hours >= 6, sums / np.maximum(hours, 1), -np.inf).max(axis=1)
    top = np.where(there, wide, -np.inf).max(axis=1)
    return best, (hours >= 6).sum(axis=1), there.sum(axis=1), top


def beyond_column(rules: AirRules, on: date, values: np.ndarray) -> np.ndarray:
    """Whether ozone's 8-hour mean lies above a column that ends without an index."""
    column = rules.index_on(on).columns["O3_8H"]
    return (half_even(values) * 10.0 > column.pairs[-1][0]) & (column.beyond is None)


def joined_words(words: Sequence[tuple[str, np.ndarray]], rows: int) -> np.ndarray:
    """Words of the rows in which their mask is true, joined by commas; shape (row,)."""
    number = np.zeros(rows, dtype=np.int64)
    for place, (_, mask) in enumerate(words):
        number |= np.asarray(mask).astype(np.int64) << place
    seen, where = np.unique(number, return_inverse=True)
    texts = [",".join(word for place, (word, _) in enumerate(words) if bits >> place & 1) for bits in seen.tolist()]
    return np.array(texts, dtype=object)[where]


def levels_of(aqi: np.ndarray) -> np.ndarray:
    """Level 1 … 6 of an index; NaN without one."""
    return np.where(np.isnan(aqi), np.nan, 1 + sum((aqi > top).astype(int) for top in (50, 100, 150, 200, 300)))


def index_columns(
    rules: AirRules, on: date, wide: Mapping[str, np.ndarray], excused: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Columns of `city_aqi` from unrounded concentrations by parameter; `excused` items do not count as missing."""
    parts = {
        code: sub_index(rules, on, code, half_even(values, 1 if code == "CO" else 0)) for code, values in wide.items()
    }
    together = np.stack([parts[code] for code in DAILY])
    rows = together.shape[1]
    aqi = np.where(np.isnan(together).all(axis=0), np.nan, np.nanmax(np.nan_to_num(together, nan=-1), axis=0))
    missing = []
    for code in REQUIRED:
        gap = np.isnan(parts[code])
        if code == "O3_8H":
            gap &= ~(beyond_column(rules, on, wide[code]) & ~np.isnan(parts["O3_1H"]))
        missing.append((code, gap & ~excused[code] if code in excused else gap))
    order = {code: place for place, code in enumerate(DAILY)}
    gaps = joined_words(sorted(missing, key=lambda item: order[item[0]]), rows)
    gate = rules.index_on(on).publish_incomplete_above
    complete = gaps == ""
    return {
        "aqi": aqi,
        "level": levels_of(aqi),
        "primary": joined_words([(code, (aqi > 50) & (parts[code] == aqi)) for code in DAILY], rows),
        **{f"iaqi_{code}": parts[code] for code in DAILY},
        "edition": np.full(rows, rules.index_on(on).name, dtype=object),
        "publishable": ~np.isnan(aqi) & (complete | (gate is None) | (aqi > (gate or 0))),
        "complete": complete,
        "reason": np.where(complete, None, np.array("missing:", dtype=object) + gaps),
    }


def singles(rules: AirRules, kind_last: date, rounded: Mapping[str, np.ndarray]) -> tuple[Any, dict[str, np.ndarray]]:
    """The composite rule in force and the single index of each parameter from rounded figures."""
    (rule,) = rules.composites_between(kind_last, kind_last)
    return rule, {code: half_even(rounded[code] / (rule.bounds[code] / 1000), 2) for code in COMPOSITE}


def top_of(single: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
    """Codes of the largest single index of each row where all are there."""
    together = np.stack([single[code] for code in COMPOSITE])
    whole = ~np.isnan(together).any(axis=0)
    largest = np.nan_to_num(together, nan=-1).max(axis=0)
    return joined_words([(code, whole & (single[code] == largest)) for code in COMPOSITE], rows)
