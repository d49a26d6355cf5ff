"""Cells of the map's grid: against squares by the text-book formula and by hand, and their order along the curve."""

from __future__ import annotations

from math import cos, log, pi, radians, tan

from hypothesis import given
from hypothesis import strategies as st

from saishang.science.register.cells import LEVEL, box_of, cell_of, column_row, number_of, run_of

LON = st.floats(-180, 179.999)
LAT = st.floats(-85, 85)


def squares(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of a tile with secant and tangent, as slippy maps have it."""
    x = int((lon + 180) / 360 * 2**zoom)
    y = int((1 - log(tan(radians(lat)) + 1 / cos(radians(lat))) / pi) / 2 * 2**zoom)
    return x, y


def test_yinchuan_by_hand() -> None:
    # 106.27° E, 38.47° N at level 1: east half (column 1), north half (row 0); its number is x + 2y.
    assert column_row(cell_of(106.27, 38.47, 1)) == (1, 0)
    assert cell_of(106.27, 38.47, 1) == 1
    # (106.27 + 180) / 360 × 64 = 50.89.
    assert column_row(cell_of(106.27, 38.47, 6)) == (50, 24)
    # Bits by turns: x = 0b10, y = 0b11 give 0b1110.
    assert number_of(2, 3) == 0b1110
    assert column_row(0b1110) == (2, 3)


def test_edges_of_the_world() -> None:
    last = (1 << LEVEL) - 1
    assert column_row(cell_of(-180, 89)) == (0, 0)
    assert column_row(cell_of(180, -89)) == (last, last)
    # The meridian and the equator belong to the east and to the south.
    assert column_row(cell_of(0, 0, 1)) == (1, 1)
    assert column_row(cell_of(-1e-9, 1e-9, 1)) == (0, 0)


@given(LON, LAT, st.integers(0, 14))
def test_a_cell_is_the_square_of_the_text_book(lon: float, lat: float, zoom: int) -> None:
    x, y = squares(lon, lat, zoom)
    mine = column_row(cell_of(lon, lat, zoom))
    # On an edge the two formulas may differ in the last digit.
    assert abs(mine[0] - x) <= 1 and abs(mine[1] - y) <= 1
    west, south, east, north = box_of(cell_of(lon, lat, zoom), zoom)
    assert west - 1e-9 <= lon <= east + 1e-9 and south - 1e-9 <= lat <= north + 1e-9


@given(LON, LAT, st.integers(0, LEVEL))
def test_what_lies_in_a_square_is_one_run(lon: float, lat: float, zoom: int) -> None:
    deep = cell_of(lon, lat)
    x, y = column_row(deep)
    first, last = run_of(zoom, x >> (LEVEL - zoom), y >> (LEVEL - zoom))
    assert first <= deep <= last
    assert last - first + 1 == 4 ** (LEVEL - zoom)
    assert deep >> 2 * (LEVEL - zoom) == first >> 2 * (LEVEL - zoom) == last >> 2 * (LEVEL - zoom)
    assert column_row(number_of(x, y)) == (x, y)
