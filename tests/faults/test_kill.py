"""`kill -9` at any moment loses nothing and doubles nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.conftest import Run

FILES = ["china_sites_20190103.csv", "china_sites_20190103_corrected.csv"]

#: Moment of death -> what has become of the batch before anything is loaded again.
MOMENTS = {
    "after the archive": [],
    "after the batch was opened": ["aborted"],
    "after reading": ["aborted"],
    "before the ledger is prepared": ["aborted"],
    "after the ledger is prepared": ["aborted"],
    "after rows were appended": ["committed"],
    "before rows are replaced": ["aborted", "committed"],
    "after rows were replaced": ["committed", "committed"],
    "after the ledger says committed": ["committed"],
}


def test_death_at_named_moments(run: Run) -> None:
    for moment, found in run("kill_at_points").items():
        assert found["killed"], moment
        assert found["after"]["statuses"] == MOMENTS[moment], moment
        assert found["after"]["staging"] == 0, moment
        assert found["faults"] == [], moment
        assert found["equal"], f"{moment}: the table differs from what the files say"
        assert found["committed"] == FILES, moment


def check(found: dict[str, Any]) -> None:
    assert found["faults"] == []
    assert found["outcomes"]["killed"] > 0


def test_death_at_random_moments(run: Run) -> None:
    check(run("kill_at_random", trials=12, seed=20190512))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_death_at_two_hundred_random_moments(run: Run) -> None:
    found = run("kill_at_random", trials=200, seed=1, seconds=1700)
    check(found)
    # The deaths must have met both sides of the commit, or the test has shown nothing.
    assert found["outcomes"]["settled committed"] > 0
    assert found["outcomes"]["settled aborted"] > 0


def test_writers_beside_a_reader_and_a_compactor(run: Run) -> None:
    found = run("side_by_side", writers=3, days=3, for_seconds=4)
    for result in found["results"]:
        assert result is not None
        assert result["ok"], result
    assert found["results"][3]["result"] == [], "the reader saw something it must not see"
    assert found["faults"] == []
    assert found["equal"]
    # Three writers brought the same six files: each was loaded once.
    assert found["committed"] == found["expected"]
