"""Proof that the lake holds together: one row per key, ledger and table agree, archived bytes are what they were."""

from __future__ import annotations

from dataclasses import dataclass

from saishang.errors import SaishangError
from saishang.lake.duck import connect_duck
from saishang.lake.lake import Lake

__all__ = ["Finding", "audit"]


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, how many faults, and the first of them in words."""

    what: str
    faults: int
    detail: str = ""


def audit(lake: Lake) -> list[Finding]:
    """Run every check; a check without faults is in the list too."""
    return [_keys(lake), _counts(lake), _archive(lake), _reject_files(lake), _numbers(lake)]


def _keys(lake: Lake) -> Finding:
    """One row per key, month by month so that memory stays bounded."""
    faults, first = 0, ""
    duck = connect_duck()
    for medium, month in sorted({(part.medium, part.month) for part in lake.table.parts()}):
        files = [part.path for part in lake.table.parts(medium=medium, months=[month])]
        rows = duck.execute(
            'select source, station, parameter, "start", count(*) from read_parquet($files, hive_partitioning = false) '
            'group by source, station, parameter, "start", "end" having count(*) > 1 order by all',
            {"files": files},
        ).fetchall()
        faults += len(rows)
        if rows and not first:
            first = f"{month}: {rows[0][1]} {rows[0][2]} {rows[0][3]} stands {rows[0][4]} times"
    duck.close()
    return Finding("one row per key", faults, first)


def _numbers(lake: Lake) -> Finding:
    """No NaN or infinity: they would slip through filters that statistics of files answer (see `stage.refuse_nan`)."""
    files = lake.files()
    if not files:
        return Finding("values are numbers", 0)
    duck = connect_duck()
    rows = duck.execute(
        'select batch, count(*) filter (not isfinite("value")) as n from read_parquet($files, '
        "hive_partitioning = false) group by batch having n > 0 order by batch",
        {"files": files},
    ).fetchall()
    duck.close()
    first = f"batch {rows[0][0]} has {rows[0][1]} values that are no number" if rows else ""
    return Finding("values are numbers", sum(int(row[1]) for row in rows), first)


def _counts(lake: Lake) -> Finding:
    """Rows of the table = rows that committed batches added; no row of any other batch."""
    files = lake.files()
    counted: dict[int, int] = {}
    if files:
        duck = connect_duck()
        found = duck.execute(
            "select batch, count(*) from read_parquet($files, hive_partitioning = false) group by batch",
            {"files": files},
        ).fetchall()
        counted = {int(batch): int(rows) for batch, rows in found}
        duck.close()
    with lake.ledger.connect() as connection:
        batches = {
            int(row["id"]): row
            for row in connection.execute("select id, status, added, replaced from lake_batch").fetchall()
        }
        lost = {
            int(row["old_batch"]): int(row["n"])
            for row in connection.execute(
                "select s.old_batch, count(*) as n from lake_supersession s join lake_batch b on b.id = s.batch "
                "where b.status = 'committed' group by s.old_batch"
            ).fetchall()
        }
    problems = []
    for number in sorted(set(counted) | set(batches)):
        row = batches.get(number)
        committed = row is not None and row["status"] == "committed"
        expected = 0 if row is None or not committed else row["added"] + row["replaced"] - lost.get(number, 0)
        if counted.get(number, 0) != expected:
            problems.append(f"batch {number}: the ledger says {expected} rows, the table has {counted.get(number, 0)}")
    return Finding("ledger and table agree", len(problems), problems[0] if problems else "")


def _archive(lake: Lake) -> Finding:
    problems = []
    with lake.ledger.connect() as connection:
        rows = connection.execute("select distinct sha256 from lake_batch where status = 'committed'").fetchall()
    for row in rows:
        try:
            lake.archive.verify(row["sha256"])
        except SaishangError as error:
            problems.append(str(error))
    return Finding("archived files are what they were", len(problems), problems[0] if problems else "")


def _reject_files(lake: Lake) -> Finding:
    with lake.ledger.connect() as connection:
        rows = connection.execute("select id from lake_batch where status = 'committed' and rejected > 0").fetchall()
    missing = [int(row["id"]) for row in rows if not lake.folders.rejects(int(row["id"])).exists()]
    return Finding("reject files are there", len(missing), f"batch {missing[0]}" if missing else "")
