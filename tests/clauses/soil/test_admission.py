"""Law on soil pollution, articles 58 to 66: the admission chain walked pair by pair, and the gate."""

from __future__ import annotations

import itertools

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.soil.admission import AdmissionRules, Plot, area_may_be_supplied, may_be_supplied
from saishang.science.soil.from_rules import admission_rules
from saishang.science.soil.geometry import Area, read_area

#: Every legal move, typed by hand.
LEGAL = {
    ("survey_due", "survey_within"): "clear",
    ("survey_due", "survey_over"): "assessment_due",
    ("assessment_due", "assess_acceptable"): "acceptable",
    ("assessment_due", "assess_not_acceptable"): "listed",
    ("listed", "start_works"): "in_works",
    ("in_works", "finish_works"): "evaluation_due",
    ("evaluation_due", "effect_reached"): "evaluated",
    ("evaluation_due", "effect_missed"): "in_works",
    ("evaluated", "release"): "released",
    ("clear", "reopen"): "survey_due",
    ("acceptable", "reopen"): "survey_due",
    ("released", "reopen"): "survey_due",
}
STATES = ("survey_due", "clear", "assessment_due", "acceptable", "listed", "in_works", "evaluation_due", "evaluated",
          "released")  # fmt: skip
ACTIONS = tuple(dict.fromkeys(action for _, action in LEGAL))
ALL_EVIDENCE = ("survey_report", "survey_review", "assessment_report", "assessment_review", "register_notice",
                "works_plan_filed", "works_report", "effect_report", "effect_review", "release_notice",
                "new_finding")  # fmt: skip


@pytest.fixture(scope="module")
def admission(rules: Rules) -> AdmissionRules:
    return admission_rules(rules)


@pytest.mark.parametrize(("state", "action"), list(itertools.product(STATES, ACTIONS)))
def test_every_pair_of_state_and_action(admission: AdmissionRules, state: str, action: str) -> None:
    if (state, action) in LEGAL:
        assert admission.table.move(state, action, ALL_EVIDENCE).after == LEGAL[state, action]
    else:
        with pytest.raises(SaishangError, match="not possible"):
            admission.table.move(state, action, ALL_EVIDENCE)


def test_nothing_else_is_in_the_table(admission: AdmissionRules) -> None:
    assert tuple(admission.table.states) == STATES
    assert set(admission.table.actions) == set(ACTIONS)


@pytest.mark.parametrize(("state", "action"), LEGAL)
def test_every_move_needs_all_of_its_evidence(admission: AdmissionRules, state: str, action: str) -> None:
    needed = admission.table.move(state, action, ALL_EVIDENCE).evidence
    assert needed
    for left_out in needed:
        with pytest.raises(SaishangError, match=left_out):
            admission.table.move(state, action, [item for item in needed if item != left_out])


def test_article_61_no_plot_on_the_register_is_supplied_before_its_release(admission: AdmissionRules) -> None:
    """The whole way through the register: no at every stage, for every use; yes only after the release."""
    path = admission.table.walk(
        "survey_due",
        [("survey_over", ALL_EVIDENCE), ("assess_not_acceptable", ALL_EVIDENCE), ("start_works", ALL_EVIDENCE),
         ("finish_works", ALL_EVIDENCE), ("effect_missed", ALL_EVIDENCE), ("finish_works", ALL_EVIDENCE),
         ("effect_reached", ALL_EVIDENCE), ("release", ALL_EVIDENCE)],
    )  # fmt: skip
    assert path[-1] == "released"
    for use in ("住宅", "公共管理与公共服务", "工业"):
        answers = [may_be_supplied([Plot("p", state, 1)], use, admission).allowed for state in path]
        assert answers == [False] * (len(path) - 1) + [True]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("use", ["住宅", "工业"])
def test_the_gate_answers_every_state_with_a_reason_and_an_article(
    admission: AdmissionRules, state: str, use: str
) -> None:
    decision = may_be_supplied([Plot("p", state, 1)], use, admission)
    assert decision.allowed is (state in ("clear", "acceptable", "released"))
    assert not decision.undetermined
    reason = decision.reasons[0]
    assert reason.zh and reason.en and reason.clause != "none" and reason.plot == "p"


@pytest.mark.parametrize(
    ("use", "change", "allowed"), [("住宅", True, False), ("住宅", False, True), ("工业", True, True)]
)
def test_article_59_change_to_a_sensitive_use_needs_a_survey(
    admission: AdmissionRules, use: str, change: bool, allowed: bool
) -> None:
    """Land without any record."""
    assert may_be_supplied([], use, admission, change_of_use=change).allowed is allowed


@pytest.mark.parametrize(("land_class", "allowed"), [(1, True), (2, False), (None, False)])
@pytest.mark.parametrize("state", ["clear", "acceptable", "released"])
def test_clean_for_industry_is_not_clean_for_homes(
    admission: AdmissionRules, state: str, land_class: int | None, allowed: bool
) -> None:
    decision = may_be_supplied([Plot("p", state, land_class)], "住宅", admission)
    assert decision.allowed is allowed
    assert may_be_supplied([Plot("p", state, land_class)], "工业", admission).allowed


def test_what_is_not_known_is_never_a_yes(admission: AdmissionRules) -> None:
    for plots, use in (([Plot("p", None, 1)], "住宅"), ([Plot("p", "sold", 1)], "住宅"), ([], None), ([], "火星基地")):
        decision = may_be_supplied(plots, use, admission)
        assert (decision.allowed, decision.undetermined) == (False, True)


def test_every_plot_touched_must_say_yes_and_the_no_stands_first(admission: AdmissionRules) -> None:
    plots = [Plot("a", "released", 1), Plot("b", "listed", 1), Plot("c", None)]
    decision = may_be_supplied(plots, "住宅", admission)
    assert (decision.allowed, decision.undetermined) == (False, False)  # b is a certain no
    assert [reason.plot for reason in decision.reasons] == ["b", "c", "a"]
    assert may_be_supplied(plots[:1] + plots[2:], "住宅", admission).undetermined


def _box(x: float, width: float = 1) -> Area:
    """A box of land in degrees, east of 106.2."""
    west, south = 106.2 + x / 1000, 38.4
    corners = [[west, south], [west + width / 1000, south], [west + width / 1000, 38.401], [west, 38.401]]
    return read_area({"type": "Polygon", "coordinates": [corners]})


def test_a_query_by_polygon_is_decided_by_the_plots_it_shares_ground_with(admission: AdmissionRules) -> None:
    """Listed land from 0 to 1, released land from 1 to 2; what is asked for lies east of it, or across."""
    register = [(Plot("listed", "listed", 1), _box(0)), (Plot("released", "released", 1), _box(1))]
    asked = {name: area_may_be_supplied(area, register, "住宅", admission) for name, area in
             (("released", _box(1)), ("both", _box(0.5)), ("inside", _box(0.2, 0.1)), ("beside", _box(2)))}  # fmt: skip
    assert {name: decision.allowed for name, decision in asked.items()} == {
        "released": True, "both": False, "inside": False, "beside": False,
    }  # fmt: skip
    assert [reason.plot for reason in asked["both"].reasons] == ["listed", "released"]
    assert asked["beside"].reasons[0].code == "no_record_sensitive"  # no record: a survey first
    assert area_may_be_supplied(_box(2), register, "工业", admission).allowed
