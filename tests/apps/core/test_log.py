"""The action log: sealed, append-only, and honest about tampering."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from saishang.apps.core.actions import Logged, record, record_all, verify_chain
from saishang.apps.core.models import ActionLogEntry

pytestmark = pytest.mark.django_db


def _three() -> list[ActionLogEntry]:
    return [record("command", "test.step", ("thing", str(n)), None, {"n": n, "名": "值"}, "why") for n in range(3)]


def test_each_entry_seals_the_one_before() -> None:
    first, second, third = _three()
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert verify_chain() == []


def test_several_entries_at_once_stand_in_their_order() -> None:
    first = record("command", "test.step", ("thing", "0"))
    more = record_all(Logged("command", "test.step", ("thing", str(n)), None, {"n": n}) for n in range(1, 2001))
    after = record("command", "test.step", ("thing", "2001"))
    stored = list(ActionLogEntry.objects.order_by("sequence"))
    assert [entry.object_id for entry in stored] == [str(n) for n in range(2002)]
    assert [entry.previous_hash for entry in stored[1:]] == [entry.hash for entry in stored[:-1]]
    assert (more[0].previous_hash, after.previous_hash) == (first.hash, more[-1].hash)
    assert verify_chain() == []
    assert record_all([]) == []


@pytest.mark.parametrize(
    "statement", ["update core_actionlogentry set reason = 'x'", "delete from core_actionlogentry"]
)
def test_the_database_refuses_changes(statement: str) -> None:
    _three()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_tampering_behind_the_triggers_back_is_found() -> None:
    _, second, third = _three()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table core_actionlogentry disable trigger core_log_append_only")
        cursor.execute("update core_actionlogentry set after = '{\"n\": 9}' where sequence = %s", [second.sequence])
    assert [(b.sequence, b.what) for b in verify_chain()] == [(second.sequence, "content does not fit its seal")]
    with connection.cursor() as cursor:
        cursor.execute("delete from core_actionlogentry where sequence = %s", [second.sequence])
    assert [b.sequence for b in verify_chain()] == [third.sequence]
