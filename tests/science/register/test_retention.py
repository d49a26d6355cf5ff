"""To the day: how long a field is shown after the end of an entry, and what an end is."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.rules import load_rules
from saishang.science.register.kind import KindError, read_kind
from saishang.science.register.retention import ended_on, ends, hidden_evidence, hidden_fields, last_shown

RULES = load_rules()
#: Its contact is kept for three years; `withdrawn` ends a cell although it may be applied for again.
CELLS = read_kind("beautiful_cells", RULES.document("registers/beautiful_cells"), RULES)
D = date


@pytest.mark.parametrize(
    ("ended", "years", "last"),
    [
        (D(2023, 5, 10), 3, D(2026, 5, 10)),
        (D(2024, 2, 29), 3, D(2027, 2, 28)),
        (D(2024, 2, 29), 4, D(2028, 2, 29)),
        (D(2023, 12, 31), 1, D(2024, 12, 31)),
    ],
)
def test_the_last_day(ended: date, years: int, last: date) -> None:
    assert last_shown(ended, years) == last


@pytest.mark.parametrize(
    ("day", "hidden"), [(D(2026, 5, 9), set()), (D(2026, 5, 10), set()), (D(2026, 5, 11), {"contact"})]
)
def test_the_day_before_the_day_and_the_day_after(day: date, hidden: set[str]) -> None:
    assert hidden_fields(CELLS, D(2023, 5, 10), day) == hidden


def test_what_goes_on_is_shown_for_ever() -> None:
    assert hidden_fields(CELLS, None, D(2999, 1, 1)) == frozenset()
    assert hidden_evidence(CELLS, None, D(2999, 1, 1)) == frozenset()
    assert hidden_evidence(CELLS, D(2000, 1, 1), D(2999, 1, 1)) == frozenset()  # papers of cells are kept for good


def test_what_an_end_is() -> None:
    assert ends(CELLS) == ("withdrawn",)

    def end(state: str, since: date, effective: date, withdrawn: bool) -> date | None:
        return ended_on(CELLS, state, since, effective, withdrawn, {})

    assert end("named", D(2020, 1, 1), D(2025, 1, 1), False) is None
    # The state began in 2020; what was written later does not put its end off.
    assert end("withdrawn", D(2020, 1, 1), D(2025, 1, 1), False) == D(2020, 1, 1)
    assert end("named", D(2020, 1, 1), D(2025, 1, 1), True) == D(2025, 1, 1)
    assert end("withdrawn", D(2020, 1, 1), D(2025, 1, 1), True) == D(2020, 1, 1)
    stations = read_kind("noise_stations", RULES.document("registers/noise_stations"), RULES)
    assert ended_on(stations, stations.start, D(2020, 1, 1), D(2020, 1, 1), False, {"closed": "2024-06-30"}) == D(
        2024, 6, 30
    )
    # A field of that name means nothing where the kind has none.
    assert ended_on(CELLS, "named", D(2020, 1, 1), D(2020, 1, 1), False, {"closed": "2024-06-30"}) is None


def test_data_about_people_are_not_public_unless_the_file_says_so() -> None:
    document = dict(RULES.document("registers/beautiful_cells"))
    fields = [dict(field) for field in document["fields"]]
    contact = next(field for field in fields if field["id"] == "contact")
    del contact["public"]
    kind = read_kind("cells", document | {"fields": fields}, RULES)
    assert not kind.fields["contact"].public and not kind.fields["contact"].open
    assert kind.fields["remark"].public


@pytest.mark.parametrize("field", ["code", "name", "region", "kind", "score"])
def test_nothing_may_hang_on_what_is_shown_for_some_years(field: str) -> None:
    document = dict(RULES.document("registers/beautiful_cells"))
    fields = [dict(one) | ({"kept_years": 3} if one["id"] == field else {}) for one in document["fields"]]
    if field == "score":  # a share of it is counted
        figure = {"id": "points", "zh": "分", "en": "points", "measure": "sum", "field": "score"}
        document["figures"] = [*document["figures"], figure]
    with pytest.raises(KindError) as refused:
        read_kind("cells", document | {"fields": fields}, RULES)
    index = [one["id"] for one in fields].index(field)
    assert [fault.path for fault in refused.value.faults] == [("fields", index, "kept_years")]
