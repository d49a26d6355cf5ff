"""Targets that a site adds by data: checked with line, made goals of, judged by a register's figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.goals import NoTask, plan_goals
from saishang.apps.indicators.site_targets import check_site_targets
from saishang.rules import Rules, check_rules, load_rules

TARGET = """\
targets:
  - id: X01
    zh: 森林覆盖率（县）
    en: Forest cover of the county
    plan: ningxia
    item: T12
    indicator: own.share
    comparator: ">="
    value: 90.5
    year: 2027
    region: "640121"
    owners: [NX-STT]
    source: 县方案
    clause: 第一条
    status: unconfirmed
"""
INDICATOR = """\
indicators:
  - id: own.share
    zh: 自定指标
    en: Own indicator
    medium: rural
    kind: reported
    unit: "%"
    decimals: 1
    direction: higher
    source: 县方案
    clause: 第一条
    status: unconfirmed
"""


def site(folder: Path, target: str = TARGET) -> tuple[Rules, list[str]]:
    for name, text in (("indicators/own.yaml", INDICATOR), ("targets/own.yaml", target)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    rules, problems = check_rules(folder)
    found = [*problems, *check_site_targets(rules, problems)]
    return rules, [f"{problem.line} {problem.cell}: {problem.expected}" for problem in found]


def test_an_indicator_needs_no_names_nor_age(tmp_path: Path) -> None:
    rules, problems = site(tmp_path)
    assert problems == []
    own = Catalogue(rules).indicators["own.share"]
    assert (own.names, own.compare_decimals, own.max_age_years) == ((), 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("plan: ningxia", "plan: gansu", "5 targets.0.plan: a plan of the rules"),
        ("item: T12", "item: T99", "6 targets.0.item: a task of the plan ningxia"),
        ("id: X01", "id: G02", "2 targets.0.id: a number that the plan ningxia does not use"),
        ("indicator: own.share", "indicator: own.shares", "7 targets.0.indicator: a code of indicators"),
        ("owners: [NX-STT]", "owners: [NX-NOBODY]", "12 targets.0.owners.0: a code of agencies"),
        ("year: 2027", "year: 1989", "10 targets.0.year: at least 1990"),
        ('region: "640121"', 'region: "999999"', "11 targets.0.region: a code of regions"),
    ],
)
def test_what_a_target_names_has_to_be_there(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in TARGET
    (problem,) = site(tmp_path, TARGET.replace(old, new))[1]
    assert problem.startswith(expected)


def test_a_number_stands_once(tmp_path: Path) -> None:
    (problem,) = site(tmp_path, TARGET + TARGET.removeprefix("targets:\n"))[1]
    assert problem == "16 id: each id of targets once"


@pytest.mark.django_db
def test_it_follows_the_goals_of_its_plan(tmp_path: Path) -> None:
    from saishang.apps.plan.actions import import_plan_from_rules

    import_plan_from_rules("tests", "ningxia")
    plain = plan_goals("640000", load_rules(), on=date(2026, 11, 30))[1]
    rules, _problems = site(tmp_path)
    version, goals = plan_goals("640000", rules, on=date(2026, 11, 30))
    assert goals[:-1] == plain and version.startswith("ningxia@")
    own = goals[-1]
    assert (own.id, own.item, own.region, own.comparator, own.value, own.year, own.indicator) == (
        "X01", "T12", "640121", ">=", Decimal("90.5"), 2027, "own.share",
    )  # fmt: skip
    assert own.owners == ("宁夏回族自治区生态环境厅",) and own.item_title and own.numeric and not own.undetermined
    # Without a region and owners: of the region that is evaluated, owed by whom the task names.
    shorter = TARGET.replace('    region: "640121"\n', "").replace("    owners: [NX-STT]\n", "")
    rules, _problems = site(tmp_path, shorter)
    own = plan_goals("640000", rules, on=date(2026, 11, 30))[1][-1]
    task = next(goal for goal in plain if goal.item == "T12")
    assert (own.region, own.owners) == ("640000", task.owners)


@pytest.mark.django_db
def test_a_target_without_its_task_does_not_vanish_in_silence(tmp_path: Path) -> None:
    from saishang.apps.plan.actions import import_plan_from_rules

    import_plan_from_rules("tests", "ningxia")
    rules, _problems = site(tmp_path, TARGET.replace("item: T12", "item: T99"))
    with pytest.raises(NoTask, match="T99") as error:
        plan_goals("640000", rules, on=date(2026, 11, 30))
    assert error.value.where is not None and error.value.where.endswith("targets/own.yaml:6")
