"""A value beside a limit of the standard: compared after rounding, and a missing value is never a pass."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saishang.web.pages.target import verdict


@pytest.mark.parametrize(
    ("value", "words"), [("29.9", "不超过"), ("30.49", "不超过"), ("30.5", "不超过"), ("30.51", "超过"), ("31", "超过")]
)
def test_a_value_is_compared_with_a_limit_after_rounding(value: str, words: str) -> None:
    # Limit 30, no decimals: 30.5 is rounded to the even 30 (GB/T 8170), 30.51 to 31.
    assert verdict(Decimal(value), Decimal(30), 0) == words


def test_a_missing_value_keeps_no_limit() -> None:
    assert verdict(None, Decimal(30), 0) == "—"
    assert verdict(Decimal(1), None, 0) == "—"
