"""A world that stands for a whole module: each test works on top of it in a savepoint, and all of it goes at the end.

To make the same world for each role of a table took longer than to ask what the role may do in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["standing"]


@contextmanager
def standing(blocker: Any) -> Iterator[None]:
    """Keep what is made inside until the end; tests marked `django_db` undo their own changes only.

    Rows come back, objects do not: a fixture for each test should read them anew.
    """
    from django.db import transaction

    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
