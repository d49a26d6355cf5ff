"""Excel workbooks (.xlsx) as tables, after a look for what a table of values does not need.

A workbook is a zip of XML. Before anything is unpacked its directory is checked for bombs; XML with a document type
(entities that blow up), macros and links to other workbooks are refused. Formulas are refused cell by cell: what
they show depends on the program that last computed them.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa

from saishang.lake.errors import FileRefused
from saishang.lake.readers.blocks import Block, FileReader, GridBlock, Reject, RejectSink
from saishang.lake.readers.plain_excel import plain_rows
from saishang.lake.readers.values import name_of
from saishang.lake.reasons import Why

__all__ = ["MAX_CELLS", "MAX_UNPACKED", "check_workbook", "excel_row", "open_excel"]

#: Limits: bytes after unpacking, how much smaller the zip may be, cells that are read.
MAX_UNPACKED = 256 << 20
MAX_RATIO = 200
MAX_CELLS = 20_000_000
_MAX_MEMBERS = 5_000
_ROWS = 5_000
_SCAN = 1 << 20


def _refuse(path: Path, message: str, fix: str, code: str) -> FileRefused:
    return FileRefused(message, fix=fix, where=path.name, code=code)


def check_workbook(path: Path) -> None:
    """Refuse workbooks that are damaged, bombs, or carry macros, outside links or document types."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            packed = max(path.stat().st_size, 1)
            if (
                len(members) > _MAX_MEMBERS
                or unpacked > MAX_UNPACKED
                or (unpacked > 16 << 20 and unpacked / packed > MAX_RATIO)
            ):
                raise _refuse(
                    path,
                    f"expected a workbook of at most {MAX_UNPACKED >> 20} MiB unpacked, this one claims "
                    f"{unpacked / (1 << 20):,.0f} MiB in {len(members)} parts from {packed / (1 << 20):,.2f} MiB",
                    "split the workbook, or save the sheet as CSV",
                    "zip-bomb",
                )
            for member in members:
                name = member.filename.lower()
                if "vbaproject" in name or "macrosheets" in name:
                    raise _refuse(path, "the workbook carries macros", "save it as .xlsx without macros", "macros")
                if "externallink" in name:
                    raise _refuse(
                        path, "the workbook takes values from other workbooks",
                        "paste the values (选择性粘贴：数值) and break the links", "external-links",
                    )  # fmt: skip
                if name.endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, member, path)
    except (zipfile.BadZipFile, EOFError, RuntimeError, OSError, zlib.error) as error:
        # RuntimeError: encrypted, or packed in a way that the standard library does not know
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _refuse(
            path, f"the workbook is damaged, cut off or encrypted: {error}", "send or export it again", "damaged"
        ) from error


def _check_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    tail = b""
    with archive.open(member) as stream:
        first = True
        while chunk := stream.read(_SCAN):
            if first and not chunk.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                raise _refuse(
                    path, f"part {member.filename!r} is not UTF-8 XML", "save the workbook again in Excel or WPS", "xml"
                )
            first = False
            window = tail + chunk
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise _refuse(
                    path, f"part {member.filename!r} declares a document type, which no workbook needs",
                    "save the workbook again in Excel or WPS", "xml-entities",
                )  # fmt: skip
            tail = chunk[-16:]


def open_excel(path: Path, reject: RejectSink, *, sheet: str | None = None, header_line: int = 1) -> FileReader:
    """Open one sheet (the first by default) as a table; line = row and cell = column of the sheet."""
    check_workbook(path)
    source = path.open("rb")  # by handle: openpyxl refuses names that do not end in .xlsx
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells about styles and extensions that it drops; values are safe
        try:
            book = openpyxl.load_workbook(source, read_only=True, data_only=False, keep_links=False)
        except Exception as error:  # the parser raises KeyError, ValueError, ParseError … on damaged parts
            source.close()
            raise _refuse(path, f"the workbook cannot be read: {error}", "save it again as .xlsx", "damaged") from error

    def close() -> None:
        book.close()
        source.close()

    names = list(book.sheetnames)
    if sheet is not None and sheet not in names:
        close()
        raise _refuse(path, f"expected a sheet {sheet!r}, the workbook has {', '.join(names)}", "name one", "no-sheet")
    page = book[sheet] if sheet else book[names[0]]
    if not hasattr(page, "reset_dimensions"):
        close()
        raise _refuse(path, "the first sheet is a chart", "name a sheet with a table", "no-sheet")
    page.reset_dimensions()  # the size that a sheet states of itself can be a lie
    quick = plain_rows(path, getattr(page, "_worksheet_path", ""), page.title)
    if quick is None:
        rows: Iterator[Sequence[object]] = page.iter_rows(min_row=header_line, values_only=True)
    else:
        rows = islice(quick, header_line - 1, None)
    try:
        head = next(rows, None)
    except Exception as error:
        close()
        raise _refuse(path, f"the sheet cannot be read: {error}", "save it again as .xlsx", "damaged") from error
    header = [name_of(_text(cell)) for cell in head or ()]
    while header and not header[-1]:
        header.pop()
    if not header:
        close()
        raise _refuse(path, f"expected column names in row {header_line}", "check the sheet", "empty-file")
    notes = {"sheet": page.title, "sheets_not_read": [name for name in names if name != page.title]}

    def blocks() -> Iterator[Block]:
        width, seen = len(header), 0
        numbers: list[int] = []
        cells: list[str] = []
        try:
            for number, row in enumerate(rows, start=header_line + 1):
                seen += max(len(row), 1)
                if seen > MAX_CELLS:
                    raise _refuse(path, f"expected at most {MAX_CELLS:,} cells", "save the sheet as CSV", "too-large")
                texts = [_text(cell) for cell in row[:width]]
                if not any(texts):
                    continue
                if any(cell is not None for cell in row[width:]):
                    extra = _text(next(cell for cell in row[width:] if cell is not None))
                    reject(Reject.because(number, width + 1, "", extra, Why("cells.right")))
                numbers.append(number)
                cells.extend(texts + [""] * (width - len(texts)))
                if len(numbers) == _ROWS:
                    yield GridBlock(np.array(numbers, np.int64), pa.array(cells, pa.large_string()), width)
                    numbers, cells = [], []
        except FileRefused:
            raise
        except Exception as error:
            raise _refuse(path, f"the sheet cannot be read to its end: {error}", "save it again", "damaged") from error
        if numbers:
            yield GridBlock(np.array(numbers, np.int64), pa.array(cells, pa.large_string()), width)

    return FileReader("xlsx", header, blocks(), close, notes)


def excel_row(path: Path, number: int, *, sheet: str | None = None) -> list[tuple[str, str]] | None:
    """Cells of one row of an archived workbook as (name in the first row, content); None beyond the last row."""
    with open_excel(path, lambda _: None, sheet=sheet) as file:
        for block in file.blocks:
            for index in np.flatnonzero(block.lines == number):
                cells = [block.column(column)[int(index)].as_py() for column in range(len(file.header))]
                return list(zip(file.header, cells, strict=True))
    return None


def _text(value: object) -> str:
    """Text of a cell; numbers in the shortest form that means the same number."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M:%S")
    return str(value)
