"""Every reason that a table of a run gives has words in both languages."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from saishang.web.reasons import reason_name

#: Written down here a second time, from the contracts in ARCHITECTURE.md.
REASONS = [
    "no_data",
    "hours_short",
    "windows_short",
    "duplicate_hours",
    "above_limit_stands",
    "no_station",
    "stations_short",
    "month_short",
    "days_short",
    "city_missing",
    "city_invalid",
    "parameter_missing",
    "parameter_invalid",
    "months_short",
    "no_flow",
    "frozen",
    "illegible",
    "section_invalid",
    "sections_short",
    "samples_short",
    "no_valid_year",
    "invalid",
]


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_has_words(reason: str) -> None:
    with translation.override("zh-hans"):
        assert re.search(r"[\u4e00-\u9fff]", reason_name(reason))
    with translation.override("en"):
        words = reason_name(reason)
        assert not re.search(r"[\u4e00-\u9fff]", words) and words
