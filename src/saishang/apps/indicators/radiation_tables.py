"""The radiation tables of a run: stations of the register, their values in the lake, background, alarms and limits.

Tables (column names are a contract for pages and export); basis `measured`, or `demonstration` for invented stations;
gamma in nGy/h, fields in V/m, frequencies in MHz:

- `radiation_stations(station, name, region, site, measures, band_low, band_high, limit, opened, closed, state, lon,
  lat, holder, basis)`; limit = the strictest of the band, null without a band that the table of limits covers
- `gamma_daily(station, region, basis, day, mean, maximum, hours_present, hours_expected, background, deviation,
  threshold, background_hours, state, valid, reason)`; state `normal | alarm | rain | undetermined`, reason `no_data
  hours_short history_short`
- `gamma_monthly(station, region, basis, period, mean, maximum, days_valid, days_expected, hours_present,
  hours_expected, valid, reason)`; mean of all valid hours of the month
- `gamma_alarms(station, region, basis, start, end, hours, peak, background, threshold, rain, going_on)`; rain `yes |
  no | unknown`
- `emf_daily(station, region, basis, day, minutes, mean, maximum, maximum_at, values_present, values_expected, limit,
  share, over, attains, valid, reason)`; share of the limit [%], attains null = no verdict
- `emf_monthly(station, region, basis, period, mean, maximum, days_valid, days_expected, values_present,
  values_expected, limit, share, over, attains, valid, reason)`
- `emf_sums(site, region, basis, day, stations, maximum, maximum_at, values_present, values_expected, over, attains,
  valid, reason)`; sum over the bands of a site, at most 1
- `radiation_values(station, region, basis, parameter, start, minutes, value, bound)`; bound = threshold of the hour's
  day, or the limit
- `radiation_network(scope, id, period_kind, period, basis, gamma_stations, gamma_hours_present, gamma_hours_expected,
  alarms, rain_alarms, gamma_undetermined, emf_stations, emf_evaluated, emf_over, emf_share)`; period_kind `year |
  to_date`, scope `region`
- `radiation_strangers(station, parameter, values, first, last)`; series in the lake of no station on the register
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.provenance import digest
from saishang.apps.indicators.radiation_network import network_rows
from saishang.apps.indicators.radiation_schemas import EMF, GAMMA, KIND, RADIATION_TABLES
from saishang.apps.indicators.register_values import basis_of
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.lake.gaps import excluded_flags
from saishang.rules import Rules
from saishang.science.numbers import exact
from saishang.science.periods import month_end
from saishang.science.radiation.emf import EmfLimits, Limits
from saishang.science.radiation.from_rules import alarm_rule, emf_limits, station_rule
from saishang.science.radiation.network import (
    BandStation,
    FieldDay,
    GammaAlarm,
    GammaDay,
    StationRule,
    band_limits,
    enough,
    field_days,
    gamma_series,
    sum_days,
)

__all__ = ["RADIATION_TABLES", "parameters_of", "tables_of"]

_MHZ = 10**6
#: Series of one station and parameter: beginning → (minutes, value).
Series = dict[tuple[str, str], dict[datetime, tuple[int, Fraction]]]


@dataclass
class _Station:
    """A station of the register with what the run makes of it."""

    view: EntryView
    head: dict[str, Any]
    limits: Limits | None
    first: date
    last: date
    gamma: tuple[GammaDay, ...] = ()
    alarms: tuple[GammaAlarm, ...] = ()
    field: tuple[FieldDay, ...] = ()

    @property
    def code(self) -> str:
        return self.view.key

    @property
    def is_gamma(self) -> bool:
        return self.view.values.get("measures") == "gamma"


def parameters_of(asked: Asked) -> dict[str, Any]:
    """What decides the digits beside lake, rules, code and registers: hours that quality control takes out."""
    excluded = _excluded(asked)
    return {"excluded": digest(sorted(excluded))} if excluded else {}


def tables_of(asked: Asked) -> dict[str, pa.Table]:
    """The radiation tables of a run; none where neither the register nor the lake knows a station."""
    kind = kinds(asked.rules).get(KIND)
    listed = [] if kind is None else registers.entries(kind, Filter(on=asked.as_of, known_at=asked.known_at))
    there = asked.lake.files(asked.version, medium="radiation")
    if not listed and not there:
        return {}
    asked.progress("radiation")
    series = _series(asked) if there else {}
    rules, limits = asked.rules, emf_limits(asked.rules, asked.as_of)
    stations = [made for made in (_station(view, limits, asked.as_of) for view in listed) if made is not None]
    rule, wet = station_rule(rules), _rain(asked, listed)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in RADIATION_TABLES}
    for station in stations:
        rows["radiation_stations"].append(_about(station))
        values = series.get((station.code, GAMMA if station.is_gamma else EMF), {})
        if station.is_gamma:
            _gamma(station, values, rule, rules, wet.get(str(station.view.values.get("rain_station") or "")))
            rows["gamma_daily"] += [station.head | _gamma_row(day) for day in station.gamma]
            rows["gamma_monthly"] += [station.head | row for row in _gamma_months(station, values, rule)]
            rows["gamma_alarms"] += [station.head | _alarm_row(alarm) for alarm in station.alarms]
        else:
            station.field = tuple(field_days(values, station.first, station.last, station.limits, rule))
            limit = None if station.limits is None else station.limits.value("E")
            rows["emf_daily"] += [station.head | _field_row(day, limit, station.limits) for day in station.field]
            rows["emf_monthly"] += [station.head | row for row in _field_months(station, rule)]
        rows["radiation_values"] += [station.head | row for row in _values(station, values)]
    rows["emf_sums"] = list(_sums(stations, series, limits, rule))
    rows["radiation_network"] = _network(asked, stations)
    rows["radiation_strangers"] = _strangers(series, {view.key for view in listed})
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in RADIATION_TABLES.items()}


def _station(view: EntryView, limits: EmfLimits, as_of: date) -> _Station | None:
    """The station with the days on which it measured up to the run's day; None of one that opens later."""
    said = view.values
    first, closed = date.fromisoformat(str(said["opened"])), said.get("closed")
    last = min(as_of, date.fromisoformat(str(closed))) if closed else as_of
    if first > last:
        return None
    low, high = (None if said.get(name) is None else exact(said[name]) * _MHZ for name in ("band_low", "band_high"))
    head = {"station": view.key, "region": view.region, "basis": basis_of(view)}
    return _Station(view, head, band_limits(limits, low, high), first, last)


def _excluded(asked: Asked) -> set[tuple[str, str, str, datetime]]:
    end = datetime.combine(asked.as_of + timedelta(days=1), time())
    flags = excluded_flags(asked.lake.ledger, None, end, asked.known_at)
    return {flag for flag in flags if flag[2] in (GAMMA, EMF)}


def _series(asked: Asked) -> Series:
    """Usable values up to the run's day: no mark, not taken out by quality control, an hour or shorter."""
    excluded = _excluded(asked)
    edge = datetime.combine(asked.as_of + timedelta(days=1), time())
    wanted = (
        (pc.field("medium") == "radiation")
        & pc.field("parameter").isin([GAMMA, EMF])
        & (pc.field("end") <= pa.scalar(edge, pa.timestamp("us")))
    )
    columns = ["station", "parameter", "start", "end", "source", "value", "qualifier"]
    # Of two series that give one station's hour, the last by name stands: a replay must read in the same order.
    order = [(name, "ascending") for name in ("station", "parameter", "start", "source")]
    table = asked.lake.observations(asked.version).to_table(columns=columns, filter=wanted).sort_by(order)
    found: Series = {}
    for batch in table.to_batches():
        for row in batch.to_pylist():
            minutes, rest = divmod(row["end"] - row["start"], timedelta(minutes=1))
            if rest or not 1 <= minutes <= 60 or row["value"] is None or row["qualifier"] not in (None, "<"):
                continue
            if (row["source"], row["station"], row["parameter"], row["start"]) in excluded:
                continue
            series = found.setdefault((row["station"], row["parameter"]), {})
            # An hour beside its own six minutes gives way: the limit is one of six-minute means.
            if row["start"] not in series or minutes <= series[row["start"]][0]:
                series[row["start"]] = (minutes, exact(row["value"]))
    return found


def _rain(asked: Asked, listed: Iterable[EntryView]) -> dict[str, dict[datetime, bool]]:
    """Weather station → hour → whether rain fell in it or in the hours before that the rule names.

    A rain amount of a longer interval (a day) marks all its hours: it cannot say in which of them it fell.
    """
    wanted = sorted({str(view.values["rain_station"]) for view in listed if view.values.get("rain_station")})
    if not wanted or not asked.lake.files(asked.version, medium="met"):
        return {}
    before = station_rule(asked.rules).rain_hours
    first = min(date.fromisoformat(str(view.values["opened"])) for view in listed)
    begin, edge = (
        datetime.combine(day, time()) for day in (first - timedelta(days=1), asked.as_of + timedelta(days=1))
    )
    chosen = (
        (pc.field("medium") == "met")
        & (pc.field("parameter") == "PRECIP")
        & pc.field("station").isin(wanted)
        & (pc.field("start") >= pa.scalar(begin, pa.timestamp("us")))
        & (pc.field("end") <= pa.scalar(edge, pa.timestamp("us")))
    )
    table = asked.lake.observations(asked.version).to_table(
        columns=["station", "start", "end", "value", "qualifier"], filter=chosen
    )
    found: dict[str, dict[datetime, bool]] = {}
    for row in table.to_pylist():
        if row["value"] is None or row["qualifier"] not in (None, "<"):
            continue
        told, wet = found.setdefault(row["station"], {}), row["value"] > 0
        hour = row["start"].replace(minute=0, second=0, microsecond=0)
        while hour < row["end"] + timedelta(hours=before if wet else 0):
            told[hour] = told.get(hour, False) or wet
            hour += timedelta(hours=1)
    return found


def _gamma(
    station: _Station, values: Mapping[datetime, tuple[int, Fraction]], rule: StationRule, rules: Rules,
    rain: Mapping[datetime, bool] | None,
) -> None:  # fmt: skip
    hourly = {start: value for start, (minutes, value) in values.items() if minutes == 60}
    anew = station.view.values.get("background_from")
    made = gamma_series(
        hourly, station.first, station.last, rule, alarm_rule(rules),
        background_from=date.fromisoformat(str(anew)) if anew else None, rain=rain,
    )  # fmt: skip
    station.gamma, station.alarms = made.days, made.alarms


def _about(station: _Station) -> dict[str, Any]:
    said, place = station.view.values, station.view.place
    lon, lat = place["coordinates"] if place is not None else (None, None)
    return station.head | {
        "name": station.view.title, "site": said.get("site") or "", "measures": said["measures"],
        "band_low": _number(said.get("band_low")), "band_high": _number(said.get("band_high")),
        "limit": None if station.limits is None else station.limits.value("E"), "opened": station.first,
        "closed": None if not said.get("closed") else date.fromisoformat(str(said["closed"])),
        "state": station.view.state, "lon": lon, "lat": lat, "holder": said.get("holder") or "",
    }  # fmt: skip


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _gamma_row(day: GammaDay) -> dict[str, Any]:
    made = day.background
    return {
        "day": day.day, "mean": _number(day.mean), "maximum": _number(day.maximum), "hours_present": day.present,
        "hours_expected": day.expected, "background": None if made is None else float(made.mean),
        "deviation": None if made is None else float(made.deviation),
        "threshold": None if made is None else float(made.level), "background_hours": day.window_hours,
        "state": day.state, "valid": day.valid, "reason": day.reason,
    }  # fmt: skip


def _alarm_row(alarm: GammaAlarm) -> dict[str, Any]:
    return {
        "start": alarm.start, "end": alarm.end, "hours": alarm.hours, "peak": float(alarm.peak),
        "background": float(alarm.background.mean), "threshold": float(alarm.background.level),
        "rain": "unknown" if alarm.rain is None else "yes" if alarm.rain else "no", "going_on": alarm.going_on,
    }  # fmt: skip


def _gamma_months(
    station: _Station, values: Mapping[datetime, tuple[int, Fraction]], rule: StationRule
) -> Iterator[dict[str, Any]]:
    hourly: dict[str, list[Fraction]] = {}
    for start, (minutes, value) in values.items():
        if minutes == 60 and station.first <= start.date() <= station.last:
            hourly.setdefault(f"{start:%Y-%m}", []).append(value)
    for period, days in _by_month(station.gamma):
        numbers = hourly.get(period, [])
        good = sum(day.valid for day in days)
        expected = _month_days(period)
        valid = enough(good, expected, rule)
        yield {
            "period": period, "mean": float(sum(numbers, Fraction(0)) / len(numbers)) if numbers else None,
            "maximum": _number(max(numbers, default=None)), "days_valid": good, "days_expected": expected,
            "hours_present": len(numbers), "hours_expected": sum(day.expected for day in days), "valid": valid,
            "reason": "" if valid else "days_short" if numbers else "no_data",
        }  # fmt: skip


def _field_row(day: FieldDay, limit: float | None, limits: Limits | None) -> dict[str, Any]:
    return {
        "day": day.day, "minutes": day.minutes, "mean": _number(day.mean), "maximum": _number(day.maximum),
        "maximum_at": day.maximum_at, "values_present": day.present, "values_expected": day.expected, "limit": limit,
        "share": None if limits is None or day.maximum is None else 100 * limits.share("E", day.maximum),
        "over": day.over, "attains": day.attains, "valid": day.valid, "reason": day.reason,
    }  # fmt: skip


def _field_months(station: _Station, rule: StationRule) -> Iterator[dict[str, Any]]:
    limits = station.limits
    for period, days in _by_month(station.field):
        found = [day for day in days if day.mean is not None]
        count = sum(day.present for day in found)
        highest = max((day.maximum for day in found if day.maximum is not None), default=None)
        good, expected = sum(day.valid for day in days), _month_days(period)
        valid, over = enough(good, expected, rule), sum(day.over or 0 for day in days)
        reason = "no_data" if not count else "days_short" if not valid else "no_limit" if limits is None else ""
        total = sum((day.mean * day.present for day in found if day.mean is not None), Fraction(0))
        yield {
            "period": period, "mean": float(total / count) if count else None, "maximum": _number(highest),
            "days_valid": good, "days_expected": expected, "values_present": count,
            "values_expected": sum(day.expected for day in days),
            "limit": None if limits is None else limits.value("E"),
            "share": None if limits is None or highest is None else 100 * limits.share("E", highest),
            "over": None if limits is None else over, "attains": False if over else None if reason else True,
            "valid": valid, "reason": reason,
        }  # fmt: skip


def _month_days(period: str) -> int:
    return month_end(int(period[:4]), int(period[5:])).day


def _by_month(days: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for day in days:
        found.setdefault(f"{day.day:%Y-%m}", []).append(day)
    return sorted(found.items())


def _values(station: _Station, values: Mapping[datetime, tuple[int, Fraction]]) -> Iterator[dict[str, Any]]:
    levels = {day.day: None if day.background is None else float(day.background.level) for day in station.gamma}
    limit = None if station.limits is None else station.limits.value("E")
    for start, (minutes, value) in sorted(values.items()):
        if station.first <= start.date() <= station.last:
            bound = levels.get(start.date()) if station.is_gamma else limit
            yield {
                "parameter": GAMMA if station.is_gamma else EMF, "start": start, "minutes": minutes,
                "value": float(value), "bound": bound,
            }  # fmt: skip


def _sums(
    stations: Sequence[_Station], series: Series, limits: EmfLimits, rule: StationRule
) -> Iterator[dict[str, Any]]:
    """Sites at which two bands or more are measured; a band without a limit leaves the sum without a verdict."""
    sites: dict[tuple[str, str, str], list[_Station]] = {}
    for station in stations:
        place = str(station.view.values.get("site") or "")
        if place and station.view.values.get("measures") == "emf_band":
            sites.setdefault((place, station.view.region, station.head["basis"]), []).append(station)
    for (place, region, basis), members in sorted(sites.items()):
        first, last = max(member.first for member in members), min(member.last for member in members)
        limited = [member for member in members if member.limits is not None]
        if len(members) < 2 or not limited or first > last:
            continue
        found = {member.code: series.get((member.code, EMF), {}) for member in limited}
        # The shortest interval that every band has: limits hold for six-minute means.
        shared = [{minutes for minutes, _ in values.values()} for values in found.values()]
        minutes = min(set.intersection(*shared), default=60)
        bands = [_band(member, found[member.code], minutes) for member in limited]
        for day in sum_days(bands, first, last, limits.split, rule, minutes=minutes):
            whole = len(limited) == len(members)
            yield {
                "site": place, "region": region, "basis": basis, "day": day.day,
                "stations": ",".join(member.code for member in members), "maximum": _number(day.maximum),
                "maximum_at": day.maximum_at, "values_present": day.present, "values_expected": day.expected,
                "over": day.over, "attains": day.attains if whole or day.over else None,
                "valid": day.valid and whole, "reason": day.reason if whole else "no_limit",
            }  # fmt: skip


def _band(station: _Station, values: Mapping[datetime, tuple[int, Fraction]], minutes: int) -> BandStation:
    said, square = station.view.values, None if station.limits is None else station.limits.squares["E"]
    return BandStation(
        station.code, exact(said["band_low"]) * _MHZ, exact(said["band_high"]) * _MHZ, square or Fraction(1),
        {start: value for start, (length, value) in values.items() if length == minutes},
    )  # fmt: skip


def _network(asked: Asked, stations: Sequence[_Station]) -> list[dict[str, Any]]:
    below = {code: set(registers.inside(asked.rules, code)) for code in registers.inside(asked.rules, asked.region)}
    told = [(one.head, one.gamma, one.alarms, one.field, one.limits) for one in stations]
    return list(network_rows(told, below, asked.region, asked.as_of, station_rule(asked.rules)))


def _strangers(series: Series, known: set[str]) -> list[dict[str, Any]]:
    return [
        {"station": station, "parameter": parameter, "values": len(values), "first": min(values), "last": max(values)}
        for (station, parameter), values in sorted(series.items())
        if station not in known
    ]
