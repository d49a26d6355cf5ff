"""The radiation network of a region in a year: what its gamma and electromagnetic stations say together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from saishang.science.radiation.emf import Limits
from saishang.science.radiation.network import FieldDay, GammaAlarm, GammaDay, StationRule, enough

__all__ = ["Told", "network_rows"]

#: A station: head (station, region, basis), gamma days, alarms, field days, limits of its band.
Told = tuple[Mapping[str, Any], Sequence[GammaDay], Sequence[GammaAlarm], Sequence[FieldDay], Limits | None]


def network_rows(
    stations: Sequence[Told], below: Mapping[str, set[str]], region: str, as_of: date, rule: StationRule
) -> Iterator[dict[str, Any]]:
    """Rows of `radiation_network`: every region with a station, every year in which one of them measured, by basis.

    The year of the run is told as a year to date as well, until its last day. A year in which no station sent anything
    has no row, but the running one has: that nothing came is a figure of it.
    """
    for basis in sorted({str(head["basis"]) for head, *_ in stations}):
        mine = [told for told in stations if told[0]["basis"] == basis]
        years = sorted({day.day.year for told in mine for day in _days(told) if _came(day)} | {as_of.year})
        for code, inside in sorted(below.items()):
            members = [told for told in mine if code == region or told[0]["region"] in inside]
            if not members:
                continue
            for year in years:
                spans = [("year", str(year), date(year, 12, 31))]
                if year == as_of.year and (as_of.month, as_of.day) != (12, 31):
                    spans.append(("to_date", f"{year}-01..{year}-{as_of.month:02d}", as_of))
                for period_kind, period, last in spans:
                    row = _row(members, date(year, 1, 1), min(last, as_of), rule)
                    head = {"scope": "region", "id": code, "period_kind": period_kind, "period": period}
                    if row["gamma_stations"] or row["emf_stations"]:
                        yield head | {"basis": basis} | row


def _days(told: Told) -> Iterable[GammaDay | FieldDay]:
    return (*told[1], *told[3])


def _came(day: GammaDay | FieldDay) -> bool:
    return day.present > 0


def _row(members: Sequence[Told], first: date, last: date, rule: StationRule) -> dict[str, Any]:
    gamma: list[list[GammaDay]] = []
    emf: list[list[FieldDay]] = []
    alarms: list[GammaAlarm] = []
    for _head, days, runs, field, _limits in members:
        gamma.append([day for day in days if first <= day.day <= last])
        emf.append([day for day in field if first <= day.day <= last])
        alarms += [run for run in runs if first <= run.start.date() <= last]
    gamma, emf = [days for days in gamma if days], [days for days in emf if days]
    verdicts = [_verdict(days, rule) for days in emf]
    return {
        "gamma_stations": len(gamma),
        "gamma_hours_present": sum(day.present for days in gamma for day in days),
        "gamma_hours_expected": sum(day.expected for days in gamma for day in days),
        "alarms": sum(not run.rain for run in alarms),
        "rain_alarms": sum(bool(run.rain) for run in alarms),
        "gamma_undetermined": sum(day.state == "undetermined" for days in gamma for day in days),
        "emf_stations": len(emf),
        "emf_evaluated": sum(verdict is not None for verdict in verdicts),
        "emf_over": sum(verdict is False for verdict in verdicts),
        "emf_share": _highest_share(members, first, last),
    }


def _verdict(days: Sequence[FieldDay], rule: StationRule) -> bool | None:
    """Over in any value is over; within takes that enough of the days have a verdict."""
    if any(day.attains is False for day in days):
        return False
    return True if enough(sum(day.attains is not None for day in days), len(days), rule) else None


def _highest_share(members: Sequence[Told], first: date, last: date) -> float | None:
    """Highest value over the limit of its own band [%]; None without a value or a limit."""
    found = [
        100 * limits.share("E", day.maximum)
        for _head, _days, _runs, field, limits in members
        if limits is not None
        for day in field
        if first <= day.day <= last and day.maximum is not None
    ]
    return max(found, default=None)
