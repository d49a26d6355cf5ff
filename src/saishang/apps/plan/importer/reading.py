"""From a file to paragraphs and tables: encodings, Word numbering, artefacts, hostile files.

The kind of a file is decided by its first bytes, never by its name.
"""

from __future__ import annotations

import re
from pathlib import Path

from saishang.apps.plan.importer.blocks import Block, PlanFileError, Source, tidy
from saishang.apps.plan.importer.word import read_docx

__all__ = ["Block", "PlanFileError", "Source", "read_source"]

#: A plan is text: 300 pages are under 2 MB. These limits stop bombs long before memory is short.
MAX_FILE_BYTES = 40 * 2**20

_CONTENTS_LINE = re.compile(r"^\S.{1,80}?(?:[.．…·・]{3,}|…+|[-—_]{6,}|\t+|\s{2,})\s*[-—]?\s*\d{1,3}\s*[-—]?$")


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
    _full_stops(source.blocks, source.notes)
    if not any(b.is_table or b.text for b in source.blocks):
        raise PlanFileError(
            "expected a plan with text, got an empty document",
            fix="if the pages are scanned pictures, run text recognition first and save the text as .docx or .txt",
            where=str(path),
        )
    return source


def _read(data: bytes, where: str) -> Source:
    if data.startswith(b"PK\x03\x04"):
        return read_docx(data, where)
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
        line = tidy(raw, notes, number)
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


#: What begins a line of its own in a plan, however the lines before it were cut.
_LINE_BEGINS = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]+[章节条编篇]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)"
    r"|[①-⑳]|——|[•·●]|附件|附表|附录|专栏|表\s?\d|注：|(?:重点|主要)?任务[一二三四五六七八九十\d]+[:：、]"
    r"|[【\[（(]?(?:省级|市级)?(?:牵头|主办|配合|参与|协办|协同|支持|指导|督导|责任|负责|落实|完成)(?:责任)?(?:单位|部门|主体|时限|时间)\s*[】\]:：])"
)


_STOPS = "。；：！？:;"


def _width(text: str) -> float:
    """Give the room a line takes: a Chinese character is one, a Latin letter or digit half of one."""
    return sum(0.5 if ord(c) < 0x2000 else 1.0 for c in text)


#: A half-width point that ends a Chinese sentence; not the one of a mark (一.) or within a number.
_POINT = re.compile(r"(?<=[\u4e00-\u9fff%％）)”])[.](?=[\u4e00-\u9fffA-Z“（(]|(?:19|20)\d\d(?:年|[—-])|$)")


def _full_stops(blocks: list[Block], notes: list[str]) -> None:
    """Read the points of a text typed with half-width marks as full stops."""
    count = 0
    for block in blocks:
        head, rest = block.text[:5], block.text[5:]
        told = _POINT.sub("。", block.text[4:])[1:] if rest else rest
        count += sum(a != b for a, b in zip(rest, told, strict=True))
        block.text = head + told
    if count:
        notes.append(f"read {count} half-width points as full stops")


def _unwrap(blocks: list[Block], notes: list[str]) -> list[Block]:
    """Join lines that were cut at a fixed width, as text copied out of a PDF is.

    The file tells: no line is longer than a narrow limit, many are as long as it, and these seldom end with a stop. A
    line that fills the width goes on in the next one unless that begins with a mark of its own.
    """
    lines = [b for b in blocks if b.text]
    unended = sorted(_width(b.text) for b in lines if b.text[-1] not in _STOPS and _width(b.text) >= 20)
    if len(lines) < 8 or len(unended) < 4:
        return blocks
    usual = unended[int(0.9 * (len(unended) - 1))]
    limit = usual - 4
    full = [b for b in lines if _width(b.text) >= limit]
    cut = [b for b in full if b.text[-1] not in _STOPS]
    longer = sum(_width(b.text) > usual + 4 for b in lines)
    if usual > 64 or longer > 0.05 * len(lines) or len(full) < 0.15 * len(lines) or len(cut) < 0.6 * len(full):
        return blocks
    joined: list[Block] = []
    open_end = False
    for block in blocks:
        last = joined[-1] if joined else None
        wide = bool(block.text) and _width(block.text) >= limit
        if last is not None and last.text and open_end and block.text and not _LINE_BEGINS.match(block.text):
            last.text += block.text
        else:
            joined.append(block)
        label = re.search("(?:单位|部门|主体|时限)[：:]$", block.text)
        open_end = wide and (block.text[-1] not in "。！？：:" or label is not None)
    notes.append("joined lines that were cut at a fixed width")
    return joined
