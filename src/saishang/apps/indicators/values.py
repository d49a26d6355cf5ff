"""From the tables of a run to indicator values: one per indicator, region, period and basis, with how it came about.

Pure: tables in, rows out. The clause, the counts and the reason of a missing value travel with every row, so that a
page or an explanation never has to guess.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.catalogue import Catalogue, Indicator
from saishang.apps.indicators.models import ReportedValue
from saishang.science.rounding import round_half_even

__all__ = [
    "DEMONSTRATION", "PERIOD_KINDS", "Reader", "Row", "Value", "computed_values", "decimal_of", "exact_decimal",
    "make_value", "reported_values", "share",
]  # fmt: skip

PERIOD_KINDS = ("year", "to_date")
#: Basis of figures that rest on invented things: shown with their mark, never held against a target.
DEMONSTRATION = "demonstration"
_FORTY = Context(prec=40)


@dataclass(frozen=True)
class Value:
    """One indicator value. `rounded` keeps its decimals as text; `value` is unrounded [unit of the indicator]."""

    indicator: str
    region: str
    period: str
    period_kind: str
    basis: str
    kind: str
    value: Decimal | None
    rounded: str
    unit: str
    valid: bool
    coverage: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    clause: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    standard: str = ""


Row = Mapping[str, Any]
#: (indicator, rows of the table) → its values; a value without region belongs to the run's region.
Reader = Callable[[Indicator, Iterable[Row]], Iterator[Value]]


def computed_values(
    catalogue: Catalogue,
    tables: Mapping[str, pa.Table],
    region: str,
    *,
    readers: Mapping[str, Reader],
    cities: Collection[str],
    known: Collection[str],
) -> list[Value]:
    """Values of every computed indicator from the statistics tables of a run.

    Parameters
    ----------
    region, cities:
        The region of the run, and the cities that it is made of.
    readers:
        Table → how the indicators with that `statistic.source` are read from it.
    known:
        Codes of the rules' regions. National series bring hundreds of cities of other provinces into the tables; nobody
        here is judged by them, so they have no values, and above all no part in the region's shares.
    """
    rows = {
        name: [row for row in table.to_pylist() if row.get("scope") != "city" or row["id"] in known]
        for name, table in tables.items()
        if name in readers
    }
    rows["attainment"] = [row for row in rows.get("attainment", ()) if row["id"] in cities]
    found: list[Value] = []
    for indicator in catalogue.indicators.values():
        # Other ways lead elsewhere: reported parts (`composed`), registers, a medium whose tables this run has not.
        for way in indicator.by(*readers):
            source = str(way.statistic["source"])
            found.extend(
                value if value.region else replace(value, region=region)
                for value in readers[source](way, rows.get(source, ()))
            )
    return found


def reported_values(catalogue: Catalogue, reports: Iterable[ReportedValue]) -> list[Value]:
    """Values that agencies report; only the newest of each (the others are superseded)."""
    found = []
    for row in reports:
        indicator = catalogue.indicators[row.indicator]
        found.append(
            Value(
                indicator=indicator.id,
                region=row.region,
                period=row.period,
                period_kind="year",
                basis=row.basis,
                kind="reported",
                value=row.value,
                rounded=row.text,
                unit=row.unit,
                valid=True,
                coverage={},
                clause=indicator.clause,
                inputs={
                    "report": row.pk,
                    "agency": row.agency,
                    "evidence": row.evidence,
                    "status": row.status,
                    "caliber": row.caliber,
                    "note": row.note,
                    "origin": row.origin,
                    "entered_at": row.entered_at.isoformat(),
                },
            )
        )
    return found


def make_value(
    indicator: Indicator,
    row: Mapping[str, Any],
    table: str,
    value: Decimal | None,
    valid: bool,
    coverage: dict[str, Any],
) -> Value:
    """A value from a row of a run's table; the row's key stays in `inputs`, so that the chain finds it again."""
    rounded = "" if value is None else str(round_half_even(value, indicator.decimals))
    key = {name: row[name] for name in ("scope", "id", "period", "period_kind", "basis") if name in row}
    key |= {name: row[name] for name in ("parameter", "statistic", "standard") if name in row}
    return Value(
        indicator=indicator.id,
        region=row["id"],
        period=row["period"],
        period_kind=row["period_kind"],
        basis=row["basis"],
        kind="computed",
        value=value,
        rounded=rounded,
        unit=indicator.unit,
        valid=valid,
        coverage=coverage,
        reason=row.get("reason") or "",
        clause=indicator.clause,
        inputs={"table": table, "key": key},
        standard=row.get("standard", ""),
    )


def decimal_of(number: Any) -> Decimal | None:
    """A figure of a table as an exact number; None stays None."""
    return None if number is None else Decimal(str(number))


def exact_decimal(number: Fraction) -> Decimal:
    """A fraction as a decimal of forty digits, more than the database keeps."""
    return _FORTY.divide(Decimal(number.numerator), Decimal(number.denominator))


def share(part: int, whole: int) -> Decimal | None:
    """Percentage with the exactness of the counts; None of nothing."""
    return Decimal(part) * 100 / Decimal(whole) if whole else None
