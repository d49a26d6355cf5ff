"""Who knows what is due: each app registers a provider in its module `reminders`; the daily job asks all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from saishang.rules import Rules

__all__ = ["DueThing", "Provider", "provide", "providers"]


@dataclass(frozen=True)
class DueThing:
    """One thing with a due day, and who has to hear of it.

    Attributes
    ----------
    kind: kind of notice (`kinds.register`).
    subject: type and id, as the action log names objects.
    part: which of the subject's due days it is; empty when there is one.
    params: what the kind makes its words from; `due`, `told`, `days` and `complete` are added.
    action: who may do it hears of it: to things of `organisation` (a code), or, where that is None, to everything.
    """

    kind: str
    subject: tuple[str, str]
    due: date
    url: str
    action: str
    organisation: str | None = None
    part: str = ""
    params: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Provider:
    """A source of due things, by the name that `reminders.yaml` knows it by.

    `due` gets the rules and the first and last due day that can matter today, and may give more than those.
    """

    id: str
    due: Callable[[Rules, date, date], Iterable[DueThing]]


_PROVIDERS: dict[str, Provider] = {}


def provide(provider: Provider) -> Provider:
    """Add a provider; the same name again replaces it."""
    _PROVIDERS[provider.id] = provider
    return provider


def providers() -> Mapping[str, Provider]:
    """All providers by name."""
    return _PROVIDERS
