"""The lake: one object that knows the table, the ledger and the archive, and loads files into them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from saishang.config import Config
from saishang.lake.archive import Archive, require_file
from saishang.lake.errors import FileRefused, MappingError, readable
from saishang.lake.ingest import Folders, Progress, ingest_file, note_refusal, reconcile
from saishang.lake.ledger import Batch, Ledger
from saishang.lake.readers.opening import open_any
from saishang.lake.registered import with_points
from saishang.lake.sources import Source, collected_on, known_sources, load_mapping, make_source
from saishang.lake.table import ObservationsTable, Rows
from saishang.rules import Rules, load_rules

__all__ = ["Lake"]


@dataclass(frozen=True)
class Lake:
    """Observations of one installation.

    Parameters
    ----------
    root: folder of the Delta table and of what belongs to its batches.
    archive_root: folder of the raw files.
    dsn: address of the PostgreSQL database with the ledger.
    rules: parameters, regions and source descriptions.
    """

    root: Path
    archive_root: Path
    dsn: str
    rules: Rules

    @classmethod
    def open(cls, config: Config, *, dsn: str | None = None, rules: Rules | None = None) -> Lake:
        """Open the lake that the settings name; starts the embedded database when they name none."""
        if dsn is None:
            from saishang.database import dsn as database_dsn

            dsn = database_dsn(config)
        lake = cls(config.lake, config.archive, dsn, rules or load_rules(overlay=config.rules_overlay))
        lake.prepare()
        return lake

    def prepare(self) -> None:
        """Create the empty table when there is none; safe for several processes at once."""
        if not self.table.exists():
            with self.ledger.connect() as connection, Ledger.locked(connection, ["saishang-table"]):
                self.table.create()

    @cached_property
    def table(self) -> ObservationsTable:
        """The observations table."""
        return ObservationsTable(self.root / "observations")

    @cached_property
    def ledger(self) -> Ledger:
        """Batches, rejects, supersessions, gaps, quality flags."""
        return Ledger(self.dsn)

    @cached_property
    def archive(self) -> Archive:
        """The raw files."""
        return Archive(self.archive_root)

    @cached_property
    def folders(self) -> Folders:
        """Reject files, empty places, waiting rooms."""
        return Folders(self.root)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Source descriptions by id."""
        return known_sources(self.rules)

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """Newest version of the table."""
        return self.table.version

    def observations(self, version: int | None = None) -> Rows:
        """Rows at a version: `to_table(columns=…, filter=…)`."""
        return self.table.dataset(version)

    def files(
        self, version: int | None = None, medium: str | None = None, months: Iterable[str] | None = None
    ) -> list[str]:
        """Parquet files of a version for DuckDB or Spark.

        `medium` and `month` are not in the files but in their folders (`medium=air/month=2019-05/…`).
        """
        return [part.path for part in self.table.parts(version, medium=medium, months=months)]

    def described(self) -> list[Source]:
        """Every source that the rules describe, and those that mapping files described when they were loaded.

        A description that no longer fits the rules (a parameter that is gone) is left out.
        """
        found = dict(self.sources)
        for document in self.ledger.mappings():
            with contextlib.suppress(MappingError):
                source = make_source(document, self.rules, where=str(document.get("id")))
                found.setdefault(source.id, source)
        return list(found.values())

    # -- loading ------------------------------------------------------------------------------------------------

    def source_for(self, path: Path, source: str | None = None, mapping: Path | None = None) -> Source:
        """Choose the source description: a mapping file, an id, or the one that the file's header fits.

        Raises FileRefused when no description, or more than one, fits.
        """
        if mapping is not None:
            return load_mapping(mapping, self.rules)
        if source is not None:
            found = self.sources.get(source)
            if found is None:
                raise FileRefused(
                    f"there is no source {source!r}",
                    fix=f"use one of {', '.join(sorted(self.sources))}, or describe the file with --mapping",
                    where=path.name,
                    code="no-source",
                )
            return found
        require_file(path)
        with open_any(path, lambda _: None) as file:
            header = file.header
        fitting = [candidate for candidate in self.sources.values() if candidate.matches(header)]
        # A layout that asks for more columns is the more particular one.
        most = max((len(candidate.detect_header) for candidate in fitting), default=0)
        fitting = [candidate for candidate in fitting if len(candidate.detect_header) == most]
        if len(fitting) != 1:
            names = ", ".join(candidate.id for candidate in fitting) or "none"
            raise FileRefused(
                f"expected columns of exactly one known source, fitting: {names}; the file has "
                f"{', '.join(header[:10])}{' …' if len(header) > 10 else ''}",
                fix=f"name it with --source ({', '.join(sorted(self.sources))}) or describe the file with --mapping",
                where=path.name,
                code="no-source",
            )
        return fitting[0]

    def ingest(
        self, path: Path | str, source: str | None = None, *, mapping: Path | None = None, actor: str = "",
        file_name: str | None = None, progress: Progress | None = None, collected: date | None = None,
    ) -> Batch:  # fmt: skip
        """Load a file; see `saishang.lake.ingest.ingest_file`. `collected`: its day, for stamps without a year."""
        place = Path(path)
        name = readable(file_name or place.name)[:255]
        try:
            try:
                chosen = with_points(self.source_for(place, source, mapping))
            except FileRefused as error:
                if source is None and mapping is None and error.code != "no-file":
                    note_refusal(place, error, ledger=self.ledger, archive=self.archive, actor=actor, file_name=name)
                raise
            return ingest_file(
                place,
                chosen if collected is None else collected_on(chosen, collected),
                table=self.table, ledger=self.ledger, archive=self.archive, folders=self.folders,
                actor=actor, file_name=name, progress=progress,
            )  # fmt: skip
        except OSError as error:
            if error.filename is None or os.fspath(error.filename) != os.fspath(place):
                raise
            raise FileRefused(
                f"the file cannot be read: {error.strerror}", fix="check that it is still there and who may read it",
                where=name, code="no-file",
            ) from error  # fmt: skip

    def reconcile(self) -> dict[int, str]:
        """Settle batches whose process died; batch number -> new status."""
        with self.ledger.connect() as connection:
            return reconcile(connection, self.table, self.folders)
