"""All registers on one page: in the order of the plan, found by words and by task."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from saishang.rules import load_rules
from saishang.science.register.kind import read_kinds
from tests.portal import Portal

pytestmark = pytest.mark.django_db
RULES = load_rules()


def listed(query: str = "", lang: str = "zh-hans") -> list[str]:
    client = Client()
    client.cookies["django_language"] = lang
    page = client.get(f"/registers/{query}").content.decode()
    return re.findall(r'register-row-head"><a href="/registers/([a-z_]+)/"', page)


def test_every_kind_names_items_of_the_plan() -> None:
    items = {str(row["id"]) for row in RULES.table("plans/ningxia/items")}
    for kind in read_kinds(RULES).values():
        assert kind.tasks and set(kind.tasks) <= items, kind.id


def test_registers_stand_in_the_order_of_the_plan(portal: Portal) -> None:
    found = listed()
    kinds = read_kinds(RULES)
    assert set(found) == {kind.id for kind in kinds.values() if kind.public}
    # Task 4 (energy) before 11 (water) before 28 (reform) before 31; the safeguards come last.
    order = [found.index(name) for name in ("energy_bases", "outfalls", "key_units", "major_projects")]
    assert order == sorted(order)
    main = [kinds[name].tasks[0] for name in found]
    assert main == sorted(main, key=lambda item: (item[0] != "T", int(item[1:])))


def test_a_register_is_found_by_any_word_and_by_task(portal: Portal) -> None:
    assert listed("?q=排污口") and "outfalls" in listed("?q=排污口")
    assert "outfalls" in listed("?q=Outfall", "en")
    # Words of fields count, and all words have to be there.
    assert "outfalls" in listed("?q=受纳水体") and "outfalls" not in listed("?q=受纳水体+绿道")
    assert set(listed("?task=T7")) == {"charging_sites", "nev_registrations", "rail_sidings"}
    # A register stands once, under its main task, and is found by its others.
    assert {"beautiful_cells", "outfalls"} <= set(listed("?task=T11"))
    assert listed("?q=qqqq") == []
    assert "没有符合条件的名录" in Client().get("/registers/?q=qqqq").content.decode()


def test_a_request_by_htmx_gets_the_results_only(portal: Portal) -> None:
    page = Client().get("/registers/?task=T7", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page and "charging_sites" in page and "3 个名录" in page
