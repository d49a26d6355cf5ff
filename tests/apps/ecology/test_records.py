"""Species lists: a Darwin Core file into the register and out again, what is refused, who may, what the public sees."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from saishang.apps.ecology import queries
from saishang.apps.ecology.actions import load_records
from saishang.apps.registers.kinds import kind_of
from saishang.config import Config
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.lake.darwin_core import read_occurrences, write_archive
from saishang.rules import load_rules
from saishang.science.ecology.darwin_core import to_rows
from saishang.science.ecology.from_rules import darwin_core_terms
from saishang.science.ecology.records import entry_of, field_of, terms_of

RULES = load_rules()
TERMS = darwin_core_terms(RULES)
TODAY = date(2026, 11, 1)
HEADER = [
    "occurrenceID", "basisOfRecord", "scientificName", "eventDate", "decimalLatitude", "decimalLongitude",
    "individualCount", "county", "occurrenceRemarks", "habitat",
]  # fmt: skip
ROWS = [
    ["a:1", "HumanObservation", "Ciconia nigra", "2026-05-01/2026-05-02", "38.2571", "106.2349", "3", "永宁县", "", ""],
    ["a:2", "HumanObservation", "Passer montanus", "2026-05", "38.4700", "106.2800", "", "", "", "town, \"old\""],
    ["a:3", "HumanObservation", "Solanum rostratum", "2026-05-02", "", "", "0", "盐池县", "", ""],
]  # fmt: skip
pytestmark = pytest.mark.django_db


def written(path: Path, rows: list[list[str]], header: list[str] = HEADER) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([header, *rows])
    return path


def load(config: Config, path: Path, actor: Any = "test", **more: Any) -> Any:
    return load_records(
        actor, RULES, Archive(config.archive), path, path.name, today=TODAY, reason="survey", **more
    )  # fmt: skip


def test_every_term_has_a_field_of_the_register() -> None:
    fields = kind_of(RULES, "species_records").fields
    assert [term.name for term in TERMS if field_of(term.name) not in fields] == []
    assert field_of("occurrenceID") == "occurrence_id"
    assert field_of("coordinateUncertaintyInMeters") == "coordinate_uncertainty_in_meters"


@pytest.mark.parametrize("archived", [False, True])
def test_file_to_list_to_file_says_the_same(config: Config, tmp_path: Path, archived: bool) -> None:
    path = written(tmp_path / "in.csv", ROWS)
    if archived:
        path = tmp_path / "in.zip"
        write_archive(path, HEADER, ROWS, title="in")
    outcome = load(config, path)
    assert (outcome.table.count("added"), outcome.table.refusals) == (3, ())
    assert Archive(config.archive).path(outcome.table.sha256).read_bytes() == path.read_bytes()
    views = queries.records(RULES, exact_places=True)
    out = tmp_path / "out.zip"
    write_archive(out, *to_rows([view.record for view in views], TERMS), title="out")
    given = {row[0]: {k: v for k, v in zip(HEADER, row, strict=True) if v} for row in ROWS}
    back = {row["occurrenceID"]: {k: v for k, v in row.items() if v} for _, row in read_occurrences(out)}
    assert back == given
    # Loaded again, nothing changes.
    again = load(config, out)
    assert (again.table.count("unchanged"), again.table.count("added")) == (3, 0)


def test_terms_and_fields_are_inverse() -> None:
    values = dict(zip(HEADER, ROWS[1], strict=True))
    given = {name: text for name, text in values.items() if text}
    assert terms_of(entry_of(given, TERMS), TERMS) == given


def test_the_list_marks_protected_and_alien_species_and_places_them_in_counties(config: Config, tmp_path: Path) -> None:
    load(config, written(tmp_path / "in.csv", ROWS), demonstration=True)
    stork, sparrow, alien = queries.records(RULES, exact_places=True)
    assert stork.protection is not None and stork.protection.level == 1 and stork.alien == ()
    assert (sparrow.protection, sparrow.alien, sparrow.entry.region) == (None, (), "")
    assert (alien.protection is None and "china_list" in alien.alien) or "key_management" in alien.alien
    assert (stork.entry.region, alien.entry.region) == ("640121", "640323")
    assert not alien.record.present and stork.invented


def test_the_public_does_not_learn_where_protected_species_live(config: Config, tmp_path: Path) -> None:
    load(config, written(tmp_path / "in.csv", ROWS))
    stork, sparrow, _alien = queries.records(RULES, exact_places=False)
    assert stork.record.values["decimalLatitude"] == "38.3" and stork.record.values["decimalLongitude"] == "106.2"
    assert "rounded" in stork.record.values["dataGeneralizations"]
    assert sparrow.record.values["decimalLatitude"] == "38.4700"


def test_on_trial_nothing_is_written_and_faults_name_line_and_term(config: Config, tmp_path: Path) -> None:
    rows = [
        ROWS[0],
        ["a:1", "HumanObservation", "Grus grus", "2026-05-01", "", "", "", "", "", ""],
        ["a:4", "Guess", "", "1 May", "95", "106", "x", "", "", ""],
        ["a:5", "HumanObservation", "Grus grus", "2026-05-01", "38", "", "", "", "", ""],
    ]
    outcome = load(config, written(tmp_path / "in.csv", rows), dry_run=True)
    assert queries.records(RULES, exact_places=True) == []
    assert outcome.table.count("added") == 1
    told = {(refusal.line, refusal.column) for refusal in outcome.table.refusals}
    assert told == {
        (3, "occurrenceID"), (4, "basisOfRecord"), (4, "scientificName"), (4, "eventDate"), (4, "decimalLatitude"),
        (4, "individualCount"), (5, "decimalLatitude"),
    }  # fmt: skip
    assert next(r for r in outcome.table.refusals if r.column == "eventDate").content == "1 May"


def test_other_terms_that_do_not_fit_are_refused_and_not_cut(config: Config, tmp_path: Path) -> None:
    row = [*ROWS[1][:8], "x" * 4001, ""]
    outcome = load(config, written(tmp_path / "in.csv", [row, ROWS[0]]))
    assert [(refusal.line, "4000" in refusal.message) for refusal in outcome.table.refusals] == [(2, True)]
    assert outcome.table.count("added") == 1


def test_a_viewer_may_not_load_and_a_file_of_another_kind_is_refused(config: Config, tmp_path: Path) -> None:
    from saishang.apps.organisations.models import User

    viewer = User.objects.create_user("viewer", password="correct-horse-battery", role="viewer")
    path = written(tmp_path / "in.csv", ROWS)
    with pytest.raises(SaishangError, match="may"):
        load(config, path, viewer)
    with pytest.raises(SaishangError, match="scientificName"):
        load(config, written(tmp_path / "no.csv", [["1"]], ["number"]))
    assert queries.records(RULES, exact_places=True) == []
