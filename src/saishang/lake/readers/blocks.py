"""Blocks: some rows of a file, whatever its format, with the number of the line each row came from.

A reader yields blocks of a few megabytes, so that a file of any size passes through bounded memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from saishang.lake.reasons import Why

__all__ = ["Block", "ColumnBlock", "FileReader", "GridBlock", "Reject", "RejectSink"]

_Lines = np.ndarray[Any, np.dtype[np.int64]]


class Reject(NamedTuple):
    """A cell (or a whole line: cell 0) that was not taken, and why."""

    line: int
    cell: int
    column: str
    content: str
    code: str
    message: str
    #: What fills the reason's text in any language: `reason` (its name in lake/reasons.py) and the parameters.
    params: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def because(cls, line: int, cell: int, column: str, content: str, why: Why) -> Reject:
        """A refusal for one of the known reasons."""
        return cls(line, cell, column, content[:200], why.code, str(why), why.kept())


RejectSink = Callable[[Reject], None]


class Block(ABC):
    """Rows of a file: `lines[i]` is the 1-based line of row i; columns are counted from 0."""

    lines: _Lines

    @abstractmethod
    def column(self, index: int) -> pa.Array:
        """Cells of one column."""

    def __len__(self) -> int:
        return len(self.lines)


class GridBlock(Block):
    """Rows of a text file: all cells in one Arrow array, row after row."""

    def __init__(self, lines: _Lines, cells: pa.Array, width: int) -> None:
        self.lines, self.cells, self.width = lines, cells, width

    def column(self, index: int) -> pa.Array:
        """Cells of one column."""
        return self.cells.take(pa.array(np.arange(len(self.lines), dtype=np.int64) * self.width + index))

    def rectangle(self, rows: _Lines, columns: _Lines) -> pa.Array:
        """Cells of some rows and columns, row after row."""
        return self.cells.take(pa.array((rows[:, None] * self.width + columns[None, :]).ravel()))


class ColumnBlock(Block):
    """Rows of a columnar file."""

    def __init__(self, lines: _Lines, columns: Sequence[pa.Array]) -> None:
        self.lines, self.columns = lines, columns

    def column(self, index: int) -> pa.Array:
        """Cells of one column."""
        return self.columns[index]


@dataclass
class FileReader:
    """An opened file: the names of its columns, its rows in blocks, and remarks for the ledger.

    Use it in a `with` statement: leaving it closes the file, whether or not it was read to its end.
    """

    format: str
    header: list[str]
    blocks: Iterator[Block]
    close: Callable[[], None]
    notes: dict[str, Any] = field(default_factory=dict)
    #: Share of the file that has been read, 0 to 1; None where the format does not tell.
    share_read: Callable[[], float | None] = lambda: None

    def __enter__(self) -> FileReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
