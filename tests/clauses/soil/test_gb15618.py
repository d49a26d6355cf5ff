"""GB 15618-2018: screening values (tables 1, 2), intervention values (table 3), categories."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.soil.farmland import Farmland, assess_farmland
from saishang.science.soil.from_rules import farmland_standard

#: Typed by hand: item, land use → values for pH ≤ 5.5, ≤ 6.5, ≤ 7.5, above [mg/kg].
SCREENING = {
    ("cd", "水田"): "0.3 0.4 0.6 0.8", ("cd", "其他"): "0.3 0.3 0.3 0.6",
    ("hg", "水田"): "0.5 0.5 0.6 1.0", ("hg", "其他"): "1.3 1.8 2.4 3.4",
    ("as", "水田"): "30 30 25 20", ("as", "其他"): "40 40 30 25",
    ("pb", "水田"): "80 100 140 240", ("pb", "其他"): "70 90 120 170",
    ("cr", "水田"): "250 250 300 350", ("cr", "其他"): "150 150 200 250",
    ("cu", "果园"): "150 150 200 200", ("cu", "其他"): "50 50 100 100", ("cu", "水田"): "50 50 100 100",
    ("ni", "水田"): "60 70 100 190", ("ni", "其他"): "60 70 100 190",
    ("zn", "水田"): "200 200 250 300", ("zn", "果园"): "200 200 250 300",
    ("cd", "果园"): "0.3 0.3 0.3 0.6",
    ("hch", "其他"): "0.10 0.10 0.10 0.10", ("ddt", "水田"): "0.10 0.10 0.10 0.10",
    ("bap", "果园"): "0.55 0.55 0.55 0.55",
    # Rotation land takes the stricter of paddy and other land.
    ("cd", "水旱轮作"): "0.3 0.3 0.3 0.6", ("hg", "水旱轮作"): "0.5 0.5 0.6 1.0", ("as", "水旱轮作"): "30 30 25 20",
    ("pb", "水旱轮作"): "70 90 120 170", ("cr", "水旱轮作"): "150 150 200 250",
}  # fmt: skip
INTERVENTION = {
    "cd": "1.5 2.0 3.0 4.0", "hg": "2.0 2.5 4.0 6.0", "as": "200 150 120 100", "pb": "400 500 700 1000",
    "cr": "800 850 1000 1300",
}  # fmt: skip
#: A pH inside each band and the one at its upper end.
PH = (("4.0", "5.5"), ("5.51", "6.5"), ("6.51", "7.5"), ("7.51", "9.0"))
CASES = [
    (item, use, band, Fraction(text)) for (item, use), row in SCREENING.items() for band, text in enumerate(row.split())
]


@pytest.fixture(scope="module")
def standard(rules: Rules) -> Farmland:
    return farmland_standard(rules, date(2026, 6, 1))


@pytest.mark.parametrize(("item", "use", "band", "limit"), CASES)
def test_tables_1_and_2_just_below_at_and_just_above(
    standard: Farmland, item: str, use: str, band: int, limit: Fraction
) -> None:
    """Equal to the screening value is low risk (优先保护); just over it is safe use (安全利用)."""
    for ph in PH[band]:
        found = [
            assess_farmland({item: value}, ph, use, standard).category
            for value in (limit * Fraction(999, 1000), limit, limit * Fraction(1001, 1000))
        ]
        assert found == ["priority", "priority", "safe_use"], ph


@pytest.mark.parametrize("item", INTERVENTION)
@pytest.mark.parametrize("band", range(4))
def test_table_3_just_below_at_and_just_above(standard: Farmland, item: str, band: int) -> None:
    """Equal to the intervention value is still safe use; just over it is strict control (严格管控)."""
    limit = Fraction(INTERVENTION[item].split()[band])
    for ph in PH[band]:
        for use in ("水田", "其他"):
            found = [
                assess_farmland({item: value}, ph, use, standard).category
                for value in (limit * Fraction(999, 1000), limit, limit * Fraction(1001, 1000))
            ]
            assert found == ["safe_use", "safe_use", "strict"]


@pytest.mark.parametrize("item", ["cu", "ni", "zn", "hch", "ddt", "bap"])
def test_table_3_has_no_other_item(standard: Farmland, item: str) -> None:
    """However much copper, nickel or zinc there is, they alone never make strict control."""
    verdict = assess_farmland({item: 100_000}, "8.0", "其他", standard)
    assert (verdict.category, verdict.over_intervention) == ("safe_use", ())


def test_the_worst_item_decides(standard: Farmland) -> None:
    verdict = assess_farmland({"cd": "1.8", "pb": "60", "as": "41"}, "5.2", "其他", standard)
    assert (verdict.category, verdict.over_screening, verdict.over_intervention) == ("strict", ("as", "cd"), ("cd",))


@pytest.mark.parametrize(
    ("values", "category"),
    [
        ({"cd": None}, None),  # could be anything
        ({"cd": None, "pb": "5000"}, "strict"),  # cannot get worse
        ({"cd": None, "pb": "200"}, None),  # at least safe use, but cadmium could make it strict
        ({"cu": None, "pb": "200"}, "safe_use"),  # copper cannot make it strict
        ({"cu": None, "pb": "1"}, None),  # copper could make it safe use
    ],
)
def test_a_missing_item_is_never_harmless(standard: Farmland, values: dict[str, object], category: str | None) -> None:
    verdict = assess_farmland(values, "8.0", "其他", standard)
    assert verdict.category == category
    assert verdict.missing == tuple(sorted(name for name, value in values.items() if value is None))


def test_ph_is_needed_where_values_depend_on_it(standard: Farmland) -> None:
    with pytest.raises(SaishangError, match="depend on pH"):
        assess_farmland({"cd": "0.2"}, None, "其他", standard)
    assert assess_farmland({"滴滴涕": "0.2"}, None, "其他", standard).category == "safe_use"


@pytest.mark.parametrize(
    ("values", "ph", "use", "words"),
    [({}, 7, "水田", "at least one"), ({"cd": 1}, 15, "水田", "0 and 14"), ({"cd": 1}, 7, "月球", "land use"),
     ({"xx": 1}, 7, "水田", "farmland item"), ({"cd": 1, "镉": 1}, 7, "水田", "one item"),
     ({"cd": -1}, 7, "水田", "negative")],
)  # fmt: skip
def test_bad_input_teaches(standard: Farmland, values: dict[str, object], ph: int, use: str, words: str) -> None:
    with pytest.raises(SaishangError, match=words):
        assess_farmland(values, ph, use, standard)


def test_in_force_since_august_2018(rules: Rules) -> None:
    assert farmland_standard(rules, date(2018, 8, 1)).name == "GB 15618-2018"
    with pytest.raises(SaishangError, match="in force"):
        farmland_standard(rules, date(2018, 7, 31))
