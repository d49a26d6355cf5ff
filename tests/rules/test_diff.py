"""Differences between rule sets and between editions of a standard."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from saishang.rules import RuleLookupError, load_rules
from saishang.rules.diff import diff_editions, diff_rules

from .conftest import Site


def test_nothing_differs_from_itself(site: Site) -> None:
    assert diff_rules(site.load(), site.load()) == []


def test_rows_added_removed_and_changed(site: Site) -> None:
    before = site.load()
    site.replace("limits.csv", "SO2,,2026-02-28,60,", "SO2,,2026-02-28,55,")
    site.replace("limits.csv", "NO,2022-01-01,,4,standard,table 1,confirmed\n", "")
    site.replace("places.csv", "640100,640000,list,1,confirmed\n",
                 "640100,640000,list,1,confirmed\n640200,640000,list,1,confirmed\n")  # fmt: skip
    changes = diff_rules(before, site.load())
    assert [(item.kind, item.name, item.key, item.cell) for item in changes] == [
        ("changed", "limits", "SO2", "value"),
        ("removed", "limits", "NO 2022-01-01", ""),
        ("added", "places", "640200", ""),
    ]
    assert (changes[0].before, changes[0].after) == (Decimal(60), Decimal(55))
    assert changes[1].before["value"] == 4
    assert changes[2].to_dict()["after"]["code"] == "640200"


def test_values_of_documents(site: Site) -> None:
    before = site.load()
    site.replace("books/book.yaml", "SO2: 2.50", "SO2: 3")
    site.replace("books/book.yaml", "    main: SO2\n", "")
    site.replace("books/book.yaml", "from: 2018-09-01\n", "from: 2018-09-01\n    main: NO\n")
    changes = {item.key: item for item in diff_rules(before, site.load())}
    assert {key: (item.kind, item.before, item.after) for key, item in changes.items()} == {
        "editions.old.weights.SO2": ("changed", Decimal("2.50"), 3),
        "editions.old.main": ("removed", "SO2", None),
        "editions.new.main": ("added", None, "NO"),
    }
    # Line 6 went, so the second edition begins on line 10 and its third line is 12.
    assert changes["editions.new.main"].where.endswith("book.yaml:12")


def test_moving_an_entry_is_no_difference(site: Site) -> None:
    before = site.load()
    text = (site.root / "books/book.yaml").read_text(encoding="utf-8")
    head, old, new = text.split("  - id: ")
    site.write("books/book.yaml", f"{head}  - id: {new}  - id: {old}")
    assert diff_rules(before, site.load()) == []


def test_one_table_only(site: Site) -> None:
    before = site.load()
    site.replace("limits.csv", "SO2,,2026-02-28,60,", "SO2,,2026-02-28,55,")
    assert len(diff_rules(before, site.load(), only="limits")) == 1
    assert diff_rules(before, site.load(), only="places") == []
    with pytest.raises(RuleLookupError, match="got 'limit'"):
        diff_rules(before, site.load(), only="limit")


def test_what_gb3095_2026_changes_first() -> None:
    """Transition stage: only the class 2 limits of PM10 and PM2.5 move (air.md section 2)."""
    table = load_rules().table("standards/air/limits")
    changes = diff_editions(table, "GB 3095-2012", "GB 3095-2026")
    moved = {(item.key, item.cell): (item.before, item.after) for item in changes if item.kind == "changed"}
    assert moved == {
        ("PM10 annual binding", "class2"): (70, 60),
        ("PM10 24h binding", "class2"): (150, 120),
        ("PM2.5 annual binding", "class2"): (35, 30),
        ("PM2.5 24h binding", "class2"): (75, 60),
    }
    assert {item.kind for item in changes} == {"changed", "added"}
    assert sum(item.kind == "added" for item in changes) == 10  # appendix A


def test_what_the_full_limits_change() -> None:
    table = load_rules().table("standards/air/limits")
    changes = diff_editions(table, "GB 3095-2026 transition", "GB 3095-2026 final")
    moved = {item.key: (item.before, item.after) for item in changes if item.cell == "class2"}
    assert moved == {
        "SO2 annual binding": (60, 20), "SO2 24h binding": (150, 50), "SO2 1h binding": (500, 150),
        "NO2 annual binding": (40, 30), "NO2 24h binding": (80, 50),
        "PM10 annual binding": (60, 50), "PM10 24h binding": (120, 100),
        "PM2.5 annual binding": (30, 25), "PM2.5 24h binding": (60, 50),
        "NOx annual binding": (50, 40), "NOx 24h binding": (100, 70),
    }  # fmt: skip


def test_what_hj633_2026_changes() -> None:
    """Two points move, and the hours of particles get columns (HJ 633 table 1)."""
    table = load_rules().table("standards/air/iaqi_breakpoints")
    changes = diff_editions(table, "HJ 633-2012", "HJ 633-2026")
    assert {(item.key, item.before, item.after) for item in changes if item.kind == "changed"} == {
        ("PM10 24h 100", 150, 120),
        ("PM2.5 24h 100", 75, 60),
    }
    assert sum(item.kind == "added" for item in changes) == 16
    assert not [item for item in changes if item.kind == "removed"]


@pytest.mark.parametrize("name", ["GB 3095-1996", "GB 3095-2026 middle", "2026"])
def test_unknown_edition_lists_the_known_ones(name: str) -> None:
    table = load_rules().table("standards/air/limits")
    with pytest.raises(
        RuleLookupError, match="GB 3095-2012, GB 3095-2026, GB 3095-2026 final, GB 3095-2026 transition"
    ):
        diff_editions(table, "GB 3095-2012", name)


def test_table_without_editions() -> None:
    with pytest.raises(RuleLookupError, match="a table with editions"):
        diff_editions(load_rules().table("parameters"), "a", "b")


def test_editions_of_one_day_and_the_diff_agree() -> None:
    table = load_rules().table("standards/air/limits")
    row = table.one(date(2027, 1, 1), parameter="PM2.5", averaging="annual", binding=True)
    (change,) = [
        item for item in diff_editions(table, "GB 3095-2012", "GB 3095-2026") if item.key == "PM2.5 annual binding"
    ]
    assert change.after == row.class2
    assert change.where == row.where
