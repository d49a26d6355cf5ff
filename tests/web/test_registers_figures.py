"""Statistics of a register: numbers lead to the entries behind them, places go down, months go back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from saishang.apps.registers.actions import add_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of, kinds
from saishang.apps.registers.models import Entry
from saishang.rules import load_rules
from tests.registers_world import hidden_fields

pytestmark = pytest.mark.django_db
KIND = "/registers/construction_plots/"
PAGE = f"{KIND}figures/"


def plot(code: str, region: str, day: date, **more: str) -> Entry:
    given = {"code": code, "name": "Plot", "region": region, "area": "10", **more}
    return add_entry("tests", kind_of(load_rules(), "construction_plots"), load_rules(), given, today=day)


@pytest.fixture(autouse=True)
def entries() -> None:
    plot("PLOT-A", "640104", date(2026, 1, 5))
    plot("PLOT-B", "640105", date(2026, 2, 5))
    plot("PLOT-C", "640202", date(2026, 2, 5))
    gone = plot("PLOT-D", "640104", date(2026, 2, 6))
    withdraw_entry("tests", kind_of(load_rules(), "construction_plots"), gone.pk, number=None, today=date(2026, 3, 6),
                   reason="x")  # fmt: skip


def page(query: str = "") -> str:
    answer = Client().get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def csv(table: str, query: str = "") -> list[list[str]]:
    text = Client().get(f"{PAGE}?format=csv&table={table}&{query}").content.decode("utf-8-sig")
    return [line.split(",") for line in text.strip().splitlines()]


def test_a_number_leads_to_the_entries_that_were_counted_on_that_day() -> None:
    for query, region, codes in (("", "640100", "AB"), ("on=2026-02-20", "640100", "ABD"), ("", "640000", "ABC"),
                                 ("place=640100", "640104", "A"), ("on=2026-01-04", "640000", "")):  # fmt: skip
        links = [unescape(link) for link in re.findall(r'href="([^"]*/figures/with_record/[^"]*)"', page(query))]
        here = [link for link in links if f"region={region}" in link]
        assert bool(here) is bool(codes), (query, links)
        if codes:
            listed = Client().get(here[0]).content.decode()
            assert {code for code in "ABCD" if f"PLOT-{code}" in listed} == set(codes), here


def test_a_prefecture_goes_down_to_its_counties() -> None:
    whole = page().split('id="place"')[1].split("</select>")[0]
    assert "银川市" in whole and "兴庆区" not in page().split("<thead>")[1].split("</thead>")[0]
    below = page("place=640100").split("<thead>")[1].split("</thead>")[0]
    assert "兴庆区" in below and "石嘴山市" not in below
    assert "石嘴山市" in page("place=nonsense&figure=nonsense&months=7").split("<thead>")[1].split("</thead>")[0]


def test_trends_by_month_as_tables() -> None:
    rows = {row[0]: row[1] for row in csv("trend", "figure=with_record&on=2026-03-31")}
    assert (rows["2025-12-31"], rows["2026-01-31"], rows["2026-02-28"], rows["2026-03-31"]) == ("0", "1", "4", "3")
    flows = {row[0]: row[1:] for row in csv("flows", "on=2026-03-31")}
    assert flows["2026-02-28"] == ["4", "3", "0"] and flows["2026-03-31"] == ["3", "0", "1"]
    states = {row[0]: row[1] for row in csv("states-trend", "on=2026-03-31&place=640100")}
    assert states["2026-02-28"] == "3" and states["2026-03-31"] == "2"
    assert len(csv("trend", "months=60&on=2026-03-31")) - len(csv("trend", "months=24&on=2026-03-31")) == 36


def test_overdue_terms_by_term_and_place() -> None:
    today = timezone.localdate()
    # Twelve months for the survey: those of this spring still have time.
    for number, region in enumerate(("640104", "640104", "640202")):
        plot(f"LATE-{number}", region, today - timedelta(days=400))
    for number, days in enumerate((300, 360)):
        plot(f"SOON-{number}", "640104", today - timedelta(days=days))
    answer = page()
    assert "逾期的期限" in answer and "逾期的期限" not in page(f"on={today - timedelta(days=1)}")
    late = csv("late")
    head = next(n for n, row in enumerate(late) if row[0] == "期限")
    for place, number in (("宁夏回族自治区", 3), ("银川市", 2), ("石嘴山市", 1), ("吴忠市", 0)):
        column = late[head].index(place)
        assert sum(int(row[column]) for row in late[head + 1 :]) == number, place
    link = next(unescape(one) for one in re.findall(r'href="([^"]*due=1[^"]*)"', answer) if "640100" in one)
    listed = Client().get(link).content.decode()
    assert "LATE-0" in listed and "LATE-1" in listed and "LATE-2" not in listed and "SOON" not in listed


def test_a_figure_over_a_private_field_has_no_way_to_its_entries() -> None:
    name, figure, field = next(
        (kind.id, one.id, key) for kind in kinds(load_rules()).values() if kind.public
        for one in kind.figures.values() for key in one.where if key != "state" and kind.fields[key].public
        and kind.fields[key].type == "choice"
    )  # fmt: skip
    with hidden_fields(name, private=(field,)):
        assert f"figure={figure}" not in Client().get(f"/registers/{name}/figures/").content.decode()


def test_it_speaks_english_and_an_empty_register_says_so() -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    for address in (f"{PAGE}?place=640100", "/registers/drains/figures/"):
        text = client.get(address).content.decode()
        body = text[text.index("<main") : text.index("</main>")]
        words = re.sub(r"<script.*?</script>|<[^>]*>", " ", body, flags=re.S)
        assert not re.findall(r"[\u4e00-\u9fff]+", words), words
