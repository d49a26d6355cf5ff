"""A migration of a register that is killed or cancelled half-way, by a job or not, and what people do meanwhile."""

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

from saishang.apps.core.actions import record, verify_chain
from saishang.apps.jobs import work as working
from saishang.apps.jobs.actions import start
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.recovery import recover
from saishang.apps.jobs.runner import perform
from saishang.apps.registers import planning, queries
from saishang.apps.registers.actions import add_entry, adopting, change_entry, migrate_kind
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.migration_jobs import MIGRATE, params_of
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


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[int], None]]]:
    """Called with the number of entries that are done, whenever a job has said how far it is."""
    hooks: list[Callable[[int], None]] = []
    monkeypatch.setattr(working, "_PAUSE", 0.0)
    said = working.Work.progress

    def progress(self: Any, step: str, *, done: float | None = None, rows: int | None = None) -> None:
        said(self, step, done=done, rows=rows)
        for one in hooks:
            one(rows or 0)

    monkeypatch.setattr(working.Work, "progress", progress)
    yield hooks


def job() -> Job:
    params = params_of(RULES, NAME)
    assert params is not None
    return start("keeper", MIGRATE.id, params, reason="新规定")


def unchanged() -> bool:
    return (
        Description.objects.filter(kind=NAME).count() == 1 and areas() == {"1.5"}
        and not Version.objects.filter(action="migrate").exists() and kind_of(RULES, NAME).pending
    )  # fmt: skip


def test_as_a_job_writers_are_told_at_once_and_readers_see_all_or_nothing(changed: None, hook: Any) -> None:
    row, old = Entry.objects.get(key="S6"), kind_of(RULES, NAME)
    given = {name: as_text(value) for name, value in row.values.items()} | {"area": "9"}
    told: list[Any] = []
    read: list[Any] = []

    def write() -> None:
        for change in (
            lambda: change_entry("tests", old, RULES, row.pk, given, number=None, today=TODAY),
            lambda: add_entry("tests", old, RULES, {"code": "S9", "name": "x", "region": "640104"}, today=TODAY),
        ):
            with pytest.raises(EntryRefused) as refused:
                change()
            told.append((refused.value.code, refused.value.message))

    def meanwhile(done: int) -> None:
        if done == 4:
            thread = in_thread(write)
            thread.join(20)
            assert not thread.is_alive()
            in_thread(lambda: read.append((kind_of(RULES, NAME).fields["area"].unit, areas()))).join(20)

    hook.append(meanwhile)
    begun = timezone.localtime()
    number = job().pk
    assert perform(number) == "succeeded"
    assert [code for code, _message in told] == ["register-migrating"] * 2
    # 4 of 7 entries: 1 % for the waiting, then 99 % × 4/7 = 56.6 → 58.
    assert f"since {begun:%Y-%m-%d}" in told[0][1] and "keeper brings" in told[0][1] and "58 % are done" in told[0][1]
    assert read == [("ha", {"1.5"})] and areas() == {"15000"} and Entry.objects.filter(kind=NAME).count() == 7
    result = Job.objects.get(pk=number).result
    assert result == {"register": NAME, "number": 2, "entries": 7, "written": 7, "kept": 0}
    assert list(queries.unlogged_versions()) == [] and verify_chain() == []
    # A worker that died after the work does it once only.
    Job.objects.filter(pk=number).update(state="queued", finished=None, result=None)
    assert perform(number) == "succeeded" and Job.objects.get(pk=number).result == result
    assert Description.objects.filter(kind=NAME).count() == 2


def test_a_job_that_is_cancelled_half_way_leaves_everything_as_it_was(changed: None, hook: Any) -> None:
    def cancel(done: int) -> None:
        if done == 4:
            in_thread(lambda: Job.objects.update(cancel_wanted=True)).join(20)

    hook.append(cancel)
    number = job().pk
    assert perform(number) == "cancelled" and unchanged()
    # Nobody is kept out afterwards.
    add_entry("tests", kind_of(RULES, NAME), RULES, {"code": "S8", "name": "x", "region": "640104"}, today=TODAY)
    hook.clear()
    assert perform(job().pk) == "succeeded" and Entry.objects.get(key="S8").number == 2
    assert list(queries.unlogged_versions()) == []


def test_a_job_whose_worker_is_killed_half_way_is_taken_up_again(changed: None, hook: Any) -> None:
    number = job().pk
    connections.close_all()
    child = os.fork()
    if child == 0:  # pragma: no cover – a process of its own, which dies
        hook.append(lambda done: os.kill(os.getpid(), signal.SIGKILL) if done >= 4 else None)
        try:
            perform(number)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and Job.objects.get(pk=number).state == "running" and unchanged()
    # The row still says that it runs; what closes the register is the lock, and that went with the process.
    add_entry("tests", kind_of(RULES, NAME), RULES, {"code": "S8", "name": "x", "region": "640104"}, today=TODAY)
    assert recover() == {number: "queued"}
    assert perform(number) == "succeeded" and Job.objects.get(pk=number).attempt == 2
    assert {row.number for row in Entry.objects.filter(kind=NAME)} == {2}


def test_what_was_seen_is_what_is_carried_out(changed: None) -> None:
    seen = job().pk
    with held_by_the_rules(SQUARE | {"zh": "另一名"}):
        assert perform(seen) == "failed" and unchanged()
        error = Job.objects.get(pk=seen).error
    assert error is not None and "changed after the plan was seen" in error["message"]


def test_nobody_else_waits_for_the_log_or_for_other_registers(changed: None, hook: Any) -> None:
    """Signing in is an entry of the log, and another register may take up a description meanwhile."""
    other: list[Any] = []

    def write() -> None:
        plots = kind_of(RULES, "construction_plots")
        given = {"code": "PLOT-1", "name": "地块", "region": "640302", "area": "10", "former_use": "coking"}
        other.append(add_entry("tests", plots, RULES, given, today=TODAY).key)
        record("tests", "tests.done", ("tests", "1"))

    def meanwhile(done: int) -> None:
        if done == 6:
            thread = in_thread(write)
            thread.join(20)
            other.append(thread.is_alive())

    hook.append(meanwhile)
    assert perform(job().pk) == "succeeded" and other == ["PLOT-1", False]


def test_a_job_waits_for_an_import_and_a_page_does_not(
    changed: None, hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import transaction

    monkeypatch.setattr(adopting, "_PATIENCE", 0.2)
    monkeypatch.setattr(adopting, "_ATTEMPT", "100ms")
    steps: list[str] = []
    loading, may_end = threading.Event(), threading.Event()

    def load() -> None:
        with transaction.atomic():
            adopting.hold(kind_of(RULES, NAME))
            loading.set()
            may_end.wait(30)

    thread = in_thread(load)
    assert loading.wait(20)
    with pytest.raises(EntryRefused) as told:
        migrate()
    assert told.value.code == "register-busy" and unchanged()

    def asked(_done: int) -> None:
        steps.append("asked")
        if len(steps) == 4:
            may_end.set()

    hook.append(asked)
    assert perform(job().pk) == "succeeded" and len(steps) > 4
    thread.join(20)
