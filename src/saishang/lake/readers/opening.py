"""Opening a file: its kind by its content, then the reader for that kind."""

from __future__ import annotations

from pathlib import Path

from saishang.lake.errors import FileRefused
from saishang.lake.readers.blocks import FileReader, RejectSink
from saishang.lake.readers.excel import open_excel
from saishang.lake.readers.parquet import open_parquet
from saishang.lake.readers.text import open_text
from saishang.lake.sources import Source

__all__ = ["READER", "open_any", "open_file", "sniff"]

#: Name and version of the readers. Raise the version when the same file would give other rows: files that were
#: loaded by an older version can then be loaded again, and the ledger says which values changed.
READER = "saishang-reader 2"
_SAMPLE = 1 << 16


def sniff(path: Path) -> str:
    """Kind of a file by its content, never by its name: `xlsx`, `parquet` or `text`.

    Raises FileRefused for what is none of these, naming what it is.
    """
    with path.open("rb") as source:
        head = source.read(_SAMPLE)
    if not head:
        raise FileRefused(
            "expected data, the file is empty", fix="check that the export finished", where=path.name, code="empty-file"
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "xlsx"
    for mark, what, fix in (
        (b"\xff\xfe\x00\x00", "text in UTF-32", "save it as UTF-8"),
        (b"\x00\x00\xfe\xff", "text in UTF-32", "save it as UTF-8"),
        (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)", "save it as .xlsx or CSV"),
        (b"\x1f\x8b", "a gzip archive", "unpack it first"),
        (b"7z\xbc\xaf", "a 7z archive", "unpack it first"),
        (b"Rar!", "a RAR archive", "unpack it first"),
        (b"%PDF", "a PDF document", "ask for the table as CSV or Excel"),
        (b"\x7fELF", "a program", "choose the data file"),
        (b"MZ", "a program", "choose the data file"),
    ):
        if head.startswith(mark):
            raise FileRefused(
                f"expected CSV, Excel or Parquet, this is {what}", fix=fix, where=path.name, code="file-kind"
            )
    if head.lstrip()[:1] == b"<" or head.lstrip()[:1] == b"{":
        raise FileRefused(
            "expected CSV, Excel or Parquet, this is a web page, XML or JSON",
            fix="ask for the table as CSV or Excel; a sign-in page saved as CSV is a usual cause",
            where=path.name,
            code="file-kind",
        )
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(
            "expected CSV, Excel or Parquet, this is binary data of another kind",
            fix="export the table as CSV in UTF-8",
            where=path.name,
            code="file-kind",
        )
    return "text"


def open_any(
    path: Path, reject: RejectSink, *, delimiter: str | None = None, sheet: str | None = None, header_line: int = 1
) -> FileReader:
    """Open a file of any kind that can be read."""
    kind = sniff(path)
    if kind == "parquet":
        return open_parquet(path)
    if kind == "xlsx":
        return open_excel(path, reject, sheet=sheet, header_line=header_line)
    return open_text(path, reject, delimiter=delimiter, header_line=header_line)


def open_file(path: Path, source: Source, reject: RejectSink) -> FileReader:
    """Open a file as its source description says."""
    return open_any(path, reject, delimiter=source.delimiter, sheet=source.sheet, header_line=source.header_line)
