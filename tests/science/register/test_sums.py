"""Figures from sums against figures from entries: the same digits, whatever came, changed and went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishang.rules import load_rules
from saishang.science.register.figures import Standing, figure_value
from saishang.science.register.kind import Figure, Kind, read_kinds
from saishang.science.register.sums import NOTHING, Part, figure_sum, part_of

KINDS = read_kinds(load_rules())
DAY = date(2026, 1, 31)
REGIONS = ("640104", "640105", "640121", "640202")
FIGURES = [(kind, figure) for kind in KINDS.values() for figure in kind.figures.values()]


def plot(key: str, state: str, area: str | None = "100", region: str = "640104") -> Standing:
    return Standing(key, state, DAY, {"code": key, "area": area}, region)


def parts(figure: Figure, entries: Iterable[Standing]) -> dict[str, Part]:
    found: dict[str, Part] = defaultdict(lambda: NOTHING)
    for entry in entries:
        found[entry.region] += part_of(figure, entry)
    return found


def test_by_hand() -> None:
    kind = KINDS["construction_plots"]
    five = [plot("A", "survey_due"), plot("B", "listed", "1000.5"), plot("C", "in_works", "999.5"),
            plot("D", "released", region="640121"), plot("E", "clear")]  # fmt: skip
    area = figure_sum(kind.figures["area_on_register"], parts(kind.figures["area_on_register"], five))
    assert (area.value, area.counted, area.missing) == (2000, 2, 0)
    # One released of B, C and D, which were listed at some time.
    share = figure_sum(kind.figures["released_share"], parts(kind.figures["released_share"], five))
    assert (share.value, share.counted, share.base) == (Fraction(100, 3), 1, 3)
    lacking = [*five, plot("F", "listed", None)]
    area = figure_sum(kind.figures["area_on_register"], parts(kind.figures["area_on_register"], lacking))
    assert (area.value, area.rounded, area.missing) == (None, None, 1)


@pytest.mark.parametrize(("kind", "figure"), FIGURES, ids=[f"{kind.id}-{figure.id}" for kind, figure in FIGURES])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_same_as_from_the_entries(kind: Kind, figure: Figure, data: st.DataObject) -> None:
    entries = data.draw(st.lists(_entries(kind), max_size=12))
    gone = data.draw(st.lists(st.sampled_from(entries), max_size=4, unique_by=id)) if entries else []
    sums = parts(figure, entries)
    for entry in gone:
        sums[entry.region] -= part_of(figure, entry)
    left = [entry for entry in entries if not any(entry is one for one in gone)]
    told, long = figure_sum(figure, sums, REGIONS), figure_value(figure, left, REGIONS)
    assert (told.value, told.rounded) == (long.value, long.rounded)
    assert (told.counted, told.base, told.missing) == (len(long.counted), len(long.base), len(long.missing))


def _entries(kind: Kind) -> st.SearchStrategy[Standing]:
    """Entries with any of the values that the kind's figures look for, and numbers that may be missing."""
    states = list(kind.life.states) if kind.life is not None else [""]
    values: dict[str, st.SearchStrategy[object]] = {}
    for field in kind.fields.values():
        if field.type in ("number", "integer"):
            values[field.id] = st.none() | st.decimals(-99, 99, places=2).map(lambda number: f"{number:f}")
        elif field.type == "truth":
            values[field.id] = st.sampled_from([None, True, False])
        elif field.type == "choice":
            values[field.id] = st.sampled_from([None, *(choice.id for choice in field.choices)])
        elif field.type == "region":
            values[field.id] = st.sampled_from(REGIONS)
        else:
            values[field.id] = st.sampled_from([None, "2026-01-31"])
    return st.builds(
        Standing, st.uuids().map(str), st.sampled_from(states), st.just(DAY), st.fixed_dictionaries(values),
        st.sampled_from([*REGIONS, "640000"]),
    )  # fmt: skip
