"""Darwin Core files: occurrences as CSV or TSV, or as an archive (ZIP with `meta.xml`), read and written.

What the records mean and whether they are right is `science.ecology.darwin_core`; this only knows files.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from saishang.errors import SaishangError

__all__ = ["OccurrenceFile", "read_occurrences", "write_archive"]

_LARGEST = 512 << 20
_TEXT = "{http://rs.tdwg.org/dwc/text/}"
_TERMS = "http://rs.tdwg.org/dwc/terms/"
_OCCURRENCE = f"{_TERMS}Occurrence"


class OccurrenceFile(SaishangError):
    """A file that cannot be read as Darwin Core occurrences."""

    code = "darwin-core"


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the core of an archive is and how its columns are named."""

    location: str
    encoding: str
    delimiter: str
    quote: str
    skip: int
    columns: Mapping[int, str]
    defaults: Mapping[str, str]


def read_occurrences(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a file: line and term → text.

    Parameters
    ----------
    path:
        Archive (`.zip`), or a table whose header holds terms, separated by commas or tabs.

    Raises
    ------
    OccurrenceFile
        When the file is no such archive or table, is larger than 512 MB, or is not UTF-8.
    """
    if zipfile.is_zipfile(path):
        yield from _archive(path)
    else:
        if path.stat().st_size > _LARGEST:
            raise OccurrenceFile("The file is larger than 512 MB.", fix="Split it.", where=path.name)
        with path.open(encoding="utf-8-sig", newline="") as handle:
            yield from _table(handle, path.name)


def _table(handle: io.TextIOBase, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        first = handle.readline()
        delimiter = "\t" if first.count("\t") > first.count(",") else ","
        header = [
            cell.strip().rpartition("/")[2].rpartition(":")[2]
            for cell in next(csv.reader([first], delimiter=delimiter), [])
        ]
        if "scientificName" not in header:
            raise OccurrenceFile(
                "The header has no column scientificName.",
                fix="Name the columns by the terms of Darwin Core: occurrenceID, basisOfRecord, scientificName …",
                where=f"{name}:1",
            )
        reader = csv.reader(handle, delimiter=delimiter)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num + 1, dict(zip(header, cells, strict=False))
    except (UnicodeDecodeError, csv.Error) as error:
        raise OccurrenceFile(
            f"The file is no UTF-8 table: {error}.", fix="Save it as UTF-8 CSV or TSV.", where=name
        ) from None


def _archive(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "meta.xml" not in names:
            raise OccurrenceFile("The archive has no meta.xml.", fix="Give a Darwin Core archive.", where=path.name)
        layout = _layout(_member(archive, "meta.xml", 1 << 20).decode("utf-8", "replace"), path.name)
        if layout.location not in names:
            raise OccurrenceFile(
                f"The archive has no {layout.location}.", fix="Write the archive again.", where=path.name
            )
        text = _member(archive, layout.location, _LARGEST)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE
    try:
        stream = io.StringIO(text.decode(layout.encoding), newline="")
        reader = csv.reader(stream, delimiter=layout.delimiter, quotechar=layout.quote or '"', quoting=quoting)
        for cells in reader:
            if reader.line_num <= layout.skip or not any(cell.strip() for cell in cells):
                continue
            row = dict(layout.defaults)
            row |= {term: cells[place] for place, term in layout.columns.items() if place < len(cells)}
            yield reader.line_num, row
    except (UnicodeDecodeError, LookupError, csv.Error) as error:
        raise OccurrenceFile(
            f"The core of the archive cannot be read: {error}.", fix="Use UTF-8.", where=path.name
        ) from None


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as handle:
        # The size in the directory may lie; what comes out is what counts.
        content = handle.read(most + 1)
    if len(content) > most:
        raise OccurrenceFile(f"{name} is larger than {most >> 20} MB.", fix="Split the archive.", where=name)
    return content


def _layout(meta: str, name: str) -> _Layout:
    # A document type could hold entities that grow without end; Darwin Core has none.
    if "<!DOCTYPE" in meta or "<!ENTITY" in meta:
        raise OccurrenceFile("meta.xml declares a document type.", fix="Remove it.", where=name)
    try:
        core = ElementTree.fromstring(meta).find(f"{_TEXT}core")  # noqa: S314 - see above
    except ElementTree.ParseError as error:
        raise OccurrenceFile(f"meta.xml is no XML: {error}.", fix="Write the archive again.", where=name) from None
    location = None if core is None else core.findtext(f"{_TEXT}files/{_TEXT}location")
    if core is None or not location or core.get("rowType") != _OCCURRENCE:
        raise OccurrenceFile(
            "The core of the archive does not hold occurrences.", fix="Export with an Occurrence core.", where=name
        )
    columns: dict[int, str] = {}
    defaults: dict[str, str] = {}
    identifier = core.find(f"{_TEXT}id")
    if identifier is not None and (identifier.get("index") or "").isdigit():
        columns[int(identifier.get("index", "0"))] = "occurrenceID"
    for entry in core.findall(f"{_TEXT}field"):
        term = (entry.get("term") or "").rpartition("/")[2]
        index, default = entry.get("index"), entry.get("default")
        if index is not None and index.isdigit():
            columns[int(index)] = term
        elif default is not None:
            defaults[term] = default
    written = {"\\t": "\t", "\\n": "\n"}
    delimiter = core.get("fieldsTerminatedBy") or ","
    skip = core.get("ignoreHeaderLines") or "0"
    return _Layout(
        location=location,
        encoding=core.get("encoding") or "utf-8",
        delimiter=written.get(delimiter, delimiter)[:1],
        quote=(core.get("fieldsEnclosedBy") or "")[:1],
        skip=int(skip) if skip.isdigit() else 0,
        columns=columns,
        defaults=defaults,
    )


def write_archive(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], *, title: str) -> None:
    """Write a Darwin Core archive: `occurrence.txt`, `meta.xml` and a short `eml.xml` with the title."""
    if "occurrenceID" not in header:
        raise OccurrenceFile("An archive needs the column occurrenceID.", fix="Give every record an identifier.")
    table = io.StringIO(newline="")
    csv.writer(table, delimiter="\t", lineterminator="\n").writerows([header, *rows])
    fields = "\n".join(
        f"    <field index={quoteattr(str(place))} term={quoteattr(_TERMS + name)}/>"
        for place, name in enumerate(header)
    )
    meta = f"""<?xml version="1.0" encoding="UTF-8"?>
<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">
  <core encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" fieldsEnclosedBy='"'
        ignoreHeaderLines="1" rowType="{_OCCURRENCE}">
    <files><location>occurrence.txt</location></files>
    <id index="{header.index("occurrenceID")}"/>
{fields}
  </core>
</archive>
"""
    eml = f"""<?xml version="1.0" encoding="UTF-8"?>
<eml:eml xmlns:eml="https://eml.ecoinformatics.org/eml-2.2.0" packageId="saishang" system="saishang">
  <dataset><title>{escape(title)}</title></dataset>
</eml:eml>
"""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in (("occurrence.txt", table.getvalue()), ("meta.xml", meta), ("eml.xml", eml)):
            # A fixed date: the same records make the same bytes.
            info = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
