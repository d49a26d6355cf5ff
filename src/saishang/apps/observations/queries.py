"""Reads for pages, exports and explanations: batches, gaps, stations, hours with where they came from.

Everything comes as small frozen objects. Times of observations are China Standard Time without zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from saishang.apps.observations import sql
from saishang.config import Config
from saishang.lake import Batch, Lake
from saishang.lake.duck import connect_duck
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.excel import excel_row
from saishang.rules import Rules, load_rules

__all__ = [
    "BatchDetail", "BatchPage", "Flag", "Freshness", "GapDay", "GapMonth", "GapSpan", "Hour", "HourLineage",
    "QualityCount", "QualitySummary", "Station", "Supersession", "batch_detail", "batch_page", "freshness",
    "gap_days", "gap_months", "gap_parameters", "gap_span", "hour_lineage", "hours", "quality_summary", "raw_cells",
    "raw_line", "reject_file", "site_lake", "station", "stations",
]  # fmt: skip


def site_lake(config: Config | None = None) -> Lake:
    """Open the lake of this site on Django's own database, so that pages and tests see the same ledger."""
    chosen: Config = config or settings.CONFIG
    database = connection.settings_dict
    dsn = make_conninfo(
        dbname=str(database["NAME"]), user=database["USER"], password=database["PASSWORD"], host=database["HOST"],
        port=database["PORT"] or None,
    )  # fmt: skip
    return _opened(chosen.lake, chosen.archive, dsn, _rules(chosen))


def _rules(config: Config) -> Rules:
    return load_rules(overlay=config.rules_overlay)


@lru_cache(maxsize=4)
def _open(root: Path, archive: Path, dsn: str, digest: str, overlay: Path | None) -> Lake:
    return Lake(root, archive, dsn, load_rules(overlay=overlay))


def _opened(root: Path, archive: Path, dsn: str, rules: Rules) -> Lake:
    lake = _open(root, archive, dsn, rules.digest, rules.overlay)
    lake.prepare()
    return lake


def _rows(text: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a ledger query as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# -- batches ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BatchPage:
    """One page of batches and how many there are in all."""

    batches: tuple[Batch, ...]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True)
class Supersession:
    """A value that a corrected file replaced; lines and cells are those of the two files."""

    station: str
    parameter: str
    start: datetime
    end: datetime
    old_value: float | None
    old_qualifier: str | None
    old_batch: int
    old_line: int
    old_cell: int
    new_value: float | None
    new_qualifier: str | None
    new_line: int
    new_cell: int


@dataclass(frozen=True)
class BatchDetail:
    """A batch with the first of what it refused and replaced; `batch.rejected` and `batch.replaced` say how many."""

    batch: Batch
    rejects: tuple[Reject, ...]
    reject_reasons: tuple[tuple[str, int, int], ...]
    supersessions: tuple[Supersession, ...]
    absent_examples: tuple[dict[str, Any], ...]
    reject_file: Path | None


def batch_page(
    *, status: str | None = None, source: str | None = None, text: str | None = None, month: str | None = None,
    limit: int = 50, offset: int = 0,
) -> BatchPage:  # fmt: skip
    """Batches, newest first. `text` is part of a file name or the beginning of a digest; `month` is `YYYY-MM`."""
    values = {
        "status": status or None, "source": source or None, "text": text or None, "month": month or None,
        "limit": limit, "offset": offset,
    }  # fmt: skip
    total = int(_rows(sql.BATCH_COUNT, values)[0]["n"])
    found = tuple(Batch.from_row(_json(row)) for row in _rows(sql.BATCHES, values))
    return BatchPage(found, total, offset, limit)


def _json(row: dict[str, Any]) -> dict[str, Any]:
    """Django's cursors hand JSON on as text."""
    import json

    notes = row.get("notes")
    return {**row, "notes": json.loads(notes) if isinstance(notes, str) else notes}


def batch_detail(number: int, *, limit: int = 200) -> BatchDetail:
    """One batch (Errors: LakeError, code no-batch, when there is none with this number)."""
    lake = site_lake()
    batch = lake.ledger.batch(number)
    rejected = lake.folders.rejects(number)
    reasons = _rows(
        "select code, count(*) as n, min(line) as first_line from lake_reject where batch = %(batch)s group by code "
        "order by n desc, code",
        {"batch": number},
    )
    return BatchDetail(
        batch=batch,
        rejects=tuple(lake.ledger.rejects(number, limit=limit)),
        reject_reasons=tuple((row["code"], int(row["n"]), int(row["first_line"])) for row in reasons),
        supersessions=tuple(
            Supersession(**{k: v for k, v in row.items() if k not in {"id", "batch", "source"}})
            for row in lake.ledger.supersessions(number, limit=limit)
        ),
        absent_examples=tuple(batch.notes.get("absent_examples", ())),
        reject_file=rejected if rejected.exists() else None,
    )


def reject_file(number: int) -> Path | None:
    """CSV file with every refused cell of a batch; None when nothing was refused."""
    path = site_lake().folders.rejects(number)
    return path if path.exists() else None


def raw_line(batch: int, line: int) -> str | None:
    """Text of a line of the file that a batch loaded, from the raw archive.

    None for files without lines (Excel, Parquet) and beyond the end.
    """
    lake = site_lake()
    found = lake.ledger.batch(batch)
    if found.notes.get("format") != "csv" or not lake.archive.path(found.sha256).exists():
        return None
    encoding = str(found.notes.get("encoding", "utf-8"))
    return lake.archive.line(found.sha256, line, encodings=(encoding, "gb18030"))


def raw_cells(batch: int, line: int) -> tuple[tuple[str, str], ...] | None:
    """Cells of a row of a Parquet file or workbook that a batch loaded, (column, content); None for text files."""
    lake = site_lake()
    found = lake.ledger.batch(batch)
    path = lake.archive.path(found.sha256)
    if found.notes.get("format") == "xlsx" and path.exists():
        cells = excel_row(path, line, sheet=found.notes.get("sheet"))
        return None if cells is None else tuple(cells)
    if found.notes.get("format") != "parquet" or not path.exists():
        return None
    with pq.ParquetFile(path) as file:
        before = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if before < line <= before + rows:
                table = file.read_row_group(group).slice(line - before - 1, 1)
                return tuple((name, "" if cell is None else str(cell)) for name, cell in table.to_pylist()[0].items())
            before += rows
    return None


# -- gaps -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Freshness:
    """How far the loaded files of a source reach, and when the last of them came."""

    source: str
    batches: int
    last_end: datetime | None
    loaded: datetime
    rejected: int


def freshness() -> list[Freshness]:
    """Sources with committed files, the one that reaches furthest first."""
    return [
        Freshness(**row)
        for row in _rows(
            "select source, count(*) as batches, max(last_end) as last_end, max(finished_at) as loaded, "
            "sum(rejected)::bigint as rejected from lake_batch where status = 'committed' "
            "group by source order by max(last_end) desc nulls last, source",
            {},
        )
    ]


@dataclass(frozen=True)
class GapSpan:
    """What the gap ledger covers, and when and from which version of the table it was computed."""

    first: date
    last: date
    computed_at: datetime
    table_version: int


@dataclass(frozen=True)
class GapMonth:
    """Hours of a station and month: expected by the calendar, present, and why the rest is missing."""

    station: str
    month: str
    expected: int
    present: int
    not_sent: int
    empty: int
    marked: int
    rejected: int
    removed_by_qc: int
    closed: int

    @property
    def coverage(self) -> float | None:
        """Share of the expected hours; None when none was expected (the station was closed)."""
        return self.present / self.expected if self.expected else None


@dataclass(frozen=True)
class GapDay:
    """Hours of a station, parameter and day."""

    station: str
    parameter: str
    day: date
    expected: int
    present: int
    not_sent: int
    empty: int
    marked: int
    rejected: int
    removed_by_qc: int
    closed: int


def gap_span(*parameters: str) -> GapSpan | None:
    """Days that the gap ledger covers, of some parameters or all; None when it was never computed.

    `saishang ingest gaps` computes it.
    """
    row = _rows(sql.GAP_SPAN, {"parameters": list(parameters) or None})[0]
    if row["first"] is None:
        return None
    return GapSpan(row["first"], row["last"], row["computed_at"], row["table_version"])


def gap_parameters() -> list[str]:
    """Codes of the parameters whose hours the gap ledger expects."""
    return [str(row["parameter"]) for row in _rows(sql.GAP_PARAMETERS, {})]


def gap_months(
    *parameters: str, first: date | None = None, last: date | None = None
) -> list[GapMonth]:  # fmt: skip
    """Coverage by station and month, over the parameters together; none named = all."""
    rows = _rows(sql.GAP_MONTHS, {"parameters": list(parameters) or None, "first": first, "last": last})
    return [
        GapMonth(row.pop("station"), row.pop("month"), **{name: int(count) for name, count in row.items()})
        for row in rows
    ]


def gap_days(
    station: str, parameter: str | None = None, first: date | None = None, last: date | None = None
) -> list[GapDay]:
    """Coverage of one station by parameter and day."""
    rows = _rows(sql.GAP_DAYS, {"station": station, "parameter": parameter, "first": first, "last": last})
    return [GapDay(**row) for row in rows]


# -- stations and hours -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Station:
    """A place that measures; coordinates in degrees, datum as the rules state it."""

    code: str
    zh: str
    en: str
    medium: str
    region: str | None
    lon: float | None
    lat: float | None
    city_mean: bool | None
    opened: date | None
    closed: date | None
    note: str


@dataclass(frozen=True)
class Flag:
    """A flag of quality control on an hour."""

    test: str
    action: str
    detail: str


@dataclass(frozen=True)
class Hour:
    """One observation with where it came from. `line` and `cell` are 1-based; 0 = not applicable."""

    source: str
    start: datetime
    end: datetime
    value: float | None
    qualifier: str | None
    batch: int
    file_name: str
    line: int
    cell: int
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class HourLineage:
    """The last step of the chain: an hour, its file, its raw text, and what it was before."""

    hour: Hour
    sha256: str
    raw: str | None
    before: tuple[Supersession, ...]


_TABLES = {"air_stations": "air", "water_sections": "water", "met_stations": "met"}


def stations(medium: str | None = None) -> list[Station]:
    """Places that the rules know, in the order of the rules."""
    rules = _rules(settings.CONFIG)
    found = []
    for name, table in sorted(rules.tables.items()):
        kind = _TABLES.get(name.rpartition("/")[2])
        if not name.startswith("sites/") or kind is None or medium not in {None, kind}:
            continue
        for row in table.rows:
            lon, lat = row.get("lon"), row.get("lat")
            found.append(
                Station(
                    code=str(row.code), zh=str(row.zh), en=str(row.get("en") or row.zh), medium=kind,
                    region=row.get("region"), lon=None if lon is None else float(lon),
                    lat=None if lat is None else float(lat), city_mean=row.get("city_mean"),
                    opened=row.get("opened"), closed=row.get("closed"), note=str(row.get("note") or ""),
                )
            )  # fmt: skip
    return found


def station(code: str) -> Station | None:
    """One place by its code."""
    return next((place for place in stations() if place.code == code), None)


def hours(
    station: str, parameter: str, first: date, last: date | None = None, *, version: int | None = None
) -> list[Hour]:
    """Observations of one place and parameter that start on the days `first` to `last` (default: one day)."""
    begin = datetime.combine(first, datetime.min.time())
    end = datetime.combine(last or first, datetime.min.time()) + timedelta(days=1)
    lake = site_lake()
    parts = lake.table.parts(version, span=(begin, end))
    rows = _observed([part.path for part in parts], station, parameter, begin, end)
    files = _file_names(sorted({row[5] for row in rows}))
    flags: dict[datetime, list[Flag]] = {}
    for row in _rows(sql.FLAGS_OF_SERIES, {"station": station, "parameter": parameter, "first": begin, "last": end}):
        flags.setdefault(row["start"], []).append(Flag(row["test"], row["action"], row["detail"]))
    return [
        Hour(
            source=row[0], start=row[1], end=row[2], value=row[3], qualifier=row[4], batch=row[5],
            file_name=files.get(row[5], ("", ""))[0], line=row[6], cell=row[7], flags=tuple(flags.get(row[1], ())),
        )
        for row in rows
    ]  # fmt: skip


def _observed(
    files: Sequence[str], station: str, parameter: str, begin: datetime, end: datetime
) -> list[tuple[Any, ...]]:
    if not files:
        return []
    duck = connect_duck()
    try:
        return duck.execute(
            """
            select source, "start", "end", "value", qualifier, batch, line, cell
            from read_parquet($files, hive_partitioning = false)
            where station = $station and parameter = $parameter and "start" >= $begin and "start" < $end
            order by "start", source
            """,
            {"files": list(files), "station": station, "parameter": parameter, "begin": begin, "end": end},
        ).fetchall()
    finally:
        duck.close()


def _file_names(batches: Sequence[int]) -> dict[int, tuple[str, str]]:
    if not batches:
        return {}
    rows = _rows("select id, file_name, sha256 from lake_batch where id = any(%(ids)s)", {"ids": list(batches)})
    return {row["id"]: (row["file_name"], row["sha256"]) for row in rows}


def hour_lineage(station: str, parameter: str, start: datetime, *, source: str | None = None) -> HourLineage | None:
    """One hour down to the raw text of its line, and the values that corrections replaced (newest first)."""
    found = [
        hour
        for hour in hours(station, parameter, start.date())
        if hour.start == start and source in {None, hour.source}
    ]
    if not found:
        return None
    hour = found[0]
    before = _rows(
        'select s.station, s.parameter, s."start", s."end", s.old_value, s.old_qualifier, s.old_batch, s.old_line, '
        "s.old_cell, s.new_value, s.new_qualifier, s.new_line, s.new_cell from lake_supersession s "
        "join lake_batch b on b.id = s.batch and b.status = 'committed' "
        "where s.source = %(source)s and s.station = %(station)s and s.parameter = %(parameter)s "
        'and s."start" = %(start)s order by s.id desc',
        {"source": hour.source, "station": station, "parameter": parameter, "start": start},
    )
    return HourLineage(
        hour=hour,
        sha256=_file_names([hour.batch]).get(hour.batch, ("", ""))[1],
        raw=raw_line(hour.batch, hour.line),
        before=tuple(Supersession(**row) for row in before),
    )


# -- quality ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QualityCount:
    """Counts of one test; `reasons` says why rows could not be judged."""

    test: str
    zh: str
    en: str
    action: str
    passed: int
    flagged: int
    not_evaluated: int
    reasons: str


@dataclass(frozen=True)
class QualitySummary:
    """The newest finished run of the quality tests."""

    run: int
    finished_at: datetime
    table_version: int
    first: datetime
    last: datetime
    counts: tuple[QualityCount, ...]


def quality_summary(run: int | None = None) -> QualitySummary | None:
    """Summary of a quality run (default: the newest finished one); None when there is none."""
    rows = _rows(
        "select * from lake_quality_run where status = 'finished' and (%(run)s::bigint is null or id = %(run)s) "
        "order by id desc limit 1",
        {"run": run},
    )
    if not rows:
        return None
    entries = {
        str(entry["id"]): entry
        for document in _rules(settings.CONFIG).documents_under("quality").values()
        for entry in document["tests"]
    }
    counts = []
    for row in _rows(sql.QUALITY_RESULTS, {"run": rows[0]["id"]}):
        entry = entries.get(row["test"], {})
        counts.append(
            QualityCount(
                test=row["test"], zh=str(entry.get("zh", row["test"])), en=str(entry.get("en", row["test"])),
                action=str(entry.get("action", "flag")), passed=int(row["passed"]), flagged=int(row["flagged"]),
                not_evaluated=int(row["not_evaluated"]), reasons=row["reasons"],
            )
        )  # fmt: skip
    found = rows[0]
    return QualitySummary(
        found["id"], found["finished_at"], found["table_version"], found["first"], found["last"], tuple(counts)
    )
