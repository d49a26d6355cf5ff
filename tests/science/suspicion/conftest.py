"""A small network of made-up hours: stations within some kilometres, the same air and own noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from saishang.rules import load_rules
from saishang.science.suspicion.from_rules import rule_of
from saishang.science.suspicion.leads import SuspicionRule
from saishang.science.suspicion.network import Network

Made = Callable[..., Network]
CODES = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
LEVEL = {"PM2.5": 45.0, "PM10": 90.0, "SO2": 25.0, "NO2": 35.0, "CO": 1.2, "O3": 70.0}


@pytest.fixture(scope="session")
def rule() -> SuspicionRule:
    return rule_of(load_rules().document("suspicion"))


def network(
    rule: SuspicionRule, days: int = 80, stations: int = 5, seed: int = 3,
    values: Mapping[str, np.ndarray] | None = None,
) -> Network:  # fmt: skip
    """Levels that go up and down together by days, with 15 % of noise by hours at each station."""
    rng = np.random.default_rng(seed)
    hours = days * 24
    table = {}
    for code in CODES:
        shared = np.repeat(np.exp(rng.normal(0, 0.35, days)), 24)
        noise = np.exp(rng.normal(0, 0.15, (hours, stations)))
        step = 0.1 if code == "CO" else 1.0
        table[code] = (np.rint(LEVEL[code] * shared[:, None] * noise / step) * step).round(1)
    table.update(values or {})
    start = np.arange(np.datetime64("2019-01-01T00", "h"), np.datetime64("2019-01-01T00", "h") + hours)
    return Network(
        start, tuple(f"S{n}" for n in range(stations)), ("640100",) * stations, 106.2 + 0.05 * np.arange(stations),
        np.full(stations, 38.5), table, {code: 0.1 if code == "CO" else 1.0 for code in CODES}, rule.radius_km,
        rule.most_neighbours, rule.floors, rule.dust,
    )  # fmt: skip


@pytest.fixture
def made(rule: SuspicionRule) -> Made:
    def make(**told: object) -> Network:
        return network(rule, **told)  # type: ignore[arg-type]

    return make
