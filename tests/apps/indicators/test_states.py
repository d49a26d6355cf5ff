"""From targets and values to states: which value stands for a year, and what is never a pass."""

from __future__ import annotations

from decimal import Decimal as D

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.states import PlanGoal, best_by_year, judge_all
from saishang.apps.indicators.values import Value
from saishang.rules import load_rules

RULES = load_rules()
CATALOGUE = Catalogue(RULES)
BASELINES = Catalogue.baselines(RULES, "ningxia")


def _goal(identifier: str, text: str, value: str | None, year: int | None, **more: object) -> PlanGoal:
    fields = {
        "id": identifier, "item": "T10", "text": text, "indicator_text": text, "comparator": "<=", "year": year,
        "value": None if value is None else D(value), "undetermined": False, "kind": "numeric", "region": "640000",
    }  # fmt: skip
    return PlanGoal(**{**fields, **more})  # type: ignore[arg-type]


def _pm(year: str, value: str, basis: str = "dust_removed", kind: str = "reported", valid: bool = True) -> Value:
    return Value("air.pm25.mean", "640000", year, "year", basis, kind, D(value), value, "µg/m³", valid)


def _states(values: list[Value], as_of: int = 2025, goals: list[PlanGoal] | None = None) -> dict[str, object]:
    goals = goals or [
        _goal("G02", "全区细颗粒物平均浓度", "30", 2027),
        _goal("G05", "全区细颗粒物平均浓度", "28", 2035),
    ]
    return {s.goal.id: s for s in judge_all(goals, values, CATALOGUE, BASELINES, as_of)}


def test_phrases_of_plans_find_their_indicator() -> None:
    for phrase in ("全区细颗粒物平均浓度", "地级及以上城市细颗粒物（PM2.5）平均浓度", "PM₂.₅年均浓度", "细颗粒物"):
        found = CATALOGUE.for_target(phrase)
        assert found is not None and found.id == "air.pm25.mean", phrase
    assert CATALOGUE.for_target("森林覆盖率") is None


def test_every_indicator_has_both_names_and_a_source() -> None:
    for indicator in CATALOGUE.indicators.values():
        assert indicator.zh and indicator.en and indicator.source and indicator.clause and indicator.caliber


def test_the_2024_figure_is_on_the_path_to_2027() -> None:
    # 33 (2020) → 30 (2027): 2024 expects 31.29; reported 30.6 rounds to 31 for the comparison, still above 30.
    state = _states([_pm("2024", "30.6", "audited")])["G02"]
    assert (state.standing.status, state.standing.reason) == ("on_track", "on_path")  # type: ignore[attr-defined]
    assert state.standing.distance == D(1)  # type: ignore[attr-defined]


def test_an_audited_figure_stands_before_the_printed_one() -> None:
    indicator = CATALOGUE.indicators["air.pm25.mean"]
    chosen = best_by_year([_pm("2021", "27", "as_published"), _pm("2021", "26.7", "audited")], indicator)
    assert chosen[2021].rounded == "26.7"


def test_what_can_be_followed_to_its_rows_stands_first() -> None:
    indicator = CATALOGUE.indicators["air.pm25.mean"]
    ours, theirs = _pm("2021", "27.1", "dust_removed", "computed"), _pm("2021", "26.7", "audited")
    assert best_by_year([theirs, ours], indicator)[2021] is ours


def test_an_invalid_or_partial_year_never_stands() -> None:
    indicator = CATALOGUE.indicators["air.pm25.mean"]
    partial = Value(
        "air.pm25.mean", "640000", "2019-01..2019-09", "to_date", "measured", "computed", D(31), "31", "µg/m³", True
    )
    assert best_by_year([_pm("2019", "30", valid=False), partial], indicator) == {}
    state = _states([_pm("2019", "30", valid=False)], as_of=2019)["G02"]
    assert (state.standing.status, state.standing.reason) == ("not_evaluated", "no_valid_year")  # type: ignore[attr-defined]


def test_values_after_the_date_are_not_used() -> None:
    state = _states([_pm("2021", "26.7"), _pm("2024", "30.6")], as_of=2022)["G02"]
    assert state.value.period == "2021"  # type: ignore[attr-defined]


def test_withheld_qualitative_and_unreported_goals() -> None:
    goals = [
        _goal("G17", "自然保护地面积占国土面积的比例", None, 2035, undetermined=True, comparator=">="),
        _goal("G19", "气候适应型社会", None, 2035, kind="qualitative", comparator="="),
        _goal("G12", "“无废城市”建设比例", "60", 2027, comparator=">="),
        _goal("C04", "非道路移动机械编码登记", None, None, kind="coverage", comparator="="),
    ]
    states = _states([], goals=goals)
    told = {key: (s.standing.status, s.standing.reason) for key, s in states.items()}  # type: ignore[attr-defined]
    assert told == {
        "G17": ("undetermined", "goal_withheld"),
        "G19": ("not_evaluated", "qualitative"),
        "G12": ("not_evaluated", "no_report"),
        "C04": ("not_evaluated", "no_report"),
    }
    assert states["C04"].goal_value == 100  # type: ignore[attr-defined]


def test_every_reason_has_words_in_both_languages() -> None:
    detail = {"value_year": 2024, "goal_year": 2027, "as_of_year": 2025, "max_age": 2, "goal_unit": "x", "unit": "y"}
    for reason in CATALOGUE.status.reasons:
        assert CATALOGUE.status.words(reason, detail, "zh-hans") != CATALOGUE.status.words(reason, detail, "en")
