"""Kinds of jobs: each app declares its own in a module `jobs`; this registry knows them by name.

A kind says in both languages what it is and which steps it has, who may start it, whether it runs by itself, and
holds the function that does the work. Every kind must be safe to do again: a worker can die at any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from saishang.apps.jobs.work import Work
from saishang.errors import SaishangError

__all__ = ["Kind", "Schedule", "Step", "kind_of", "kinds", "register"]

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A step of a kind: its words, and the per cent of the whole at which it begins."""

    zh: str
    en: str
    begins: int = 0


@dataclass(frozen=True)
class Schedule:
    """When a kind starts by itself: every `days` days, `minute` minutes after the hour of maintenance."""

    days: int
    minute: int

    @property
    def every(self) -> timedelta:
        """Time between two starts."""
        return timedelta(days=self.days)


@dataclass(frozen=True)
class Kind:
    """One kind of job.

    Parameters
    ----------
    work: does it; gets the job's parameters and reports steps. Returns what the page shows as the result.
    steps: code → words, in the order in which they happen.
    permission: what a person needs in order to start it.
    somewhere: the permission is an action in organisations, and holding it over any of them is enough to start: the
        work itself asks it again for everything that it touches.
    schedule: None = only when somebody starts it.
    single: only one of the kind waits at a time; starting a second one gives the first.
    title: parameters → (Chinese, English), what this one is about; empty for the kind's own name alone.
    attempts: how many workers may die over it before it counts as failed.
    """

    id: str
    zh: str
    en: str
    work: Callable[[Work], Result]
    steps: Mapping[str, Step]
    permission: str
    schedule: Schedule | None = None
    single: bool = False
    title: Callable[[Mapping[str, Any]], tuple[str, str]] = field(default=lambda params: ("", ""))
    attempts: int = 3
    somewhere: bool = False


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind; the same name again replaces it (modules can be imported twice by tests)."""
    _KINDS[kind.id] = kind
    return kind


def kinds() -> Mapping[str, Kind]:
    """All kinds by name."""
    return _KINDS


def kind_of(name: str) -> Kind:
    """Return a kind by name (Errors: SaishangError when there is none)."""
    found = _KINDS.get(name)
    if found is None:
        raise SaishangError(
            f"there is no kind of job {name!r}", fix=f"use one of {', '.join(sorted(_KINDS))}", code="job-kind"
        )
    return found
