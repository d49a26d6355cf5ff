"""Leads of suspicious data behind a run (可疑数据线索): searched once, kept beside the run, reviewed by people.

Reads the hours of the site's stations as they stood in the run's version of the lake. A lead keeps its identity over
runs (signal, question, station, parameter, other station, first hour); one that grew at its beginning is recognised by
the hours that it shares with a reviewed one, so that nobody explains the same thing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.kept import Kept, Progress, known, plain
from saishang.apps.indicators.models import LeadReview
from saishang.apps.observations.queries import site_lake
from saishang.lake import Lake
from saishang.lake.duck import connect_duck
from saishang.lake.places import stations_table
from saishang.rules import Rules, load_rules
from saishang.science.periods import months_between
from saishang.science.suspicion.from_rules import inspections_of, rule_of
from saishang.science.suspicion.leads import FAMILIES, Lead, StationScore, SuspicionRule, find_leads, station_scores
from saishang.science.suspicion.network import Network

__all__ = [
    "KEPT",
    "LeadRow",
    "Searched",
    "identity",
    "network_of",
    "read",
    "reviews_of",
    "same_lead",
    "searched",
    "stations_of",
]

#: Parameters of hours that the signals know.
_PARAMETERS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3", "NOx")


@dataclass(frozen=True)
class LeadRow:
    """One lead as kept; times are China Standard Time as ISO texts, `last` exclusive.

    Attributes
    ----------
    id:
        Twelve hexadecimal digits of its identity.
    families:
        Independent families of signals that have leads at this station (`science.suspicion.leads.FAMILIES`).
    """

    id: str
    signal: str
    variant: str
    station: str
    region: str
    parameter: str
    other: str
    first: str
    last: str
    score: float
    log10_p: float
    numbers: Mapping[str, Any]
    harmless: Sequence[str]
    families: Sequence[str]

    @property
    def begin(self) -> datetime:
        """First hour."""
        return datetime.fromisoformat(self.first)

    @property
    def end(self) -> datetime:
        """The moment after the last hour."""
        return datetime.fromisoformat(self.last)


@dataclass(frozen=True)
class Searched:
    """What a search covered: hours from `first` to `last` (exclusive) of so many stations; empty without hours."""

    first: str
    last: str
    stations: int
    hours: int


def identity(signal: str, variant: str, station: str, parameter: str, other: str, first: str) -> str:
    """Twelve hexadecimal digits that stay the same over runs."""
    told = "|".join((signal, variant, station, parameter, other, first))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def read(identifier: str) -> tuple[LeadRow, ...] | None:
    """Leads kept beside a run, the highest score first; None when nobody searched (`saishang leads`).

    Raises
    ------
    NoSuchRun
        When there is no such run.
    """
    body = KEPT.read(identifier)
    return None if body is None else rows_of(body["rows"])


def searched(identifier: str) -> Searched | None:
    """What the search of a run covered; None when nobody searched."""
    body = KEPT.read(identifier)
    if body is None:
        return None
    return Searched(**{field.name: body["rows"][0][field.name] for field in fields(Searched)})


def rows_of(rows: Sequence[Mapping[str, Any]]) -> tuple[LeadRow, ...]:
    """Rows as they are kept, as objects; the first row tells what was searched."""
    return tuple(LeadRow(**known(row, LeadRow)) for row in rows[1:])


def network_of(
    lake: Lake,
    rules: Rules,
    version: int,
    rule: SuspicionRule,
    first: datetime | None,
    last: datetime | None,
    days: int,
    parameters: Collection[str] = _PARAMETERS,
) -> Network | None:
    """Hours of the site's stations at a version of the lake; None when there are none.

    Parameters
    ----------
    first, last:
        Span of hours by their beginning, the last exclusive; without `first` the last `days` days that have hours.
    parameters:
        Those that are read, of the ones that the signals know.
    """
    months = None if first is None or last is None else months_between(first.date(), last.date())
    files = [str(path) for path in lake.files(version=version, medium="air", months=months)]
    if not files:
        return None
    places = {str(row["station"]): row for row in stations_table(rules).to_pylist()}
    duck = connect_duck()
    try:
        duck.execute(
            """
            create temp table hours as
            select station, parameter, "start", first("value" order by source) as "value"
            from read_parquet($files, hive_partitioning = false)
            where "end" - "start" = interval 1 hour and "value" is not null and (qualifier is null or qualifier = '<')
                and list_contains($stations, station) and list_contains($parameters, parameter)
                and ($last is null or "start" < $last) and ($first is null or "start" >= $first)
            group by station, parameter, "start"
            """,
            {"files": files, "stations": list(places), "parameters": sorted(parameters), "first": first, "last": last},
        )
        span = duck.execute('select min("start"), max("start") from hours').fetchall()[0]
        if span[0] is None:
            return None
        end = _midnight(span[1]) + timedelta(days=1)
        begin = max(_midnight(span[0]), end - timedelta(days=days))
        rows = duck.sql(
            'select station, parameter, date_diff(\'hour\', $begin::timestamp, "start") as hour, "value" from hours '
            'where "start" >= $begin',
            params={"begin": begin},
        ).to_arrow_table()
    finally:
        duck.close()
    start = np.arange(np.datetime64(begin, "h"), np.datetime64(end, "h"))
    return _arrays(rows, start, places, rules, rule)


def _arrays(
    rows: Any, start: Any, places: Mapping[str, Mapping[str, Any]], rules: Rules, rule: SuspicionRule
) -> Network:  # fmt: skip
    stations, column = _numbered(rows["station"])
    known, name = _numbered(rows["parameter"])
    hour, value = rows["hour"].to_numpy(), rows["value"].to_numpy()
    values, quantum = {}, {}
    for code in [one for one in _PARAMETERS if one in known]:
        ours = name == known.index(code)
        table = np.full((len(start), len(stations)), np.nan)
        table[hour[ours], column[ours]] = value[ours]
        values[code] = table
        quantum[code] = 10.0 ** -int(rules.parameters[code]["decimals"] or 0)
    # A station without coordinates has no neighbours, but flat lines, copies and digits all the same.
    lon, lat = (
        np.array([np.nan if places[code][axis] is None else float(places[code][axis]) for code in stations])
        for axis in ("lon", "lat")
    )
    return Network(
        start, tuple(stations), tuple(str(places[code]["region"]) for code in stations), lon, lat,
        values, quantum, rule.radius_km, rule.most_neighbours, rule.floors, rule.dust,
    )  # fmt: skip


def _numbered(column: Any) -> tuple[list[str], Any]:
    """The texts of a column in order, and for every row the place of its text: a text a row would cost seconds."""
    encoded = column.combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    listed = sorted(texts)
    places = np.array([listed.index(text) for text in texts], dtype=np.intp)
    return listed, places[encoded.indices.to_numpy()]


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def compute(identifier: str, progress: Progress = lambda step: None) -> list[dict[str, Any]]:
    """Search the hours of a run: a row that tells what was searched, then the leads."""
    run = queries.get_run(identifier)
    rules = load_rules(settings.CONFIG.rules_overlay)
    document = rules.document("suspicion")
    rule = rule_of(document)
    last = datetime.combine(run.as_of, datetime.min.time()) + timedelta(days=1)
    network = network_of(
        site_lake(), rules, run.lake_version, rule, None, last, int(document["suspicion"]["days"])
    )  # fmt: skip
    if network is None:
        return [asdict(Searched("", "", 0, 0))]
    found = find_leads(network, rule, inspections_of(document), progress)
    families: dict[str, set[str]] = {}
    for lead in found:
        families.setdefault(lead.station, set()).add(FAMILIES[lead.signal])
    about = Searched(_text(network.start[0]), _text(network.start[-1] + np.timedelta64(1, "h")),
                     len(network.stations),
                     sum(int((~np.isnan(v)).sum()) for v in network.values.values()))  # fmt: skip
    return [asdict(about), *(plain(asdict(_row(lead, sorted(families[lead.station])))) for lead in found)]


def _text(moment: Any) -> str:
    return str(moment.astype("datetime64[m]"))


def _row(lead: Lead, families: list[str]) -> LeadRow:
    first = _text(lead.first)
    return LeadRow(
        identity(lead.signal, lead.variant, lead.station, lead.parameter, lead.other, first), lead.signal, lead.variant,
        lead.station, lead.group, lead.parameter, lead.other, first, _text(lead.last), lead.score, lead.log10_p,
        dict(lead.numbers), list(lead.harmless), families,
    )  # fmt: skip


def same_lead(row: LeadRow, review: LeadReview) -> bool:
    """Whether a review is about this lead: the same identity, or the same question with hours in common."""
    if row.id == review.lead:
        return True
    ours = (row.signal, row.variant, row.station, row.parameter, row.other)
    theirs = (review.signal, review.variant, review.station, review.parameter, review.other)
    return ours == theirs and row.first < review.last and review.first < row.last


def reviews_of(rows: Iterable[LeadRow]) -> dict[str, list[LeadReview]]:
    """Reviews of each lead by its id, the oldest first; leads without a review are left out."""
    listed = list(rows)
    known: dict[tuple[str, str], list[LeadReview]] = {}
    stations = {row.station for row in listed}
    for review in LeadReview.objects.filter(station__in=stations).select_related("reviewed_by").order_by("pk"):
        known.setdefault((review.signal, review.station), []).append(review)
    found = {}
    for row in listed:
        ours = [one for one in known.get((row.signal, row.station), ()) if same_lead(row, one)]
        if ours:
            found[row.id] = ours
    return found


def stations_of(rows: Iterable[LeadRow]) -> tuple[StationScore, ...]:
    """Stations by how many independent families of signals agree (`science.suspicion.leads.station_scores`)."""
    return station_scores(
        [
            Lead(
                row.signal, row.variant, row.station, row.region, row.parameter, row.other, np.datetime64(row.first),
                np.datetime64(row.last), row.score, row.log10_p, row.numbers, tuple(row.harmless),
            )
            for row in rows
        ]
    )  # fmt: skip


KEPT = Kept("leads", "可疑数据线索", "leads of suspicious data", compute)
