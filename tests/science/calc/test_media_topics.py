"""Topics of groundwater, soil, waste, noise and radiation beyond the worked examples: other shapes, refusals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.calc import calculate, find_topic, parse_assignments
from saishang.science.calc.registry import Result

DAY = date(2026, 11, 24)


def run(rules: Rules, name: str, on: date = DAY, **inputs: Any) -> Result:
    return calculate(name, inputs, rules=rules, on=on)


def test_groundwater_tells_missing_coarse_and_nuclides(rules: Rules) -> None:
    found = run(rules, "groundwater", values={"cl": None, "pb": "0.02L", "alpha": "0.6", "f": "0.5"}, detail=1)
    assert found == {
        "class": "Ⅳ", "worst": ["alpha"], "missing": ["cl"], "coarse": ["pb"], "nuclides": ["alpha"],
        "items": {"cl": None, "pb": "Ⅲ", "alpha": "Ⅳ", "f": "Ⅰ"},
    }  # fmt: skip
    assert run(rules, "groundwater", values={"cl": None})["class"] == "无法判定"


def test_soil_without_a_value_cannot_be_told(rules: Rules) -> None:
    found = run(rules, "farmland_soil", values={"cd": None}, ph=8, land_use="其他")
    assert found == {"category": "无法判定", "over_screening": [], "over_intervention": [], "missing": ["cd"]}
    assert run(rules, "development_land", values={"铅": None}, land_class=1) == {
        "result": "无法判定",
        "missing": ["铅"],
    }


def test_soil_details(rules: Rules) -> None:
    found = run(rules, "farmland_soil", values={"cd": "0.7"}, ph="8.2", land_use="其他", detail=1)
    assert found["items"] == {"cd": {"value": 0.7, "screening": 0.6, "intervention": 4}}
    found = run(rules, "development_land", values={"砷": 25}, land_class=1, background={"砷": 30}, detail=1)
    assert found["result"] == "不超筛选值" and found["within_background"] == ["砷"]
    assert found["items"]["砷"] == {"value": 25, "screening": 20, "intervention": 120, "result": "不超筛选值"}


def test_the_gate(rules: Rules) -> None:
    found = run(rules, "soil_gate", use="住宅", state="列入名录")
    assert (found["allowed"], found["clause"], found["next"]) == (False, "61", ["方案备案并实施"])
    assert run(rules, "soil_gate", use="住宅", state="移出名录", land_class=1)["allowed"] is True
    assert run(rules, "soil_gate", use="住宅", state="移出名录", land_class=2)["allowed"] is False
    assert run(rules, "soil_gate", use="工业")["allowed"] is True
    assert run(rules, "soil_gate", use="?") == {
        "allowed": False, "undetermined": True, "reason": "拟用途不明，无法判定", "clause": "none", "next": [],
    }  # fmt: skip
    for bad in ({"state": "卖掉"}, {"state": "移出名录", "land_class": 3}):
        with pytest.raises(SaishangError):
            run(rules, "soil_gate", use="住宅", **bad)


def test_waste_by_family(rules: Rules) -> None:
    assert run(rules, "waste", used=5, generated=10) == {"rate_pct": 50}
    flows = {"generated": 10, "opening": 0, "used": 5, "disposed": 4, "discarded": 0, "closing": 0}
    found = run(rules, "waste", stream="industrial", flows=flows)
    assert found == {"sources": 10, "sinks": 9, "difference": 1, "verdict": "去向不足"}
    assert run(rules, "waste", stream="industrial", flows={"generated": 10})["verdict"] == "无法判定"
    found = run(rules, "hazardous_manifest", shipped="12.50", accepted="11.90", treated="11.90")
    assert found == {"difference": -0.6, "difference_pct": -4.8, "waiting": 0, "alarm": True}
    assert run(rules, "hazardous_manifest", shipped=10, accepted=10, treated=11)["alarm"] is True
    assert run(rules, "hazardous_manifest", shipped=10, accepted="9.7")["alarm"] is False


def test_noise_periods_by_the_number_of_hours(rules: Rules) -> None:
    """24 hours of 50 dB: Ld = Ln = 50; Ldn = 10·lg((16·10^5 + 8·10^6)/24) = 10·lg(4e5) = 56.0206."""
    assert run(rules, "noise", L=[50] * 24) == {"Ld": 50, "Ln": 50, "Ldn": 56.021}
    assert run(rules, "noise", L=[50] * 16) == {"Ld": 50, "arithmetic_mean": 50}
    assert run(rules, "noise", L=[50] * 8) == {"Ln": 50, "arithmetic_mean": 50}
    assert run(rules, "noise", L=[50, 60]) == {"Leq": 57.404, "arithmetic_mean": 55}
    assert run(rules, "noise", L=[50, 60], period="day") == {"Ld": 57.404, "arithmetic_mean": 55}
    assert run(rules, "noise", Ld=60, Ln=50) == {"Ldn": 60}


def test_noise_zones(rules: Rules) -> None:
    assert run(rules, "noise", cls="2类", Ld="60.1", Ln="50.0") == {
        "day": "超标",
        "night": "达标",
        "day_excess_dB": 0.1,
    }
    assert run(rules, "noise", cls="4a", Ln=None) == {"night": "无法判定"}
    assert run(rules, "noise", cls="-", place="construction", Ld=70, Ln=56, on=date(2025, 12, 31)) == {
        "day": "达标", "night": "超标", "night_excess_dB": 1,
    }  # fmt: skip
    assert run(rules, "noise", cls="1", Lmax=60) == {"result": "达标", "excess_over_allowed_dB": 0}
    assert run(rules, "noise", cls="2", place="industrial_boundary", Lmax=61, frequent=1) == {
        "result": "超标", "excess_over_allowed_dB": 1,
    }  # fmt: skip
    assert run(rules, "noise", measured=60, background=56) == {"valid": True, "corrected": 58}
    assert run(rules, "noise", measured=60, background=58) == {"valid": False, "corrected": None}


def test_noise_grades_of_roads_and_missing_values(rules: Rules) -> None:
    assert run(rules, "noise", values=["68.0", "68.1", None], period="day", scope="road") == {
        "grades": ["一级", "二级", "无法判定"]
    }
    assert run(rules, "noise", day=51.4) == {"day_grade": "二级"}


def test_emf_in_other_units(rules: Rules) -> None:
    assert run(rules, "emf", f_kHz="0.05") == {"E_Vm": 4000, "B_uT": 100}
    assert run(rules, "emf", f_GHz="3.5") == run(rules, "emf", f_MHz=3500)
    assert run(rules, "emf", f_kHz=100) == {"E_Vm": 40, "S_Wm2": 4}
    assert run(rules, "emf", sources=[["0.05", 4]], unit="kHz, kV/m") == {"sum": 1, "ok": True}
    assert run(rules, "emf", sources=[[900, 20]], unit="MHz, µW/cm²") == {"sum": 0.5, "ok": True}
    found = run(rules, "emf", sources=[[50, 4000], [10**6, 40]], unit="Hz, V/m")
    assert found == {"sum_below_100kHz": 1, "sum_from_100kHz": 1, "ok": True}
    assert run(rules, "emf", E_Vm="13", band="30–3000MHz")["ok"] is False
    assert run(rules, "emf", B_uT=50, f_Hz=50) == {"ok": True, "share_of_limit": 0.5}
    assert run(rules, "emf", E_Vm="5.37", f_MHz=900, project=1)["ok"] is False


@pytest.mark.parametrize(
    "inputs",
    [{"f_Hz": 50, "f_kHz": 1}, {"f_Hz": 0}, {"E_Vm": 3, "band": "wide"}, {"sources": [[1, 2]], "unit": "MHz"},
     {"sources": [1, 2], "unit": "MHz, V/m"}, {"E_Vm": 3, "band": "30-3000 MHz", "f_MHz": 5}, {"band": "30-3000 MHz"}],
)  # fmt: skip
def test_emf_refuses(rules: Rules, inputs: dict[str, Any]) -> None:
    with pytest.raises(SaishangError):
        run(rules, "emf", **inputs)


def test_sources_and_alarms(rules: Rules) -> None:
    assert run(rules, "source", nuclide="137Cs", A_Bq="9999") == {"category": "豁免"}
    assert run(rules, "source", stock={"Cs-137": "1e11"}) == {"ratio": 1, "category": "III"}
    found = run(rules, "source", nuclide="Co-60", A0_Bq="3e11", years=1)
    assert (found["category_new"], found["category_now"]) == ("II", "III")
    found = run(rules, "gamma_alarm", history=[59, 61] * 15, values=[60, 64, 65, 64], rain=[0, 0, 1, 0])
    assert found == {
        "mean": 60, "deviation": 1.02, "threshold": 63.05, "alarm": True, "first": 2, "last": 4, "rain": True,
    }  # fmt: skip
    assert run(rules, "gamma_alarm", history=[59, 61] * 15, values=[60])["alarm"] is False


def test_pairs_on_the_command_line(rules: Rules) -> None:
    topic = find_topic("emf_sum")
    inputs = parse_assignments(topic, ["sources=[[900, 5]]", "unit=MHz, V/m"])
    assert calculate("emf_sum", inputs, rules=rules, on=DAY)["ok"] is True
    with pytest.raises(SaishangError, match="pairs"):
        parse_assignments(topic, ["sources=900"])
