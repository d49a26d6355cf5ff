"""The state table: every pair of state and event, legal and illegal, written down a second time."""

from __future__ import annotations

import pytest

from saishang.apps.jobs.states import ENDED, EVENTS, STATES, next_state

LEGAL = {
    ("queued", "claim"): "running", ("queued", "cancel"): "cancelled", ("running", "finish"): "succeeded",
    ("running", "fail"): "failed", ("running", "cancel"): "cancelled", ("running", "requeue"): "queued",
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_pair(state: str, event: str) -> None:
    assert next_state(state, event) == LEGAL.get((state, event))


def test_what_has_ended_stays_so() -> None:
    assert {"succeeded", "failed", "cancelled"} == ENDED
    assert not [pair for pair in LEGAL if pair[0] in ENDED]
