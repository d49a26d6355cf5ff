"""Sprinkled station (喷淋、雾炮): particles fall below the neighbours at certain hours, day after day, gases do not.

Water near the inlet washes particles out, coarse ones first, while it runs; gases stay, and so do the neighbours. Rain
and wind hit neighbours and gases alike. The question is asked for every block of hours of the day over some weeks: the
drop within the block against the hours just before and after it, on the residual to the neighbours, against the same
block of the day in the rest of the station's record.
Act: keeping a sampling point in a changed environment is named by the rules on falsified monitoring data
(`rules/suspicion.yaml` says what of that is confirmed).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from saishang.science.suspicion.calibrate import tail_log10
from saishang.science.suspicion.network import (
    HOURS,
    LEAST_OUTER,
    OUTER,
    Answer,
    Array,
    Found,
    Network,
    middle,
    robust_scale,
    winsorised,
)
from saishang.science.suspicion.windows import rolling_mean

__all__ = ["SprinkledRule", "find"]


@dataclass(frozen=True)
class SprinkledRule:
    """Settings.

    Attributes
    ----------
    blocks:
        Lengths of the blocks of hours.
    edge_hours:
        Hours before and after a block that it is held against.
    days, step:
        Length of a stretch of days and step between stretches.
    least_days:
        Days with values that a stretch needs.
    least_drop:
        Drop of PM10 that counts, as a share of the level.
    least_share:
        Share of days with at least half of that drop: it has to come again.
    gas_share:
        Drop of the gases that is allowed, as a share of the drop of PM10.
    coarse_slack:
        How much larger the drop of PM2.5 may be than that of PM10 (in logarithm): coarse particles are washed first.
    gases:
        Control parameters.
    """

    blocks: tuple[int, ...]
    edge_hours: int
    days: int
    step: int
    least_days: int
    least_drop: float
    least_share: float
    gas_share: float
    coarse_slack: float
    gases: tuple[str, ...]


def contrasts(residual: Array, block: int, edge: int) -> Array:
    """Mean of each block of hours less the mean of the hours beside it, [D, 24, S]; blocks may pass midnight.

    NaN where more than a third of the hours inside or beside are missing.
    """
    hours = residual.shape[0]
    inside = rolling_mean(residual, block, least=math.ceil(block * 2 / 3))
    before = rolling_mean(residual, edge, least=math.ceil(edge * 2 / 3))
    found = np.full(residual.shape, np.nan)
    last = hours - block - edge
    if last <= edge:
        return found.reshape(-1, HOURS, residual.shape[1])
    at = np.arange(edge, last + 1)
    found[at] = inside[at] - (before[at - edge] + before[at + block]) / 2
    return found.reshape(-1, HOURS, residual.shape[1])


def find(network: Network, rule: SprinkledRule) -> tuple[Answer, ...]:
    """Recurring drops of PM10 at certain hours that gases and neighbours do not share."""
    if not network.have(["PM10"]) or network.days < rule.days * 2:
        return ()
    coarse = network.residual("PM10")
    fine = network.residual("PM2.5") if network.have(["PM2.5"]) else None
    gases = [network.residual(code) for code in network.have(rule.gases)]
    gas = middle(np.stack(gases, axis=-1)) if gases else None
    found: list[Found] = []
    tests = 0
    begins = np.arange(0, network.days - rule.days + 1, rule.step)
    bound = math.log(1 - rule.least_drop)
    for block in rule.blocks:
        drop = contrasts(coarse, block, rule.edge_hours)  # [D, 24, S]
        days, _, stations = drop.shape
        raw = drop.reshape(days, -1)
        flat = winsorised(raw, OUTER, least=LEAST_OUTER)
        inside = rolling_mean(flat, rule.days, least=rule.least_days)[begins]  # [W, 24·S]
        usual, spread = robust_scale(flat)
        count = rolling_mean((~np.isnan(flat)).astype(float), rule.days, least=1)[begins] * rule.days
        typical = middle(spread[None, :])[0]
        standard = -(inside - usual) / np.sqrt(spread * typical) * np.sqrt(count)
        chance = tail_log10(standard)
        # Stretches share days and blocks share hours: two tests to a stretch, one to a block.
        tests += math.ceil(2 * int((~np.isnan(standard)).sum()) * rule.step / rule.days / block)
        excess = inside - usual
        places = np.argwhere((excess <= bound) & (chance < -2))
        if not len(places):
            continue
        fine_flat = None if fine is None else contrasts(fine, block, rule.edge_hours).reshape(days, -1)
        gas_flat = None if gas is None else contrasts(gas, block, rule.edge_hours).reshape(days, -1)
        for w, cell in places:
            span = slice(int(begins[w]), int(begins[w]) + rule.days)
            daily = flat[span, cell] - usual[cell]
            there = daily[~np.isnan(daily)]
            share = float((there <= bound / 2).mean())
            fine_drop = _excess(fine_flat, span, int(cell))
            gas_drop = _excess(gas_flat, span, int(cell))
            depth = float(excess[w, cell])
            if share < rule.least_share or (gas_drop is not None and gas_drop < rule.gas_share * depth):
                continue
            if fine_drop is not None and fine_drop < depth - rule.coarse_slack:
                continue
            hour, station = divmod(int(cell), stations)
            numbers = {
                "hour_from": hour, "hours": block,
                "drop_percent": _percent(float(np.nanmean(raw[span, cell]) - usual[cell])),
                "drop_fine_percent": None if fine_drop is None else _percent(fine_drop),
                "drop_gas_percent": None if gas_drop is None else _percent(gas_drop),
                "days_percent": round(100 * share), "days": len(there),
            }  # fmt: skip
            begin = int(begins[w]) * HOURS
            found.append(Found(station, "PM10", begin, begin + rule.days * HOURS, float(chance[w, cell]), numbers))
    return (Answer.of(found, tests),)


def _excess(flat: Array | None, span: slice, cell: int) -> float | None:
    """Median drop of a control in the stretch, beyond its own habit; None without values."""
    if flat is None:
        return None
    column = flat[:, cell]
    inside = column[span]
    if np.isnan(inside).all():
        return None
    return float(np.nanmean(inside) - np.nanmedian(column))


def _percent(log_ratio: float) -> float:
    return round(100 * (1 - math.exp(log_ratio)), 1)
