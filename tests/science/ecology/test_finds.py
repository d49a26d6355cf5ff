"""Warnings on alien species: first of its kind in the county, synonyms, mistaken finds, one day, only the key list."""

from __future__ import annotations

from datetime import date

from saishang.rules import load_rules
from saishang.science.ecology.finds import Find, SpeciesBook, count_finds, warnings_of
from saishang.science.ecology.from_rules import listed_species

BOOK = SpeciesBook(listed_species(load_rules()))
KEY = "Alternanthera philoxeroides"
DAY = date(2026, 5, 1)


def find(key: str, day: date = DAY, name: str = KEY, region: str = "640104", state: str = "found") -> Find:
    return Find(key, name, region, day, state)


def told(*finds: Find) -> list[tuple[str, bool]]:
    return [(warning.find.key, warning.open) for warning in warnings_of(finds, BOOK)]


def test_the_first_find_in_a_county_warns_and_the_second_does_not() -> None:
    later, other = find("B", date(2026, 5, 2)), find("C", date(2026, 6, 1), region="640105")
    assert told(later, find("A"), other) == [("C", True), ("A", True)]


def test_of_one_day_the_smaller_key_was_first() -> None:
    assert told(find("B"), find("A")) == [("A", True)]


def test_a_synonym_is_the_same_species() -> None:
    # 紫茎泽兰 stands as Eupatorium on the list of 2003 and as Ageratina on the key list.
    old = find("A", name="Eupatorium adenophorum")
    new = find("B", date(2026, 5, 9), "Ageratina adenophora King & H.Rob.")
    assert BOOK.identity(old.name) == BOOK.identity(new.name) == "紫茎泽兰"
    assert told(old, new) == [("A", True)]


def test_a_mistaken_find_neither_warns_nor_hides_a_later_one() -> None:
    assert told(find("A", state="mistaken"), find("B", date(2026, 5, 2))) == [("B", True)]


def test_a_warning_closes_when_the_find_is_under_control() -> None:
    states = {state: told(find("A", state=state)) for state in ("found", "assessed", "controlled", "checked")}
    assert states == {
        "found": [("A", True)], "assessed": [("A", True)], "controlled": [("A", False)], "checked": [("A", False)],
    }  # fmt: skip


def test_open_warnings_come_first() -> None:
    done = find("A", date(2026, 7, 1), state="checked")
    assert told(done, find("B", date(2026, 1, 1), region="640105")) == [("B", True), ("A", False)]


def test_a_species_on_the_other_list_only_or_on_none_does_not_warn() -> None:
    only_china = next(row for row in listed_species(load_rules()) if BOOK.lists(row.scientific_name) == ("china_list",))
    assert told(find("A", name=only_china.scientific_name), find("B", name="Passer montanus")) == []


def test_counts_leave_mistaken_finds_out() -> None:
    finds = [
        find("A", name="Eupatorium adenophorum"), find("B", name="Ageratina adenophora", state="checked"),
        find("C", name="Passer montanus", state="controlled"), find("D", state="mistaken"),
    ]  # fmt: skip
    assert count_finds(finds, BOOK) == {"finds": 3, "species": 2, "key_species": 1, "handled": 2}
