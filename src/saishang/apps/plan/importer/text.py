"""Characters, Chinese numerals and sentences: what every other part of the importer stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

__all__ = [
    "CN_DIGITS",
    "bracket_pairs",
    "chinese_number",
    "clean",
    "normalise",
    "protected_spans",
    "split_outside",
    "split_sentences",
]

CN_DIGITS = "零〇一二三四五六七八九十百千两"
_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}

_OPEN = "（(【[〔［「『“《〈"
_CLOSE = "）)】]〕］」』”》〉"
_PAIRS = dict(zip(_OPEN, _CLOSE, strict=True))

# Same length in, same length out: positions found in the normalised text are valid in the text as written.
_SAME_LENGTH = str.maketrans(
    {chr(0xFF10 + i): str(i) for i in range(10)}
    | {chr(0xFF21 + i): chr(65 + i) for i in range(26)}
    | {chr(0xFF41 + i): chr(97 + i) for i in range(26)}
    | {
        "％": "%",
        "﹪": "%",
        "／": "/",
        "．": ".",
        "＊": "*",
        "μ": "µ",
        "㎡": "㎡",
        "–": "—",
        "－": "-",
        "∕": "/",
        "⁄": "/",
    }
)
_WIDE_THOUSANDS = re.compile(r"(?<=\d)，(?=\d{3}(?:[,，]\d{3})*(?![\d，]))(?<!\d{4}，)")
#: Half-width stops typed into Chinese text; between digits they belong to the number (1,200 and 8:00).
_NARROW = re.compile(r"(?<!\d),|,(?!\d)|;|(?<!\d):|:(?!\d)")
_WIDE_FORM = {",": "，", ";": "；", ":": "："}
_CJK = r"\u3400-\u9fff，。；：、！？（）《》〈〉“”‘’【】〔〕％℃"
_LOOSE_SPACE = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])|(?<=\d)\s+(?=[\d%A-Za-zµ])|(?<=PM)\s+(?=\d)")
_SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def normalise(text: str) -> str:
    """Full-width digits, letters, % and / to their ASCII form; the length does not change."""
    plain = _WIDE_THOUSANDS.sub(",", text.translate(_SAME_LENGTH))
    return _NARROW.sub(lambda m: _WIDE_FORM[m.group(0)], plain)


def clean(text: str) -> str:
    """Drop the spaces that typesetting puts between characters, and the subscripts of PM₂.₅ and CO₂."""
    return _LOOSE_SPACE.sub("", text.translate(_SUBSCRIPT).replace("\u00a0", " ").replace("\u3000", " ")).strip()


def chinese_number(text: str) -> Decimal:
    """Read a Chinese numeral below 10^8, also with 点: 三十六 → 36, 两百 → 200, 九十五点五 → 95.5, 二〇 → 20.

    Raises
    ------
    ValueError
        When a character is no numeral.
    """
    if "点" in text:
        whole, _, part = text.partition("点")
        return chinese_number(whole or "零") + Decimal("0." + "".join(str(_VALUES[c]) for c in part))
    if not text or any(c not in _VALUES and c not in _POWERS for c in text):
        raise ValueError(f"expected a Chinese numeral, got {text!r}")
    if all(c in _VALUES for c in text):
        return Decimal("".join(str(_VALUES[c]) for c in text))
    total, below, digit = 0, 0, 0
    for char in text:
        if char in _VALUES:
            digit = _VALUES[char]
        elif char == "万":
            total, below, digit = total + (below + digit or 1) * 10_000, 0, 0
        else:
            below, digit = below + (digit or 1) * _POWERS[char], 0
    return Decimal(total + below + digit)


def bracket_pairs(text: str, openers: str = "（(【[〔［") -> list[tuple[int, int]]:
    """Positions (start, end) of the outermost brackets of the kinds asked for; end is behind the closing one.

    Full-width and half-width brackets may close each other, as they do in real documents.
    """
    closers = "".join(_PAIRS[c] for c in openers)
    found, depth, start = [], 0, 0
    for i, char in enumerate(text):
        if char in openers:
            if depth == 0:
                start = i
            depth += 1
        elif char in closers and depth:
            depth -= 1
            if depth == 0:
                found.append((start, i + 1))
    return found


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Spans in quotes or title marks: what stands there is a name (“3个关键节点”, 《…（2023—2025年）》)."""
    return bracket_pairs(text, "“《「『〈")


def split_outside(text: str, separators: str) -> list[str]:
    """Split at separators that stand outside every bracket and quote; empty pieces are dropped."""
    return [text[a:b] for a, b in _pieces(text, separators) if text[a:b].strip()]


def _pieces(text: str, separators: str) -> Iterator[tuple[int, int]]:
    depth, start = 0, 0
    for i, char in enumerate(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(0, depth - 1)
        elif depth == 0 and char in separators:
            yield start, i
            start = i + 1
    yield start, len(text)


def split_sentences(text: str) -> list[str]:
    """Split a paragraph into sentences with their full stops.

    A full stop inside brackets or quotes does not end a sentence; a closing quote behind it belongs to it. An
    unclosed bracket must not swallow the rest, so depth falls back to zero when nothing closes it.
    """
    closes_later = {i for a, b in bracket_pairs(text, _OPEN) for i in range(a, b)}
    sentences, start = [], 0
    for i, char in enumerate(text):
        if char in "。！？\n" and i not in closes_later:
            piece = text[start : i + 1].strip()
            if piece:
                sentences.append(piece)
            start = i + 1
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences
