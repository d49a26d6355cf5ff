"""Take changed objects into the index: right after the transaction that changed them, the rest by a job."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from django.db import OperationalError, connection, transaction

from saishang.apps.search.actions.rebuild import lock, remake
from saishang.apps.search.entries import remove, write
from saishang.apps.search.models import WaitingChange
from saishang.apps.search.providers import WHOLE, provider_of

__all__ = ["AT_ONCE", "after_commit", "catch_up"]

#: Changes that are taken in before a changing request is answered; whatever is more is left to a job.
AT_ONCE = 1000
_BATCH = 500
#: How long a changing request waits for another writer of the index.
_PATIENCE = "1s"
_own = threading.local()


def catch_up(most: int | None = None, *, patience: str = "0") -> int:
    """Take in what waits, at most about `most` changes; how many were taken in.

    An object is read anew after its change was committed, by one writer at a time: what was noted last is what the
    index says in the end. `patience` is how long to wait for another writer (`0`: as long as it takes); when it is
    over, the changes go on waiting.
    """
    taken = 0
    while most is None or taken < most:
        try:
            with transaction.atomic():
                lock(patience)
                rows = _next()
                _take(rows)
        except OperationalError:
            if patience == "0" or connection.in_atomic_block:
                raise
            break
        if not rows:
            break
        taken += len(rows)
    return taken


def _next() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from search_waitingchange where id in"
            " (select id from search_waitingchange order by id limit %s) returning kind, key",
            [_BATCH],
        )
        return [(str(kind), str(key)) for kind, key in cursor.fetchall()]


def _take(rows: list[tuple[str, str]]) -> None:
    changed: dict[str, set[str]] = defaultdict(set)
    for kind, key in rows:
        changed[kind].add(key)
    for kind, keys in changed.items():
        provider = provider_of(kind)
        if provider is None:  # a kind that nobody declares any more
            remove(kind)
        elif WHOLE in keys:
            remake(provider)
        else:
            documents = list(provider.documents(sorted(keys)))
            remove(kind, keys | {one.key for one in documents})
            write(provider, sorted(documents, key=lambda one: str(one.day or "")))


def after_commit(**_given: Any) -> None:
    """Answer to an entry of the action log: take in what its transaction changed, once that is committed."""
    if not any(entry[1] is _take_in for entry in connection.run_on_commit):
        transaction.on_commit(_take_in, robust=True)


def _take_in() -> None:
    if getattr(_own, "busy", False):  # the job that takes the rest is written into the log, too
        return
    _own.busy = True
    try:
        catch_up(AT_ONCE, patience=_PATIENCE)
        if WaitingChange.objects.exists():
            from saishang.apps.jobs.actions import start

            start("saishang search", "search", {})
    finally:
        _own.busy = False
