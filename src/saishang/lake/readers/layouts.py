"""From rows of a file to rows of the observations table: three layouts, one result.

`matrix`: a column per station, the parameter in a column (network day files). `wide`: a column per parameter.
`long`: a row per value. Work goes column by column; a Python step is taken per distinct text, never per cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saishang.lake.errors import MappingError
from saishang.lake.readers.blocks import Block, FileReader, GridBlock, Reject, RejectSink
from saishang.lake.readers.times import interval, parse_stamp
from saishang.lake.readers.values import EMPTY, OK, REFUSED, CellRule, normalised, parse_column
from saishang.lake.schema import SCHEMA
from saishang.lake.sources import Source
from saishang.lake.units import conversion

__all__ = ["EMPTY_SCHEMA", "Piece", "Tally", "read_pieces"]

#: Hours (days, …) that a file named without giving a value: the gap ledger tells them from hours that no file named.
#: `why`: empty (nothing stood there) or rejected (what stood there could not be read).
EMPTY_SCHEMA = pa.schema(
    [
        ("station", pa.string()),
        ("parameter", pa.string()),
        ("start", pa.timestamp("us")),
        ("end", pa.timestamp("us")),
        ("why", pa.string()),
    ]
)
_Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Piece:
    """Rows of one block: those taken, and the places of those left empty."""

    rows: pa.Table
    empty: pa.Table


@dataclass
class Tally:
    """Counts over a whole file."""

    rows_read: int = 0
    empty: int = 0
    ignored: int = 0
    ignored_names: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Rows:
    """What holds for whole rows of a block: interval, and station and parameter where a column says them."""

    start: _Ints
    end: _Ints
    good: np.ndarray[Any, np.dtype[np.bool_]]
    #: The mark that a column puts on every value of its row; None when the source has no such column.
    mark: pa.Array | None = None


def read_pieces(file: FileReader, source: Source, reject: RejectSink, tally: Tally) -> Iterator[Piece]:
    """Read a whole file by its source description (Errors: MappingError when its columns do not fit)."""
    header = file.header
    repeated = [name for name, count in Counter(name for name in header if name).items() if count > 1]
    if repeated:
        raise MappingError(
            f"expected every column name once, {', '.join(repeated[:5])} stands there twice",
            fix="rename or remove the repeated columns",
            where="header line",
            code="header",
        )
    place = {name: index for index, name in enumerate(header)}
    needed = [
        *source.time,
        source.station.column,
        source.station.within,
        source.parameter,
        source.value,
        source.row_mark,
    ]
    absent = [name for name in needed if name is not None and name not in place]
    if absent:
        raise MappingError(
            f"expected the columns {', '.join(n for n in needed if n)}; the file lacks {', '.join(absent)} and has "
            f"{', '.join(header[:12])}{' …' if len(header) > 12 else ''}",
            fix="name another source with --source, or describe the file with --mapping",
            where="header line",
            code="header",
        )
    make = {"matrix": _matrix, "wide": _wide, "long": _long}[source.layout](source, header, place, file)
    for block in file.blocks:
        tally.rows_read += len(block)
        rows = _times(block, source, header, place, reject)
        if source.row_mark is not None:
            rows = replace(rows, mark=_row_marks(block.column(place[source.row_mark]), source))
        yield from make(block, rows, reject, tally)


# -- time -----------------------------------------------------------------------------------------------------------


def _times(block: Block, source: Source, header: Sequence[str], place: dict[str, int], reject: RejectSink) -> _Rows:
    columns = [place[name] for name in source.time]
    texts = [_as_text(block.column(index)) for index in columns]
    joined = texts[0]
    if len(texts) > 1:
        texts = [text.cast(pa.large_string()) for text in texts]
        joined = pc.binary_join_element_wise(*texts, pa.scalar(" ", pa.large_string()))
    which, distinct = _distinct(joined)
    starts, ends, complaints = [], [], []
    for text in distinct:
        stamp = parse_stamp(text, source.label)
        span = stamp if isinstance(stamp, str) else interval(stamp, source.label, day_start_hour=source.day_start_hour)
        if isinstance(span, str):
            starts.append(np.datetime64("1900-01-01", "us"))
            ends.append(np.datetime64("1900-01-01", "us"))
            complaints.append(span)
        else:
            starts.append(np.datetime64(span.start, "us"))
            ends.append(np.datetime64(span.end, "us"))
            complaints.append("")
    bad = np.fromiter((bool(text) for text in complaints), np.bool_, len(complaints))[which]
    for row in np.flatnonzero(bad):
        line = int(block.lines[row])
        reject(
            Reject(line, columns[0] + 1, header[columns[0]], distinct[which[row]][:200], "time", complaints[which[row]])
        )
    start = np.array(starts, "datetime64[us]").astype(np.int64)[which]
    end = np.array(ends, "datetime64[us]").astype(np.int64)[which]
    return _Rows(start, end, ~bad)


def _row_marks(column: pa.Array, source: Source) -> pa.Array:
    which, names = _distinct(_as_text(column))
    plain = [normalised(name) for name in names]
    return pa.array([None if name in source.row_usable else name for name in plain], pa.string()).take(pa.array(which))


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type) and not column.null_count:
        return column
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return pc.fill_null(column.cast(pa.large_string()), "")


def _distinct(column: pa.Array) -> tuple[_Ints, list[str]]:
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


# -- the three layouts ----------------------------------------------------------------------------------------------


def _matrix(source: Source, header: list[str], place: dict[str, int], file: FileReader) -> Any:
    pattern = source.station.header
    fixed = {*source.time, source.parameter}
    columns = [i for i, name in enumerate(header) if name not in fixed and pattern and pattern.fullmatch(name)]
    others = [n for i, n in enumerate(header) if n not in fixed and i not in set(columns) and n not in source.ignore]
    if not columns:
        raise MappingError(
            f"expected station columns named like {pattern.pattern if pattern else ''}, found none",
            fix="name another source with --source",
            where="header line",
            code="header",
        )
    if others:
        file.notes["columns_not_taken"] = others[:200]
    index = np.array(columns, np.int64)
    codes = pa.array([source.station.code(header[i]) for i in columns], pa.string())
    parameter_column = place[source.parameter or ""]

    def make(block: Block, rows: _Rows, reject: RejectSink, tally: Tally) -> Iterator[Piece]:
        which, names = _distinct(_as_text(block.column(parameter_column)))
        for number, name in enumerate(names):
            plain = normalised(name)
            mine = (which == number) & rows.good
            if plain in source.ignore:
                size = int(mine.sum()) * len(columns)
                tally.ignored += size
                tally.ignored_names[plain] += size
                continue
            rule = source.values.get(plain)
            picked = np.flatnonzero(mine)
            if rule is None:
                _refuse_rows(block, picked, parameter_column, header, name, source, reject)
                continue
            if not len(picked):
                continue
            cells = (
                block.rectangle(picked, index)
                if isinstance(block, GridBlock)
                else pa.concat_arrays([block.column(i).take(pa.array(picked)).cast(pa.large_string()) for i in columns])
            )
            down = not isinstance(block, GridBlock)
            row = np.tile(picked, len(columns)) if down else np.repeat(picked, len(columns))
            column = (
                np.repeat(np.arange(len(columns)), len(picked))
                if down
                else np.tile(np.arange(len(columns)), len(picked))
            )
            stations = codes.take(pa.array(column))
            yield _piece(source, rule, block, rows, row, cells, stations, index[column] + 1, header, reject, tally)

    return make


def _wide(source: Source, header: list[str], place: dict[str, int], file: FileReader) -> Any:
    present = [(place[name], rule) for name, rule in source.values.items() if name in place]
    if not present:
        raise MappingError(
            f"expected at least one of the value columns {', '.join(source.values)}, found none",
            fix="name another source with --source, or describe the file with --mapping",
            where="header line",
            code="header",
        )
    file.notes["columns_absent"] = [name for name in source.values if name not in place]
    used = {*source.time, source.station.column, source.station.within, source.row_mark, *source.values}
    others = [name for name in header if name not in used and name not in source.ignore]
    if others:
        file.notes["columns_not_taken"] = others[:200]
    derived = [name for name in header if name in source.ignore]

    def make(block: Block, rows: _Rows, reject: RejectSink, tally: Tally) -> Iterator[Piece]:
        stations, good = _stations(block, source, header, place, rows.good, reject)
        tally.ignored += len(block) * len(derived)
        for name in derived:
            tally.ignored_names[name] += len(block)
        picked = np.flatnonzero(good)
        if not len(picked):
            return
        for index, rule in present:
            cells = block.column(index).take(pa.array(picked))
            where = np.full(len(picked), index + 1)
            mine = stations.take(pa.array(picked))
            yield _piece(source, rule, block, rows, picked, cells, mine, where, header, reject, tally)

    return make


def _long(source: Source, header: list[str], place: dict[str, int], file: FileReader) -> Any:
    parameter_column, value_column = place[source.parameter or ""], place[source.value or ""]
    unit_column = place.get(source.unit or "")

    def make(block: Block, rows: _Rows, reject: RejectSink, tally: Tally) -> Iterator[Piece]:
        stations, good = _stations(block, source, header, place, rows.good, reject)
        which, names = _distinct(_as_text(block.column(parameter_column)))
        units, unit_names = (
            (np.zeros(len(block), np.int64), [""])
            if unit_column is None
            else _distinct(_as_text(block.column(unit_column)))
        )
        values = block.column(value_column)
        for number, name in enumerate(names):
            plain = normalised(name)
            mine = (which == number) & good
            rule = source.values.get(plain)
            if plain in source.ignore:
                tally.ignored += int(mine.sum())
                tally.ignored_names[plain] += int(mine.sum())
                continue
            if rule is None:
                _refuse_rows(block, np.flatnonzero(mine), parameter_column, header, name, source, reject)
                continue
            for unit_number, unit in enumerate(unit_names):
                picked = np.flatnonzero(mine & (units == unit_number))
                if not len(picked):
                    continue
                stated = rule
                if normalised(unit):
                    try:
                        stated = replace(rule, conversion=conversion(unit, source.units[rule.parameter]))
                    except MappingError as error:
                        for row in picked:
                            line = int(block.lines[row])
                            cell = (unit_column or 0) + 1
                            reject(Reject(line, cell, header[cell - 1], unit[:200], "unit", error.message))
                        continue
                cells = values.take(pa.array(picked))
                where = np.full(len(picked), value_column + 1)
                mine_stations = stations.take(pa.array(picked))
                yield _piece(source, stated, block, rows, picked, cells, mine_stations, where, header, reject, tally)

    return make


# -- shared steps ---------------------------------------------------------------------------------------------------


def _stations(
    block: Block, source: Source, header: list[str], place: dict[str, int],
    good: np.ndarray[Any, np.dtype[np.bool_]], reject: RejectSink,
) -> tuple[pa.Array, np.ndarray[Any, np.dtype[np.bool_]]]:  # fmt: skip
    rule = source.station
    if rule.constant is not None:
        return pa.array([rule.constant], pa.string()).take(pa.array(np.zeros(len(block), np.int64))), good
    index = place[rule.column or ""]
    column = _as_text(block.column(index))
    if rule.within is not None:
        around = _as_text(block.column(place[rule.within])).cast(pa.large_string())
        column = pc.binary_join_element_wise(
            around, column.cast(pa.large_string()), pa.scalar("\x1f", pa.large_string())
        )
    which, pairs = _distinct(column)
    parts = [pair.rpartition("\x1f") for pair in pairs]
    codes = [rule.code(name, province) for province, _, name in parts]
    names = [name for _, _, name in parts]
    known = np.fromiter((code is not None for code in codes), np.bool_, len(codes))[which]
    for row in np.flatnonzero(good & ~known):
        name = names[which[row]]
        why = f"expected a station that {source.id} lists, found {name!r}" if name.strip() else "the station is empty"
        reject(Reject(int(block.lines[row]), index + 1, header[index], name[:200], "station", why))
    return pa.array(codes, pa.string()).take(pa.array(which)), good & known


def _refuse_rows(
    block: Block, picked: _Ints, column: int, header: list[str], name: str, source: Source, reject: RejectSink
) -> None:
    known = ", ".join([*source.values, *source.ignore][:20])
    for row in picked:
        why = f"expected one of {known}; found {name[:60]!r}"
        reject(Reject(int(block.lines[row]), column + 1, header[column], name[:200], "parameter", why))


def _piece(
    source: Source, rule: CellRule, block: Block, rows: _Rows, row: _Ints, cells: pa.Array, stations: pa.Array,
    where: _Ints, header: list[str], reject: RejectSink, tally: Tally,
) -> Piece:  # fmt: skip
    """Read cells by one rule; `row` is the block row, `where` the 1-based column, `stations` the code of each."""
    read = parse_column(cells, rule)
    for index in np.flatnonzero(read.state == REFUSED):
        text, parsed = read.texts[read.which[index]], read.parsed[read.which[index]]
        cell = int(where[index])
        reject(Reject(int(block.lines[row[index]]), cell, header[cell - 1], text[:200], parsed.code, parsed.message))
    taken, left = np.flatnonzero(read.state == OK), np.flatnonzero(read.state != OK)
    empty_here = read.state[left] == EMPTY
    tally.empty += int(empty_here.sum())
    value = read.value[taken]
    qualifier = read.qualifier.take(pa.array(taken))
    if rows.mark is not None:
        qualifier = pc.coalesce(qualifier, rows.mark.take(pa.array(row[taken])))
    start = rows.start[row[taken]].view("datetime64[us]")
    rows_out = pa.Table.from_arrays(
        [
            _repeat(source.medium, len(taken)),
            pa.array(_months(start), pa.string()),
            _repeat(source.series, len(taken)),
            stations.take(pa.array(taken)),
            _repeat(rule.parameter, len(taken)),
            pa.array(start),
            pa.array(rows.end[row[taken]].view("datetime64[us]")),
            pa.array(value, mask=np.isnan(value)),
            qualifier,
            _repeat_int(len(taken)),
            pa.array(block.lines[row[taken]].astype(np.int32)),
            pa.array(where[taken].astype(np.int32)),
        ],
        schema=SCHEMA,
    )
    empty = pa.Table.from_arrays(
        [
            stations.take(pa.array(left)),
            _repeat(rule.parameter, len(left)),
            pa.array(rows.start[row[left]].view("datetime64[us]")),
            pa.array(rows.end[row[left]].view("datetime64[us]")),
            pa.array(["rejected", "empty"], pa.string()).take(pa.array(empty_here.astype(np.int64))),
        ],
        schema=EMPTY_SCHEMA,
    )
    return Piece(rows_out, empty)


def _repeat(text: str, count: int) -> pa.Array:
    return pa.array([text], pa.string()).take(pa.array(np.zeros(count, np.int64)))


def _repeat_int(count: int) -> pa.Array:
    return pa.array(np.zeros(count, np.int64))


def _months(start: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    months, which = np.unique(start.astype("datetime64[M]"), return_inverse=True)
    return np.array([str(month) for month in months], dtype=object)[which] if len(months) else np.array([], object)
