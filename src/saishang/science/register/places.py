"""The place of an entry: a GeoJSON geometry of the kind that the register asks for, checked, with its box.

Coordinates are WGS-84 degrees, longitude first, as GeoJSON (RFC 7946) has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from saishang.science.numbers import InputError
from saishang.science.soil.geometry import read_area

__all__ = ["Place", "read_place", "read_place_text"]

_TYPES = {
    "point": ("Point",),
    "line": ("LineString", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}
#: How deep the lists of coordinates lie.
_DEPTH = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
#: More corners than any plot of land has; a drawing program left on a curve makes such things.
_MOST_CORNERS = 5000


@dataclass(frozen=True)
class Place:
    """A checked geometry and its box: west, south, east, north [degrees]."""

    geometry: Mapping[str, Any]
    box: tuple[float, float, float, float]


def read_place_text(text: str, kind: str) -> Place:
    """A place from what a person or a cell holds: GeoJSON, or for a point `longitude, latitude`.

    Raises
    ------
    InputError
        When it is neither, or not the geometry that the register asks for.
    """
    plain = text.strip()
    if kind == "point" and not plain.startswith("{"):
        parts = plain.replace("，", ",").replace(";", ",").replace("；", ",").split(",")
        if len(parts) != 2:
            raise InputError(f"A place is longitude, latitude, got {plain[:60]!r}.", fix="Write 106.23, 38.49.")
        return read_place({"type": "Point", "coordinates": parts}, kind)
    try:
        given = json.loads(plain)
    except (json.JSONDecodeError, RecursionError):
        raise InputError(
            "A place is GeoJSON, this could not be read as JSON.", fix="Export the area as GeoJSON."
        ) from None
    return read_place(_geometry(given), kind)


def read_place(geometry: object, kind: str) -> Place:
    """A place from a GeoJSON geometry.

    Parameters
    ----------
    kind:
        `point`, `line` or `polygon`.

    Raises
    ------
    InputError
        For another geometry, coordinates that are no degrees, a ring without area.
    """
    wanted = _TYPES[kind]
    if not isinstance(geometry, Mapping) or geometry.get("type") not in wanted:
        got = geometry.get("type") if isinstance(geometry, Mapping) else type(geometry).__name__
        raise InputError(f"This register asks for {' or '.join(wanted)}, got {got}.", fix="Choose that kind of place.")
    coordinates = _degrees(geometry.get("coordinates"), _DEPTH[str(geometry["type"])])
    points = list(_points(coordinates))
    if len(points) > _MOST_CORNERS:
        raise InputError(
            f"A place has at most {_MOST_CORNERS} corners, got {len(points)}.", fix="Simplify the outline."
        )
    made = {"type": geometry["type"], "coordinates": coordinates}
    if kind == "polygon":
        read_area(made)
    west, south = min(p[0] for p in points), min(p[1] for p in points)
    east, north = max(p[0] for p in points), max(p[1] for p in points)
    return Place(made, (west, south, east, north))


def _geometry(given: object) -> object:
    """The geometry inside a feature or a collection of one feature."""
    if isinstance(given, Mapping) and given.get("type") == "FeatureCollection":
        features = given.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise InputError("Expected one feature in the collection.", fix="Export one area at a time.")
        given = features[0]
    if isinstance(given, Mapping) and given.get("type") == "Feature":
        return given.get("geometry")
    return given


def _degrees(node: object, depth: int) -> Any:
    if not isinstance(node, list | tuple) or not node:
        raise InputError("Coordinates are lists of longitude and latitude.", fix="Check the geometry.")
    if depth:
        return [_degrees(part, depth - 1) for part in node]
    if len(node) < 2:
        raise InputError(f"A corner is longitude, latitude, got {node!r}.", fix="Check the geometry.")
    return [_degree(node[0], 180, "longitude"), _degree(node[1], 90, "latitude")]


def _degree(value: object, most: int, name: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"The {name} is no number: {value!r}.", fix="Give degrees such as 106.23.") from None
    if not -most <= number <= most:
        raise InputError(
            f"A {name} lies between -{most} and {most}, got {value!r}.",
            fix="Give degrees of WGS-84, longitude first; metres of a projection have to be converted.",
        )
    return round(number, 9)


def _points(node: Any) -> Iterator[tuple[float, float]]:
    if node and isinstance(node[0], float):
        yield node[0], node[1]
        return
    for part in node:
        yield from _points(part)
