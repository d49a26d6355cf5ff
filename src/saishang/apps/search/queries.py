"""What is found for whom: the question to the index, bounded work for any question, and the order of the answer.

The order says why: a title that is what was typed, titles that hold it, titles with all its words, texts that hold it,
texts with all its words, and, where these are few, texts in which its parts stand apart; within each the newest first.
Kinds with hundreds of thousands of objects are asked bundle by bundle from the newest on, until there are enough hits
to rank: docs/explanation/search.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from saishang.apps.organisations import access
from saishang.apps.organisations.queries import numbers_within
from saishang.apps.organisations.roles import ACTIONS
from saishang.apps.search.entries import BUNDLE, FEW, audience_word, bundle_word, kind_word, title_word
from saishang.apps.search.models import WaitingChange
from saishang.apps.search.providers import PUBLIC, SOMEWHERE, STAFF, provider_of, providers
from saishang.apps.search.tokens import Query, Run, fold, read_query

__all__ = ["FEW_HITS", "MOST_OF_A_KIND", "Facet", "Found", "Hit", "kinds", "search", "waiting"]

#: Hits of one large kind that are ranked; there may be more.
MOST_OF_A_KIND = 100
#: Hits of all small kinds together that are ranked.
MOST_OF_SMALL_KINDS = 500
#: With fewer hits than these, texts in which the parts stand apart are shown, too.
FEW_HITS = 10
#: Bundles that are looked at one after the other; then all the rest at once. What is not among the newest forty
#: thousand a hundred times is rare enough to be asked for everywhere; a question with many bundles is a slow one.
_WINDOWS = (1, 4)
#: Up to so many organisations within reach, what they hold is rare: asked for everywhere from the beginning.
_FEW_PLACES = 8


@dataclass(frozen=True)
class Hit:
    """One object that was found. `rank` says why it stands where it does, 0 (best) to 5."""

    kind: str
    key: str
    title: str
    title_en: str
    text: str
    text_en: str
    view: str
    args: Mapping[str, Any]
    query: str
    audience: str
    day: date | None
    rank: int


@dataclass(frozen=True)
class Facet:
    """How many hits a kind has; `more`: that many are ranked, and there are others."""

    kind: str
    count: int
    more: bool


@dataclass(frozen=True)
class Found:
    """The answer to one question: every ranked hit, the best first, and how many by kind."""

    query: Query
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]

    @property
    def more(self) -> bool:
        """Whether there are hits beyond the ranked ones."""
        return any(facet.more for facet in self.facets)


def kinds() -> dict[str, tuple[str, str]]:
    """Kinds of objects in Chinese and English."""
    return {kind: (provider.zh, provider.en) for kind, provider in providers().items()}


def waiting() -> int:
    """Changes that the index has not taken in yet."""
    return WaitingChange.objects.count()


def search(person: Any, typed: str) -> Found:
    """What this person (or an anonymous one) may open, by what was typed."""
    query = read_query(typed)
    if query.empty:
        return Found(query, (), ())
    readable = audience_words(person)
    ids, more = _strict(query.runs, readable)
    if len(ids) < FEW_HITS and any(len(run.apart()) > 1 for run in query.runs):
        loose = _all([_any([_all([_quoted(word) for word in way]) for way in run.apart()]) for run in query.runs])
        wider, more = _ids(loose, (), readable)
        ids |= wider
    hits = _hits(ids, query)
    hits = _opened(person, hits)
    counted = Counter(hit.kind for hit in hits)
    facets = tuple(
        Facet(kind, counted[kind], kind in more or (FEW in more and not provider.many))
        for kind, provider in providers().items() if counted[kind]
    )  # fmt: skip
    return Found(query, tuple(hits), facets)


def _strict(runs: Sequence[Run], readable: Mapping[str, list[str]]) -> tuple[set[int], set[str]]:
    """Documents that hold every word.

    A single character is the beginning of tens of thousands of words, and stands in most documents: where there are
    other words, these are asked for first, and what they find is looked through.
    """
    long = [run for run in runs if not run.single]
    if long and len(long) < len(runs):
        ids, more = _ids(_every(long), long, readable)
        ids = _holding(ids, [run.text for run in runs if run.single])
        if not more or len(ids) >= FEW_HITS:
            return ids, more
    return _ids(_every(runs), runs, readable)


def _every(runs: Sequence[Run]) -> str:
    return _all([_quoted(word) for run in runs for word in run.words])


def _holding(ids: Collection[int], characters: Sequence[str]) -> set[int]:
    """Of these documents those whose words hold every one of some characters."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from search_indexeddocument where id = any(%s) and ts_match_vq(words, %s::tsquery)",
            [list(ids), _all([_quoted(f"{one}*") for one in characters])],
        )
        return {int(row[0]) for row in cursor.fetchall()}


def audience_words(person: Any) -> dict[str, list[str]]:
    """Audience → words of the index for what a person may see of it: one, or one by organisation within reach."""
    found = {PUBLIC: [_quoted(audience_word(PUBLIC))]}
    if not getattr(person, "is_authenticated", False):
        return found
    found[STAFF] = [_quoted(audience_word(STAFF))]
    asked = sorted({audience for provider in providers().values() for audience in provider.audiences} - {PUBLIC, STAFF})
    names = {audience: audience.removeprefix(SOMEWHERE) for audience in asked}
    spans = access.reaches_over(person, {name for name in names.values() if name in ACTIONS})
    for audience, name in names.items():
        span = spans.get(name)
        if span is None:
            if person.may(audience):
                found[audience] = [_quoted(audience_word(audience))]
        elif span.everything or (name != audience and not span.nothing):
            found[audience] = [_quoted(audience_word(audience))]
        elif name == audience and not span.nothing:
            found[audience] = [_quoted(audience_word(audience, number)) for number in numbers_within(span)]
    return found


def _ids(condition: str, runs: Sequence[Run], readable: Mapping[str, list[str]]) -> tuple[set[int], set[str]]:
    """Numbers of the documents to rank, and the kinds (`FEW`: all small ones) that have others besides."""
    everything = _any([word for words in readable.values() for word in words])
    found = _select(f"{_quoted(FEW)} & {condition}", MOST_OF_SMALL_KINDS + 1, among=everything)
    more = {FEW} if len(found) > MOST_OF_SMALL_KINDS else set()
    ids = set(found[:MOST_OF_SMALL_KINDS])
    for kind, reach in _reaches().items():
        provider = provider_of(kind)
        mine = [word for audience in (provider.audiences if provider else ()) for word in readable.get(audience, ())]
        if not mine:
            continue
        newest = _newest(kind, condition, mine, reach)
        ids.update(newest[:MOST_OF_A_KIND])
        if len(newest) > MOST_OF_A_KIND:
            more.add(kind)
            if runs:  # titles among what is older, too
                titles = _all([_quoted(title_word(word)) for run in runs for word in run.words])
                ids.update(_newest(kind, titles, mine, reach)[:MOST_OF_A_KIND])
    return ids, more


def _newest(kind: str, condition: str, mine: Sequence[str], reach: tuple[int, int]) -> list[int]:
    """Numbers of the newest documents of a large kind that fulfil a condition; one more than are ranked.

    `mine` are the words of what the reader may see: of few organisations they are rare, and everything is asked for at
    once; of many the index would have to unite as many lists of hundreds of thousands, and what it finds is looked
    through instead. `reach` is the oldest and the newest number of the kind.
    """
    found: list[int] = []
    places = all("/" in word for word in mine)
    among = _any(mine) if len(mine) > _FEW_PLACES else ""
    asked = f"{_quoted(kind_word(kind))} & {condition}" + ("" if among else f" & {_any(mine)}")
    if places and not among:
        return _select(asked, MOST_OF_A_KIND + 1)
    last, high = reach[0] >> BUNDLE, reach[1] >> BUNDLE
    for width in _WINDOWS:
        low = max(last, high - width + 1)
        bundles = _any([_quoted(bundle_word(number)) for number in range(low, high + 1)])
        found += _select(f"{bundles} & {asked}", MOST_OF_A_KIND + 1 - len(found), among=among)
        if len(found) > MOST_OF_A_KIND or low == last:
            return found
        high = low - 1
    return found + _select(asked, MOST_OF_A_KIND + 1 - len(found), below=(high + 1) << BUNDLE, among=among)


def _reaches() -> dict[str, tuple[int, int]]:
    """Large kinds that have documents, with the oldest and newest number."""
    found = {}
    with connection.cursor() as cursor:
        for kind, provider in providers().items():
            if provider.many:
                cursor.execute("select min(id), max(id) from search_indexeddocument where kind = %s", [kind])
                oldest, newest = cursor.fetchone()
                if newest is not None:
                    found[kind] = (oldest, newest)
    return found


def _select(condition: str, most: int, below: int | None = None, among: str = "") -> list[int]:
    """Numbers of the newest documents that fulfil a condition, and `among` these one that no index answers."""
    # The inner question is answered by the index as a whole: a plan that walks back by number reads far too much.
    older = "" if below is None else "and id < %s"
    # Written as a function the second condition is none for the index.
    seen = "and ts_match_vq(words, %s::tsquery)" if among else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "with found as materialized"  # noqa: S608  # nothing of what was typed: see the parameters
            f" (select id from search_indexeddocument where words @@ %s::tsquery {older} {seen})"
            " select id from found order by id desc limit %s",
            [condition, *([] if below is None else [below]), *([among] if among else []), most],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _hits(ids: Collection[int], query: Query) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, kind, key, title, title_en, text, text_en, view, args, query, audience, day"
            " from search_indexeddocument where id = any(%s)",
            [list(ids)],
        )
        rows = cursor.fetchall()
    order = {kind: number for number, kind in enumerate(providers())}
    ranked = []
    for number, kind, key, title, title_en, text, text_en, view, args, address, audience, day in rows:
        rank = _rank(query, title, title_en, text, text_en)
        if rank is None:
            continue
        given = json.loads(args)
        hit = Hit(kind, key, title, title_en, text, text_en, view, given, address, audience, day, rank)
        newest = hit.day.toordinal() if hit.day is not None else 0
        ranked.append(((rank, -newest, order.get(kind, len(order)), len(title), -number), hit))
    return [hit for _place, hit in sorted(ranked, key=lambda pair: pair[0])]


def _rank(query: Query, title: str, title_en: str, text: str, text_en: str) -> int | None:
    """0 the title itself, 1 in a title, 2 all words in titles, 3 in the text, 4 all words, 5 apart; None: no hit."""
    titles = [fold(part) for part in (title, title_en) if part]
    runs = [run.text for run in query.runs]
    pairs = [word.rstrip("*") for run in query.runs for word in run.words]
    if not query.phrases:  # most hits of a frequent word are told by their titles
        rank = _title_rank(query, titles, runs, pairs)
        if rank is not None:
            return rank
    whole = [*titles, *(fold(part) for part in (text, text_en) if part)]
    if any(not any(phrase in " ".join(part.split()) for part in whole) for phrase in query.phrases):
        return None
    rank = _title_rank(query, titles, runs, pairs)
    if rank is not None:
        return rank
    if all(any(run in part for part in whole) for run in runs):
        return 3
    return 4 if all(any(pair in part for part in whole) for pair in pairs) else 5


def _title_rank(query: Query, titles: Sequence[str], runs: Sequence[str], pairs: Sequence[str]) -> int | None:
    if query.plain in titles:
        return 0
    if any(query.plain in part or all(run in part for run in runs) for part in titles):
        return 1
    return 2 if any(all(pair in part for pair in pairs) for part in titles) else None


def _opened(person: Any, hits: list[Hit]) -> list[Hit]:
    """Hits without those that their own app does not let this person open."""
    refused: set[tuple[str, str]] = set()
    for kind in {hit.kind for hit in hits}:
        provider = provider_of(kind)
        keys = [hit.key for hit in hits if hit.kind == kind]
        if provider is None:
            refused.update((kind, key) for key in keys)
        elif provider.may_open is not None:
            opened = provider.may_open(person, keys)
            refused.update((kind, key) for key in keys if key not in opened)
    return [hit for hit in hits if (hit.kind, hit.key) not in refused]


def _quoted(word: str) -> str:
    """A word as PostgreSQL reads it in a question; `*` at its end asks for beginnings."""
    beginning = word.endswith("*")
    plain = word.removesuffix("*").replace("\\", "\\\\").replace("'", "''")
    return f"'{plain}'" + (":*" if beginning else "")


def _all(conditions: Sequence[str]) -> str:
    return f"({' & '.join(dict.fromkeys(conditions))})"


def _any(conditions: Sequence[str]) -> str:
    return f"({' | '.join(dict.fromkeys(conditions))})"
