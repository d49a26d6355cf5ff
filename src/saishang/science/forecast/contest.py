"""Which method speaks for a series: a contest by errors at past moments, and a test of the choice itself.

A method that is chosen because its errors were smallest looks better than it is. So the choice is tested too: at every
past moment it is made anew from the checks whose outcome was known by then, persistence where there were none. What
this *procedure* missed, and how often its bands held, is what the answer is widened by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from saishang.science.forecast.backtest import Backtest, Check, Method, Scale, judged, rolling_origin
from saishang.science.forecast.methods import Points

__all__ = ["Contest", "contest"]


@dataclass(frozen=True, slots=True)
class Contest:
    """Outcome of a contest.

    Attributes
    ----------
    winner:
        Name of the method that speaks; the persistent one where no other beat it, or where choosing did not pay.
    tests:
        Back-test of every method by name, over the same moments.
    chosen:
        Back-test of the procedure: at each moment the method that had been best until then.
    """

    winner: str
    tests: Mapping[str, Backtest]
    chosen: Backtest

    @property
    def paid(self) -> bool:
        """Whether choosing as one went along was no worse than persistence."""
        return self.chosen.mae <= self.chosen.mae_persistence


def contest(
    points: Points, methods: Mapping[str, Method], persistent: str, *, horizon: int, first: int, level: float,
    seed: int, name: str, must_beat: float, scale: Scale = float,
) -> Contest | None:  # fmt: skip
    """Hold methods against each other and against persistence.

    Parameters
    ----------
    methods:
        Name → method; `persistent` names the one that says the last value.
    first:
        Values that must be known at the first moment.
    must_beat:
        Ratio to persistence's error below which a method is better.

    Returns
    -------
    None where there is no moment to test at.
    """
    tests: dict[str, Backtest] = {}
    for key, method in methods.items():
        found = rolling_origin(
            points, method, horizon=horizon, least=first, level=level, seed=seed, name=f"{name}/{key}", scale=scale
        )
        if found is None:
            return None
        tests[key] = found
    chosen = judged(_as_it_went(tests, persistent), level=level, scale=scale)
    if chosen is None:
        return None
    better = {key: test for key, test in tests.items() if key != persistent and test.better(must_beat)}
    best = min(better, key=lambda key: better[key].mae, default=persistent)
    made = Contest(best, tests, chosen)
    return made if made.paid else Contest(persistent, tests, chosen)


def _as_it_went(tests: Mapping[str, Backtest], persistent: str) -> list[Check]:
    """At each moment the check of the method with the smallest error among the outcomes known by then."""
    found = []
    for place, check in enumerate(tests[persistent].checks):
        known = [k for k, other in enumerate(tests[persistent].checks) if other.steps[-1] <= check.origin]

        def error(key: str, known: list[int] = known) -> float:
            made = [tests[key].checks[k] for k in known]
            return float(np.mean([abs(one.median - one.actual) for one in made])) if made else 0.0

        # Persistence comes first, so that it stays where nothing is known or all are alike.
        keys = [persistent, *(key for key in tests if key != persistent)]
        found.append(tests[min(keys, key=error)].checks[place])
    return found
