"""Source descriptions: how the files of one source are laid out, labelled and written.

`rules/sources/*.yaml` holds the known ones; a mapping file of the same form describes a file of one's own. The keys
are explained in docs/how-to/bring-your-own-data.md. A description is turned into a `Source`, whose rules are ready to
be applied to columns.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from saishang.lake.description import (
    DescriptionFault,
    delimiter_of,
    explained,
    keyed,
    names_of,
    one_of,
    pattern_of,
    text_of,
    truth,
    whole_number,
    wrong,
)
from saishang.lake.errors import MappingError
from saishang.lake.expects import Expects, expects_of
from saishang.lake.laboratory import BOOKS, book_rules
from saishang.lake.readers.times import LABELS
from saishang.lake.readers.values import CellRule, name_of, normalised
from saishang.lake.units import conversion
from saishang.rules import Rules
from saishang.rules.yamltree import Node, compose

__all__ = [
    "KEYS",
    "LAYOUTS",
    "MEDIA",
    "Source",
    "StationRule",
    "collected_on",
    "known_sources",
    "load_mapping",
    "make_source",
]

LAYOUTS = ("matrix", "wide", "long")
MEDIA = ("air", "water", "met", "noise", "radiation", "groundwater", "soil")
#: Key -> meaning. A key that is not here is an error: a misspelt rule that is silently ignored is the worst kind.
KEYS: dict[str, str] = {
    "id": "name of the description",
    "series": "column `source` of every row; the same for several layouts of one publication (default: the id)",
    "zh": "Chinese name",
    "en": "English name",
    "medium": "air, water, met, noise, radiation, groundwater or soil",
    "layout": "matrix (a column per station), wide (a column per parameter) or long (a row per value)",
    "label": "what a stamp stands for: hour_ending, hour_beginning, six_minutes_beginning, day, month, instant",
    "day_start_hour": "for label day: hours from midnight at which the day begins (-4 = 20:00 of the day before)",
    "collected": "day on which the file was collected, for stamps without a year (04-11 08:00)",
    "time": "column, or list of columns that are joined with a blank",
    "station": "column, or {column|constant|header, prefix, names, map, strict, within, register}",
    "parameter": "for matrix and long: the column that names the parameter",
    "value": "for long: the column with the value",
    "unit": "for long: column with the unit, when values state one each",
    "values": "name in the file -> {parameter, unit, missing, words, marks}",
    "book": "groundwater or soil, in place of values: every item of the standards, by any of its names",
    "plain_units": "for long: texts of the unit column that mean a plain number, where the parameter's unit is 1",
    "unit_needed": "for long: true refuses a value whose unit is left empty, unless its parameter is a plain number",
    "ignore": "names in the file that are not taken, each with the reason",
    "missing": "texts that say “no value”",
    "marks": "marks that the source attaches to values -> meaning",
    "row_mark": "{column, usable}: a column whose text marks the values of its row, unless it is one of `usable`",
    "delimiter": "cell delimiter of text files; found by itself when left out",
    "header_line": "line of the column names, from 1",
    "sheet": "sheet of a workbook",
    "detect": "how a file of this source is recognised: {header: names it must have, columns: pattern}",
    "hourly": "true: the gap ledger expects an hour of it, every hour",
    "expects": "with hourly: {register, field, parameters}: the register whose stations owe the hours",
    "origin": "who publishes it, where it was taken from",
    "licence": "terms of use",
    "source": "document that describes the layout",
    "clause": "place in that document",
    "status": "confirmed, recalled or unconfirmed",
    "note": "what to know about it",
}
_REQUIRED = ("id", "medium", "layout", "label", "time")
_STATION_KEYS = ("column", "constant", "header", "prefix", "names", "map", "strict", "within", "register")
#: Largest mapping file [bytes]: the data file is sometimes named in its place.
_MAPPING_BYTES = 1 << 20


@dataclass(frozen=True)
class StationRule:
    """Where the station of a row is said, and how names become codes."""

    column: str | None = None
    constant: str | None = None
    header: re.Pattern[str] | None = None
    prefix: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    #: Column of the province: names of places repeat over the country, and those of the rules' tables are meant only
    #: within `home`.
    within: str | None = None
    home: frozenset[str] = frozenset()
    #: Kind of register that lists the stations; `lake.registered` fills `names` from it before a file is read.
    register: str = ""

    def code(self, name: str, province: str = "") -> str | None:
        """Code of a station by the name in the file; None when the source lists its stations and lacks this one."""
        plain, around = normalised(name), normalised(province)
        if not plain:
            return None
        found = self.names.get(plain) if not around or around in self.home else None
        if found is None and self.strict:
            return None
        if found is not None:
            return found
        return f"{self.prefix}{around}/{plain}" if around and around not in self.home else f"{self.prefix}{plain}"


@dataclass(frozen=True)
class Source:
    """A checked source description; see KEYS for the meaning of the fields."""

    id: str
    series: str
    zh: str
    en: str
    medium: str
    layout: str
    label: str
    day_start_hour: int
    time: tuple[str, ...]
    station: StationRule
    parameter: str | None
    value: str | None
    unit: str | None
    values: Mapping[str, CellRule]
    ignore: Mapping[str, str]
    row_mark: str | None
    row_usable: frozenset[str]
    delimiter: str | None
    header_line: int
    sheet: str | None
    detect_header: tuple[str, ...]
    detect_columns: re.Pattern[str] | None
    hourly: bool
    digest: str
    collected: date | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    #: Name of the book that the values are from; empty when the description lists them.
    book: str = ""
    plain_units: frozenset[str] = frozenset()
    unit_needed: bool = False
    #: Whose hours the gap ledger expects; None = the stations of the site's tables.
    expects: Expects | None = None
    #: What a mapping file said, as JSON; None for a description of the rules, which the rules keep.
    document: Mapping[str, Any] | None = None

    def matches(self, header: Sequence[str]) -> bool:
        """Whether a file with this header looks like one of this source."""
        if not self.detect_header or not set(self.detect_header) <= set(header):
            return False
        if self.detect_columns is None:
            return True
        rest = [name for name in header if name not in self.detect_header]
        hits = sum(1 for name in rest if self.detect_columns.fullmatch(name))
        return bool(rest) and hits * 2 >= len(rest)


def known_sources(rules: Rules) -> dict[str, Source]:
    """Every source description of the rules, by id."""
    sources = {}
    for name, document in rules.documents_under("sources").items():
        source = make_source(document, rules, where=f"{name}.yaml")
        sources[source.id] = source
    return sources


def load_mapping(path: Path, rules: Rules) -> Source:
    """Read a mapping file (Errors: MappingError naming file, key and fix)."""
    try:
        if path.stat().st_size > _MAPPING_BYTES:
            raise MappingError(
                f"expected a mapping file of at most {_MAPPING_BYTES:,} bytes", fix="name the data file first, then "
                "--mapping with the description", where=path.name,
            )  # fmt: skip
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MappingError("expected a mapping file, found none", fix="check the path", where=str(path)) from None
    except UnicodeDecodeError:
        raise MappingError("expected YAML in UTF-8", fix="save the file as UTF-8", where=path.name) from None
    except (OSError, ValueError) as error:
        raise MappingError(f"the mapping file cannot be read: {error}", fix="check the path", where=str(path)) from None
    tree, faults = compose(text, path.name)
    if faults or tree is None:
        first = faults[0]
        raise MappingError(
            f"the description is no YAML: expected {first.expected}, got {first.got}",
            fix=first.fix,
            where=f"{path.name}, line {first.line}",
        )
    document = tree.plain()
    if not isinstance(document, Mapping):
        raise MappingError("expected keys and values", fix="begin with `id: my-source`", where=path.name)
    try:
        source = make_source(document, rules, where=path.name)
    except DescriptionFault as error:
        error.where = f"{error.where or path.name}, line {_line(tree, error.path)}"
        raise
    return replace(source, document=cast("dict[str, Any]", _plain(document)))


def _line(tree: Node, path: Sequence[str]) -> int:
    return tree.locate(path)[1]


def make_source(document: Mapping[str, Any], rules: Rules, *, where: str) -> Source:
    """Check a description and turn it into a `Source` (Errors: MappingError)."""
    unknown = sorted(str(key) for key in document if key not in KEYS)
    if unknown:
        raise wrong(f"unknown key {', '.join(unknown)}", f"use {', '.join(KEYS)}", where, unknown[0])
    absent = [key for key in _REQUIRED if document.get(key) is None]
    if absent:
        raise wrong(f"expected the keys {', '.join(_REQUIRED)}, {', '.join(absent)} is missing", "add it", where)
    identity = str(document["id"])
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,60}", identity):
        raise wrong(f"expected an id of small letters, digits and hyphens, got {identity!r}", "rename it", where, "id")
    medium = one_of(document, "medium", MEDIA, where)
    layout = one_of(document, "layout", LAYOUTS, where)
    label = one_of(document, "label", LABELS, where)
    for key, layouts in (("parameter", ("matrix", "long")), ("value", ("long",))):
        if layout in layouts and not document.get(key):
            raise wrong(f"layout {layout} needs the key {key!r}", f"name the column: `{key}: …`", where)
    if not any(names_of(document, "time", where)):
        raise wrong("expected the column of the time", "write `time: column`, or `time: [date, hour]`", where, "time")
    # Who owes hours does not decide how a file is read: it is no part of the recipe.
    recipe = {key: value for key, value in document.items() if key != "expects"}
    canonical = json.dumps(_plain(recipe), ensure_ascii=False, sort_keys=True)
    book, values = _book(document, medium, layout, rules, where)
    if book:
        # The names are those of the standards: when these change, the file may be read otherwise.
        canonical += f"\n{_seal(values)}"
    detect = keyed(document, "detect", where, "write {header: [names], columns: pattern}")
    row_mark = keyed(document, "row_mark", where, "write {column: name, usable: [texts]}")
    if row_mark and set(row_mark) != {"column", "usable"}:
        raise wrong("expected row_mark: {column: …, usable: […]}", "state both", where, "row_mark")
    return Source(
        id=identity,
        series=str(document.get("series") or identity),
        zh=str(document.get("zh") or identity),
        en=str(document.get("en") or identity),
        medium=medium,
        layout=layout,
        label=label,
        day_start_hour=whole_number(document, "day_start_hour", 0, -23, 23, where),
        time=tuple(names_of(document, "time", where)),
        station=_station(document.get("station"), layout, rules, where),
        parameter=text_of(document, "parameter", where),
        value=text_of(document, "value", where),
        unit=text_of(document, "unit", where),
        values=values,
        ignore=explained(document, "ignore", where),
        row_mark=text_of(row_mark, "column", where, "row_mark"),
        row_usable=frozenset(names_of(row_mark, "usable", where, "row_mark")),
        delimiter=delimiter_of(document, where),
        header_line=whole_number(document, "header_line", 1, 1, 10_000, where),
        sheet=text_of(document, "sheet", where),
        detect_header=tuple(names_of(detect, "header", where, "detect")),
        detect_columns=pattern_of(text_of(detect, "columns", where, "detect"), where, "detect"),
        hourly=truth(document, "hourly", where),
        collected=_day(document.get("collected"), where),
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        units={row.code: row.unit for row in rules.parameters.values()},
        book=book,
        plain_units=frozenset(names_of(document, "plain_units", where)),
        unit_needed=truth(document, "unit_needed", where),
        expects=expects_of(document, {rule.parameter for rule in values.values()}, rules, where),
    )


def _book(
    document: Mapping[str, Any], medium: str, layout: str, rules: Rules, where: str
) -> tuple[str, Mapping[str, CellRule]]:
    """The book of a description and its values; a description without a book lists them itself."""
    book = text_of(document, "book", where) or ""
    if bool(book) == (document.get("values") is not None):
        raise wrong("expected the key values, or the key book", "state one of the two", where, "book" if book else "")
    if not book:
        return "", dict(_values(document, medium, rules, where))
    if book != medium or book not in BOOKS or layout == "matrix":
        raise wrong(
            f"expected a book of the medium {medium} and layout wide or long, got {book!r}",
            f"use {' or '.join(BOOKS)}", where, "book",
        )  # fmt: skip
    missing = frozenset(text.lower() for text in names_of(document, "missing", where))
    return book, book_rules(book, rules, missing)


def _seal(values: Mapping[str, CellRule]) -> str:
    listed = [f"{name} {rule.parameter} {rule.coarsest}" for name, rule in values.items()]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def collected_on(source: Source, day: date) -> Source:
    """The same description for a file collected on a day; its recipe differs, since the days of the rows do."""
    seal = hashlib.sha256(f"{source.digest} {day.isoformat()}".encode()).hexdigest()
    return replace(source, collected=day, digest=seal)


def _day(value: object, where: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise wrong(f"expected collected to be a day, got {value!r}", "write 2021-04-05", where, "collected") from None


def _plain(node: object) -> object:
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, str):
        return node
    if isinstance(node, Sequence):
        return [_plain(value) for value in node]
    return str(node) if isinstance(node, Decimal | date) else node


def _station(node: object, layout: str, rules: Rules, where: str) -> StationRule:
    if isinstance(node, str) and normalised(node):
        node = {"column": node}
    if not isinstance(node, Mapping):
        raise wrong(
            "expected the key station: a column, or {constant: …}, or {header: pattern}", "add it", where, "station"
        )
    unknown = sorted(str(key) for key in node if key not in _STATION_KEYS)
    if unknown:
        raise wrong(f"unknown key station.{unknown[0]}", f"use {', '.join(_STATION_KEYS)}", where, "station")
    given = [key for key in ("column", "constant", "header") if node.get(key)]
    if len(given) != 1 or (layout == "matrix") != (given == ["header"]):
        need = "station.header (pattern of the station columns)" if layout == "matrix" else "column or constant"
        raise wrong(
            f"layout {layout} needs {need}, got {', '.join(given) or 'none'}", "state exactly one", where, "station"
        )
    mapped = keyed(node, "map", where, "write {name in the file: code}", "station")
    names = {normalised(str(name)): str(code) for name, code in mapped.items()}
    prefix = text_of(node, "prefix", where, "station") or ""
    if node.get("names") == "regions":
        prefix = prefix or "city:"
        for row in rules.regions.values():
            for name in {row.zh, row.short, row.code}:
                if name:
                    names.setdefault(str(name), f"{prefix}{row.code}")
    elif node.get("names"):
        names = {**_site_names(str(node["names"]), rules, where), **names}
    header = node.get("header")
    return StationRule(
        column=text_of(node, "column", where, "station"),
        constant=text_of(node, "constant", where, "station"),
        header=pattern_of(None if header is None else str(header), where, "station"),
        prefix=prefix,
        names=names,
        strict=truth(node, "strict", where, "station"),
        within=text_of(node, "within", where, "station"),
        register=text_of(node, "register", where, "station") or "",
        home=frozenset(
            str(name)
            for row in rules.regions.values()
            # Neighbours stand in the table too; the names of a site's places are meant in its own province.
            if row.level == "province" and row.use == "in_plan"
            for name in (row.zh, row.short)
            if name
        ),
    )


def _site_names(table: str, rules: Rules, where: str) -> dict[str, str]:
    """Names and aliases of the places in `sites/*/<table>.csv` -> codes."""
    found = [entry for name, entry in rules.tables.items() if name.startswith("sites/") and name.endswith(f"/{table}")]
    if not found:
        raise wrong(
            f"expected station.names to be regions or a table of sites/, got {table!r}", "or use station.map", where
        )
    names: dict[str, str] = {}
    for row in (row for entry in found for row in entry.rows):
        for name in (row.code, row.zh, *(row.get("aliases") or ())):
            names.setdefault(normalised(str(name)), str(row.code))
    return names


def _values(document: Mapping[str, Any], medium: str, rules: Rules, where: str) -> Iterator[tuple[str, CellRule]]:
    values = document["values"]
    if not isinstance(values, Mapping) or not values:
        raise wrong("expected values: name in the file -> {parameter, unit}", "name at least one", where, "values")
    missing = {text.lower() for text in names_of(document, "missing", where)}
    marks = explained(document, "marks", where)
    for name, entry in values.items():
        place = f"{where}: values.{name}"
        path = ("values", str(name))
        if entry is None or isinstance(entry, str):
            entry = {"parameter": entry}
        if not isinstance(entry, Mapping):
            raise wrong(
                f"expected a parameter code or {{parameter, unit}}, got {entry!r}"[:300], "correct it", place, *path
            )
        unknown = sorted(str(key) for key in entry if key not in {"parameter", "unit", "missing", "words", "marks"})
        if unknown:
            raise wrong(f"unknown key {unknown[0]}", "use parameter, unit, missing, words, marks", place, *path)
        code = str(entry.get("parameter") or name)
        if code not in rules.parameters:
            raise wrong(f"expected a parameter of rules/parameters.csv, got {code!r}", "correct the code", place, *path)
        row = rules.parameters[code]
        if row.medium != medium:
            raise wrong(f"{code} belongs to {row.medium}, the source is of {medium}", "split the source", place, *path)
        unit = str(entry.get("unit") or row.unit)
        yield (
            name_of(str(name)),
            CellRule(
                parameter=code,
                conversion=conversion(unit, row.unit, where=place),
                missing=frozenset(missing | {text.lower() for text in names_of(entry, "missing", place, *path)}),
                marks={**marks, **explained(entry, "marks", place, *path)},
                # Only a floor of exactly zero is physics; other lower ends are plausibility and belong to quality
                # control, which flags and never drops.
                lowest=Decimal(0) if row.min == 0 else None,
                words=_words(entry, place, *path),
            ),
        )


def _words(entry: Mapping[str, Any], where: str, *above: str) -> dict[str, Decimal]:
    found = {}
    for word, number in keyed(entry, "words", where, "write {word: number}", *above).items():
        try:
            value = Decimal(str(number))
        except InvalidOperation:
            raise wrong(
                f"expected a number for the word {word!r}, got {number!r}"[:300], "write {word: number}", where, *above,
                "words",
            ) from None  # fmt: skip
        found[str(word)] = found[normalised(str(word))] = value
    return found
