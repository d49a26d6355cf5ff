"""What a public search looks through of an entry: fields that everybody sees, choices in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from saishang.science.register.kind import Kind

__all__ = ["grams_of", "words_of"]

_DIGITS = re.compile(r"[0-9]{4,}")


def words_of(kind: Kind, values: Mapping[str, Any], hidden: Iterable[str] = ()) -> str:
    """The words of an entry, lower case, each once; without the fields that are not shown any more."""
    parts: dict[str, None] = {}
    past = set(hidden)
    for field in kind.public_fields:
        value = values.get(field.id)
        if value is None or field.id in past:
            continue
        if (words := field.words.get(value)) is not None:  # everything else reads the same in both languages
            parts[words[0].casefold()] = parts[words[1].casefold()] = None
        else:
            parts[str(value).casefold()] = None
    return " ".join(part for part in parts if part)


def grams_of(word: str) -> set[str]:
    """What of a word (lower case) stands in the index: runs of four digits, else pairs (migration 0061)."""
    found: set[str] = set()
    inside: set[int] = set()
    for run in _DIGITS.finditer(word):
        found.update(word[place : place + 4] for place in range(run.start(), run.end() - 3))
        inside.update(range(run.start(), run.end() - 1))
    return found | {word[place : place + 2] for place in range(len(word) - 1) if place not in inside}
