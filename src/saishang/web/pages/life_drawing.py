"""A life cycle drawn: states as boxes in the order in which an entry reaches them, moves as numbered arrows.

Only places and numbers are made here; the template writes the SVG. The same is told beside it as a table, which is
what people who do not see the drawing read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from saishang.science.machine import StateTable, Transition
from saishang.web import texts

__all__ = ["Drawing", "drawing_of", "numbered_moves"]

#: Sizes [pixels]: height of a box, gaps, margin, width of a wide and a narrow letter, room of one bow at the side.
_HIGH, _ACROSS, _DOWN, _EDGE, _WIDE, _NARROW, _BOW = 36, 28, 56, 12, 16, 8, 26


@dataclass(frozen=True)
class Box:
    """A state; x, y: its upper left corner."""

    x: int
    y: int
    width: int
    height: int
    words: str
    first: bool
    final: bool

    @property
    def middle(self) -> tuple[int, int]:
        """Where its words stand."""
        return self.x + self.width // 2, self.y + self.height // 2


@dataclass(frozen=True)
class Arrow:
    """Moves from one state to another: the path, and where their numbers stand."""

    path: str
    x: int
    y: int
    words: str


@dataclass(frozen=True)
class Drawing:
    """All of it, with its size."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def numbered_moves(life: StateTable) -> list[tuple[int, Transition]]:
    """Every move with its number, state by state in the order of the table."""
    moves = [move for state in life.states for move in life.moves(state)]
    return list(enumerate(moves, start=1))


def drawing_of(life: StateTable, start: str) -> Drawing:
    """Boxes in rows by how many moves they are from the start; states that nothing leads to come last."""
    rows = _rows(life, start)
    boxes: dict[str, Box] = {}
    widths = {name: _length(texts.both(state.zh, state.en)) + 28 for name, state in life.states.items()}
    across = max(sum(widths[name] for name in row) + _ACROSS * (len(row) - 1) for row in rows)
    for depth, row in enumerate(rows):
        left = _EDGE + (across - sum(widths[name] for name in row) - _ACROSS * (len(row) - 1)) // 2
        for name in row:
            state = life.states[name]
            words = texts.both(state.zh, state.en)
            top = _EDGE + depth * (_HIGH + _DOWN)
            boxes[name] = Box(left, top, widths[name], _HIGH, words, name == start, state.final)
            left += widths[name] + _ACROSS
    depth_of = {name: depth for depth, row in enumerate(rows) for name in row}
    together: dict[tuple[str, str], list[int]] = {}
    for number, move in numbered_moves(life):
        together.setdefault((move.before, move.after), []).append(number)
    arrows, bows = [], 0
    for (before, after), numbers in together.items():
        words = ", ".join(map(str, numbers))
        if depth_of[after] == depth_of[before] + 1:
            arrows.append(_straight(boxes[before], boxes[after], words))
        else:
            bows += 1
            arrows.append(_bow(boxes[before], boxes[after], _EDGE + across + _BOW * bows, words))
    width = _EDGE * 2 + across + (_BOW * bows + 16 if bows else 0)
    return Drawing(width, _EDGE * 2 + len(rows) * (_HIGH + _DOWN) - _DOWN, tuple(boxes.values()), tuple(arrows))


def _rows(life: StateTable, start: str) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [[start]]
    seen = {start}
    while True:
        below = dict.fromkeys(
            move.after for name in rows[-1] for move in life.moves(name) if move.after not in seen
        )  # fmt: skip
        if not below:
            break
        rows.append(list(below))
        seen.update(below)
    left = [name for name in life.states if name not in seen]
    return [*rows, left] if left else rows


def _length(text: str) -> int:
    return sum(_WIDE if east_asian_width(letter) in "WF" else _NARROW for letter in text)


def _straight(before: Box, after: Box, words: str) -> Arrow:
    x, y = before.middle[0], before.y + before.height
    end = after.middle[0]
    # A third of the way down: where several arrows come together at a box their numbers still stand apart.
    return Arrow(f"M{x} {y} L{end} {after.y - 2}", x + (end - x) // 3, y + _DOWN // 3 + 6, words)


def _bow(before: Box, after: Box, out: int, words: str) -> Arrow:
    x, y = before.x + before.width, before.middle[1] + 6
    end, low = after.x + after.width, after.middle[1] - 6
    path = f"M{x} {y} C{out} {y} {out} {low} {end + 2} {low}"
    return Arrow(path, (x + 6 * out + end) // 8, (y + low) // 2 + 5, words)
