"""Parquet files as tables; line = row number, cell = column number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saishang.lake.errors import FileRefused
from saishang.lake.readers.blocks import Block, ColumnBlock, FileReader
from saishang.lake.readers.values import name_of

__all__ = ["MAX_ROWS", "open_parquet"]

_ROWS = 200_000
#: Most rows that are read. A few bytes of Parquet can claim any number of equal rows.
MAX_ROWS = 500_000_000


def open_parquet(path: Path) -> FileReader:
    """Open a Parquet file (Errors: FileRefused when it is damaged or cut off)."""
    try:
        file = pq.ParquetFile(path)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if nested:
        raise FileRefused(
            f"expected plain columns, {', '.join(nested)} hold lists or records",
            fix="flatten them before export",
            where=path.name,
            code="nested",
        )

    if file.metadata.num_rows > MAX_ROWS:
        raise FileRefused(
            f"expected at most {MAX_ROWS:,} rows, the file claims {file.metadata.num_rows:,}",
            fix="split the file",
            where=path.name,
            code="too-large",
        )

    done = 0

    def blocks() -> Iterator[Block]:
        nonlocal done
        try:
            for batch in file.iter_batches(_ROWS):
                lines = np.arange(done + 1, done + len(batch) + 1, dtype=np.int64)
                done += len(batch)
                yield ColumnBlock(lines, [_plain(column) for column in batch.columns])
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error

    count = file.metadata.num_rows
    return FileReader(
        "parquet", [name_of(field.name) for field in schema], blocks(), file.close, {"rows": count},
        lambda: done / count if count else 1.0,
    )  # fmt: skip


def _plain(column: pa.Array) -> pa.Array:
    """Times as ISO text and NaN as null, so that the same rules of reading hold for every format."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        shown = pc.strftime(column, "%Y-%m-%d %H:%M:%S%z" if kind.tz else "%Y-%m-%d %H:%M:%S") if kind.tz else None
        return shown if shown is not None else column.cast(pa.timestamp("s"), safe=False).cast(pa.string())
    if pa.types.is_date(kind):
        return column.cast(pa.string())
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    if pa.types.is_decimal(kind) or pa.types.is_boolean(kind):
        return column.cast(pa.string())
    return column


def _damaged(path: Path, error: Exception) -> FileRefused:
    return FileRefused(
        f"the Parquet file is damaged or cut off: {error}",
        fix="copy or export it again, compare its size with the original",
        where=path.name,
        code="damaged",
    )
