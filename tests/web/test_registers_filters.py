"""Lists of registers: filters by field, chips, order and columns; a private field is no filter for strangers."""

from __future__ import annotations

from datetime import date
from unittest.mock import patch

import pytest
from django.test import Client

from saishang.apps.registers import matching
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of, kinds
from saishang.apps.registers.models import Entry
from saishang.rules import load_rules
from tests.portal import Portal
from tests.registers_world import hidden_fields

pytestmark = pytest.mark.django_db
KIND = "/registers/construction_plots/"


@pytest.fixture(autouse=True)
def entries(portal: Portal) -> None:
    rules = load_rules()
    for code, area, use in (("FILTER-1", "9.5", "coking"), ("FILTER-2", "100", "metal")):
        given = {"code": code, "name": code, "region": "640302", "area": area, "former_use": use}
        add_entry("tests", kind_of(rules, "construction_plots"), rules, given, today=date(2026, 2, 1))


def listed(query: str, role: str | None = None, portal: Portal | None = None) -> str:
    client = Client()
    if role is not None and portal is not None:
        client.force_login(portal.people[role])
    answer = client.get(f"{KIND}?{query}")
    assert answer.status_code == 200, query
    return answer.content.decode()


def test_filters_by_field_and_their_chips() -> None:
    page = listed("f.former_use=coking&f.area.from=9.5&f.area.to=9.5&region=640300")
    assert "FILTER-1" in page and "FILTER-2" not in page
    assert "原用途：焦化" in page and "面积 ≥ 9.5" in page and "面积 ≤ 9.5" in page
    # A chip leads to the list without its condition, and keeps the others.
    assert 'href="?f.former_use=coking&amp;f.area.to=9.5&amp;region=640300"' in page
    assert "FILTER-1" not in listed("f.area.from=9.51") and "FILTER-2" in listed("f.area.from=9.51")
    # Values that nobody knows are passed over; what is no number is said.
    assert "FILTER-2" in listed("f.former_use=nonsense&state=nonsense&f.nothing=1&sort=nothing")
    assert "写不成数值或日期" in listed("f.area.from=viel")


def test_the_order_of_a_column_and_the_columns(portal: Portal) -> None:
    page = listed("sort=-area&q=FILTER")
    assert page.index("FILTER-2") < page.index("FILTER-1") and 'aria-sort="descending"' in page
    page = listed("sort=area&q=FILTER")
    assert page.index("FILTER-1") < page.index("FILTER-2")
    head = listed("col=former_use").split("<thead>")[1].split("</thead>")[0]
    assert "原用途" in head and "地块编码" in head and "面积" not in head
    csv = Client().get(f"{KIND}?format=csv&sort=-area&q=FILTER&col=area").content.decode("utf-8-sig")
    assert csv.index("FILTER-2,100") < csv.index("FILTER-1,9.5")


def test_a_private_field_is_no_filter_for_who_may_not_see_it(portal: Portal) -> None:
    with hidden_fields("construction_plots", private=("former_use", "area")):
        for query in ("f.former_use=coking", "f.area.from=1", "sort=area", "sort=-area", "f.contact=x", "sort=contact"):
            for rest in ("", "&format=csv", "&format=csv&table=form"):
                assert Client().get(f"{KIND}?{query}{rest}").status_code == 403, query
            assert Client().get(f"{KIND}places.geojson?{query}").status_code == 403, query
        # As a column it is simply not there.
        assert "原用途" not in listed("col=former_use").split("<thead>")[1].split("</thead>")[0]
        assert 'name="f.former_use"' not in listed("")
        assert "FILTER-1" in listed("f.former_use=coking", "viewer", portal)


def test_a_figure_over_a_private_field_is_refused(portal: Portal) -> None:
    name, figure, field = next(
        (kind.id, one.id, key) for kind in kinds(load_rules()).values() if kind.public
        for one in kind.figures.values() for where in (one.where, *one.any_of)
        for key in where if key != "state" and kind.fields[key].public
    )  # fmt: skip
    assert Client().get(f"/registers/{name}/?figure={figure}").status_code == 200
    with hidden_fields(name, private=(field,)):
        assert Client().get(f"/registers/{name}/?figure={figure}").status_code == 403


def test_what_has_no_index_is_asked_of_few_entries_only() -> None:
    with patch.object(matching, "FEW", 1):
        page = listed("f.area.from=50")
        assert "没有按数值或日期范围筛选" in page and "FILTER-1" in page
        assert "没有按这一列排序" in listed("sort=area")
        page = listed("f.area.from=50&f.former_use=metal&sort=area")
        assert "没有按" not in page and "FILTER-2" in page


def test_a_page_of_filters_speaks_english(portal: Portal) -> None:
    import re

    Entry.objects.update(title="Plot")
    client = Client()
    client.cookies["django_language"] = "en"
    page = client.get(f"{KIND}?f.former_use=coking&f.area.from=1&invented=0&since.from=2026-01-01").content.decode()
    body = page[page.index("<main") : page.index("</main>")]
    text = re.sub(r"<script.*?</script>|<[^>]*>", " ", body, flags=re.S)
    left = re.findall(r"[\u4e00-\u9fff]+", text.replace("FILTER", ""))
    assert not left, left
