"""Take a species list in Darwin Core into the register of records; the file goes into the raw archive as it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from saishang.apps.registers.actions import RowRefusal, TableOutcome, load_rows
from saishang.apps.registers.kinds import kind_of
from saishang.lake.archive import Archive
from saishang.lake.darwin_core import read_occurrences
from saishang.rules import Rules
from saishang.science.ecology.darwin_core import Occurrence, occurrences
from saishang.science.ecology.from_rules import darwin_core_terms
from saishang.science.ecology.records import entry_of
from saishang.science.register.kind import DEMONSTRATION

__all__ = ["RECORDS", "RecordsOutcome", "load_records"]

#: The kind of register that holds the records.
RECORDS = "species_records"


@dataclass(frozen=True)
class RecordsOutcome:
    """What became of a list: the register's outcome, the records that passed, advised terms that some of them lack."""

    table: TableOutcome
    records: tuple[Occurrence, ...]
    advised: Mapping[str, int]


def load_records(
    actor: Any, rules: Rules, archive: Archive, path: Path, name: str, *, today: date, reason: str,
    demonstration: bool = False, dry_run: bool = False, address: str | None = None,
) -> RecordsOutcome:  # fmt: skip
    """Permission → read → check by term → take record by record → log.

    A record whose `occurrenceID` the register knows changes that entry. What is refused names line, term and remedy;
    the other records are taken.

    Raises
    ------
    SaishangError
        When the actor may not, or the file is no Darwin Core table or archive.
    """
    kind, terms = kind_of(rules, RECORDS), darwin_core_terms(rules)
    written = dict(read_occurrences(path))
    records, problems = occurrences(written.items(), terms)
    refused = [
        RowRefusal(problem.line, problem.term, written[problem.line].get(problem.term, ""), problem.message,
                   problem.fix, problem.term)
        for problem in problems if problem.fatal
    ]  # fmt: skip
    advised: dict[str, int] = {}
    for problem in problems:
        if not problem.fatal:
            advised[problem.term] = advised.get(problem.term, 0) + 1
    regions = _regions(rules)
    rows = [(record.line, _row(record, terms, regions, demonstration)) for record in records]
    outcome = load_rows(
        actor, kind, rules, archive, path, name, rows, refused, today=today, reason=reason, dry_run=dry_run,
        address=address,
    )  # fmt: skip
    return RecordsOutcome(outcome, records, advised)


def _row(record: Occurrence, terms: Any, regions: Mapping[str, str], demonstration: bool) -> dict[str, str]:
    row = entry_of(record.values, terms)
    if record.latitude is not None and record.longitude is not None:
        row["place"] = f"{record.longitude}, {record.latitude}"
    row["region"] = regions.get(record.values.get("county", "").strip(), "")
    row[DEMONSTRATION] = "true" if demonstration else "false"
    return row


def _regions(rules: Rules) -> dict[str, str]:
    """Names of counties → code; a name that two of them have means none of them."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for row in rules.regions.values():
        if row["use"] != "in_plan":
            continue
        for name in {str(row["zh"]), str(row["short"]), str(row["en"])}:
            if name in found and found[name] != str(row["code"]):
                twice.add(name)
            found[name] = str(row["code"])
    return {name: code for name, code in found.items() if name not in twice}
