"""Targets as objects: what an office sets, versions, splits that add up, and what of it an evaluation takes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.indicators.actions.set_cascade import PartRow, Split, dissolve_cascade, set_cascade
from saishang.apps.indicators.actions.set_target import Change, set_target, withdraw_target
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.goals import plan_goals
from saishang.apps.indicators.models import TargetVersion
from saishang.apps.indicators.states import State, judge_all
from saishang.apps.indicators.target_objects import history, settings_of, settings_parameters
from saishang.apps.indicators.target_settings import (
    SettingRefused,
    Start,
    plain_setting,
    read_setting,
    read_year_values,
)
from saishang.apps.indicators.target_view import Home, candidates, target_object
from saishang.apps.indicators.values import Value
from saishang.apps.organisations.models import User
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.errors import Fault
from saishang.rules import load_rules

pytestmark = pytest.mark.django_db

RULES = load_rules()
HOME = Home("ningxia", "ningxia", "640000")
DAY = date(2025, 6, 30)
CITIES = ("640100", "640200", "640300", "640400", "640500")
BASE = "NX-NINGDONG"
#: PM2.5 at most 30 in 2027 and 28 in 2035; a share that the plan withholds; a state without a number.
PM, PM_LATER, WITHHELD, STATE = "G02", "G05", "G17", "G16"


@pytest.fixture(autouse=True)
def plan() -> None:
    import_plan_from_rules("tests", "ningxia")


def _change(actor: Any = "tests", day: date = DAY) -> Change:
    return Change(actor, day, "按领导小组办公室来文", "宁环领办〔2025〕1号")


def _set(target: str = PM, region: str = "640000", day: date = DAY, **given: Any) -> TargetVersion:
    return set_target(_change(day=day), RULES, HOME, target, region, given)


def _faults(call: Any) -> dict[str, str]:
    with pytest.raises(SettingRefused) as caught:
        call()
    return {fault.field: fault.message for fault in caught.value.faults}


def _rows(*goals: str | None, **more: Any) -> tuple[PartRow, ...]:
    rows = [PartRow(code, None if goal is None else D(goal), **more) for code, goal in zip(CITIES, goals, strict=True)]
    return (*rows, PartRow(BASE, exempt="由银川市统一核算"))


def _split(*goals: str | None, **more: Any) -> TargetVersion:
    return set_cascade(_change(), RULES, HOME, PM, "640000", Split("mean", _rows(*goals), **more))


def _states(day: date = DAY, values: tuple[Value, ...] = (), known_at: Any = None) -> dict[tuple[str, str], State]:
    _, goals = plan_goals("640000", RULES, "ningxia", on=day, known_at=known_at)
    made = judge_all(goals, values, Catalogue(RULES), Catalogue.baselines(RULES, "ningxia"), day.year)
    return {(state.goal.id, state.goal.region): state for state in made}


def _value(region: str, year: int, value: str) -> Value:
    return Value("air.pm25.mean", region, str(year), "year", "dust_removed", "computed", D(value), value, "µg/m³", True)


def test_without_settings_nothing_of_a_run_changes() -> None:
    assert settings_of("ningxia", DAY) == {} and settings_parameters("ningxia", DAY) == {}
    states = _states(values=(_value("640000", 2024, "31"),))
    assert states[PM, "640000"].detail.keys().isdisjoint({"object"})
    # 33 in 2020 → 30 in 2027: 31.2857 in 2024, so 31 is on the path.
    assert states[PM, "640000"].standing.reason == "on_path"


def test_a_baseline_and_a_stepped_path_decide_the_state() -> None:
    # From 39 in 2017: steps of 34 in 2022, 32 in 2025, then the goal. In 2024 34 is asked, in 2025 32.
    _set(
        baseline={"year": 2017, "value": "39", "source": "2017年公报"},
        path={"kind": "stepped", "points": {"2022": "34", "2025": "32"}},
    )
    state = _states(values=(_value("640000", 2024, "34"),))[PM, "640000"]
    assert (state.standing.status, state.standing.expected) == ("on_track", 34)
    told = state.detail["object"]
    assert (told["version"], told["path"]["kind"]) == (1, "stepped") and "parent" not in told
    assert told["baseline"] == {"year": 2017, "value": "39", "source": "2017年公报"}
    later = _states(date(2026, 3, 1), values=(_value("640000", 2025, "34"),))[PM, "640000"]
    # 2 behind 32: beyond 5 % of 30 = 1.5.
    assert (later.standing.status, later.standing.expected) == ("off_track", 32)
    # The goal of 2035 keeps the path of the plan and of the site's baseline.
    assert _states()[PM_LATER, "640000"].path[0].year == 2020


def test_a_tolerance_of_its_own() -> None:
    values = (_value("640000", 2024, "33"),)  # 1.7 behind 31.2857
    assert _states(values=values)[PM, "640000"].standing.status == "off_track"
    _set(tolerance={"value": "2", "of": "unit"})
    assert _states(values=values)[PM, "640000"].standing.status == "at_risk"


def test_a_withheld_goal_stays_undetermined_until_the_office_enters_one() -> None:
    before = _states()[WITHHELD, "640000"]
    assert (before.standing.status, before.standing.reason) == ("undetermined", "goal_withheld")
    _set(WITHHELD, goal="20")
    state = _states()[WITHHELD, "640000"]
    assert state.standing.status == "not_evaluated" and state.goal_value == 20
    assert state.comparator == ">=" and state.goal.year == 2035
    withdraw_target(_change(), RULES, HOME, WITHHELD, "640000")
    assert _states()[WITHHELD, "640000"].standing.status == "undetermined"


def test_a_goal_changed_by_the_office_holds_from_its_day_on() -> None:
    _set(goal="29", day=date(2025, 9, 1))
    before, after = _states(date(2025, 8, 31)), _states(date(2025, 9, 1))
    assert (before[PM, "640000"].goal_value, after[PM, "640000"].goal_value) == (30, 29)
    # The path of the later goal leads through the changed one: 29 in 2027.
    assert {p.year: p.value for p in after[PM_LATER, "640000"].path}[2027] == 29


def test_an_old_run_is_judged_by_what_was_known_then() -> None:
    moment = timezone.now()
    _set(goal="29")
    assert _states(known_at=moment)[PM, "640000"].goal_value == 30
    assert settings_parameters("ningxia", DAY, moment) == {}
    told = settings_parameters("ningxia", DAY, timezone.now() + timedelta(seconds=1))
    assert told["versions"] == 1 and len(told["digest"]) == 64


def test_versions_follow_one_another_and_say_why() -> None:
    _set(goal="29")
    _set(goal="28.5", owners=[{"agency": "宁夏回族自治区生态环境厅", "role": "lead"}])
    versions = history("ningxia", PM, "640000")
    assert [(v.number, v.setting["goal"]) for v in versions] == [(2, "28.5"), (1, "29")]
    assert versions[0].document == "宁环领办〔2025〕1号"
    entry = ActionLogEntry.objects.order_by("-sequence").first()
    assert entry is not None and entry.verb == "indicators.set_target"
    assert (entry.before["goal"], entry.after["goal"], entry.reason) == ("29", "28.5", "按领导小组办公室来文")
    assert _states()[PM, "640000"].goal.owners == ("宁夏回族自治区生态环境厅",)


@pytest.mark.parametrize(
    "sql",
    ["update indicators_targetversion set reason = 'x'", "delete from indicators_targetversion"],
)
def test_versions_are_never_changed(sql: str) -> None:
    _set(goal="29")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    with pytest.raises(Exception, match="never change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetVersion.objects.create(
            plan="ningxia", target=PM, region="640000", number=1, effective=DAY, reason="x", document="x",
            recorded_at=timezone.now(),
        )  # fmt: skip


def test_every_fault_of_a_setting_is_told_at_once() -> None:
    found = _faults(lambda: _set(
        goal="abc", year="27", baseline={"value": "33"}, tolerance={"value": "-1"}, path={"kind": "entered"},
        owners=[{"agency": "x", "role": "boss"}], colour="red",
    ))  # fmt: skip
    assert set(found) == {"goal", "year", "baseline_year", "baseline_source", "tolerance", "points", "owners", "colour"}
    assert "got 'abc'" in found["goal"]


def test_what_does_not_fit_together() -> None:
    assert "before the goal's year 2027" in _faults(
        lambda: _set(baseline={"year": 2027, "value": "33", "source": "x"})
    )["baseline_year"]  # fmt: skip
    for year, message in (
        ("2020", "after the base year 2020; got 2020"),
        ("2028", "up to the goal's year 2027; got 2028"),
    ):
        found = _faults(lambda y=year: _set(path={"kind": "stepped", "points": {y: "31"}}))
        assert message in found["points"]
    found = _faults(lambda: _set(path={"kind": "entered", "points": {"2027": "31"}}))
    assert found["points"] == "expected the goal 30 in its year 2027; got 31"
    assert "from 0 to 100" in _faults(lambda: _set(WITHHELD, goal="100.1"))["goal"]
    assert "needs an indicator" in _faults(lambda: _set(STATE, goal="5"))["goal"]
    assert "an agency or a region" in _faults(lambda: _set(owners=[{"agency": "无此单位"}]))["owners"]
    assert "goal with a year" in _faults(lambda: _set(WITHHELD, path={"kind": "straight"}))["path"]
    assert _faults(lambda: _set(region="640100", goal="31")) == {
        "region": "this place carries no part of the target yet"
    }  # fmt: skip
    with pytest.raises(SettingRefused, match="expected a target of the plan"):
        _set("G99", goal="1")
    with pytest.raises(SettingRefused, match="expected a region"):
        _set(region="999999", goal="1")
    assert TargetVersion.objects.count() == 0


def test_reason_document_permission_and_speed() -> None:
    bare = Change("tests", DAY, " ", "")
    assert set(_faults(lambda: set_target(bare, RULES, HOME, PM, "640000", {"goal": "29"}))) == {"reason", "document"}
    for role in ("viewer", "editor"):
        with pytest.raises(SettingRefused, match="may not set targets"):
            set_target(_change(User(username="x", role=role)), RULES, HOME, PM, "640000", {"goal": "29"})
    admin = User.objects.create(username="office", role="admin")
    made = set_target(_change(admin), RULES, HOME, PM, "640000", {"goal": "29"}, expected=0)
    assert made.recorded_by == admin
    with pytest.raises(SettingRefused, match="was at version 0 when this form was opened and is at 1 now"):
        set_target(_change(admin), RULES, HOME, PM, "640000", {"goal": "28"}, expected=0)
    with pytest.raises(SettingRefused, match="nothing changes"):
        set_target(_change(admin), RULES, HOME, PM, "640000", {"goal": "29.0"})


def test_a_split_that_adds_up() -> None:
    _split("31", "32", "29", "27", "31")
    known = target_object(RULES, HOME, PM, "640000", DAY)
    assert known.check is not None and (known.check.kept, known.check.value) == (True, 30)
    assert [part.region for part in known.parts] == list(CITIES)
    states = _states(values=(_value("640100", 2024, "31"), _value("640200", 2024, "33")))
    assert [states[PM, code].goal_value for code in CITIES] == [31, 32, 29, 27, 31]
    yinchuan, shizuishan = states[PM, "640100"], states[PM, "640200"]
    assert (yinchuan.standing.status, yinchuan.standing.reason) == ("on_track", "already_at_goal")
    assert yinchuan.goal.text == "银川市细颗粒物平均浓度"
    # No baseline of Shizuishan: only the distance, never a pass.
    assert (shizuishan.standing.reason, shizuishan.standing.distance) == ("no_baseline", 1)
    assert yinchuan.detail["object"]["parent"] == "640000" and yinchuan.goal.parent == "640000"
    assert (PM, BASE) not in states


def test_baselines_of_parts_give_them_paths_that_are_added_up_too() -> None:
    rows = [
        PartRow(code, D(30), baseline=Start(2020, D(base), "公报"))
        for code, base in zip(CITIES, ("36", "38", "32", "26", "33"), strict=True)
    ]
    split = Split("mean", (*rows, PartRow(BASE, exempt="x")))
    set_cascade(_change(), RULES, HOME, PM, "640000", split)
    known = target_object(RULES, HOME, PM, "640000", DAY)
    # (36 + 38 + 32 + 26 + 33) / 5 = 33 in 2020 and 30 in 2027: the same straight line as the region's.
    assert [(y.year, y.check.kept) for y in known.years] == [(year, True) for year in range(2021, 2028)]
    state = _states(values=(_value("640200", 2024, "34"),))[PM, "640200"]
    # 38 − 8 · 4/7 = 33.43: 34 is 0.57 behind, within 5 % of 30.
    assert state.standing.status == "at_risk"


def test_a_split_that_does_not_add_up_is_refused_unless_somebody_says_why() -> None:
    found = _faults(lambda: _split("31", "32", "29", "27", "31.1"))
    assert found["accepted"] == "the parts make 30.02 together, which does not keep the goal 30"
    _split("31", "32", "29", "27", "31.1", accepted="中卫市目标待与沙尘扣除口径一并核定")
    known = target_object(RULES, HOME, PM, "640000", DAY)
    assert known.check is not None and known.check.kept is False
    assert known.setting.cascade is not None and "待" in known.setting.cascade.accepted


def test_a_part_that_is_not_set_yet_is_undetermined() -> None:
    _split("31", "32", None, "27", "31")
    state = _states(values=(_value("640300", 2024, "20"),))[PM, "640300"]
    assert (state.standing.status, state.standing.reason) == ("undetermined", "part_not_set")
    known = target_object(RULES, HOME, PM, "640000", DAY)
    assert known.check is not None and (known.check.kept, known.check.missing) == (None, ("640300",))


def test_no_region_is_left_out_silently() -> None:
    def split(rows: tuple[PartRow, ...]) -> Any:
        return lambda: set_cascade(_change(), RULES, HOME, PM, "640000", Split("each", rows))

    rows = _rows("30", "30", "30", "30", "30")
    assert "宁东能源化工基地" in _faults(split(rows[:-1]))["region"]
    assert "got 640100 again" in _faults(split((*rows, rows[0])))["region"]
    assert "610000" in _faults(split((*rows, PartRow("610000", D(30)))))["region"]
    assert "at least one part" in _faults(split(tuple(PartRow(r.region, exempt="x") for r in rows)))["region"]


def test_weights_need_their_source() -> None:
    rows = _rows("90", "90", "90", "90", "90")
    split = Split("weighted", rows)
    target = "G07"  # 国控断面地表水水质优良比例 ≥ 90 %
    found = _faults(lambda: set_cascade(_change(), RULES, HOME, target, "640000", split))
    assert set(found) == {*CITIES, "weights_from"}
    weighted = tuple(PartRow(r.region, r.goal, None if r.exempt else D(4), exempt=r.exempt) for r in rows)
    split = Split("weighted", weighted, weights_from="国控断面数（2025年清单）")
    made = set_cascade(_change(), RULES, HOME, target, "640000", split)
    assert made.setting["cascade"]["weights_from"] == "国控断面数（2025年清单）"


def test_a_city_splits_its_part_over_its_counties() -> None:
    _split("31", "32", "29", "27", "31")
    counties = candidates(RULES, "640100")
    assert len(counties) == 6
    split = Split("mean", tuple(PartRow(code, D(31)) for code in counties))
    set_cascade(_change(), RULES, HOME, PM, "640100", split)
    states = _states()
    assert states[PM, counties[0]].goal.parent == "640100" and states[PM, counties[0]].goal_value == 31
    with pytest.raises(SettingRefused, match="itself split further"):
        dissolve_cascade(_change(), RULES, HOME, PM, "640000")
    dissolve_cascade(_change(), RULES, HOME, PM, "640100")
    assert (PM, counties[0]) not in _states() and (PM, "640100") in _states()
    dissolve_cascade(_change(), RULES, HOME, PM, "640000")
    assert _states().keys() == {key for key in _states() if key[1] == "640000"}
    with pytest.raises(SettingRefused, match="not split"):
        dissolve_cascade(_change(), RULES, HOME, PM, "640000")


def test_a_part_is_changed_where_it_adds_up() -> None:
    _split("31", "32", "29", "27", "31")
    assert "has to add up" in _faults(lambda: _set(region="640100", goal="35"))["goal"]
    # Its tolerance and path are the office's to set, and a later split leaves them.
    _set(region="640100", tolerance={"value": "1", "of": "unit"})
    _split("30", "32", "29", "27", "31")
    known = target_object(RULES, HOME, PM, "640100", DAY)
    assert known.setting.tolerance is not None and known.level == 30 and known.version == 3
    assert [v.number for v in history("ningxia", PM, "640200")] == [1]
    with pytest.raises(SettingRefused, match="nothing changes by this split"):
        _split("30", "32", "29", "27", "31")
    with pytest.raises(SettingRefused, match="part of a split"):
        withdraw_target(_change(), RULES, HOME, PM, "640100")


def test_counties_are_the_lowest_regions_with_the_base_among_them() -> None:
    lowest = candidates(RULES, "640000", "counties")
    assert len(lowest) == 23 and BASE in lowest and "640100" not in lowest
    assert candidates(RULES, "640000") == (*CITIES, BASE)


def test_settings_survive_being_written_down() -> None:
    given = {
        "goal": "１，０２９．5", "comparator": "<=", "year": "2030",
        "baseline": {"year": 2020, "value": "33.0", "source": " 公报 "},
        "path": {"kind": "entered", "points": {"2026": "31", "2025": "32"}},
        "tolerance": {"value": "2", "of": "unit"}, "owners": [{"agency": "a", "role": "lead"}, {"agency": "a"}],
        "clause": "任务10", "weight": "3", "demonstration": True,
        "cascade": {"combine": "mean", "members": ["x", "x", "y"], "exempt": {"z": "why"}},
    }  # fmt: skip
    setting = read_setting(given)
    assert setting.goal == D("1029.5") and [p.year for p in setting.way.points] == [2025, 2026]  # type: ignore[union-attr]
    assert setting.cascade is not None and setting.cascade.members == ("x", "y")
    assert read_setting(plain_setting(setting)) == setting
    assert len(setting.owners) == 1 and setting.baseline == Start(2020, D(33), "公报")


def test_years_as_people_type_them() -> None:
    faults: list[Fault] = []
    assert read_year_values("2025 31.5\n2026年：31；2027=30", "points", faults) == {
        "2025": "31.5", "2026": "31", "2027": "30",
    }  # fmt: skip
    assert not faults
    read_year_values("2025\n2026 31 x\n2027 1\n2027 2", "points", faults)
    assert len(faults) == 3
