"""YAML with memory: every value knows the file and line it came from, numbers stay exact, nothing is guessed.

PyYAML's own constructors follow YAML 1.1: `NO` (nitric oxide) would become false, `12:30` a number in base 60 and
`0.1` a binary float. Rules are law, so only plain forms are typed here: `true`/`false`, decimal integers, decimal
fractions (as `decimal.Decimal`), ISO dates and `null`; everything else is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, cast

import yaml

from saishang.rules.errors import Problem

__all__ = ["Node", "compose", "freeze", "merge"]

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
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


def compose(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Parse one YAML document.

    Parameters
    ----------
    text:
        Content of the file.
    file:
        Name used in places.

    Returns
    -------
    tuple
        The tree, or None when the text is no YAML, and the faults found (syntax, doubled keys).
    """
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = str(getattr(error, "problem", None) or error).replace("\n", " ")
        line = mark.line + 1 if mark is not None else 0
        return None, [
            Problem(file, line, "", "unreadable-file", "YAML", reason, "correct the indentation or the quotes there")
        ]
    problems: list[Problem] = []
    if root is None:
        return Node({}, file, 1), problems
    return _convert(root, file, problems), problems


def _convert(node: Any, file: str, problems: list[Problem]) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        children: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            # Keys are text always: a parameter called NO or an AQI level 100 is a name, not a value.
            key = str(key_node.value)
            key_line = key_node.start_mark.line + 1
            if key in children:
                problems.append(
                    Problem(
                        file,
                        key_line,
                        key,
                        "duplicate-key",
                        "each key once",
                        f"{key!r} again (first on line {key_lines[key]})",
                        "remove one of the two",
                    )
                )
                continue
            children[key] = _convert(value_node, file, problems)
            key_lines[key] = key_line
        return Node(children, file, line, key_lines)
    if isinstance(node, yaml.SequenceNode):
        return Node([_convert(child, file, problems) for child in node.value], file, line)
    return Node(_scalar(node), file, line)


def _scalar(node: Any) -> object:
    text = str(node.value)
    if node.style:  # quoted or block text
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return Decimal(text)
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
