"""Answers that are kept: until their tables change, whoever changes them and however, and not beyond a rollback."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from saishang.apps.core.generations import generation, kept, pinned
from saishang.apps.organisations.models import Organisation
from saishang.apps.organisations.queries import codes_by_number, tree
from saishang.apps.plan import queries as plans
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.apps.plan.models import Item

pytestmark = pytest.mark.django_db


def make(code: str) -> Organisation:
    return Organisation.objects.create(code=code, kind="agency", path=f"/{code}/")


def test_an_answer_is_kept_until_its_tables_change() -> None:
    asked = []

    @kept("organisations")
    def codes(kind: str) -> list[str]:
        asked.append(kind)
        return sorted(Organisation.objects.filter(kind=kind).values_list("code", flat=True))

    make("A")
    assert (codes("agency"), codes("agency"), codes("office")) == (["A"], ["A"], [])
    assert asked == ["agency", "office"]
    make("B")
    assert codes("agency") == ["A", "B"]
    Organisation.objects.filter(code="A").update(kind="office")
    assert (codes("agency"), codes("office")) == (["B"], ["A"])
    Organisation.objects.filter(code="B").delete()
    with connection.cursor() as cursor:
        cursor.execute("insert into organisations_organisation (code, kind, path, region, position)"
                       " values ('C', 'agency', '/C/', '', 0)")  # fmt: skip
    assert codes("agency") == ["C"]


def test_a_change_that_is_rolled_back_leaves_no_number_behind() -> None:
    make("A")
    before = generation("organisations")
    with transaction.atomic():
        make("B")
        inside = generation("organisations")
        assert sorted(codes_by_number().values()) == ["A", "B"]
        transaction.set_rollback(True)
    assert generation("organisations") == before
    assert list(codes_by_number().values()) == ["A"]
    make("C")
    # Not the number under which the organisation that never came to be is still kept.
    assert generation("organisations") not in (before, inside)
    assert sorted(codes_by_number().values()) == ["A", "C"]


def test_numbers_are_asked_for_once_while_a_page_is_read() -> None:
    make("A")
    with pinned():
        assert [view.code for view in tree()] == ["A"]
        make("B")
        assert [view.code for view in tree()] == ["A"]
    assert [view.code for view in tree()] == ["A", "B"]


def test_what_callers_do_to_an_answer_is_theirs() -> None:
    make("A")
    tree().clear()
    codes_by_number().clear()
    assert len(tree()) == len(codes_by_number()) == 1


def test_the_plan_is_kept_until_an_import() -> None:
    assert plans.current_version() is None
    import_plan_from_rules("tests", "ningxia")
    version = plans.current_version()
    assert version is not None
    assert plans.titles(version.id)["T10"][0] != "另一个标题"
    Item.objects.filter(version_id=version.id, key="T10").update(title="另一个标题")
    assert plans.titles(version.id)["T10"][0] == "另一个标题"


@pytest.mark.django_db(transaction=True)
def test_another_connection_sees_what_was_committed() -> None:
    make("A")
    assert list(codes_by_number().values()) == ["A"]
    seen: list[list[str]] = []

    def elsewhere() -> None:
        make("B")
        seen.append(sorted(codes_by_number().values()))
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [["A", "B"]]
    assert sorted(codes_by_number().values()) == ["A", "B"]
