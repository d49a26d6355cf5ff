"""The embedded server: made once, password asked, no network port, safe for several starters, short socket path."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from saishang.database import Cluster, DatabaseError


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    # Not pytest's own folder: another session closes it to other accounts, the database's among them.
    with tempfile.TemporaryDirectory(prefix="saishang-cluster-") as name:
        home = Path(name)
        home.chmod(0o711)
        made = Cluster(home / ("deep" * 25) / "postgres")  # longer than a socket's path may be
        yield made
        made.stop()


def test_it_is_made_started_and_answers(cluster: Cluster) -> None:
    with ThreadPoolExecutor(3) as pool:
        addresses = {future.result() for future in [pool.submit(cluster.ensure_running) for _ in range(3)]}
    assert len(addresses) == 1
    with psycopg.connect(addresses.pop()) as connection:
        row = connection.execute(
            "select current_setting('listen_addresses'), current_setting('data_checksums'), "
            "current_setting('server_encoding')"
        ).fetchone()
    assert row == ("", "on", "UTF8")


def test_nobody_enters_without_the_password(cluster: Cluster) -> None:
    address = cluster.ensure_running()
    password = (cluster.home / "postgres.password").read_text()
    assert stat.S_IMODE((cluster.home / "postgres.password").stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(address.replace(password, "guess"))


def test_stop_and_start_again_keep_the_data(cluster: Cluster) -> None:
    with psycopg.connect(cluster.ensure_running()) as connection:
        connection.execute("create table kept (n int)")
    assert cluster.stop() is True
    assert cluster.stop() is False
    assert not cluster.state().running
    with psycopg.connect(cluster.ensure_running()) as connection:
        row = connection.execute("select count(*) from kept").fetchone()
    assert row == (0,)


def test_a_lost_password_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError) as caught:
        Cluster(tmp_path / "postgres").dsn()
    assert "backup" in caught.value.fix
