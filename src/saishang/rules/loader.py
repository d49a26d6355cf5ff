"""Reads every rules file, checks all of it, and hands out tables, documents and geometry.

The manifest (`manifest.yaml`) says which schema governs which file; a file that nobody declared is an error, because
a rule that is silently not read is worse than none. A site's folder with the same paths lies over the shipped one:
rows with the same key replace, others add; documents are merged key by key.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from saishang.rules.editions import overlaps
from saishang.rules.errors import Problem, RuleError
from saishang.rules.files import Layer, read_layer
from saishang.rules.model import Rules, count_entries
from saishang.rules.schema import CellError, Column, Schemas, near
from saishang.rules.table import Row, RuleTable
from saishang.rules.yamltree import Node, compose, freeze, merge

__all__ = ["ROOT", "check_rules", "clear_cache", "load_rules"]

#: The shipped rules.
ROOT = Path(__file__).parent


def load_rules(overlay: Path | None = None, root: Path | None = None) -> Rules:
    """Load and check the rules; cached per pair of folders for the life of the process.

    Parameters
    ----------
    overlay:
        Folder with a site's own rules, laid over the shipped ones.
    root:
        Folder with a manifest, in place of the shipped rules (for tests and comparisons).

    Raises
    ------
    RuleError
        With every fault of every file.
    """
    return _load(_whole(root) if root else ROOT, _whole(overlay) if overlay else None)


def _whole(folder: Path) -> Path:
    """A path from the root on: asked of the disk where it is not, for a page asks for the rules some hundred times."""
    return folder if folder.is_absolute() else folder.resolve()


def clear_cache() -> None:
    """Forget what was loaded, so that changed files are read again."""
    _load.cache_clear()


@lru_cache(maxsize=8)
def _load(root: Path, overlay: Path | None) -> Rules:
    rules, problems = check_rules(overlay, root)
    if problems:
        raise RuleError(problems)
    return rules


def check_rules(overlay: Path | None = None, root: Path | None = None) -> tuple[Rules, list[Problem]]:
    """Load what can be loaded and list every fault; never cached. Parameters as in `load_rules`."""
    try:
        return _Loader(root or ROOT, overlay).run()
    except RuleError as error:  # the schemas themselves cannot be used
        return Rules(root or ROOT, overlay), list(error.problems)


class _Loader:
    """One pass over the files: tables, then references, then documents and geometry."""

    def __init__(self, root: Path, overlay: Path | None) -> None:
        self.problems: list[Problem] = []
        self.schemas = Schemas(root / "schemas")
        self.layers = [read_layer(root, "rules" if root == ROOT else str(root), own=False)]
        if overlay is not None:
            self.layers.append(read_layer(overlay, str(overlay), own=True))
        for layer in self.layers:
            self.problems += layer.problems
        self.rules = Rules(root, overlay)
        self.codes: dict[str, set[str]] = {}
        self.units: dict[str, dict[str, str]] = {}  # kind of code → code → its unit
        self.pending: list[tuple[Row, str, Column]] = []
        self.in_units: list[tuple[Row, Column, str]] = []

    def run(self) -> tuple[Rules, list[Problem]]:
        self.rules.digest = self._digest()
        manifest = self._manifest()
        if manifest is None:
            return self.rules, sorted(self.problems)
        tables = self._assign(manifest)
        for relative, entry in tables["tables"]:
            self._table(relative, entry)
        for relative, entry in tables["documents"]:
            self._read(relative, entry)
        # Codes of tables and documents are all known now, so rows and documents may point at each other.
        self._references()
        for relative, entry in tables["documents"]:
            self._document(relative, entry)
        for relative, entry in tables["geometry"]:
            self._geometry(relative, entry)
        return self.rules, sorted(dict.fromkeys(self.problems))

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for number, layer in enumerate(self.layers):
            for relative in sorted(layer.files):
                digest.update(f"{number}\0{relative}\0{len(layer.files[relative])}\0".encode())
                digest.update(layer.files[relative])
        return digest.hexdigest()

    def _manifest(self) -> Mapping[str, Any] | None:
        base = self.layers[0]
        data = base.files.get("manifest.yaml")
        if data is None:
            self.problems.append(
                Problem(
                    base.name("manifest.yaml"),
                    0,
                    "",
                    "unreadable-file",
                    "a manifest",
                    "no file",
                    "point at a folder of rules; a site's own folder goes in as the overlay",
                )
            )
            return None
        text = self._text(base, "manifest.yaml")
        if text is None:
            return None
        tree, problems = compose(text, base.name("manifest.yaml"))
        self.problems.extend(problems)
        if tree is None:
            return None
        found = self.schemas.validate("manifest", tree, {})
        self.problems.extend(found)
        return None if found else tree.plain()

    def _assign(self, manifest: Mapping[str, Any]) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
        """Give every file the first entry of the manifest whose pattern it matches."""
        kinds = ("tables", "documents", "geometry", "loose")
        patterns = [(kind, _pattern(entry["files"]), entry) for kind in kinds for entry in manifest.get(kind, ())]
        assigned: dict[str, list[tuple[str, Mapping[str, Any]]]] = {kind: [] for kind in kinds}
        self._give_way([regex for _, regex, entry in patterns if entry.get("whole")])
        names = sorted({name for layer in self.layers for name in layer.files} - {"manifest.yaml"})
        for name in names:
            kind, entry = next(((kind, entry) for kind, regex, entry in patterns if regex.match(name)), ("", None))
            if entry is not None:
                assigned[kind].append((name, entry))
                continue
            file = next(layer.name(name) for layer in self.layers if name in layer.files)
            known = [str(entry["files"]) for _, _, entry in patterns]
            self.problems.append(
                Problem(
                    file,
                    0,
                    "",
                    "undeclared-file",
                    "a file that the manifest declares",
                    "one that it does not",
                    f"name it like one of {near(name, known)}, or declare it in manifest.yaml",
                )
            )
        for kind, _, entry in patterns:
            if kind in {"tables", "documents"} and entry["schema"] not in self.schemas:
                self.problems.append(
                    Problem(
                        self.layers[0].name("manifest.yaml"),
                        0,
                        str(entry["files"]),
                        "unknown-reference",
                        "the name of a schema",
                        repr(entry["schema"]),
                        "add it under schemas/ or correct the name",
                    )
                )
                assigned[kind] = [item for item in assigned[kind] if item[1] is not entry]
        return assigned

    def _give_way(self, whole: Sequence[re.Pattern[str]]) -> None:
        """Leave out shipped files of folders that a site's own folder of the same name replaces as a whole."""
        own = {
            name.rpartition("/")[0]
            for layer in self.layers[1:]
            for name in layer.files
            if any(regex.match(name) for regex in whole)
        }
        base = self.layers[0]
        kept = {name: data for name, data in base.files.items() if name.rpartition("/")[0] not in own}
        self.layers[0] = Layer(base.folder, base.label, kept)

    # Tables

    def _table(self, relative: str, entry: Mapping[str, Any]) -> None:
        columns = self.schemas.columns(entry["schema"])
        key = tuple(entry["key"])
        dated = bool(entry.get("dated", False))
        if "provides" in entry:
            self.codes.setdefault(entry["provides"], set())
        identity = (*key, "from") if dated else key
        for name in (*identity, *(("to",) if dated else ())):
            if name not in columns:
                self._fault(
                    self.layers[0].name("manifest.yaml"),
                    0,
                    relative,
                    "unknown-reference",
                    f"one of the columns {', '.join(columns)}",
                    repr(name),
                    "correct the key, or the schema",
                )
                return
        index = {name: position for position, name in enumerate(columns)}
        rows: dict[tuple[Any, ...], Row] = {}
        for layer in self.layers:
            if relative not in layer.files:
                continue
            seen: dict[tuple[Any, ...], int] = {}
            count = 0
            for row, good in self._rows(layer, relative, columns, index):
                count += 1
                if "provides" in entry and row[key[0]] is not None:
                    # The code of a faulty row is known all the same: one fault must not look like many.
                    self.codes[entry["provides"]].add(str(row[key[0]]))
                if not good:
                    continue
                if "provides" in entry and "unit" in columns:
                    self.units.setdefault(entry["provides"], {})[str(row[key[0]])] = str(row["unit"])
                name = tuple(row[column] for column in identity)
                if name in seen:
                    self.problems.append(
                        Problem(
                            row.file,
                            row.line,
                            ", ".join(identity),
                            "duplicate-key",
                            "each key once",
                            f"{_show(name)} again (first on line {seen[name]})",
                            "remove one row or correct the key",
                        )
                    )
                seen[name] = row.line
                rows[name] = row
            self.rules.files[layer.name(relative)] = count
        ordered = tuple(rows.values())
        for column in columns.values():
            filled = [row for row in ordered if row[column.name] is not None]
            if column.reference:
                self.pending.extend((row, column.name, column) for row in filled)
            if column.unit_of:
                kind = str(columns[column.unit_of].reference)
                self.in_units.extend((row, column, kind) for row in filled if row[column.unit_of] is not None)
            if column.not_below:
                for row in filled:
                    self._in_order(row, column.name, column.not_below)
        if dated:
            spans = [
                (
                    tuple(row[name] for name in key),
                    row["from"],
                    row["to"],
                    (row.file, row.line, _show(tuple(row[name] for name in key))),
                )
                for row in ordered
            ]
            self.problems.extend(overlaps(spans))
        table = relative.removesuffix(".csv")
        described = {name: column.description for name, column in columns.items()}
        self.rules.tables[table] = RuleTable(table, described, key, dated, ordered)
        if "provides" in entry:
            self.rules.providers[entry["provides"]] = (table, key[0])

    def _rows(
        self, layer: Layer, relative: str, columns: Mapping[str, Column], index: Mapping[str, int]
    ) -> Iterator[tuple[Row, bool]]:
        """Yield the rows of one file, each with whether all its cells are good; a bad cell is None."""
        file = layer.name(relative)
        text = self._text(layer, relative)
        if text is None:
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = next(reader, [])
            if not self._header(file, header, columns):
                return
            used = [columns[name] for name in header]
            places = [index[name] for name in header]
            start = reader.line_num
            for cells in reader:
                line, start = start + 1, reader.line_num
                if not cells:
                    continue
                if len(cells) != len(used):
                    self._fault(
                        file,
                        line,
                        "",
                        "wrong-type",
                        f"{len(used)} cells",
                        f"{len(cells)}",
                        "quote cells that hold a comma, or add the empty ones",
                    )
                    continue
                values: list[Any] = [None] * len(columns)
                good = True
                for place, column, cell in zip(places, used, cells, strict=True):
                    try:
                        values[place] = _cell(column, cell.strip())
                    except CellError as error:
                        good = False
                        self._fault(
                            file,
                            line,
                            column.name,
                            error.code,
                            error.expected,
                            repr(cell) if cell else "nothing",
                            error.fix,
                        )
                yield Row(index, tuple(values), file, line), good
        except csv.Error as error:
            self._fault(file, reader.line_num, "", "unreadable-file", "CSV", str(error), "mend the quotes on that line")

    def _header(self, file: str, header: list[str], columns: Mapping[str, Column]) -> bool:
        good = True
        for name in header:
            if name not in columns:
                good = False
                self._fault(
                    file,
                    1,
                    name,
                    "unknown-key",
                    f"one of the columns {', '.join(columns)}",
                    repr(name),
                    f"correct the spelling (perhaps {near(name, columns)}), or add the column to the schema",
                )
            elif header.count(name) > 1:
                good = False
                self._fault(file, 1, name, "duplicate-key", "each column once", "it twice", "remove one of the two")
        for column in columns.values():
            if column.needed and column.name not in header:
                good = False
                self._fault(file, 1, column.name, "missing-value", "the column", "none", "add the column")
        return good

    def _references(self) -> None:
        for row, name, column in self.pending:
            known = self.codes.get(str(column.reference))
            if known is None:
                continue
            value = row[name]
            for code in value if isinstance(value, tuple) else (value,):
                if code not in known:
                    self._fault(
                        row.file,
                        row.line,
                        name,
                        "unknown-reference",
                        f"a code of {column.reference}",
                        repr(code),
                        f"correct the spelling (perhaps {near(str(code), known)}), or add the code to its table",
                    )

        for row, column, kind in self.in_units:
            # Limits are compared as they stand: a figure in another unit would be wrong by a factor of a thousand.
            unit = self.units.get(kind, {}).get(str(row[str(column.unit_of)]))
            if unit is not None and row[column.name] != unit:
                self._fault(
                    row.file,
                    row.line,
                    column.name,
                    "bad-value",
                    f"{unit}, the unit of {row[str(column.unit_of)]}",
                    repr(row[column.name]),
                    f"convert the figure and write {unit}",
                )

    def _in_order(self, row: Row, upper: str, lower: str) -> None:
        if row[lower] is not None and row[upper] < row[lower]:
            self._fault(
                row.file,
                row.line,
                upper,
                "bad-value",
                f"at least {row[lower]}, the {lower} of the row",
                repr(str(row[upper])),
                f"swap or correct {lower} and {upper}",
            )

    # Documents and geometry

    def _read(self, relative: str, entry: Mapping[str, Any]) -> None:
        """Parse a document of all layers into one tree and note the codes it provides."""
        tree: Node | None = None
        for layer in self.layers:
            if relative not in layer.files:
                continue
            file = layer.name(relative)
            text = self._text(layer, relative)
            if text is None:
                continue
            part, problems = _composed(text, file)
            self.problems.extend(problems)
            if part is None:
                continue
            self.rules.files[file] = count_entries(part.plain())
            tree = part if tree is None else merge(tree, part)
        if tree is None:
            return
        self.rules.trees[relative.removesuffix(".yaml")] = tree
        if "provides" in entry:
            self._codes(tree, entry)

    def _codes(self, tree: Node, entry: Mapping[str, Any]) -> None:
        """Collect the ids a document provides; the same id in two places is a fault."""
        kind = str(entry["provides"])
        entries = [tree]
        if "codes" in entry:
            listed = tree.value.get(entry["codes"]) if isinstance(tree.value, dict) else None
            entries = listed.value if listed is not None and isinstance(listed.value, list) else []
        known = self.codes.setdefault(kind, set())
        for item in entries:
            node = item.value.get("id") if isinstance(item.value, dict) else None
            if node is None:
                continue  # the schema says that the id is missing
            if str(node.value) in known:
                self._fault(
                    node.file,
                    node.line,
                    "id",
                    "duplicate-key",
                    f"each id of {kind} once",
                    f"{node.value!r} again",
                    "rename or remove one of the two",
                )
            known.add(str(node.value))
            unit = item.value.get("unit")
            if unit is not None:
                self.units.setdefault(kind, {})[str(node.value)] = str(unit.value)

    def _document(self, relative: str, entry: Mapping[str, Any]) -> None:
        name = relative.removesuffix(".yaml")
        if name not in self.rules.trees:
            return
        tree = self.rules.trees[name]
        found = self.schemas.validate(entry["schema"], tree, self.codes, self._content(relative))
        self.problems.extend(found)
        plain = tree.plain()
        self.rules.documents[name] = freeze(plain)
        if not found and "dated" in entry:
            self._dated(tree, plain, entry["dated"])

    def _content(self, relative: str) -> str:
        """Digest of the bytes of a document in all layers."""
        digest = hashlib.sha256()
        for layer in self.layers:
            data = layer.files.get(relative, b"")
            digest.update(f"{len(data)}\0".encode() + data)
        return digest.hexdigest()

    def _dated(self, tree: Node, plain: Mapping[str, Any], dated: Mapping[str, Any]) -> None:
        """Editions of one document must not claim the same day."""
        listed = plain.get(dated["list"], ())
        spans = []
        for number, entry in enumerate(listed):
            key = tuple(entry.get(name) for name in dated.get("key", ()))
            file, line = tree.locate((dated["list"], number))
            label = _show((dated["list"], *key))
            spans.append((key, entry.get("from"), entry.get("to"), (file, line, label)))
        self.problems.extend(overlaps(spans))

    def _geometry(self, relative: str, entry: Mapping[str, Any]) -> None:
        layer = next(layer for layer in reversed(self.layers) if relative in layer.files)
        file = layer.name(relative)
        try:
            data = json.loads(layer.files[relative])
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", 0)
            self._fault(file, line, "", "unreadable-file", "GeoJSON", str(error), "export it again")
            return
        features = data.get("features") if isinstance(data, dict) else None
        if not isinstance(features, list) or data.get("type") != "FeatureCollection":
            self._fault(file, 0, "type", "wrong-type", "a FeatureCollection", "something else", "export it as one")
            return
        known = self.codes.get(str(entry["codes"])) if "codes" in entry else None
        for number, feature in enumerate(features):
            properties = feature.get("properties") if isinstance(feature, dict) else None
            code = properties.get("code") if isinstance(properties, dict) else None
            if known is not None and code not in known:
                self._fault(
                    file,
                    0,
                    f"features[{number}].properties.code",
                    "unknown-reference",
                    f"a code of {entry['codes']}",
                    repr(code),
                    "correct the code, or add the region",
                )
        self.rules.files[file] = len(features)
        self.rules.geometries[relative.removesuffix(".geojson")] = data

    def _text(self, layer: Layer, relative: str) -> str | None:
        """Decode a file; None and a fault at the line when it is not UTF-8."""
        data = layer.files[relative]
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self._fault(
                layer.name(relative), line, "", "unreadable-file", "UTF-8", "other bytes", "save the file as UTF-8"
            )
            return None

    def _fault(self, file: str, line: int, cell: str, code: str, expected: str, got: str, fix: str) -> None:
        self.problems.append(Problem(file, line, cell, code, expected, got, fix))


#: The same text of the same file is read once in a process; nobody changes a tree, and each load merges anew.
_composed = lru_cache(maxsize=512)(compose)


def _pattern(text: str) -> re.Pattern[str]:
    """Path pattern: `*` within a folder, `**` across folders."""
    parts = re.split(r"(\*\*/?|\*)", text)
    return re.compile(
        "".join({"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts) + r"\Z"
    )


def _cell(column: Column, cell: str) -> Any:
    if not cell:
        if column.empty:
            return None
        raise CellError(
            "missing-value",
            f"a value for {column.name}",
            "fill the cell; every rule says its source, clause and status (confirmed, recalled, unconfirmed)",
        )
    return column.parse(cell)


def _show(key: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in key if part is not None) or "the key"
