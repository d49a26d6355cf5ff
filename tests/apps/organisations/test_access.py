"""The one predicate: every role × action × own, below, above, beside, elsewhere, against a table written by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from saishang.apps.core.generations import pinned
from saishang.apps.organisations.access import (
    Span,
    holds_everywhere,
    may,
    members_who_may,
    nearest_who_may,
    people_who_hold,
    reach,
)
from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.organisations.roles import ACTIONS, ROLES_IN_ORGANISATIONS

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
#: Role → action → how far, written a second time on purpose: a slip in the table must disagree with it.
HELD = {
    "reporter": {"view_internal": "own", "write_progress": "own", "edit_items": "own", "answer_supervision": "own",
                 "make_report": "own", "propose_entries": "own"},
    "reviewer": {"view_internal": "below", "write_progress": "own", "review_progress": "below", "edit_items": "own",
                 "answer_supervision": "own", "propose_entries": "own", "review_entries": "own"},
    "head": {"view_internal": "below", "review_progress": "below", "submit_progress": "own", "edit_items": "own",
             "answer_supervision": "own", "make_report": "own", "propose_entries": "own", "review_entries": "own",
             "certify_entries": "own"},
    "office": {"view_internal": "all", "accept_progress": "all", "edit_items": "all", "assign_items": "all",
               "set_targets": "all", "supervise": "all", "make_report": "all", "view_log": "all",
               "review_entries": "all"},
    "assessor": {"view_internal": "all", "assess": "all"},
    "auditor": {"view_internal": "all", "view_log": "all"},
    "administrator": {"view_internal": "own", "manage_members": "below", "manage_organisations": "below"},
}  # fmt: skip
#: Which places each reach covers, for a member of the city.
COVERED = {"own": {"city"}, "below": {"city", "county"}, "all": {"city", "county", "region", "beside", "agency", None}}


@pytest.fixture
def tree() -> dict[str, Organisation]:
    def make(code: str, above: Organisation | None = None) -> Organisation:
        path = f"{above.path if above else '/'}{code}/"
        return Organisation.objects.create(code=code, kind="government", parent=above, path=path)

    region = make("640000")
    city = make("640100", region)
    return {
        "region": region, "city": city, "county": make("640104", city), "beside": make("640200", region),
        "agency": make("NX-STT", region),
    }  # fmt: skip


def _member(tree: dict[str, Organisation], role: str, place: str = "city", **more: Any) -> User:
    user = User.objects.create(username=f"{role}-{place}", role="member")
    given = {"first": date(2026, 1, 1), "granted_by": "tests", "reason": "x"} | more
    Membership.objects.create(user=user, organisation=tree[place], role=role, **given)
    return user


def test_the_roles_are_the_ones_written_here() -> None:
    assert {name: role.grants for name, role in ROLES_IN_ORGANISATIONS.items()} == HELD
    assert {action for grants in HELD.values() for action in grants} == set(ACTIONS)


@pytest.mark.parametrize("role", sorted(HELD))
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_role_by_action_by_place(tree: dict[str, Organisation], role: str, action: str) -> None:
    user = _member(tree, role)
    covered = COVERED.get(HELD[role].get(action, ""), set())
    for place in ("city", "county", "region", "beside", "agency", None):
        assert may(user, action, tree[place] if place else None, DAY) is (place in covered), place
    # The filter of a list says the same as the predicate.
    listed = set(Organisation.objects.filter(reach(user, action, DAY).filter("")).values_list("code", flat=True))
    assert listed == {tree[place].code for place in covered if place}


def test_a_code_that_begins_like_another_is_not_below_it(tree: dict[str, Organisation]) -> None:
    twin = Organisation.objects.create(code="6401001", kind="office", parent=tree["region"], path="/640000/6401001/")
    assert not may(_member(tree, "reviewer"), "review_progress", twin, DAY)


def test_days_of_a_membership_are_both_inclusive(tree: dict[str, Organisation]) -> None:
    user = _member(tree, "reporter", first=DAY, last=DAY)
    for days, held in ((-1, False), (0, True), (1, False)):
        assert may(user, "write_progress", tree["city"], DAY + timedelta(days)) is held


def test_nobody_acts_for_a_closed_organisation_or_without_an_active_account(tree: dict[str, Organisation]) -> None:
    user = _member(tree, "reporter")
    tree["city"].closed = DAY
    tree["city"].save()
    assert may(user, "write_progress", tree["city"], DAY)
    assert not may(user, "write_progress", tree["city"], DAY + timedelta(1))
    user.is_active = False
    assert reach(user, "write_progress", DAY) == Span()
    assert reach(object(), "write_progress", DAY).nothing


def test_several_memberships_add_up(tree: dict[str, Organisation]) -> None:
    user = _member(tree, "reporter")
    Membership.objects.create(
        user=user, organisation=tree["agency"], role="reviewer", first=date(2026, 1, 1), granted_by="t", reason="x"
    )
    span = reach(user, "write_progress", DAY)
    assert span.covers(tree["city"]) and span.covers(tree["agency"]) and not span.covers(tree["county"])


def test_an_action_that_is_in_no_list_is_a_slip(tree: dict[str, Organisation]) -> None:
    with pytest.raises(KeyError):
        may(_member(tree, "office"), "write_progres", tree["city"], DAY)
    assert not holds_everywhere(_member(tree, "auditor"), "upload_data", DAY)


def test_the_leading_groups_office_sets_targets_without_being_an_administrator(tree: dict[str, Organisation]) -> None:
    assert _member(tree, "office", "region").may("set_targets")
    assert not _member(tree, "head", "region").may("set_targets")
    assert not User.objects.create(username="nobody", role="member").may("view_internal")


def test_whom_a_notice_reaches(tree: dict[str, Organisation]) -> None:
    reviewer, above = _member(tree, "reviewer"), _member(tree, "head", "region")
    _member(tree, "reviewer", "beside")
    found = members_who_may("review_progress", tree["county"], DAY)
    assert found == sorted([reviewer, above], key=lambda user: user.username)


def test_who_is_nearest(tree: dict[str, Organisation]) -> None:
    """The organisation itself, then those above one by one, then who reaches everybody."""
    everybody = _member(tree, "office", "county")  # it works in the county, and reaches everybody all the same
    assert nearest_who_may("edit_items", tree["county"], DAY) == [everybody]
    assert nearest_who_may("review_progress", tree["county"], DAY) == []
    region = _member(tree, "head", "region")
    assert nearest_who_may("review_progress", tree["county"], DAY) == [region]
    city, _other = _member(tree, "reviewer"), _member(tree, "reviewer", "beside")
    assert nearest_who_may("review_progress", tree["county"], DAY) == [city]
    county, writer = _member(tree, "reviewer", "county"), _member(tree, "reporter", "county", last=DAY)
    assert nearest_who_may("review_progress", tree["county"], DAY) == [county]
    assert nearest_who_may("edit_items", tree["county"], DAY) == [writer, county]
    # On the day after, the one whose role ended has none.
    assert nearest_who_may("edit_items", tree["county"], DAY + timedelta(1)) == [county]
    User.objects.filter(pk=county.pk).update(is_active=False)
    assert nearest_who_may("review_progress", tree["county"], DAY) == [city]


def test_who_holds_something_for_everybody(tree: dict[str, Organisation]) -> None:
    office, _reviewer = _member(tree, "office"), _member(tree, "reviewer")
    for post in ("admin", "editor", "viewer"):
        User.objects.create(username=post, role=post)
    User.objects.create(username="closed", role="editor", is_active=False)
    User.objects.create(username="keeper", role="member", is_superuser=True)
    names = {
        action: [user.username for user in people_who_hold(action, DAY)] for action in ("edit_registers", "set_targets")
    }
    assert names == {"edit_registers": ["admin", "editor"], "set_targets": ["admin", office.username]}


def test_days_in_order_and_one_open_membership(tree: dict[str, Organisation]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _member(tree, "reporter", first=DAY, last=DAY - timedelta(1))
    user = _member(tree, "head")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            user=user, organisation=tree["city"], role="head", first=DAY, granted_by="t", reason="x"
        )


def test_roles_are_asked_again_only_after_a_change(
    tree: dict[str, Organisation], django_assert_num_queries: Any
) -> None:
    user = User.objects.create(username="kept")
    held = {"user": user, "organisation": tree["county"], "first": DAY, "granted_by": "tests", "reason": "tests"}
    first = Membership.objects.create(role="reporter", **held)
    with pinned(), django_assert_num_queries(2):  # the numbers of the groups, and the roles
        for action in ("view_internal", "write_progress", "accept_progress", "manage_members"):
            reach(user, action, DAY)
    # Another day is another question.
    with pinned(), django_assert_num_queries(2):
        assert reach(user, "view_internal", date(2020, 1, 1)).nothing
    with pinned(), django_assert_num_queries(1):
        assert not reach(user, "view_internal", DAY).nothing
    first.delete()
    assert reach(user, "view_internal", DAY).nothing
    Membership.objects.create(role="reporter", **held)
    assert not reach(user, "view_internal", DAY).nothing
    # An organisation that is closed ends them, too; where it lies is asked again when it moves.
    Organisation.objects.filter(pk=tree["county"].pk).update(closed=DAY - timedelta(1))
    assert reach(user, "view_internal", DAY).nothing
