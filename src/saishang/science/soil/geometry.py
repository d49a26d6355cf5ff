"""Whether two areas share ground: the question behind a query by polygon (宗地与地块空间重叠).

Plain and exact: coordinates become fractions, so an edge that only touches is told from an overlap without tolerance.
Coordinates may be degrees or metres of one system, for both areas the same; they are read to nine decimals (a tenth of
a millimetre in degrees), so that binary noise of a program that wrote them makes no slivers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from saishang.science.numbers import InputError, exact
from saishang.science.rounding import round_half_even

__all__ = ["Area", "areas_overlap", "read_area"]

_DECIMALS = 9
Point = tuple[Fraction, Fraction]
Ring = tuple[Point, ...]
#: Rings of one area: the outer one first, holes after it; several areas for a multipolygon.
Area = tuple[tuple[Ring, ...], ...]


def read_area(geometry: object) -> Area:
    """Read a GeoJSON `Polygon` or `MultiPolygon` (the mapping, not text).

    Raises
    ------
    InputError
        For another kind of geometry, a ring with fewer than three corners, a ring without area.
    """
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        kind = geometry.get("type") if isinstance(geometry, dict) else type(geometry).__name__
        raise InputError(f"An area is a GeoJSON Polygon or MultiPolygon, got {kind}.", fix="Draw a closed area.")
    parts = geometry.get("coordinates")
    listed = [parts] if geometry["type"] == "Polygon" else parts
    if not isinstance(listed, list | tuple) or not listed:
        raise InputError("The area has no coordinates.", fix="Draw a closed area.")
    return tuple(tuple(_ring(ring) for ring in _sequence(part)) for part in listed)


def _sequence(part: object) -> Sequence[object]:
    if not isinstance(part, list | tuple) or not part:
        raise InputError("A polygon is a list of rings, the outer one first.", fix="Check the geometry.")
    return part


def _ring(points: object) -> Ring:
    found: list[Point] = []
    for point in _sequence(points):
        pair = _sequence(point)
        if len(pair) < 2:
            raise InputError(f"A corner is [x, y], got {point!r}.", fix="Check the geometry.")
        found.append((_coordinate(pair[0], "x"), _coordinate(pair[1], "y")))
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    if len(set(found)) < 3 or _twice_area(tuple(found)) == 0:
        raise InputError("A ring needs three corners that are not on one line.", fix="Check the geometry.")
    return tuple(found)


def _coordinate(value: object, name: str) -> Fraction:
    return Fraction(round_half_even(exact(value, name=name), _DECIMALS))


def _twice_area(ring: Ring) -> Fraction:
    return sum((a[0] * b[1] - b[0] * a[1] for a, b in _edges(ring)), Fraction(0))


def _edges(ring: Ring) -> list[tuple[Point, Point]]:
    return [(ring[index - 1], ring[index]) for index in range(len(ring))]


def areas_overlap(one: Area, other: Area) -> bool:
    """Whether two areas share ground; a common border or corner alone is no overlap."""
    return any(_parts_overlap(a, b) for a in one for b in other if _boxes_meet(a[0], b[0]))


def _boxes_meet(a: Ring, b: Ring) -> bool:
    return all(
        max(min(p[axis] for p in a), min(p[axis] for p in b)) < min(max(p[axis] for p in a), max(p[axis] for p in b))
        for axis in (0, 1)
    )


def _parts_overlap(a: tuple[Ring, ...], b: tuple[Ring, ...]) -> bool:
    edges_a = [edge for ring in a for edge in _edges(ring)]
    edges_b = [edge for ring in b for edge in _edges(ring)]
    # Cut every edge where the other area's edges meet it: each piece then lies wholly inside, outside or on the border,
    # and its middle tells which. One piece inside is enough.
    if _a_piece_inside(edges_a, edges_b, b) or _a_piece_inside(edges_b, edges_a, a):
        return True
    # All pieces on the border or outside: the areas overlap only when they are the same ground.
    return _inner_point_inside(a, b) or _inner_point_inside(b, a)


def _a_piece_inside(
    edges: list[tuple[Point, Point]], cutters: list[tuple[Point, Point]], part: tuple[Ring, ...]
) -> bool:
    for start, end in edges:
        cuts = sorted({Fraction(0), Fraction(1), *(t for cutter in cutters for t in _meetings(start, end, *cutter))})
        for low, high in pairwise(cuts):
            middle = (low + high) / 2
            point = (start[0] + (end[0] - start[0]) * middle, start[1] + (end[1] - start[1]) * middle)
            if _inside(point, part):
                return True
    return False


def _meetings(p: Point, q: Point, r: Point, s: Point) -> list[Fraction]:
    """Places (0 … 1 along p–q) where the segment r–s meets it."""
    d1 = (q[0] - p[0], q[1] - p[1])
    d2 = (s[0] - r[0], s[1] - r[1])
    cross = d1[0] * d2[1] - d1[1] * d2[0]
    offset = (r[0] - p[0], r[1] - p[1])
    if cross:
        t = (offset[0] * d2[1] - offset[1] * d2[0]) / cross
        u = (offset[0] * d1[1] - offset[1] * d1[0]) / cross
        return [t] if 0 < t < 1 and 0 <= u <= 1 else []
    if offset[0] * d1[1] - offset[1] * d1[0]:
        return []
    length = d1[0] ** 2 + d1[1] ** 2
    along = [((c[0] - p[0]) * d1[0] + (c[1] - p[1]) * d1[1]) / length for c in (r, s)]
    return [t for t in along if 0 < t < 1]


def _inside(point: Point, part: tuple[Ring, ...]) -> bool:
    """Strictly inside: in an odd number of rings and on no border."""
    crossings = 0
    for ring in part:
        for a, b in _edges(ring):
            if _on_segment(point, a, b):
                return False
            if (a[1] > point[1]) != (b[1] > point[1]):
                x = a[0] + (point[1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
                crossings += x > point[0]
    return crossings % 2 == 1


def _on_segment(point: Point, a: Point, b: Point) -> bool:
    if (b[0] - a[0]) * (point[1] - a[1]) != (b[1] - a[1]) * (point[0] - a[0]):
        return False
    return min(a[0], b[0]) <= point[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= point[1] <= max(a[1], b[1])


def _inner_point_inside(a: tuple[Ring, ...], b: tuple[Ring, ...]) -> bool:
    """Whether a point strictly inside `a` is inside `b`."""
    # A horizontal line between two neighbouring heights of corners crosses edges only; the middle of the first stretch
    # inside is a point of the area.
    heights = sorted({point[1] for ring in a for point in ring})
    y = (heights[0] + heights[1]) / 2
    crossings = sorted(
        p[0] + (y - p[1]) * (q[0] - p[0]) / (q[1] - p[1])
        for ring in a
        for p, q in _edges(ring)
        if (p[1] > y) != (q[1] > y)
    )
    return _inside(((crossings[0] + crossings[1]) / 2, y), b)
