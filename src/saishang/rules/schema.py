"""JSON Schemas at work: rows of tables through compiled columns, documents through a full validator.

A table's schema describes one row (`type: object`, `additionalProperties: false`); its columns use the plain subset
`type`, `format: date`, `enum`, `pattern`, `minimum`, `maximum`, `minLength`, `items` (cells with `;` between values)
and `$ref` into `common.schema.json`. That subset is compiled once per column, which is some fifty times faster than a
validator per row. One keyword is ours, in tables and documents alike: `x-reference: parameters` says that the text is
a code listed elsewhere (`provides` in the manifest). Two more for columns of tables: `x-unit-of: parameter` says that
the text is the unit of the code in that column, `x-not-below: min` that the number is at least that of that column.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from saishang.rules.errors import Problem, RuleError
from saishang.rules.yamltree import Node

__all__ = ["CellError", "Column", "Schemas", "near"]

#: Documents that were found good in this process: schemas, schema, content → the codes that they name, and whether each
#: was unknown then. A site's folder changes a few documents; to look at the shipped ones again took most of a load.
_GOOD: dict[tuple[str, str, str], tuple[tuple[tuple[str, str], bool], ...]] = {}
_MOST_GOOD = 2048
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_KEYWORDS = {
    "type",
    "format",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "items",
    "x-reference",
    "x-unit-of",
    "x-not-below",
    "description",
    "title",
    "examples",
    "$ref",
    "$comment",
    "default",
}


class CellError(ValueError):
    """A cell that its column does not allow: what was expected and how to mend it."""

    def __init__(self, code: str, expected: str, fix: str) -> None:
        super().__init__(expected)
        self.code = code
        self.expected = expected
        self.fix = fix


@dataclass(frozen=True)
class Column:
    """A compiled column: `parse` turns the text of a cell into a value or raises `CellError`."""

    name: str
    parse: Callable[[str], Any]
    needed: bool
    empty: bool
    reference: str | None
    description: Mapping[str, Any]
    unit_of: str | None = None
    not_below: str | None = None


def near(text: str, known: Collection[str]) -> str:
    """Name the values of `known` nearest to `text`, for the end of an error message."""
    names = [str(name) for name in known]
    close = difflib.get_close_matches(text, names, n=4, cutoff=0.5)
    return ", ".join(close or names[:12]) + (" …" if not close and len(names) > 12 else "")


class Schemas:
    """All schemas of one folder (`schemas/NAME.schema.json`), read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._raw: dict[str, dict[str, Any]] = {}
        digest = hashlib.sha256()
        for path in sorted(folder.glob("*.schema.json")):
            data = path.read_bytes()
            digest.update(f"{path.name}\0{len(data)}\0".encode() + data)
            try:
                self._raw[path.name] = json.loads(data.decode("utf-8"))
            except ValueError as error:
                line = getattr(error, "lineno", 0)
                raise RuleError(
                    [
                        Problem(
                            f"schemas/{path.name}", line, "", "unreadable-file", "JSON", str(error), "mend the syntax"
                        )
                    ]
                ) from None
        self._columns: dict[str, dict[str, Column]] = {}
        self._whole: dict[tuple[str, str], dict[str, Any]] = {}
        self._judges: dict[int, tuple[Mapping[str, Collection[str]], Any]] = {}
        self._digest = digest.hexdigest()
        self._asked: dict[tuple[str, str], bool] = {}

    def __contains__(self, name: str) -> bool:
        return f"{name}.schema.json" in self._raw

    def raw(self, name: str) -> dict[str, Any]:
        """Return the schema as written."""
        return self._raw[f"{name}.schema.json"]

    def columns(self, name: str) -> dict[str, Column]:
        """Compile the columns of a table's schema."""
        if name not in self._columns:
            schema = self.raw(name)
            needed = set(schema.get("required", ()))
            self._columns[name] = {
                column: self._compile(name, column, cast("dict[str, Any]", text), column in needed)
                for column, text in schema["properties"].items()
            }
        return self._columns[name]

    def resolve(self, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Replace a `$ref` by what it points to; the words beside it win."""
        merged = dict(schema)
        seen: list[str] = []
        while "$ref" in merged:
            reference = str(merged.pop("$ref"))
            seen.append(reference)
            file, _, pointer = reference.partition("#")
            target: Any = self._raw[file or f"{name}.schema.json"]
            for step in pointer.strip("/").split("/"):
                target = target[step]
            merged = {**target, **merged}
        return merged

    def _compile(self, schema_name: str, name: str, schema: Mapping[str, Any], needed: bool) -> Column:
        text = self.resolve(schema_name, schema)
        unknown = set(text) - _KEYWORDS
        if unknown:
            # A keyword that the compiler would skip silently would be a check that nobody makes.
            raise RuleError(
                [
                    Problem(
                        f"schemas/{schema_name}.schema.json",
                        0,
                        name,
                        "unknown-key",
                        f"one of {', '.join(sorted(_KEYWORDS))}",
                        ", ".join(sorted(unknown)),
                        "use those keywords for columns of tables",
                    )
                ]
            )
        kinds = text.get("type", "string")
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        kind = next((item for item in kinds if item != "null"), "string")
        if kind == "array":
            item = self.resolve(schema_name, text.get("items", {"type": "string"}))
            one = _scalar_parser(str(item.get("type", "string")), item)
            reference = item.get("x-reference")

            def parts(cell: str) -> Any:
                return tuple(one(part.strip()) for part in cell.split(";") if part.strip())

            parse: Callable[[str], Any] = parts
        else:
            parse = _scalar_parser(kind, text)
            reference = text.get("x-reference")
        empty = "null" in kinds or not needed
        return Column(name, parse, needed, empty, reference, text, text.get("x-unit-of"), text.get("x-not-below"))

    def validate(self, name: str, tree: Node, codes: Mapping[str, Collection[str]], content: str = "") -> list[Problem]:
        """Check a document.

        Parameters
        ----------
        name:
            Schema, without its ending.
        tree:
            The document with its places.
        codes:
            Known codes by kind, for `x-reference`.
        content:
            Digest of the bytes that the document was read from. What was found good in this process is not looked
            at again under the same schemas, as long as every code that it names is as known as it was then.

        Returns
        -------
        list of Problem
            Every fault, each at the line of the value (or of the key that should not be there).
        """
        place = (self._digest, name, content)
        good = _GOOD.get(place) if content else None
        if good is not None and all(_unknown(codes, *asked) is answer for asked, answer in good):
            return []
        if id(codes) not in self._judges:
            self._judges[id(codes)] = (codes, _validator(codes, self._asked))
        self._asked.clear()
        judge = self._judges[id(codes)][1](self._pointed(f"{name}.schema.json", ""))
        problems: list[Problem] = []
        for error in judge.iter_errors(tree.plain()):
            problems.extend(_problems(error, tree))
        if content and not problems:
            if len(_GOOD) >= _MOST_GOOD:
                _GOOD.clear()
            _GOOD[place] = tuple(self._asked.items())
        return list(dict.fromkeys(problems))

    def _pointed(self, file: str, pointer: str) -> dict[str, Any]:
        """What stands at a place of a schema, with every `$ref` below it replaced by what that points to.

        The validator would look each one up again at every value: a third of the time that loading the rules takes.
        """
        place = (file, pointer)
        if place not in self._whole:
            # Known before it is filled: a schema may point back at itself.
            self._whole[place] = found = dict[str, Any]()
            target: Any = self._raw[file]
            for step in filter(None, pointer.split("/")):
                target = target[step]
            found.update(self._without_references(file, target))
        return self._whole[place]

    def _without_references(self, file: str, part: Any) -> Any:
        if isinstance(part, list):
            return [self._without_references(file, item) for item in part]
        if not isinstance(part, dict):
            return part
        # Without `$schema`: the validator would change to the plain one.
        rest = {
            key: self._without_references(file, value)
            for key, value in part.items()
            if key not in {"$ref", "$defs", "$schema"}
        }
        if "$ref" not in part:
            return rest
        other, _, pointer = str(part["$ref"]).partition("#")
        target = self._pointed(other or file, pointer)
        return {"allOf": [target, *rest.pop("allOf", [])], **rest} if rest else target


def _scalar_parser(kind: str, schema: Mapping[str, Any]) -> Callable[[str], Any]:
    enum = tuple(schema["enum"]) if "enum" in schema else None
    low, high = schema.get("minimum"), schema.get("maximum")
    pattern = re.compile(schema["pattern"]) if "pattern" in schema else None

    def bounded(value: Any) -> Any:
        if (low is not None and value < low) or (high is not None and value > high):
            raise CellError("bad-value", f"a number from {low} to {high}", "correct the number")
        return value

    if kind == "number":

        def number(cell: str) -> Decimal:
            if not _NUMBER.match(cell):
                raise CellError("wrong-type", "a number", "write digits with a point, without separators or unit")
            try:
                return cast("Decimal", bounded(Decimal(cell)))
            except InvalidOperation:  # pragma: no cover - the pattern is stricter than Decimal
                raise CellError("wrong-type", "a number", "write digits with a point") from None

        return number
    if kind == "integer":

        def integer(cell: str) -> int:
            if not _INTEGER.match(cell):
                raise CellError("wrong-type", "a whole number", "write digits only")
            return cast("int", bounded(int(cell)))

        return integer
    if kind == "boolean":

        def boolean(cell: str) -> bool:
            if cell not in {"true", "false"}:
                raise CellError("wrong-type", "true or false", "write true or false in small letters")
            return cell == "true"

        return boolean
    if schema.get("format") == "date":

        def day(cell: str) -> date:
            try:
                if len(cell) != 10:
                    raise ValueError
                return date.fromisoformat(cell)
            except ValueError:
                raise CellError("wrong-type", "a date YYYY-MM-DD", "write the day as in 2026-03-01") from None

        return day

    least = int(schema.get("minLength", 0))

    def text(cell: str) -> str:
        if len(cell) < least:
            raise CellError("bad-value", f"at least {least} characters", "write it out")
        if enum is not None and cell not in enum:
            raise CellError("bad-value", f"one of {', '.join(enum)}", f"write one of them, perhaps {near(cell, enum)}")
        if pattern is not None and not pattern.search(cell):
            raise CellError("bad-value", f"text like {pattern.pattern}", "correct the text")
        return cell

    return text


def _unknown(codes: Mapping[str, Collection[str]], target: str, code: str) -> bool:
    return target in codes and code not in codes[target]


def _validator(codes: Mapping[str, Collection[str]], asked: dict[tuple[str, str], bool]) -> Any:
    """A validator with our words; `asked` gets every code that it looks up, with whether that is unknown."""

    def kind(validator: Any, types: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
        allowed = [types] if isinstance(types, str) else list(types)
        if isinstance(instance, date):
            # A date stands where text is allowed only if the schema says that the text is a date.
            if "string" in allowed and schema.get("format") == "date":
                return
            yield ValidationError(f"expected {' or '.join(allowed)}, put quotes around the text")
        elif not any(validator.is_type(instance, item) for item in allowed):
            yield ValidationError(f"expected {' or '.join(allowed)}")

    def form(validator: Any, name: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
        if name == "date" and isinstance(instance, str):
            yield ValidationError("expected a date YYYY-MM-DD without quotes")

    def pattern(validator: Any, regex: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not re.search(regex, instance):
            yield ValidationError(f"expected text like {regex}")

    def reference(validator: Any, target: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
        if not isinstance(instance, str):
            return
        asked[target, instance] = unknown = _unknown(codes, target, instance)
        if unknown:
            yield ValidationError(f"expected a code of {target}: {near(instance, codes[target])}")

    derive: Callable[..., Any] = extend
    return derive(Draft202012Validator, {"type": kind, "format": form, "pattern": pattern, "x-reference": reference})


_CODES = {
    "type": "wrong-type",
    "format": "wrong-type",
    "required": "missing-value",
    "additionalProperties": "unknown-key",
    "unevaluatedProperties": "unknown-key",
    "x-reference": "unknown-reference",
    "propertyNames": "unknown-key",
    "dependentRequired": "missing-value",
}
_FIXES = {
    "wrong-type": "write the value in the form asked for",
    "missing-value": "add the key; every rule says its source, clause and status (confirmed, recalled, unconfirmed)",
    "unknown-key": "correct the spelling, remove the key, or add it to the schema",
    "unknown-reference": "correct the spelling, or add the code to its table",
    "bad-value": "correct the value",
}


def _problems(error: ValidationError, tree: Node) -> Iterator[Problem]:
    """Turn one validation error into problems that name the line."""
    path: list[str | int] = list(error.absolute_path)
    if error.validator in {"anyOf", "oneOf"} and error.context:
        # The branch that got furthest is the one the author meant.
        depth = max(len(list(item.absolute_path)) for item in error.context)
        branches: dict[Any, list[ValidationError]] = {}
        for item in error.context:
            branches.setdefault(item.schema_path[0], []).append(item)
        best = min(branches.values(), key=lambda found: (len(found), -max(len(list(i.absolute_path)) for i in found)))
        if depth > len(path) or len(branches) > 1:
            for item in best:
                yield from _problems(item, tree)
            return
    code = _CODES.get(str(error.validator), "bad-value")
    cell = ".".join(str(step) for step in path)
    file, line = tree.locate(path)
    if error.validator in {"additionalProperties", "unevaluatedProperties"} and isinstance(error.instance, dict):
        schema = cast("Mapping[str, Any]", error.schema)
        known = list(schema.get("properties", {}))
        patterns = [re.compile(text) for text in schema.get("patternProperties", {})]
        for key in error.instance:
            if key not in known and not any(regex.search(key) for regex in patterns):
                key_file, key_line = tree.locate_key(path, key)
                name = f"{cell}.{key}" if cell else key
                yield Problem(
                    key_file,
                    key_line,
                    name,
                    code,
                    f"one of the keys {', '.join(known)}",
                    f"{key!r}",
                    f"correct the spelling (perhaps {near(key, known)}), remove the key, or add it to the schema",
                )
        return
    if error.validator == "required" and isinstance(error.instance, dict):
        for key in cast("Sequence[str]", error.validator_value):
            if key not in error.instance:
                yield Problem(file, line, cell, code, f"the key {key!r}", "nothing", _FIXES[code])
        return
    if "propertyNames" in error.absolute_schema_path:
        key_file, key_line = tree.locate_key(path, str(error.instance))
        code = _CODES.get(str(error.validator), "unknown-key")
        yield Problem(
            key_file,
            key_line,
            f"{cell}.{error.instance}".lstrip("."),
            code,
            _expected(error),
            _short(error.instance),
            _FIXES.get(code, _FIXES["bad-value"]),
        )
        return
    yield Problem(file, line, cell, code, _expected(error), _short(error.instance), _FIXES.get(code, ""))


def _expected(error: ValidationError) -> str:
    message = error.message
    if message.startswith("expected "):
        return message.removeprefix("expected ")
    value = error.validator_value
    match str(error.validator):
        case "enum":
            return f"one of {', '.join(map(str, cast('Sequence[object]', value)))}"
        case "minimum" | "exclusiveMinimum":
            return f"at least {value}"
        case "maximum" | "exclusiveMaximum":
            return f"at most {value}"
        case "const":
            return repr(value)
        case "maxLength":
            return f"at most {value} characters"
        case "minItems" | "minLength" | "minProperties":
            return f"at least {value} entries or characters"
    return message if len(message) < 200 else f"what the rule {error.validator!r} of the schema asks"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return f"a mapping with {', '.join(list(value)[:6])}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(str(value)) if isinstance(value, Decimal | date | str) else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
