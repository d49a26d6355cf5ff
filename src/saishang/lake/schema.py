"""The observations table: its columns, its key, and the months it is partitioned by."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

__all__ = ["COLUMNS", "KEY", "PACKED", "PARTITIONS", "SCHEMA", "quoted"]

#: Columns in the order of the contract in ARCHITECTURE.md. Timestamps are China Standard Time (UTC+8) without zone.
SCHEMA = pa.schema(
    [
        ("medium", pa.string()),
        ("month", pa.string()),
        ("source", pa.string()),
        ("station", pa.string()),
        ("parameter", pa.string()),
        ("start", pa.timestamp("us")),
        ("end", pa.timestamp("us")),
        ("value", pa.float64()),
        ("qualifier", pa.string()),
        ("batch", pa.int64()),
        ("line", pa.int32()),
        ("cell", pa.int32()),
    ]
)
#: The same columns on their way into the table: texts that repeat are numbered, which halves memory and time.
PACKED = pa.schema(
    [
        (name, pa.dictionary(pa.int32(), pa.string()) if name in {"source", "station", "parameter"} else kind)
        for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True)
    ]
)
COLUMNS: tuple[str, ...] = tuple(SCHEMA.names)
PARTITIONS: tuple[str, ...] = ("medium", "month")
#: One row per key at any version of the table.
KEY: tuple[str, ...] = ("source", "station", "parameter", "start", "end")


def quoted(names: Sequence[str]) -> str:
    """Join column names for SQL; `end` is a reserved word, so all of them are quoted."""
    return ", ".join(f'"{name}"' for name in names)
