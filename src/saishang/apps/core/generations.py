"""Answers that a process keeps until the tables that they come from change.

Organisations and the plan are read by every page and change a few times a month. A trigger on each of their tables
gives the group of tables another number with every statement that changes one, in the transaction of the change; an
answer is kept under the number that held when it was read. Numbers come from a sequence: a transaction that is rolled
back leaves none that another one could use. Adding tables: a migration with `numbered`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection

__all__ = ["generation", "kept", "numbered", "pinned"]

P = ParamSpec("P")
T = TypeVar("T")
_PINNED: ContextVar[dict[str, int] | None] = ContextVar("generations", default=None)


def numbered(name: str, *tables: str) -> tuple[str, str]:
    """SQL that makes these tables a group with a number, and its undoing; for `RunSQL` of a migration."""
    make = [f"insert into core_generation values ('{name}', nextval('core_generation_number'))"]  # noqa: S608
    undo = [f"delete from core_generation where name = '{name}'"]  # noqa: S608 – both are names in our code
    for table in tables:
        undo.insert(0, f"drop trigger generation on {table}")
        make.append(
            f"create trigger generation after insert or update or delete or truncate on {table}"
            f" for each statement execute function core_next_generation('{name}')"
        )
    return ";".join(make), ";".join(undo)


def generation(name: str) -> int:
    """Number of a group of tables now; 0 before anything in it was ever changed."""
    return _now().get(name, 0)


def _now() -> dict[str, int]:
    """Every group's number, of now or of the beginning of the page."""
    numbers = _PINNED.get()
    if numbers is None:
        return _read()
    if not numbers:
        numbers.update(_read() or {"": 0})
    return numbers


def _read() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("select name, number from core_generation")
        return {str(name): int(number) for name, number in cursor.fetchall()}


@contextmanager
def pinned() -> Iterator[None]:
    """Ask for the numbers once, for what changes nothing: a page that is read, not a form that is sent."""
    token = _PINNED.set({})
    try:
        yield
    finally:
        _PINNED.reset(token)


def kept(*names: str, most: int = 256) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the answers of a function of hashable arguments until one of these groups of tables changes, `most` of them.

    Whoever gets an answer shares it with others and must not change it.
    """

    def decorate(ask: Callable[P, T]) -> Callable[P, T]:
        answers: OrderedDict[object, T] = OrderedDict()

        @wraps(ask)
        def answer(*args: P.args, **kwargs: P.kwargs) -> T:
            now = _now() if names else {}
            numbers = tuple(now.get(name, 0) for name in names)
            key = (connection.settings_dict["NAME"], numbers, args, tuple(sorted(kwargs.items())))
            try:
                found = answers[key]
            except KeyError:
                found = answers[key] = ask(*args, **kwargs)
                if len(answers) > most:
                    answers.popitem(last=False)
            else:
                with suppress(KeyError):  # another thread may have let it go meanwhile
                    answers.move_to_end(key)
            return found

        return answer

    return decorate
