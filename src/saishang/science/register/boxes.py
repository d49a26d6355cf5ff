"""Whether a place and a box of degrees have a point in common: what a bounding box of a map asks for.

Boxes are closed: a place that only touches the edge is inside. Everything is plane geometry in degrees, decided by
exact fractions of the stored numbers, so that two maps that meet at an edge never lose an entry between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

__all__ = ["Box", "box_of", "meets", "split"]

#: West, south, east, north [degrees].
Box = tuple[float, float, float, float]
_Point = tuple[Fraction, Fraction]


def split(box: Box) -> tuple[Box, ...]:
    """The box, or the two boxes of one whose west lies east of its east: it goes across the 180th meridian."""
    west, south, east, north = box
    if west <= east:
        return (box,)
    return ((west, south, 180.0, north), (-180.0, south, east, north))


def box_of(place: Mapping[str, Any]) -> Box:
    """The smallest box around a GeoJSON geometry."""
    points = [point for part in _parts(place["coordinates"]) for point in part]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys)))


def meets(place: Mapping[str, Any], box: Box) -> bool:
    """Whether a Point, LineString, Polygon or a Multi of them shares a point with the closed box."""
    exact = tuple(Fraction(side) for side in box)
    west, south, east, north = exact
    parts = [[(Fraction(x), Fraction(y)) for x, y in part] for part in _parts(place["coordinates"])]
    for part in parts:
        if any(west <= x <= east and south <= y <= north for x, y in part):
            return True
        if any(_crosses(a, b, exact) for a, b in pairwise(part)):
            return True
    if not str(place["type"]).endswith("Polygon"):
        return False
    # No edge comes near: either the whole box lies inside an outline (and in none of its holes), or outside.
    return sum(_inside((west, south), ring) for ring in parts) % 2 == 1


def _parts(node: Any) -> Iterator[Sequence[Sequence[float]]]:
    """Lines and rings of a geometry as lists of points; a point is a list of one."""
    if not isinstance(node[0], list | tuple):
        yield [node]
    elif not isinstance(node[0][0], list | tuple):
        yield node
    else:
        for part in node:
            yield from _parts(part)


def _crosses(a: _Point, b: _Point, box: Sequence[Fraction]) -> bool:
    """Whether the stretch between two points has a part in the box (Liang and Barsky's cutting by the four sides)."""
    west, south, east, north = box
    first, last = Fraction(0), Fraction(1)
    for start, step, low, high in ((a[0], b[0] - a[0], west, east), (a[1], b[1] - a[1], south, north)):
        if step == 0:
            if not low <= start <= high:
                return False
            continue
        enter, leave = sorted(((low - start) / step, (high - start) / step))
        first, last = max(first, enter), min(last, leave)
        if first > last:
            return False
    return True


def _inside(point: _Point, ring: Sequence[_Point]) -> bool:
    """Whether a ray from the point to the east crosses a ring an odd number of times."""
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd
