"""Why hours are missing, hour by hour, at one version of the table: what stands behind the gap ledger's counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pyarrow as pa

from saishang.lake.duck import connect_duck
from saishang.lake.gaps import excluded_flags, places_left
from saishang.lake.ingest import Folders
from saishang.lake.ledger import Ledger
from saishang.lake.places import owed_by_register, owing_all, stations_table
from saishang.lake.sources import Source
from saishang.lake.table import ObservationsTable
from saishang.rules import Rules

__all__ = ["MissingHour", "missing_counts", "missing_hours"]

#: Story of an hour by its number, as in the gap ledger: the lowest number wins.
_STORIES = {2: "removed_by_qc", 3: "marked", 4: "rejected", 5: "empty", 6: "not_sent", 7: "closed"}

_SQL = """
with stories as (
    select r.station, r.parameter, r."start", r.batch,
        case when o."start" is not null then 2
             when r."value" is null or r.qualifier is not null and r.qualifier <> '<' then 3 else 1 end as story
    from rows_seen r left join out_of_use o using (source, station, parameter, "start")
    union all
    select station, parameter, "start", batch, case why when 'rejected' then 4 else 5 end from unfilled
    where "start" >= $first and "start" < $last
),
hours as (
    select station, parameter, "start", min(story) as story, arg_min(batch, story) as batch from stories group by all
),
grid as (
    select s.station, p.parameter, t."start",
        (s.opened is not null and t."start" < s.opened) or (s.closed is not null and t."start"::date > s.closed)
            as closed
    from (select unnest($stations) as station) w left join known_stations s using (station)
    cross join (select unnest($parameters) as parameter) p
    cross join (select unnest(generate_series($first::timestamp, $last::timestamp - interval 1 hour, interval 1 hour))
        as "start") t
    where s.station is not null and (s.parameters is null or list_contains(s.parameters, p.parameter))
)
select g.station, g.parameter, g."start", if(g.closed, 7, coalesce(h.story, 6)) as story, h.batch
from grid g left join hours h using (station, parameter, "start")
where g.closed or coalesce(h.story, 6) <> 1
"""


class MissingHour(NamedTuple):
    """An hour without a usable value, why, and the batch whose file said so (None: no file named the hour)."""

    station: str
    parameter: str
    start: datetime
    why: str
    batch: int | None


def missing_hours(
    table: ObservationsTable, ledger: Ledger, folders: Folders, rules: Rules, sources: Iterable[Source], *,
    stations: Collection[str], parameters: Collection[str], first: date, last: date, version: int | None = None,
    known_at: datetime | None = None,
) -> list[MissingHour]:  # fmt: skip
    """Hours of stations of the rules or a register without a usable value, `first` to `last` inclusive, in order.

    An hour of which a station sent shorter values (six minutes) is not missing. Parameters are of one medium. `why`
    is one of `removed_by_qc marked rejected empty not_sent closed`; `version` and `known_at` say which version of the
    table and which moment of quality control and of the registers is meant (default: the newest).
    """
    rows = _ask(
        f'select * from ({_SQL}) order by station, parameter, "start"',  # noqa: S608 - our own text
        table, ledger, folders, rules, sources, stations, parameters, first, last, version, known_at,
    )  # fmt: skip
    return [MissingHour(row[0], row[1], row[2], _STORIES[row[3]], row[4]) for row in rows]


def missing_counts(
    table: ObservationsTable, ledger: Ledger, folders: Folders, rules: Rules, sources: Iterable[Source], *,
    stations: Collection[str], parameters: Collection[str], first: date, last: date, version: int | None = None,
    known_at: datetime | None = None,
) -> dict[str, dict[str, int]]:  # fmt: skip
    """Missing hours of each station by reason, over the parameters together."""
    rows = _ask(
        f"select station, story, count(*) from ({_SQL}) group by station, story order by station, story",  # noqa: S608
        table, ledger, folders, rules, sources, stations, parameters, first, last, version, known_at,
    )  # fmt: skip
    found: dict[str, dict[str, int]] = {}
    for station, story, count in rows:
        found.setdefault(station, {})[_STORIES[story]] = count
    return found


def _ask(
    sql: str, table: ObservationsTable, ledger: Ledger, folders: Folders, rules: Rules, sources: Iterable[Source],
    stations: Collection[str], parameters: Collection[str], first: date, last: date, version: int | None,
    known_at: datetime | None,
) -> list[tuple[Any, ...]]:  # fmt: skip
    media = {str(rules.parameters[name]["medium"]) for name in parameters if name in rules.parameters}
    if len(media) != 1:
        return []  # nothing that is expected hour by hour
    (medium,) = media
    hourly = [source for source in sources if source.hourly and source.medium == medium]
    begin = datetime(first.year, first.month, first.day)
    end = datetime(last.year, last.month, last.day) + timedelta(days=1)
    parts = table.parts(version, medium=medium, span=(begin, end))
    known = _known(medium, hourly, rules, known_at)
    with connect_duck() as duck:
        duck.execute(
            'create temp table rows_seen (source varchar, station varchar, parameter varchar, "start" timestamp, '
            '"value" double, qualifier varchar, batch bigint)'
        )
        if parts:
            duck.execute(
                "insert into rows_seen select source, station, parameter, date_trunc('hour', \"start\"), "
                '"value", qualifier, batch from read_parquet($files, hive_partitioning = false) '
                'where (list_contains($series, source) and "end" - "start" = interval 1 hour '
                'or "end" - "start" > interval 0 hour and "end" - "start" < interval 1 hour) '
                'and list_contains($stations, station) and list_contains($parameters, parameter) '
                'and "start" >= $first and "start" < $last',
                {
                    "files": [part.path for part in parts], "series": sorted({source.series for source in hourly}),
                    "stations": list(stations), "parameters": list(parameters), "first": begin, "last": end,
                },
            )  # fmt: skip
        places_left(duck, ledger, folders, [source.id for source in hourly], version)
        duck.execute(
            'create temp table out_of_use (source varchar, station varchar, parameter varchar, "start" timestamp)'
        )
        if excluded := excluded_flags(ledger, begin, end, known_at):
            duck.executemany("insert into out_of_use values (?, ?, ?, ?)", excluded)
        duck.register("known_stations", known)
        return duck.execute(
            sql, {"stations": list(stations), "parameters": list(parameters), "first": begin, "last": end}
        ).fetchall()


def _known(medium: str, hourly: Iterable[Source], rules: Rules, known_at: datetime | None) -> pa.Table:
    """Stations whose hours a medium owes: of the rules for air, and of the registers that its sources expect."""
    expected = [
        (source.expects, {rule.parameter for rule in source.values.values()}) for source in hourly if source.expects
    ]
    owed = owed_by_register(expected, known_at)
    return pa.concat_tables([owing_all(stations_table(rules)), owed]) if medium == "air" else owed
