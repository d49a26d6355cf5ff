"""Water quality classes (水质类别) Ⅰ to Ⅴ and 劣Ⅴ as numbers 1 to 6, and the words people write for them."""

from __future__ import annotations

import re
import unicodedata

from saishang.science.numbers import InputError

__all__ = ["BEST", "CLASSES", "WORST", "class_name", "class_number"]

CLASSES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
BEST, WORST = 1, 6
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}


def class_number(text: object, *, name: str = "class") -> int:
    """Number 1 … 6 of a class as people write it: `Ⅱ`, `II`, `Ⅱ类`, `劣Ⅴ`, `劣V类`, `2`.

    Raises
    ------
    InputError
        For anything else.

    Examples
    --------
    >>> [class_number(text) for text in ("Ⅰ", "III", "Ⅳ类", "劣Ⅴ", "劣v类", 5)]
    [1, 3, 4, 6, 6, 5]
    """
    plain = unicodedata.normalize("NFKC", str(text)).strip().upper()
    plain = re.sub(r"[类類级\s]", "", plain)
    worse = plain.startswith(("劣", "WORSETHAN", ">", "INFERIOR"))
    plain = re.sub(r"^(劣于?|WORSETHAN|>|INFERIOR)", "", plain)
    number = _ROMAN.get(plain) or _CHINESE.get(plain)
    if number is None or isinstance(text, bool) or (worse and number != 5):
        raise InputError(
            f"{name} must be a water quality class, got {str(text)[:30]!r}.", fix=f"Use one of {', '.join(CLASSES)}."
        )
    return WORST if worse else number


def class_name(number: int) -> str:
    """Word of a class by its number.

    >>> class_name(6)
    '劣Ⅴ'
    """
    return CLASSES[number - 1]
