"""Who sees what of a register: reader × kind × field, on every page and in every file; and who is led to its forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry
from saishang.apps.registers.search import _entries
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import read_place
from tests.registers_world import few_kinds
from tests.work_world import make_people, make_tree

pytestmark = pytest.mark.django_db
RULES = load_rules()
#: A plot in a county of Yinchuan: a field that everybody sees, and one that is not public.
GOOD = {"code": "640104-001", "name": "老化工厂地块", "region": "640104", "area": "1200", "holder": "公开的使用权人",
        "contact": "不公开的联系人"}  # fmt: skip
SHOWN, KEPT = "公开的使用权人", "不公开的联系人"
POINT = read_place(
    {"type": "Polygon", "coordinates": [[[106.2, 38.4], [106.3, 38.4], [106.3, 38.5], [106.2, 38.5], [106.2, 38.4]]]},
    "polygon",
)
WRITERS = ("reporter", "reviewer", "head")
PLACES = {"own": "640104", "beside": "640200", "owner": "NX-STT", "foreign": "NX-SLT"}
#: Who sees what is not public of the whole register, by hand: the owner's people with a role that sees, who reviews,
#: whoever sees everything, the posts. `own`: of the plots in their county, besides.
INSIDE = (
    {("owner", role) for role in (*WRITERS, "administrator")} | {(place, role) for place in PLACES for role in
                                                                 ("office", "assessor", "auditor")}
    | {("post", "viewer"), ("post", "editor")}
)  # fmt: skip
OWN = {("own", role) for role in WRITERS}
#: Addresses of the whole register, and of the one entry.
WHOLE = ("", "?q=640104-001", "?format=csv&table=form", "?on={day}&format=csv&table=form", "places.geojson",
         "places.geojson?q=640104-001", "?region=640104&format=csv&table=form")  # fmt: skip
ENTRY = ("", "?format=csv", "?format=csv&table=fields")


@pytest.fixture(params=["public", "staff"])
def plots(request: pytest.FixtureRequest) -> Iterator[Kind]:
    kind = replace(kind_of(RULES, "construction_plots"), public=request.param == "public")
    fields = {
        name: replace(field, in_list=field.in_list or name in ("holder", "contact"))
        for name, field in kind.fields.items()
    }
    with few_kinds(replace(kind, fields=fields)):
        yield kind_of(RULES, kind.id)


@pytest.fixture
def readers() -> dict[tuple[str, str], User | None]:
    make_tree()
    made: dict[tuple[str, str], User | None] = {("nobody", ""): None}
    for place, code in PLACES.items():
        made |= {(place, role): user for role, user in make_people(code).items()}
    for post in ("viewer", "editor"):
        made["post", post] = User.objects.create_user(post, role=post)
    return made


@pytest.fixture
def row(plots: Kind) -> Entry:
    return add_entry("tests", plots, RULES, GOOD, today=timezone.localdate(), place=POINT)


def client(user: User | None) -> Client:
    made = Client()
    if user is not None:
        made.force_login(user)
    return made


def test_reader_by_kind_by_field(
    plots: Kind, row: Entry, readers: dict[tuple[str, str], User | None], terse_refusals: None
) -> None:
    at = "/registers/construction_plots/"
    for who, user in readers.items():
        visitor, inside = client(user), who in INSIDE
        here = inside or who in OWN
        for address in WHOLE:
            answer = visitor.get(at + address.format(day=timezone.localdate()))
            opens = plots.public or inside
            assert (answer.status_code == 200) is opens, (who, address, answer.status_code)
            text = answer.content.decode() if opens else ""
            assert (SHOWN in text) is opens and (KEPT in text) is inside, (who, address)
        for address in ENTRY:
            answer = visitor.get(f"{at}{row.pk}/{address}")
            opens = plots.public or here
            assert (answer.status_code == 200) is opens, (who, address, answer.status_code)
            if not opens:
                continue
            text = answer.content.decode()
            assert SHOWN in text and (KEPT in text) is here, (who, address)
        # What is not public is not found by looking for it either, by nobody: a hit would say that it is there.
        found = visitor.get(f"{at}?q={KEPT}&format=csv")
        assert "640104-001" not in found.content.decode(), who
        listed = "建设用地土壤环境地块" in visitor.get("/registers/").content.decode()
        assert listed is (plots.public or inside), who


def test_what_the_search_of_the_portal_holds(plots: Kind, row: Entry) -> None:
    (document,) = [one for one in _entries(None) if one.key == str(row.pk)]
    assert SHOWN in document.text
    # Of a public register what everybody sees; a register for staff is found by those alone who see all of it.
    assert (KEPT in document.text) is (not plots.public)
    assert (document.audience == "view_internal") is (not plots.public)


#: Pages with ways into a register → the register.
BOARDS = {"/water/outfalls/": "outfalls", "/noise/": "noise_stations"}


@pytest.mark.parametrize("board", sorted(BOARDS))
def test_boards_lead_whoever_writes_or_proposes_to_the_forms(board: str) -> None:
    make_tree()
    people: dict[tuple[str, str], User | None] = {("nobody", ""): None}
    for place, code in PLACES.items():
        people |= {(place, role): user for role, user in make_people(code).items()}
    people |= {("post", post): User.objects.create_user(post, role=post) for post in ("viewer", "editor")}
    at = f"/registers/{BOARDS[board]}/"
    for (place, role), user in people.items():
        page = client(user).get(board).content.decode()
        # Every government proposes things in its own region; the department proposes and reviews.
        proposes = role in WRITERS and place in ("own", "beside", "owner")
        assert (f"{at}proposals/table/" in page) is proposes, (place, role)
        assert (f"{at}import/" in page) is (role == "editor"), (place, role)
