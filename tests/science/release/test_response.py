"""Response points: the rule of the reference (usable only when closed before the front), edges by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.science.numbers import InputError
from saishang.science.release.response import Facility, ResponsePlan, plan_response


def plan(*facilities: Facility, **changed: object) -> ResponsePlan:
    given: dict[str, object] = {"spill": 0, "flow": 2, "front_speed": "0.5", "notice": 20, "hold_hours": 12}
    return plan_response(facilities, **(given | changed))  # type: ignore[arg-type]


def point(km: object, closing: object, store: object) -> Facility:
    return Facility(*(None if value is None else Fraction(str(value)) for value in (km, closing, store)))  # type: ignore[arg-type]


def test_closed_just_in_time_is_in_time() -> None:
    # 3 km at 0.5 m/s are 100 min; 20 min notice leave 80.
    roles = [plan(point(3, closing, 86400)).points[0].role for closing in ("79.9", "80", "80.1")]
    assert roles == ["full", "full", "no time"]


def test_a_store_that_just_suffices_is_the_main_barrier() -> None:
    # 2 m³/s over 12 h are 86 400 m³.
    found = plan(point(9, 10, 86400), point(3, 10, 86399), point(12, 10, 999999))
    assert found.need == 86400
    assert [(p.km, p.role) for p in found.points] == [(3, "delay"), (9, "full"), (12, "full")]
    assert (found.main, found.delays) == (9, (3,))


def test_what_is_not_known_cannot_be_relied_on() -> None:
    found = plan(point(3, None, 99999), point(6, 10, None), point(1, 500, None))
    assert [p.role for p in found.points] == ["no time", "unknown", "unknown"]
    assert found.main is None


def test_only_what_lies_below_the_spill() -> None:
    found = plan(point(3, 10, 99999), point(8, 10, 99999), spill=5)
    assert [(p.km, p.arrival) for p in found.points] == [(8, 100)]


@pytest.mark.parametrize("changed", [{"flow": 0}, {"front_speed": 0}, {"hold_hours": 0}, {"notice": -1}])
def test_what_cannot_be_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(InputError):
        plan(point(3, 10, 99999), **changed)
