"""A register of a past day: what the list says, where its links lead, what an entry said then."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape

import pytest
from django.test import Client

from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import add_entry, change_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry
from saishang.rules import load_rules
from saishang.science.register.places import read_place
from tests.portal import PLOT

pytestmark = pytest.mark.django_db
KIND = "/registers/construction_plots/"


@pytest.fixture
def row() -> Entry:
    kind, rules = kind_of(load_rules(), "construction_plots"), load_rules()
    given = {"code": "PAST-1", "name": "First", "region": "640104", "area": "10", "contact": "Zhang"}
    place = read_place(PLOT, "polygon")
    made = add_entry("tests", kind, rules, given, today=date(2026, 1, 10), place=place)
    change_entry("tests", kind, rules, made.pk, given | {"name": "Second", "area": "20"}, number=None,
                 today=date(2026, 2, 10), place=place)  # fmt: skip
    withdraw_entry("tests", kind, made.pk, number=None, today=date(2026, 3, 10), reason="x")
    return made


def get(address: str, role: str = "") -> str:
    client = Client()
    if role:
        client.force_login(User.objects.create_user(role, role=role))
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize(
    ("day", "name", "area"),
    [("2026-01-10", "First", "10"), ("2026-02-09", "First", "10"), ("2026-02-10", "Second", "20"),
     ("2026-03-09", "Second", "20")],
)  # fmt: skip
def test_the_entry_says_what_it_said_on_the_day(day: str, name: str, area: str, row: Entry) -> None:
    page = get(f"{KIND}{row.pk}/?on={day}", "editor")
    assert f"这是 {day} 当日的内容" in page and f"<title>PAST-1 {name}" in page
    fields = get(f"{KIND}{row.pk}/?on={day}&format=csv")
    assert f"面积,{area}" in fields.replace(" [m²]", "")
    assert ("Second" in fields) is (name == "Second")
    # Nothing is done to the past.
    for words in ("撤销条目", "恢复条目", "更正", "下一步</h2>", f'href="{KIND}{row.pk}/edit/"'):
        assert words not in page, words


def test_before_it_was_there_and_today(row: Entry) -> None:
    assert Client().get(f"{KIND}{row.pk}/?on=2026-01-09").status_code == 404
    for query in ("", "?on=", "?on=nonsense", "?on=2999-01-01"):
        assert "当日的内容" not in get(f"{KIND}{row.pk}/{query}")
    # On the day of its withdrawal it says so.
    assert "已撤销" in get(f"{KIND}{row.pk}/?on=2026-03-10")


def test_private_fields_stay_private_in_the_past(row: Entry) -> None:
    address = f"{KIND}{row.pk}/?on=2026-01-20"
    assert "Zhang" not in get(address) and "Zhang" not in get(f"{address}&format=csv")
    assert "Zhang" in get(address, "viewer")


def test_the_list_of_a_day_keeps_it_in_its_links_exports_and_outlines(row: Entry) -> None:
    page = get(f"{KIND}?on=2026-01-20")
    assert f'href="{KIND}{row.pk}/?on=2026-01-20"' in page and "2026-01-20 当日的名录" in page
    assert "PAST-1" not in get(KIND)
    for name in ("format=xlsx&table=form", "format=csv&table=form", "download=1"):
        link = next(one for one in (unescape(found) for found in re.findall(r'href="([^"]+)"', page)) if name in one)
        assert "on=2026-01-20" in link, link
    assert "First" in get(f"{KIND}?on=2026-01-20&format=csv") and "Second" in get(f"{KIND}?on=2026-02-20&format=csv")
    outlines = json.loads(get(f"{KIND}places.geojson?on=2026-01-20"))
    assert [one["properties"]["name"] for one in outlines["features"]] == ["First"]
    assert f"{KIND}places.geojson?on=2026-01-20" in page
