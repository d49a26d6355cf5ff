"""Names of organisations: which one holds on a day, how a written one is compared, and which may be given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar

from saishang.apps.organisations.models import Organisation
from saishang.errors import Fault

__all__ = ["name_faults", "name_on", "plain"]

_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """A name as it is compared: full width as half width, no blanks, no difference of case."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


class _Dated(Protocol):
    """What holds from a day on; None: from the beginning."""

    @property
    def first(self) -> date | None: ...


Name = TypeVar("Name", bound=_Dated)


def name_on(names: Sequence[Name], day: date) -> Name | None:
    """The name of a day among those of one organisation: the latest that has begun; before the first, the first."""
    begun = [name for name in names if name.first is None or name.first <= day]
    listed = begun or list(names)
    latest = max if begun else min
    return latest(listed, key=lambda name: name.first or date.min) if listed else None


def name_faults(
    zh: str, en: str, short: str, aliases: Sequence[str], day: date, own: Organisation | None
) -> list[Fault]:
    """What speaks against a name from a day on: none, too long, or that of another organisation that exists then."""
    if not zh.strip():
        return [Fault("zh", "an organisation needs a Chinese name; got none", "enter its full name")]
    found: list[Fault] = []
    for field, text, most in (("zh", zh, 200), ("en", en, 200), ("short", short, 100)):
        if len(text.strip()) > most:
            found.append(Fault(field, f"expected at most {most} characters; got {len(text.strip())}", "shorten it"))
    if any(len(alias.strip()) > 100 for alias in aliases):
        found.append(Fault("aliases", "expected aliases of at most 100 characters", "shorten them"))
    others = Organisation.objects.prefetch_related("names")
    if own is not None:
        others = others.exclude(pk=own.pk)
    for other in others:
        if other.closed is not None and other.closed < day:
            continue
        name = name_on(list(other.names.all()), day)
        if name is not None and plain(name.zh) == plain(zh):
            found.append(Fault("zh", f"{other.code} bears this name", "choose another name, or close that one first"))
    return found
