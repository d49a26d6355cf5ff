"""Errors, refusals and clauses in the reader's language.

Code below the portal speaks English: an error is one sentence with the figures in it. The Chinese of every such
sentence stands in `errors.csv`, that of clauses and sources in `clauses.csv`; `{a}`, `{b}` … are the places of the
figures. A sentence is recognised by its fixed words, the figures are taken over, so that the code that raises an error
need not know about languages and an error read back from a log or the ledger can still be said in Chinese.
`tools/wording.py` and a test find sentences without Chinese; one that slips through is shown in English.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from saishang.errors import SaishangError
from saishang.web import texts

__all__ = ["clause", "error_words", "say", "say_where"]

_HERE = Path(__file__).resolve().parent
_SLOT = re.compile(r"\{(\w)\}")
#: Several refused cells in one sentence.
_LINES = re.compile(r"; (?=line \d)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NO_NAMES: Mapping[str, str] = MappingProxyType({})
#: Slots may hold sentences of their own (the first refusal inside a refusal), but never deeper than this.
_DEEPEST = 5


@dataclass(frozen=True)
class _Sentence:
    pattern: re.Pattern[str]
    zh: str
    weight: int


def say(text: str, names: Mapping[str, str] | None = None) -> str:
    """A sentence of the code in the reader's language.

    Parameters
    ----------
    text:
        English as the code says it; a text that is not known comes back as it is.
    names:
        Titles of inputs by the names that the sentence uses, put beside them.
    """
    known = names or _NO_NAMES
    if texts.english():
        return text
    return _chinese(text, known, "errors", 0)


def error_words(error: SaishangError, names: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Message and remedy of an error in the reader's language."""
    return say(error.message, names), say(error.fix, names)


def say_where(where: str | None) -> str:
    """Place of an error: file, line, cell."""
    if not where or texts.english():
        return where or ""
    if where == "header line":
        return "表头"
    return re.sub(r", line (\d+)", r"，第 \1 行", where)


def clause(text: str) -> str:
    """Clause or source of a rule in the reader's language; parts between semicolons are said one by one.

    Sources of registers are titles of Chinese documents; an English reader gets their English, the number stays.
    """
    if not text:
        return text
    if texts.english():
        return _in_english(text)
    whole = _known("clauses").get(text)
    if whole is not None:
        return whole
    return "；".join(_chinese(part.strip(), _NO_NAMES, "clauses", 0) for part in text.split(";"))


def _in_english(text: str) -> str:
    if not _HAN.search(text):
        return text
    whole = _titles().get(text)
    return whole if whole is not None else "; ".join(_titled(part.strip()) for part in text.split(";"))


def _titled(text: str) -> str:
    """A part that is a known title, or begins with one (its clause follows)."""
    titles = _titles()
    if text in titles:
        return titles[text]
    known = max((zh for zh in titles if len(zh) > 6 and text.startswith(zh)), key=len, default="")
    return f"{titles[known]}{text[len(known) :]}" if known else text


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    """Chinese title → English, where the table's English has no Chinese but a document's number."""
    return {zh: en for en, zh in _known("clauses").items() if _HAN.search(zh)}


def _chinese(text: str, names: Mapping[str, str], book: str, depth: int) -> str:
    stripped = text.strip()
    plain = _known(book).get(stripped)
    if plain is not None:
        return plain
    if depth >= _DEEPEST:
        return text
    listed = _LINES.split(stripped) if stripped.startswith("line ") else []
    if len(listed) > 1:
        return "；".join(_chinese(part, names, book, depth + 1) for part in listed)
    for sentence in _sentences(book):
        found = sentence.pattern.fullmatch(stripped)
        if found is not None:
            slots = {key: _slot(value, names, book, depth) for key, value in found.groupdict().items()}
            return _close(_filled(sentence.zh, slots))
    return text


def _filled(sentence: str, slots: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda match: slots[match[1]], sentence)


def _close(text: str) -> str:
    """No blank beside Chinese quotation marks and brackets."""
    return re.sub(r" (?=“)|(?<=[”）]) ", "", text)


def _slot(value: str, names: Mapping[str, str], book: str, depth: int) -> str:
    text = value or ""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
        return f"“{text}”" if text else "（空）"
    if text in names:
        return f"{names[text]}（{text}）" if names[text] != text else text
    if not re.search(r"[a-z]{2}", text):
        return text
    return _chinese(text, names, book, depth + 1) if " " in text or text in _known(book) else text


@lru_cache(maxsize=4)
def _rows(book: str) -> tuple[tuple[str, str], ...]:
    with (_HERE / f"{book}.csv").open(encoding="utf-8", newline="") as handle:
        return tuple((row["en"], row["zh"]) for row in csv.DictReader(handle))


@lru_cache(maxsize=4)
def _known(book: str) -> dict[str, str]:
    return {en.strip(): zh for en, zh in _rows(book) if not _SLOT.search(en)}


@lru_cache(maxsize=4)
def _sentences(book: str) -> tuple[_Sentence, ...]:
    """Sentences with slots, the one with the most fixed words first: it is the most particular."""
    found = []
    for en, zh in _rows(book):
        if not _SLOT.search(en):
            continue
        parts = _SLOT.split(en.strip())
        fixed = sum(len(part) for part in parts[::2])
        pattern = "".join(f"(?P<{part}>.*?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
        found.append(_Sentence(re.compile(pattern, re.S), zh, fixed))
    return tuple(sorted(found, key=lambda sentence: -sentence.weight))
