"""A site's own folder over the shipped rules: same key replaces, new key adds, faults show the site's file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from saishang.rules import check_rules, load_rules
from saishang.rules.diff import diff_rules

from .conftest import Site

HEAD = "parameter,from,to,value,source,clause,status\n"


def test_a_row_with_the_same_key_and_first_day_replaces(site: Site) -> None:
    site.write("limits.csv", HEAD + "SO2,2026-03-01,,15,own,article 2,confirmed\n", over=True)
    limits = site.load().table("limits")
    assert len(limits) == 4
    row = limits.one(date(2026, 3, 1), parameter="SO2")
    assert row.value == 15
    assert row.where == f"{site.overlay}/limits.csv:2"
    # The row keeps its place in the order of the table.
    assert [row.value for row in limits] == [60, 15, 5, 4]


def test_a_row_with_a_new_key_is_added(site: Site) -> None:
    site.write("limits.csv", HEAD + "NO,2021-01-01,2021-12-31,6,own,article 2,confirmed\n", over=True)
    limits = site.load().table("limits")
    assert len(limits) == 5
    assert limits.one(date(2021, 6, 1), parameter="NO").value == 6


def test_an_added_row_must_not_claim_days_of_another(site: Site) -> None:
    site.write("limits.csv", HEAD + "SO2,2027-01-01,,15,own,article 2,confirmed\n", over=True)
    (problem,) = site.check()
    assert problem.code == "overlapping-dates"
    assert problem.where.startswith(f"{site.overlay}/limits.csv:2")
    assert f"{site.root}/limits.csv:3" in problem.got


def test_faults_in_the_overlay_name_the_overlay(site: Site) -> None:
    site.write("limits.csv", HEAD + "SO4,,,15,own,article 2,confirmed\n", over=True)
    site.write("books/book.yaml", "editions:\n  - id: new\n    colour: red\n", over=True)
    site.write("limit.csv", "a\n", over=True)
    found = {(problem.code, problem.file, problem.line) for problem in site.check()}
    assert found == {
        ("unknown-reference", f"{site.overlay}/limits.csv", 2),
        ("unknown-key", f"{site.overlay}/books/book.yaml", 3),
        ("undeclared-file", f"{site.overlay}/limit.csv", 0),
    }


def test_an_overlay_can_add_a_code_that_it_uses(site: Site) -> None:
    site.write("parameters.csv", "code,zh,source,clause,status\nCO,一氧化碳,own,1,confirmed\n", over=True)
    site.write("limits.csv", HEAD + "CO,,,4,own,article 2,confirmed\n", over=True)
    assert site.check() == []
    assert site.load().parameters["CO"].min is None


def test_documents_are_merged_key_by_key_and_lists_by_id(site: Site) -> None:
    site.write(
        "books/book.yaml",
        "editions:\n  - id: old\n    weights: {SO2: 3}\n"
        "  - {id: future, from: 2030-01-01, to: , source: own, clause: '1', status: unconfirmed}\n"
        "  - {id: new, to: 2029-12-31}\n",
        over=True,
    )
    rules = site.load()
    editions = rules.document("books/book")["editions"]
    assert [entry["id"] for entry in editions] == ["old", "new", "future"]
    assert editions[0]["weights"] == {"NO": 1, "SO2": 3}
    assert editions[0]["main"] == "SO2"
    assert editions[1]["to"] == date(2029, 12, 31)
    assert rules.where("books/book", "editions", 0, "weights", "SO2") == f"{site.overlay}/books/book.yaml:3"
    assert rules.where("books/book", "editions", 0, "weights", "NO") == f"{site.root}/books/book.yaml:7"
    assert rules.where("books/book", "editions", 1, "to") == f"{site.overlay}/books/book.yaml:5"


def test_geometry_is_replaced_as_a_whole(site: Site) -> None:
    site.write("shapes/place.geojson", '{"type": "FeatureCollection", "features": []}', over=True)
    assert site.load().geometry("shapes/place")["features"] == []


def test_what_an_overlay_changes_can_be_listed(site: Site) -> None:
    site.write(
        "limits.csv",
        HEAD + "SO2,2026-03-01,,15,standard,table 1,confirmed\nNO,2021-01-01,2021-12-31,6,own,a,confirmed\n",
        over=True,
    )
    changes = diff_rules(load_rules(root=site.root), site.load())
    assert [(item.kind, item.name, item.key, item.cell) for item in changes] == [
        ("changed", "limits", "SO2 2026-03-01", "value"),
        ("added", "limits", "NO 2021-01-01", ""),
    ]
    assert (changes[0].before, changes[0].after) == (Decimal(20), Decimal(15))
    assert changes[0].where == f"{site.overlay}/limits.csv:2"


def test_stricter_local_limit_over_the_shipped_rules(tmp_path: Path) -> None:
    """GB 3095-2026 lets provinces set stricter limits: a site writes one row, the rest stays as shipped."""
    own = tmp_path / "standards" / "air" / "limits.csv"
    own.parent.mkdir(parents=True)
    own.write_text(
        "edition,stage,from,to,parameter,averaging,class1,class2,unit,binding,source,clause,status,note\n"
        "GB 3095-2026,transition,2026-03-01,2030-12-31,PM2.5,annual,15,28,µg/m³,true,DB 64 local,1,confirmed,\n",
        encoding="utf-8",
    )
    rules, problems = check_rules(tmp_path)
    assert problems == []
    limits = rules.table("standards/air/limits")
    day = date(2027, 1, 1)
    assert limits.one(day, parameter="PM2.5", averaging="annual", binding=True).class2 == 28
    assert limits.one(day, parameter="PM10", averaging="annual", binding=True).class2 == 60
    assert len(limits) == len(load_rules().table("standards/air/limits"))


def test_what_was_found_good_is_looked_at_again_when_a_code_it_names_is_gone(site: Site) -> None:
    assert site.check() == [] and site.check() == []
    # The document stays as it is, byte by byte; what it points to goes.
    site.replace("parameters.csv", "SO2,二氧化硫", "SOx,二氧化硫")
    site.replace("limits.csv", "SO2,,2026-02-28", "SOx,,2026-02-28")
    site.replace("limits.csv", "SO2,2026-03-01", "SOx,2026-03-01")
    problems = site.check()
    assert {problem.code for problem in problems} == {"unknown-reference"}
    book = f"{site.root}/books/book.yaml"
    assert {(problem.file, problem.line) for problem in problems} == {(book, 6), (book, 7)}
    site.replace("parameters.csv", "SOx,二氧化硫", "SO2,二氧化硫")
    site.replace("limits.csv", "SOx,,2026-02-28", "SO2,,2026-02-28")
    site.replace("limits.csv", "SOx,2026-03-01", "SO2,2026-03-01")
    assert site.check() == []


def test_what_was_found_good_is_looked_at_again_under_another_schema(site: Site) -> None:
    assert site.check() == []
    site.replace("schemas/books.schema.json", '"required": ["id", "editions"]', '"required": ["id", "editions", "zh"]')
    (problem,) = site.check()
    assert (problem.code, problem.file) == ("missing-value", f"{site.root}/books/book.yaml")
