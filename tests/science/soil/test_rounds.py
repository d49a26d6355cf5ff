"""Samples of long-term points: pH bands, land uses, what is missing; the parts of the safe-use rate by hand."""

from __future__ import annotations

import doctest
from datetime import date
from fractions import Fraction as F
from itertools import product

import pytest

from saishang.rules import load_rules
from saishang.science.register.figures import Standing, figure_value
from saishang.science.register.kind import read_kinds
from saishang.science.soil import safe_use
from saishang.science.soil.from_rules import development_standard, farmland_standard
from saishang.science.soil.parameters import development_items, farmland_items, spellings
from saishang.science.soil.rounds import FARMLAND_BASIC, judge_sample
from saishang.science.soil.safe_use import farmland_safe_use, field_measure

RULES = load_rules()
DAY = date(2025, 10, 1)
FARM, PLOTS = farmland_standard(RULES, DAY), development_standard(RULES, DAY)
CLEAN = dict.fromkeys(FARMLAND_BASIC, F(1, 100))


def judged(land_use: str, ph: str | None, **contents: str) -> str | None:
    values = {**CLEAN, **{key: F(value) for key, value in contents.items()}}
    return judge_sample(values, None if ph is None else F(ph), land_use, FARM, PLOTS).result


@pytest.mark.parametrize(
    ("ph", "screening", "intervention"),
    [  # cadmium on paddy: bands closed above (5.5, 6.5, 7.5 belong to the band below)
        ("5.5", "0.3", "1.5"), ("5.51", "0.4", "2.0"), ("6.5", "0.4", "2.0"), ("6.51", "0.6", "3.0"),
        ("7.5", "0.6", "3.0"), ("7.51", "0.8", "4.0"),
    ],
)  # fmt: skip
def test_bands_and_limits_of_cadmium_on_paddy(ph: str, screening: str, intervention: str) -> None:
    tiny = F(1, 10_000)
    assert judged("paddy", ph, cd=screening) == "priority"
    assert judged("paddy", ph, cd=str(F(screening) + tiny)) == "safe_use"
    assert judged("paddy", ph, cd=intervention) == "safe_use"
    assert judged("paddy", ph, cd=str(F(intervention) + tiny)) == "strict"


def test_land_use_decides() -> None:
    # Copper at pH 8: orchard 200, other 100; mercury at pH 8: paddy 1.0, other 3.4, rotation the stricter.
    assert (judged("orchard", "8", cu="200"), judged("other", "8", cu="200")) == ("priority", "safe_use")
    assert (judged("other", "8", hg="1.1"), judged("rotation", "8", hg="1.1")) == ("priority", "safe_use")
    # Zinc has no intervention value: never strict control.
    assert judged("other", "8", zn="5000") == "safe_use"


def test_what_is_missing_never_passes_on_farmland() -> None:
    whole = {key: value for key, value in CLEAN.items() if key != "cd"}
    sample = judge_sample(whole, F(8), "paddy", FARM, PLOTS)
    assert (sample.result, sample.reason, sample.named(None)) == (None, "items_missing", ("cd",))
    # Over an intervention value nothing missing can make it worse.
    assert judge_sample({**whole, "as": F(101)}, F(8), "paddy", FARM, PLOTS).result == "strict"
    # Over a screening value with cadmium missing: cadmium could be over its intervention value.
    assert judge_sample({**whole, "as": F(30)}, F(8), "paddy", FARM, PLOTS).result is None
    assert judged("paddy", None) is None and judge_sample(CLEAN, None, "paddy", FARM, PLOTS).reason == "no_ph"
    assert judge_sample({}, F(8), "paddy", FARM, PLOTS).reason == "no_data"


def test_development_land() -> None:
    basic = {key: F(1, 10_000) for key, entry in PLOTS.items.items() if entry.basic}
    assert len(basic) == 45
    assert judge_sample(basic, None, "class2", FARM, PLOTS).result == "below_screening"
    for lead, use, result in (
        ("400", "class1", "below_screening"), ("400.1", "class1", "over_screening"),
        ("800", "class1", "over_screening"),
        ("800.1", "class1", "over_intervention"), ("800", "class2", "below_screening"),
        ("800.1", "class2", "over_screening"),
    ):  # fmt: skip
        assert judge_sample({**basic, "铅": F(lead)}, None, use, FARM, PLOTS).result == result, (lead, use)
    without = {key: value for key, value in basic.items() if key != "苯"}
    sample = judge_sample(without, None, "class1", FARM, PLOTS)
    assert (sample.result, sample.reason, sample.named(None)) == (None, "items_missing", ("苯",))


def test_total_chromium_is_not_hexavalent_chromium() -> None:
    farm, plots = farmland_items(RULES, FARM), development_items(RULES, PLOTS)
    assert farm["SOIL.Cr"] == "cr" and "SOIL.Cr" not in plots
    assert plots["SOIL.Chromium_VI"] == "铬(六价)" and "SOIL.Chromium_VI" not in farm
    assert (len(farm), len(plots)) == (11, 85)
    assert plots["SOIL.DDT"] == "滴滴涕" and farm["SOIL.DDT_total"] == "ddt"


def test_no_spelling_means_two_parameters() -> None:
    seen: dict[str, str] = {}
    for entry in spellings(RULES, FARM, PLOTS):
        for name in entry.names:
            assert seen.setdefault(name, entry.parameter) == entry.parameter, name


@pytest.mark.parametrize(
    ("pollution", "measures", "crops", "part"),
    [
        ("light", ("priority_measure",), None, "B"), ("light", ("safe_measure",), "met", "C"),
        ("light", ("priority_measure", "safe_measure"), "met", "B"),  # treated both ways: once
        ("light", ("safe_measure",), "missed", None), ("light", ("safe_measure",), "unsampled", None),
        ("light", ("safe_measure",), None, None), ("light", (), "met", None), ("medium", ("safe_measure",), "met", "C"),
        ("medium", ("priority_measure",), "met", None), ("medium", ("strict_measure",), "met", None),
        ("heavy", ("strict_measure",), None, "D"), ("heavy", ("safe_measure",), "met", None), ("heavy", (), None, None),
    ],
)  # fmt: skip
def test_parts_of_the_rate(pollution: str, measures: tuple[str, ...], crops: str | None, part: str | None) -> None:
    field = {"pollution": pollution, "crops_meet": crops, **dict.fromkeys(measures, True)}
    assert field_measure(field) == part


def test_the_register_counts_as_the_national_method_does() -> None:
    """Every combination of degree, measures and crops: the register's figure against the areas B, C, D, E."""
    figure = read_kinds(RULES)["contaminated_farmland"].figures["safe_use_rate"]
    entries, areas = [], dict.fromkeys("BCDE", F(0))
    choices = product(("light", "medium", "heavy"), *[(True, False)] * 3, ("met", "missed", "unsampled", None))
    for number, (pollution, first, second, third, crops) in enumerate(choices, start=1):
        values = {"pollution": pollution, "priority_measure": first, "safe_measure": second, "strict_measure": third,
                  "crops_meet": crops, "area": str(number)}  # fmt: skip
        entries.append(Standing(str(number), "", DAY, values))
        areas["E"] += number
        part = field_measure(values)
        if part:
            areas[part] += number
    told = farmland_safe_use(areas)
    found = figure_value(figure, entries)
    assert found.value == told.rate and found.rounded == told.rounded
    assert len(found.counted) == len(set(found.counted)) and len(found.base) == 96


def test_no_field_is_no_rate() -> None:
    figure = read_kinds(RULES)["contaminated_farmland"].figures["safe_use_rate"]
    assert figure_value(figure, []).value is None


def test_examples_run() -> None:
    result = doctest.testmod(safe_use)
    assert result.attempted and not result.failed
