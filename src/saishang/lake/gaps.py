"""The gap ledger: for every station, parameter and day, the hours expected and present, and why the rest is missing.

Expected hours come from the calendar and from when the station was open, never from the rows that happen to be there:
a day without any file and a day with a file full of empty cells have the same coverage, and different reasons. An hour
that has several stories counts under the first of: present, removed by quality control, marked by the source,
rejected, empty, not sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from saishang.lake.duck import connect_duck
from saishang.lake.errors import LakeError
from saishang.lake.ingest import Folders
from saishang.lake.ledger import Ledger
from saishang.lake.places import STATION_SCHEMA, owed_by_register, owing_all, stations_table
from saishang.lake.sources import Source
from saishang.lake.table import ObservationsTable
from saishang.rules import Rules

__all__ = ["REASONS", "GapCount", "excluded_flags", "places_left", "update_gaps"]

#: Why an hour is missing, in the order in which stories win.
REASONS = ("removed_by_qc", "marked", "rejected", "empty", "not_sent")
_COLUMNS = (
    "source", "station", "parameter", "day", "expected", "present", "not_sent", "empty", "marked", "rejected",
    "removed_by_qc", "closed", "table_version",
)  # fmt: skip

_BEFORE_ALL = datetime(1900, 1, 1)
#: Flags with action `exclude` of the newest finished run that covers the hour (newest at a moment, if one is given).
_EXCLUDED = """
select f.source, f.station, f.parameter, f."start" from lake_quality_flag f
join lake_quality_run r on r.id = f.run
where f.action = 'exclude' and f."start" >= %(first)s and f."start" < %(last)s
  and (%(known)s::timestamptz is null or r.finished_at <= %(known)s)
  and not exists (
    select 1 from lake_quality_run n
    where n.id > f.run and n.status = 'finished' and f."start" >= n."first" and f."start" < n."last"
      and (%(known)s::timestamptz is null or n.finished_at <= %(known)s))
"""


@dataclass(frozen=True)
class GapCount:
    """What an update wrote: station-parameter-days, hours expected and present, missing hours by reason."""

    source: str
    first: date
    last: date
    days: int
    expected: int
    present: int
    missing: dict[str, int]


def excluded_flags(
    ledger: Ledger, first: datetime | None, last: datetime, known_at: datetime | None = None
) -> list[tuple[str, str, str, datetime]]:
    """Hours that quality control takes out, or took out at a moment: (source, station, parameter, start), each once.

    Parameters
    ----------
    first, last:
        Span of their starts, the last exclusive; without `first` all before.
    known_at:
        Moment at which they were out; now, without one.
    """
    with ledger.connect() as connection:
        rows = connection.execute(_EXCLUDED, {"first": first or _BEFORE_ALL, "last": last, "known": known_at})
        return sorted({(r["source"], r["station"], r["parameter"], r["start"]) for r in rows})


def update_gaps(
    table: ObservationsTable, ledger: Ledger, folders: Folders, rules: Rules, sources: Iterable[Source], *,
    first: date | None = None, last: date | None = None, everywhere: bool = False,
) -> list[GapCount]:  # fmt: skip
    """Compute the gap ledger anew for the hourly series, day `first` to `last` (default: the span of the data).

    Stations are those of the rules (and their cities, for publications by city) that the series owes, and for a source
    that `expects` a register those of the register: see `_expected_in`, `_registered_in`; with `everywhere`
    also the others that ever sent something, from the day on which they first did. Days are calendar days in
    China Standard Time; an hour belongs to the day on which it starts.
    """
    series: dict[str, list[Source]] = {}
    for source in sources:
        if source.hourly:
            series.setdefault(source.series, []).append(source)
    known = _known(rules)
    seen = _seen(table, sorted(series))
    counts = []
    for name, described in sorted(series.items()):
        if not seen[name]:
            continue  # nothing ever came: the series is not in use here
        if any(source.expects for source in described):
            owed = _registered_in(name, series, seen, table)
        else:
            owed = owing_all(_expected_in(name, known, seen))
        count = _one_series(name, described, table, ledger, folders, owed, first, last, everywhere)
        if count is not None:
            counts.append(count)
    return counts


def _known(rules: Rules) -> pa.Table:
    """Stations of the rules, and the cities of the rules as publications by city name them."""
    cities = [{"station": f"city:{row['code']}"} for row in rules.regions.values() if row["city_mean"]]
    return pa.concat_tables([stations_table(rules), pa.Table.from_pylist(cities, schema=STATION_SCHEMA)])


def _seen(table: ObservationsTable, series: list[str]) -> dict[str, set[str]]:
    """Stations that ever sent an hour, by series."""
    found: dict[str, set[str]] = {}
    with connect_duck() as duck:
        for name in series:
            parts = table.parts(source=name)
            rows = duck.execute(
                "select distinct station from read_parquet($files, hive_partitioning = false) "
                'where source = $source and "end" - "start" = interval 1 hour',
                {"files": [part.path for part in parts], "source": name},
            ).fetchall() if parts else []  # fmt: skip
            found[name] = {row[0] for row in rows}
    return found


def _expected_in(name: str, known: pa.Table, seen: dict[str, set[str]]) -> pa.Table:
    """The known stations whose hours a series owes.

    A station is owed by every series that it ever sent an hour in. One that never sent any is owed by the series with
    most stations of its kind: a day file by city does not owe the hours of stations, nor a county's file those of the
    national network.
    """
    codes = known.column("station").to_pylist()
    everywhere = set().union(*seen.values()) if seen else set()
    owed = []
    for code in codes:
        kind = code.startswith("city:")
        share = {s: sum(c in found for c in codes if c.startswith("city:") is kind) for s, found in seen.items()}
        principal = max(sorted(share), key=lambda s: share[s]) if share else ""
        silent = code not in everywhere and name == principal and share[principal] > 0
        owed.append(code in seen[name] or silent)
    return known.filter(pa.array(owed, pa.bool_()))


def _registered_in(
    name: str, series: Mapping[str, Sequence[Source]], seen: Mapping[str, set[str]], table: ObservationsTable
) -> pa.Table:
    """The stations of its register whose hours a series owes, each with the parameters that it measures.

    As with the stations of the rules, one that never sent an hour is owed by the series with most stations of the same
    register. One that sends shorter values (six minutes) to another series owes no hours.
    """
    expected = [(s.expects, _parameters([s])) for s in series[name] if s.expects is not None]
    owed = owed_by_register(expected)
    codes = owed.column("station").to_pylist()
    registers = {expects.register for expects, _brought in expected}
    rivals = [n for n, ss in series.items() if any(s.expects and s.expects.register in registers for s in ss)]
    share = {rival: len(seen[rival].intersection(codes)) for rival in sorted(rivals)}
    principal = max(share, key=lambda rival: share[rival]) == name
    heard = set().union(*(seen[rival] for rival in rivals)) | _shorter(table, series[name][0].medium)
    keep = [code in seen[name] or (principal and code not in heard) for code in codes]
    return owed.filter(pa.array(keep, pa.bool_()))


def _shorter(table: ObservationsTable, medium: str) -> set[str]:
    """Stations of a medium that ever sent values of less than an hour."""
    parts = table.parts(medium=medium)
    with connect_duck() as duck:
        rows = duck.execute(
            'select distinct station from read_parquet($files, hive_partitioning = false) '
            'where "end" - "start" > interval 0 hour and "end" - "start" < interval 1 hour',
            {"files": [part.path for part in parts]},
        ).fetchall() if parts else []  # fmt: skip
    return {row[0] for row in rows}


def _parameters(described: Iterable[Source]) -> list[str]:
    """Parameters that the descriptions bring."""
    return sorted({rule.parameter for source in described for rule in source.values.values()})


def _one_series(
    name: str, described: list[Source], table: ObservationsTable, ledger: Ledger, folders: Folders, owed: pa.Table,
    first: date | None, last: date | None, everywhere: bool,
) -> GapCount | None:  # fmt: skip
    version = table.version
    medium = described[0].medium
    parameters = _parameters(described)
    parts = table.parts(version, medium=medium, source=name)
    if not parts:
        return None
    duck = connect_duck()
    try:
        duck.execute(
            """
            create temp table rows_seen as select station, parameter, "start", "value", qualifier
            from read_parquet($files, hive_partitioning = false)
            where source = $source and "end" - "start" = interval 1 hour
            """,
            {"files": [part.path for part in parts], "source": name},
        )
        seen = duck.execute('select min("start")::date, max("start")::date from rows_seen').fetchall()[0]
        if seen[0] is None:
            return None
        begin, end = first or seen[0], last or seen[1]
        if begin > end:
            raise LakeError(f"expected days in order, got {begin} to {end}", fix="swap --from and --to", code="span")
        span = (datetime.combine(begin, datetime.min.time()), datetime.combine(end, datetime.min.time()))
        span = (span[0], span[1] + timedelta(days=1))
        _stations(duck, owed, everywhere)
        places_left(duck, ledger, folders, [source.id for source in described])
        duck.execute('create temp table out_of_use (station varchar, parameter varchar, "start" timestamp)')
        excluded = [row[1:] for row in excluded_flags(ledger, *span) if row[0] == name]
        if excluded:
            duck.executemany("insert into out_of_use values (?, ?, ?)", excluded)
        rows = duck.execute(
            _GAPS, {"first": span[0], "last": span[1], "parameters": parameters, "day1": begin, "day2": end}
        ).fetchall()
    finally:
        duck.close()
    _write(ledger, name, version, begin, end, rows)
    sums = [sum(row[3 + i] for row in rows) for i in range(7)]
    missing = dict(zip(("not_sent", "empty", "marked", "rejected", "removed_by_qc"), sums[2:7], strict=True))
    return GapCount(name, begin, end, len(rows), sums[0], sums[1], missing)


def _stations(duck: duckdb.DuckDBPyConnection, owed: pa.Table, everywhere: bool) -> None:
    duck.register("known_stations", owed)
    duck.execute("create temp table open_stations as select station, opened, closed, parameters from known_stations")
    if everywhere:
        duck.execute(
            """
            insert into open_stations select station, min("start")::date, null, null from rows_seen
            where station not in (select station from known_stations) group by station
            """
        )


def places_left(
    duck: duckdb.DuckDBPyConnection, ledger: Ledger, folders: Folders, sources: list[str], version: int | None = None
) -> None:
    """Make the table `unfilled`: places that committed files named without giving a value, with the batch.

    `version`: only batches up to this version of the table.
    """
    with ledger.connect() as connection:
        found = connection.execute(
            "select id from lake_batch where status = 'committed' and source = any(%s) "
            "and (%s::bigint is null or table_version <= %s)",
            (sources, version, version),
        ).fetchall()
    files = [str(path) for row in found if (path := folders.empty(int(row["id"]))).exists()]
    duck.execute(
        'create temp table unfilled (station varchar, parameter varchar, "start" timestamp, why varchar, batch bigint)'
    )
    if files:
        duck.execute(
            'insert into unfilled select station, parameter, "start", why, '
            "parse_filename(filename, true)::bigint "
            "from read_parquet($files, hive_partitioning = false, union_by_name = true, filename = true) "
            'where "end" - "start" = interval 1 hour',
            {"files": files},
        )


#: Stories get numbers in the order in which they win; the lowest number of an hour is its story.
_GAPS = """
with stories as (
    select r.station, r.parameter, r."start",
        case when o."start" is not null then 2
             when r."value" is null or r.qualifier is not null and r.qualifier <> '<' then 3 else 1 end as story
    from rows_seen r left join out_of_use o using (station, parameter, "start")
    union all
    select station, parameter, "start", case why when 'rejected' then 4 else 5 end from unfilled
),
hours as (
    select station, parameter, "start", min(story) as story from stories
    where "start" >= $first and "start" < $last group by all
),
counted as (
    select h.station, h.parameter, h."start"::date as day,
        count(*) filter (story = 1) as present, count(*) filter (story = 2) as removed,
        count(*) filter (story = 3) as marked, count(*) filter (story = 4) as rejected,
        count(*) filter (story = 5) as empty
    from hours h group by all
),
days as (select unnest(generate_series($day1::date, $day2::date, interval 1 day))::date as day),
grid as (
    select s.station, p.parameter, d.day,
        case when (s.opened is not null and d.day < s.opened) or (s.closed is not null and d.day > s.closed)
             then 0 else 24 end as expected
    from open_stations s cross join (select unnest($parameters) as parameter) p cross join days d
    where s.parameters is null or list_contains(s.parameters, p.parameter)
)
select g.station, g.parameter, g.day, g.expected,
    if(g.expected = 0, 0, coalesce(c.present, 0)) as present,
    if(g.expected = 0, 0, 24 - coalesce(c.present + c.removed + c.marked + c.rejected + c.empty, 0)) as not_sent,
    if(g.expected = 0, 0, coalesce(c.empty, 0)) as empty,
    if(g.expected = 0, 0, coalesce(c.marked, 0)) as marked,
    if(g.expected = 0, 0, coalesce(c.rejected, 0)) as rejected,
    if(g.expected = 0, 0, coalesce(c.removed, 0)) as removed_by_qc,
    24 - g.expected as closed
from grid g left join counted c using (station, parameter, day)
order by g.station, g.parameter, g.day
"""


def _write(ledger: Ledger, source: str, version: int, first: date, last: date, rows: list[tuple[Any, ...]]) -> None:
    with ledger.connect() as connection, connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('saishang-gaps', 0))")
        cursor.execute("delete from lake_gap where source = %s and day between %s and %s", (source, first, last))
        with cursor.copy(f"copy lake_gap ({', '.join(_COLUMNS)}) from stdin") as copy:
            for row in rows:
                copy.write_row((source, *row, version))
