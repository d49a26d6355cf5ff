"""The DuckDB that pages read with: one per process, a connection of its own for every question."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from saishang.lake import duck


def test_questions_do_not_meet(tmp_path: Path) -> None:
    with duck.reading_duck() as one, duck.reading_duck() as other:
        one.execute("select 1 as a")
        other.execute("select 2 as b")
        assert (one.fetchone(), other.fetchone()) == ((1,), (2,))
    assert list(duck._READING)[-1] == os.getpid()

    def sums(upto: int) -> int:
        with duck.reading_duck() as connection:
            return int(connection.execute("select sum(range) from range(?)", [upto]).fetchone()[0])  # type: ignore[index]

    # Sum of 0 … n-1 by Gauss.
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(sums, range(100, 140))) == [n * (n - 1) // 2 for n in range(100, 140)]


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = str(tmp_path / "t.parquet")
    for value in (1, 2):
        with duck.reading_duck() as connection:
            connection.execute(f"copy (select {value} as v) to '{path}' (format parquet)")
        with duck.reading_duck() as connection:
            assert connection.execute("select v from read_parquet(?)", [path]).fetchall() == [(value,)]


def test_a_forked_process_has_one_of_its_own() -> None:
    with duck.reading_duck() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    child = os.fork()
    if child == 0:
        try:
            with duck.reading_duck() as connection:
                right = connection.execute("select 41 + 1").fetchone() == (42,)
        except BaseException:
            right = False
        os._exit(0 if right else 1)
    assert os.waitpid(child, 0)[1] == 0
