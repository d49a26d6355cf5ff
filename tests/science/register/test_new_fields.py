"""What a kind can say beyond plain fields: computed numbers, entries of other registers, shares of a base, an owner."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from saishang.rules import load_rules
from saishang.science.register.figures import Standing, figure_value
from saishang.science.register.kind import KindError, read_kind
from saishang.science.register.sums import figure_sum, part_of
from saishang.science.register.values import read_entry

RULES = load_rules()
BASE: dict[str, Any] = {
    "zh": "试验", "en": "Trial", "about_zh": "试验", "about_en": "trial", "source": "tests", "clause": "tests",
    "status": "unconfirmed", "audience": "public", "place": "none", "key": "code", "title": "code",
    "fields": [
        {"id": "code", "zh": "编码", "en": "Code", "type": "text", "required": True},
        {"id": "region", "zh": "地区", "en": "Region", "type": "region"},
        {"id": "sorted", "zh": "分类户数", "en": "Sorted", "type": "integer"},
        {"id": "households", "zh": "总户数", "en": "Households", "type": "integer"},
    ],
}  # fmt: skip


def kind(*fields: dict[str, Any], **more: Any) -> Any:
    return read_kind("trial", BASE | {"fields": [*BASE["fields"], *fields]} | more, RULES)


def number(how: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"id": "made", "zh": "得数", "en": "Made", "type": "number", "compute": {"how": how, "fields": list(names)},
            **more}  # fmt: skip


def made(field: dict[str, Any], **given: str) -> Any:
    values, faults = read_entry(kind(field), {"code": "A", **given}, RULES.regions, state="")
    assert not faults
    return values["made"]


@pytest.mark.parametrize(
    ("how", "expected"), [("sum", "1100"), ("difference", "-900"), ("product", "100000"), ("share", "10.0")]
)
def test_a_number_follows_from_others(how: str, expected: str) -> None:
    field = number(how, "sorted", "households", decimals=1 if how == "share" else 0)
    assert made(field, sorted="100", households="1000") == expected
    # What is typed there is passed over; while one of them is missing there is nothing.
    assert made(field, sorted="100", households="1000", made="7") == expected
    assert made(field, sorted="100") is None


def test_a_share_rounds_half_to_even_and_of_nothing_is_nothing() -> None:
    field = number("share", "sorted", "households", decimals=1)
    # 5/80 = 6.25 %, 15/80 = 18.75 %: half to even.
    assert (made(field, sorted="5", households="80"), made(field, sorted="15", households="80")) == ("6.2", "18.8")
    assert made(field, sorted="5", households="0") is None


@pytest.mark.parametrize(
    ("fields", "more", "expected"),
    [
        ([number("sum", "sorted", "nothing")], {}, "numbers that are typed in"),
        ([number("sum", "sorted", "code")], {}, "numbers that are typed in"),
        ([number("share", "sorted", "households", "sorted")], {}, "part and whole"),
        ([number("sum", "sorted", "households", required=True)], {}, "an optional number"),
        ([{"id": "park", "zh": "园区", "en": "Park", "type": "entry"}], {}, "the register of an entry"),
        ([{"id": "park", "zh": "园区", "en": "Park", "type": "text", "of": "outfalls"}], {}, "the register"),
        ([{"id": "park", "zh": "园区", "en": "Park", "type": "entry", "of": "nowhere"}], {}, "a register of the rules"),
        ([], {"owner": "NX-NOBODY"}, "the code of an agency"),
        ([], {"figures": [{"id": "f", "zh": "f", "en": "f", "measure": "base_share"}]}, "the table of the whole"),
        ([], {"figures": [{"id": "f", "zh": "f", "en": "f", "measure": "base_share", "levels": ["county"], "base":
              {"table": "sites/nowhere", "region": "code", "value": "n"}}]}, "a table of the rules"),
    ],
)  # fmt: skip
def test_what_points_nowhere_is_told(fields: list[dict[str, Any]], more: dict[str, Any], expected: str) -> None:
    with pytest.raises(KindError) as caught:
        kind(*fields, **more)
    assert any(fault.expected.startswith(expected) for fault in caught.value.faults)


def test_owner_entry_and_open_data() -> None:
    known = kind(
        {"id": "outfall", "zh": "排污口", "en": "Outfall", "type": "entry", "of": "outfalls", "unique": True},
        {"id": "phone", "zh": "电话", "en": "Phone", "type": "text", "public": False, "kept_years": 5},
        {"id": "note", "zh": "备注", "en": "Note", "type": "text", "open": False}, owner="NX-STT",
    )  # fmt: skip
    assert (known.owner, known.fields["outfall"].of, known.fields["outfall"].unique) == ("NX-STT", "outfalls", True)
    assert [known.fields[name].open for name in ("code", "phone", "note")] == [True, False, False]
    assert known.fields["phone"].kept_years == 5


def test_a_share_of_a_base() -> None:
    # The rules' table of regions has a number for every county, its code: what the whole is made of matters not.
    figure = {"id": "f", "zh": "f", "en": "f", "measure": "base_share", "levels": ["county"], "decimals": 2,
              "field": "households", "base": {"table": "regions", "region": "code", "value": "code"}}  # fmt: skip
    found = kind(figures=[figure]).figures["f"]
    entries = [Standing(name, "", date(2026, 1, 1), {"households": 640121}, region)
               for name, region in (("A", "640121"), ("B", "640122"))]  # fmt: skip
    both = figure_value(found, entries, ["640121", "640122"])
    # 2 × 640,121 of 640,121 + 640,122.
    assert both.value == Fraction(100 * 2 * 640121, 640121 + 640122)
    assert both.rounded == Decimal("100.00")
    parts = {entry.region: part_of(found, entry) for entry in entries}
    assert figure_sum(found, parts, ["640121", "640122"]).value == both.value
    # A region without its number, or no region at all, gives none.
    assert figure_value(found, entries, ["640121", "640100"]).value is None
    assert figure_value(found, entries, []).value is None
    lacking = [*entries, Standing("C", "", date(2026, 1, 1), {"households": None}, "640121")]
    assert figure_value(found, lacking, ["640121", "640122"]).missing == ("C",)
