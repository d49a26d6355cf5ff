"""A small set of rules of our own, so that a planted fault is the only one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from saishang.rules import Problem, Rules, check_rules, clear_cache, load_rules
from saishang.rules.loader import ROOT

MANIFEST = """\
tables:
  - {files: parameters.csv, schema: parameters, key: [code], provides: parameters}
  - {files: places.csv, schema: places, key: [code], provides: places}
  - {files: limits.csv, schema: limits, key: [parameter], dated: true}
documents:
  - {files: books/*.yaml, schema: books, dated: {list: editions}, provides: books}
geometry:
  - {files: shapes/*.geojson, codes: places}
"""
PARAMETERS_SCHEMA = """\
{"type": "object", "additionalProperties": false, "required": ["code", "zh", "source", "clause", "status"],
 "properties": {
  "code": {"type": "string"}, "zh": {"$ref": "common.schema.json#/$defs/zh"},
  "min": {"type": ["number", "null"]}, "decimals": {"type": ["integer", "null"], "minimum": 0, "maximum": 8},
  "used": {"type": ["boolean", "null"]}, "names": {"type": ["array", "null"], "items": {"type": "string"}},
  "source": {"$ref": "common.schema.json#/$defs/source"}, "clause": {"$ref": "common.schema.json#/$defs/clause"},
  "status": {"$ref": "common.schema.json#/$defs/status"}, "note": {"$ref": "common.schema.json#/$defs/note"}}}
"""
PLACES_SCHEMA = """\
{"type": "object", "additionalProperties": false, "required": ["code", "source", "clause", "status"],
 "properties": {
  "code": {"type": "string", "pattern": "^[0-9]{6}$"},
  "parent": {"type": ["string", "null"], "x-reference": "places"},
  "source": {"$ref": "common.schema.json#/$defs/source"}, "clause": {"$ref": "common.schema.json#/$defs/clause"},
  "status": {"$ref": "common.schema.json#/$defs/status"}}}
"""
LIMITS_SCHEMA = """\
{"type": "object", "additionalProperties": false,
 "required": ["parameter", "from", "to", "value", "source", "clause", "status"],
 "properties": {
  "parameter": {"$ref": "common.schema.json#/$defs/parameter"},
  "from": {"$ref": "common.schema.json#/$defs/day"}, "to": {"$ref": "common.schema.json#/$defs/day"},
  "value": {"type": "number", "minimum": 0},
  "source": {"$ref": "common.schema.json#/$defs/source"}, "clause": {"$ref": "common.schema.json#/$defs/clause"},
  "status": {"$ref": "common.schema.json#/$defs/status"}}}
"""
BOOKS_SCHEMA = """\
{"type": "object", "additionalProperties": false, "required": ["id", "editions"],
 "properties": {"id": {"type": "string"}, "editions": {"type": "array", "items": {
  "type": "object", "additionalProperties": false, "required": ["id", "from", "to", "source", "clause", "status"],
  "properties": {
   "id": {"type": "string"},
   "from": {"$ref": "common.schema.json#/$defs/day"}, "to": {"$ref": "common.schema.json#/$defs/day"},
   "main": {"$ref": "common.schema.json#/$defs/parameter"},
   "weights": {"type": "object", "propertyNames": {"$ref": "common.schema.json#/$defs/parameter"},
               "additionalProperties": {"type": "number", "minimum": 0}},
   "source": {"$ref": "common.schema.json#/$defs/source"}, "clause": {"$ref": "common.schema.json#/$defs/clause"},
   "status": {"$ref": "common.schema.json#/$defs/status"}}}}}}
"""
PARAMETERS = """\
code,zh,min,decimals,used,names,source,clause,status,note
NO,一氧化氮,0,0,true,,list,1,confirmed,
SO2,二氧化硫,0.10,1,false,二氧化硫;亚硫酸酐,list,2,recalled,
"""
PLACES = """\
code,parent,source,clause,status
640000,,list,1,confirmed
640100,640000,list,1,confirmed
"""
LIMITS = """\
parameter,from,to,value,source,clause,status
SO2,,2026-02-28,60,standard,table 1,confirmed
SO2,2026-03-01,,20,standard,table 1,confirmed
NO,2020-01-01,2020-12-31,5,standard,table 1,confirmed
NO,2022-01-01,,4,standard,table 1,confirmed
"""
BOOK = """\
id: book
editions:
  - id: old
    from:
    to: 2018-08-31
    main: SO2
    weights: {NO: 1, SO2: 2.50}
    source: standard
    clause: "4"
    status: confirmed
  - id: new
    from: 2018-09-01
    to:
    source: standard
    clause: "5"
    status: unconfirmed
"""
SHAPE = """\
{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"code": "640100"}, "geometry": {"type": "Point", "coordinates": [106.2, 38.5]}}]}
"""


@dataclass
class Site:
    """A folder of rules under test, and an empty folder to lay over it."""

    root: Path
    overlay: Path

    def write(self, name: str, text: str, *, over: bool = False) -> None:
        path = (self.overlay if over else self.root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} should stand once in {name}"
        self.write(name, text.replace(old, new))

    def check(self) -> list[Problem]:
        return check_rules(self.overlay, self.root)[1]

    def load(self) -> Rules:
        clear_cache()
        return load_rules(self.overlay, self.root)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    root, overlay = tmp_path / "rules", tmp_path / "own"
    overlay.mkdir()
    site = Site(root, overlay)
    (root / "schemas").mkdir(parents=True)
    for name in ("common", "manifest"):
        shutil.copy(ROOT / "schemas" / f"{name}.schema.json", root / "schemas")
    for name, text in {
        "manifest.yaml": MANIFEST,
        "schemas/parameters.schema.json": PARAMETERS_SCHEMA,
        "schemas/places.schema.json": PLACES_SCHEMA,
        "schemas/limits.schema.json": LIMITS_SCHEMA,
        "schemas/books.schema.json": BOOKS_SCHEMA,
        "parameters.csv": PARAMETERS,
        "places.csv": PLACES,
        "limits.csv": LIMITS,
        "books/book.yaml": BOOK,
        "shapes/place.geojson": SHAPE,
    }.items():
        site.write(name, text)
    return site
