"""Key construction plots of a run (重点建设用地安全利用): changed use, opened, and what the gate said.

Our own count, since no national formula was found (`standards/soil/assessment`, safe_use).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.laboratory import Period, members, periods_of
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.register_values import REGISTER, basis_of
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.science.register.kind import Kind
from saishang.science.soil.admission import AdmissionRules, Plot, may_be_supplied
from saishang.science.soil.from_rules import admission_rules
from saishang.science.soil.safe_use import construction_land_use

__all__ = ["CONSTRUCTION_TABLES", "PLOTS", "construction_rows"]

#: The register of plots.
PLOTS = "construction_plots"
#: Uses that make a plot key construction land; the gate's use for them.
_SENSITIVE, _USE = ("housing", "public"), "sensitive"
_PERIOD = [("basis", pa.string()), ("period_kind", pa.string()), ("period", pa.string())]
CONSTRUCTION_TABLES: Mapping[str, pa.Schema] = {
    "soil_plots": pa.schema(
        [
            ("plot", pa.string()), ("entry", pa.int64()), ("region", pa.string()), *_PERIOD, ("state", pa.string()),
            ("changed_to", pa.string()), ("changed_on", pa.string()), ("opened_on", pa.string()),
            ("opened_state", pa.string()), ("allowed", pa.bool_()), ("against", pa.bool_()), ("reason", pa.string()),
        ]
    ),
    "soil_construction": pa.schema(
        [
            ("scope", pa.string()), ("id", pa.string()), *_PERIOD,
            *((name, pa.int32()) for name in ("changed", "opened", "against", "undetermined")),
            ("rate", pa.string()), ("rounded", pa.string()), ("valid", pa.bool_()), ("reason", pa.string()),
        ]
    ),
}  # fmt: skip


def construction_rows(asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """Rows of both tables, per year since the register began; nothing without a register or a plot."""
    kind = kinds(asked.rules).get(PLOTS)
    first = None if kind is None else registers.first_day(kind, asked.known_at)
    if kind is None or first is None or first > asked.as_of:
        return {}
    rules = admission_rules(asked.rules)
    plots: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    for period in periods_of(range(first.year, asked.as_of.year + 1), asked.as_of):
        listed = registers.entries(kind, Filter(on=period.last, known_at=asked.known_at))
        mine = [view for view in listed if _is_key(view, period.last)]
        rows = [_plot(asked, kind, view, period, rules) for view in mine]
        plots += rows
        counted += _counted(rows, members(asked, mine))
    return {"soil_plots": plots, "soil_construction": counted}


def _is_key(view: EntryView, day: date) -> bool:
    """Whether the plot's use was changed to a sensitive one by the day; a change without a day counts."""
    changed = view.values.get("changed_on")
    return view.values.get("changed_to") in _SENSITIVE and not (changed and date.fromisoformat(str(changed)) > day)


def _plot(asked: Asked, kind: Kind, view: EntryView, period: Period, rules: AdmissionRules) -> dict[str, Any]:
    said = view.values.get("opened_on")
    opened = date.fromisoformat(str(said)) if said else None
    if opened is not None and opened > period.last:
        opened = None
    row = {
        "plot": view.key, "entry": view.pk, "region": view.region, "basis": basis_of(view, REGISTER),
        "period_kind": period.kind, "period": period.name, "state": view.state,
        "changed_to": view.values["changed_to"], "changed_on": view.values.get("changed_on") or "",
        "opened_on": "" if opened is None else opened.isoformat(),
    }  # fmt: skip
    if opened is None:
        return row | {"opened_state": "", "allowed": None, "against": False, "reason": "not_opened"}
    then = next(
        (v for v in registers.entries(kind, Filter(on=opened, known_at=asked.known_at)) if v.pk == view.pk), None
    )  # fmt: skip
    if then is None:
        # The register does not say how the plot stood on that day: nobody is told lawful by a gap.
        return row | {"opened_state": "", "allowed": None, "against": None, "reason": "state_unknown"}
    land = then.values.get("land_class")
    decision = may_be_supplied([Plot(then.key, then.state, int(land) if land else None)], _USE, rules)
    return row | {
        "opened_state": then.state, "allowed": decision.allowed, "against": not decision.allowed,
        "reason": decision.reasons[0].code,
    }  # fmt: skip


def _counted(rows: Sequence[Mapping[str, Any]], inside: Mapping[str, set[str]]) -> Iterator[dict[str, Any]]:
    for basis in sorted({row["basis"] for row in rows}):
        for code, codes in inside.items():
            mine = [row for row in rows if row["basis"] == basis and row["region"] in codes]
            if not mine:
                continue
            unknown = sum(row["against"] is None for row in mine)
            use = construction_land_use((row["plot"], bool(row["opened_on"]), not row["against"]) for row in mine)
            rate = None if unknown else use.rate
            yield {
                "scope": "region", "id": code, "basis": basis, "period_kind": mine[0]["period_kind"],
                "period": mine[0]["period"], "changed": use.changed,
                "opened": sum(bool(row["opened_on"]) for row in mine), "against": len(use.against_rules),
                "undetermined": unknown, "rate": None if rate is None else str(rate),
                "rounded": None if rate is None else str(rate), "valid": rate is not None,
                "reason": "state_unknown" if unknown else "",
            }  # fmt: skip
