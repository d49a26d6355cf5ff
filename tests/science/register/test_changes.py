"""The difference of two descriptions: every class of change with its grade, and what it does to one entry."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.rules import load_rules
from saishang.science.register.carrying import carried
from saishang.science.register.changes import begins, differences, grade_of
from saishang.science.register.kind import read_kinds
from saishang.science.register.stored import canonical, from_document, to_document
from tests.registers_changed import BASE, changed, read, with_field, without

RULES = load_rules()
OLD = read(BASE)
CHOICES = BASE["fields"][4]["choices"]
LIFE = BASE["life"]
SHED = {"code": "S1", "name": "一号", "region": "640104", "area": "12.50", "sort": "tin", "keeper": None}


def states(*names: str) -> dict[str, Any]:
    """The life with these states only."""
    return {
        "start": "found", "states": [state for state in LIFE["states"] if state["id"] in names],
        "transitions": [move | {"from": [one for one in move["from"] if one in names]} for move in LIFE["transitions"]
                        if move["to"] in names and set(move["from"]) & set(names)],
    }  # fmt: skip


def figures(**differs: Any) -> list[dict[str, Any]]:
    """The figures, the first one told otherwise."""
    return [BASE["figures"][0] | differs, *BASE["figures"][1:]]


FACTOR = {"changes": {"fields": {"area": {"factor": "10000"}}}}
TWICE = {"how": "sum", "fields": ["area", "area"]}
#: What is changed → (classes, gravest grade, whether a new period begins); by hand.
CLASSES: dict[str, tuple[dict[str, Any], set[str], str, bool]] = {
    "optional field": (with_field("note"), {"field_added"}, "harmless", False),
    "required field": (with_field("note", required=True), {"field_added"}, "plan", False),
    "required in a state": (with_field("note", required={"state": ["kept"]}), {"field_added"}, "plan", False),
    "field gone": (without("keeper"), {"field_removed"}, "plan", True),
    "type": (with_field("keeper", type="long_text"), {"type", "length_wider"}, "plan", True),
    "unit without factor": (with_field("area", unit="m2"), {"unit"}, "refused", False),
    "unit with factor": (with_field("area", unit="m2", max=None) | FACTOR, {"unit", "bounds_wider"}, "plan", True),
    "required": (with_field("keeper", required=True), {"required"}, "plan", False),
    "required less": (with_field("region", required=False), {"required_less"}, "harmless", False),
    "smaller most": (with_field("area", max=999), {"bounds"}, "plan", False),
    "larger most": (with_field("area", max=1001), {"bounds_wider"}, "harmless", False),
    "no least": (with_field("area", min=None), {"bounds_wider"}, "harmless", False),
    "larger least": (with_field("area", min=1), {"bounds"}, "plan", False),
    "decimals": (with_field("area", decimals=1), {"decimals"}, "plan", False),
    "shorter": (with_field("keeper", length=399), {"length"}, "plan", False),
    "longer": (with_field("keeper", length=401), {"length_wider"}, "harmless", False),
    "pattern": (with_field("code", pattern="S[0-9]", form_zh="S1", form_en="S1"), {"pattern", "words"}, "plan", False),
    "levels": (with_field("region", levels=["county"]), {"levels"}, "plan", False),
    "choice gone": (with_field("sort", choices=CHOICES[:2]), {"choice_removed"}, "plan", True),
    "choice added": (with_field("sort", choices=[*CHOICES, {"id": "clay", "zh": "土", "en": "clay"}]), {"choice_added"},
                     "harmless", False),
    "choice renamed": (with_field("sort", choices=[*CHOICES[:2], {"id": "stone", "zh": "砖石", "en": "stone"}]),
                       {"choice_words"}, "harmless", False),
    "unique": (with_field("name", unique=True), {"unique"}, "plan", False),
    "computed": (with_field("twice", type="number", compute=TWICE), {"field_added"}, "plan", False),
    "words": (with_field("area", zh="占地"), {"words"}, "harmless", False),
    "about": (changed(about_zh="别的。"), {"words"}, "harmless", False),
    "state gone": (changed(life=states("found", "kept", "closed"), changes={"states": {"listed": "kept"}}),
                   {"state_removed"}, "plan", True),
    "state added": (changed(life=LIFE | {"states": [*LIFE["states"], {"id": "lost", "zh": "灭失", "en": "lost"}]}),
                    {"state_added"}, "harmless", False),
    "steps": (changed(life=LIFE | {"transitions": LIFE["transitions"][:2]}), {"moves"}, "harmless", False),
    "term": (changed(terms=[{"id": "look", "zh": "复查", "en": "look", "months": 12, "source": "试验", "clause": "1",
                             "status": "confirmed"}]), {"term"}, "harmless", False),
    "place added": (changed(place="point"), {"place_added"}, "harmless", False),
    "key": (with_field("name", required=True) | {"key": "name"}, {"key"}, "plan", True),
    "title": (changed(title="code"), {"title"}, "plan", True),
    "figure": (changed(figures=figures(where={"state": ["kept", "listed"]})), {"figure"}, "harmless", False),
    "figure gone": (changed(figures=BASE["figures"][1:]), {"figure_removed"}, "harmless", False),
    "figure in another unit": (changed(figures=figures(unit="处")), {"figure_unit"}, "refused", False),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_of_change(name: str) -> None:
    document, classes, grade, new_period = CLASSES[name]
    found = differences(OLD, read(document))
    assert {change.what for change in found} == classes
    assert (grade_of(found), begins(found)) == (grade, new_period)
    assert all(change.zh and change.en for change in found)


def test_renamed_with_was() -> None:
    new = with_field("keeper", id="warden") | {"changes": {"fields": {"warden": {"was": "keeper"}}}}
    assert [(change.what, change.name) for change in differences(OLD, read(new))] == [("field_renamed", "warden")]
    told = carried(OLD, read(new), differences(OLD, read(new)), SHED | {"keeper": "张三"}, "found", RULES.regions)
    assert told.values["warden"] == "张三" and not told.faults
    # The block stays in the file and does nothing once the entries are there.
    assert differences(read(new), read(new)) == []


def test_a_place_of_another_type() -> None:
    old, new = read(changed(place="point")), read(changed(place="polygon"))
    found = differences(old, new)
    assert [change.what for change in found] == ["place"] and begins(found)
    assert not carried(old, new, found, SHED, "found", RULES.regions).faults
    assert [fault.field for fault in carried(old, new, found, SHED, "found", RULES.regions, placed=True).faults] == [
        "place"
    ]
    gone = read(changed(place="polygon", changes={"gone": ["place"]}))
    told = carried(old, gone, differences(old, gone), SHED, "found", RULES.regions, placed=True)
    assert told.drops_place and not told.faults


@pytest.mark.parametrize(("value", "good"), [("99.9", True), ("100", True), ("100.01", False)])
def test_at_below_and_above_a_narrower_bound(value: str, good: bool) -> None:
    new = read(with_field("area", max=100))
    told = carried(OLD, new, differences(OLD, new), SHED | {"area": value}, "found", RULES.regions)
    assert (not told.faults) is good
    if not good:
        assert told.faults[0].field == "area" and told.can_keep


def test_a_unit_is_converted_exactly() -> None:
    def square_metres(factor: str) -> Any:
        document = with_field("area", unit="m2", max=None) | {"changes": {"fields": {"area": {"factor": factor}}}}
        new = read(document)
        return carried(OLD, new, differences(OLD, new), SHED, "found", RULES.regions)

    assert square_metres("10000").values["area"] == "125000"  # 12.50 ha
    assert square_metres("0.0001").values["area"] == "0.00125"
    # 12.5 / 3 has no end as a decimal: nothing is rounded in silence.
    assert [fault.field for fault in square_metres("1/3").faults] == ["area"]
    assert square_metres("1/4").values["area"] == "3.125"


def test_what_is_filled_in_and_what_becomes_of_choices_and_states() -> None:
    new = read(changed(
        fields={"sort": {"choices": CHOICES[1:2]}, "note": {"required": True}}, life=states("found", "kept", "closed"),
        changes={"fields": {"sort": {"becomes": {"wood": "tin"}}, "note": {"for_existing": "未填"}},
                 "states": {"listed": "found"}},
    ))  # fmt: skip
    told = carried(OLD, new, differences(OLD, new), SHED | {"sort": "wood"}, "listed", RULES.regions)
    assert (told.values["sort"], told.values["note"], told.state, told.faults) == ("tin", "未填", "found", ())
    stone = carried(OLD, new, differences(OLD, new), SHED | {"sort": "stone"}, "found", RULES.regions)
    assert [fault.field for fault in stone.faults] == ["sort"]


def test_a_state_without_its_successor_and_a_value_without_its_field_do_not_fit() -> None:
    new = read(changed(life=states("found", "kept", "closed")))
    told = carried(OLD, new, differences(OLD, new), SHED, "listed", RULES.regions)
    assert [fault.field for fault in told.faults] == ["state"] and not told.can_keep
    new = read(without("keeper"))
    told = carried(OLD, new, differences(OLD, new), SHED | {"keeper": "张三"}, "found", RULES.regions)
    assert [(fault.field, fault.content) for fault in told.faults] == [("keeper", "张三")] and not told.can_keep
    assert not carried(OLD, new, differences(OLD, new), SHED, "found", RULES.regions).faults
    gone = read(without("keeper") | {"changes": {"gone": ["keeper"]}})
    assert not carried(OLD, gone, differences(OLD, gone), SHED | {"keeper": "张三"}, "found", RULES.regions).faults


@pytest.mark.parametrize("name", sorted(read_kinds(RULES)))
def test_a_description_differs_in_nothing_from_itself_and_comes_back_whole(name: str) -> None:
    import json

    kind = read_kinds_once()[name]
    document = to_document(kind)
    again = from_document(json.loads(canonical(document)), kind.calendar)
    assert differences(kind, kind) == [] and differences(kind, again) == [] and differences(again, kind) == []
    assert canonical(to_document(again)) == canonical(document)
    assert again.digest == kind.digest


def read_kinds_once(found: dict[str, Any] = {}) -> dict[str, Any]:  # noqa: B006 – read once for all
    return found or (found.update(read_kinds(RULES)) or found)


bounds = st.one_of(st.none(), st.integers(-5, 5))


@given(bounds, bounds, bounds, bounds, st.integers(1, 9), st.integers(1, 9))
def test_widening_and_then_narrowing(least: Any, most: Any, least2: Any, most2: Any, length: int, length2: int) -> None:
    def told(low: Any, high: Any, long: int) -> Any:
        document = deepcopy(with_field("area", min=low, max=high))
        document["fields"][5]["length"] = long
        return read(document)

    first, second = told(least, most, length), told(least2, most2, length2)
    there, back = differences(first, second), differences(second, first)
    below, above = float("-inf"), float("inf")
    wide = length2 >= length
    wider = wide and ((below if least2 is None else least2) <= (below if least is None else least)
             and (above if most2 is None else most2) >= (above if most is None else most))  # fmt: skip
    # What takes in everything that was allowed is harmless, and nothing else is.
    assert (grade_of(there) == "harmless") is wider
    # A way there and back is harmless in both directions only where nothing differs.
    if grade_of(there) == grade_of(back) == "harmless":
        assert there == back == []
