"""From a file to paragraphs and tables: encodings, Word numbering, artefacts, hostile files.

The kind of a file is decided by its first bytes, never by its name.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from saishang.errors import SaishangError

__all__ = ["Block", "PlanFileError", "Source", "read_source"]

#: A plan is text: 300 pages are under 2 MB. These limits stop bombs long before memory is short.
MAX_FILE_BYTES = 40 * 2**20
MAX_UNPACKED_BYTES = 120 * 2**20
MAX_PART_RATIO = 300
MAX_PARTS = 5_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ARTEFACT = re.compile(r"\[bookmark:\s*\w+\]|\{\s*(?:PAGE|TOC|HYPERLINK)[^}]*\}|\u200b|\ufeff")
_CONTENTS_LINE = re.compile(r"^\S.{1,80}?(?:[.．…·・]{3,}|…+|[-—_]{6,}|\t+|\s{2,})\s*[-—]?\s*\d{1,3}\s*[-—]?$")
_PAGE_NUMBER = re.compile(r"^[—\-–\s]*\d{1,3}[—\-–\s]*$|^第\s*\d+\s*页(?:\s*共\s*\d+\s*页)?$")


class PlanFileError(SaishangError):
    """The file cannot be read as a plan."""

    code = "plan-file"


@dataclass
class Block:
    """One paragraph (`text`) or one table (`rows`) with its place in the file (line or paragraph number, from 1)."""

    line: int
    text: str = ""
    rows: list[list[str]] = field(default_factory=list)
    heading: int | None = None

    @property
    def is_table(self) -> bool:
        """Tell a table from a paragraph."""
        return bool(self.rows)


@dataclass
class Source:
    """A file as blocks in reading order, and what was repaired on the way."""

    blocks: list[Block]
    notes: list[str] = field(default_factory=list)


def read_source(path: Path) -> Source:
    """Read a .docx or .txt file.

    Raises
    ------
    PlanFileError
        When the file is missing, empty, of another kind (PDF, old .doc, RTF, with macros), damaged, too large or
        in no known encoding; the message says what to do.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise PlanFileError(
                f"expected a plan of at most {MAX_FILE_BYTES // 2**20} MB, got {size // 2**20} MB",
                fix="remove pictures and annexes that are not text, then try again",
                where=str(path),
            )
        data = path.read_bytes()
    except OSError as error:
        raise PlanFileError(
            f"expected a readable file, got: {error.strerror or error}",
            fix="check the name and the right to read it",
            where=str(path),
        ) from error
    source = _read(data, str(path))
    source.blocks = _without_contents(source.blocks, source.notes)
    if not any(b.is_table or b.text for b in source.blocks):
        raise PlanFileError(
            "expected a plan with text, got an empty document",
            fix="if the pages are scanned pictures, run text recognition first and save the text as .docx or .txt",
            where=str(path),
        )
    return source


def _read(data: bytes, where: str) -> Source:
    if data.startswith(b"PK\x03\x04"):
        return _read_docx(data, where)
    other = {
        b"%PDF": ("a PDF file", "save it as .docx (a scanned PDF needs text recognition first)"),
        b"\xd0\xcf\x11\xe0": ("an old binary Office file (.doc)", "open it in Word or WPS and save as .docx"),
        b"{\\rtf": ("an RTF file", "open it in Word or WPS and save as .docx"),
        b"\x89PNG": ("a picture", "run text recognition first and save the text as .txt"),
        b"\xff\xd8\xff": ("a picture", "run text recognition first and save the text as .txt"),
        b"Rar!": ("a packed archive", "unpack it and pass the document itself"),
        b"7z\xbc\xaf": ("a packed archive", "unpack it and pass the document itself"),
    }
    for magic, (what, fix) in other.items():
        if data.startswith(magic):
            raise PlanFileError(f"expected a .docx or .txt file, got {what}", fix=fix, where=where)
    if data.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise PlanFileError(
            "expected a .docx or .txt file, got a web page",
            fix="copy the text of the page into a .txt file",
            where=where,
        )
    return _read_text(data, where)


def _read_text(data: bytes, where: str) -> Source:
    text, encoding = _decode(data, where)
    notes = [] if encoding.startswith("utf-8") else [f"read as {encoding}"]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").replace("\u2028", "\n").split("\n")
    blocks: list[Block] = []
    table: Block | None = None
    for number, raw in enumerate(lines, start=1):
        line = _tidy(raw, notes, number)
        cells = _cells(line)
        if cells and table is not None and not line.startswith(("#", "一、")):
            if not all(re.fullmatch(r":?-{2,}:?", c) for c in cells):
                table.rows.append(cells)
            continue
        if cells:
            table = Block(number, rows=[cells])
            blocks.append(table)
            continue
        if line:
            table = None
            blocks.append(Block(number, line))
    for block in blocks:
        # A single line with a tab is a heading or an indented sentence, not a table.
        if len(block.rows) == 1:
            block.text, block.rows = " ".join(block.rows[0]), []
    return Source(_unwrap(blocks, notes), notes)


def _cells(line: str) -> list[str]:
    if line.count("|") >= 2:
        return [c.strip() for c in line.strip("|").split("|")]
    parts = [c.strip() for c in line.split("\t")]
    return parts if len([p for p in parts if p]) >= 2 and len(parts) >= 3 else []


def _decode(data: bytes, where: str) -> tuple[str, str]:
    for bom, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(bom):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _undecodable(error, encoding, where) from error
    if b"\x00" in data:
        raise PlanFileError("expected text, got binary data", fix="save the document as .docx or .txt", where=where)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError as error:
        raise _undecodable(error, "UTF-8 or GB 18030", where) from error


def _undecodable(error: UnicodeDecodeError, encoding: str, where: str) -> PlanFileError:
    line = error.object[: error.start].count(b"\n") + 1
    return PlanFileError(
        f"expected text in {encoding}, got bytes that are none (line {line}, byte {error.start})",
        fix="open the file in an editor, save it as UTF-8",
        where=f"{where}, line {line}",
    )


def _without_contents(blocks: list[Block], notes: list[str]) -> list[Block]:
    """Drop the table of contents: its lines repeat every heading with a page number behind dots or a tab."""
    kept = [b for b in blocks if b.is_table or not _CONTENTS_LINE.match(b.text)]
    if len(blocks) - len(kept) < 3:
        return blocks
    notes.append(f"dropped a table of contents of {len(blocks) - len(kept)} lines")
    return kept


def _tidy(raw: str, notes: list[str], line: int) -> str:
    text, found = _ARTEFACT.subn("", raw)
    if found and text != raw.replace("\ufeff", "").replace("\u200b", ""):
        notes.append(f"line {line}: dropped a mark of the word processor")
    text = text.strip(" \u3000\u00a0\r\n")
    return "" if _PAGE_NUMBER.match(text) else text


def _unwrap(blocks: list[Block], notes: list[str]) -> list[Block]:
    """Join lines that were cut at a fixed width; only when cut lines are the rule in this file."""
    lengths = [len(b.text) for b in blocks if b.text]
    cut = [b for b in blocks if 24 <= len(b.text) <= 60 and b.text[-1] not in "。；：！？）)：;:”"]
    if len(lengths) < 8 or len(cut) < 0.45 * len(lengths) or max(lengths) > 80:
        return blocks
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        cut_before = last is not None and last.text and last.text[-1] not in "。！？：" and len(last.text) >= 24
        starts_new = re.match(
            r"^(?:第[一二三四五六七八九十百\d]+[章节条编]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d+[.．、])",
            block.text,
        )
        if last is not None and cut_before and block.text and not starts_new:
            last.text += block.text
        else:
            joined.append(block)
    notes.append("joined lines that were cut at a fixed width")
    return joined


# --- Word -----------------------------------------------------------------------------------------------------------


def _read_docx(data: bytes, where: str) -> Source:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, where)
            parts = {
                n: archive.read(n)
                for n in ("word/document.xml", "word/numbering.xml", "word/styles.xml")
                if n in archive.namelist()
            }
    except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, OSError, NotImplementedError) as error:
        if isinstance(error, SaishangError):
            raise
        raise PlanFileError(
            f"expected a whole .docx file, got a damaged one ({error})",
            fix="open it in Word or WPS, save it again, and pass the new file",
            where=where,
        ) from error
    for name, part in parts.items():
        if b"<!DOCTYPE" in part[:4096] or b"<!ENTITY" in part:
            raise PlanFileError(
                f"expected plain Word XML, got a document type declaration in {name}",
                fix="do not use this file; ask its sender for a clean one",
                where=where,
            )
    try:
        trees = {name: ElementTree.fromstring(part) for name, part in parts.items()}  # noqa: S314 - no DTD (above)
    except ElementTree.ParseError as error:
        raise PlanFileError(
            f"expected well-formed Word XML, got: {error}",
            fix="open it in Word or WPS, save it again, and pass the new file",
            where=where,
        ) from error
    numbering = _Numbering(trees.get("word/numbering.xml"), trees.get("word/styles.xml"))
    body = trees["word/document.xml"].find(f"{_W}body")
    notes: list[str] = []
    blocks: list[Block] = []
    for line, element in enumerate(_flow(body), start=1):
        if element.tag == f"{_W}tbl":
            rows = _table(element)
            if rows and max(len(r) for r in rows) == 1:
                blocks.extend(Block(line, text) for (text,) in rows if text)
            elif rows:
                blocks.append(Block(line, rows=rows))
            continue
        label, heading = numbering.label(element)
        for i, raw in enumerate(_text(element).split("\n")):
            text = _tidy(raw, notes, line)
            if i == 0 and label and text:
                text = label + text
            if text:
                blocks.append(Block(line, text, heading=heading))
    return Source(blocks, notes)


def _check_archive(archive: zipfile.ZipFile, where: str) -> None:
    infos = archive.infolist()
    names = {i.filename for i in infos}
    if "word/document.xml" not in names:
        kind = "an Excel file" if "xl/workbook.xml" in names else "an archive without a Word document"
        raise PlanFileError(f"expected a .docx file, got {kind}", fix="save the plan as .docx", where=where)
    if any(n.lower().endswith("vbaproject.bin") for n in names):
        raise PlanFileError(
            "expected a .docx file without macros, got one with macros (.docm)",
            fix="save it as .docx without macros; do not open it if you do not know the sender",
            where=where,
        )
    unpacked = sum(i.file_size for i in infos)
    ratio = max((i.file_size / max(1, i.compress_size) for i in infos if i.file_size > 2**20), default=0)
    if len(infos) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES or ratio > MAX_PART_RATIO:
        raise PlanFileError(
            f"expected at most {MAX_UNPACKED_BYTES // 2**20} MB when unpacked, got {unpacked // 2**20} MB "
            f"in {len(infos)} parts (packed up to {ratio:.0f} times)",
            fix="do not use this file: it looks like a packing bomb; ask its sender for a clean one",
            where=where,
        )


def _flow(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in reading order, also inside content controls and accepted insertions."""
    for element in parent if parent is not None else ():
        if element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _flow(element)


_SKIPPED = {f"{_W}{n}" for n in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "txbxContent", "pict")}


def _text(element: Any) -> str:
    """Text of a paragraph as it stands with all changes accepted; text boxes repeat their text and are left out."""
    pieces: list[str] = []
    for child in element:
        if child.tag in _SKIPPED or child.tag.endswith(("}AlternateContent", "}drawing")):
            continue
        if child.tag == f"{_W}t":
            pieces.append(child.text or "")
        elif child.tag == f"{_W}tab":
            pieces.append("\t")
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif child.tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        else:
            pieces.append(_text(child))
    return "".join(pieces)


def _table(element: Any) -> list[list[str]]:
    """Rows of cell texts; a vertically merged cell repeats the text above it, a wide one fills its columns."""
    rows: list[list[str]] = []
    for tr in element.iter(f"{_W}tr"):
        row: list[str] = []
        for tc in tr:
            if tc.tag != f"{_W}tc":
                continue
            text = "\n".join(t for t in (_text(p).strip() for p in tc.iter(f"{_W}p")) if t)
            properties = tc.find(f"{_W}tcPr")
            merge = properties.find(f"{_W}vMerge") if properties is not None else None
            span = properties.find(f"{_W}gridSpan") if properties is not None else None
            if merge is not None and merge.get(f"{_W}val", "continue") == "continue" and rows:
                above = rows[-1]
                text = above[len(row)] if len(row) < len(above) else ""
            width = int(span.get(f"{_W}val", "1")) if span is not None else 1
            row.extend([text] * min(width, 50))
        if any(row):
            rows.append(row)
    return rows


class _Numbering:
    """Automatic numbers of Word: what a reader sees before the paragraph but the text does not hold."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.abstract_of: dict[str, str] = {}
        self.levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self.counters: dict[tuple[str, int], int] = {}
        self.styles: dict[str, tuple[str | None, int, int | None, str | None]] = {}
        for node in numbering.iter(f"{_W}abstractNum") if numbering is not None else ():
            for level in node.iter(f"{_W}lvl"):
                key = (node.get(f"{_W}abstractNumId", ""), int(level.get(f"{_W}ilvl", "0")))
                self.levels[key] = (
                    _val(level.find(f"{_W}numFmt"), "decimal"),
                    _val(level.find(f"{_W}lvlText"), ""),
                    int(_val(level.find(f"{_W}start"), "1")),
                )
        for node in numbering.iter(f"{_W}num") if numbering is not None else ():
            self.abstract_of[node.get(f"{_W}numId", "")] = _val(node.find(f"{_W}abstractNumId"), "")
        for node in styles.iter(f"{_W}style") if styles is not None else ():
            num_id, ilvl = _num_properties(node)
            name = _val(node.find(f"{_W}name"), "")
            found = re.match(r"(?:heading|标题)\s*(\d)$", name, re.IGNORECASE)
            self.styles[node.get(f"{_W}styleId", "")] = (
                num_id,
                ilvl or 0,
                int(found.group(1)) if found else None,
                _val(node.find(f"{_W}basedOn"), "") or None,
            )

    def label(self, paragraph: Any) -> tuple[str, int | None]:
        """Give the printed number of a paragraph ("" when it has none) and its heading level."""
        properties = paragraph.find(f"{_W}pPr")
        style = _val(properties.find(f"{_W}pStyle"), "") if properties is not None else ""
        num_id, ilvl, heading = None, None, None
        if properties is not None:
            num_id, ilvl = _num_properties(paragraph)
        for _ in range(10):  # styles may be based on each other; a loop in a broken file must end
            if style not in self.styles:
                break
            style_num, style_level, style_heading, parent = self.styles[style]
            if num_id is None and style_num is not None:
                num_id, ilvl = style_num, style_level if ilvl is None else ilvl
            heading = heading if heading is not None else style_heading
            style = parent or ""
        if num_id in (None, "0") or num_id not in self.abstract_of:
            return "", heading
        abstract, level = self.abstract_of[str(num_id)], ilvl or 0
        kind, template, start = self.levels.get((abstract, level), ("none", "", 1))
        self.counters[abstract, level] = self.counters.get((abstract, level), start - 1) + 1
        for deeper in range(level + 1, 9):
            self.counters.pop((abstract, deeper), None)
        if kind in ("bullet", "none"):
            return "", heading

        def number(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            form, _, first = self.levels.get((abstract, at), ("decimal", "", 1))
            return _format_number(self.counters.get((abstract, at), first), form)

        return re.sub(r"%(\d)", number, template), heading


def _val(node: Any, default: str) -> str:
    return default if node is None else str(node.get(f"{_W}val", default))


def _num_properties(node: Any) -> tuple[str | None, int | None]:
    found = node.find(f"{_W}pPr/{_W}numPr")
    if found is None:
        return None, None
    num_id, ilvl = found.find(f"{_W}numId"), found.find(f"{_W}ilvl")
    return (_val(num_id, "0") if num_id is not None else None), (int(_val(ilvl, "0")) if ilvl is not None else None)


def _format_number(value: int, kind: str) -> str:
    if kind.startswith(("chinese", "ideograph", "japanese", "taiwanese")):
        return _chinese(value)
    if kind == "decimalEnclosedCircle" and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if kind in ("lowerLetter", "upperLetter") and 1 <= value <= 26:
        return chr((97 if kind == "lowerLetter" else 65) + value - 1)
    return str(value)


def _chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    if value < 10:
        return digits[value]
    if value < 20:
        return "十" + (digits[value % 10] if value % 10 else "")
    if value < 100:
        return digits[value // 10] + "十" + (digits[value % 10] if value % 10 else "")
    return (
        digits[value // 100]
        + "百"
        + (
            ""
            if value % 100 == 0
            else (
                "零" + digits[value % 100]
                if value % 100 < 10
                else ("一" if value % 100 < 20 else "") + _chinese(value % 100)
            )
        )
    )
