"""Parts of pages that are made once and kept: by language, by the rules in force, until their tables change.

What hangs on the reader (roles, places, what is unread) is never kept: a function here takes all it speaks of as
arguments. See `apps/core/generations` and docs/decisions/2026-11-30-kept-answers.md.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.utils.translation import get_language

from saishang.apps.core.generations import kept
from saishang.web.pages import site

__all__ = ["kept_words"]

P = ParamSpec("P")
T = TypeVar("T")


def kept_words(*groups: str, most: int = 64) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function of hashable arguments says in each language until one of these groups of tables changes.

    Without groups: what comes from the rules alone. Whoever gets an answer shares it and must not change it.
    """

    def decorate(say: Callable[P, T]) -> Callable[P, T]:
        @kept(*groups, most=most)
        def said(language: str | None, digest: str, args: tuple[Any, ...], named: tuple[tuple[str, Any], ...]) -> T:
            return say(*args, **dict(named))

        @wraps(say)
        def answer(*args: P.args, **kwargs: P.kwargs) -> T:
            return said(get_language(), site.rules().digest, args, tuple(sorted(kwargs.items())))

        return answer

    return decorate
