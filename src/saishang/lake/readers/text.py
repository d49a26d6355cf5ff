"""Text tables (CSV and its relatives) in bounded memory, with exact line numbers.

Fast road: a block of bytes is cut into lines and the lines into cells by Arrow, without a Python step per cell.
Slow road, only for blocks that hold quotation marks: the csv module. Lines that cannot be read (wrong number of
cells, broken encoding) are refused one by one; the others are kept.
"""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from saishang.lake.errors import FileRefused
from saishang.lake.readers.blocks import Block, ColumnBlock, FileReader, GridBlock, Reject, RejectSink
from saishang.lake.readers.values import name_of
from saishang.lake.reasons import Why

__all__ = ["MAX_LINE", "detect_encoding", "open_text"]

#: Longest line that is read [bytes]. The network's widest line has some 15,000.
MAX_LINE = 4 << 20
_BLOCK = 8 << 20
_SAMPLE_LINES = 20_000
_NO_CHARACTER = "\ufffd".encode()
#: Most lines that the column names may fill: a name can hold a line break between quotation marks.
_HEADER_LINES = 20
#: Widest table that goes through Arrow's CSV reader.
_FAST_WIDTH = 64
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def detect_encoding(path: Path) -> tuple[str, int]:
    """Encoding of a text file and the number of bytes of its mark: UTF-8, UTF-16 with mark, or GB18030.

    Without a mark the lines that are not plain ASCII vote: text in GB18030 (GBK, GB2312) is hardly ever valid UTF-8.
    A single broken line therefore does not turn a whole UTF-8 file into nonsense.
    """
    with path.open("rb") as source:
        head = source.read(4)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name, len(mark)
        source.seek(0)
        utf8 = other = 0
        for _ in range(_SAMPLE_LINES):
            raw = source.readline(MAX_LINE + 1)
            if not raw or len(raw) > MAX_LINE:
                break
            if raw.isascii():
                continue
            try:
                raw.decode("utf-8")
                utf8 += 1
            except UnicodeDecodeError:
                other += 1
    return ("gb18030" if other > utf8 else "utf-8"), 0


def _chunks(source: BinaryIO, encoding: str, path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines, some megabytes at a time, each with the number of its first line; CR alone becomes LF."""
    rest = b""
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding.startswith("utf-16") else None
    lone_cr: bool | None = None
    number = 1
    while True:
        piece = source.read(_BLOCK)
        last = not piece
        if decoder is not None:
            # What is no character becomes a byte that is none either: its line is refused, the others are kept.
            piece = decoder.decode(piece, last).encode("utf-8").replace(_NO_CHARACTER, b"\xff")
        if lone_cr is None and piece:
            lone_cr = b"\n" not in piece[:MAX_LINE] and b"\r" in piece[:MAX_LINE]
        if lone_cr:
            piece = piece.replace(b"\r", b"\n")
        data = rest + piece
        end = len(data) if last else data.rfind(b"\n") + 1
        chunk, rest = data[:end], data[end:]
        _check_lengths(data, number, path)
        if chunk:
            yield number, chunk
            number += chunk.count(b"\n")
        if last:
            return


def _check_lengths(data: bytes, number: int, path: Path) -> None:
    """Refuse a line longer than MAX_LINE; jumps from line end to line end, as far apart as the limit allows."""
    place = 0
    while len(data) - place > MAX_LINE:
        end = data.rfind(b"\n", place, place + MAX_LINE + 1)
        if end < 0:
            line = number + data.count(b"\n", 0, place)
            raise FileRefused(
                f"expected lines of at most {MAX_LINE:,} bytes, line {line} is longer",
                fix="this is not a table of text lines, or its line breaks were lost; export it again",
                where=f"{path.name}, line {line}",
                code="line-too-long",
            )
        place = end + 1


def open_text(path: Path, reject: RejectSink, *, delimiter: str | None = None, header_line: int = 1) -> FileReader:
    """Open a text table; `reject` is called for every line that cannot be taken.

    Raises FileRefused when there is no header line, or a line is longer than MAX_LINE.
    """
    encoding, skip = detect_encoding(path)
    source = path.open("rb")
    notes: dict[str, object] = {"encoding": encoding}
    try:
        source.seek(skip)
        stream = _chunks(source, encoding, path)
        block_encoding = "utf-8" if encoding.startswith("utf-16") else encoding
        _, first = next(stream, (1, b""))
        lines = first.split(b"\n", header_line + _HEADER_LINES)
        if len(lines) < header_line or not first:
            raise FileRefused(
                "expected a header line and data lines, the file is empty",
                fix="check that the export finished",
                where=path.name,
                code="empty-file",
            )
        try:
            until = _header_end(lines, header_line)
            head = b"\n".join(lines[header_line - 1 : until]).rstrip(b"\r").decode(block_encoding)
        except UnicodeDecodeError:
            raise FileRefused(
                f"the header line is neither UTF-8 nor {block_encoding}",
                fix="save the file as UTF-8",
                where=f"{path.name}, line {header_line}",
                code="encoding",
            ) from None
        mark = delimiter or _delimiter(head)
        header = [name_of(name) for name in next(_cells(head, mark), [])]
        with path.open("rb") as tail:
            tail.seek(-1, 2)
            ends_well = tail.read(1) in {b"\n", b"\r"} or encoding == "utf-16-le"
        if not ends_well:
            notes["no_final_line_break"] = True
        body = (until + 1, b"\n".join(lines[until:]))
        blocks = _blocks(itertools.chain([body], stream), header, mark, block_encoding, encoding, reject)
    except BaseException:
        source.close()
        raise
    size = max(path.stat().st_size, 1)
    return FileReader("csv", header, blocks, source.close, notes, lambda: min(source.tell() / size, 1.0))


def _cells(text: str, mark: str) -> Any:
    """Cells of one row of text that may hold quotation marks and line breaks between them."""
    csv.field_size_limit(MAX_LINE)  # the default of 128 KiB would be an error in the middle of a file
    return csv.reader((part + "\n" for part in text.split("\n")), delimiter=mark)


def _header_end(lines: list[bytes], header_line: int) -> int:
    """Number of the line in which the column names end: the first after which no quotation mark is open."""
    marks = 0
    for number in range(header_line, min(header_line + _HEADER_LINES, len(lines)) + 1):
        marks += lines[number - 1].count(b'"')
        if marks % 2 == 0:
            return number
    return header_line


def _delimiter(head: str) -> str:
    return max((",", "\t", ";", "|"), key=head.count)


def _blocks(
    chunks: Iterable[tuple[int, bytes]], header: list[str], mark: str, encoding: str, stated: str, reject: RejectSink
) -> Iterator[Block]:
    width = len(header)
    carried: list[tuple[int, str]] = []
    for number, chunk, quick in _ahead(chunks, width, mark, encoding):
        block: Block | None = None if carried else quick
        if block is None:
            pieces = chunk.removesuffix(b"\n").split(b"\n") if chunk else []
            lines = _decode(pieces, number - 1, encoding, stated, reject)
            if carried or any('"' in text for _, text in lines):
                block, carried = _quoted(carried + lines, width, mark, reject)
            else:
                block = _plain(lines, width, mark, reject)
        if block is not None and len(block):
            yield block
    while carried:  # a mark that is open to the end: its line is refused, the lines below it are read
        reject(Reject.because(carried[0][0], 0, "", carried[0][1], Why("quotation")))
        block, carried = _quoted(carried[1:], width, mark, reject)
        if block is not None:
            yield block


def _ahead(
    chunks: Iterable[tuple[int, bytes]], width: int, mark: str, encoding: str
) -> Iterator[tuple[int, bytes, Block | None]]:
    """Chunks with what `_fast` makes of them; the next one is read and made while the caller works on this one."""
    coming = iter(chunks)

    def make() -> tuple[int, bytes, Block | None] | None:
        for number, chunk in coming:
            return number, chunk, _fast(chunk, number, width, mark, encoding)
        return None

    with ThreadPoolExecutor(1, thread_name_prefix="csv") as pool:
        waiting = pool.submit(make)
        while (made := waiting.result()) is not None:
            waiting = pool.submit(make)
            yield made


def _fast(chunk: bytes, number: int, width: int, mark: str, encoding: str) -> Block | None:
    """Read a chunk with Arrow's CSV reader when nothing about it is special; None sends it down the careful road.

    Special is: a quotation mark, a line with another number of cells, a blank line, broken text. Then row and line
    would part, and reasons would not name the right line. Very wide files are cut into cells by `_plain` instead.
    """
    if not 2 <= width <= _FAST_WIDTH or not chunk or b'"' in chunk:
        return None
    if b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n"):
        return None
    if encoding != "utf-8" and not chunk.isascii():
        try:
            chunk = chunk.decode(encoding).encode("utf-8")
        except UnicodeDecodeError:
            return None
    names = [str(index) for index in range(width)]
    try:
        table = pacsv.read_csv(
            pa.BufferReader(chunk),
            read_options=pacsv.ReadOptions(column_names=names, use_threads=True, block_size=1 << 21),
            parse_options=pacsv.ParseOptions(delimiter=mark, quote_char=False, ignore_empty_lines=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if len(table) != chunk.count(b"\n") + (not chunk.endswith(b"\n")):
        return None
    lines = np.arange(number, number + len(table), dtype=np.int64)
    return ColumnBlock(lines, [_joined(table.column(index)) for index in range(width)])


def _joined(column: pa.ChunkedArray) -> pa.Array:
    whole = column.unify_dictionaries().combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _decode(pieces: list[bytes], before: int, encoding: str, stated: str, reject: RejectSink) -> list[tuple[int, str]]:
    """Decode the lines of a block; blank lines are passed over, broken ones refused.

    `stated` is the encoding of the file, `encoding` that of the block: UTF-16 comes here as UTF-8.
    """
    try:
        texts: list[str | None] = list(b"\n".join(pieces).decode(encoding).split("\n"))
    except UnicodeDecodeError:
        texts = []
        for offset, piece in enumerate(pieces, start=1):
            try:
                texts.append(piece.decode(encoding))
            except UnicodeDecodeError as error:
                texts.append(None)
                content = piece[:200].decode(encoding, errors="replace")
                why = Why("encoding", expected=stated, byte=error.start + 1)
                reject(Reject.because(before + offset, 0, "", content, why))
    lines = []
    for offset, text in enumerate(texts, start=1):
        if text is None:
            continue
        text = text.removesuffix("\r")
        if text and not text.isspace():
            lines.append((before + offset, text))
    return lines


def _plain(lines: list[tuple[int, str]], width: int, mark: str, reject: RejectSink) -> GridBlock | None:
    if not lines:
        return None
    numbers = np.fromiter((number for number, _ in lines), np.int64, len(lines))
    rows = pc.split_pattern(pa.array([text for _, text in lines], pa.large_string()), mark)
    widths = pc.list_value_length(rows).to_numpy(zero_copy_only=False)
    good = widths == width
    if not good.all():
        for index in np.flatnonzero(~good):
            reject(_width(lines[index], int(widths[index]), width))
        rows, numbers = rows.filter(pa.array(good)), numbers[good]
    return GridBlock(numbers, rows.flatten(), width)


def _quoted(
    lines: list[tuple[int, str]], width: int, mark: str, reject: RejectSink
) -> tuple[GridBlock | None, list[tuple[int, str]]]:
    """Read lines with quotation marks; a quoted cell that goes on past the block is carried into the next one."""
    numbers: list[int] = []
    cells: list[str] = []
    start = 0
    while start < len(lines):
        stop, text = start + 1, lines[start][1]
        while text.count('"') % 2 and stop < len(lines) and stop - start < 1000:
            text += "\n" + lines[stop][1]
            stop += 1
        if text.count('"') % 2:
            if stop == len(lines) and stop - start < 1000:
                break
            # A stray mark must not swallow the file: refuse this line alone and go on with the next.
            number, content = lines[start]
            reject(Reject.because(number, 0, "", content, Why("quotation")))
            start += 1
            continue
        reader = _cells(text, mark)
        row: list[str] = next(reader, [])
        # A mark inside an unquoted cell encloses nothing: the row may end before the lines that were joined.
        stop = start + reader.line_num
        if len(row) == width:
            numbers.append(lines[start][0])
            cells.extend(row)
        else:
            # Lines that two stray marks tie together are not one row: refuse the first and look at the others again.
            reject(_width(lines[start], len(row), width))
            stop = start + 1
        start = stop
    block = GridBlock(np.array(numbers, np.int64), pa.array(cells, pa.large_string()), width) if numbers else None
    return block, lines[start:]


def _width(line: tuple[int, str], found: int, width: int) -> Reject:
    return Reject.because(line[0], 0, "", line[1], Why("cells", expected=width, found=found))
