"""Seals of a run: over its rows as the database holds them, the files of its tables, and analyses kept beside it.

The database refuses to change a finished run, and the seals are written into the action log, whose entries seal one
another. Whoever goes round the database (a superuser, an editor of files) leaves a row or a file that fits no seal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from saishang.apps.core.queries import history_of, logged
from saishang.apps.indicators.models import Run
from saishang.apps.indicators.provenance import digest

__all__ = ["Broken", "broken_seals", "file_seal", "rows_seal", "tables_seals"]

_CHUNK = 1 << 20
#: Rows as PostgreSQL prints them, in an order of their own: what is stored, not what an object makes of it.
_VALUES = """
select to_jsonb(t) - 'id' from indicators_indicatorvalue t where run_id = %s
order by indicator, region, period, period_kind, basis, kind, standard
"""
_STATES = "select to_jsonb(t) - 'id' from indicators_targetstate t where run_id = %s order by target, region"


@dataclass(frozen=True)
class Broken:
    """Something of a run that does not fit its seal."""

    run: str
    what: str


def rows_seal(run: str) -> str:
    """sha256 over every stored value and state of a run."""
    seal = hashlib.sha256()
    with connection.cursor() as cursor:
        for text in (_VALUES, _STATES):
            cursor.execute(f"select x::text from ({text}) as rows(x)", [run])  # noqa: S608 - our own two texts
            for (row,) in cursor:
                seal.update(row.encode() + b"\n")
            seal.update(b"--\n")
    return seal.hexdigest()


def file_seal(path: Path) -> str:
    """sha256 over the bytes of a file."""
    seal = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            seal.update(chunk)
    return seal.hexdigest()


def tables_seals(folder: Path) -> dict[str, str]:
    """Name of a table → sha256 of its file."""
    return {path.stem: file_seal(path) for path in sorted(folder.glob("*.parquet"))}


def broken_seals(runs: Path) -> Iterator[Broken]:
    """Every run whose rows, tables, kept analyses or entry in the log do not fit; nothing when all is whole.

    Parameters
    ----------
    runs:
        Folder with the runs' tables.
    """
    for run in Run.objects.filter(finished__isnull=False).order_by("started"):
        entry = logged("indicators.evaluate", run)
        if entry is None:
            yield Broken(run.id, "the action log has no entry of its evaluation")
            continue
        if entry.get("result") != run.result_digest:
            yield Broken(run.id, "the digest of its result is not the one in the action log")
        if not run.seals:
            continue  # made before runs had seals: `saishang replay` still tells whether its digits come out
        if entry.get("seals") != digest(run.seals):
            yield Broken(run.id, "its seals are not the ones in the action log")
        if rows_seal(run.id) != run.seals["rows"]:
            yield Broken(run.id, "values or states of targets were changed in the database")
        found = tables_seals(runs / run.id)
        for name, seal in run.seals["tables"].items():
            if name not in found:
                yield Broken(run.id, f"the table {name} is gone")
            elif found[name] != seal:
                yield Broken(run.id, f"the file of the table {name} was changed")
        for name in sorted(set(found) - set(run.seals["tables"])):
            yield Broken(run.id, f"the table {name} was added afterwards")
    for run in Run.objects.filter(finished__isnull=False).order_by("started"):
        yield from _broken_analyses(run, runs / run.id)


def _broken_analyses(run: Run, folder: Path) -> Iterator[Broken]:
    """Analyses kept beside a run (`kept.Kept`) that are not what the action log says was written."""
    made: dict[str, Mapping[str, Any]] = {}
    for entry in history_of(Run._meta.label, run.pk):
        told = entry.after or {}
        if entry.verb.startswith("indicators.") and {"result", "code"} <= told.keys():
            made[entry.verb.removeprefix("indicators.")] = told
    there = {path.stem: path for path in sorted(folder.glob("*.json"))}
    for name in sorted({*made, *there}):
        if name not in there:
            yield Broken(run.id, f"the analysis {name} is gone")
        elif name not in made:
            yield Broken(run.id, f"the analysis {name} was added afterwards")
        elif not _fits(there[name], made[name], run):
            yield Broken(run.id, f"the file of the analysis {name} was changed")


def _fits(path: Path, told: Mapping[str, Any], run: Run) -> bool:
    if "file" in told:
        return bool(file_seal(path) == told["file"])
    # Made before the log kept the seal of the file: what it tells is still held against the digest of its rows.
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        said = (body["run"], body["rules"], body["code"], digest(body["rows"]))
    except (ValueError, KeyError, TypeError):
        return False
    return bool(said == (run.pk, run.rules_digest, told["code"], told["result"]))
