"""A tile of a register's map: how many entries lie in which cells of it, or the things themselves where they are few.

Wide tiles read the sums by cell that are written with every change; deep ones count in an index that holds nothing but
cells and states. Entries are never read for a count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from saishang.apps.registers.models import Entry
from saishang.apps.registers.movements import LEVELS
from saishang.apps.registers.queries import EntryView, view_of
from saishang.science.register.cells import LEVEL, run_of
from saishang.science.register.kind import Kind

__all__ = ["DEEPEST", "MOST", "Cluster", "Tile", "tile"]

#: Deepest zoom of a tile.
DEEPEST = 18
#: Things that a tile shows one by one.
MOST = 200
#: Cells along the side of a tile, as a power of two.
_FINER = 3


@dataclass(frozen=True)
class Cluster:
    """Entries of one cell: its number, state → how many, and how many of them are invented."""

    cell: int
    states: dict[str, int]
    invented: int

    @property
    def count(self) -> int:
        """How many entries."""
        return sum(self.states.values())


@dataclass(frozen=True)
class Tile:
    """What a tile shows: things, or clusters of cells of a level; never both.

    `hidden` counts things of the deepest zoom that lie too close together to be shown one by one.
    """

    level: int
    clusters: Sequence[Cluster] = ()
    things: Sequence[tuple[EntryView, float, float]] = ()
    hidden: int = 0


def tile(kind: Kind, zoom: int, column: int, row: int, states: Sequence[str] = ()) -> Tile:
    """One tile of the register as it stands now; the kind's sums have to be ready (`book.ready`).

    Parameters
    ----------
    zoom, column, row:
        Square of the web mercator grid, rows from the north.
    states:
        Only entries in these; empty = all.
    """
    level = min(zoom + _FINER, LEVEL)
    found = _cells(kind, zoom, column, row, level, states)
    count = sum(cluster.count for cluster in found)
    if count and (count <= MOST or zoom >= DEEPEST):
        things = _things(kind, zoom, column, row, states)
        return Tile(level, things=tuple(things), hidden=max(0, count - len(things)))
    return Tile(level, clusters=tuple(found))


def _cells(kind: Kind, zoom: int, column: int, row: int, level: int, states: Sequence[str]) -> list[Cluster]:
    """Cells of a level inside a square, from the widest sums that are fine enough, else from the entries' index."""
    wide = next((known for known in LEVELS if known >= level), None)
    of = LEVEL if wide is None else wide
    first, last = run_of(zoom, column, row, of)
    if wide is None:
        table, number = "registers_entry", "count(*)"
        where, given = (
            "kind = %s and not withdrawn and cell is not null and cell between %s and %s",
            [kind.id, first, last],
        )
    else:
        table, number = "registers_cellmovement", "sum(counted)"
        where, given = "kind = %s and level = %s and cell between %s and %s", [kind.id, wide, first, last]
    parameters: list[Any] = [2 * (of - level), *given]
    if states:
        where += " and state = any(%s)"
        parameters.append(list(states))
    with connection.cursor() as cursor:
        cursor.execute(
            f"select cell >> %s, state, invented, {number} from {table} where {where} group by 1, 2, 3",  # noqa: S608
            parameters,
        )
        rows = cursor.fetchall()
    told: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    made_up: dict[int, int] = defaultdict(int)
    for cell, state, invented, count in rows:
        told[cell][state] += int(count)
        made_up[cell] += int(count) if invented else 0
    clusters = [
        Cluster(cell, {state: count for state, count in sorted(by_state.items()) if count}, made_up[cell])
        for cell, by_state in sorted(told.items())
    ]
    return [cluster for cluster in clusters if cluster.count]


def _things(
    kind: Kind, zoom: int, column: int, row: int, states: Sequence[str]
) -> list[tuple[EntryView, float, float]]:
    """Things of a square with the middle of their boxes, in the order of their cells; no more than a tile shows."""
    first, last = run_of(zoom, column, row)
    rows = Entry.objects.filter(kind=kind.id, withdrawn=False, cell__isnull=False, cell__range=(first, last))
    if states:
        rows = rows.filter(state__in=states)
    return [
        (view_of(entry, kind.id), (entry.west + entry.east) / 2, (entry.south + entry.north) / 2)  # type: ignore[operator]
        for entry in rows.order_by("cell", "pk")[:MOST]
    ]
