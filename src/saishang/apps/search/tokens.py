"""From a text to the words of the index, and from what somebody typed to what must be found.

Chinese has no blanks between words, and a dictionary would have to know the names of every ditch and works; the index
therefore holds overlapping pairs of characters (二元切分): 环境保护 is 环境, 境保, 保护. The last character of a row
stands there by itself, too: a single character is found as the beginning of a word of the index wherever it stands.
Latin letters and figures are taken apart where one follows the other (HJ663, HJ 663 and hj-663 are the same two words).
All of it after both sides were brought to one form: full width to half width, one case, traditional to simplified.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from saishang.apps.search.traditional import SIMPLIFIED

__all__ = ["LONGEST_QUERY", "Query", "Run", "fold", "folded_with_places", "read_query", "words"]

#: Characters of a query that are read; what is longer is cut.
LONGEST_QUERY = 100
#: Words of a query that are looked for.
_MOST_RUNS = 12
#: A word of the index is cut here (PostgreSQL takes at most 2 kB).
_LONGEST_WORD = 60
_CJK = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
#: A row of Chinese characters, a figure with its decimals, or letters.
_RUNS = re.compile(rf"[{_CJK}]+|\d+(?:\.\d+)*|[^\W\d_{_CJK}]+")
_QUOTED = re.compile(r'"([^"]*)"')
#: Quotation marks that people type; NFKC leaves them as they are.
_QUOTES = str.maketrans("“”„‟«»「」『』", '""""""""""')
#: From so many letters on a word stands for all words that begin with it.
_PREFIX_FROM = 3
#: Boundaries between words that a loosened search gives up, at most.
_MOST_GAPS = 2


class _Folding(dict[int, str]):
    """Character → its plain form, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).casefold().translate(SIMPLIFIED)
        self[code] = plain
        return plain


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text in the form in which texts are compared, character by character."""
    return text.translate(_FOLDING)


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """The same, with the place in the text from which each of its characters comes."""
    parts = [_FOLDING[ord(char)] for char in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def words(text: str) -> set[str]:
    """Words of the index for a text."""
    found: set[str] = set()
    for run in _RUNS.findall(fold(text)):
        if _chinese(run):
            found.update(run[n : n + 2] for n in range(len(run) - 1))
            found.add(run[-1])
        else:
            found.add(run[:_LONGEST_WORD])
    return found


def _chinese(run: str) -> bool:
    return re.match(rf"[{_CJK}]", run) is not None


@dataclass(frozen=True)
class Run:
    """One row of characters of a query: all Chinese, one figure, or letters.

    Attributes
    ----------
    quoted:
        The number of the quotation that it stands in; None outside of one.
    """

    text: str
    chinese: bool
    quoted: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Words of the index that must all be there; the mark `*` at the end asks for what begins so."""
        if not self.chinese:
            letters = self.text.isalpha() and len(self.text) >= _PREFIX_FROM
            return (self.text[:_LONGEST_WORD] + ("*" if letters else ""),)
        if len(self.text) == 1:
            return (f"{self.text}*",)
        return tuple(dict.fromkeys(self.text[n : n + 2] for n in range(len(self.text) - 1)))

    @property
    def single(self) -> bool:
        """Whether it is one Chinese character."""
        return self.chinese and len(self.text) == 1

    def apart(self) -> list[tuple[str, ...]]:
        """The same with other words between its parts: each way to give up at most two pairs of characters.

        Pairs at the ends stay, and two that overlap are not both given up: words have two characters or more.
        """
        pairs = [self.text[n : n + 2] for n in range(len(self.text) - 1)]
        if not self.chinese or self.quoted is not None or len(pairs) < 3:
            return [self.words]
        inner = range(1, len(pairs) - 1)
        ways: list[tuple[int, ...]] = [(n,) for n in inner]
        if len(pairs) <= 10:
            ways += [way for way in combinations(inner, _MOST_GAPS) if way[1] - way[0] > 1]
        return [tuple(dict.fromkeys(pair for n, pair in enumerate(pairs) if n not in way)) for way in ways]


@dataclass(frozen=True)
class Query:
    """What was typed, read: runs, and the quotations that must stand in a text as they are."""

    typed: str
    runs: tuple[Run, ...]
    phrases: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.runs

    @cached_property
    def plain(self) -> str:
        """What was typed, in the form in which texts are compared."""
        return fold(self.typed)

    @property
    def marks(self) -> tuple[str, ...]:
        """Texts to be marked in what was found, the longest first: quotations, rows, and pairs of characters."""
        found = [*self.phrases, *(run.text for run in self.runs)]
        found += [pair for run in self.runs if run.chinese and len(run.text) > 2 for pair in run.words]
        return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


def read_query(text: str) -> Query:
    """Read what somebody typed. Words must all be there; what stands in quotation marks must stand so in the text."""
    typed = " ".join(text.replace("\x00", " ").split())[:LONGEST_QUERY]
    plain = fold(typed.translate(_QUOTES))
    runs: list[Run] = []
    phrases: list[str] = []
    for number, (part, quoted) in enumerate(_parts(plain)):
        for run in _RUNS.findall(part):
            runs.append(Run(run, _chinese(run), number if quoted else None))
        if quoted and _RUNS.search(part):
            phrases.append(" ".join(part.split()))
    kept = tuple(dict.fromkeys(runs))[:_MOST_RUNS]
    return Query(typed, kept, tuple(dict.fromkeys(phrases)))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Text outside and inside of quotation marks; a mark without its partner is passed over."""
    end = 0
    for found in _QUOTED.finditer(text):
        yield text[end : found.start()], False
        yield found[1], True
        end = found.end()
    yield text[end:], False
