"""Entries, figures and open data as other programmes read them; expected values told by hand (conftest)."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from saishang.apps.registers import queries
from saishang.apps.registers.models import Entry
from saishang.apps.registers.queries import Filter
from saishang.rules import load_rules
from tests.contracts.conftest import Outfalls, get

pytestmark = pytest.mark.django_db
AT = "/api/registers/outfalls"


def keys(query: str, client: Client | None = None) -> str:
    return "".join(row["key"][-1] for row in get(f"{AT}/entries?{query}", client)["entries"])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", "ABC"), ("q=新排口", "A"), ("q=张三", ""), ("region=640100", "AC"), ("region=640202", "B"),
        ("region=640000", "ABC"), ("state=found", "ABC"), ("state=found,kept&state=traced", "ABC"), ("state=kept", ""),
        ("key=OUT-00B", "B"), ("key=OUT-00D", ""), ("bbox=106,38,106.4,39", "AC"), ("manner=pipe", "A"),
        ("on=2026-01-09", ""), ("on=2026-01-10", "A"), ("on=2026-03-31", "ACDB"), ("on=2026-04-01", "ACB"),
        ("on=2026-05-31&bbox=106,38,107,40", "AC"), ("on=2026-06-01&bbox=106,38,107,40", "ACB"),
        ("on=2026-03-31&region=640104&manner=pipe", "A"),
        # Never inspected: twelve months after the day of the state (registers/outfalls, first_inspection).
        ("overdue=true&on=2027-01-10", ""), ("overdue=true&on=2027-01-11", "A"), ("overdue=true&on=2027-02-02", "AC"),
        ("overdue=true&on=2027-03-02", "ACB"),
    ],
)  # fmt: skip
def test_filters(outfalls: Outfalls, query: str, wanted: str) -> None:
    assert keys(query) == wanted


def test_an_entry_as_json(outfalls: Outfalls) -> None:
    first = get(f"{AT}/entries")["entries"][0]
    assert {name: first[name] for name in ("id", "key", "title", "region", "state", "state_since", "effective",
                                           "version", "withdrawn", "invented", "place")} == {
        "id": outfalls.pk["A"], "key": "OUT-00A", "title": "新排口A", "region": "640104", "state": "found",
        "state_since": "2026-01-10", "effective": "2026-05-01", "version": 2, "withdrawn": False, "invented": False,
        "place": {"type": "Point", "coordinates": [106.2, 38.4]},
    }  # fmt: skip
    assert first["fields"]["flow"] == 12.5 and first["fields"]["manner"] == "pipe"
    assert "contact" not in first["fields"]


def test_numbers_keep_their_last_digit() -> None:
    from decimal import Decimal

    from saishang.web.api.answers import dumped, number

    # 2^53 + 0.1 and more digits than a binary fraction has.
    for text, wanted in (("12.50", "12.5"), ("0.1", "0.1"), ("9007199254740993.1", "9007199254740993.1"),
                         ("0.1234567890123456789", "0.1234567890123456789"), ("100", "100"), ("1E+3", "1000"),
                         ("-0.000000000000001", "-1e-15")):  # fmt: skip
        told = dumped({"n": number(text)})
        assert told == f'{{"n": {wanted}}}' and json.loads(told, parse_float=Decimal)["n"] == Decimal(text)


@pytest.mark.parametrize("query", ["", "on=2026-03-31", "since=2020-01-01T00:00:00Z", "region=640104"])
def test_pages_hold_everything_once_while_others_write(outfalls: Outfalls, query: str) -> None:
    from saishang.apps.registers.actions import withdraw_entry

    whole = [row["key"] for row in get(f"{AT}/entries?{query}")["entries"]]
    found, address, pages = [], f"{AT}/entries?{query}&limit=1", 0
    while address:
        told = get(address)
        found += [row["key"] for row in told["entries"]]
        if pages == 0 and query == "":  # what has been read goes away: a count of rows would now leave B out
            withdraw_entry("tests", outfalls.kind, outfalls.pk["A"], number=2, today=date(2026, 8, 1), reason="x")
        address, pages = next((link["href"] for link in told["links"] if link["rel"] == "next"), ""), pages + 1
    assert found == whole and pages == max(len(whole), 1)


def test_a_copy_is_kept_by_asking_for_changes(outfalls: Outfalls) -> None:
    from saishang.apps.registers.actions import withdraw_entry

    first = get(f"{AT}/entries?since=2020-01-01T00:00:00%2B08:00")
    # In the order of their last writing: C, D withdrawn, A renamed, B placed.
    assert [(row["key"][-1], row["withdrawn"]) for row in first["entries"]] == [
        ("C", False), ("D", True), ("A", False), ("B", False),
    ]  # fmt: skip
    nothing = get(f"{AT}/entries?since={first['until'].replace('+', '%2B')}")
    assert nothing["entries"] == []
    withdraw_entry("tests", outfalls.kind, outfalls.pk["C"], number=1, today=date(2026, 8, 1), reason="x")
    after = get(f"{AT}/entries?since={first['until'].replace('+', '%2B')}")
    assert [(row["key"][-1], row["withdrawn"]) for row in after["entries"]] == [("C", True)]


def test_csv_has_the_digits_that_were_typed_and_nothing_that_a_spreadsheet_runs(outfalls: Outfalls) -> None:
    Entry.objects.filter(pk=outfalls.pk["B"]).update(
        values=Entry.objects.get(pk=outfalls.pk["B"]).values | {"remark": "=1+1", "flow": "-3.10"}
    )
    answer = Client().get(f"{AT}/entries?f=csv&limit=2")
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == ["OUT-00A", "OUT-00B"]
    assert rows[0]["flow"] == "12.50" and (rows[0]["_lon"], rows[0]["_lat"]) == ("106.2", "38.4")
    assert rows[1]["remark"] == "'=1+1" and rows[1]["flow"] == "-3.10" and rows[1]["automatic"] == "true"
    assert "cursor=" in answer["Link"] and answer["Link"].endswith('rel="next"')
    assert answer["X-Invented-Entries"] == "0" and "contact" not in rows[0]


def test_an_entry_with_its_versions(outfalls: Outfalls) -> None:
    told = get(f"{AT}/entries/OUT-00A")
    assert [(one["version"], one["action"], one["effective"], one["fields"]["name"]) for one in told["versions"]] == [
        (2, "change", "2026-05-01", "新排口A"), (1, "add", "2026-01-10", "排口A"),
    ]  # fmt: skip
    assert told["versions"][0]["reason"] == "更名" and "actor" not in told["versions"][0]
    before = get(f"{AT}/entries/OUT-00A?on=2026-04-30")
    assert (before["title"], before["version"], len(before["versions"])) == ("排口A", 1, 1)
    assert Client().get(f"{AT}/entries/OUT-00A?on=2026-01-09").status_code == 404
    assert get(f"{AT}/entries/OUT-00D")["withdrawn"] is True
    assert before["due"] == [{"term": "first_inspection", "on": "2027-01-10", "overdue": False}]


@pytest.mark.parametrize(
    "on", [date(2026, 1, 9), date(2026, 1, 10), date(2026, 3, 1), date(2026, 4, 1), date(2026, 9, 1)]
)
@pytest.mark.parametrize("region", ["640000", "640100", "640202", "640500"])
def test_figures_are_those_that_counting_gives(outfalls: Outfalls, on: date, region: str) -> None:
    rules, kind = load_rules(), outfalls.kind
    told = get(f"{AT}/figures?on={on}&region={region}&from={on - timedelta(days=40)}&to={on}&step=day")
    views = [view for view in queries.entries(kind, Filter(on=on)) if not view.standing.invented]
    counted = queries.figures(kind, rules, views, [region])
    for figure in told["figures"]:
        value = counted[figure["id"]][region]
        assert figure["value"] == (None if value.rounded is None else float(value.rounded)), figure
        assert figure["counted"] == len(value.counted)
        assert figure["series"][-1] == {"on": on.isoformat(), **{k: figure[k] for k in
                                                                 ("value", "counted", "base", "lacking")}}  # fmt: skip
        first = [view for view in queries.entries(kind, Filter(on=on - timedelta(days=40)))
                 if not view.standing.invented]  # fmt: skip
        begun = queries.figures(kind, rules, first, [region])[figure["id"]][region]
        assert figure["series"][0]["counted"] == len(begun.counted) and len(figure["series"]) == 41
        # What is behind it: the very keys that counting names.
        behind = get(f"{AT}/figures/{figure['id']}/entries?on={on}&region={region}")
        assert sorted(row["key"] for row in behind["entries"] if row["counted"]) == sorted(value.counted)
        if figure["measure"] == "share":
            assert sorted(row["key"] for row in behind["entries"]) == sorted(value.base)
        assert behind["figure"]["value"] == figure["value"]


def test_a_series_by_month_told_by_hand(outfalls: Outfalls) -> None:
    told = get(f"{AT}/figures?from=2025-12-05&to=2026-06-15&on=2026-06-15")
    (found,) = [figure for figure in told["figures"] if figure["id"] == "found"]
    # A since January, D from February to March, B since March; C is invented.
    assert [(one["on"], one["value"]) for one in found["series"]] == [
        ("2025-12-31", 0), ("2026-01-31", 1), ("2026-02-28", 2), ("2026-03-31", 3), ("2026-04-30", 2),
        ("2026-05-31", 2), ("2026-06-15", 2),
    ]  # fmt: skip
    assert told["invented_entries"] == 1
    made_up = get(f"{AT}/figures?on=2026-06-15&invented=true")
    assert [figure["value"] for figure in made_up["figures"] if figure["id"] == "found"] == [1]
    behind = get(f"{AT}/figures/found/entries?on=2026-06-15&invented=true")["entries"]
    assert [(row["key"], row["invented"]) for row in behind] == [("OUT-00C", True)]


def test_what_is_behind_a_figure_goes_on_over_pages(outfalls: Outfalls) -> None:
    for query, wanted in (("on=2026-03-31", ["OUT-00A", "OUT-00D", "OUT-00B"]), ("", ["OUT-00A", "OUT-00B"])):
        found, address = [], f"{AT}/figures/found/entries?limit=1&{query}"
        while address:
            told = get(address)
            found += [row["key"] for row in told["entries"]]
            address = next((link["href"] for link in told["links"] if link["rel"] == "next"), "")
        assert found == wanted


def test_open_data_as_whole_files(outfalls: Outfalls, monkeypatch: pytest.MonkeyPatch) -> None:
    from saishang.web.api import downloads

    monkeypatch.setattr(downloads, "_AT_ONCE", 2)  # several pages in one file
    answer = Client().get(f"{AT}/open?f=csv")
    body = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["code"][-1] for row in rows] == ["A", "B", "C"]
    assert [row["_invented"] for row in rows] == ["false", "false", "true"] and answer["X-Invented-Entries"] == "1"
    assert "demonstration" not in answer["Content-Disposition"]
    table = get(f"{AT}/open/table")
    assert [column["titles"][0] for column in table["tableSchema"]["columns"]] == list(rows[0])
    assert table["tableSchema"]["primaryKey"] == "code"
    on = Client().get(f"{AT}/open?f=geojson&on=2026-03-31")
    told = json.loads(b"".join(on))  # type: ignore[arg-type]
    assert [one["properties"]["code"][-1] for one in told["features"]] == ["A", "C", "D", "B"]
    assert (told["numberReturned"], told["invented"]) == (4, 1)
    # Nobody gets more than what is open, whoever asks.
    assert "张三" not in body and "contact" not in rows[0]


def closed(answer: Any) -> None:
    """What the server does when a reader is gone; `close()` itself would also close the test's database."""
    for close in answer._resource_closers:
        close()


def test_only_so_many_whole_files_at_once(outfalls: Outfalls) -> None:
    from saishang.web.api.downloads import MOST_AT_ONCE

    running = [Client().get(f"{AT}/open?f=csv") for _number in range(MOST_AT_ONCE)]
    late = Client().get(f"{AT}/open?f=csv")
    assert (late.status_code, late.json()["code"], late["Retry-After"]) == (429, "busy", "60")
    next(iter(running[0]))  # one was read in part, the other not at all
    for answer in running:
        closed(answer)
    again = Client().get(f"{AT}/open?f=csv")
    assert again.status_code == 200
    closed(again)
    assert Client().head(f"{AT}/open?f=csv").status_code == 200


def test_the_catalogue_names_every_open_register_and_no_other(outfalls: Outfalls) -> None:
    from saishang.apps.registers.kinds import kinds

    told = get("/api/catalog")
    named = {one["dct:identifier"] for one in told["dcat:dataset"]}
    assert named == {kind.id for kind in kinds(load_rules()).values() if kind.public}
    assert "radioactive_sources" not in named
    (one,) = [one for one in told["dcat:dataset"] if one["dct:identifier"] == "outfalls"]
    assert [file["dct:format"] for file in one["dcat:distribution"]] == ["csv", "geojson"]
    assert one["dct:modified"]["@type"] == "xsd:dateTime"


def test_an_answer_that_is_known_is_not_sent_again(outfalls: Outfalls) -> None:
    for address in (f"{AT}/entries", f"{AT}/figures", "/api/registers", AT):
        first = Client().get(address)
        assert first["Cache-Control"] == "no-cache" and {"Accept", "Cookie"} <= set(first["Vary"].split(", "))
        assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    before = Client().get(f"{AT}/entries")["ETag"]
    values: dict[str, Any] = Entry.objects.get(pk=outfalls.pk["A"]).values
    Entry.objects.filter(pk=outfalls.pk["A"]).update(values=values | {"river": "苦水河"})
    assert Client().get(f"{AT}/entries", headers={"If-None-Match": before}).status_code == 200


def test_pages_of_the_portal(outfalls: Outfalls) -> None:
    for language, words in (
        ("zh-hans", ("开放数据", "尚未确定", "不开放")),
        ("en", ("Open data", "none given yet", "not open")),
    ):
        client = Client()
        client.cookies["django_language"] = language
        page = client.get("/registers/outfalls/open/").content.decode()
        assert words[0] in page and words[1] in page and "1 " in page
        # Who does not see a field does not hear of it.
        assert "contact" not in page and words[2] not in page.replace("此名录不开放", "")
    figures = Client().get("/registers/outfalls/figures/?on=2026-03-31").content.decode()
    href = "/registers/outfalls/figures/found/?region=640100&amp;on=2026-03-31"
    assert href in figures
    counted = Client().get(href.replace("&amp;", "&")).content.decode()
    assert "OUT-00A" in counted and "OUT-00D" in counted and "OUT-00B" not in counted and "OUT-00C" not in counted
    assert "OUT-00D" in Client().get(f"{href.replace('&amp;', '&')}&format=csv").content.decode()
    assert Client().get("/registers/outfalls/figures/found/").status_code == 404
    assert Client().get("/registers/outfalls/figures/none/?region=640000").status_code == 404
