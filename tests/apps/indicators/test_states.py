"""From targets and values to states: which value stands for a year, and what is never a pass."""

from __future__ import annotations

from decimal import Decimal as D

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.goals import place_of
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


def test_a_place_is_judged_by_its_own_figures() -> None:
    def city(code: str, value: str) -> Value:
        return Value("air.pm25.mean", code, "2024", "year", "measured", "computed", D(value), value, "µg/m³", True)

    goals = [
        _goal("A", "细颗粒物平均浓度", "35", 2027, region="640100"),
        _goal("B", "细颗粒物平均浓度", "35", 2027, unknown_place="石河子市"),
    ]
    states = _states([city("640000", "29"), city("640100", "36")], goals=goals)
    # The region's 29 would be at the goal; the city's own 36 is not, and there is no baseline for it.
    assert (states["A"].standing.reason, states["A"].standing.distance) == ("no_baseline", D(1))  # type: ignore[attr-defined]
    assert (states["B"].standing.status, states["B"].standing.reason) == ("not_evaluated", "other_place")  # type: ignore[attr-defined]


def test_names_of_places_lead_to_their_region() -> None:
    places = {name: code for code, row in RULES.regions.items() for name in (row["zh"], row["short"]) if name}
    for scope, expected in {
        "": ("640000", ""),
        "全区": ("640000", ""),
        "国控断面": ("640000", ""),
        "地级及以上城市": ("640000", ""),
        "各设区市": ("640000", ""),
        "城市": ("640000", ""),
        "银川市": ("640100", ""),
        "固原": ("640400", ""),
        "宁东能源化工基地": ("NX-NINGDONG", ""),
        "石河子市": ("640000", "石河子市"),
        "银川市、石嘴山市": ("640000", "银川市、石嘴山市"),
        "沿黄地区": ("640000", "沿黄地区"),
        "全椒县": ("640000", "全椒县"),
        "城关区": ("640000", "城关区"),
        "本溪市": ("640000", "本溪市"),
    }.items():
        assert place_of(scope, "640000", places) == expected, scope


def test_a_range_is_kept_from_its_near_end() -> None:
    share = Value("air.good_days", "640000", "2027", "year", "assessment", "reported", D(81), "81", "%", True)
    goals = [
        _goal("LOW", "细颗粒物平均浓度", None, 2027, comparator="=", low=D(30), high=D(35)),
        _goal("HIGH", "优良天数比率", None, 2027, comparator="=", low=D(80), high=D(85)),
    ]
    for value, status in (("35.4", "met"), ("35.6", "off_track")):  # compared as 35 and as 36
        states = _states([_pm("2027", value), share], 2028, goals)
        assert states["LOW"].standing.status == status  # type: ignore[attr-defined]
        assert states["HIGH"].standing.status == "met"  # type: ignore[attr-defined]


def test_a_promised_change_is_held_against_its_base_year() -> None:
    # 33 in 2020 less 10 % is 29.7; the path from 33 (2020) to 29.7 (2025) expects 30.36 in 2024.
    drop = _goal("D", "细颗粒物平均浓度", "10", 2025, comparator=">=", unit="%", change="drop", base_year=2020)
    base = _pm("2020", "33")
    for year, value, status in (
        ("2025", "29.7", "met"),
        ("2025", "29.8", "off_track"),
        ("2024", "30.3", "on_track"),
        ("2024", "30.4", "at_risk"),  # the band is 5 % of 29.7 = 1.485: up to 31.845
        ("2024", "31.8", "at_risk"),
        ("2024", "31.9", "off_track"),
    ):
        state = _states([base, _pm(year, value)], 2025, [drop])["D"]
        assert (state.standing.status, state.goal_value) == (status, D("29.7")), value  # type: ignore[attr-defined]
    rise = _goal("R", "优良天数比率", "2", 2025, comparator=">=", unit="个百分点", change="rise", base_year=2017)
    share = [
        Value("air.good_days", "640000", year, "year", "assessment", "reported", D(value), value, "%", True)
        for year, value in (("2017", "81.4"), ("2025", "83.4"))
    ]
    state = _states(share, 2026, [rise])["R"]
    assert (state.standing.status, state.goal_value) == ("met", D("83.4"))  # type: ignore[attr-defined]


def test_a_change_that_cannot_be_held_against_anything_says_why() -> None:
    goals = [
        _goal("NO_YEAR", "细颗粒物平均浓度", "10", 2025, unit="%", change="drop"),
        _goal("NO_VALUE", "细颗粒物平均浓度", "10", 2025, unit="%", change="drop", base_year=2016),
        _goal("TWO_READINGS", "优良天数比率", "2", 2025, unit="%", change="rise", base_year=2017),
    ]
    share = Value("air.good_days", "640000", "2017", "year", "assessment", "reported", D(81), "81", "%", True)
    told = {key: s.standing.reason for key, s in _states([_pm("2024", "20"), share], 2025, goals).items()}  # type: ignore[attr-defined]
    assert told == {"NO_YEAR": "no_base_year", "NO_VALUE": "no_base_value", "TWO_READINGS": "other_unit"}


def test_every_reason_has_words_in_both_languages() -> None:
    detail = {"value_year": 2024, "goal_year": 2027, "as_of_year": 2025, "max_age": 2, "goal_unit": "x", "unit": "y",
              "place": "z", "base_year": 2020}  # fmt: skip
    for reason in CATALOGUE.status.reasons:
        assert CATALOGUE.status.words(reason, detail, "zh-hans") != CATALOGUE.status.words(reason, detail, "en")
