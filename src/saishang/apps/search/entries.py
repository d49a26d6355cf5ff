"""A document as the row of the index: its words, and beside them the words that say of which kind, for whom, how new.

Words that are no words of a text begin with a mark that no text can give (`tokens.words` knows letters, figures and
characters only): `^` a word of the title, `#` a kind, `@` an audience, `~` a bundle of rows that follow each other.
The question who may see it, and how far back to look, thereby becomes part of the one question to the index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from django.db import connection

from saishang.apps.search.providers import PUBLIC, STAFF, Document, Provider
from saishang.apps.search.tokens import words

__all__ = ["BUNDLE", "FEW", "audience_word", "bundle_word", "kind_word", "remove", "title_word", "write"]

#: Rows in a bundle, as a power of two.
BUNDLE = 13
#: Stands in every document of a kind that has only few.
FEW = "#"
_BATCH = 2000
_COLUMNS = (
    "id", "kind", "key", "audience", "day", "title", "title_en", "text", "text_en", "view", "args", "query", "words",
)  # fmt: skip


def kind_word(kind: str) -> str:
    """The word of a kind."""
    return f"#{kind}"


def title_word(word: str) -> str:
    """The word as one of a title."""
    return f"^{word}"


def bundle_word(number: int) -> str:
    """The word of a bundle of rows."""
    return f"~{number}"


def audience_word(audience: str, organisation: int | None = None) -> str:
    """The word of an audience; with an organisation, of an action within its reach."""
    return f"@{audience}" if organisation is None else f"@{audience}/{organisation}"


def write(provider: Provider, documents: Iterable[Document]) -> int:
    """Add documents whose keys the index has not, the oldest first; how many. The caller holds the lock."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0) from search_indexeddocument")
        number = int(cursor.fetchone()[0])
    first = number
    waiting = iter(documents if provider.many else sorted(documents, key=lambda one: one.day or date.min))
    while batch := list(islice(waiting, _BATCH)):
        with connection.cursor() as cursor, cursor.copy(
            f"copy search_indexeddocument ({', '.join(_COLUMNS)}) from stdin"
        ) as copy:  # fmt: skip
            for row in _rows(provider, batch, number):
                copy.write_row(row)
        number += len(batch)
    return number - first


def remove(kind: str, keys: Iterable[str] | None = None) -> None:
    """Take documents out: those of the keys, or all of a kind."""
    with connection.cursor() as cursor:
        if keys is None:
            cursor.execute("delete from search_indexeddocument where kind = %s", [kind])
        else:
            cursor.execute("delete from search_indexeddocument where kind = %s and key = any(%s)", [kind, list(keys)])


def _rows(provider: Provider, documents: list[Document], number: int) -> Iterator[tuple[object, ...]]:
    for row, one in enumerate(documents, start=number + 1):
        if one.audience not in provider.audiences:
            raise ValueError(f"{provider.kind} {one.key}: audience {one.audience!r} is not among {provider.audiences}")
        texts = [text.replace("\x00", "") for text in (one.title, one.title_en, one.text, one.text_en)]
        yield (
            row, provider.kind, one.key, one.audience, one.day, *texts, one.view, json.dumps(dict(one.args)), one.query,
            _vector(_words(provider, one, texts, row)),
        )  # fmt: skip


def _words(provider: Provider, one: Document, texts: list[str], row: int) -> set[str]:
    titles = words(texts[0]) | words(texts[1])
    found = titles | words(texts[2]) | words(texts[3]) | {title_word(word) for word in titles}
    found |= {kind_word(provider.kind), audience_word(one.audience)}
    if one.audience not in (PUBLIC, STAFF):
        found |= {audience_word(one.audience, organisation) for organisation in one.organisations}
    found.add(bundle_word(row >> BUNDLE) if provider.many else FEW)
    return found


def _vector(found: Iterable[str]) -> str:
    return " ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in found)
