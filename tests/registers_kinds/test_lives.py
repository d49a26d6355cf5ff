"""Every state and every move of every kind: by who may make it, with its documents, to its days and figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from saishang.apps.organisations.models import Organisation, OrganisationName, User
from saishang.science.register.kind import read_kinds
from saishang.science.register.retention import ends
from tests.registers_kinds.cases import numbers_are_there
from tests.registers_kinds.lives import CITY, COUNTY, LIVES, RULES, People, live
from tests.standing import standing
from tests.work_world import make_people, make_tree

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = pytest.mark.django_db
KINDS = read_kinds(RULES)
LIVING = [name for name, kind in KINDS.items() if kind.life is not None]


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[People]:
    """A reporter, a reviewer and a head of every office that keeps or certifies, of the places, and the workshop."""
    with standing(django_db_blocker):
        made = make_tree()
        offices = {code for kind in KINDS.values() for code in (kind.owner, kind.steps.agency) if code}
        for position, code in enumerate(sorted(offices - set(made))):
            row = Organisation.objects.create(
                code=code, kind="agency", parent=made["640000"], path=f"{made['640000'].path}{code}/",
                position=100 + position, region="",
            )  # fmt: skip
            OrganisationName.objects.create(organisation=row, zh=code)
        users = {"editor": User.objects.create_user("editor", role="editor")}
        for code in sorted({*offices, CITY, COUNTY, "640200"}):
            users |= {user.username: user for user in make_people(code, ("reporter", "reviewer", "head")).values()}
        yield People(users)


@pytest.mark.parametrize("name", LIVING)
def test_a_life_from_every_state_by_every_move(people: People, tmp_path: Path, name: str) -> None:
    kind = KINDS[name]
    assert kind.life is not None
    lived = live(name, people, tmp_path)
    assert lived.states == set(kind.life.states)
    assert lived.moves == {(move.before, move.action) for state in kind.life.states for move in kind.life.moves(state)}
    assert lived.figures == set(kind.figures) and lived.terms == {term.id for term in kind.terms}


def test_a_state_without_a_way_out_ends_the_entry() -> None:
    """From there the years run for which names of people are shown; otherwise they would be shown for ever."""
    for kind in KINDS.values():
        if kind.life is not None:
            stays = {state for state in kind.life.states if not kind.life.moves(state)}
            assert stays <= set(ends(kind)), kind.id


def test_the_table_speaks_of_every_figure_and_term_of_a_life() -> None:
    assert set(LIVES) == set(LIVING)
    for name, told in LIVES.items():
        kind = KINDS[name]
        assert set(told.get("figures", ())) == set(kind.figures), name
        assert set(told.get("terms", ())) == {term.id for term in kind.terms}, name


def test_every_number_is_asked_for_where_it_is_summed() -> None:
    """One entry without it would take the value of the figure away from everybody."""
    assert [(kind.id, found) for kind in KINDS.values() if (found := numbers_are_there(kind))] == []
