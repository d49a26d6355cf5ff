"""What is to be found: each app declares in a module `search` which of its objects, under which words, and for whom.

Like the kinds of jobs: the registry knows kinds by name and imports none of the apps. A provider says which tables its
objects come from; triggers on these note every change, whoever makes it (`watch`), and `actions.update` asks the
provider for the objects again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

__all__ = [
    "PUBLIC",
    "SOMEWHERE",
    "STAFF",
    "WHOLE",
    "Document",
    "Provider",
    "Watch",
    "provider_of",
    "providers",
    "register",
]

#: Everybody may open it.
PUBLIC = "public"
#: Whoever is signed in may open it. Any other audience is a permission, or an action of `organisations.roles`.
STAFF = "staff"
#: Before an action: whoever may do it anywhere may open it.
SOMEWHERE = "somewhere:"
#: Key that stands for every object of a kind.
WHOLE = "*"


@dataclass(frozen=True)
class Document:
    """One object as it is to be found.

    Attributes
    ----------
    key:
        Which object, within its kind.
    title, title_en:
        What it is called; a hit there comes first.
    text, text_en:
        What else is searched, and shown around a hit.
    view, args, query:
        Name and arguments of the address of its page, and what follows them (`?…`, `#…`).
    audience:
        `public`, `staff`, the permission or action that a reader must hold, or `somewhere:` and an action.
    organisations:
        Numbers of the organisations within whose reach the action must be held, any of them; none: the action must be
        held for everything.
    day:
        From when it is: newer ones come first.
    """

    key: str
    title: str
    view: str
    args: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    title_en: str = ""
    text: str = ""
    text_en: str = ""
    audience: str = PUBLIC
    organisations: tuple[int, ...] = ()
    day: date | None = None


@dataclass(frozen=True)
class Watch:
    """A table whose changed rows change objects.

    Attributes
    ----------
    key:
        SQL over a row (`id`, `item_id`, `'*'` for the whole kind) that gives the key of the object.
    """

    table: str
    key: str


@dataclass(frozen=True)
class Provider:
    """One kind of object.

    Attributes
    ----------
    documents:
        Keys → their documents, None → all of the kind; a key that gives none is taken out of the index.
    watch:
        Tables that it comes from.
    version:
        For what comes from the rules or the code instead: a text that changes with it.
    many:
        Whether there can be hundreds of thousands: then the newest hits are ranked and the rest is only counted on.
    may_open:
        Person, keys → those that this person may open, where the audience alone does not say it all.
    audiences:
        Every audience that a document of the kind may have.
    place:
        Where it stands among the kinds; with the same merit the lower one comes first.
    """

    kind: str
    zh: str
    en: str
    documents: Callable[[Sequence[str] | None], Iterable[Document]]
    watch: tuple[Watch, ...] = ()
    version: Callable[[], str] | None = None
    many: bool = False
    may_open: Callable[[Any, Sequence[str]], set[str]] | None = None
    audiences: tuple[str, ...] = (PUBLIC,)
    place: int = 50


_PROVIDERS: dict[str, Provider] = {}


def register(provider: Provider) -> Provider:
    """Add a kind; the same name again replaces it."""
    _PROVIDERS[provider.kind] = provider
    return provider


def providers() -> Mapping[str, Provider]:
    """All kinds by name, in the order of their places."""
    return dict(sorted(_PROVIDERS.items(), key=lambda pair: (pair[1].place, pair[0])))


def provider_of(kind: str) -> Provider | None:
    """One kind; None where nobody declares it (any more)."""
    return _PROVIDERS.get(kind)
