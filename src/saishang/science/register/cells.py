"""Cells of the web mercator grid (EPSG:3857, the squares of map tiles) as numbers that keep neighbours together.

At level n the world is 2ⁿ × 2ⁿ squares; column x counts from 180° west, row y from 85.05° north. The bits of x and y
taken by turns give one number, so that a square of a lower level is an unbroken run of numbers: what lies in a tile is
found by a range, and the cell above is the number without its last two bits.
"""

from __future__ import annotations

from math import asinh, atan, degrees, pi, radians, sinh, tan

__all__ = ["LEVEL", "box_of", "cell_of", "column_row", "number_of", "run_of"]

#: Level of the cells of things: about 38 m at the equator, 30 m at 38° north.
LEVEL = 20
#: Latitude at which the square map ends [degrees].
_EDGE = 85.051128


def cell_of(lon: float, lat: float, level: int = LEVEL) -> int:
    """The cell in which a point lies [degrees, WGS-84]; points beyond the edge of the map belong to its last row."""
    size = 1 << level
    lat = min(max(lat, -_EDGE), _EDGE)
    x = int((lon + 180) / 360 * size)
    y = int((1 - asinh(tan(radians(lat))) / pi) / 2 * size)
    return number_of(min(max(x, 0), size - 1), min(max(y, 0), size - 1))


def number_of(x: int, y: int) -> int:
    """The number of a column and row: bits of x on even places, bits of y on odd ones."""
    return _spread(x) | _spread(y) << 1


def column_row(cell: int) -> tuple[int, int]:
    """Column and row of a cell."""
    return _gather(cell), _gather(cell >> 1)


def run_of(level: int, x: int, y: int, of: int = LEVEL) -> tuple[int, int]:
    """First and last cell of level `of` inside a square of a level that is not deeper."""
    shift = 2 * (of - level)
    first = number_of(x, y) << shift
    return first, first + (1 << shift) - 1


def box_of(cell: int, level: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a cell [degrees]."""
    x, y = column_row(cell)
    size = 1 << level
    return _lon(x, size), _lat(y + 1, size), _lon(x + 1, size), _lat(y, size)


def _lon(x: int, size: int) -> float:
    return x / size * 360 - 180


def _lat(y: int, size: int) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * y / size))))


def _spread(number: int) -> int:
    """Put a zero between the bits of a number of at most 32 bits."""
    number = (number | number << 16) & 0x0000FFFF0000FFFF
    number = (number | number << 8) & 0x00FF00FF00FF00FF
    number = (number | number << 4) & 0x0F0F0F0F0F0F0F0F
    number = (number | number << 2) & 0x3333333333333333
    return (number | number << 1) & 0x5555555555555555


def _gather(number: int) -> int:
    """Every second bit of a number, put together: the opposite of `_spread`."""
    number &= 0x5555555555555555
    number = (number | number >> 1) & 0x3333333333333333
    number = (number | number >> 2) & 0x0F0F0F0F0F0F0F0F
    number = (number | number >> 4) & 0x00FF00FF00FF00FF
    number = (number | number >> 8) & 0x0000FFFF0000FFFF
    return (number | number >> 16) & 0x00000000FFFFFFFF
