"""Make kinds of the index anew from their objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection, transaction
from django.utils import timezone

from saishang import __version__
from saishang.apps.search.entries import remove, write
from saishang.apps.search.models import KindState
from saishang.apps.search.providers import Provider, providers
from saishang.errors import SaishangError

__all__ = ["lock", "rebuild", "refresh", "remake"]

#: One writer of the index at a time.
_LOCK = 0x5A15_0018
#: Form of the index: another one means that everything has to be made anew.
_FORM = "1"


def lock(patience: str = "0") -> None:
    """Take the place of the one writer until the transaction ends; `patience` is PostgreSQL's lock_timeout."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [patience])
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def rebuild(kinds: Iterable[str] = (), progress: Callable[[str, int], None] = lambda kind, count: None) -> int:
    """Make these kinds anew, or all; how many documents they have. Readers see the old ones until each is done;
    while everything is made anew, they wait longer for their answers.

    Raises
    ------
    SaishangError
        For a kind that nobody declares.
    """
    known = providers()
    wanted = list(kinds) or list(known)
    for kind in wanted:
        if kind not in known:
            raise SaishangError(
                f"expected a kind of objects, got {kind!r}", fix=f"use some of {', '.join(known)}", code="search-kind"
            )
    total = 0
    if set(wanted) == set(known):
        with connection.cursor() as cursor:
            # Written row by row, the index of words takes ten times as long as made at the end from all of them.
            cursor.execute("drop index if exists search_document_words")
            cursor.execute("delete from search_indexeddocument where kind <> all(%s)", [list(known)])
        KindState.objects.exclude(kind__in=list(known)).delete()
    try:
        for kind in wanted:
            with transaction.atomic():
                lock()
                count = remake(known[kind])
            total += count
            progress(kind, count)
    finally:
        _index()
    return total


def _index() -> None:
    """The index of words where it is missing (a rebuild was interrupted), and fresh statistics."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local maintenance_work_mem = '512MB'")
        cursor.execute(
            "create index if not exists search_document_words on search_indexeddocument using gin (words)"
            " with (fastupdate = off)"
        )
        cursor.execute("analyze search_indexeddocument")


def refresh() -> list[str]:
    """Make anew what was made from other rules, by another version of the program, or not at all; which kinds."""
    made = dict(KindState.objects.values_list("kind", "version"))
    stale = [kind for kind, provider in providers().items() if made.get(kind) != _version(provider)]
    if stale:
        rebuild(stale)
    else:
        _index()
    return stale


def remake(provider: Provider) -> int:
    """Make one kind anew within the caller's transaction and lock; how many documents."""
    remove(provider.kind)
    count = write(provider, provider.documents(None))
    KindState.objects.update_or_create(
        kind=provider.kind, defaults={"version": _version(provider), "documents": count, "made": timezone.now()}
    )
    return count


def _version(provider: Provider) -> str:
    own = provider.version() if provider.version is not None else ""
    return f"{_FORM} {__version__} {own}"[:200]
