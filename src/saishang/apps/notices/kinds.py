"""Kinds of notices and their families: each app declares its own in a module `reminders`.

A family is what a person chooses by: off, at once or daily by e-mail. A kind makes its words, in both languages, from
the parameters of a notice at the moment of reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from saishang.errors import SaishangError

__all__ = [
    "DUE", "MOVES", "Family", "NoticeKind", "due_words", "families", "kind_of", "kinds", "mark_words",
    "register", "register_family", "words_of",
]  # fmt: skip

Words = Callable[[Mapping[str, Any]], tuple[str, str]]


@dataclass(frozen=True)
class Family:
    """Kinds that a person chooses for together; `mail` is what holds until the person chooses."""

    id: str
    zh: str
    en: str
    mail: Literal["off", "once", "daily"]


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice; `words` makes (Chinese, English) from the parameters of a notice."""

    id: str
    family: str
    words: Words


_FAMILIES: dict[str, Family] = {}
_KINDS: dict[str, NoticeKind] = {}


def register_family(family: Family) -> Family:
    """Add a family; the same name again replaces it (modules can be imported twice by tests)."""
    _FAMILIES[family.id] = family
    return family


def register(kind: NoticeKind) -> NoticeKind:
    """Add a kind of a family that is known (Errors: SaishangError when it is not)."""
    if kind.family not in _FAMILIES:
        raise SaishangError(
            f"there is no family of notices {kind.family!r}", fix=f"use one of {', '.join(_FAMILIES)}, or register it",
            code="notice-kind",
        )  # fmt: skip
    _KINDS[kind.id] = kind
    return kind


#: What is due: the family of every reminder.
DUE = register_family(Family("due", "到期提醒", "reminders of what is due", "daily"))
#: What somebody did and another has to go on with, or waited for.
MOVES = register_family(Family("moves", "办理通知", "what has come to you", "daily"))


def mark_words(params: Mapping[str, Any]) -> tuple[str, str]:
    """Behind what is invented, in Chinese and English; it stands apart wherever it is spoken of."""
    return ("（演示数据）", " (demonstration)") if params["invented"] else ("", "")


def families() -> Mapping[str, Family]:
    """All families by name."""
    return _FAMILIES


def kinds() -> Mapping[str, NoticeKind]:
    """All kinds by name."""
    return _KINDS


def kind_of(name: str) -> NoticeKind:
    """Return a kind by name (Errors: SaishangError when there is none)."""
    found = _KINDS.get(name)
    if found is None:
        raise SaishangError(
            f"there is no kind of notice {name!r}", fix=f"use one of {', '.join(sorted(_KINDS))}", code="notice-kind"
        )
    return found


def words_of(kind: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Words of a notice; of one whose kind or parameters are not understood any more, that there is one."""
    found = _KINDS.get(kind)
    if found is not None:
        try:
            return found.words(params)
        except (KeyError, TypeError, ValueError, SaishangError):
            pass  # written by an earlier version: the link still leads to the thing itself
    return "有一条通知", "There is a notice"


def due_words(what: tuple[str, str], params: Mapping[str, Any]) -> tuple[str, str]:
    """Words of a reminder, true whenever it is read: the due day, and how far it was off when the reminder was made.

    Parameters
    ----------
    what: the thing that is due, in Chinese and English.
    params: of the notice, as `actions.remind` makes them: `due`, `told` (ISO days), `days`, `complete`.
    """
    due, told = date.fromisoformat(params["due"]), date.fromisoformat(params["told"])
    count = abs(int(params["days"]))
    days = f"{count} working day{'' if count == 1 else 's'}"
    if told < due:
        zh, en = f"{due} 到期，提醒时还有 {count} 个工作日", f"due {due}, {days} left when this was sent"
    elif told == due:
        zh, en = f"{due} 当天到期", f"due {due}, the day on which this was sent"
    else:
        zh, en = f"{due} 已到期，提醒时逾期 {count} 个工作日", f"was due {due}, {days} late when this was sent"
    if not params["complete"]:
        zh, en = f"{zh}（节假日安排未知，按周末计）", f"{en} (holidays not known, weekends only)"
    return f"{what[0]}：{zh}", f"{what[1]}: {en}"
