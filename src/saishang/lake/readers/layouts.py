"""From rows of a file to rows of the observations table: three layouts, one result.

`matrix`: a column per station, the parameter in a column (network day files). `wide`: a column per parameter.
`long`: a row per value. Work goes column by column; a Python step is taken per distinct text, never per cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saishang.lake.errors import MappingError
from saishang.lake.readers.blocks import Block, FileReader, GridBlock, Reject, RejectSink
from saishang.lake.readers.times import interval, parse_stamp
from saishang.lake.readers.values import (
    EMPTY,
    OK,
    REFUSED,
    CellRule,
    ParsedRows,
    hidden,
    name_of,
    normalised,
    parse_column,
    parse_groups,
)  # fmt: skip
from saishang.lake.reasons import Why
from saishang.lake.schema import PACKED
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
    """Rows of one block: those taken, and the places of those left empty.

    `keys` has a 64-bit digest of every taken row's (station, parameter, start, end): the same key gives the same
    digest, so that a file without equal digests says nothing twice.
    """

    rows: pa.Table
    empty: pa.Table
    keys: np.ndarray[Any, np.dtype[np.uint64]]
    #: Months of the rows taken.
    months: frozenset[str]


@dataclass
class Tally:
    """Counts over a whole file."""

    rows_read: int = 0
    empty: int = 0
    ignored: int = 0
    ignored_names: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Rows:
    """What holds for whole rows of a block: interval, the month it begins in, whether its time could be read."""

    start: _Ints
    end: _Ints
    month: _Coded
    good: np.ndarray[Any, np.dtype[np.bool_]]
    #: The mark that a column puts on every value of its row; None when the source has no such column.
    mark: pa.Array | None = None


@dataclass(frozen=True)
class _Coded:
    """A column of few distinct texts: which one each row has."""

    texts: Sequence[str | None]
    which: _Ints

    def at(self, rows: _Ints | None) -> pa.Array:
        """Texts of some rows (None = of all) as an Arrow array."""
        which = self.which if rows is None else self.which[rows]
        return pa.array(self.texts, pa.string()).take(pa.array(which))

    def packed(self) -> pa.Array:
        """Dictionary array: the distinct texts and where each stands, nothing copied."""
        return pa.DictionaryArray.from_arrays(pa.array(self.which.astype(np.int32)), pa.array(self.texts, pa.string()))

    def pick(self, rows: _Ints) -> _Coded:
        """Return the same texts for some rows, in their order."""
        return _Coded(self.texts, self.which[rows])

    def digests(self) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """64-bit digest of each row's text."""
        each = [int.from_bytes(blake2b(str(text).encode(), digest_size=8).digest(), "big") for text in self.texts]
        return np.array(each or [0], np.uint64)[self.which]


def _one(text: str, count: int) -> _Coded:
    return _Coded([text], np.zeros(count, np.int64))


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
        wanted = {name for name in needed if name is not None}
        below = _line_with(file, wanted)
        raise MappingError(
            f"expected the columns {', '.join(n for n in needed if n)}; the file lacks {', '.join(absent)} and has "
            f"{', '.join(header[:12])}{' …' if len(header) > 12 else ''}",
            fix="name another source with --source, or describe the file with --mapping"
            if below is None
            else f"line {below} has them: write `header_line: {below}` into the mapping, or remove the lines above it",
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


def _line_with(file: FileReader, wanted: set[str]) -> int | None:
    """Line among the first ones that has all these names: titles often stand above the header."""
    for block in file.blocks:
        for row in range(min(len(block), 20)):
            if wanted <= {name_of(str(block.column(index)[row].as_py())) for index in range(len(file.header))}:
                return int(block.lines[row])
        break
    return None


# -- time -----------------------------------------------------------------------------------------------------------


def _times(block: Block, source: Source, header: Sequence[str], place: dict[str, int], reject: RejectSink) -> _Rows:
    columns = [place[name] for name in source.time]
    texts = [_as_text(block.column(index)) for index in columns]
    joined = texts[0]
    if len(texts) > 1:
        texts = [text.cast(pa.large_string()) for text in texts]
        joined = pc.binary_join_element_wise(*texts, pa.scalar(" ", pa.large_string()))
    which, distinct = _distinct(joined)
    starts, ends = [], []
    complaints: list[Why | None] = []
    for text in distinct:
        stamp = parse_stamp(text, source.label, collected=source.collected)
        span = stamp if isinstance(stamp, Why) else interval(stamp, source.label, day_start_hour=source.day_start_hour)
        if isinstance(span, Why):
            starts.append(np.datetime64("1900-01-01", "us"))
            ends.append(np.datetime64("1900-01-01", "us"))
            complaints.append(span)
        else:
            starts.append(np.datetime64(span.start, "us"))
            ends.append(np.datetime64(span.end, "us"))
            complaints.append(None)
    title = " ".join(header[index] for index in columns)
    complaints = [
        Why("time.header") if why is not None and name_of(text) == title else why
        for why, text in zip(complaints, distinct, strict=True)
    ]
    bad = np.fromiter((why is not None for why in complaints), np.bool_, len(complaints))[which]
    for row in np.flatnonzero(bad):
        line = int(block.lines[row])
        why = cast("Why", complaints[which[row]])
        reject(Reject.because(line, columns[0] + 1, header[columns[0]], distinct[which[row]], why))
    start = np.array(starts, "datetime64[us]")
    end = np.array(ends, "datetime64[us]").astype(np.int64)[which]
    months, month = np.unique(start.astype("datetime64[M]"), return_inverse=True)
    coded = _Coded([str(each) for each in months], month[which])
    return _Rows(start.astype(np.int64)[which], end, coded, ~bad)


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
    codes = [source.station.code(header[i]) for i in columns]
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
            read = parse_column(cells, rule)
            yield _piece(
                source, block, rows, row, read, _Coded(codes, column), index[column] + 1, header, reject, tally
            )

    return make


def _wide(source: Source, header: list[str], place: dict[str, int], file: FileReader) -> Any:
    present = [(place[name], source.values[name]) for name in header if name in source.values]
    if not present:
        raise MappingError(
            f"expected at least one of the value columns {', '.join(source.values)}, found none",
            fix="name another source with --source, or describe the file with --mapping",
            where="header line",
            code="header",
        )
    # A book holds every item of a standard: those that a laboratory did not measure are no news.
    file.notes["columns_absent"] = [] if source.book else [name for name in source.values if name not in place]
    used = {*source.time, source.station.column, source.station.within, source.row_mark}
    others = [
        name for name in header if name not in used and name not in source.values and name not in source.ignore
    ]  # fmt: skip
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
        mine = stations.pick(picked)
        for index, rule in present:
            cells = block.column(index)
            read = parse_column(cells if len(picked) == len(block) else cells.take(pa.array(picked)), rule)
            yield _piece(source, block, rows, picked, read, mine, index + 1, header, reject, tally)

    return make


def _long(source: Source, header: list[str], place: dict[str, int], file: FileReader) -> Any:
    parameter_column, value_column = place[source.parameter or ""], place[source.value or ""]
    unit_column = place.get(source.unit or "")

    def rules_of(names: list[str], units: list[str]) -> dict[int, CellRule | Why]:
        """Rule for each pair of parameter and unit of a block, by `parameter * len(units) + unit`; or the complaint."""
        found: dict[int, CellRule | Why] = {}
        for number, name in enumerate(names):
            rule = source.values.get(normalised(name))
            for place_of_unit, unit in enumerate(units if rule is not None else ()):
                stated: CellRule | Why = cast("CellRule", rule)
                target = source.units[cast("CellRule", rule).parameter]
                plain = normalised(unit)
                if target == "1" and plain in source.plain_units:
                    plain = ""
                if not plain and source.unit_needed and target != "1":
                    stated = Why("unit.empty", parameter=cast("CellRule", rule).parameter, unit=target)
                elif plain:
                    known = (name, unit)
                    if known not in converted:
                        try:
                            change = conversion(unit, target)
                            converted[known] = replace(cast("CellRule", rule), conversion=change)
                        except MappingError as error:
                            converted[known] = Why("unit", found=unit, unit=target, hint=error.fix)
                    stated = converted[known]
                found[number * len(units) + place_of_unit] = stated
        return found

    converted: dict[tuple[str, str], CellRule | Why] = {}

    def make(block: Block, rows: _Rows, reject: RejectSink, tally: Tally) -> Iterator[Piece]:
        stations, good = _stations(block, source, header, place, rows.good, reject)
        which, names = _distinct(_as_text(block.column(parameter_column)))
        for number, name in enumerate(names):
            plain = normalised(name)
            if plain in source.ignore:
                mine = (which == number) & good
                tally.ignored += int(mine.sum())
                tally.ignored_names[plain] += int(mine.sum())
            elif plain not in source.values:
                mine = (which == number) & good
                _refuse_rows(block, np.flatnonzero(mine), parameter_column, header, name, source, reject)
        group, units = which, [""]
        if unit_column is not None:
            unit, units = _distinct(_as_text(block.column(unit_column)))
            group = which * len(units) + unit
        rules: dict[int, CellRule] = {}
        for number, rule in rules_of(names, units).items():
            if not isinstance(rule, Why):
                rules[number] = rule
                continue
            for row in np.flatnonzero((group == number) & good):
                cell = (unit_column or 0) + 1
                text = units[number % len(units)]
                reject(Reject.because(int(block.lines[row]), cell, header[cell - 1], text, rule))
        known = np.zeros(len(names) * len(units), np.bool_)
        known[list(rules)] = True
        picked = np.flatnonzero(good & known[group])
        if not len(picked):
            return
        values = block.column(value_column)
        whole = len(picked) == len(block)
        read = parse_groups(
            values if whole else values.take(pa.array(picked)), group if whole else group[picked], rules
        )
        yield _piece(source, block, rows, picked, read, stations.pick(picked), value_column + 1, header, reject, tally)

    return make


# -- shared steps ---------------------------------------------------------------------------------------------------


def _stations(
    block: Block, source: Source, header: list[str], place: dict[str, int],
    good: np.ndarray[Any, np.dtype[np.bool_]], reject: RejectSink,
) -> tuple[_Coded, np.ndarray[Any, np.dtype[np.bool_]]]:  # fmt: skip
    rule = source.station
    if rule.constant is not None:
        return _one(rule.constant, len(block)), good
    index = place[rule.column or ""]
    column = _as_text(block.column(index))
    if rule.within is not None:
        around = _as_text(block.column(place[rule.within])).cast(pa.large_string())
        column = pc.binary_join_element_wise(
            around, column.cast(pa.large_string()), pa.scalar("\x1f", pa.large_string())
        )
    which, pairs = _distinct(column)
    parts = [pair.rpartition("\x1f") for pair in pairs]
    codes = [None if hidden(province + name) else rule.code(name, province) for province, _, name in parts]
    names = [name for _, _, name in parts]
    known = np.fromiter((code is not None for code in codes), np.bool_, len(codes))[which]
    for row in np.flatnonzero(good & ~known):
        name = names[which[row]]
        if codes[which[row]] is None and hidden(parts[which[row]][0] + name):
            why = Why("station.control", found=name[:60])
        else:
            listed = (
                Why("station.register", register=source.station.register, found=name[:60])
                if source.station.register
                else Why("station", source=source.id, found=name[:60])
            )
            why = listed if name.strip() else Why("station.empty")
        reject(Reject.because(int(block.lines[row]), index + 1, header[index], name, why))
    return _Coded(codes, which), good & known


def _refuse_rows(
    block: Block, picked: _Ints, column: int, header: list[str], name: str, source: Source, reject: RejectSink
) -> None:
    known = ", ".join([*source.values, *source.ignore][:20])
    for row in picked:
        why = Why("parameter", known=known, found=name[:60])
        reject(Reject.because(int(block.lines[row]), column + 1, header[column], name, why))


def _piece(
    source: Source, block: Block, rows: _Rows, row: _Ints, read: ParsedRows, stations: _Coded, where: _Ints | int,
    header: list[str], reject: RejectSink, tally: Tally,
) -> Piece:  # fmt: skip
    """Rows of the table from cells that were read; `row` is the block row of each, `where` its 1-based column."""
    for index in np.flatnonzero(read.state == REFUSED):
        text, parsed = read.refused(int(index))
        cell = where if isinstance(where, int) else int(where[index])
        reject(Reject.because(int(block.lines[row[index]]), cell, header[cell - 1], text, cast("Why", parsed.why)))
    # None = every cell is taken, as nearly always: nothing has to be gathered.
    taken = None if (read.state == OK).all() else np.flatnonzero(read.state == OK)
    left = np.flatnonzero(read.state != OK)
    empty_here = read.state[left] == EMPTY
    tally.empty += int(empty_here.sum())
    value = read.value if taken is None else read.value[taken]
    qualifier = read.qualifier if taken is None else read.qualifier.take(pa.array(taken))
    from_rows: _Ints | None = row if taken is None else row[taken]
    if len(value) == len(block) and np.array_equal(cast("_Ints", from_rows), np.arange(len(block))):
        from_rows = None
    if rows.mark is not None:
        qualifier = pc.coalesce(qualifier, rows.mark if from_rows is None else rows.mark.take(pa.array(from_rows)))
    codes = sorted(read.rules)
    place = np.zeros(codes[-1] + 1, np.int64)
    place[codes] = np.arange(len(codes))
    parameter = _Coded([read.rules[code].parameter for code in codes], place[read.group])
    start = rows.start if from_rows is None else rows.start[from_rows]
    end = rows.end if from_rows is None else rows.end[from_rows]
    months = rows.month if from_rows is None else rows.month.pick(from_rows)
    lines = block.lines if from_rows is None else block.lines[from_rows]
    mine = stations if taken is None else stations.pick(taken)
    said = parameter if taken is None else parameter.pick(taken)
    cells = np.full(len(value), where) if isinstance(where, int) else where if taken is None else where[taken]
    rows_out = pa.Table.from_arrays(
        [
            pa.repeat(pa.scalar(source.medium, pa.string()), len(value)),
            months.at(None),
            _one(source.series, len(value)).packed(),
            mine.packed(),
            said.packed(),
            pa.array(start.view("datetime64[us]")),
            pa.array(end.view("datetime64[us]")),
            pa.array(value, mask=np.isnan(value)),
            qualifier,
            pa.array(np.zeros(len(value), np.int64)),
            pa.array(lines.astype(np.int32)),
            pa.array(cells.astype(np.int32)),
        ],
        schema=PACKED,
    )
    gone = row[left]
    empty = pa.Table.from_arrays(
        [
            stations.at(left),
            parameter.at(left),
            pa.array(rows.start[gone].view("datetime64[us]")),
            pa.array(rows.end[gone].view("datetime64[us]")),
            pa.array(["rejected", "empty"], pa.string()).take(pa.array(empty_here.astype(np.int64))),
        ],
        schema=EMPTY_SCHEMA,
    )
    named = [str(months.texts[int(place)]) for place in np.flatnonzero(np.bincount(months.which))]
    return Piece(rows_out, empty, _digest(mine.digests(), said.digests(), start, end), frozenset(named))


def _digest(
    station: np.ndarray[Any, np.dtype[np.uint64]], parameter: np.ndarray[Any, np.dtype[np.uint64]], start: _Ints,
    end: _Ints,
) -> np.ndarray[Any, np.dtype[np.uint64]]:  # fmt: skip
    """Mix the four parts of a key into 64 bits (odd multipliers and shifts; overflow is wanted)."""
    key = station ^ (parameter * np.uint64(0x9E3779B97F4A7C15))
    for part in (start, end):
        key ^= part.view(np.uint64) * np.uint64(0xD6E8FEB86659FD93)
        key ^= key >> np.uint64(32)
        key *= np.uint64(0xC2B2AE3D27D4EB4F)
    return key
