"""Small networks for the series, evaluated on DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saishang.lake.engines import STATIONS, AirRun, DuckDB, evaluate_air
from saishang.rules import load_rules
from saishang.science.air.series import DUST_DAYS, AirRules, Calendar
from tests.finished import rows_of

__all__ = [
    "HOUR", "OBSERVATIONS", "Evaluate", "air_rules", "evaluate", "evaluate_once", "hourly", "one", "published",
    "rows_of", "station_table", "write",
]  # fmt: skip

OBSERVATIONS = pa.schema(
    [("source", pa.string()), ("station", pa.string()), ("parameter", pa.string()), ("start", pa.timestamp("us")),
     ("end", pa.timestamp("us")), ("value", pa.float64()), ("qualifier", pa.string())]
)  # fmt: skip
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def hourly(station: str, parameter: str, day: date, values: Iterable[float | None]) -> list[tuple[Any, ...]]:
    """Rows of one day from its hours ending 01:00 … 24:00; None leaves the row out."""
    begin = datetime.combine(day, datetime.min.time())
    return [
        ("test", station, parameter, begin + n * HOUR, begin + (n + 1) * HOUR, value, None)
        for n, value in enumerate(values)
        if value is not None
    ]


def published(city: str, parameter: str, day: date, value: float) -> tuple[Any, ...]:
    """One published city day."""
    begin = datetime.combine(day, datetime.min.time())
    return ("city", f"city:{city}", parameter, begin, begin + DAY, value, None)


def write(path: Path, rows: Iterable[tuple[Any, ...]]) -> Path:
    """Write rows of the lake's columns."""
    columns = list(zip(*rows, strict=True)) or [()] * len(OBSERVATIONS)
    arrays = [pa.array(column, item.type) for column, item in zip(columns, OBSERVATIONS, strict=True)]
    pq.write_table(pa.table(arrays, schema=OBSERVATIONS), path)
    return path


def station_table(rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    """(station, region, counts, opened, closed), the last three optional."""
    full = [(*row, *(True, None, None)[len(row) - 2 :]) for row in rows]
    columns = list(zip(*full, strict=True)) or [()] * len(STATIONS)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, STATIONS, strict=True)], schema=STATIONS)


Evaluate = Callable[..., AirRun]


@pytest.fixture(scope="session")
def air_rules() -> AirRules:
    return AirRules.from_rules(load_rules())


@pytest.fixture
def evaluate(tmp_path: Path, air_rules: AirRules) -> Iterator[Evaluate]:
    """`evaluate(rows, stations, first, last, dust=…, members=…, lists=…, rules=…, edition=…, to_date=…)`."""
    yield from _evaluations(tmp_path, air_rules)


@pytest.fixture(scope="module")
def evaluate_once(tmp_path_factory: pytest.TempPathFactory, air_rules: AirRules) -> Iterator[Evaluate]:
    """Like `evaluate`, for networks that many tests of a module look at."""
    yield from _evaluations(tmp_path_factory.mktemp("series"), air_rules)


def _evaluations(folder: Path, air_rules: AirRules) -> Iterator[Evaluate]:
    engines: list[DuckDB] = []

    def run(
        rows: Iterable[tuple[Any, ...]], stations: Iterable[tuple[Any, ...]], first: date, last: date, *,
        dust: Iterable[tuple[str, date, str]] = (), members: Mapping[str, list[str]] | None = None,
        lists: Mapping[str, list[str]] | None = None, rules: AirRules | None = None, edition: str | None = None,
        to_date: tuple[int, ...] | None = None, **more: Any,
    ) -> AirRun:  # fmt: skip
        engine = DuckDB(threads=1)
        engines.append(engine)
        path = write(folder / f"rows{len(engines)}.parquet", rows)
        calendar = Calendar(
            first, last, rules or air_rules, index_edition=edition, to_date=to_date, members=members, lists=lists
        )
        days = list(dust)
        named = pa.table([[d[n] for d in days] for n in range(3)], schema=DUST_DAYS)
        return evaluate_air(engine, [[path]], station_table(stations), calendar, dust=named, **more)

    yield run
    for engine in engines:
        engine.close()


def one(run: AirRun, table: str, **match: Any) -> dict[str, Any]:
    """The one row that matches."""
    (row,) = rows_of(run, table, **match)
    return row
