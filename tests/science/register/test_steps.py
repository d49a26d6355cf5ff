"""Who makes a step, what a certificate writes, and what a description gets wrong, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from saishang.rules import load_rules
from saishang.science.register.kind import KindError, read_kind
from saishang.science.register.steps import Certificate, certificate_faults, certificate_texts, touched

RULES = load_rules()
CARD = Certificate("document", "named_on", "valid_until", "checked_on", ("name",), ("pass",), 0, ("named",))
DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("action", "given", "values", "written"),
    [
        ("name", {"number": " 1 ", "day": "", "until": ""}, {}, {"document": "1", "named_on": "2026-03-01"}),
        ("name", {"day": "2026-02-27", "until": "2029-02-26"}, {},
         {"named_on": "2026-02-27", "valid_until": "2029-02-26"}),
        # A look before the day of the certificate is none of it; one on the day stays.
        ("name", {}, {"checked_on": "2026-02-28"}, {"named_on": "2026-03-01", "checked_on": ""}),
        ("name", {}, {"checked_on": "2026-03-01"}, {"named_on": "2026-03-01"}),
        ("pass", {"number": "9", "day": "2020-01-01"}, {}, {"checked_on": "2026-03-01"}),
        ("pass", {"until": "2030-01-01"}, {}, {"checked_on": "2026-03-01", "valid_until": "2030-01-01"}),
        ("warn", {"number": "9"}, {}, {}),
    ],
)  # fmt: skip
def test_what_a_certifying_step_writes(
    action: str, given: Mapping[str, str], values: Mapping[str, Any], written: Mapping[str, str]
) -> None:
    assert certificate_texts(CARD, action, given, values, DAY) == written


def test_months_give_the_last_day_where_none_is_said() -> None:
    """Of 29 February a year on is 28 February."""
    yearly = Certificate("document", "named_on", "valid_until", "", ("name",), (), 12)
    assert certificate_texts(yearly, "name", {}, {}, date(2028, 2, 29))["valid_until"] == "2029-02-28"
    assert certificate_texts(yearly, "name", {"until": "2030-01-01"}, {}, DAY)["valid_until"] == "2030-01-01"


@pytest.mark.parametrize(("until", "faults"), [("2026-02-28", 1), ("2026-03-01", 0), ("2026-03-02", 0), (None, 0)])
def test_a_certificate_does_not_end_before_it_begins(until: str | None, faults: int) -> None:
    assert len(certificate_faults(CARD, {"named_on": "2026-03-01", "valid_until": until})) == faults


def test_a_certificate_in_force_is_guarded() -> None:
    before, after = {"document": "1", "remark": "a"}, {"document": "2", "remark": "b"}
    assert touched(CARD, "named", before, after) == ["document"]
    assert touched(CARD, "reviewed", before, after) == [] and touched(None, "named", before, after) == []


def _document(steps: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(RULES.document("registers/beautiful_cells"))
    return found | {"steps": steps}


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ({"by": {"nmae": "owner"}}, ("steps", "by", "nmae")),
        ({"by": {"name": "certifier"}}, ("steps", "certifier")),
        ({"certifier": {"agency": "NX-STT"}, "by": {"name": "owner"}}, ("steps", "certifier")),
        ({"certifier": {"agency": "NX-XXX"}, "by": {"name": "certifier"}}, ("steps", "certifier", "agency")),
        ({"certifier": {"level": "planet"}, "by": {"name": "certifier"}}, ("steps", "certifier", "level")),
        ({"certifier": {"agency": "NX-STT"}, "by": {"name": "certifier"},
          "certificate": {"number": "score", "day": "named_on", "issued": ["name"]}},
         ("steps", "certificate", "number")),
        ({"certifier": {"agency": "NX-STT"}, "by": {"name": "certifier"},
          "certificate": {"number": "document", "day": "document", "issued": ["name"]}},
         ("steps", "certificate", "day")),
        ({"certifier": {"agency": "NX-STT"}, "by": {"name": "certifier"},
          "certificate": {"number": "document", "day": "named_on", "issued": ["warn"]}},
         ("steps", "certificate", "issued")),
    ],
)  # fmt: skip
def test_what_a_description_gets_wrong(steps: Mapping[str, Any], path: tuple[str, ...]) -> None:
    with pytest.raises(KindError) as refused:
        read_kind("beautiful_cells", _document(steps), RULES)
    assert [fault.path for fault in refused.value.faults] == [path]
    assert all(fault.fix for fault in refused.value.faults)


def test_the_government_above_certifies() -> None:
    level = _document({"certifier": {"level": "prefecture_city"}, "by": {"name": "certifier"}})
    steps = read_kind("beautiful_cells", level, RULES).steps
    assert [steps.certifier(region) for region in ("640104", "640100", "640202", "640000", "")] == [
        "640100", "640100", "640200", "640000", "",
    ]  # fmt: skip
    assert steps.who("name") == "certifier" and steps.who("review") == "owner"
