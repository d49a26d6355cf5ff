"""What the database itself refuses: emptying finished runs, reported figures and the log, and changing a figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.indicators.models import ChangeRelease, LeadReview, ReportedValue, Run, TargetVersion
from saishang.apps.organisations.models import User
from tests.conftest import NEVER_EMPTIED

pytestmark = pytest.mark.django_db


def _run(finished: bool) -> Run:
    now = timezone.now()
    return Run.objects.create(
        id="20240101-x", as_of=date(2024, 1, 1), started=now, finished=now if finished else None, lake_version=1,
        rules_digest="r", code_version="c", plan_version="p", inputs_digest="i", started_by="test",
    )  # fmt: skip


def _figure(text: str = "1") -> ReportedValue:
    return ReportedValue.objects.create(
        indicator="x", region="640000", period="2024", basis="as_published", value=Decimal(text), text=text, unit="%",
        agency="a", evidence="e", status="confirmed", entered_at=timezone.now(), origin="test",
    )  # fmt: skip


def _release() -> None:
    run = Run.objects.get()
    who = User.objects.create_user("office", password="correct-horse-battery", role="admin")
    ChangeRelease.objects.create(
        before=run, after=run, numbers=1, targets=0, digest="d", reason="r", released_at=timezone.now(), released_by=who
    )


def _set_target() -> None:
    TargetVersion.objects.create(
        plan="p", target="G02", region="640000", number=1, effective=date(2024, 1, 1), reason="r", document="d",
        recorded_at=timezone.now(),
    )  # fmt: skip


def _review() -> None:
    LeadReview.objects.create(
        lead="0" * 12, signal="flat", station="1484A", parameter="PM10", first="2024-01-01T00:00",
        last="2024-01-01T10:00", run=Run.objects.get(), score=50.0, event="start", state="checking", reason="r",
        reviewed_at=timezone.now(), reviewed_by=User.objects.get(),
    )  # fmt: skip


def _empty(table: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table {table} enable trigger {NEVER_EMPTIED[table]}")
        cursor.execute(f"truncate {table} cascade")


@pytest.mark.parametrize("table", [name for name in NEVER_EMPTIED if name.startswith("indicators_")])
def test_finished_runs_and_figures_are_never_emptied(table: str) -> None:
    _run(finished=True)
    _figure()
    _release()
    _set_target()
    _review()
    with pytest.raises(DatabaseError, match="refused"):
        _empty(table)
    assert Run.objects.count() == ReportedValue.objects.count() == 1


def test_an_unfinished_run_may_go() -> None:
    _run(finished=False)
    _empty("indicators_run")
    assert Run.objects.count() == 0


def test_the_log_is_never_emptied() -> None:
    record("command", "test.step", ("thing", "1"), None, {}, "why")
    with pytest.raises(DatabaseError, match="append-only"):
        _empty("core_actionlogentry")


@pytest.mark.parametrize(
    "statement",
    [
        "update indicators_reportedvalue set value = 2",
        "update indicators_reportedvalue set text = '2'",
        "update indicators_reportedvalue set evidence = ''",
        "delete from indicators_reportedvalue",
    ],
)
def test_a_reported_figure_never_changes(statement: str) -> None:
    _figure()
    with (
        pytest.raises(DatabaseError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_correction_takes_its_place_once() -> None:
    old, new, newer = _figure("1"), _figure("2"), _figure("3")
    old.superseded_by = new
    old.save(update_fields=["superseded_by"])
    for other in (newer, None):
        old.superseded_by = other
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            old.save(update_fields=["superseded_by"])


def test_versions_of_registers_are_never_emptied() -> None:
    from saishang.apps.registers.actions import add_entry
    from saishang.apps.registers.kinds import kind_of
    from saishang.rules import load_rules

    rules = load_rules()
    told = {"code": "640104-001", "name": "甲", "region": "640104", "area": "10"}
    add_entry("test", kind_of(rules, "construction_plots"), rules, told, today=date(2026, 1, 1))
    with pytest.raises(DatabaseError, match="append-only"):
        _empty("registers_version")
