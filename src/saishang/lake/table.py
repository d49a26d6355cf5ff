"""The observations table in Delta Lake format: create, read by version, append, replace, compact, vacuum."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import ColumnProperties, CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from saishang.lake.errors import LakeError
from saishang.lake.schema import KEY, PARTITIONS, SCHEMA

__all__ = ["ObservationsTable", "Part", "Rows", "TableVersion"]

#: Versions stay readable for ten years unless `saishang ingest vacuum` removes their files.
_CONFIGURATION = {
    "delta.logRetentionDuration": "interval 3650 days",
    "delta.deletedFileRetentionDuration": "interval 3650 days",
    "delta.checkpointInterval": "50",
}
_RETRIES = 12
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Part:
    """One Parquet file of the table with what its statistics say."""

    path: str
    medium: str
    month: str
    rows: int
    sources: tuple[str, str]
    starts: tuple[datetime, datetime]


@dataclass(frozen=True)
class TableVersion:
    """One commit of the table's history."""

    version: int
    at: datetime
    operation: str
    batch: int | None
    rows: int | None


def _application(batch: int) -> str:
    """Name under which a batch leaves its transaction in the table's log."""
    return f"saishang-batch-{batch}"


class Rows:
    """Rows of one version of the table, read as a pyarrow Dataset reads them.

    A merge writes its files with another type of text (`string_view`), and pyarrow cannot hold the statistics of such a
    file against a condition on a column of text: it fails instead of reading. Those files are filtered once read.
    """

    def __init__(self, dataset: ds.FileSystemDataset) -> None:
        self._dataset = dataset

    @property
    def schema(self) -> pa.Schema:
        """Columns of the rows."""
        return self._dataset.schema

    def to_table(self, columns: Sequence[str] | None = None, filter: pc.Expression | None = None) -> pa.Table:
        """Rows that fit a condition, in no order of their own.

        Parameters
        ----------
        columns:
            Names; None = all.
        """
        wanted = None if columns is None else list(columns)
        if filter is None:
            return self._dataset.to_table(columns=wanted)
        plain: list[Any] = []
        merged: list[Any] = []
        for fragment in self._dataset.get_fragments(filter=filter):
            views = any(pa.types.is_string_view(column) for column in fragment.physical_schema.types)
            (merged if views else plain).append(fragment)
        found = self._of(plain).to_table(columns=wanted, filter=filter)
        if not merged:
            return found
        rows = self._of(merged).to_table().filter(filter)
        return pa.concat_tables([found, rows if wanted is None else rows.select(wanted)])

    def _of(self, fragments: list[Any]) -> ds.FileSystemDataset:
        return ds.FileSystemDataset(fragments, self.schema, self._dataset.format, self._dataset.filesystem)


class ObservationsTable:
    """The Delta table at `path`; every method sees the newest version unless told another one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._delta: DeltaTable | None = None

    # -- reading ------------------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Whether the table has been created."""
        return (self.path / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(self.path))

    def create(self) -> None:
        """Create the empty table; does nothing when it is there."""
        if self.exists():
            return
        self.path.mkdir(parents=True, exist_ok=True)
        DeltaTable.create(
            str(self.path),
            schema=SCHEMA,
            partition_by=list(PARTITIONS),
            mode="ignore",
            name="observations",
            description="Observations; columns and key in ARCHITECTURE.md",
            configuration=_CONFIGURATION,
        )

    def delta(self, version: int | None = None) -> DeltaTable:
        """Open the table at a version (None = newest)."""
        try:
            if version is not None:
                return DeltaTable(str(self.path), version=version)
            if self._delta is None:
                self._delta = DeltaTable(str(self.path))
            else:
                self._delta.update_incremental()
        except TableNotFoundError:
            raise LakeError(
                "there is no observations table yet",
                fix="load a file first: saishang ingest FILE",
                where=str(self.path),
                code="no-table",
            ) from None
        except DeltaError as error:
            raise LakeError(
                f"the observations table cannot be opened at version {version}: {error}",
                fix="see `saishang ingest history` for the versions there are; files of vacuumed versions are gone",
                where=str(self.path),
                code="table-version",
            ) from error
        return self._delta

    @property
    def version(self) -> int:
        """Newest version; 0 for a table without rows."""
        return self.delta().version()

    def dataset(self, version: int | None = None) -> Rows:
        """Rows of the table at `version`."""
        return Rows(self.delta(version).to_pyarrow_dataset())

    def parts(
        self,
        version: int | None = None,
        *,
        medium: str | None = None,
        months: Iterable[str] | None = None,
        source: str | None = None,
        span: tuple[datetime, datetime] | None = None,
    ) -> list[Part]:
        """List the Parquet files that can hold rows of these partitions, this source and this span of `start`."""
        actions = pa.table(self.delta(version).get_add_actions(flatten=True))
        wanted = None if months is None else set(months)
        found = []
        for row in actions.to_pylist():
            if not row["num_records"]:
                continue
            part = Part(
                path=str(self.path / row["path"]),
                medium=row["partition.medium"],
                month=row["partition.month"],
                rows=row["num_records"],
                sources=(row["min.source"], row["max.source"]),
                starts=(row["min.start"], row["max.start"]),
            )
            if (
                (medium is None or part.medium == medium)
                and (wanted is None or part.month in wanted)
                and (source is None or part.sources[0] <= source <= part.sources[1])
                and (span is None or (part.starts[0] <= span[1] and part.starts[1] >= span[0]))
            ):
                found.append(part)
        return sorted(found, key=lambda part: (part.medium, part.month, part.path))

    def has_batch(self, batch: int) -> bool:
        """Whether the log holds the commit of this batch; survives checkpoints and compaction."""
        return self.exists() and self.delta().transaction_version(_application(batch)) is not None

    def version_of(self, batch: int) -> int | None:
        """Version with which a batch was committed, when the history still tells."""
        for entry in self.history():
            if entry.batch == batch:
                return entry.version
        return None

    def history(self, limit: int | None = None, version: int | None = None) -> list[TableVersion]:
        """Commits up to a version (None = newest), newest first."""
        entries = []
        for row in self.delta(version).history(limit):
            metrics = row.get("operationMetrics") or {}
            batch = row.get("saishang.batch")
            rows = metrics.get("num_added_rows", metrics.get("num_target_rows_inserted"))
            entries.append(
                TableVersion(
                    version=int(row["version"]),
                    at=datetime.fromtimestamp(row["timestamp"] / 1000, UTC),
                    operation=str(row["operation"]),
                    batch=None if batch is None else int(batch),
                    rows=None if rows is None else int(rows),
                )
            )
        return entries

    # -- writing ------------------------------------------------------------------------------------------------

    def append(self, rows: pa.Table | pa.RecordBatchReader, batch: int) -> int:
        """Add rows whose keys are new; returns the version. One commit, marked with the batch."""
        write_deltalake(
            self.delta(),
            # The writer splits batches by month; smaller ones stay in the processor's cache.
            pa.Table.from_batches(rows.to_batches(1 << 16), rows.schema) if isinstance(rows, pa.Table) else rows,
            mode="append",
            writer_properties=_writer(),
            commit_properties=_commit(batch),
        )
        return self.version

    def replace(self, rows: pa.Table, changed: pa.Table, batch: int) -> int:
        """Add `rows` and replace those of `changed` (same key) in one commit; returns the version.

        Only files of the months of `changed` are rewritten. A compaction that runs meanwhile wins the race for
        these files; the commit is then done again on the new version.
        """
        months = sorted(set(pc.unique(changed["month"]).to_pylist()))
        medium = changed["medium"][0].as_py()
        source = changed["source"][0].as_py()
        both = pa.concat_tables([rows, changed]).combine_chunks()
        same_key = " and ".join(f't."{name}" = s."{name}"' for name in KEY if name != "source")
        month_list = ", ".join(_literal(month) for month in months)
        predicate = (
            f"t.medium = {_literal(medium)} and t.month in ({month_list}) and t.month = s.month "
            f"and t.source = {_literal(source)} and s.source = {_literal(source)} and {same_key}"
        )

        def commit() -> int:
            table = DeltaTable(str(self.path))
            merge = table.merge(
                both, predicate, source_alias="s", target_alias="t",
                writer_properties=_writer(), commit_properties=_commit(batch),
            )  # fmt: skip
            merge.when_matched_update_all().when_not_matched_insert_all().execute()
            return table.version()

        return self._again(commit)

    def compact(
        self, *, months: Sequence[str] | None = None, progress: Callable[[float], None] = lambda done: None
    ) -> dict[str, int]:
        """Join small files partition by partition; readers of older versions are not disturbed.

        `progress` is called before each partition with the share that is done; what it raises ends the work between
        two partitions.
        """
        totals = {"files_removed": 0, "files_added": 0}
        partitions = sorted({(part.medium, part.month) for part in self.parts(months=months)})
        for place, (medium, month) in enumerate(partitions):
            progress(place / len(partitions))

            def optimise(medium: str = medium, month: str = month) -> dict[str, Any]:
                table = DeltaTable(str(self.path))
                return table.optimize.compact(
                    partition_filters=[("medium", "=", medium), ("month", "=", month)], writer_properties=_writer()
                )

            done = self._again(optimise)
            totals["files_removed"] += int(done["numFilesRemoved"])
            totals["files_added"] += int(done["numFilesAdded"])
        return totals

    def vacuum(self, older_than: timedelta, *, dry_run: bool, keep: Iterable[int] = ()) -> list[str]:
        """Remove files that no version younger than `older_than`, and none of `keep`, needs; returns their names."""
        hours = int(older_than.total_seconds() // 3600)
        versions = sorted(set(keep))
        return self.delta().vacuum(
            retention_hours=hours, dry_run=dry_run, enforce_retention_duration=False, full=True,
            keep_versions=versions or None,
        )  # fmt: skip

    @staticmethod
    def _again(action: Callable[[], _Result]) -> _Result:
        """Run an action again when another process committed in between (optimistic concurrency)."""
        for attempt in range(_RETRIES):
            try:
                return action()
            except CommitFailedError as error:
                if attempt == _RETRIES - 1:
                    raise LakeError(
                        f"the table was changed by others {_RETRIES} times in a row: {error}",
                        fix="load the file again when fewer jobs run",
                        code="table-busy",
                    ) from error
                time.sleep(min(0.05 * 2**attempt, 2.0))
        raise AssertionError("the loop returns or raises")  # pragma: no cover


def _writer() -> WriterProperties:
    """How files are packed. Line numbers hardly repeat: a dictionary of them costs time and bytes."""
    plain = ColumnProperties(dictionary_enabled=False)
    return WriterProperties(
        compression="ZSTD", compression_level=1, max_row_group_size=1 << 20, column_properties={"line": plain}
    )


def _commit(batch: int) -> CommitProperties:
    return CommitProperties(
        app_transactions=[Transaction(_application(batch), 1)], custom_metadata={"saishang.batch": str(batch)}
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
