"""Samples of named points from one version of the lake: exact values by point, day and parameter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from saishang.lake import Lake
from saishang.science.numbers import exact
from saishang.science.water.statistics import mean_measured, mean_ph

__all__ = ["Samples", "means", "read_samples"]

#: Media whose samples may belong to a point of water: a source may draw groundwater.
_MEDIA = ("water", "groundwater")
_BELOW = "<"
#: Day → parameter → values of that day.
Days = Mapping[date, Mapping[str, Sequence[Fraction]]]


@dataclass(frozen=True)
class Samples:
    """Values by point; below detection stands as its share of the limit already."""

    points: Mapping[str, Days]

    def between(self, point: str, first: date, last: date) -> dict[str, list[Fraction]]:
        """Parameter → values of a point on the days from `first` to `last`."""
        found: dict[str, list[Fraction]] = defaultdict(list)
        for day, values in sorted(self.points.get(point, {}).items()):
            if first <= day <= last:
                for parameter, listed in values.items():
                    found[parameter] += listed
        return dict(found)

    def days(self, point: str, first: date, last: date) -> list[tuple[date, Mapping[str, Sequence[Fraction]]]]:
        """Days of a point with what was measured."""
        return [(day, values) for day, values in sorted(self.points.get(point, {}).items()) if first <= day <= last]

    def first_day(self, points: Collection[str]) -> date | None:
        """Earliest day of any of the points."""
        return min((day for point in points for day in self.points.get(point, {})), default=None)


def means(values: Mapping[str, Sequence[Fraction]], *, hydrogen: bool) -> dict[str, object]:
    """Mean of each parameter; pH by hydrogen ions where the rules say so."""
    found: dict[str, object] = {}
    for parameter, listed in values.items():
        mean = mean_ph(listed) if parameter == "PH" and hydrogen else mean_measured(_signed(listed), name=parameter)
        if mean is not None:
            found[parameter] = mean
    return found


def _signed(listed: Sequence[Fraction]) -> Sequence[object]:
    # Temperature and redox potential may be negative; no source is judged by their mean.
    return [value for value in listed if value >= 0]


def read_samples(
    lake: Lake, version: int | None, as_of: date, points: Collection[str], *, below_share: Fraction,
    excluded: Collection[tuple[str, str, str, datetime]] = (), parameters: Collection[str] | None = None,
) -> Samples:  # fmt: skip
    """Read what the lake holds of the points up to a day.

    Parameters
    ----------
    below_share:
        Part of the detection limit that stands for a value below it.
    excluded:
        Samples that quality control takes out: (source, station, parameter, start).

    Values that a source marks (maintenance, no flow) are left out, and so is "not detected" without a limit.
    """
    if not points:
        return Samples({})
    edge = datetime.combine(as_of + timedelta(days=1), time())
    wanted = (
        pc.field("medium").isin(list(_MEDIA))
        & pc.field("station").isin(sorted(points))
        & (pc.field("start") < pa.scalar(edge, pa.timestamp("us")))
    )
    if parameters is not None:
        wanted &= pc.field("parameter").isin(sorted(parameters))
    columns = ["source", "station", "parameter", "start", "value", "qualifier"]
    # Exact sums need no order; lists do, so that a replay makes the same ones.
    order = [(name, "ascending") for name in ("station", "parameter", "start", "source")]
    table = lake.observations(version).to_table(columns=columns, filter=wanted).sort_by(order)
    out = set(excluded)
    found: dict[str, dict[date, dict[str, list[Fraction]]]] = {}
    for row in table.to_pylist():
        if row["value"] is None or row["qualifier"] not in (None, _BELOW):
            continue
        if out and (row["source"], row["station"], row["parameter"], row["start"]) in out:
            continue
        value = exact(row["value"]) * (below_share if row["qualifier"] == _BELOW else 1)
        days = found.setdefault(row["station"], {})
        days.setdefault(row["start"].date(), {}).setdefault(row["parameter"], []).append(value)
    return Samples(found)
