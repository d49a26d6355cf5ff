"""The rules of ecology as the objects that this package takes; it only reads `rules/standards/ecology`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal, cast

from saishang.rules import RuleLookupError, Rules
from saishang.science.ecology.biodiversity import BiodiversityRule
from saishang.science.ecology.darwin_core import Term
from saishang.science.ecology.erosion import CoverRule, ErodibilityRule
from saishang.science.ecology.index import EcologicalIndexRule
from saishang.science.ecology.invasive import ListedSpecies, RiskRule
from saishang.science.ecology.quality import QualityIndexRule
from saishang.science.ecology.records import ProtectedSpecies
from saishang.science.ecology.wind import WindRule
from saishang.science.grading import Scale, scale_from_rules
from saishang.science.numbers import exact

__all__ = [
    "biodiversity_rule",
    "cover_rule",
    "darwin_core_terms",
    "ecological_index_rule",
    "eqi_change_against",
    "erodibility_rule",
    "listed_species",
    "protected_species",
    "quality_index_rule",
    "retention_form",
    "risk_rule",
    "runoff_coefficients",
    "scale",
    "sharing_grid",
    "wind_rule",
]

_FOLDER = "standards/ecology"


def scale(rules: Rules, name: str) -> Scale:
    """A scale of grades by name: `wind_erosion`, `salt_1`, `ecosystem_quality` …"""
    return scale_from_rules(rules, f"{_FOLDER}/grades", name)


def _group(rules: Rules, document: str, group: str) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], rules.document(f"{_FOLDER}/{document}")["groups"][group]["values"])


def _numbers(rules: Rules, document: str, group: str) -> dict[str, Fraction]:
    return {name: exact(value) for name, value in _group(rules, document, group).items()}


def _names(rules: Rules, document: str, group: str) -> frozenset[str]:
    return frozenset(name for name, yes in _group(rules, document, group).items() if yes)


def ecological_index_rule(rules: Rules) -> EcologicalIndexRule:
    """EI of HJ 192-2015."""
    water = _numbers(rules, "ei", "water")
    return EcologicalIndexRule(
        weights=_numbers(rules, "ei", "weights"),
        reversed_=_names(rules, "ei", "reversed"),
        decimals=int(_group(rules, "ei", "rounding")["sub_index_decimals"]),
        caps={
            str(code): {name: exact(value) for name, value in caps.items()}
            for code, caps in _group(rules, "ei", "restriction").items()
        },
        coefficients=_numbers(rules, "ei", "coefficients"),
        habitat={
            name: exact(weight["class"]) * exact(weight["part"])
            for name, weight in _group(rules, "ei", "habitat").items()
        },
        stress=_numbers(rules, "ei", "land_stress"),
        load=_numbers(rules, "ei", "pollution_load"),
        divisors={name: str(value) for name, value in _group(rules, "ei", "pollution_divisor").items()},
        water_parts=water["parts"],
        wet_year_above=water["wet_year_above"],
        wet_year_from=water["wet_year_from"],
        classes=scale(rules, "ei"),
        changes=scale(rules, "ei_change"),
    )


def quality_index_rule(rules: Rules) -> QualityIndexRule:
    """EQI of 2021."""
    return QualityIndexRule(
        weights=_numbers(rules, "eqi", "weights"),
        reversed_=_names(rules, "eqi", "reversed"),
        classes=scale(rules, "eqi"),
        changes=scale(rules, "eqi_change"),
    )


def eqi_change_against(rules: Rules) -> Literal["previous", "first"]:
    """What the change of EQI is taken against: the year before, or the earliest year there is."""
    for entry in rules.document(f"{_FOLDER}/eqi")["settings"]:
        if entry["id"] == "change_against":
            return cast(Literal["previous", "first"], entry["default"])
    raise RuleLookupError("expected a setting change_against, got none", fix="add it under settings", where="eqi")


def biodiversity_rule(rules: Rules) -> BiodiversityRule:
    """BI of HJ 623-2011."""
    return BiodiversityRule(
        weights=_numbers(rules, "biodiversity", "weights"),
        maxima=_numbers(rules, "biodiversity", "reference_maxima"),
        grades=scale(rules, "bi"),
    )


def runoff_coefficients(rules: Rules) -> Mapping[str, Fraction]:
    """Runoff coefficient by ecosystem [0-1]."""
    return {name: value / 100 for name, value in _numbers(rules, "services", "runoff_percent").items()}


def erodibility_rule(rules: Rules) -> ErodibilityRule:
    """Correction of K for China."""
    found = _numbers(rules, "services", "soil_erodibility")
    return ErodibilityRule(found["intercept"], found["slope"], found["to_si"])


def cover_rule(rules: Rules) -> CoverRule:
    """Cover factor C of RUSLE."""
    found = _numbers(rules, "services", "cover_factor")
    return CoverRule(float(found["intercept"]), float(found["slope"]), found["none_above"])


def retention_form(rules: Rules) -> Literal["rusle", "redline"]:
    """Which form of soil retention the settings choose."""
    for entry in rules.document(f"{_FOLDER}/services")["settings"]:
        if entry["id"] == "soil_retention":
            return cast(Literal["rusle", "redline"], entry["default"])
    raise RuleLookupError("expected a setting soil_retention, got none", fix="add it under settings", where="services")


def wind_rule(rules: Rules) -> WindRule:
    """RWEQ."""
    transport = _numbers(rules, "services", "rweq_transport")
    return WindRule(
        erodible=_numbers(rules, "services", "rweq_erodible"),
        crust=_numbers(rules, "services", "rweq_crust"),
        capacity=float(transport["capacity"]),
        field_length=float(transport["field_length"]),
        field_exponent=float(transport["field_exponent"]),
        cover={name: float(value) for name, value in _numbers(rules, "services", "rweq_cover").items()},
        threshold=float(_numbers(rules, "services", "wind_factor")["threshold"]),
    )


def risk_rule(rules: Rules) -> RiskRule:
    """Score of alien species."""
    span = _numbers(rules, "invasive", "range")
    return RiskRule(
        weights=_numbers(rules, "invasive", "weights"),
        least=span["least"],
        most=span["most"],
        factor=span["factor"],
        levels=scale(rules, "invasive_risk"),
    )


def listed_species(rules: Rules) -> tuple[ListedSpecies, ...]:
    """Species on the national lists that the rules hold; both lists are partial."""
    return tuple(
        ListedSpecies(row["scientific_name"], row["zh"], row["list"], int(row["number"]), row["announced"])
        for row in rules.table(f"{_FOLDER}/invasive_species")
    )


def protected_species(rules: Rules) -> tuple[ProtectedSpecies, ...]:
    """Species under special state protection that the rules hold; the list is partial."""
    return tuple(
        ProtectedSpecies(row["scientific_name"], row["zh"], row["en"], int(row["level"]))
        for row in rules.table(f"{_FOLDER}/protected_species")
    )


def sharing_grid(rules: Rules) -> str:
    """Grid to which the public sees places of protected species [degrees, as text]."""
    return str(_group(rules, "sharing", "grid")["protected"])


def darwin_core_terms(rules: Rules) -> tuple[Term, ...]:
    """Terms of Darwin Core that are checked, in the order in which they are written."""
    return tuple(
        Term(row["term"], row["need"], row["kind"], frozenset((row["vocabulary"] or "").split()))
        for row in rules.table(f"{_FOLDER}/darwin_core")
    )
