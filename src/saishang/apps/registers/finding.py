"""Entries of a list by a text, in bounded time however many there are.

A text that many entries hold is met soon by whoever walks along the keys; one that few hold is found by its grams in an
index. Where it cannot be told beforehand the walk comes first, and ends after some thousand rows.
docs/decisions/2026-11-30-registers-at-scale.md
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from saishang.apps.registers.lists import Wanted, runs_of
from saishang.apps.registers.models import Entry
from saishang.apps.registers.queries import Filter
from saishang.apps.registers.sought import grams_of
from saishang.science.register.kind import Kind

__all__ = ["MOST_FOUND", "Found", "Hits", "find", "found"]

#: Entries that are found at most, when nobody asks for a later page.
MOST_FOUND = 1000
#: Rows of a walk, and entries that the index is asked for: what takes some tens of milliseconds.
_WALK, _LOOKED_UP = 20_000, 20_000
#: So many rows of a walk for each entry that is wanted; and rows of the longest walk.
_EACH, _FARTHEST = 400, 400_000
#: Runs of regions and states that are merged; of more the walk goes along all keys, most of which belong to them.
_RUNS = 64
#: Shorter beginnings of a key are a part like others.
_BEGINNING = 3


@dataclass(frozen=True)
class Hits:
    """What a text found.

    Attributes
    ----------
    ids:
        Numbers of entries: those whose key begins with the text, then the others, each by key.
    whole:
        Whether these are all there are.
    cut:
        Whether only a part was looked through: the others were too many to be put in order, or nothing but a walk along
        the first keys could find them.
    """

    ids: Sequence[int]
    whole: bool
    cut: bool = False


def find(kind: Kind, wanted: Wanted, order: str, upto: int) -> Hits | None:
    """Entries by a text, with regions and states.

    Parameters
    ----------
    upto:
        Rows that somebody wants to see, the first of them included.

    Returns
    -------
    None where `lists.rows` has to answer: without a text, for a past day, in another order, with other conditions.
    """
    asked = wanted.filter
    words = asked.text.casefold().split()
    plain = Filter(asked.text, asked.regions, asked.states, withdrawn=asked.withdrawn)
    if not words or order != "key" or wanted != Wanted(plain):
        return None
    most = max(MOST_FOUND, upto)
    first = _beginning(kind, asked, most + 1)
    if len(first) > most:
        return Hits(first[:most], whole=False)
    parts = [f"%{_escaped(word)}%" for word in words]
    grams = sorted({gram for word in words for gram in grams_of(word)})
    found = Hits([], whole=False)
    if not grams or not _is_rare(grams):
        found = _walk(kind, asked, parts, most + 1, min(max(_WALK, _EACH * upto), _FARTHEST))
    if not found.whole and len(found.ids) < upto + len(first):
        looked_up = _look_up(kind, asked, parts, grams, most + 1) if grams else replace(found, cut=True)
        found = found if looked_up.cut and found.ids else looked_up
    known = set(first)
    ids = [*first, *(pk for pk in found.ids if pk not in known)]
    return replace(found, ids=ids[:most], whole=found.whole and len(ids) <= most)


def found(kind: Kind, wanted: Wanted, order: str, upto: int) -> Found | None:
    """The same with its pages."""
    hits = find(kind, wanted, order, upto)
    return None if hits is None else Found(kind, wanted, order, hits)


class Found:
    """Pages of what a text found, further ones asked for when somebody turns to them."""

    def __init__(self, kind: Kind, wanted: Wanted, order: str, hits: Hits) -> None:
        self.hits = hits
        self._asked = kind, wanted, order

    @property
    def number(self) -> tuple[int, bool]:
        """How many entries were found, and whether these are all."""
        return len(self.hits.ids), self.hits.whole

    def page(self, first: int, most: int) -> list[Entry]:
        """Rows from the row `first` (0-based) on."""
        upto = first + most
        if upto > len(self.hits.ids) and not self.hits.whole and not self.hits.cut:
            self.hits = find(*self._asked, upto) or self.hits
        wanted = self.hits.ids[first:upto]
        read = Entry.objects.in_bulk(wanted)
        return [read[pk] for pk in wanted if pk in read]


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def _beginning(kind: Kind, asked: Filter, most: int) -> list[int]:
    """Entries whose key begins with the text, by key: who types the beginning of a number looks for these."""
    text = asked.text.strip()
    if len(text) < _BEGINNING or text.split() != [text]:
        return []
    shown, given = _conditions(asked)
    found: list[int] = []
    with connection.cursor() as cursor:
        for begins in sorted({text, text.upper(), text.lower()}):
            cursor.execute(
                "select id from (select * from registers_entry where kind = %s and key >= %s and key < %s order by key"  # noqa: S608
                f" limit %s) e where starts_with(key, %s) and {shown} order by key limit %s",
                [kind.id, begins, f"{begins}\U0010ffff", _WALK, begins, *given, most],
            )
            found += [row[0] for row in cursor.fetchall()]
    return found


def _conditions(asked: Filter) -> tuple[str, list[Any]]:
    told, given = ["true" if asked.withdrawn else "not withdrawn"], []
    for column, values in (("region", asked.regions), ("state", asked.states)):
        if values:
            told.append(f"{column} = any(%s)")
            given.append(list(values))
    return " and ".join(told), given


def _walk(kind: Kind, asked: Filter, parts: list[str], most: int, rows: int) -> Hits:
    """Entries that a walk along so many keys meets, by key; they are whole where it came to the end."""
    runs = runs_of(kind, asked) if asked.regions else []
    if runs and len(runs) <= _RUNS:
        shown = "" if asked.withdrawn else " and not withdrawn"
        of = " union all ".join(
            f"(select id, key, words from registers_entry where kind = %s and region = %s and state = %s{shown}"  # noqa: S608
            " order by key)"
            for _run in runs
        )  # fmt: skip
        given: list[Any] = [value for region, state in runs for value in (kind.id, region, state)]
    else:
        conditions, more = _conditions(asked)
        of = f"select id, key, words from registers_entry where kind = %s and {conditions}"  # noqa: S608
        given = [kind.id, *more]
    with connection.cursor() as cursor:
        cursor.execute(
            f"select id from (select id, key, words from ({of}) r order by key limit %s) w"  # noqa: S608
            " where words like all(%s) limit %s",
            [*given, rows, parts, most],
        )
        met = [row[0] for row in cursor.fetchall()]
        if len(met) == most:
            return Hits(met, whole=False)
        cursor.execute(f"select count(*) from (select 1 from ({of}) r limit %s) w", [*given, rows])  # noqa: S608
        return Hits(met, whole=cursor.fetchone()[0] < rows)


def _look_up(kind: Kind, asked: Filter, parts: list[str], grams: list[str], most: int) -> Hits:
    """Entries that the index finds, by key; of too many the first that it tells."""
    regions = [f"@{region}" for region in asked.regions] or None
    states = [f"={state}" for state in asked.states] or None
    with connection.cursor() as cursor:
        cursor.execute(
            "with found as materialized (select id, key from registers_found(%s, %s, %s, %s, %s, %s, %s))"
            " select id, (select count(*) from found) from found order by key limit %s",
            [[*grams, f"#{kind.id}"], regions, states, parts, kind.id, asked.withdrawn, _LOOKED_UP + 1, most],
        )
        rows = cursor.fetchall()
    number = rows[0][1] if rows else 0
    return Hits([row[0] for row in rows], whole=number < most, cut=number > _LOOKED_UP)


def _is_rare(grams: Sequence[str]) -> bool:
    """Whether one of the grams stands in so few entries that the index is asked at once: the planner's figures say."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(max(s.most_common_elem_freqs[array_position(s.most_common_elems::text::text[], g)]), 0)"
            " from unnest(%s::text[]) g left join pg_stats s on s.tablename = 'registers_entry_grams'"
            " and s.schemaname = current_schema() group by g",
            [list(grams)],
        )
        return min(float(row[0]) for row in cursor.fetchall()) * _EACH < 1
