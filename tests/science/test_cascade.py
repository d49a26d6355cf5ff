"""Goals of parts against the goal of the whole: sums by hand, every edge, nothing missing is ever a pass."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.cascade import COMBINE, SPLITS, Part, check, check_years, combined, propose
from saishang.science.targets import PathPoint, entered_path, stepped_path


def _parts(*values: str | None) -> list[Part]:
    return [Part(chr(97 + i), None if v is None else D(v)) for i, v in enumerate(values)]


# Five cities of 31, 32, 29, 27, 31: 150 / 5 = 30 exactly.
FIVE = ("31", "32", "29", "27", "31")


@pytest.mark.parametrize(
    ("last", "kept", "gap"),
    [("30.9", True, Fraction(-1, 50)), ("31", True, Fraction(0)), ("31.1", False, Fraction(1, 50))],
)
def test_a_mean_just_below_at_and_above_the_goal(last: str, kept: bool, gap: Fraction) -> None:
    found = check(D(30), "<=", _parts(*FIVE[:4], last), "mean", direction="lower")
    assert (found.kept, found.gap) == (kept, gap)


def test_what_rounding_alone_would_keep_does_not_add_up() -> None:
    # (30 + 30 + 31) / 3 = 30.33…, which prints as 30.
    found = check(D(30), "<=", _parts("30", "30", "31"), "mean", direction="lower")
    assert found.kept is False and found.value == Fraction(91, 3)


@pytest.mark.parametrize(("comparator", "kept"), [("<=", True), ("<", False), ("=", True), ("~", True)])
def test_every_comparator_at_the_goal(comparator: str, kept: bool) -> None:
    found = check(D(30), comparator, _parts(*FIVE), "mean", direction="lower")  # type: ignore[arg-type]
    assert found.kept is kept


def test_a_share_by_its_bases() -> None:
    # 95 % of 300 and 70 % of 100: (285 + 70) / 400 = 88.75 %; the plain mean would be 82.5.
    parts = [Part("a", D(95), D(300)), Part("b", D(70), D(100))]
    assert combined([(p.value or D(0), p.weight) for p in parts], "weighted") == Fraction(355, 4)
    assert check(D("88.75"), ">=", parts, "weighted", direction="higher").kept is True
    assert check(D("88.76"), ">=", parts, "weighted", direction="higher").kept is False
    assert check(D(82), ">=", parts, "mean", direction="higher").value == Fraction(165, 2)


def test_amounts_are_summed() -> None:
    assert check(D(120), ">=", _parts("50", "40", "30"), "sum", direction="higher").kept is True
    assert check(D(121), ">=", _parts("50", "40", "30"), "sum", direction="higher").gap == -1


def test_each_names_the_parts_that_fall_short() -> None:
    found = check(D(30), "<=", _parts("30", "30.1", "29"), "each", direction="lower")
    assert (found.kept, found.short, found.value) == (False, ("b",), None)
    assert check(D(30), "<=", _parts("30", "29"), "each", direction="lower").kept is True


@pytest.mark.parametrize("combine", COMBINE)
def test_a_part_without_a_goal_is_never_a_pass(combine: str) -> None:
    parts = [Part("a", D(1), D(1)), Part("b", None, D(1))]
    found = check(D(30), "<=", parts, combine, direction="lower")  # type: ignore[arg-type]
    assert found.kept is None and found.missing == ("b",)
    assert check(D(30), "<=", [], combine, direction="lower").kept is None  # type: ignore[arg-type]


def test_one_part_that_falls_short_decides_though_another_is_missing() -> None:
    found = check(D(30), "<=", _parts("31", None), "each", direction="lower")
    assert (found.kept, found.missing) == (False, ("b",))


@pytest.mark.parametrize("weight", [None, D(0), D(-1)])
def test_a_weight_that_lacks_or_is_not_above_zero(weight: D | None) -> None:
    found = check(D(30), "<=", [Part("a", D(1), D(1)), Part("b", D(1), weight)], "weighted", direction="lower")
    assert (found.kept, found.unweighted) == (None, ("b",))
    with pytest.raises(ValueError, match="weight above 0"):
        combined([(D(1), weight)], "weighted")


def test_paths_are_checked_year_by_year() -> None:
    whole = [PathPoint(2020, D(33)), PathPoint(2021, D(32)), PathPoint(2022, D(31))]
    parts = {
        "a": [PathPoint(2020, D(36)), PathPoint(2021, D(35)), PathPoint(2022, D(32))],
        "b": [PathPoint(2020, D(30)), PathPoint(2021, D(30)), PathPoint(2022, D(30))],
    }
    rows = check_years(whole, parts, {"a": None, "b": None}, "mean", direction="lower")
    # 2021: 32.5 against 32; 2022: 31 against 31.
    assert [(r.year, r.check.kept, r.check.value) for r in rows] == [
        (2021, False, Fraction(65, 2)), (2022, True, Fraction(31)),
    ]  # fmt: skip
    parts["b"].pop()
    assert check_years(whole, parts, {}, "mean", direction="lower")[-1].check.missing == ("b",)


def test_a_draft_by_equal_ratio_never_asks_for_less_than_there_was() -> None:
    # Baselines 40, 36, 24: mean 100/3; goal 30 is nine tenths of it: 36, 32.4, 21.6, cut to whole numbers downwards.
    parts = [Part("a", baseline=D(40)), Part("b", baseline=D(36)), Part("c", baseline=D(24))]
    draft = propose(D(30), parts, "mean", "ratio", direction="lower", decimals=0)
    assert draft == {"a": D(36), "b": D(32), "c": D(21)}
    # A goal above the mean would let everybody get worse: the baselines stand instead.
    assert propose(D(40), parts, "mean", "ratio", direction="lower", decimals=0) == {"a": 40, "b": 36, "c": 24}


def test_a_draft_by_equal_steps_and_by_weight() -> None:
    parts = [Part("a", baseline=D(80), weight=D(3)), Part("b", baseline=D(90), weight=D(1))]
    # Mean 85 → 90: five points each, b stops at the ceiling of 94.
    assert propose(D(90), parts, "mean", "step", direction="higher", decimals=1, ceiling=D(94)) == {"a": 85, "b": 94}
    # Of a sum every part takes its share of what is to come: 170 → 180.
    assert propose(D(180), parts, "sum", "step", direction="higher", decimals=0) == {"a": 85, "b": 95}
    bare = [Part("a", weight=D(3)), Part("b", weight=D(1))]
    assert propose(D(100), bare, "sum", "weight", direction="higher", decimals=0) == {"a": 75, "b": 25}
    assert propose(D(10), _parts(None, None, None), "sum", "same", direction="higher", decimals=0) == {
        "a": 4, "b": 4, "c": 4,
    }  # fmt: skip


def test_a_draft_that_lacks_a_baseline_or_a_weight_stays_open() -> None:
    parts = [Part("a", baseline=D(40)), Part("b")]
    assert propose(D(30), parts, "mean", "ratio", direction="lower", decimals=0) == {"a": None, "b": None}
    assert propose(D(30), parts, "sum", "weight", direction="lower", decimals=0) == {"a": None, "b": None}
    assert propose(D(30), parts, "mean", "same", direction="lower", decimals=0) == {"a": 30, "b": 30}


_numbers = st.decimals(min_value=1, max_value=500, places=1)


@given(
    st.lists(_numbers, min_size=1, max_size=8), _numbers, st.sampled_from(SPLITS), st.sampled_from(COMBINE),
    st.sampled_from([("lower", "<="), ("higher", ">=")]), st.integers(0, 2),
)  # fmt: skip
def test_every_draft_adds_up(
    baselines: list[D], goal: D, split: str, combine: str, sign: tuple[str, str], decimals: int
) -> None:
    parts = [Part(str(i), baseline=b, weight=D(i + 1)) for i, b in enumerate(baselines)]
    draft = propose(goal, parts, combine, split, direction=sign[0], decimals=decimals)  # type: ignore[arg-type]
    drafted = [Part(p.region, draft[p.region], p.weight) for p in parts]
    if combine == "each" and split in ("ratio", "step"):
        return  # the mean is led to the goal; `check` tells who is still short
    assert check(goal, sign[1], drafted, combine, direction=sign[0]).kept is True  # type: ignore[arg-type]


def test_stepped_and_entered_paths() -> None:
    path = stepped_path(PathPoint(2020, D(33)), [PathPoint(2027, D(30)), PathPoint(2025, D(32))])
    assert [str(p.value) for p in path] == ["33", "33", "33", "33", "33", "32", "32", "30"]
    entered = entered_path([PathPoint(2027, D(30)), PathPoint(2025, D(31))])
    assert [p.year for p in entered] == [2025, 2027]
    with pytest.raises(ValueError, match="at least one year"):
        entered_path([])
    with pytest.raises(ValueError, match="each once"):
        entered_path([PathPoint(2025, D(1)), PathPoint(2025, D(2))])
