"""Pages that LibreOffice makes of a Word file: text with its place and typeface, rules, ink. For tests of layout."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

MM = 72 / 25.4
#: Text area of GB/T 9704-2012, 5.2.1: 天头 37 mm, 订口 28 mm, 156 mm × 225 mm; measured from the top left [mm].
LEFT, RIGHT, TOP, BOTTOM = 28.0, 28.0 + 156.0, 37.0, 37.0 + 225.0


def soffice() -> str | None:
    """LibreOffice, or None where there is none."""
    named = os.environ.get("SOFFICE_PATH")
    return named or next((found for name in ("soffice", "libreoffice") if (found := shutil.which(name))), None)


@dataclass(frozen=True)
class Char:
    """A character with its box from the top left [mm] and the name of its typeface."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    font: str


@dataclass(frozen=True)
class Page:
    """One page."""

    text: str
    chars: list[Char]
    #: Boxes of lines and areas (rules of tables, bars of charts): left, right, top, bottom [mm].
    rules: list[tuple[float, float, float, float]]
    #: Box of everything that is not white [mm]; None for an empty page.
    ink: tuple[float, float, float, float] | None

    def lines(self) -> list[list[Char]]:
        """Characters of the text area by line, from the top."""
        found: dict[int, list[Char]] = {}
        for char in self.chars:
            if char.text.strip() and char.top >= TOP - 1 and char.bottom <= BOTTOM + 1:
                middle = round((char.top + char.bottom) / 2 / 10.21)
                found.setdefault(middle, []).append(char)
        return [sorted(chars, key=lambda c: c.left) for _place, chars in sorted(found.items())]


def render(docx: bytes, folder: Path) -> list[Page]:
    """The pages of a Word file."""
    program = soffice()
    assert program is not None
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "document.docx"
    source.write_bytes(docx)
    done = subprocess.run(
        [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
         "--convert-to", "pdf", "--outdir", str(folder), str(source)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    made = folder / "document.pdf"
    assert made.is_file(), f"LibreOffice made no PDF: {done.stdout} {done.stderr}"
    with pypdfium2.PdfDocument(made) as document:
        return [_page(document[number]) for number in range(len(document))]


def _page(page: pypdfium2.PdfPage) -> Page:
    height = page.get_height()
    text_page = page.get_textpage()
    chars = []
    for number in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text_page.raw, number)
        if code in (10, 13, 0xFFFE, 2):
            continue
        if 0xDC00 <= code <= 0xDFFF and chars:  # second half of a character beyond the first plane
            code = 0x10000 + ((ord(chars[-1].text) - 0xD800) << 10) + code - 0xDC00
            chars[-1] = replace(chars[-1], text=chr(code))
            continue
        left, bottom, right, top = text_page.get_charbox(number, loose=True)
        chars.append(
            Char(
                chr(code), left / MM, right / MM, (height - top) / MM, (height - bottom) / MM, _font(text_page, number)
            )
        )
    rules = []
    for thing in page.get_objects():
        if thing.type == pdfium.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = thing.get_bounds()
            # White areas that cover a whole page or chart are no ink.
            if right - left < page.get_width() * 0.95:
                rules.append((left / MM, right / MM, (height - top) / MM, (height - bottom) / MM))
    return Page(text_page.get_text_range(), chars, rules, _ink(page))


def _font(text_page: pypdfium2.PdfTextPage, number: int) -> str:
    flags = ctypes.c_int()
    size = pdfium.FPDFText_GetFontInfo(text_page.raw, number, None, 0, ctypes.byref(flags))
    if size == 0:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFText_GetFontInfo(text_page.raw, number, buffer, size, ctypes.byref(flags))
    return buffer.value.decode().rpartition("+")[2]


def _ink(page: pypdfium2.PdfPage) -> tuple[float, float, float, float] | None:
    scale = 1.5  # pixels a point: a hairline shows
    grey = page.render(scale=scale, grayscale=True).to_numpy()
    grey = grey.reshape(grey.shape[0], grey.shape[1])
    down, across = np.nonzero(grey < 200)
    if not len(across):
        return None
    per_mm = MM * scale
    return across.min() / per_mm, across.max() / per_mm, down.min() / per_mm, down.max() / per_mm


@lru_cache(maxsize=1)
def _installed() -> dict[str, list[tuple[int, int]]]:
    """Installed typefaces with the ranges of characters that they hold."""
    told = subprocess.run(
        ["fc-list", "--format", "%{postscriptname}|%{charset}\n"], capture_output=True, text=True, check=True
    ).stdout
    found: dict[str, list[tuple[int, int]]] = {}
    for line in told.splitlines():
        name, _bar, ranges = line.partition("|")
        spans = [tuple(int(end, 16) for end in span.partition("-")[::2] if end) for span in ranges.split()]
        found.setdefault(name, []).extend((span[0], span[-1]) for span in spans if span)
    return found


def without_glyph(pages: list[Page]) -> list[tuple[int, str, str]]:
    """(page, character, typeface) where the typeface that a page uses does not hold the character: a box is printed."""
    wrong = []
    for number, page in enumerate(pages, start=1):
        for char in page.chars:
            if char.text.isspace():
                continue
            # The name in the file may go on behind the name of the typeface (its set of alternates).
            names = [name for name in _installed() if name and char.font.startswith(name)]
            best = max(names, key=len, default="")
            if not any(first <= ord(char.text) <= last for first, last in _installed().get(best, [])):
                wrong.append((number, char.text, char.font))
    return wrong
