"""A Word file as blocks: printed numbers, changes accepted, text boxes, merged cells; hostile files refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from saishang.apps.plan.importer.blocks import Block, PlanFileError, Source, tidy
from saishang.errors import SaishangError

__all__ = ["MAX_UNPACKED_BYTES", "read_docx"]

MAX_UNPACKED_BYTES = 120 * 2**20
MAX_PART_RATIO = 300
MAX_PARTS = 5_000

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_docx(data: bytes, where: str) -> Source:
    """Read the bytes of a .docx file; `where` names it in errors.

    Raises
    ------
    PlanFileError
        When the archive is damaged, too large when unpacked, no Word document, or holds macros or a DTD.
    """
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
    kept = ""
    for line, element in enumerate(_flow(body), start=1):
        if element.tag == f"{_W}tbl":
            rows = _table(element)
            if rows and max(len(r) for r in rows) == 1:
                blocks.extend(Block(line, text) for (text,) in rows if text)
            elif rows:
                blocks.append(Block(line, rows=rows))
            continue
        if _mark_deleted(element):
            # The end of this paragraph was deleted: what is left of it begins the next one.
            kept += _text(element)
            continue
        label, heading = numbering.label(element)
        for i, raw in enumerate(_soft_lines(kept + _text(element))):
            text = tidy(raw, notes, line)
            if i == 0 and label and text:
                text = label + text
            if text:
                blocks.append(Block(line, text, heading=heading))
        kept = ""
    if tidy(kept, notes, 0):
        blocks.append(Block(blocks[-1].line if blocks else 1, tidy(kept, notes, 0)))
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
            if element.tag == f"{_W}p":
                for box in _boxes(element):
                    yield from _flow(box)
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _flow(element)


def _boxes(element: Any) -> Iterator[Any]:
    """Text boxes anchored in a paragraph, each once: Word writes a second copy for old readers (Fallback)."""
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif not child.tag.endswith("}Fallback") and child.tag not in (f"{_W}del", f"{_W}moveFrom"):
            yield from _boxes(child)


def _mark_deleted(paragraph: Any) -> bool:
    """Tell whether the paragraph's end was deleted with change tracking on."""
    return paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None


def _soft_lines(text: str) -> list[str]:
    """Split at soft line breaks, but not where a break only wraps a running sentence."""
    lines: list[str] = []
    for raw in text.split("\n"):
        before = lines[-1].rstrip() if lines else ""
        wrapped = len(before) >= 16 and before[-1] not in "。；;：:！？”）)】》" and _MARK.match(raw.strip()) is None
        if wrapped and raw.strip():
            lines[-1] = before + raw.strip()
        else:
            lines.append(raw)
    return lines


_MARK = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]+[章节条编]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d+[.．、]|[①-⑳]|附件|[^。；，]{2,8}单位[：:])"
)
_SKIPPED = {f"{_W}{n}" for n in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "txbxContent", "pict")}


def _text(element: Any) -> str:
    """Text of a paragraph as it stands with all changes accepted; text boxes follow it as paragraphs of their own."""
    pieces: list[str] = []
    for child in element:
        if child.tag in _SKIPPED or child.tag.endswith(("}AlternateContent", "}drawing")):
            continue
        if child.tag.endswith("}rt") or _hidden(child):  # the reading above a character; text marked as hidden
            continue
        if child.tag in (f"{_W}t", _MATH_TEXT):
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


def _hidden(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish") if run.tag == f"{_W}r" else None
    return mark is not None and mark.get(f"{_W}val", "1") not in ("0", "false", "off")


def _children(element: Any, tag: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, also inside content controls and insertions, but not those of inner tables."""
    for child in element:
        if child.tag == f"{_W}{tag}":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _children(child, tag)


def _cell_text(cell: Any) -> str:
    """Paragraphs of a cell, those of an inner table behind them."""
    found = []
    for element in _flow(cell):
        if element.tag == f"{_W}p":
            found.append(_text(element).strip())
        else:
            found.extend("；".join(dict.fromkeys(t for t in row if t)) for row in _table(element))
    return "\n".join(t for t in found if t)


def _table(element: Any) -> list[list[str]]:
    """Rows of cell texts; a vertically merged cell repeats the text above it, a wide one fills its columns."""
    rows: list[list[str]] = []
    for tr in _children(element, "tr"):
        if tr.find(f"{_W}trPr/{_W}del") is not None:
            continue
        before = tr.find(f"{_W}trPr/{_W}gridBefore")
        row: list[str] = [""] * (min(int(before.get(f"{_W}val", "0")), 50) if before is not None else 0)
        for tc in _children(tr, "tc"):
            text = _cell_text(tc)
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
        self.restarts: dict[tuple[str, int], int] = {}
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
            for override in node.iter(f"{_W}lvlOverride"):
                restart = override.find(f"{_W}startOverride")
                if restart is not None:
                    key = (node.get(f"{_W}numId", ""), int(override.get(f"{_W}ilvl", "0")))
                    self.restarts[key] = int(_val(restart, "1"))
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
            outline = properties.find(f"{_W}outlineLvl")
            if outline is not None and _val(outline, "9") < "9":
                heading = int(_val(outline, "0")) + 1
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
        restart = self.restarts.pop((str(num_id), level), None)
        if restart is not None:
            # A list that begins again where it is used first, though it looks like the one before.
            self.counters[abstract, level] = restart - 1
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
