"""What a public search looks through of an entry: fields that everybody sees, choices in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from saishang.science.register.kind import Kind
from saishang.science.register.values import shown

__all__ = ["words_of"]


def words_of(kind: Kind, values: Mapping[str, Any], hidden: Iterable[str] = ()) -> str:
    """The words of an entry, lower case, each once; without the fields that are not shown any more."""
    parts: dict[str, None] = {}
    past = set(hidden)
    for field in kind.seen_by(staff=False):
        if field.id in past:
            continue
        value = values.get(field.id)
        if value is None:
            continue
        parts.setdefault(shown(field, value, "zh").casefold())
        if field.type in ("choice", "truth"):  # everything else reads the same in both
            parts.setdefault(shown(field, value, "en").casefold())
    return " ".join(part for part in parts if part)
