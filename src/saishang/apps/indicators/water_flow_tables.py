"""Rows of ecological flow: assurance of every control section by month, quarter, year and year to date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from saishang.apps.indicators.values import DEMONSTRATION
from saishang.apps.indicators.water_places import Dated, periods_to
from saishang.apps.indicators.water_samples import Samples
from saishang.rules import Rules
from saishang.science.numbers import exact
from saishang.science.periods import days_between
from saishang.science.rounding import round_half_even
from saishang.science.water.flow import period_assurance
from saishang.science.water.from_rules import flow_rule

__all__ = ["flow_rows"]

_FLOW = "FLOW"


def flow_rows(rules: Rules, as_of: date, found: Sequence[Dated], samples: Samples) -> dict[str, list[dict[str, Any]]]:
    """Rows of `water_flow` and `water_flow_daily`, from the first day on which any section has a flow."""
    first = samples.first_day([entry.last.key for entry in found])
    if first is None:
        return {}
    rule = flow_rule(rules)
    rows: list[dict[str, Any]] = []
    daily: list[dict[str, Any]] = []
    for entry in found:
        code = entry.last.key
        targets = {day: exact(view.values["flow"]) for day in days_between(first, as_of) if (view := entry.on(day))}
        flows = {
            day: sum(values[_FLOW], Fraction(0)) / len(values[_FLOW])
            for day, values in samples.days(code, first, as_of)
            if values.get(_FLOW)
        }
        daily += [
            {"section": code, "day": day, "flow": float(flow), "target": _real(targets.get(day)),
             "kept": None if day not in targets else flow >= targets[day]}
            for day, flow in sorted(flows.items())
        ]  # fmt: skip
        for period in periods_to(first, as_of):
            # Days to come, and days before anybody measured, are not asked; a year that runs is told to date.
            days = list(days_between(max(period.first, first), min(period.last, as_of)))
            running = period.kind in ("quarter", "year") and period.last > as_of
            view = entry.within(days[0], days[-1]) if days else None
            if view is None or running:
                continue
            told = view.values.get("assurance")
            wanted = rule.asked_percent if told is None else exact(told)
            outcome = period_assurance(days, flows, targets, wanted, rule)
            lowest = min(((flows[day], day) for day in days if day in flows and day in targets), default=None)
            reason = "no_data" if not outcome.present else "" if outcome.valid else "flow_days_short"
            rows.append(
                {
                    "section": code, "region": view.region, "river": view.values["river"],
                    "basis": DEMONSTRATION if entry.invented else "measured", "period_kind": period.kind,
                    "period": period.name, "target": float(exact(view.values["flow"])), "asked": float(wanted),
                    "days_expected": outcome.expected, "days_present": outcome.present, "days_kept": outcome.kept,
                    "percent": _real(outcome.percent),
                    "rounded": None if outcome.percent is None
                    else float(round_half_even(outcome.percent, rule.decimals)),
                    "lowest": None if lowest is None else float(lowest[0]),
                    "lowest_day": None if lowest is None else lowest[1],
                    "met": outcome.met, "valid": outcome.valid, "reason": reason or None,
                }
            )  # fmt: skip
    return {"water_flow": rows, "water_flow_daily": daily}


def _real(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
