"""Versions, compaction, vacuum, the archive, and the lake's own audit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest

from saishang.lake import Lake
from saishang.lake.archive import Archive
from saishang.lake.audit import audit
from saishang.lake.errors import FileRefused, LakeError, is_disk_full
from saishang.lake.ledger import query
from saishang.lake.table import ObservationsTable
from tests.lake.samples import network_day, values


def three(lake: Lake, folder: Path) -> None:
    for day in (10, 11, 12):
        lake.ingest(network_day(folder, f"201905{day},8,PM2.5,{day},1,2", name=f"{day}.csv"))


def test_versions_stay_readable_through_compaction(lake: Lake, tmp_path: Path) -> None:
    assert lake.version == 0
    three(lake, tmp_path)
    assert lake.version == 3
    before = values(lake)
    assert [len(values(lake, version)) for version in range(4)] == [0, 3, 6, 9]
    assert lake.table.compact() == {"files_removed": 3, "files_added": 1}
    assert len(lake.files()) == 1
    assert values(lake) == before
    assert [len(values(lake, version)) for version in range(4)] == [0, 3, 6, 9]
    history = lake.table.history()
    assert [entry.batch for entry in history if entry.batch] == [b.id for b in lake.ledger.batches()]


def test_vacuum_removes_only_when_told_and_spares_the_present(lake: Lake, tmp_path: Path) -> None:
    three(lake, tmp_path)
    lake.table.compact()
    now = values(lake)
    assert lake.table.vacuum(timedelta(days=7), dry_run=True) == []  # nothing is that old
    assert len(lake.table.vacuum(timedelta(0), dry_run=True)) == 3
    assert len(lake.table.vacuum(timedelta(0), dry_run=False)) == 3
    assert values(lake) == now
    with pytest.raises((OSError, LakeError)):
        values(lake, 1)
    assert not any(finding.faults for finding in audit(lake))  # the raw archive still has everything


def test_parts_are_pruned_by_month_source_and_time(lake: Lake, tmp_path: Path) -> None:
    from datetime import datetime

    three(lake, tmp_path)
    lake.ingest(network_day(tmp_path, "20190601,8,PM2.5,1,2,3", name="june.csv"))
    parts = lake.table.parts
    assert len(parts()) == 4
    assert len(parts(months=["2019-06"])) == 1
    assert len(parts(medium="air", source="cnemc-site-hourly")) == 4
    assert parts(source="another") == []
    assert len(parts(span=(datetime(2019, 5, 11), datetime(2019, 5, 11, 23)))) == 1
    assert parts(span=(datetime(2019, 5, 13), datetime(2019, 5, 14))) == []


def test_a_version_that_never_was(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="version 99") as caught:
        lake.observations(99)
    assert "history" in caught.value.fix
    with pytest.raises(LakeError, match="no observations table"):
        ObservationsTable(tmp_path / "nowhere").delta()


def test_the_archive_keeps_bytes_once_and_proves_them(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    file = tmp_path / "a.csv"
    file.write_bytes("站点\n银川\n".encode("gb18030"))
    first = archive.put(file)
    assert archive.put(file) == first
    assert len(list(archive.root.rglob("*.raw"))) == 1
    assert archive.verify(first.sha256).read_bytes() == file.read_bytes()
    assert archive.line(first.sha256, 2) == "银川"
    assert archive.line(first.sha256, 3) is None
    first.path.chmod(0o600)
    first.path.write_bytes(b"changed")
    with pytest.raises(LakeError, match="expected SHA-256"):
        archive.verify(first.sha256)
    with pytest.raises(LakeError, match="lacks"):
        archive.verify("0" * 64)
    with pytest.raises(FileRefused, match="found none"):
        archive.put(tmp_path / "nowhere")


def test_the_archive_sweeps_what_interrupted_copies_left(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (tmp_path / ".incoming-x").write_bytes(b"half")
    age = (tmp_path / ".incoming-x").stat().st_mtime
    assert archive.sweep(now=age + 86_399) == 0
    assert archive.sweep(now=age + 86_401) == 1


def test_the_audit_finds_what_is_wrong(lake: Lake, tmp_path: Path) -> None:
    batch = lake.ingest(network_day(tmp_path, "20190512,8,PM2.5,1,x,2"))
    assert [f.faults for f in audit(lake)] == [0, 0, 0, 0, 0]
    table = lake.observations().to_table()
    lake.table.append(table, batch.id)  # rows twice
    lake.folders.rejects(batch.id).unlink()
    archived = lake.archive.path(batch.sha256)
    archived.chmod(0o600)
    archived.write_bytes(b"")
    found = audit(lake)
    assert [f.faults for f in found] == [2, 1, 1, 1, 0]
    assert "stands 2 times" in found[0].detail
    assert "the ledger says 2 rows, the table has 4" in found[1].detail


def test_locks_keep_two_loads_of_one_file_apart(lake: Lake, tmp_path: Path) -> None:
    """While somebody holds the file's lock, a second load waits; afterwards it finds the work done."""
    import threading

    path = network_day(tmp_path, "20190512,8,PM2.5,1,2,3")
    results: list[bool] = []

    def load() -> None:
        results.append(Lake(lake.root, lake.archive_root, lake.dsn, lake.rules).ingest(path).no_op)

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True, True]
    assert len(values(lake)) == 3


def test_a_process_taken_for_dead_that_committed_after_all(lake: Lake, tmp_path: Path) -> None:
    """Its batch was written off; the commit in the table's log brings it back, with its rows."""
    batch = lake.ingest(network_day(tmp_path, "20190512,8,PM2.5,1,2,3"))
    with lake.ledger.connect() as connection:
        connection.execute("update lake_batch set status = 'aborted' where id = %s", (batch.id,))
    assert [f.faults for f in audit(lake)][:2] == [0, 1]
    assert lake.reconcile() == {batch.id: "committed"}
    assert [f.faults for f in audit(lake)] == [0, 0, 0, 0, 0]
    assert lake.reconcile() == {}


def test_every_query_has_a_name_and_no_string_is_joined_into_it() -> None:
    for name in ("find_batch", "start_batch", "prepare_batch", "finish_batch", "open_batches", "lock", "try_lock"):
        assert query(name)
        assert b"--" not in query(name)


def test_the_ledger_out_of_reach(tmp_path: Path, lake: Lake) -> None:
    away = Lake(tmp_path / "x", tmp_path / "y", "postgresql://nobody:no@127.0.0.1:1/none", lake.rules)
    with pytest.raises(LakeError, match="does not answer") as caught:
        away.prepare()
    assert "doctor" in caught.value.fix


def test_full_disks_are_recognised_in_any_dress() -> None:
    assert is_disk_full(OSError(28, "No space left on device"))
    assert is_disk_full(RuntimeError("Generic LocalFileSystem error: No space left on device (os error 28)"))
    outer = ValueError("could not write")
    outer.__cause__ = OSError(28, "x")
    assert is_disk_full(outer)
    assert not is_disk_full(ValueError("another thing"))


def test_corrected_rows_are_found_by_conditions_on_text(lake: Lake, tmp_path: Path) -> None:
    # A correction is written by a merge, whose files pyarrow cannot filter by columns of text by itself.
    lake.ingest(network_day(tmp_path, "20190512,8,PM2.5,1,2,3", name="a.csv"))
    lake.ingest(network_day(tmp_path, "20190512,8,PM2.5,1,9,3", name="b.csv"))
    lake.ingest(network_day(tmp_path, "20190612,8,PM2.5,4,5,6", name="c.csv"))
    wanted = (pc.field("medium") == "air") & pc.field("station").isin(["1488A", "1947A"])
    found = lake.observations().to_table(columns=["station", "value"], filter=wanted).to_pylist()
    pairs = {("1488A", 9.0), ("1947A", 3.0), ("1488A", 5.0), ("1947A", 6.0)}
    assert {(row["station"], row["value"]) for row in found} == pairs and len(found) == 4
    assert lake.observations().to_table(filter=pc.field("station") == "nobody").num_rows == 0
