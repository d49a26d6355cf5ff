"""Saved views: whose they are, who sees them, what they may not tell, and with which one a list opens."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.models import User
from saishang.apps.registers.models import OwnDefault, SavedView
from tests.registers_world import hidden_fields
from tests.work_world import make_people, make_tree

pytestmark = pytest.mark.django_db
KIND = "/registers/construction_plots/"
QUERY = "f.former_use=coking&sort=-area"


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    made = {f"{code}-{role}": user for code in ("640104", "640200") for role, user in make_people(code).items()}
    return made | {"viewer": User.objects.create_user("viewer", role="viewer")}


def client(user: User | None) -> Client:
    made = Client()
    if user is not None:
        made.force_login(user)
    return made


def save(user: User, name: str, shared: str = "", query: str = QUERY) -> int:
    answer = client(user).post(f"{KIND}views/", {"name": name, "query": query, "shared": shared})
    found = re.search(r"view=(\d+)", answer["Location"])
    assert answer.status_code == 302 and found is not None
    return int(found[1])


def act(user: User, number: int, what: str, **more: str) -> None:
    assert client(user).post(f"{KIND}views/{number}/", {"what": what, **more}).status_code == 302


def sees(user: User | None, name: str) -> bool:
    return name in client(user).get(f"{KIND}?view=0").content.decode()


def test_whose_it_is_and_who_sees_it(people: dict[str, User]) -> None:
    mine, colleague, stranger = people["640104-reporter"], people["640104-head"], people["640200-head"]
    save(mine, "自留")
    save(mine, "同事们", "organisation:640104")
    save(mine, "大家伙", "everybody")
    table = {"自留": (True, False, False, False), "同事们": (True, True, False, False), "大家伙": (True,) * 4}
    for name, seen in table.items():
        assert tuple(sees(user, name) for user in (mine, colleague, stranger, None)) == seen, name
    # With an organisation in which one holds no role it is not shared.
    assert save(mine, "越界", "organisation:640200") == 0
    assert not SavedView.objects.filter(name="越界").exists()
    log = ActionLogEntry.objects.filter(verb="registers.save_view")
    last = log.latest("sequence").after
    assert log.count() == 3 and last is not None and last["shared"] == "everybody"


def test_what_it_opens_and_the_own_default(people: dict[str, User]) -> None:
    mine, other = people["640104-reporter"], people["640200-head"]
    number = save(mine, "焦化地块", "everybody", "page=3&format=csv&f.former_use=coking&sort=-area&q=")
    # Pages and exports are no part of it.
    assert SavedView.objects.get(pk=number).query == QUERY
    for user in (mine, other):
        act(user, number, "default")
        assert client(user).get(KIND)["Location"] == f"{KIND}?{QUERY}&view={number}"
    assert client(None).get(KIND).status_code == 200
    page = client(mine).get(f"{KIND}?{QUERY}&view={number}").content.decode()
    assert 'aria-current="page">焦化地块' in page and "原用途：焦化" in page
    assert client(mine).get(f"{KIND}?view=0").status_code == 200
    act(other, number, "no_default")
    assert client(other).get(KIND).status_code == 200
    # Once it is no longer shared, it opens nobody's list any more.
    act(other, number, "default")
    act(mine, number, "change", name="我自己的", shared="")
    assert client(other).get(KIND).status_code == 200 and sees(mine, "我自己的") and not sees(other, "我自己的")
    act(mine, number, "delete")
    assert not SavedView.objects.exists() and not OwnDefault.objects.exists()
    assert client(mine).get(KIND).status_code == 200
    assert ActionLogEntry.objects.filter(verb="registers.delete_view").count() == 1


def test_only_the_owner_changes_it(people: dict[str, User]) -> None:
    number = save(people["640104-reporter"], "大家伙", "everybody")
    for user in (people["640104-head"], people["viewer"]):
        for what in ("delete", "change"):
            act(user, number, what, name="x")
    assert SavedView.objects.get().name == "大家伙"
    for path in ("views/", f"views/{number}/"):
        assert client(None).post(KIND + path)["Location"].startswith("/account/sign-in/")
    # Of a register that somebody may not see, nothing is kept.
    answer = client(people["640104-reporter"]).post("/registers/radioactive_sources/views/", {"name": "x", "query": ""})
    assert answer.status_code == 403 and SavedView.objects.count() == 1


def test_a_view_over_a_private_field_is_not_shown_to_who_may_not_see_it(people: dict[str, User]) -> None:
    save(people["viewer"], "含内部字段", "everybody")
    reporter = people["640104-reporter"]
    with hidden_fields("construction_plots", private=("former_use",)):
        assert (
            sees(people["viewer"], "含内部字段") and not sees(reporter, "含内部字段") and not sees(None, "含内部字段")
        )
        OwnDefault.objects.create(kind="construction_plots", person=reporter, view=SavedView.objects.get())
        assert client(reporter).get(KIND).status_code == 200


@pytest.mark.parametrize(("name", "kept"), [("", False), ("x" * 80, True), ("x" * 81, False), ("  两个  词 ", True)])
def test_names_at_their_edges(name: str, kept: bool, people: dict[str, User]) -> None:
    number = save(people["viewer"], name)
    assert bool(number) is kept
    if kept:
        # The same name again replaces it; the name of another one cannot be taken.
        assert save(people["viewer"], name, query="state=released") == number
        other = save(people["viewer"], "另一个")
        act(people["viewer"], other, "change", name=" ".join(name.split()))
        assert SavedView.objects.get(pk=other).name == "另一个"


def test_it_speaks_english(people: dict[str, User]) -> None:
    save(people["640104-reporter"], "Mine")
    visitor = client(people["640104-reporter"])
    visitor.cookies["django_language"] = "en"
    page = visitor.get(f"{KIND}?view=0").content.decode()
    for words in ("Views", "All entries", "Save and manage views", "Only me", "Make it my default", "Delete the view"):
        assert words in page, words
