"""Overlap of areas: touching is not sharing, holes are not ground, and a grid agrees."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishang.science.numbers import InputError
from saishang.science.soil.geometry import Area, areas_overlap, read_area

Corner = tuple[float, float]


def box(x: float, y: float, width: float, height: float) -> list[list[float]]:
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]


def polygon(*rings: Sequence[Sequence[float]]) -> Area:
    return read_area({"type": "Polygon", "coordinates": [list(ring) for ring in rings]})


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (box(0, 0, 2, 2), box(1, 1, 2, 2), True),  # corners overlap
        (box(0, 0, 2, 2), box(2, 0, 2, 2), False),  # common side
        (box(0, 0, 2, 2), box(2, 2, 2, 2), False),  # common corner
        (box(0, 0, 2, 2), box(2, 1, 2, 2), False),  # part of a side
        (box(0, 0, 9, 9), box(4, 4, 1, 1), True),  # one within the other
        (box(0, 0, 2, 2), box(0, 0, 2, 2), True),  # the same ground
        (box(0, 0, 2, 2), box(0, 0, 1, 2), True),  # shared borders, half the ground
        (box(0, 0, 2, 2), box(5, 5, 1, 1), False),
        (box(0, 1, 3, 1), box(1, 0, 1, 3), True),  # a cross: no corner of one is inside the other
        (box(0, 0, 1, 1), box(0.999999999, 0.999999999, 1, 1), True),  # a hair's breadth
        (box(0, 0, 1, 1), box(1 - 1e-13, 0, 1, 1), False),  # binary noise
    ],
)
def test_pairs_by_hand(one: list[list[float]], other: list[list[float]], expected: bool) -> None:
    assert areas_overlap(polygon(one), polygon(other)) is expected
    assert areas_overlap(polygon(other), polygon(one)) is expected


def test_a_hole_is_not_ground() -> None:
    ring = polygon(box(0, 0, 9, 9), box(3, 3, 3, 3))
    assert not areas_overlap(ring, polygon(box(4, 4, 1, 1)))
    assert not areas_overlap(ring, polygon(box(3, 3, 3, 3)))  # fills the hole exactly
    assert areas_overlap(ring, polygon(box(2, 4, 2, 1)))


def test_multipolygons_overlap_by_any_part() -> None:
    two = read_area({"type": "MultiPolygon", "coordinates": [[box(0, 0, 1, 1)], [box(5, 5, 1, 1)]]})
    assert areas_overlap(two, polygon(box(5.5, 5.5, 1, 1)))
    assert not areas_overlap(two, polygon(box(2, 2, 1, 1)))


def test_concave_areas() -> None:
    """A U around a box that stands in its opening."""
    u = polygon([[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]])
    assert not areas_overlap(u, polygon(box(1, 1, 1, 2)))
    assert areas_overlap(u, polygon(box(1, 0.5, 1, 2)))


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 4)] * 2), min_size=2, max_size=2))
@settings(max_examples=60)
def test_boxes_agree_with_arithmetic(boxes: list[tuple[int, int, int, int]]) -> None:
    (ax, ay, aw, ah), (bx, by, bw, bh) = boxes
    shared = min(ax + aw, bx + bw) > max(ax, bx) and min(ay + ah, by + bh) > max(ay, by)
    assert areas_overlap(polygon(box(ax, ay, aw, ah)), polygon(box(bx, by, bw, bh))) is shared


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=3, unique=True),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=3, unique=True),
)
@settings(max_examples=80)
def test_triangles_agree_with_separating_lines(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    """Convex areas share no ground exactly when a side of one of them separates them (second method)."""
    triangles = [one, other]
    if any(_cross(*t) == 0 for t in triangles):
        return
    separated = any(
        max(_side(a, b, p) * _side(a, b, c) for p in triangles[1 - i]) <= 0
        for i in (0, 1)
        for a, b, c in ((t[0], t[1], t[2]) for t in _turns(triangles[i]))
    )
    found = areas_overlap(polygon([list(p) for p in one]), polygon([list(p) for p in other]))
    assert found is not separated


def _turns(t: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    return [t, [t[1], t[2], t[0]], [t[2], t[0], t[1]]]


def _cross(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _side(a: tuple[int, int], b: tuple[int, int], p: tuple[int, int]) -> int:
    value = _cross(a, b, p)
    return (value > 0) - (value < 0)


@pytest.mark.parametrize(
    "geometry",
    [None, {"type": "Point", "coordinates": [0, 0]}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": []},
     {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]},
     {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2]]]},
     {"type": "Polygon", "coordinates": [[[0], [1, 1], [2, 0]]]}, {"type": "Polygon", "coordinates": [["a"]]}],
)  # fmt: skip
def test_what_is_no_area_is_refused(geometry: object) -> None:
    with pytest.raises(InputError):
        read_area(geometry)


def test_coordinates_are_exact() -> None:
    assert polygon(box(0.1, 0.2, 1, 1))[0][0][0] == (Fraction(1, 10), Fraction(1, 5))
