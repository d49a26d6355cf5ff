"""YAML with memory: every value knows the file and line it came from, numbers stay exact, nothing is guessed.

PyYAML's own constructors follow YAML 1.1: `NO` (nitric oxide) would become false, `12:30` a number in base 60 and
`0.1` a binary float. Rules are law, so only plain forms are typed here: `true`/`false`, decimal integers, decimal
fractions (as `decimal.Decimal`), ISO dates and `null`; everything else is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, cast

import yaml

from saishang.rules.errors import Problem

__all__ = ["Node", "compose", "freeze", "merge"]

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
#: More values than any document of rules holds; a guard against references that unfold without end.
_MOST_NODES = 500_000
_DEEPEST = 100
_LONGEST_NUMBER = 100
#: libyaml parses about eight times faster; the pure loader is the fallback where PyYAML was built without it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A value with its place; mappings and sequences hold nodes, so that a path leads to a line."""

    value: Any
    file: str
    line: int
    key_lines: dict[str, int] = field(default_factory=dict)

    def plain(self) -> Any:
        """Plain Python value: dict, list, str, int, Decimal, bool, date, None."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def locate(self, path: Sequence[str | int]) -> tuple[str, int]:
        """File and line of the value at `path`; of the nearest enclosing value when the path leads nowhere."""
        node = self
        for step in path:
            if isinstance(node.value, dict) and step in node.value:
                child = cast("Node", node.value[step])
                # A nested block starts one line below its key; people look for the key.
                line = node.key_lines.get(str(step), child.line) if child.file == node.file else child.line
                node = Node(child.value, child.file, line, child.key_lines)
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = cast("Node", node.value[step])
            else:
                break
        return node.file, node.line

    def locate_key(self, path: Sequence[str | int], key: str) -> tuple[str, int]:
        """File and line of the key `key` of the mapping at `path`."""
        return self.locate([*path, key])


def compose(text: str, file: str, *, most: int = _MOST_NODES) -> tuple[Node | None, list[Problem]]:
    """Parse one YAML document.

    Parameters
    ----------
    text:
        Content of the file.
    file:
        Name used in places.
    most:
        Most values that it may hold, with what references unfold to.

    Returns
    -------
    tuple
        The tree, or None when the text is no YAML, and the faults found (syntax, doubled keys).
    """
    reader = _Reader(text, file, most)
    try:
        return reader.document(), reader.problems
    except _Unreadable as error:
        fault = Problem(file, error.line, "", "unreadable-file", error.expected, error.got, error.fix)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = str(getattr(error, "problem", None) or error).replace("\n", " ")
        line = mark.line + 1 if mark is not None else 0
        fault = Problem(
            file, line, "", "unreadable-file", "YAML", reason, "correct the indentation or the quotes there"
        )
    return None, [*reader.problems, fault]


class _Unreadable(Exception):
    def __init__(self, line: int, expected: str, got: str, fix: str) -> None:
        super().__init__(expected)
        self.line = line
        self.expected = expected
        self.got = got
        self.fix = fix


class _Reader:
    """Builds our nodes from the parser's events.

    Events come one by one, so that brackets nested without end cannot exhaust the stack (libyaml's own composer
    crashes the process), and PyYAML's guesses about types are never made.
    """

    def __init__(self, text: str, file: str, most: int) -> None:
        self.file = file
        self.most = most
        self.problems: list[Problem] = []
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.count = 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    mark: Any = event.start_mark
                    raise _Unreadable(mark.line + 1, "one document", "a second one after ---", "write a file each")
                root = self._node(next(self.events), 1)
        return Node({}, self.file, 1) if root is None or root.value is None else root

    def _node(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        before = self.count
        self._grow(1, line)
        if depth > _DEEPEST:
            raise _Unreadable(line, f"at most {_DEEPEST} levels", "more", "write it flatter")
        if isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(line, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            children = []
            while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
                children.append(self._node(item, depth + 1))
            node = Node(children, self.file, line)
        else:
            plain = not event.style and event.implicit[0]
            node = Node(_scalar(event.value) if plain else event.value, self.file, line)
        if event.anchor:
            self.anchors[event.anchor] = (node, self.count - before)
        return node

    def _mapping(self, line: int, depth: int) -> Node:
        children: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key_line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise _Unreadable(key_line, "text as a key", "a list, a mapping or a reference", "write a word")
            # Keys are text always: a parameter called NO or an AQI level 100 is a name, not a value.
            key = str(event.value)
            child = self._node(next(self.events), depth + 1)
            if key in children:
                self.problems.append(
                    Problem(
                        self.file,
                        key_line,
                        key,
                        "duplicate-key",
                        "each key once",
                        f"{key!r} again (first on line {key_lines[key]})",
                        "remove one of the two",
                    )
                )
                continue
            children[key] = child
            key_lines[key] = key_line
        return Node(children, self.file, line, key_lines)

    def _alias(self, event: Any, line: int) -> Node:
        if event.anchor not in self.anchors:
            # Also a value that refers to itself: it is not complete yet, so it is not known yet.
            raise _Unreadable(
                line, "a reference to a value above", f"*{event.anchor}", f"write &{event.anchor} before that value"
            )
        node, size = self.anchors[event.anchor]
        self._grow(size, line)
        return node

    def _grow(self, size: int, line: int) -> None:
        """Count values; references can unfold a small file into a huge one."""
        self.count += size
        if self.count > self.most:
            raise _Unreadable(line, f"at most {self.most} values", "more", "split the file")


def _scalar(text: str) -> object:
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if len(text) > _LONGEST_NUMBER:
        return text  # no number of ours is that long, and Python refuses to read a longer one
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        try:
            return Decimal(text)
        except InvalidOperation:
            return text  # an exponent beyond all bounds
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text  # 2025-02-30: the schema will say that a date was expected
    return text


def merge(base: Node, over: Node) -> Node:
    """Lay a site's document over the shipped one.

    Mappings are merged key by key; a list whose entries all carry `id` is merged by `id`; anything else the site's
    value replaces as a whole.
    """
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        children: dict[str, Node] = dict(base.value)
        for key, child in over.value.items():
            children[key] = merge(children[key], child) if key in children else child
        # Lines of keys are only known for the file of the node itself; children carry their own file.
        return Node(children, base.file, base.line, base.key_lines)
    base_ids, over_ids = _ids(base), _ids(over)
    if base_ids is not None and over_ids is not None:
        entries = list(base.value)
        for name, child in zip(over_ids, over.value, strict=True):
            if name in base_ids:
                index = base_ids.index(name)
                entries[index] = merge(entries[index], child)
            else:
                entries.append(child)
        return Node(entries, base.file, base.line)
    return over


def _ids(node: Node) -> list[object] | None:
    if not isinstance(node.value, list) or not node.value:
        return None
    names = [child.value["id"].value for child in node.value if isinstance(child.value, dict) and "id" in child.value]
    return names if len(names) == len(node.value) else None


def freeze(value: Any) -> Any:
    """Make a plain tree read-only: dict → mapping proxy, list → tuple."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(child) for key, child in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(child) for child in value)
    return value
