"""The waiting room of a batch: rows read from a file, compared with what the table holds, before anything is committed.

Small files wait in memory, large ones in a Parquet file under `<lake>/staging/<batch>/`; DuckDB does the comparing in
bounded memory and may spill there too.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saishang.lake.duck import connect_duck
from saishang.lake.errors import LakeError
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.layouts import EMPTY_SCHEMA, Piece
from saishang.lake.reasons import Why, explain
from saishang.lake.schema import COLUMNS, PACKED, SCHEMA, quoted
from saishang.lake.table import Part

# ruff: noqa: S608 - the texts joined into SQL are our own column names and clauses, never data

__all__ = ["REJECT_COLUMNS", "Difference", "RejectLog", "Stage", "refuse_nan"]

#: Rows kept in memory (about 100 bytes each) before the stage moves to disk.
IN_MEMORY = 2_000_000
#: Digests of keys kept in memory (8 bytes each); longer files let DuckDB look for what is said twice.
KEYS_KEPT = 30_000_000
#: Refused cells that the ledger itself lists; the reject file has all of them.
LISTED = 10_000
_ABSENT_LISTED = 1_000
#: Columns of the reject file: where, what stood there, the stable code, and the reason in both languages.
REJECT_COLUMNS = ("line", "cell", "column", "content", "code", "reason_zh", "reason_en")


class RejectLog:
    """Collects refused cells: all in a CSV file, the first ones and the counts in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.codes: Counter[str] = Counter()
        self.first: list[Reject] = []
        self._file: Any = None
        self._writer: Any = None

    def __call__(self, reject: Reject) -> None:
        """Take one refused cell."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(REJECT_COLUMNS)
        self.count += 1
        self.codes[reject.code] += 1
        if len(self.first) < LISTED:
            self.first.append(reject)
        chinese = explain(reject.params, reject.message, "zh")
        self._writer.writerow([_harmless(part) for part in (*reject[:5], chinese, reject.message)])

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def refuse_nan(values: pa.ChunkedArray) -> None:
    """Keep NaN out of the table: "no value" is null (with a mark), or no row at all.

    Statistics of Parquet files leave NaN out of minimum and maximum, and DuckDB, which puts NaN above every number,
    skips row groups by them: a filter such as `value > 75` would drop NaN or keep it by the luck of the row group.
    """
    if pc.any(pc.is_nan(values), min_count=0).as_py():
        raise LakeError(
            "a reader gave NaN as a value", fix="report it with the file: 'no value' must be empty", code="not-a-number"
        )


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "@", "\t", "\r"} else cell


@dataclass(frozen=True)
class Difference:
    """What a batch would change: rows to add, rows to replace (with what they replace), and counts."""

    new: pa.Table | pa.RecordBatchReader
    new_count: int
    changed: pa.Table
    superseded: list[tuple[Any, ...]]
    identical: int
    duplicates: int
    absent: int
    absent_examples: list[dict[str, Any]]


class Stage:
    """Rows of one batch on their way into the table."""

    def __init__(self, folder: Path, batch: int) -> None:
        self.folder, self.batch = folder, batch
        self.rejects = RejectLog(folder / "rejects.csv")
        self.header: list[str] = []
        self.count = 0
        self.empty_count = 0
        self._tables: list[pa.Table] = []
        self._months: set[str] = set()
        self._span: tuple[datetime, datetime] | None = None
        #: Digests of the rows' keys, while there are few enough of them.
        self._keys: list[np.ndarray[Any, np.dtype[np.uint64]]] | None = []
        self._empty: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None
        self._empty_writer: pq.ParquetWriter | None = None
        self._duck: duckdb.DuckDBPyConnection | None = None
        self._whole: pa.Table | None = None

    def __enter__(self) -> Stage:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rejects.close()
        if self._duck is not None:
            self._duck.close()
        for writer in (self._writer, self._empty_writer):
            if writer is not None and writer.is_open:
                try:
                    writer.close()
                except Exception:
                    if error is None:
                        raise
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- filling ------------------------------------------------------------------------------------------------

    def add(self, piece: Piece) -> None:
        """Take the rows of one block."""
        if len(piece.rows):
            self.count += len(piece.rows)
            if self._keys is not None:
                self._keys.append(piece.keys)
                if self.count > KEYS_KEPT:
                    self._keys = None
            refuse_nan(piece.rows["value"])
            numbers = pa.array(np.full(len(piece.rows), self.batch, np.int64))
            rows = piece.rows.set_column(COLUMNS.index("batch"), SCHEMA.field("batch"), numbers)
            self._months |= piece.months
            first, last = (pc.min_max(rows[name]).as_py()[end] for name, end in (("start", "min"), ("end", "max")))
            self._span = (min(self._span[0], first), max(self._span[1], last)) if self._span else (first, last)
            if self._writer is not None:
                self._writer.write_table(rows.cast(SCHEMA))
            else:
                self._tables.append(rows)
                if self.count > IN_MEMORY:
                    self._writer = pq.ParquetWriter(self.folder / "rows.parquet", SCHEMA, compression="zstd")
                    for table in self._tables:
                        self._writer.write_table(table.cast(SCHEMA))
                    self._tables.clear()
        if len(piece.empty):
            self.empty_count += len(piece.empty)
            self._empty.append(piece.empty)
            if sum(len(table) for table in self._empty) > IN_MEMORY:
                self._flush_empty()

    def _flush_empty(self) -> None:
        if self._empty_writer is None:
            self._empty_writer = pq.ParquetWriter(self.folder / "empty.parquet", EMPTY_SCHEMA, compression="zstd")
        for table in self._empty:
            self._empty_writer.write_table(table)
        self._empty.clear()

    def keep(self, rejects: Path, empty: Path) -> None:
        """Give the reject file and the list of empty places their lasting names (before the table commit)."""
        self.rejects.close()
        if self.rejects.count:
            rejects.parent.mkdir(parents=True, exist_ok=True)
            self.rejects.path.replace(rejects)
        if self.empty_count:
            self._flush_empty()
            assert self._empty_writer is not None  # noqa: S101 - made by _flush_empty
            self._empty_writer.close()
            empty.parent.mkdir(parents=True, exist_ok=True)
            (self.folder / "empty.parquet").replace(empty)

    # -- looking ------------------------------------------------------------------------------------------------

    def open(self) -> duckdb.DuckDBPyConnection:
        """DuckDB with the rows as view `incoming`; rows said twice are settled (view `settled` after `settle`)."""
        if self._duck is None:
            duck = connect_duck()
            duck.execute(f"set temp_directory = '{self.folder.as_posix()}'")
            duck.execute("set memory_limit = '2GB'")
            duck.execute("set preserve_insertion_order = false")
            if self._writer is not None:
                self._writer.close()
                duck.execute(
                    f"create view incoming as from read_parquet('{(self.folder / 'rows.parquet').as_posix()}')"
                )
            else:
                table = pa.concat_tables(self._tables) if self._tables else PACKED.empty_table()
                duck.register("incoming", table)
                self._whole = table
            self._duck = duck
        return self._duck

    def settle(self) -> tuple[int, list[str], datetime | None, datetime | None]:
        """Settle rows that the file says twice; returns repeats, months, first start and last end.

        Said twice with the same value: one is kept, the others are counted. Said twice with different values: the
        first is kept, the others are refused, because nobody can tell which one is meant.
        """
        duck = self.open()
        repeats = 0
        if self._may_repeat(duck):
            self._whole = None
            duck.execute(
                """
                create table ranked as select *,
                    row_number() over w as n, first_value(line) over w as first_line,
                    first_value("value") over w is distinct from "value"
                      or first_value(qualifier) over w is distinct from qualifier as differs,
                    first_value("value") over w as first_value, first_value(qualifier) over w as first_mark
                from incoming window w as (partition by station, parameter, "start", "end" order by line, cell
                    rows between unbounded preceding and unbounded following)
                """
            )
            for line, cell, station, parameter, start, value, mark, first_line, first, first_mark in _rows(
                duck,
                'select line, cell, station, parameter, "start", "value", qualifier, first_line, first_value, '
                "first_mark from ranked where n > 1 and differs order by line, cell",
            ):
                why = Why(
                    "contradiction", station=station, parameter=parameter, start=f"{start:%Y-%m-%d %H:%M}",
                    value=_shown(first, first_mark), line=first_line,
                )  # fmt: skip
                column = self.header[cell - 1] if 0 < cell <= len(self.header) else ""
                self.rejects(Reject.because(line, cell, column, _shown(value, mark), why))
            row = duck.execute("select count(*) from ranked where n > 1 and not differs").fetchall()
            repeats = int(row[0][0])
            duck.execute(f"create view settled as select {quoted(COLUMNS)} from ranked where n = 1")
        else:
            duck.execute("create view settled as from incoming")
        first_start, last_end = self._span or (None, None)
        return repeats, sorted(self._months), first_start, last_end

    def _may_repeat(self, duck: duckdb.DuckDBPyConnection) -> bool:
        """Whether some key may stand twice in the file; False is certain.

        Equal keys have equal digests; unequal keys hardly ever do, and then the exact way finds nothing.
        """
        if self._keys is not None:
            digests = np.concatenate(self._keys) if self._keys else np.zeros(0, np.uint64)
            digests.sort()
            return bool((digests[1:] == digests[:-1]).any())
        rows, different = duck.execute(
            'select count(*), count(distinct hash(station, parameter, "start", "end")) from incoming'
        ).fetchall()[0]
        return bool(rows != different)

    def last_start(self) -> datetime | None:
        """Latest `start` of the rows."""
        row = self.open().execute('select max("start") from settled').fetchall()
        return cast("datetime | None", row[0][0])

    def compare(self, source: str, parts: Sequence[Part], repeats: int) -> Difference:
        """Compare with the table's files `parts` (those that can hold the same keys)."""
        duck = self.open()
        columns = quoted(COLUMNS)
        if not parts and self._whole is not None:
            count = len(self._whole)  # in memory, said once, nothing to compare with: as it is
            return Difference(self._whole, count, SCHEMA.empty_table(), [], 0, repeats, 0, [])
        if not parts:
            row = duck.execute("select count(*) from settled").fetchall()
            count = int(row[0][0])
            return Difference(
                self._result(f"select {columns} from settled", count),
                count,
                SCHEMA.empty_table(),
                [],
                0,
                repeats,
                0,
                [],
            )
        duck.execute(
            """
            create table existing as
            select station, parameter, "start", "end", "value", qualifier, batch, line, cell
            from read_parquet($files, hive_partitioning = false)
            where source = $source
              and "start" between (select min("start") from settled) and (select max("start") from settled)
            """,
            {"files": [part.path for part in parts], "source": source},
        )
        duck.execute(
            """
            create table matched as
            select n.*, o.batch as old_batch, o."value" as old_value, o.qualifier as old_qualifier,
                o.line as old_line, o.cell as old_cell,
                (o.batch is not null and (o."value" is distinct from n."value"
                    or o.qualifier is distinct from n.qualifier)) as differs
            from settled n left join existing o using (station, parameter, "start", "end")
            """
        )
        counts = duck.execute(
            "select count(*) filter (old_batch is null), "
            "count(*) filter (old_batch is not null and not differs) from matched"
        ).fetchall()
        new_count, identical = counts[0]
        changed = duck.sql(f"select {columns} from matched where differs").to_arrow_table().cast(SCHEMA)
        superseded = duck.execute(
            'select batch, source, station, parameter, "start", "end", old_value, old_qualifier, old_batch, old_line, '
            'old_cell, "value", qualifier, line, cell from matched where differs order by line, cell'
        ).fetchall()
        missing = (
            "from existing o semi join (select distinct station, parameter from settled) s using (station, parameter) "
            'anti join settled n on n.station = o.station and n.parameter = o.parameter and n."start" = o."start" '
            'and n."end" = o."end"'
        )
        row = duck.execute(f"select count(*) {missing}").fetchall()
        absent = int(row[0][0])
        examples = []
        if absent:
            for station, parameter, start, value, batch in _rows(
                duck,
                f'select o.station, o.parameter, o."start", o."value", o.batch {missing} '
                f'order by o."start", o.station, o.parameter limit {_ABSENT_LISTED}',
            ):
                examples.append(
                    {"station": station, "parameter": parameter, "start": start.isoformat(), "value": value,
                     "batch": batch}
                )  # fmt: skip
        return Difference(
            self._result(f"select {columns} from matched where old_batch is null", new_count),
            new_count, changed, superseded, identical, repeats, absent, examples,
        )  # fmt: skip

    def _result(self, text: str, count: int) -> pa.Table | pa.RecordBatchReader:
        relation = self.open().sql(text)
        if count <= IN_MEMORY:
            return relation.to_arrow_table().cast(SCHEMA)
        return relation.to_arrow_reader(100_000)


def _rows(duck: duckdb.DuckDBPyConnection, text: str) -> Iterator[tuple[Any, ...]]:
    yield from duck.execute(text).fetchall()


def _shown(value: float | None, mark: str | None) -> str:
    """Value and mark as a file would write them: `36(H)`, `<0.5`, a mark alone."""
    digits = "" if value is None else f"{value:.15g}"
    return digits if mark is None else f"<{digits or 'LOD'}" if mark == "<" else f"{digits}({mark})"
