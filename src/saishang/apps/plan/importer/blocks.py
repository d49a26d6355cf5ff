"""What every kind of file becomes before it is understood: paragraphs and tables with their place in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from saishang.errors import SaishangError

__all__ = ["Block", "PlanFileError", "Source", "tidy"]

_ARTEFACT = re.compile(r"\[bookmark:\s*\w+\]|\{\s*(?:PAGE|TOC|HYPERLINK)[^}]*\}|\u200b|\ufeff")
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
    caption: str = ""

    @property
    def is_table(self) -> bool:
        """Tell a table from a paragraph."""
        return bool(self.rows)


@dataclass
class Source:
    """A file as blocks in reading order, and what was repaired on the way."""

    blocks: list[Block]
    notes: list[str] = field(default_factory=list)


def tidy(raw: str, notes: list[str], line: int) -> str:
    """Drop the marks a word processor leaves behind, blanks at both ends, and lines that are a page number."""
    text, found = _ARTEFACT.subn("", raw)
    if found and text != raw.replace("\ufeff", "").replace("\u200b", ""):
        notes.append(f"line {line}: dropped a mark of the word processor")
    text = text.strip(" \u3000\u00a0\r\n")
    return "" if _PAGE_NUMBER.match(text) else text
