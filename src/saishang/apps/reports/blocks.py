"""An official document as plain parts: what stands in it and in which order, without a word on how it looks.

Word files (`word`) and pages of the portal are both made of these, so that they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from saishang.apps.reports.numbering import MARKS

__all__ = [
    "Annex", "Block", "Chart", "Column", "Cover", "Heading", "OfficialDocument", "Paragraph", "Source", "Table",
    "numbered",
]  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4: 一、 （一） 1. （1）; the number is put before it by `numbered`."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text, set in by two characters."""

    text: str


@dataclass(frozen=True)
class Source:
    """A small line that says where the figures above it come from."""

    text: str


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its share of the width, and whether it is centred (figures, short codes).

    Shares are of each other; those that add up to 156 are millimetres.
    """

    head: str
    share: float
    centre: bool = False


@dataclass(frozen=True)
class Table:
    """A table over the whole width of the text; its heading row stands again on every page.

    `name` tells it from others in the same document, in Latin letters.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = ""


@dataclass(frozen=True)
class Chart:
    """Horizontal bars, one for each name, with their values written on them. A value of None has no bar."""

    name: str
    title: str
    names: tuple[str, ...]
    values: tuple[int | None, ...]
    unit: str


Block = Heading | Paragraph | Source | Table | Chart


@dataclass(frozen=True)
class Cover:
    """First page: title in lines, who presents it, the period, and words that must be seen first (`mark`)."""

    title: tuple[str, ...]
    by: str
    period: str
    mark: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Annex:
    """What is appended (附件): title and parts; begins on a page of its own."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class OfficialDocument:
    """A document in the layout of GB/T 9704-2012.

    Attributes
    ----------
    language:
        `zh` or `en`: in which language the parts are.
    cover:
        First page; None: the text begins at once.
    title:
        Title of the text, in lines (标题).
    to:
        Whom it is addressed to (主送机关), without the colon.
    blocks:
        The text (正文).
    by, dated:
        Who signs (发文机关署名) and the day of it (成文日期).
    copy_to:
        Who gets a copy (抄送机关).
    annexes:
        What is appended; the list of them (附件说明) is made of their titles.
    mark:
        What the head of every page says, such as that the data are invented; empty: nothing.
    subject:
        A name for the file's own properties, which tells one document from another.
    """

    language: str
    cover: Cover | None
    title: tuple[str, ...]
    to: str
    blocks: tuple[Block, ...]
    by: str
    dated: date
    copy_to: str = ""
    annexes: tuple[Annex, ...] = ()
    mark: str = ""
    subject: str = ""


def numbered(blocks: Iterable[Block], language: str = "zh") -> list[Block]:
    """Blocks with the numbers of their headings put before them: 一、 （一） 1. （1）; in English 1, 1.1, 1.1.1.

    Raises
    ------
    ValueError
        For a heading that skips a level: a slip in the code that composes the document.
    """
    counts = [0] * len(MARKS)
    found: list[Block] = []
    for block in blocks:
        if not isinstance(block, Heading):
            found.append(block)
            continue
        depth = block.level - 1
        if not 0 <= depth < len(MARKS) or any(count == 0 for count in counts[:depth]):
            raise ValueError(f"the heading {block.text!r} of level {block.level} has none above it")
        counts[depth] += 1
        counts[depth + 1 :] = [0] * (len(MARKS) - depth - 1)
        english = ".".join(map(str, counts[: depth + 1])) + " "
        mark = MARKS[depth](counts[depth]) if language == "zh" else english
        found.append(Heading(block.level, mark + block.text))
    return found
