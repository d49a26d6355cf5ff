"""Every role in an organisation × every address that takes an organisation or a person × own, below, above, beside,
elsewhere: against tables written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from saishang.apps.organisations.models import Membership, Organisation, OrganisationName, User
from tests.standing import standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("terse_refusals")]

PLACES = ("own", "below", "above", "beside", "elsewhere")
#: Where each place lies for somebody of the city.
CODES = {"own": "640100", "below": "640104", "above": "640000", "beside": "640200", "elsewhere": "NX-STT"}
ROLES = ("reporter", "reviewer", "head", "office", "assessor", "auditor", "administrator")
EVERYWHERE = set(PLACES)
#: Address → what it answers when it opens, and where an administrator of the city may open it. Everybody may read an
#: organisation; no other role opens anything else here.
ADDRESSES: dict[str, tuple[int, set[str]]] = {
    "organisations-one": (200, EVERYWHERE),
    "organisations-add": (200, {"own", "below"}),
    "organisations-rename": (200, {"own", "below"}),
    "organisations-move": (200, {"own", "below"}),
    "organisations-close": (200, {"own", "below"}),
    "organisations-new-person": (200, {"own", "below"}),
    "organisations-grant": (200, {"own", "below"}),
    "organisations-end-role": (200, {"own", "below"}),
    "people-person": (200, {"own", "below"}),
    "people-act": (302, {"own", "below"}),
    "organisations-take-over": (302, set()),
}
PUBLIC = {"organisations-one"}
#: What a merged organisation owes is given on by the leading group's office and by nobody else.
OFFICE = {"organisations-take-over"}
POSTED = {"people-act", *OFFICE}


def role_row(user: User, code: str, role: str, **more: Any) -> Membership:
    given = {"first": date(2026, 1, 1), "granted_by": "tests", "reason": "x"} | more
    return Membership.objects.create(user=user, organisation=Organisation.objects.get(code=code), role=role, **given)


@pytest.fixture(scope="module")
def tree(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The tree, and in each place one reporter whose account and role the addresses name."""
    with standing(django_db_blocker):
        make_tree_with_reporters()
        yield


@pytest.fixture
def world(tree: None, db: None) -> dict[str, Membership]:
    return {place: Membership.objects.get(user__username=f"in-{place}") for place in CODES}


def make_tree_with_reporters() -> None:
    def make(code: str, above: Organisation | None, zh: str) -> Organisation:
        path = f"{above.path if above else '/'}{code}/"
        made = Organisation.objects.create(code=code, kind="government", parent=above, path=path)
        OrganisationName.objects.create(organisation=made, zh=zh)
        return made

    top = make("640000", None, "自治区党委和政府")
    city = make("640100", top, "银川市党委和政府")
    make("640104", city, "兴庆区党委和政府")
    make("640200", top, "石嘴山市党委和政府")
    make("NX-STT", top, "自治区生态环境厅")
    for place, code in CODES.items():
        role_row(User.objects.create(username=f"in-{place}", role="member"), code, "reporter")


def address(name: str, target: Membership) -> str:
    code, pk = target.organisation.code, target.user_id
    return {
        "organisations-one": f"/organisations/{code}/", "organisations-add": f"/organisations/{code}/add/",
        "organisations-rename": f"/organisations/{code}/rename/", "organisations-move": f"/organisations/{code}/move/",
        "organisations-close": f"/organisations/{code}/close/",
        "organisations-new-person": f"/organisations/{code}/people/new/",
        "organisations-grant": f"/organisations/{code}/people/grant/",
        "organisations-end-role": f"/organisations/{code}/people/{target.pk}/end/",
        "people-person": f"/people/{pk}/", "people-act": f"/people/{pk}/password/",
        "organisations-take-over": f"/organisations/{code}/take-over/",
    }[name]  # fmt: skip


def answer(client: Client, name: str, target: Membership) -> Any:
    where = address(name, target)
    # Without a reason the action refuses and leads back; whoever may not is refused before.
    return client.post(where) if name in POSTED else client.get(where)


def test_the_table_holds_every_address_that_takes_an_organisation_or_a_person() -> None:
    found = set()
    for pattern in get_resolver().url_patterns:
        assert isinstance(pattern, URLPattern)
        names = set(pattern.pattern.converters)
        if str(pattern.pattern).startswith(("organisations/", "people/")) and names:
            found.add(str(pattern.name))
    assert found == set(ADDRESSES)


@pytest.mark.parametrize("role", [*ROLES, "admin", "viewer", "editor", None, "public"])
def test_role_by_address_by_place(world: dict[str, Membership], role: str | None) -> None:
    client = Client()
    if role != "public":
        post = role if role in ("admin", "viewer", "editor") else "member"
        user = User.objects.create(username="somebody", role=post)
        if role in ROLES:
            role_row(user, CODES["own"], str(role))
        client.force_login(user)
    for name, (good, where) in ADDRESSES.items():
        for place in PLACES:
            if name in PUBLIC:
                wanted = 200
            elif role == "public":
                wanted = 302
            elif name in OFFICE:
                wanted = good if role == "office" else 403
            elif role == "admin" or (role == "administrator" and place in where):
                wanted = good
            else:
                wanted = 403
            got = answer(client, name, world[place])
            assert got.status_code == wanted, (role, name, place)
            if wanted == 200 and name not in PUBLIC and name != "people-person":
                assert client.post(address(name, world[place])).status_code == 422, (role, name, place)
            elif wanted == 403:
                assert client.post(address(name, world[place])).status_code == 403, (role, name, place)
            if role == "public" and name not in PUBLIC:
                assert got["Location"].startswith("/account/sign-in/?next="), (name, place)


@pytest.mark.parametrize("role", ROLES)
def test_who_sees_the_list_of_people(world: dict[str, Membership], role: str) -> None:
    user = User.objects.create(username="somebody", role="member")
    role_row(user, CODES["own"], role)
    client = Client()
    client.force_login(user)
    got = client.get("/people/")
    assert got.status_code == (200 if role == "administrator" else 403)
    if role == "administrator":
        page = got.content.decode()
        assert "in-own" in page and "in-below" in page
        assert not any(f"in-{place}" in page for place in ("above", "beside", "elsewhere"))
        table = client.get("/people/?format=csv").content.decode()
        assert "in-below" in table and "in-beside" not in table


def test_an_account_that_is_not_there_looks_like_one_that_is_not_ours(world: dict[str, Membership]) -> None:
    client = Client()
    user = User.objects.create(username="somebody", role="member")
    role_row(user, CODES["own"], "administrator")
    client.force_login(user)
    assert client.get("/people/999999/").status_code == 403
    assert client.get("/organisations/NX-NONE/add/").status_code == 404
    # A role of another organisation under the address of one's own.
    assert client.get(f"/organisations/640100/people/{world['beside'].pk}/end/").status_code == 404


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_rights_end_with_the_day(world: dict[str, Membership], days: int) -> None:
    user = User.objects.create(username="somebody", role="member")
    role_row(user, CODES["own"], "administrator", last=timezone.localdate() + timedelta(days))
    client = Client()
    client.force_login(user)
    wanted = 403 if days < 0 else 200
    assert client.get("/organisations/640104/add/").status_code == wanted
    assert client.get("/people/").status_code == wanted


def test_a_person_with_a_role_elsewhere_is_not_the_citys_alone(world: dict[str, Membership]) -> None:
    user = User.objects.create(username="somebody", role="member")
    role_row(user, CODES["own"], "administrator")
    role_row(world["below"].user, CODES["beside"], "reporter")
    client = Client()
    client.force_login(user)
    assert client.get(f"/people/{world['below'].user_id}/").status_code == 403
    # The role in the city's own county is still the city's to end.
    assert client.get(f"/organisations/640104/people/{world['below'].pk}/end/").status_code == 200
