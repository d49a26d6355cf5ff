"""Loading a file: archive → read → settle → compare → ledger → commit. Nothing is lost or doubled by `kill -9`.

The order is the proof. (1) The bytes are in the archive before anything else. (2) The ledger has the batch as
`started`, with a lock that dies with the process. (3) All that the ledger will say is written as `prepared`. (4) The
table is changed by exactly one commit that carries the batch's number. (5) The ledger says `committed`. A process
that dies before (4) has changed nothing; one that dies after it has changed everything, and `reconcile` reads in the
table's own log which of the two it was.

Comparing and committing happen under one lock per (medium, month), so that two processes cannot both find a key
missing. Reading and parsing, the long part, need no lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from saishang.errors import SaishangError
from saishang.lake.archive import Archive, Archived
from saishang.lake.errors import FileRefused, LakeError, MappingError, disk_errors, is_disk_full
from saishang.lake.ledger import Batch, Connection, Ledger, batch_lock, query
from saishang.lake.readers.blocks import FileReader, Reject
from saishang.lake.readers.layouts import Tally, read_pieces
from saishang.lake.readers.opening import READER, open_file
from saishang.lake.remarks import named_day_differs
from saishang.lake.sources import Source
from saishang.lake.stage import Difference, Stage
from saishang.lake.table import ObservationsTable

__all__ = ["Folders", "Progress", "ingest_file", "note_refusal", "reconcile"]

#: Called with the step's name, a number of rows, and the share of the step that is done (0 to 1, None = not known).
#: What it raises ends the load cleanly as `aborted`; it is not called any more once the commit has begun.
Progress = Callable[[str, int, float | None], None]
_DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_]?(\d{2})[-_]?(\d{2})(?!\d)")


@dataclass(frozen=True)
class Folders:
    """Where the lake keeps what is neither table nor archive."""

    root: Path

    def staging(self, batch: int) -> Path:
        """Waiting room of a batch; gone when the batch is over."""
        return self.root / "staging" / str(batch)

    def rejects(self, batch: int) -> Path:
        """Reject file of a batch: every refused cell."""
        return self.root / "rejects" / f"{batch}.csv"

    def empty(self, batch: int) -> Path:
        """Places that a batch's file named and left empty."""
        return self.root / "empty" / f"{batch}.parquet"


def ingest_file(
    path: Path, source: Source, *, table: ObservationsTable, ledger: Ledger, archive: Archive, folders: Folders,
    actor: str = "", file_name: str | None = None, progress: Progress | None = None,
) -> Batch:  # fmt: skip
    """Load one file; returns its batch.

    The same bytes read the same way are loaded once: a second call does nothing and returns the first batch with
    `no_op`. A corrected file replaces exactly the rows that differ; rows that it no longer names stay and are
    reported as `absent`.

    Raises
    ------
    FileRefused, MappingError
        When nothing of the file can be used; the ledger says why (`refused`).
    LakeError
        When the disk is full or the table stays busy (`aborted`); loading the file again is safe.
    """
    say = progress or (lambda step, rows, done: None)
    say("archive", 0, None)
    archived = archive.put(path)
    recipe = hashlib.sha256(f"{READER}\n{source.digest}".encode()).hexdigest()
    with ledger.connect() as connection:
        reconcile(connection, table, folders)
        with Ledger.locked(connection, [f"saishang-file-{archived.sha256}-{source.id}"]):
            found = Ledger.find(connection, archived.sha256, source.id, recipe)
            if found is not None:
                return found
            number = Ledger.start(
                connection, source=source.id, file_name=file_name or path.name, sha256=archived.sha256,
                size_bytes=archived.size, recipe=recipe, reader=READER, actor=actor,
            )  # fmt: skip
            stage = Stage(folders.staging(number), number)
            tally = Tally()
            notes: dict[str, Any] = {}
            if source.label.startswith("hour"):
                notes["named_day"] = _named_day(file_name or path.name)
            try:
                with disk_errors("the batch", str(folders.root)), stage:
                    return _load(connection, archived, source, stage, tally, notes, table, folders, number, say)
            except BaseException as error:
                if isinstance(error, SaishangError):
                    _name_file(error, archived, file_name or path.name)
                _give_up(connection, number, error, stage, tally, notes, table, folders)
                raise
            finally:
                with contextlib.suppress(psycopg.Error):
                    connection.execute(query("unlock"), {"name": batch_lock(number)})


def note_refusal(
    path: Path, error: SaishangError, *, ledger: Ledger, archive: Archive, actor: str = "", file_name: str | None = None
) -> int:
    """Keep a file whose kind or source could not be told, and write why it was refused; returns the batch."""
    archived = archive.put(path)
    name = file_name or path.name
    _name_file(error, archived, name)
    if error.where is not None:
        error.where = error.where.replace(path.name, name)
    with ledger.connect() as connection:
        number = Ledger.start(
            connection, source="", file_name=name, sha256=archived.sha256, size_bytes=archived.size,
            recipe=hashlib.sha256(READER.encode()).hexdigest(), reader=READER, actor=actor,
        )  # fmt: skip
        Ledger.end(connection, number, "refused", str(error)[:2000])
    return number


def _load(
    connection: Connection, archived: Archived, source: Source, stage: Stage, tally: Tally, notes: dict[str, Any],
    table: ObservationsTable, folders: Folders, number: int, say: Progress,
) -> Batch:  # fmt: skip
    def refuse(reject: Reject) -> None:
        if not reject.cell:  # a line that the reader cannot cut into cells is a line of the file as well
            tally.rows_read += 1
        stage.rejects(reject)

    with open_file(archived.path, source, refuse) as file:
        notes["format"] = file.format
        if source.document is not None:
            notes["mapping"] = source.document
        if source.collected is not None:
            notes["collected"] = source.collected.isoformat()
        stage.header = file.header
        for piece in read_pieces(file, source, stage.rejects, tally):
            stage.add(piece)
            say("read", tally.rows_read, file.share_read())
    repeats, months, first_start, last_end = stage.settle()
    _note(notes, file, tally, stage)
    named = notes.pop("named_day", None)
    if named is not None and first_start and last_end and named_day_differs(named, first_start, last_end):
        notes["named_day"] = named.isoformat()
    if not stage.count and stage.rejects.count:
        raise _nothing_usable(stage.rejects.first, stage.rejects.count, source)
    locks = [f"saishang-part-{source.medium}-{month}" for month in months]
    with Ledger.locked(connection, locks):
        say("compare", stage.count, None)
        parts = []
        if first_start is not None:
            last = stage.last_start() or first_start
            parts = table.parts(medium=source.medium, months=months, source=source.series, span=(first_start, last))
        difference = stage.compare(source.series, parts, repeats)
        if difference.absent:
            notes["absent_examples"] = difference.absent_examples
        stage.keep(folders.rejects(number), folders.empty(number))
        replaced = len(difference.changed)
        values: dict[str, Any] = {
            "id": number, "rows_read": tally.rows_read, "added": difference.new_count, "replaced": replaced,
            "accepted": difference.new_count + replaced + difference.identical, "identical": difference.identical,
            "duplicates": difference.duplicates, "rejected": stage.rejects.count, "ignored": tally.ignored,
            "empty": tally.empty, "absent": difference.absent, "first_start": first_start, "last_end": last_end,
            "months": months, "notes": notes,
        }  # fmt: skip
        Ledger.prepare(connection, values, stage.rejects.first, difference.superseded)
        say("commit", difference.new_count + replaced, None)
        version = _commit(connection, difference, table, number)
        return Ledger.finish(connection, number, version)


def _commit(connection: Connection, difference: Difference, table: ObservationsTable, number: int) -> int:
    row = connection.execute(query("still_here"), {"id": number}).fetchone()
    if row is None or row["status"] != "prepared":
        raise LakeError(f"batch {number} was ended by somebody else", fix="load the file again", code="batch-lost")
    if len(difference.changed):
        new = difference.new
        rows = new if not hasattr(new, "read_all") else new.read_all()
        return table.replace(rows, difference.changed, number)
    if difference.new_count:
        return table.append(difference.new, number)
    return table.version


def _named_day(name: str) -> date | None:
    """The day in a file's name, as in `china_sites_20190512.csv`; None when there is none, or more than one."""
    found = _DAY_IN_NAME.findall(name)
    try:
        return date(*map(int, found[0])) if len(found) == 1 else None
    except ValueError:
        return None


def _note(notes: dict[str, Any], file: FileReader, tally: Tally, stage: Stage) -> None:
    notes.update({key: value for key, value in file.notes.items() if value not in (None, [], {})})
    if tally.ignored_names:
        notes["ignored"] = dict(tally.ignored_names)
    if stage.rejects.codes:
        notes["rejected"] = dict(stage.rejects.codes)


def _nothing_usable(first: list[Reject], count: int, source: Source) -> FileRefused:
    shown = "; ".join(f"line {r.line} cell {r.cell}: {r.message}" for r in first[:3])
    return FileRefused(
        f"no value of the file could be read as {source.id}; {count:,} refusals, the first: {shown}",
        fix="check that the source fits the file (--source), or describe the file with --mapping",
        code="nothing-usable",
    )


def _name_file(error: SaishangError, archived: Archived, name: str) -> None:
    """Readers see the archived copy; people know the file by the name it came with."""
    stored = archived.path.name
    where = error.where
    if where is None or where == "header line":
        error.where = f"{name}, {where}" if where else name
    else:
        error.where = where.replace(stored, name)


def _give_up(
    connection: Connection, number: int, error: BaseException, stage: Stage, tally: Tally, notes: dict[str, Any],
    table: ObservationsTable, folders: Folders,
) -> None:  # fmt: skip
    """Write why a batch ended, unless its rows are in the table after all (then they count)."""
    refused = isinstance(error, FileRefused | MappingError)
    with contextlib.suppress(psycopg.Error, SaishangError, OSError):
        if table.has_batch(number):
            Ledger.finish(connection, number, table.version_of(number))
            return
        text = str(error) if isinstance(error, SaishangError) else f"{type(error).__name__}: {error}"
        Ledger.end(
            connection, number, "refused" if refused else "aborted", text[:2000], rows_read=tally.rows_read,
            rejected=stage.rejects.count, notes=notes, rejects=stage.rejects.first if refused else (),
        )  # fmt: skip
        if not is_disk_full(error):
            folders.empty(number).unlink(missing_ok=True)


def reconcile(connection: Connection, table: ObservationsTable, folders: Folders) -> dict[int, str]:
    """Settle batches whose process died: the table's log says whether they were committed.

    Returns batch number -> new status. Batches of living processes are left alone: their lock is held.
    """
    settled: dict[int, str] = {}
    for row in connection.execute(query("open_batches")).fetchall():
        number = int(row["id"])
        with Ledger.try_locked(connection, batch_lock(number)) as free:
            if not free:
                continue
            now = connection.execute(query("still_here"), {"id": number}).fetchone()
            if now is None or now["status"] not in {"started", "prepared"}:
                continue
            if now["status"] == "prepared" and _done(table, row["id"], connection):
                Ledger.finish(connection, number, table.version_of(number) if table.exists() else None)
                settled[number] = "committed"
            else:
                connection.execute(
                    "update lake_batch set status = 'aborted', finished_at = now(), error = %s where id = %s",
                    ("the process ended before the table was changed; load the file again", number),
                )
                folders.empty(number).unlink(missing_ok=True)
                settled[number] = "aborted"
    for row in connection.execute(query("aborted_prepared")).fetchall():
        # A process that lost its connection, was taken for dead, and committed after all: the table has the last word.
        number = int(row["id"])
        if table.has_batch(number):
            with contextlib.suppress(psycopg.errors.UniqueViolation):  # loaded again meanwhile: `check` tells of it
                Ledger.finish(connection, number, table.version_of(number))
                settled[number] = "committed"
    _sweep(connection, folders)
    return settled


def _sweep(connection: Connection, folders: Folders) -> None:
    """Remove waiting rooms whose batch is over: a process can die between its last word and tidying up."""
    rooms = [path for path in (folders.root / "staging").glob("*") if path.name.isdigit()]
    if rooms:
        rows = connection.execute(query("open_batches")).fetchall()
        open_now = {str(row["id"]) for row in rows}
        for room in rooms:
            if room.name not in open_now:
                shutil.rmtree(room, ignore_errors=True)


def _done(table: ObservationsTable, number: int, connection: Connection) -> bool:
    """Whether a prepared batch is complete: its commit is in the table, or it had nothing to commit."""
    row = connection.execute(query("batch"), {"id": number}).fetchone()
    if row is not None and row["added"] == 0 and row["replaced"] == 0:
        return True
    return table.has_batch(number)
