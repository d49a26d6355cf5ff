"""A migration of a register that is killed half-way, and what people do meanwhile."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from saishang.apps.registers import planning, queries
from saishang.apps.registers.actions import add_entry, change_entry, migrate_kind
from saishang.apps.registers.actions import migrate as migrating
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Description, Entry, Version
from saishang.rules import load_rules
from saishang.science.register.values import as_text
from tests.registers_changed import BASE, NAME, held_by_the_rules, with_field

pytestmark = pytest.mark.django_db(transaction=True)
RULES = load_rules()
TODAY = timezone.localdate()
SQUARE = with_field("area", unit="m2", max=None) | {
    "changes": {"fields": {"area": {"factor": "10000"}}},
    "figures": [BASE["figures"][0], BASE["figures"][1] | {"unit": "m2"}, BASE["figures"][2]],
}  # fmt: skip


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Seven entries, looked at two by two, and a file with another unit."""
    monkeypatch.setattr(migrating, "AT_ONCE", 2)
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    with ExitStack() as stack:
        stack.enter_context(held_by_the_rules(BASE))
        for number in range(7):
            given = {"code": f"S{number}", "name": f"棚{number}", "region": "640104", "area": "1.5"}
            add_entry("tests", kind_of(RULES, NAME), RULES, given, today=TODAY)
        stack.enter_context(held_by_the_rules(SQUARE))
        yield


def migrate(progress: Callable[[int, int], None] = lambda done, of: None) -> Any:
    return migrate_kind("tests", RULES, NAME, today=TODAY, reason="新规定", progress=progress)


def areas() -> set[Any]:
    return {row.values["area"] for row in Entry.objects.filter(kind=NAME)}


def test_killed_half_way_it_is_as_before_and_is_done_again(changed: None) -> None:
    connections.close_all()
    child = os.fork()
    if child == 0:  # pragma: no cover – a process of its own, which dies
        try:
            migrate(lambda done, of: os.kill(os.getpid(), signal.SIGKILL) if done >= 4 else None)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert Description.objects.filter(kind=NAME).count() == 1
    assert not Version.objects.filter(action="migrate").exists() and areas() == {"1.5"}
    assert kind_of(RULES, NAME).pending and kind_of(RULES, NAME).fields["area"].unit == "ha"
    assert migrate().written == 7 and areas() == {"15000"}
    assert list(queries.unlogged_versions()) == []


def test_who_writes_meanwhile_waits_and_is_told_and_readers_go_on(changed: None) -> None:
    row, old = Entry.objects.get(key="S6"), kind_of(RULES, NAME)
    told: list[Any] = []
    read: list[Any] = []
    threads: list[threading.Thread] = []

    def in_thread(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def write() -> None:
        given = {name: as_text(value) for name, value in row.values.items()} | {"area": "9"}
        try:
            change_entry("tests", old, RULES, row.pk, given, number=None, today=TODAY)
        except EntryRefused as error:
            told.append(error.code)
        else:
            told.append("written")

    def look() -> None:
        kind = kind_of(RULES, NAME)
        read.append((kind.pending, kind.fields["area"].unit, areas()))

    def meanwhile(done: int, _of: int) -> None:
        if done == 2:
            threads.append(in_thread(write))
            in_thread(look).join(20)
            threads[0].join(0.5)
            assert threads[0].is_alive() and told == []

    assert migrate(meanwhile).written == 7
    threads[0].join(20)
    assert read == [(True, "ha", {"1.5"})]
    assert told == ["description-changed"] and areas() == {"15000"}
    assert list(queries.unlogged_versions()) == []


def test_a_change_that_was_begun_before_is_migrated_with_the_rest(changed: None) -> None:
    from django.db import transaction

    row, old = Entry.objects.get(key="S0"), kind_of(RULES, NAME)
    done: list[Any] = []

    def run() -> None:
        try:
            done.append(migrate())
        finally:
            connection.close()

    with transaction.atomic():
        given = {name: as_text(value) for name, value in row.values.items()} | {"area": "2.5"}
        change_entry("tests", old, RULES, row.pk, given, number=None, today=TODAY)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive() and done == []
    thread.join(20)
    assert done[0].written == 7 and areas() == {"15000", "25000"}
