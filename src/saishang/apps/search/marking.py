"""The place of a text that shows why it was found, with what was looked for marked."""

from __future__ import annotations

from dataclasses import dataclass

from saishang.apps.search.tokens import Query, folded_with_places

__all__ = ["Piece", "marked", "snippet"]

#: Characters of a text that are shown, and how many of them before the first hit.
_LENGTH, _BEFORE = 120, 30
#: Latin letters are narrow: as many again fit into the same lines.
_LATIN = 2


@dataclass(frozen=True)
class Piece:
    """A part of a text; `hit` parts are shown marked. The text is plain: whoever shows it escapes it."""

    text: str
    hit: bool = False


def marked(text: str, query: Query) -> tuple[Piece, ...]:
    """The whole text in pieces."""
    return _pieces(text, _spans(text, query), 0, len(text))


def snippet(text: str, query: Query) -> tuple[Piece, ...]:
    """The text around its best hit: the longest of what was looked for, there where it stands first."""
    text = " ".join(text.split())
    spans = _spans(text, query)
    length = _LENGTH * (_LATIN if sum(char.isascii() for char in text) * 2 > len(text) else 1)
    begin = 0
    if spans:
        best = max(spans, key=lambda span: (span[1] - span[0], -span[0]))
        if best[1] > length:
            begin = max(0, best[0] - _BEFORE)
            # A Latin word stays whole.
            while 0 < begin < best[0] and text[begin - 1].isascii() and text[begin - 1].isalnum():
                begin += 1
    end = min(len(text), begin + length)
    found = _pieces(text, spans, begin, end)
    if begin:
        found = (Piece("…"), *found)
    return (*found, Piece("…")) if end < len(text) else found


def _spans(text: str, query: Query) -> list[tuple[int, int]]:
    """Places of what was looked for, from (inclusive) to (exclusive), those that touch joined."""
    folded, places = folded_with_places(text)
    hits = bytearray(len(text))
    for mark in query.marks:
        start = folded.find(mark)
        while start >= 0:
            first, last = places[start], places[start + len(mark) - 1]
            # Letters are found at the beginning of words only, as the index finds them.
            inside = mark[0].isascii() and mark[0].isalpha() and start and folded[start - 1].isalpha()
            if not (inside and folded[start - 1].isascii()):
                for place in range(first, last + 1):
                    hits[place] = 1
            start = folded.find(mark, start + 1)
    spans: list[tuple[int, int]] = []
    for place, hit in enumerate(hits):
        if not hit:
            continue
        if spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return spans


def _pieces(text: str, spans: list[tuple[int, int]], begin: int, end: int) -> tuple[Piece, ...]:
    found: list[Piece] = []
    at = begin
    for first, last in spans:
        first, last = max(first, begin), min(last, end)
        if first >= last:
            continue
        if at < first:
            found.append(Piece(text[at:first]))
        found.append(Piece(text[first:last], True))
        at = last
    if at < end:
        found.append(Piece(text[at:end]))
    return tuple(found)
