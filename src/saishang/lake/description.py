"""The keys of a source description: what a person may reasonably write is taken, the rest is named with its key.

A description comes from the rules (typed by their schema) or from a mapping file, where a scalar may be of any type:
`missing: -99` and `marks: [H, B]` mean what they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from saishang.lake.errors import MappingError
from saishang.lake.readers.values import name_of

__all__ = [
    "DescriptionFault",
    "delimiter_of",
    "explained",
    "keyed",
    "names_of",
    "one_of",
    "pattern_of",
    "text_of",
    "truth",
    "whole_number",
    "wrong",
]


class DescriptionFault(MappingError):
    """A fault of a description, with the path of keys that leads to it."""

    path: tuple[str, ...] = ()


def wrong(message: str, fix: str, where: str, *path: str) -> MappingError:
    """Make the fault to raise; `path` are the keys that lead to it."""
    error = DescriptionFault(message, fix=fix, where=where)
    error.path = path
    return error


def one_of(document: Mapping[str, Any], key: str, choices: Sequence[str], where: str) -> str:
    """Text of a key that is one of the choices."""
    value = str(document[key])
    if value not in choices:
        raise wrong(f"expected {key} to be one of {', '.join(choices)}, got {value!r}", "correct it", where, key)
    return value


def _is_text(node: object) -> bool:
    return isinstance(node, str | int | Decimal | float | date)


def _written(node: object) -> str:
    return {True: "true", False: "false"}[node] if isinstance(node, bool) else str(node)


def names_of(document: Mapping[str, Any], key: str, where: str, *above: str) -> list[str]:
    """Texts of a list, normalised; a single text is a list of one."""
    return [name_of(text) for text in _texts(document, key, where, *above)]


def _texts(document: Mapping[str, Any], key: str, where: str, *above: str) -> list[str]:
    node = document.get(key)
    if node is None or (isinstance(node, Mapping) and not node):
        return []
    if _is_text(node):
        return [_written(node)]
    if isinstance(node, Sequence) and all(_is_text(part) for part in node):
        return [_written(part) for part in node]
    raise wrong(
        f"expected {'.'.join((*above, key))} to be a list of texts, got {node!r}"[:300], f"write `{key}: [a, b]`",
        where, *above, key,
    )  # fmt: skip


def keyed(document: Mapping[str, Any], key: str, where: str, fix: str, *above: str) -> Mapping[str, Any]:
    """Keys and values below a key; nothing when it is absent."""
    node = document.get(key)
    if node is None or node in ("", ()) or node == []:
        return {}
    if isinstance(node, Mapping):
        return node
    raise wrong(
        f"expected {'.'.join((*above, key))} to be keys and values, got {node!r}"[:300], fix, where, *above, key
    )


def explained(document: Mapping[str, Any], key: str, where: str, *above: str) -> dict[str, str]:
    """Names with an explanation each, or a plain list of names."""
    node = document.get(key)
    if isinstance(node, Mapping):
        if all(text is None or _is_text(text) for text in node.values()):
            named = {name_of(str(name)): "" if text is None else _written(text) for name, text in node.items()}
            return {name: text for name, text in named.items() if name}
        raise wrong(
            f"expected a text for every name in {'.'.join((*above, key))}, got {node!r}"[:300],
            "write {name: what it means}", where, *above, key,
        )  # fmt: skip
    return {name: "" for name in names_of(document, key, where, *above) if name}


def text_of(document: Mapping[str, Any], key: str, where: str, *above: str) -> str | None:
    """One text, normalised; None when it is absent."""
    node = document.get(key)
    if node is None or node == "":
        return None
    if _is_text(node):
        return name_of(_written(node))
    raise wrong(
        f"expected {'.'.join((*above, key))} to be one text, got {node!r}"[:300], f"write `{key}: name`", where, *above,
        key,
    )  # fmt: skip


def whole_number(document: Mapping[str, Any], key: str, default: int, least: int, most: int, where: str) -> int:
    """Whole number from `least` to `most`."""
    node = document.get(key)
    if node is None or node == "":
        return default
    text = str(node)
    if isinstance(node, bool) or not re.fullmatch(r"-?\d{1,6}", text) or not least <= int(text) <= most:
        raise wrong(
            f"expected {key} to be a whole number from {least} to {most}, got {node!r}"[:300], "correct it", where, key
        )
    return int(text)


def truth(document: Mapping[str, Any], key: str, where: str, *above: str) -> bool:
    """True or false; false when it is absent."""
    node = document.get(key)
    if node is None or node == "":
        return False
    if isinstance(node, bool):
        return node
    raise wrong(
        f"expected {'.'.join((*above, key))} to be true or false, got {node!r}"[:300], "write true or false", where,
        *above, key,
    )  # fmt: skip


def delimiter_of(document: Mapping[str, Any], where: str) -> str | None:
    """The sign between cells; None when the file shows it."""
    node = document.get("delimiter")
    if node is None or node == "":
        return None
    if isinstance(node, str) and len(node) == 1 and not node.isalnum() and node not in '"\r\n\ufeff':
        return node
    raise wrong(
        f"expected delimiter to be one sign, got {node!r}"[:300], 'write "," or ";" or "\\t" in quotation marks', where,
        "delimiter",
    )  # fmt: skip


def pattern_of(text: str | None, where: str, *path: str) -> re.Pattern[str] | None:
    """Regular expression of a key."""
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise wrong(f"expected a regular expression, got {text!r}: {error}", "correct it", where, *path) from None
