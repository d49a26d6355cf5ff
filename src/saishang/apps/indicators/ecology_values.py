"""From the ecology tables of a run to indicator values, and back from a value to the entries that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from saishang.apps.indicators import queries
from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.apps.indicators.register_values import link_of
from saishang.apps.indicators.values import Reader, Value, decimal_of, make_value
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import Filter
from saishang.rules import Rules

__all__ = ["ECOLOGY_READERS", "inputs_behind"]

Row = Mapping[str, Any]
#: Table → what of a row a value keeps in its coverage.
_COVERAGE: Mapping[str, tuple[str, ...]] = {
    "ecology_index": ("grade", "change_grade", "against", "restriction"),
    "ecology_protected": ("places", "area", "overlap", "land"),
    "ecology_alien": ("finds", "species", "key_species", "handled", "warnings_open"),
    "ecology_fish": ("reaches", "compared"),
    "ecology_degraded": ("area", "total"),
}


def _reader(table: str, wanted: Callable[[Indicator, Row], bool]) -> Reader:
    def read(indicator: Indicator, rows: Iterable[Row]) -> Iterator[Value]:
        column = str(indicator.statistic["statistic"])
        for row in rows:
            if row["scope"] != "region" or not wanted(indicator, row):
                continue
            if column == "change" and table == "ecology_index" and row["change"] is None:
                continue  # the first year of a region has nothing to be compared with
            number = decimal_of(row[column])
            coverage = {name: row[name] for name in _COVERAGE[table] if row[name] not in (None, "", "none")}
            for name, scale in (("grade", ""), ("change_grade", "_change")):
                if name in coverage:  # a level means nothing without its scale
                    coverage[name] = f"{row['index']}{scale}:{coverage[name]}"
            value = make_value(indicator, row, table, number, bool(row["valid"]) and number is not None, coverage)
            key = dict(value.inputs["key"]) | {name: row[name] for name in ("index", "kind", "level") if name in row}
            yield replace(
                value, inputs={"table": table, "key": key, "kind": row["register"], "entries": row["entries"].split()}
            )  # fmt: skip

    return read


def _index(indicator: Indicator, row: Row) -> bool:
    return bool(row["index"] == indicator.statistic["index"])


def _grade(indicator: Indicator, row: Row) -> bool:
    return (row["kind"], row["level"]) == (indicator.statistic["kind"], indicator.statistic["level"])


ECOLOGY_READERS: Mapping[str, Reader] = {
    "ecology_index": _reader("ecology_index", _index),
    "ecology_protected": _reader("ecology_protected", lambda indicator, row: True),
    "ecology_alien": _reader("ecology_alien", lambda indicator, row: True),
    "ecology_fish": _reader("ecology_fish", lambda indicator, row: True),
    "ecology_degraded": _reader("ecology_degraded", _grade),
}


def inputs_behind(rules: Rules, run: Run, inputs: Mapping[str, Any], period: str) -> tuple[Link, ...]:
    """The parts of an index, and the entries of the registers that a value rests on, as the run knew them."""
    key, table = inputs["key"], str(inputs["table"])
    links: list[Link] = []
    if table == "ecology_index":
        rows = queries.select(
            run.id, "ecology_parts", '"index" = ? and id = ? and period = ? and basis = ?',
            [key["index"], key["id"], key["period"], key["basis"]],
        )  # fmt: skip
        links += [
            Link("part", f"{key['index']}:{row['part']}", f"{row['value']:.4f}", "",
                 {"weight": row["weight"], "adds": round(row["adds"], 6)})
            for row in rows
        ]  # fmt: skip
    wanted = set(inputs.get("entries", ()))
    on = run.as_of if table in ("ecology_index", "ecology_fish") else min(date(int(period), 12, 31), run.as_of)
    names = [str(inputs["kind"])] + (["biodiversity_surveys"] if key.get("index") == "ei" else [])
    for name in names:
        kind = kinds(rules).get(name)
        if kind is None:
            continue
        for view in registers.entries(kind, Filter(on=on, known_at=run.started)):
            if view.key in wanted:
                links.append(link_of(kind, view, counted=True))
    return tuple(links)
