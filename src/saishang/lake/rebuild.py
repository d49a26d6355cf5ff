"""The table as it was at a version, read again from the raw archive: for versions whose files were vacuumed.

The batches that had been committed by then are loaded once more, in their order, by the ordinary road, into a table
and a ledger of their own. The ledger lives in a schema of the same database that is dropped at the end, the table in a
folder that the caller owns. A batch that was read by other readers or another description than today's is named: its
rows may come out otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from saishang.errors import SaishangError
from saishang.lake.errors import LakeError
from saishang.lake.ingest import ingest_file
from saishang.lake.lake import Lake
from saishang.lake.ledger import Batch
from saishang.lake.readers.opening import READER
from saishang.lake.registered import with_points
from saishang.lake.sources import Source, collected_on, make_source
from saishang.lake.table import ObservationsTable

__all__ = ["Rebuilt", "is_whole", "rebuild"]

_LEDGER = Path(__file__).parent / "sql"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Rebuilt:
    """A table rebuilt from the archive.

    Attributes
    ----------
    table:
        The table; its newest version is the state asked for.
    batches:
        Numbers of the batches that were read again.
    otherwise:
        Those that today's readers or descriptions read by another recipe.
    """

    table: ObservationsTable
    batches: tuple[int, ...]
    otherwise: tuple[int, ...]


def is_whole(lake: Lake, version: int) -> bool:
    """Whether every file of a version is still there."""
    try:
        parts = lake.table.parts(version)
    except LakeError:
        return False
    return all(Path(part.path).is_file() for part in parts)


def rebuild(lake: Lake, version: int, folder: Path, progress: Progress = lambda done, total: None) -> Rebuilt:
    """Read the batches of a version again into a table under `folder` (empty).

    Raises
    ------
    LakeError
        When the archive has lost a file, or a description is not known any more.
    """
    batches = _batches(lake, version)
    otherwise = []
    with _ledger_of_its_own(lake.dsn) as dsn:
        again = Lake(folder, lake.archive_root, dsn, lake.rules)
        again.prepare()
        for done, batch in enumerate(batches):
            progress(done, len(batches))
            source = _source(lake, batch)
            if hashlib.sha256(f"{READER}\n{source.digest}".encode()).hexdigest() != batch.recipe:
                otherwise.append(batch.id)
            _load(again, lake.archive.verify(batch.sha256), source, batch)
        progress(len(batches), len(batches))
        return Rebuilt(again.table, tuple(batch.id for batch in batches), tuple(otherwise))


def _batches(lake: Lake, version: int) -> list[Batch]:
    with lake.ledger.connect() as connection:
        rows = connection.execute(
            "select * from lake_batch where status = 'committed' and table_version <= %s order by table_version, id",
            [version],
        ).fetchall()
    return [Batch.from_row(row) for row in rows]


def _source(lake: Lake, batch: Batch) -> Source:
    mapping = batch.notes.get("mapping")
    source = make_source(mapping, lake.rules, where=batch.source) if mapping else lake.sources.get(batch.source)
    if source is None:
        raise LakeError(
            f"batch {batch.id} was read as {batch.source!r}, which the rules do not describe any more",
            fix="use the rules of that time: `saishang replay --rules FOLDER`", code="no-source",
        )  # fmt: skip
    source = with_points(source, batch.started_at)
    collected = batch.notes.get("collected")
    return source if not collected else collected_on(source, date.fromisoformat(collected))


def _load(again: Lake, path: Path, source: Source, batch: Batch) -> None:
    try:
        ingest_file(
            path, source, table=again.table, ledger=again.ledger, archive=again.archive, folders=again.folders,
            actor="saishang replay", file_name=batch.file_name,
        )  # fmt: skip
    except SaishangError as error:
        raise LakeError(
            f"batch {batch.id} ({batch.file_name}) cannot be read again: {error.message}", fix=error.fix,
            code="not-replayed",
        ) from error  # fmt: skip


@contextmanager
def _ledger_of_its_own(dsn: str) -> Iterator[str]:
    """Address of a ledger in a schema that is gone afterwards."""
    name = f"replay_{uuid4().hex[:12]}"
    settings = conninfo_to_dict(dsn)
    options = f"{settings.get('options') or ''} -c search_path={name}".strip()
    inside = make_conninfo(dsn, options=options)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))
        try:
            with psycopg.connect(inside, autocommit=True) as made:
                for path in sorted(_LEDGER.glob("0*.sql")):
                    made.execute(path.read_bytes())
            yield inside
        finally:
            connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))
