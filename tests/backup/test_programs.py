"""Which of PostgreSQL's programs are taken: those of the wheel, those on the path, or an error that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from saishang.backup import database
from saishang.backup.database import program
from saishang.backup.errors import BackupError
from saishang.backup.restoring import unknown_migrations
from saishang.database import DatabaseError, binaries


def pretend(folder: Path, name: str, version: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(
        database.shutil, "which", lambda name: str(tmp_path / name) if (tmp_path / name).exists() else None
    )
    return tmp_path


def test_the_wheels_own_where_they_will_do(on_path: Path) -> None:
    pretend(on_path, "pg_dump", "99.1")
    found = program("pg_dump", at_least=14)
    assert Path(found.path) == binaries() / "pg_dump" and found.major >= 18


def test_those_on_the_path_for_newer_servers_and_for_tls(on_path: Path) -> None:
    other = pretend(on_path, "pg_dump", "99.1 (Debian 99.1-1)")
    assert program("pg_dump", at_least=99).path == other
    assert program("pg_dump", at_least=15, encrypted=True).path == other
    with pytest.raises(BackupError, match=r"version 100 or newer, found 18.*, 99") as caught:
        program("pg_dump", at_least=100)
    assert "PostgreSQL 100 or newer" in caught.value.fix
    with pytest.raises(BackupError, match="psql of version 14 or newer that speaks TLS, found none"):
        program("psql", encrypted=True)


def test_a_wheel_that_is_not_there(on_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Path:
        raise DatabaseError("not installed", fix="install it")

    monkeypatch.setattr(database, "binaries", gone)
    other = pretend(on_path, "psql", "14.2")
    assert program("psql").path == other
    pretend(on_path, "psql", "13.9")  # older than any server that works
    with pytest.raises(BackupError, match="14 or newer, found 13"):
        program("psql")
    (on_path / "psql").write_text("no program")
    with pytest.raises(BackupError, match="found none"):
        program("psql")


def test_migrations_of_a_newer_code_are_named() -> None:
    known = [["core", "0001_initial"], ["auth", "0001_initial"], ["procrastinate", "0001_initial"], ["web", "0001_x"]]
    assert unknown_migrations(known) == ["web.0001_x"]
    assert unknown_migrations([*known[:3], ["tomorrow", "0001_initial"]]) == ["tomorrow.0001_initial"]
