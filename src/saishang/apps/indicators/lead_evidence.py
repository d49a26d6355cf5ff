"""The evidence of one lead, read again from the run's version of the lake: what pages draw and tables list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.leads import LeadRow, network_of
from saishang.apps.observations.queries import site_lake
from saishang.rules import load_rules
from saishang.science.suspicion.digits import last_digits
from saishang.science.suspicion.from_rules import rule_of
from saishang.science.suspicion.network import HOURS, Array, Network, by_day, middle

__all__ = ["Evidence", "Panel", "Series", "evidence"]

#: Stretches longer than this are drawn by days.
_LONGEST_HOURS = 12 * HOURS
#: Reported steps on each side of an edge that a heap is drawn with.
_AROUND_EDGE = 12


@dataclass(frozen=True)
class Series:
    """One line or one set of bars: a role (`own`, `around`, `station`, …), the station it is of, its figures."""

    role: str
    station: str
    data: Sequence[float | None]


@dataclass(frozen=True)
class Panel:
    """One picture.

    Attributes
    ----------
    what:
        `hours`, `days`, `relative`, `ratio`, `copies`, `profile`, `digits`, `heap`.
    x:
        Positions: ISO times, days, hours of the day, digits, values.
    mark:
        First and last position of the lead within `x`, where the picture is over time.
    """

    what: str
    parameter: str
    x: Sequence[str]
    series: Sequence[Series]
    mark: tuple[str, str] | None = None
    bars: bool = False


@dataclass(frozen=True)
class Evidence:
    """Pictures of a lead, its neighbours (the nearest first), and the days whose hours can be looked at."""

    panels: Sequence[Panel]
    neighbours: Sequence[str]
    days: Sequence[date]


def evidence(identifier: str, row: LeadRow) -> Evidence:
    """Read the hours around a lead at its run's version of the lake.

    Raises
    ------
    NoSuchRun
        When there is no such run.
    """
    run = queries.get_run(identifier)
    rules = load_rules(settings.CONFIG.rules_overlay)
    rule = rule_of(rules.document("suspicion"))
    begin, end = row.begin, row.end
    margin = timedelta(days=28 if row.signal in ("sprinkled", "steps", "neighbours", "ratios") else 2)
    back = timedelta(hours=int(row.numbers.get("shift_hours") or 0))
    # The run knows nothing after its day, even where its version of the lake holds more.
    after = datetime.combine(run.as_of, time()) + timedelta(days=1)
    network = network_of(
        site_lake(), rules, run.lake_version, rule, begin - margin - max(back, timedelta()), min(end + margin, after),
        10_000, _wanted(row),
    )  # fmt: skip
    if network is None or row.station not in network.stations:
        return Evidence((), (), ())
    panels = _Pictures(network, row).panels()
    place = network.stations.index(row.station)
    last = (end - timedelta(hours=1)).date()
    days = [begin.date() + timedelta(days=n) for n in range((last - begin.date()).days + 1)]
    return Evidence(panels, [network.stations[near] for near in network.neighbours[place]], days)


def _wanted(row: LeadRow) -> set[str]:
    """What the pictures of a lead show, and PM10, by which hours of blown dust are known."""
    gas = {"PM2.5", "NO2"} if row.signal == "sprinkled" else set()
    return {"PM10", *_codes(row), *gas}


def _codes(row: LeadRow) -> list[str]:
    return row.parameter.replace("+", "/").split("/")


class _Pictures:
    def __init__(self, network: Network, row: LeadRow) -> None:
        self.network, self.row = network, row
        self.place = network.stations.index(row.station)
        self.begin = self._at(row.begin)
        self.end = self._at(row.end)
        self.codes = [code for code in _codes(row) if code in network.values]

    def panels(self) -> list[Panel]:
        """What this signal is best seen by."""
        signal, variant = self.row.signal, self.row.variant
        if signal == "flat":
            return [self.over_time(self.codes[0])]
        if signal == "copies":
            return [self.copied(), self.over_time(self.codes[0])]
        if signal == "sprinkled":
            return [self.profile("PM10"), *([self.profile("PM2.5")] if "PM2.5" in self.network.values else []),
                    *[self.profile(gas) for gas in ("NO2",) if gas in self.network.values],
                    self.over_time("PM10")]  # fmt: skip
        if signal == "digits":
            return [self.heap() if variant.startswith("heap") else self.digits(), self.over_time(self.codes[0])]
        pictures = [self.over_time(code) for code in self.codes]
        return [self.ratio(), *pictures] if signal == "ratios" else [self.to_neighbours(), *pictures]

    def _at(self, moment: datetime) -> int:
        return int((np.datetime64(moment, "h") - self.network.start[0]).astype(int))

    def over_time(self, code: str) -> Panel:
        """The series, its neighbours one by one and in the middle; by hours or by days."""
        near = [int(n) for n in self.network.neighbours[self.place][:3]]
        values = self.network.values[code]
        columns = [("own", self.place, values[:, self.place]), ("around", -1, self.network.around(code)[:, self.place]),
                   *(("station", n, values[:, n]) for n in near)]  # fmt: skip
        if self.end - self.begin > _LONGEST_HOURS:
            span = slice(0, len(self.network.start))
            made = [(role, n, by_day(column[:, None], least_hours=12)[:, 0]) for role, n, column in columns]
            x, mark = self._days()
            what = "days"
        else:
            span = slice(max(0, self.begin - 48), min(len(self.network.start), self.end + 48))
            made = [(role, n, column[span]) for role, n, column in columns]
            x = self._hours(span)
            mark = (x[self.begin - span.start], x[min(self.end - 1 - span.start, len(x) - 1)])
            what = "hours"
        series = [Series(role, self.network.stations[n] if n >= 0 else "", _plain(column)) for role, n, column in made]
        return Panel(what, code, x, series, mark)

    def copied(self) -> Panel:
        """The stretch beside what it repeats, hour by hour."""
        code = self.codes[0]
        shift = int(self.row.numbers.get("shift_hours") or 0)
        other = self.network.stations.index(self.row.other) if self.row.other else self.place
        values = self.network.values[code]
        first = max(self.begin - 6, shift, 0)
        last = min(self.end + 6, len(values))
        x = self._hours(slice(first, last))
        series = [Series("own", self.row.station, _plain(values[first:last, self.place])),
                  Series("copied", self.network.stations[other],
                         _plain(values[first - shift : last - shift, other]))]  # fmt: skip
        return Panel("copies", code, x, series, (x[self.begin - first], x[self.end - 1 - first]))

    def profile(self, code: str) -> Panel:
        """Level against the neighbours by hour of the day [%], within the lead and outside of it."""
        residual = self.network.residual(code)[:, self.place]
        inside = np.zeros(len(residual), dtype=bool)
        inside[self.begin : self.end] = True
        series = []
        for role, wanted in (("inside", inside), ("outside", ~inside)):
            hours = np.where(wanted, residual, np.nan).reshape(-1, HOURS).T
            series.append(Series(role, self.row.station, _plain(100 * np.exp(middle(hours, at_least=5)), 1)))
        return Panel("profile", code, [f"{hour:02d}:00" for hour in range(HOURS)], series)

    def to_neighbours(self) -> Panel:
        """Daily level against the neighbours [%]."""
        code = self.codes[0]
        daily = by_day(self.network.residual(code)[:, [self.place]], least_hours=12)[:, 0]
        x, mark = self._days()
        return Panel("relative", code, x, [Series("own", self.row.station, _plain(100 * np.exp(daily), 1))], mark)

    def ratio(self) -> Panel:
        """The ratio (or sum) by days, here and at the neighbours."""
        one, two = (self.network.values[code] for code in self.codes[:2])
        with np.errstate(divide="ignore", invalid="ignore"):
            hourly = one + two if "+" in self.row.parameter else np.where(two > 0, one / two, np.nan)
        daily = by_day(hourly, least_hours=12)
        near = daily[:, self.network.neighbours[self.place]]
        x, mark = self._days()
        series = [Series("own", self.row.station, _plain(daily[:, self.place], 3)),
                  Series("around", "", _plain(middle(near, at_least=2), 3))]  # fmt: skip
        return Panel("ratio", self.row.parameter, x, series, mark)

    def digits(self) -> Panel:
        """Last digits counted, and expected from the smoothed distribution."""
        code = self.codes[0]
        column = self.network.values[code][self.begin : self.end, self.place] / self.network.quantum[code]
        changed = np.append(True, column[1:] != column[:-1]) & ~np.isnan(column) & (column >= 0)
        seen, expected = last_digits(np.rint(column[changed]).astype(np.int64))
        series = [
            Series("own", self.row.station, [float(n) for n in seen]),
            Series("expected", "", _plain(expected, 1)),
        ]
        return Panel("digits", code, [str(n) for n in range(10)], series, bars=True)

    def heap(self) -> Panel:
        """How often each value around the edge stands in the record."""
        code = self.codes[0]
        quantum = self.network.quantum[code]
        column = self.network.values[code][self.begin : self.end, [self.place]]
        if self.row.numbers.get("span") == "days":
            column = np.floor(by_day(column / quantum, least_hours=18) + 0.5) * quantum
        whole = np.rint(column[~np.isnan(column)] / quantum).astype(int)
        edge = round(float(self.row.numbers["edge"]) / quantum)
        x = range(max(0, edge - _AROUND_EDGE + 1), edge + _AROUND_EDGE + 1)
        counts = [float((whole == value).sum()) for value in x]
        return Panel(
            "heap", code, [f"{value * quantum:g}" for value in x], [Series("own", self.row.station, counts)], bars=True
        )

    def _days(self) -> tuple[list[str], tuple[str, str]]:
        """Every day that was read, and the first and the last of the lead."""
        days = [str(day) for day in self.network.start[::HOURS].astype("datetime64[D]")]
        return days, (days[self.begin // HOURS], days[min((self.end - 1) // HOURS, len(days) - 1)])

    def _hours(self, span: slice) -> list[str]:
        return [str(hour.astype("datetime64[m]")).replace("T", " ") for hour in self.network.start[span]]


def _plain(column: Array, decimals: int = 2) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), decimals) for value in column]
