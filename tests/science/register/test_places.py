"""Places of entries: degrees, closed rings, the geometry that the register asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from saishang.science.numbers import InputError
from saishang.science.register.places import read_place, read_place_text

SQUARE = [[[106.2, 38.4], [106.3, 38.4], [106.3, 38.5], [106.2, 38.5], [106.2, 38.4]]]


def test_a_polygon_has_its_box() -> None:
    place = read_place({"type": "Polygon", "coordinates": SQUARE}, "polygon")
    assert place.box == (106.2, 38.4, 106.3, 38.5)
    assert place.geometry["type"] == "Polygon"


def test_a_feature_and_a_collection_of_one_are_taken_for_their_geometry() -> None:
    geometry = {"type": "Polygon", "coordinates": SQUARE}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    for given in (geometry, feature, {"type": "FeatureCollection", "features": [feature]}):
        assert read_place_text(json.dumps(given), "polygon").geometry == geometry


@pytest.mark.parametrize("text", ["106.23, 38.49", "106.23，38.49", "106.23;38.49"])
def test_a_point_is_longitude_and_latitude(text: str) -> None:
    assert read_place_text(text, "point").geometry == {"type": "Point", "coordinates": [106.23, 38.49]}


@pytest.mark.parametrize(
    ("geometry", "kind", "words"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "polygon", "asks for Polygon"),
        ({"type": "Polygon", "coordinates": [[[38.4, 106.2], [38.5, 106.2], [38.5, 106.3]]]}, "polygon", "latitude"),
        ({"type": "Polygon", "coordinates": [[[5e5, 4e6], [5.1e5, 4e6], [5e5, 4.1e6]]]}, "polygon", "longitude"),
        ({"type": "Polygon", "coordinates": [[[106, 38], [107, 38], [106, 38]]]}, "polygon", "three corners"),
        ({"type": "Polygon", "coordinates": [[106, 38], [107, 38], [106, 39]]}, "polygon", "lists of longitude"),
        ({"type": "Polygon", "coordinates": []}, "polygon", "lists of longitude"),
        ({"type": "Point", "coordinates": [[106, 38]]}, "point", "longitude"),
        ({"type": "Point", "coordinates": [106]}, "point", "longitude, latitude"),
        ({"type": "Point", "coordinates": ["x", 38]}, "point", "no number"),
        ({"type": "Point", "coordinates": [float("nan"), 38]}, "point", "longitude"),
        (None, "polygon", "asks for Polygon"),
    ],
)
def test_other_geometries_are_refused(geometry: Any, kind: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_place(geometry, kind)


@pytest.mark.parametrize("text", ["POLYGON((1 2))", "", "{", "[" * 5000])
def test_text_that_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_place_text(text, "polygon")


def test_an_outline_with_more_corners_than_land_has_is_refused() -> None:
    ring = [[106 + n * 1e-6, 38 + (n % 2) * 1e-3] for n in range(5001)]
    with pytest.raises(InputError, match="at most 5000 corners"):
        read_place({"type": "Polygon", "coordinates": [ring]}, "polygon")
