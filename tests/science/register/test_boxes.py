"""What a bounding box of a map holds; every case drawn by hand on squared paper."""

from __future__ import annotations

from typing import Any

import pytest

from saishang.science.register.boxes import box_of, meets, split

BOX = (2.0, 2.0, 4.0, 4.0)
#: A square around the box with a hole that is just as large as the box, and one whose hole is larger.
AROUND = [[0, 0], [6, 0], [6, 6], [0, 6], [0, 0]]


def line(*points: list[float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(points)}


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ({"type": "Point", "coordinates": [2, 2]}, True), ({"type": "Point", "coordinates": [4, 3]}, True),
        ({"type": "Point", "coordinates": [4.000000001, 3]}, False),
        # A line through the box without a corner in it; one past its corner, at the corner, just beside it.
        (line([0, 3], [6, 3]), True), (line([0, 4], [4, 8]), False), (line([0, 6], [6, 0]), True),
        (line([2, 6], [6, 2]), True), (line([2, 6.000001], [6.000001, 2]), False), (line([0, 0], [1, 1]), False),
        # Along an edge, and in line with an edge but before it.
        (line([4, 0], [4, 9]), True), (line([4, 5], [4, 9]), False), (line([2, 1], [2, 2]), True),
        ({"type": "MultiLineString", "coordinates": [[[0, 0], [1, 0]], [[3, 0], [3, 9]]]}, True),
        # The box inside an outline, inside its hole, and where the hole's edge is the box's.
        (polygon(AROUND), True), (polygon(AROUND, square(1, 1, 5, 5)), False),
        (polygon(AROUND, square(2, 2, 4, 4)), True),
        # An island in the hole around the box.
        ({"type": "MultiPolygon", "coordinates": [[AROUND, square(1, 1, 5, 5)], [square(1.5, 1.5, 4.5, 4.5)]]}, True),
        # The outline inside the box; its box overlaps, it does not: a triangle that leaves the corner free.
        (polygon(square(2.5, 2.5, 3, 3)), True), (polygon([[0, 8], [0, 0], [8, 0], [0, 8]]), True),
        (polygon([[9, 9], [9, 3.9], [3.9, 9], [9, 9]]), False), (polygon(square(4, 4, 5, 5)), True),
        (polygon(square(4.0001, 4, 5, 5)), False),
    ],
)  # fmt: skip
def test_places_and_a_box(place: dict[str, Any], inside: bool) -> None:
    assert meets(place, BOX) is inside


def test_boxes() -> None:
    assert split(BOX) == (BOX,)
    assert split((170.0, -5.0, -170.0, 5.0)) == ((170.0, -5.0, 180.0, 5.0), (-180.0, -5.0, -170.0, 5.0))
    assert box_of(polygon(AROUND)) == (0.0, 0.0, 6.0, 6.0)
    assert box_of({"type": "Point", "coordinates": [1, 2]}) == (1.0, 2.0, 1.0, 2.0)
