"""Which version of the observations belongs to a moment of the ledger, and which files of a site are taken."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from saishang.backup.contents import contents_of, fixed_version
from saishang.backup.database import Batch, Facts
from saishang.backup.errors import BackupError
from saishang.backup.making import _free_name
from saishang.config import Config, load_config
from saishang.lake.schema import SCHEMA
from saishang.lake.table import ObservationsTable


def rows(batch: int) -> pa.Table:
    start, end = datetime(2026, 1, 1, batch), datetime(2026, 1, 1, batch + 1)
    row = {
        "medium": "air", "month": "2026-01", "source": "s", "station": "1484A", "parameter": "PM2.5", "start": start,
        "end": end, "value": 1.0, "qualifier": None, "batch": batch, "line": 2, "cell": 1,
    }  # fmt: skip
    return pa.Table.from_pylist([row], schema=SCHEMA)


def facts(batches: dict[int, Batch], **more: object) -> Facts:
    given: dict[str, object] = {
        "server": "18", "size": 0, "migrations": [], "tables": {}, "log_entries": 0, "log_sequence": 0, "log_hash": "",
        "batches": batches, "archived": frozenset(), "runs": [], "analyses": frozenset(),
    }  # fmt: skip
    return Facts(**{**given, **more})  # type: ignore[arg-type]


@pytest.fixture
def table(tmp_path: Path) -> ObservationsTable:
    """Versions 1, 2, 3 by batches 11, 12, 13; version 4 joins their files; version 5 by batch 14."""
    made = ObservationsTable(tmp_path / "var" / "lake" / "observations")
    made.create()
    for batch in (11, 12, 13):
        made.append(rows(batch), batch)
    made.compact()
    assert made.append(rows(14), 14) == 5
    return made


DONE = {11: Batch("committed", 1), 12: Batch("committed", 2)}


@pytest.mark.parametrize(
    ("later", "version"),
    [
        ({}, 2),  # 13 began after the moment
        ({13: Batch("started", None)}, 2),  # a restore would call it aborted, its rows must not be there
        ({13: Batch("refused", None)}, 2),
        ({13: Batch("prepared", None)}, 4),  # its commit is found; joining files adds nothing; 14 is not known
        ({13: Batch("aborted", None)}, 4),  # taken for dead and committed after all: `reconcile` finds it, too
        ({14: Batch("prepared", None)}, 2),  # what comes after the cut waits for the file to be loaded again
        ({13: Batch("prepared", None), 14: Batch("prepared", None)}, 5),
        ({13: Batch("committed", 3), 14: Batch("committed", 5)}, 5),
        ({13: Batch("committed", 3), 14: Batch("started", None)}, 4),
    ],
)
def test_the_table_ends_before_what_the_ledger_cannot_account_for(
    table: ObservationsTable, later: dict[int, Batch], version: int
) -> None:
    assert fixed_version(table, facts(DONE | later)) == version


def test_commits_that_come_while_we_look_hide_none(table: ObservationsTable, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest version is asked for first; three more commits before the history is read."""
    monkeypatch.setattr(ObservationsTable, "version", property(lambda self: 2))
    assert fixed_version(table, facts({11: Batch("committed", 1)})) == 1


def test_a_table_behind_its_ledger_is_no_backup(table: ObservationsTable) -> None:
    with pytest.raises(BackupError, match=r"version 6 or newer, as the ledger says, found 5") as caught:
        fixed_version(table, facts({15: Batch("committed", 6)}))
    assert caught.value.code == "lake-behind"


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_what_is_taken_and_what_is_not(table: ObservationsTable, tmp_path: Path) -> None:
    var = tmp_path / "var"
    raw = [f"archive/ab/ab{'0' * 61}{n}.raw" for n in (1, 2)]
    write(
        var, *raw, "archive/.incoming-x", "archive/ab/note.txt", "lake/rejects/11.csv", "lake/rejects/13.csv",
        "lake/empty/12.parquet", "lake/staging/13/x.parquet", "runs/r1/days.parquet", "runs/r1/leads.json",
        "runs/r1/slipped.json", "runs/r1/.making.json", "runs/unknown/days.parquet", "runs/.r2/days.parquet",
        "media/photo.jpg", "evidence/later/version.bin", "postgres/PG_VERSION", "postgres.password", "secret.key",
        "demo-users.txt", ".hidden/x", "old-backups/saishang-backup.json", "old-backups/objects/aa/aa", "own.txt",
        "target/x",
    )  # fmt: skip
    own = tmp_path / "rules"
    write(own, "sites/here.yaml", ".git/config")
    config: Config = load_config({"SAISHANG_VAR": str(var), "SAISHANG_RULES": str(own)})
    known = facts(
        DONE | {13: Batch("started", None)}, runs=["r1", "r3"],
        analyses=frozenset({("r1", "leads"), ("r1", "weather")}),
        archived=frozenset({f"ab{'0' * 61}1", "cd" * 32}),
    )  # fmt: skip
    found = contents_of(config, known, var / "target")
    paths = {item.path for item in found.items}
    lake = {path for path in paths if path.startswith("lake/observations/")}
    assert found.lake_version == 2
    assert {path.rsplit("/", 1)[1] for path in lake if "_delta_log" in path} == {f"{n:020d}.json" for n in range(3)}
    assert len(lake) == 3 + 2  # and one file of each commit
    assert paths - lake == {
        *raw, "lake/rejects/11.csv", "lake/empty/12.parquet", "runs/r1/days.parquet", "runs/r1/leads.json",
        "var/media/photo.jpg", "var/evidence/later/version.bin", "var/own.txt", "rules/sites/here.yaml",
    }  # fmt: skip
    assert sorted(found.faults) == [
        "the analysis weather of the run r1 is gone",
        f"the archive lacks the file {'cd' * 32}, which rows name",
        "the folder of the run r3 is gone",
    ]


def test_a_data_file_that_the_version_needs_is_missed_an_old_one_is_not(
    table: ObservationsTable, tmp_path: Path
) -> None:
    config = load_config({"SAISHANG_VAR": str(tmp_path / "var")})
    everything = facts({n: Batch("committed", v) for n, v in ((11, 1), (12, 2), (13, 3), (14, 5))})
    old = {Path(part.path) for part in table.parts(1)} - {Path(part.path) for part in table.parts(5)}
    assert len(old) == 1
    for path in old:  # as a vacuum does
        path.unlink()
    assert contents_of(config, everything, tmp_path).faults == ()
    Path(table.parts(5)[0].path).unlink()
    (fault,) = contents_of(config, everything, tmp_path).faults
    assert "of their version 5" in fault


def test_names_go_forward_also_when_the_clock_does_not(tmp_path: Path) -> None:
    kept = tmp_path / "backups"
    assert _free_name(tmp_path / "none", "20260101T000000Z") == "20260101T000000Z"
    for name, expected in (
        ("20260101T000000Z", "20260101T000000Z"), ("20260101T000000Z", "20260101T000000Z-002"),
        ("20260101T000000Z", "20260101T000000Z-003"), ("20251231T235959Z", "20260101T000000Z-004"),
        ("20260101T000001Z", "20260101T000001Z"),
    ):  # fmt: skip
        assert _free_name(tmp_path, name) == expected
        write(kept, f"{expected}.manifest")


def test_every_folder_of_the_settings_is_in_a_backup(tmp_path: Path) -> None:
    """A folder that a later version adds outside these would be in no backup: then `roots` has to learn it."""
    config = load_config({"SAISHANG_VAR": str(tmp_path / "var")})
    folders = {
        name for name in dir(config)
        if not name.startswith("_") and isinstance(getattr(config, name), Path) and name not in {"var", "cluster"}
    }  # fmt: skip
    assert folders == {"lake", "archive", "runs", "media"}
    assert config.media.parent == config.var
