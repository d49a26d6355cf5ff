"""Darwin Core: checks by term, places made coarse, species summed up."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest

from saishang.rules import Rules
from saishang.science.ecology.darwin_core import Term, generalise, occurrences, species_list, to_rows
from saishang.science.ecology.from_rules import darwin_core_terms
from saishang.science.numbers import InputError

GOOD = {
    "occurrenceID": "nx-1",
    "basisOfRecord": "HumanObservation",
    "scientificName": "Ardea cinerea",
    "eventDate": "2024-07-01",
    "decimalLatitude": "38.476",
    "decimalLongitude": "106.231",
    "geodeticDatum": "EPSG:4490",
    "coordinateUncertaintyInMeters": "30",
    "countryCode": "CN",
    "individualCount": "4",
    "occurrenceStatus": "present",
    "locality": "鸣翠湖",
    "ourOwnTerm": "kept",
}


@pytest.fixture(scope="module")
def terms(rules: Rules) -> tuple[Term, ...]:
    return darwin_core_terms(rules)


def test_a_whole_record(terms: tuple[Term, ...]) -> None:
    records, problems = occurrences([(2, GOOD)], terms)
    assert problems == ()
    (record,) = records
    assert (record.name, record.first, record.last, record.count, record.present) == (
        "Ardea cinerea", date(2024, 7, 1), date(2024, 7, 1), 4, True)  # fmt: skip
    assert record.values["ourOwnTerm"] == "kept"


@pytest.mark.parametrize(
    ("change", "term"),
    [
        ({"occurrenceID": ""}, "occurrenceID"),
        ({"basisOfRecord": "Seen"}, "basisOfRecord"),
        ({"scientificName": " "}, "scientificName"),
        ({"eventDate": "1.7.2024"}, "eventDate"),
        ({"eventDate": "2024-02-30"}, "eventDate"),
        ({"eventDate": "2024-07-02/2024-07-01"}, "eventDate"),
        ({"decimalLatitude": "90.1"}, "decimalLatitude"),
        ({"decimalLongitude": "-180.5"}, "decimalLongitude"),
        ({"decimalLongitude": ""}, "decimalLatitude"),
        ({"coordinateUncertaintyInMeters": "0"}, "coordinateUncertaintyInMeters"),
        ({"individualCount": "1.5"}, "individualCount"),
        ({"individualCount": "-1"}, "individualCount"),
        ({"countryCode": "China"}, "countryCode"),
        ({"occurrenceStatus": "maybe"}, "occurrenceStatus"),
    ],
)
def test_a_bad_record_is_refused_and_the_rest_go_on(terms: tuple[Term, ...], change: dict[str, str], term: str) -> None:
    records, problems = occurrences([(2, {**GOOD, **change}), (3, {**GOOD, "occurrenceID": "nx-2"})], terms)
    assert [record.line for record in records] == [3]
    fatal = [problem for problem in problems if problem.fatal]
    assert [(problem.line, problem.term) for problem in fatal] == [(2, term)]
    assert fatal[0].message and fatal[0].fix


@pytest.mark.parametrize("change", [{"decimalLatitude": "90"}, {"decimalLongitude": "-180"}, {"individualCount": "0"}])
def test_values_at_the_edge_are_kept(terms: tuple[Term, ...], change: dict[str, str]) -> None:
    records, _ = occurrences([(2, {**GOOD, **change})], terms)
    assert len(records) == 1


def test_what_sharing_advises_is_told_but_not_refused(terms: tuple[Term, ...]) -> None:
    least = {name: GOOD[name] for name in ("occurrenceID", "basisOfRecord", "scientificName", "eventDate")}
    records, problems = occurrences([(2, least)], terms)
    assert len(records) == 1 and records[0].count is None
    assert {problem.term for problem in problems} >= {"countryCode", "geodeticDatum", "individualCount"}
    assert not any(problem.fatal for problem in problems)


def test_an_identifier_counts_once(terms: tuple[Term, ...]) -> None:
    records, problems = occurrences([(2, GOOD), (5, GOOD)], terms)
    assert len(records) == 1
    assert "line 2" in next(problem for problem in problems if problem.fatal).message


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024-06-30T08:00:00+08:00", date(2024, 6, 30), date(2024, 6, 30)),
        ("2024-05/2024-06", date(2024, 5, 1), date(2024, 6, 30)),
    ],
)
def test_dates(terms: tuple[Term, ...], text: str, first: date, last: date) -> None:
    records, _ = occurrences([(2, {**GOOD, "eventDate": text})], terms)
    assert (records[0].first, records[0].last) == (first, last)


def test_a_sensitive_place_is_rounded_and_says_so(terms: tuple[Term, ...]) -> None:
    """38.476, 106.231 on a grid of 0.1°: 38.5, 106.2; half the diagonal of 11 132 m × 11 132 cos 38.5° plus 30 m."""
    (record,), _ = occurrences([(2, GOOD)], terms)
    coarse = generalise(record, "0.1")
    assert (coarse.latitude, coarse.longitude) == (Decimal("38.5"), Decimal("106.2"))
    cell = math.hypot(11132, 11132 * math.cos(math.radians(38.5))) / 2
    assert coarse.values["coordinateUncertaintyInMeters"] == str(math.ceil(cell + 30))
    assert "0.1 degrees" in coarse.values["dataGeneralizations"] and "locality" not in coarse.values
    assert record.values["decimalLatitude"] == "38.476"  # the record itself is untouched
    with pytest.raises(InputError):
        generalise(record, "0")


def test_a_hidden_place_leaves_nothing(terms: tuple[Term, ...]) -> None:
    (record,), _ = occurrences([(2, GOOD)], terms)
    hidden = generalise(record, None)
    assert hidden.latitude is None and "withheld" in hidden.values["informationWithheld"]
    assert not {"decimalLatitude", "decimalLongitude", "locality"} & set(hidden.values)


def test_species_of_a_list(terms: tuple[Term, ...]) -> None:
    rows = [
        (2, GOOD),
        (3, {**GOOD, "occurrenceID": "b", "eventDate": "2023-05-01", "individualCount": "6"}),
        (4, {**GOOD, "occurrenceID": "c", "scientificName": "Grus grus", "individualCount": ""}),
        (5, {**GOOD, "occurrenceID": "d", "scientificName": "Otis tarda", "occurrenceStatus": "absent"}),
        (6, {**GOOD, "occurrenceID": "e", "scientificName": "Otis tarda", "individualCount": "0"}),
    ]
    records, _ = occurrences(rows, terms)
    found = species_list(records)
    assert [(item.name, item.records, item.individuals) for item in found] == [
        ("Ardea cinerea", 2, 10), ("Grus grus", 1, None)]  # fmt: skip
    assert (found[0].first, found[0].last) == (date(2023, 5, 1), date(2024, 7, 1))


def test_out_again_in_the_order_of_the_terms(terms: tuple[Term, ...]) -> None:
    records, _ = occurrences([(2, GOOD)], terms)
    header, rows = to_rows(records, terms)
    assert header[:4] == ["occurrenceID", "basisOfRecord", "scientificName", "eventDate"]
    assert header[-1] == "ourOwnTerm" and dict(zip(header, rows[0], strict=True)) == GOOD


@pytest.mark.parametrize(
    "term", ["verbatimCoordinates", "verbatimLatitude", "footprintWKT", "locationRemarks", "locality"]
)
def test_no_other_term_tells_the_place_of_a_sensitive_species(rules: Rules, term: str) -> None:
    row = {
        "occurrenceID": "1", "basisOfRecord": "HumanObservation", "scientificName": "Ciconia nigra",
        "eventDate": "2026-05-01", "decimalLatitude": "38.2571", "decimalLongitude": "106.2349", term: "38.2571",
    }  # fmt: skip
    (record,), _problems = occurrences([(2, row)], darwin_core_terms(rules))
    for step in ("0.1", None):
        assert "38.2571" not in " ".join(generalise(record, step).values.values())
