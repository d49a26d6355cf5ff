"""The drill: back up a portal at work, restore it somewhere else, and compare by other means than the backup's own."""

from __future__ import annotations

import shutil
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from saishang.backup.database import load
from saishang.backup.errors import BackupError
from saishang.backup.making import backup
from saishang.backup.manifest import Manifest
from saishang.backup.reading import verify
from saishang.backup.restoring import restore
from saishang.config import Config
from saishang.database import Cluster
from saishang.lake.archive import Archive
from saishang.lake.table import ObservationsTable
from tests.faults.backups import NOT_KEPT, Place, config_of_portal, fresh_place, rows_of, shape_of, tables_of
from tests.portal import Portal, made_portal

#: Every test runs inside a transaction of this thread: whatever is to be seen by others is written `elsewhere`.
pytestmark = pytest.mark.django_db
WORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Portal]:
    with django_db_blocker.unblock(), made_portal(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def site(portal: Portal) -> Config:
    return config_of_portal()


@pytest.fixture
def place(tmp_path: Path, portal: Portal) -> Iterator[Place]:
    with fresh_place(tmp_path / "restored") as made:
        yield made


def secret() -> str:
    from django.conf import settings

    return str(settings.SECRET_KEY)


def elsewhere(work: Callable[[], Any]) -> Any:
    """Do something as another process would: on a connection of its own, committed when it returns."""
    from django.db import connections

    def alone() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result()


def add_plot(number: int) -> None:
    from saishang.apps.registers.actions import add_entry
    from saishang.apps.registers.kinds import kind_of
    from saishang.rules import load_rules

    told = {
        "code": f"PLOT-{number:05d}",
        "name": f"地块{number}",
        "region": "640104",
        "area": "1200",
        "contact": "张三",
    }
    add_entry("tests", kind_of(load_rules(), "construction_plots"), load_rules(), told, today=date(2026, 1, 5))


def load_hours(folder: Path, number: int) -> int:
    """A file with one hour of two stations that nobody has sent before; its batch."""
    from saishang.apps.observations.queries import site_lake

    day, hour = 1 + number // 24 % 28, number % 24
    path = folder / f"china_sites_hours_{number}.csv"
    path.write_text(f"date,hour,type,1484A,1485A\n202101{day:02d},{hour},PM2.5,{number % 90 + 1},{number % 70 + 2}\n")
    return int(site_lake().ingest(path, source="cnemc-site-hourly").id)


def lake_rows(config_lake: Path, version: int) -> list[tuple[Any, ...]]:
    table = ObservationsTable(config_lake / "observations").dataset(version).to_table()
    return sorted(zip(*(table[name].to_pylist() for name in sorted(table.column_names)), strict=True), key=repr)


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


OPENS = """
import sys
from saishang.web.boot import setup_django
setup_django()
from saishang.apps.organisations.secrets_kept import opened
print('{"text": "%s"}' % opened(sys.argv[1], "second factor"))
"""


def test_a_restored_portal_is_the_portal(site: Config, portal: Portal, place: Place, tmp_path: Path) -> None:
    from saishang.apps.organisations.secrets_kept import sealed

    tables = tables_of(site.database_url or "")
    before = {table: rows_of(site.database_url or "", table) for table in tables}
    shape = shape_of(site.database_url or "")
    made = backup(site, tmp_path / "one.saishang", secret=secret(), passphrase=WORD)
    assert made.manifest.faults == []
    assert stat.S_IMODE(made.place.stat().st_mode) == 0o600
    word = tmp_path / "word"
    word.write_text(WORD + "\n")
    code, told, said = place.run("restore", str(made.place), "--passphrase-file", str(word))
    assert code == 0, said
    assert told["ok"] and told["checked"]["runs"] == 1

    # The database: rows as COPY writes them; the restore itself added one entry to the log, nothing else.
    assert tables_of(place.url) == tables
    for table in tables:
        if table == "core_actionlogentry":
            more = set(place.rows(table)) - set(before[table])
            assert set(before[table]) <= set(place.rows(table))
            assert [line.split("\t")[3] for line in more] == ["core.restore"]
        elif table not in NOT_KEPT:
            assert place.rows(table) == before[table], table
    found = shape_of(place.url)
    moved = {"core_actionlogentry_sequence_seq"}
    for kind in shape:
        was, now = ([row for row in rows if row[0] not in moved] for rows in (shape[kind], found[kind]))
        assert now == was, kind
    with psycopg.connect(place.url) as connection, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute("delete from core_actionlogentry")

    # Files.
    version = ObservationsTable(site.lake / "observations").version
    assert lake_rows(place.var / "lake", version) == lake_rows(site.lake, version)
    assert len(lake_rows(place.var / "lake", version)) > 18_000
    assert files_of(place.var / "archive") == files_of(site.archive)
    assert files_of(place.var / "runs") == files_of(site.runs)
    assert files_of(place.var / "lake" / "rejects") == files_of(site.lake / "rejects") != {}
    # What was sealed under the old portal's key opens in the new one.
    code, told, said = place.run(sealed("JBSWY3DPEHPK3PXP", "second factor"), script=OPENS)
    assert (code, told) == (0, {"text": "JBSWY3DPEHPK3PXP"}), said

    # A published figure comes out again, digit by digit, from what was restored.
    code, told, said = place.run("replay", portal.run)
    assert code == 0 and told["same"], said
    # Work goes on: the next batch gets a number of its own.
    hours = tmp_path / "china_sites_20210201.csv"
    hours.write_text("date,hour,type,1484A\n20210201,0,PM2.5,12\n")
    code, told, said = place.run("ingest", "load", str(hours), "--source", "cnemc-site-hourly")
    assert code == 0, said
    code, told, said = place.run("audit", "verify")
    assert code == 0 and told["ok"], said


@pytest.mark.soak
def test_what_comes_after_the_moment_stays_out(site: Config, place: Place, tmp_path: Path) -> None:
    """While the tables are told, before files are listed: a batch, an entry, an analysis that the moment knows not."""
    batches: list[int] = []
    extra = next(path for path in site.runs.iterdir()) / "slipped-in.json"

    def meanwhile(step: str, done: int, total: int) -> None:
        if step.startswith("tables ") and not batches:
            batches.append(elsewhere(lambda: load_hours(tmp_path, 500)))
            elsewhere(lambda: add_plot(500))
            extra.write_text("{}")

    table = ObservationsTable(site.lake / "observations")
    before = table.version
    try:
        made = backup(site, tmp_path / "folder", secret=secret(), progress=meanwhile)
    finally:
        extra.unlink()
    assert table.version == before + 1
    assert made.manifest.lake_version == before
    paths = {part.path for part in made.manifest.parts}
    assert not [path for path in paths if "slipped-in" in path]
    assert [path for path in paths if path.endswith(f"{before:020d}.json")]
    assert not [path for path in paths if path.endswith(f"{before + 1:020d}.json")]
    code, told, said = place.run("restore", str(tmp_path / "folder"))
    assert code == 0 and told["ok"], said
    assert not [line for line in place.rows("lake_batch") if line.startswith(f"{batches[0]}\t")]
    assert not [line for line in place.rows("registers_entry") if "PLOT-00500" in line]
    # The number that the unknown batch had is free, and its file is loaded anew without harm.
    code, told, said = place.run("ingest", "load", str(tmp_path / "china_sites_hours_500.csv"))
    assert code == 0, said
    assert place.run("ingest", "check")[0] == 0


def test_a_batch_caught_between_ledger_and_table_is_settled(site: Config, place: Place, tmp_path: Path) -> None:
    """Prepared at the moment, committed before the files are listed: its rows come along, and the ledger learns it."""
    number = elsewhere(lambda: load_hours(tmp_path, 501))
    with psycopg.connect(site.database_url or "", autocommit=True) as connection:
        connection.execute("update lake_batch set status = 'prepared', finished_at = null, table_version = null "
                           "where id = %s", (number,))  # fmt: skip
        made = backup(site, tmp_path / "folder", secret=secret())
        version = ObservationsTable(site.lake / "observations").version
        assert made.manifest.lake_version == version
        connection.execute("update lake_batch set status = 'committed', finished_at = now(), table_version = %s "
                           "where id = %s", (version, number))  # fmt: skip
    code, told, said = place.run("restore", str(tmp_path / "folder"))
    assert code == 0 and told["ok"], said
    assert told["settled"] == {str(number): "committed"}


def test_a_folder_keeps_equal_parts_once_and_forgets_old_backups(site: Config, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    first = backup(site, folder, secret=secret())
    assert first.new > 300_000
    again = backup(site, folder, secret=secret())
    dump = again.manifest.part("database.dump").size
    assert again.new == dump  # nothing but the dump is new
    elsewhere(lambda: load_hours(tmp_path, 502))
    third = backup(site, folder, secret=secret(), keep=2)
    assert third.removed == (first.place.stem,)
    assert sorted(path.stem for path in (folder / "backups").iterdir()) == [again.place.stem, third.place.stem]
    needed = {part.at for made in (again, third) for part in made.manifest.parts}
    assert {p.relative_to(folder).as_posix() for p in (folder / "objects").rglob("*") if p.is_file()} == needed
    assert not verify(folder).faults and not verify(again.place).faults
    with pytest.raises(BackupError, match="--keep"):
        backup(site, tmp_path / "x.saishang", secret=secret(), keep=2)
    # A list that cannot be read: nobody knows which parts it needs, so none goes.
    third.place.write_bytes(third.place.read_bytes()[:-40])
    with pytest.raises(BackupError, match=third.place.stem) as caught:
        backup(site, folder, secret=secret(), keep=2)
    assert caught.value.code == "not-rotated" and len(list((folder / "backups").iterdir())) == 3


def refused(place: Place, source: Path, **options: Any) -> BackupError:
    with pytest.raises(BackupError) as caught:
        restore(place.config, source, **options)
    assert caught.value.fix
    return caught.value


@pytest.mark.soak
def test_a_place_with_somebodys_work_is_refused(site: Config, place: Place, tmp_path: Path) -> None:
    made = backup(site, tmp_path / "one.saishang", secret=secret())
    used = Place(site.var, site.database_url or "")
    before = {table: rows_of(used.url, table) for table in tables_of(used.url)}
    for options in ({}, {"over_unused": True}, {"again": True}):
        error = refused(used, made.place, **options)
        assert error.code == "place-in-use"
        assert "rows in the table core_actionlogentry" in error.message
    assert {table: rows_of(used.url, table) for table in tables_of(used.url)} == before
    # Only files of somebody, only the database of somebody.
    (place.var / "archive" / "ab").mkdir(parents=True)
    (place.var / "archive" / "ab" / "x.raw").write_text("x")
    assert refused(place, made.place).code == "place-in-use"
    assert tables_of(place.url) == [] and (place.var / "archive" / "ab" / "x.raw").read_text() == "x"
    shutil.rmtree(place.var / "archive")
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("create table theirs (a int)")
        assert "another program" in refused(place, made.place).message
        connection.execute("drop table theirs")
    # Set up by a command that makes the tables, never used.
    assert place.run("jobs")[0] == 0
    assert refused(place, made.place).code == "place-set-up"
    assert restore(place.config, made.place, over_unused=True).differences == ()


def test_another_key_is_refused(site: Config, place: Place, tmp_path: Path) -> None:
    made = backup(site, tmp_path / "one.saishang", secret=secret())
    with pytest.raises(BackupError) as caught:
        restore(replace(place.config, secret_key="x" * 40), made.place)
    assert caught.value.code == "other-key"
    assert tables_of(place.url) == [] and not list(place.var.iterdir())


@pytest.mark.parametrize("word", [None, WORD])
def test_a_damaged_backup_touches_nothing(site: Config, place: Place, tmp_path: Path, word: str | None) -> None:
    made = backup(site, tmp_path / "one.saishang", secret=secret(), passphrase=word)
    data = bytearray(made.place.read_bytes())
    data[len(data) // 2] ^= 1
    made.place.write_bytes(data)
    assert refused(place, made.place, passphrase=word).code == "backup-damaged"
    assert tables_of(place.url) == [] and not list(place.var.iterdir())


def test_a_dump_that_ends_early_loads_nothing(site: Config, place: Place, tmp_path: Path) -> None:
    made = backup(site, tmp_path / "folder", secret=secret())
    whole = (tmp_path / "folder" / made.manifest.part("database.dump").at).read_bytes()
    cut = tmp_path / "cut.dump"
    for share in (0.2, 0.5, 0.9, 0.99):
        cut.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(BackupError):
            load(cut, place.url, major=made.manifest.program)
        assert tables_of(place.url) == []
    cut.write_bytes(whole)
    load(cut, place.url, major=made.manifest.program)
    with pytest.raises(BackupError, match="already exists"):  # and nothing is loaded over what is there
        load(cut, place.url, major=made.manifest.program)


@pytest.mark.soak
def test_the_embedded_server_of_a_new_machine(site: Config, tmp_path: Path) -> None:
    backup(site, tmp_path / "folder", secret=secret())
    home = Path(tempfile.mkdtemp(prefix="saishang-drill-"))
    home.chmod(0o711)  # the database's own account must be able to pass through
    machine = Place(home / "var", "")
    try:
        code, told, said = machine.run("restore", str(tmp_path / "folder"))
        assert code == 0 and told["ok"], said
        code, told, said = machine.run("audit", "verify")
        assert code == 0 and told["checked"]["runs"] == 1, said
    finally:
        Cluster(home / "var" / "postgres").stop()
        shutil.rmtree(home)


DIES = """
import os, signal, sys
from pathlib import Path
from saishang.backup.restoring import restore
from saishang.config import load_config
def die(step, done, total):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
restore(load_config(), Path(sys.argv[1]), progress=die)
"""


@pytest.mark.parametrize(
    "moment", ["place", *(pytest.param(moment, marks=pytest.mark.soak) for moment in ("read", "load", "compare"))]
)
def test_a_restore_that_was_killed_is_begun_again(site: Config, place: Place, tmp_path: Path, moment: str) -> None:
    made = backup(site, tmp_path / "one.saishang", secret=secret())
    assert place.run(str(made.place), moment, script=DIES)[0] == -9
    # Once every file has its place, what is left is whole: it counts as somebody's work.
    code, told, _ = place.run("restore", str(made.place))
    assert (code, told["error"]["code"]) == (1, "place-in-use" if moment == "compare" else "restore-unfinished")
    if moment != "compare":
        code, told, said = place.run("restore", str(made.place), "--again")
        assert code == 0 and told["ok"], said
        assert not list(place.var.rglob(".restoring*"))
    assert place.run("audit", "verify")[0] == 0


def test_space_and_newer_code_and_nothing_there(
    site: Config, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup(site, tmp_path / "folder", secret=secret())
    newer = Manifest.from_bytes(made.place.read_bytes(), "here")
    newer.migrations.append(["core", "9999_of_the_future"])
    made.place.write_bytes(newer.to_bytes())
    error = refused(place, tmp_path / "folder")
    assert error.code == "backup-newer"
    assert "core.9999_of_the_future" in error.message and newer.code in error.fix
    with pytest.raises(BackupError) as caught:
        backup(place.config, tmp_path / "nothing", secret=secret())
    assert caught.value.code == "nothing-there"
    assert not (tmp_path / "nothing").exists() and tables_of(place.url) == []
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(BackupError, match=r"GB of free space, found 0\.00 GB") as caught:
        backup(site, tmp_path / "full.saishang", secret=secret())
    assert caught.value.code == "disk-full" and caught.value.fix
    assert not list(tmp_path.glob("*full*"))


def test_what_the_site_has_lost_is_said_and_the_rest_is_kept(site: Config, place: Place, tmp_path: Path) -> None:
    with psycopg.connect(site.database_url or "") as connection:
        [(sha256,)] = connection.execute("select distinct sha256 from lake_batch where id = 1 or file_name like "
                                         "'air_city%' limit 1").fetchall()  # fmt: skip
    path = Archive(site.archive).path(sha256)
    hidden = path.rename(path.with_suffix(".hidden"))
    try:
        code, told, said = Place(site.var, site.database_url or "").run("backup", str(tmp_path / "folder"))
    finally:
        hidden.rename(path)
    assert code == 3 and any(sha256 in fault for fault in told["faults"]), said
    assert restore(place.config, tmp_path / "folder").differences == ()  # everything else is there
    assert place.rows("core_actionlogentry") == rows_of(site.database_url or "", "core_actionlogentry") != []


def writers(folder: Path, over: threading.Event, done: list[str]) -> list[threading.Thread]:
    """Two that never stop: one fills a register, one loads files; `done` says what was acknowledged."""
    from django.db import connections

    def fill() -> None:
        number = 1000
        while not over.is_set():
            add_plot(number)
            done.append(f"PLOT-{number:05d}")
            number += 1
        connections.close_all()

    def bring() -> None:
        number = 0
        while not over.is_set():
            load_hours(folder, number)
            done.append(f"china_sites_hours_{number}.csv")
            number += 1
        connections.close_all()

    return [threading.Thread(target=work, daemon=True) for work in (fill, bring)]


def drill_under_writers(site: Config, place: Place, folder: Path, rounds: int) -> None:
    over, done = threading.Event(), list[str]()
    threads = writers(folder, over, done)
    for thread in threads:
        thread.start()
    promised: list[str] = []
    try:
        for _ in range(rounds):
            while len(done) < len(promised) + 4:
                over.wait(0.02)
            promised = list(done)
            made = backup(site, folder / "folder", secret=secret())
            assert made.manifest.faults == [] and not verify(made.place).faults
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
    code, told, said = place.run("restore", str(folder / "folder"))
    assert code == 0 and told["ok"], said  # log, runs, registers, one row per key, ledger and table agree
    # Everything that was acknowledged before the backup began is there.
    there = "\n".join([*place.rows("registers_entry"), *place.rows("lake_batch")])
    assert not [name for name in promised if name not in there]
    # What is there is a beginning of what came to be: every restored row of these is a row of the site.
    for table in ("core_actionlogentry", "registers_version", "registers_entry"):
        ours = [line for line in place.rows(table) if "core.restore" not in line]
        assert not set(ours) - set(rows_of(site.database_url or "", table)), table
    logged = {line for line in place.rows("core_actionlogentry") if "core.restore" not in line}
    whole = sorted(rows_of(site.database_url or "", "core_actionlogentry"), key=lambda line: int(line.split("\t")[0]))
    assert logged == set(whole[: len(logged)])
    version = told["lake_version"]
    assert lake_rows(place.var / "lake", version) == lake_rows(site.lake, version)


def test_a_backup_while_people_write(site: Config, place: Place, tmp_path: Path) -> None:
    drill_under_writers(site, place, tmp_path, rounds=2)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_forty_backups_while_people_write(site: Config, place: Place, tmp_path: Path) -> None:
    drill_under_writers(site, place, tmp_path, rounds=40)
