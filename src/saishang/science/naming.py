"""Names of measured items as people write them: keys, Chinese and English names, aliases, either kind of brackets.

`铬（六价）`, `铬(六价)`, `Cr6` and `cr6` mean one item. Two items never share a spelling: the book refuses to be built.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from saishang.science.numbers import InputError

__all__ = ["NameBook", "folded"]


#: Brackets that make another substance of the name before them.
_VALENCES = {"三价", "六价", "iii", "vi"}
#: `苯并[a]芘` is printed with either kind.
_BRACKETS = str.maketrans("[]【】〔〕", "()()()")


def folded(name: str) -> str:
    """The form in which names are compared: half width, no spaces, lower case, one kind of dash and of brackets.

    >>> folded("铬（六价）"), folded(" Total  Hardness "), folded("苯并[a]芘")
    ('铬(六价)', 'totalhardness', '苯并(a)芘')
    """
    text = unicodedata.normalize("NFKC", name)
    for dash in "–—‐‑−":
        text = text.replace(dash, "-")
    return "".join(text.translate(_BRACKETS).split()).casefold()


class NameBook(Mapping[str, str]):
    """Any spelling → key of the item.

    Parameters
    ----------
    spellings:
        (key, names) of every item; the key itself is always a name, and a name that ends in brackets is understood
        without them where that stays clear. A valence in brackets is part of the substance: 铬 is not 铬(六价).
    """

    def __init__(self, spellings: Iterable[tuple[str, Iterable[str]]], *, what: str = "item") -> None:
        self.what = what
        self._keys: dict[str, str] = {}
        self._shown: list[str] = []
        short: dict[str, set[str]] = {}
        for key, names in spellings:
            self._shown.append(key)
            for name in (key, *names):
                known = self._keys.setdefault(folded(name), key)
                if known != key:
                    raise ValueError(f"the name {name!r} stands for {known} and {key}")
                bare = _without_brackets(folded(name))
                if bare:
                    short.setdefault(bare, set()).add(key)
        for bare, keys in short.items():
            if len(keys) == 1:
                self._keys.setdefault(bare, next(iter(keys)))

    def key(self, name: str) -> str:
        """Key of a name.

        Raises
        ------
        InputError
            When the name is not known; the nearest ones are named.
        """
        found = self._keys.get(folded(name))
        if found is not None:
            return found
        near = difflib.get_close_matches(folded(name), self._keys, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(dict.fromkeys(near))}? " if near else ""
        raise InputError(
            f"There is no {self.what} named {name!r}.",
            fix=f"{hint}It takes {', '.join(self._shown[:12])}{' …' if len(self._shown) > 12 else ''}.",
            code="unknown-item",
        )

    def __getitem__(self, name: str) -> str:
        return self._keys[folded(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _without_brackets(name: str) -> str:
    """`总硬度(以caco3计)` → `总硬度`; empty when there are no brackets at the end."""
    head, opening, inside = name.partition("(")
    return head if opening and name.endswith(")") and head and inside[:-1] not in _VALENCES else ""
