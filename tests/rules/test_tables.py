"""Rows, tables and lookups: typed values, exact decimals, dates in force, errors that teach."""

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal

import pytest

from saishang.rules import RuleLookupError, clear_cache, load_rules

from .conftest import Site


def test_cells_are_typed_by_the_schema(site: Site) -> None:
    nitric, sulfur = site.load().table("parameters").rows
    assert nitric.to_dict() == {
        "code": "NO", "zh": "一氧化氮", "min": Decimal("0"), "decimals": 0, "used": True, "names": None,
        "source": "list", "clause": "1", "status": "confirmed", "note": None,
    }  # fmt: skip
    # 0.10 keeps its two decimals: it is what the standard prints.
    assert str(sulfur.min) == "0.10"
    assert sulfur.used is False
    assert sulfur.names == ("二氧化硫", "亚硫酸酐")


def test_row_is_a_read_only_hashable_mapping(site: Site) -> None:
    row = site.load().table("limits").rows[1]
    assert row["from"] == row.from_ == date(2026, 3, 1)
    assert dict(row) == row.to_dict()
    assert len(row) == 7
    assert row.where.endswith("limits.csv:3")
    assert {row: 1}[row] == 1
    assert pickle.loads(pickle.dumps(row)) == row
    with pytest.raises(AttributeError, match="cannot be changed"):
        row.value = 1
    with pytest.raises(AttributeError, match="no column 'limit'; there are parameter"):
        _ = row.limit
    assert not hasattr(row, "__array__")


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(1990, 1, 1), 60),  # open start
        (date(2026, 2, 27), 60),
        (date(2026, 2, 28), 60),  # the last day belongs to the old one
        (date(2026, 3, 1), 20),
        (date(2099, 1, 1), 20),  # open end
    ],
)
def test_in_force_takes_both_bounds_in(site: Site, day: date, value: int) -> None:
    (row,) = site.load().table("limits").in_force(day, parameter="SO2")
    assert row.value == value


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2019, 12, 31), 0),
        (date(2020, 1, 1), 1),
        (date(2020, 12, 31), 1),
        (date(2021, 6, 1), 0),  # the gap: nothing was in force
        (date(2022, 1, 1), 1),
    ],
)
def test_a_gap_is_a_gap(site: Site, day: date, count: int) -> None:
    assert len(site.load().table("limits").in_force(day, parameter="NO")) == count


def test_find_and_one(site: Site) -> None:
    limits = site.load().table("limits")
    assert [row.line for row in limits.find(parameter="NO")] == [4, 5]
    assert limits.find(parameter="CO") == ()
    assert limits.one(date(2022, 1, 1), parameter="NO").value == 4
    assert limits.values("parameter") == ("SO2", "NO")
    assert limits.one(parameter="NO", to=date(2020, 12, 31)).line == 4


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda t: t.one(parameter="SO4"), ["parameter='SO4'", "got none", "parameter may be SO2"]),
        (lambda t: t.one(parameter="SO2"), ["got 2", "limits.csv:2", "limits.csv:3", "the key is parameter and a day"]),
        (lambda t: t.one(date(2021, 1, 1), parameter="NO"), ["in force on 2021-01-01", "2020-01-01 to 2020-12-31"]),
        (lambda t: t.find(parametre="NO"), ["expected a column of limits, got 'parametre'", "parameter, from, to"]),
    ],
    ids=["unknown value", "two rows", "no day", "unknown column"],
)
def test_lookups_that_find_nothing_teach(site: Site, ask: object, words: list[str]) -> None:
    table = site.load().table("limits")
    with pytest.raises(RuleLookupError) as caught:
        ask(table)  # type: ignore[operator]
    for word in words:
        assert word in str(caught.value)


def test_codes_are_a_mapping(site: Site) -> None:
    rules = site.load()
    assert rules.parameters["SO2"].zh == "二氧化硫"
    assert "SO2" in rules.parameters
    assert list(rules.parameters) == ["NO", "SO2"]
    assert rules.parameters.get("SO4") is None
    with pytest.raises(KeyError, match="use one of SO2"):
        _ = rules.parameters["SO4"]
    with pytest.raises(RuleLookupError, match="expected a kind of code, got 'regions'"):
        _ = rules.regions


@pytest.mark.parametrize("name", ["table", "document", "geometry"])
def test_unknown_names_teach(site: Site, name: str) -> None:
    with pytest.raises(RuleLookupError, match=f"expected a {name} of the rules, got 'limit'"):
        getattr(site.load(), name)("limit")


def test_documents_are_read_only_and_know_their_lines(site: Site) -> None:
    rules = site.load()
    book = rules.document("books/book")
    assert book["editions"][0]["weights"] == {"NO": 1, "SO2": Decimal("2.50")}
    assert book["editions"][0]["to"] == date(2018, 8, 31)
    assert book["editions"][1]["to"] is None
    with pytest.raises(TypeError):
        book["id"] = "other"  # type: ignore[index]
    assert rules.where("books/book", "editions", 0, "weights", "SO2").endswith("book.yaml:7")
    assert rules.where("books/book", "editions", 1).endswith("book.yaml:11")
    assert list(rules.documents_under("books")) == ["books/book"]
    assert rules.documents_under("book") == {}
    assert rules.entries("books/book") == 2


@pytest.mark.parametrize(
    ("which", "edition"),
    [
        (date(2018, 8, 31), "old"),
        (date(2018, 9, 1), "new"),
        ("old", "old"),
        ("new", "new"),
    ],
)
def test_edition_by_day_or_by_name(site: Site, which: str | date, edition: str) -> None:
    assert site.load().edition("books/book", which)["id"] == edition


def test_edition_that_is_not_there(site: Site) -> None:
    with pytest.raises(RuleLookupError, match="use one of old, new"):
        site.load().edition("books/book", "newer")
    site.replace("books/book.yaml", "from:\n", "from: 2012-01-01\n")
    with pytest.raises(RuleLookupError, match=r"on 2011-12-31, got none.*2012-01-01 to 2018-08-31"):
        site.load().edition("books/book", date(2011, 12, 31))


def test_loading_is_cached_until_forgotten(site: Site) -> None:
    rules = site.load()
    assert load_rules(site.overlay, site.root) is rules
    clear_cache()
    assert load_rules(site.overlay, site.root) is not rules


def test_digest_covers_every_byte_and_every_path(site: Site) -> None:
    first = site.load().digest
    assert site.load().digest == first
    assert len(first) == 64
    site.replace("limits.csv", "60,standard", "61,standard")
    second = site.load().digest
    site.write("places.csv", "code,parent,source,clause,status\n640100,,own,1,confirmed\n", over=True)
    third = site.load().digest
    (site.overlay / "places.csv").write_text("code,parent,source,clause,status\n640200,,own,1,confirmed\n")
    assert len({first, second, third, site.load().digest}) == 4
