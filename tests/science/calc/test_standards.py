"""Which standard a text means."""

from __future__ import annotations

import pytest

from saishang.science.calc.standards import choose_standard
from saishang.science.numbers import InputError

INDEX = ("HJ 633-2012", "HJ 633-2026")
LIMITS = ("GB 3095-2012", "GB 3095-2026 transition", "GB 3095-2026 final")
EVALUATION = ("HJ 663-2013", "HJ 663-2026")


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("HJ633-2026", INDEX, ("HJ 633-2026",)),
        ("hj 633-2012", INDEX, ("HJ 633-2012",)),
        ("HJ 633—2026", INDEX, ("HJ 633-2026",)),
        ("2026", INDEX, ("HJ 633-2026",)),
        ("", INDEX, ()),
        ("排名技术规定", INDEX, ()),
        ("HJ 663-2013/2026", EVALUATION, EVALUATION),
        ("HJ 663", EVALUATION, ()),
        ("GB 3095-2026 transition + HJ 663-2026 Table 3", LIMITS, ("GB 3095-2026 transition",)),
        ("GB 3095-2026 transition + HJ 663-2026 Table 3", EVALUATION, ("HJ 663-2026",)),
        ("GB 3095-2026 final", LIMITS, ("GB 3095-2026 final",)),
        ("GB3095-2026", LIMITS, ("GB 3095-2026 transition", "GB 3095-2026 final")),
        ("GB 3095-2012 + HJ 663-2026", LIMITS, ("GB 3095-2012",)),
        ("GB 3095 stages", LIMITS, ()),
        ("GB 3095-2026 full", LIMITS, ("GB 3095-2026 final",)),
        ("GB 3095-2026 (2031)", LIMITS, ("GB 3095-2026 final",)),
        ("GB 3095-2026第二阶段", LIMITS, ("GB 3095-2026 final",)),
        ("GB 3095-2026过渡阶段", LIMITS, ("GB 3095-2026 transition",)),
        ("2012 limits", LIMITS, ("GB 3095-2012",)),
        ("GB 3095-2012 amendment", LIMITS, ("GB 3095-2012",)),
    ],
)
def test_choice(text: str, known: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert choose_standard(text, known) == expected


@pytest.mark.parametrize("text", ["HJ 633-2019", "1996"])
def test_an_edition_that_does_not_exist(text: str) -> None:
    with pytest.raises(InputError) as caught:
        choose_standard(text, INDEX)
    assert "HJ 633-2026" in caught.value.fix
