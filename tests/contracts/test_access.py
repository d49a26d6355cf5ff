"""Role × address: who sees what through the interface, and that what is hidden cannot be asked about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from saishang.apps.organisations.models import User
from saishang.apps.registers import kinds as known
from saishang.apps.registers.models import Entry
from saishang.rules import load_rules
from saishang.science.register.kind import Field, Kind
from tests.contracts.conftest import Outfalls, get
from tests.registers_world import few_kinds
from tests.work_world import make_people, make_tree

pytestmark = pytest.mark.django_db
#: Every address that speaks of one register.
OF_REGISTER = (
    "/api/registers/outfalls", "/api/registers/outfalls/schema", "/api/registers/outfalls/entries",
    "/api/registers/outfalls/entries?f=csv", "/api/registers/outfalls/entries?f=geojson",
    "/api/registers/outfalls/entries?since=2020-01-01T00:00:00Z", "/api/registers/outfalls/entries?on=2026-06-01",
    "/api/registers/outfalls/entries/OUT-00A", "/api/registers/outfalls/entries/OUT-00A?f=geojson",
    "/api/registers/outfalls/figures", "/api/registers/outfalls/figures/found/entries",
    "/api/registers/outfalls/open?f=csv", "/api/registers/outfalls/open?f=geojson",
    "/api/registers/outfalls/open/table", "/ogc/collections/outfalls", "/ogc/collections/outfalls/queryables",
    "/ogc/collections/outfalls/items", "/ogc/collections/outfalls/items?datetime=2026-06-01",
)  # fmt: skip
OPEN_FILES = {one for one in OF_REGISTER if "/open" in one}
#: Of these the answer holds values of fields.
WITH_VALUES = tuple(one for one in OF_REGISTER if "entries" in one or "items" in one or "open?" in one)


@contextmanager
def described(kind: Kind) -> Iterator[None]:
    """Let a register be described otherwise."""
    rules = load_rules()
    with patch.dict(known._READ, {rules.digest: {**known.kinds(rules), kind.id: kind}}):
        yield


def with_field(kind: Kind, name: str, **changes: Any) -> Kind:
    fields: dict[str, Field] = {**kind.fields, name: replace(kind.fields[name], **changes)}
    return replace(kind, fields=fields)


def body(address: str, client: Client) -> tuple[int, str]:
    answer = client.get(address)
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
    return answer.status_code, content.decode()


@pytest.fixture
def people() -> dict[str, Client]:
    """Nobody, the posts of the workshop, and roles of the owner, of a government with some of the things, of others."""
    make_tree()
    users = {role: User.objects.create_user(role, role=role) for role in ("member", "viewer", "editor", "admin")}
    for place, code in (("owner", "NX-STT"), ("own", "640104"), ("foreign", "NX-SLT")):
        users |= {f"{place}-{role}": user for role, user in make_people(code).items()}
    made = {"nobody": Client()}
    for name, user in users.items():
        made[name] = Client()
        made[name].force_login(user)
    return made


#: Who sees what is not public of a register of the department, written by hand: posts that see everything internal,
#: everybody in the owner's house, whoever reviews for it (the leading group's office), assessors and auditors.
def inside(name: str) -> bool:
    if name in ("viewer", "editor", "admin"):
        return True
    place, _, role = name.partition("-")
    return place == "owner" or role in ("office", "assessor", "auditor")


def test_private_fields(outfalls: Outfalls, people: dict[str, Client]) -> None:
    for name, client in people.items():
        for address in OF_REGISTER:
            status, content = body(address, client)
            assert status == 200, (name, address, content[:300])
            # A government sees what is inside of the single thing in its region, as on the page of it.
            mine = name in ("own-reporter", "own-reviewer", "own-head") and "OUT-00A" in address
            shown = (inside(name) or mine) and address not in OPEN_FILES
            if address in WITH_VALUES and "figures" not in address:
                assert ("张三" in content) is shown, (name, address)
            if "/figures" not in address and address != "/ogc/collections/outfalls":
                assert ("contact" in content) is (
                    (shown and "queryables" not in address) or (inside(name) and "queryables" in address)
                ), (name, address)


def test_private_registers(outfalls: Outfalls, people: dict[str, Client]) -> None:
    with few_kinds(replace(outfalls.kind, public=False)):
        for name, client in people.items():
            for address in OF_REGISTER:
                status, content = body(address, client)
                mine = name in ("own-reporter", "own-reviewer", "own-head") and "OUT-00A" in address
                wanted = 403 if address in OPEN_FILES or not (inside(name) or mine) else 200
                assert status == wanted, (name, address, status)
                if wanted == 403:
                    assert "OUT-00" not in content.replace(address.partition("?")[0], "")
            for address in ("/api/registers", "/ogc/collections"):
                assert ('"outfalls"' in body(address, client)[1]) is inside(name), (name, address)
            assert '"outfalls"' not in body("/api/catalog", client)[1]


def test_public_fields_that_are_not_open(outfalls: Outfalls, people: dict[str, Client]) -> None:
    with described(with_field(outfalls.kind, "river", open=False)):
        for name, client in people.items():
            for address in WITH_VALUES:
                if "figures" not in address:
                    shown = name != "nobody" and address not in OPEN_FILES
                    assert ("清水河" in body(address, client)[1]) is shown, (name, address)
        # It stands on the page all the same: it is public.
        page = Client().get(f"/registers/outfalls/{outfalls.pk['A']}/").content.decode()
        assert "清水河" in page


def test_a_register_whose_key_is_not_open_is_not_in_the_open_interface(outfalls: Outfalls) -> None:
    with described(with_field(outfalls.kind, "code", open=False)):
        for address in OF_REGISTER:
            assert body(address, Client())[0] == 403, address
        assert "此名录不开放" in Client().get("/registers/outfalls/open/").content.decode()


@pytest.mark.parametrize("query", ["contact=张三", "contact=nobody", "nothing=张三"])
def test_hidden_fields_are_no_oracle(outfalls: Outfalls, query: str) -> None:
    """The refusal is the same for a hidden field, whatever its value, and for one that is not there."""
    for address in ("/api/registers/outfalls/entries", "/ogc/collections/outfalls/items"):
        status, content = body(f"{address}?{query}", Client())
        told = content.replace(query.partition("=")[0], "…")
        other = body(f"{address}?absent=1", Client())[1].replace("absent", "…")
        assert status == 400 and told == other


def test_text_terms_and_withdrawn_entries_are_no_oracle(outfalls: Outfalls) -> None:
    assert get("/api/registers/outfalls/entries?q=张三")["entries"] == []
    assert body("/api/registers/outfalls/entries?withdrawn=true", Client())[0] == 400
    with described(with_field(outfalls.kind, "inspected_on", public=False, open=False)):
        # The day of the next term would tell the day of the last inspection.
        assert body("/api/registers/outfalls/entries?overdue=true", Client())[0] == 400
        assert get("/api/registers/outfalls/entries/OUT-00A")["due"] == []
        assert get("/api/registers/outfalls")["terms"] == []


def test_what_a_figure_counted_tells_no_hidden_field(outfalls: Outfalls, people: dict[str, Client]) -> None:
    figure = replace(outfalls.kind.figures["found"], id="called", where={"contact": ("张三",)})
    kind = replace(outfalls.kind, figures={**outfalls.kind.figures, "called": figure}, digest="other")
    with described(kind):
        for name, client in people.items():
            status, content = body("/api/registers/outfalls/figures/called/entries", client)
            assert status == (200 if inside(name) else 403), name
            assert ("OUT-00A" in content) is inside(name)
            assert ('"called"' in body("/api/registers/outfalls/figures", client)[1]) is inside(name)
            page = client.get("/registers/outfalls/figures/called/?region=640000").status_code
            assert page == (200 if inside(name) else 404), name


def test_a_hidden_region_is_neither_shown_nor_asked(outfalls: Outfalls) -> None:
    with described(with_field(outfalls.kind, "region", public=False, open=False)):
        told = get("/api/registers/outfalls/entries")["entries"]
        assert {row["region"] for row in told} == {None} and "region" not in told[0]["fields"]
        assert body("/api/registers/outfalls/entries?region=640104", Client())[0] == 400


def test_names_of_people_end_with_their_years(outfalls: Outfalls, people: dict[str, Client]) -> None:
    """kept_years 3: to the day three years after the end of the entry, not on the day after, nor as of a past day."""
    kind = with_field(outfalls.kind, "contact", kept_years=3)
    today = timezone.localdate()
    three_years = today.replace(year=today.year - 3) if (today.month, today.day) != (2, 29) else today
    with described(kind):
        for end, shown in ((three_years, True), (three_years - timedelta(days=1), False)):
            Entry.objects.filter(pk=outfalls.pk["A"]).update(state="closed_down", since=end)
            for address in ("entries", "entries?on=2026-06-01", "entries/OUT-00A", "entries/OUT-00A?on=2026-02-01",
                            "entries?f=csv"):  # fmt: skip
                found = "张三" in body(f"/api/registers/outfalls/{address}", people["viewer"])[1]
                final = kind.life is not None and kind.life.states["closed_down"].final
                assert final and found is shown, (address, end)
    assert date(2026, 1, 1) < today


def test_answers_to_people_are_kept_by_no_cache(outfalls: Outfalls, people: dict[str, Client]) -> None:
    answer = people["viewer"].get("/api/registers/outfalls/entries")
    assert answer["Cache-Control"] == "private, no-store"
    assert Client().get("/api/registers/outfalls/entries")["Cache-Control"] == "no-cache"
