"""Biodiversity index (生物多样性指数, BI) of HJ 623-2011 for counties, and indices of one community.

BI: six indices, each over the greatest value of the nation times 100; alien invasion enters as 100 minus itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.grading import Grade, Scale
from saishang.science.numbers import InputError, exact, non_negative

__all__ = [
    "BiodiversityIndex",
    "BiodiversityRule",
    "Community",
    "SpeciesCounts",
    "biodiversity_index",
    "community_indices",
]


@dataclass(frozen=True, slots=True)
class SpeciesCounts:
    """What a county's survey counts (HJ 623-2011 definitions).

    Attributes
    ----------
    animals:
        Wild mammals, birds, reptiles, amphibians, freshwater fish and butterflies.
    plants:
        Wild vascular plants.
    ecosystems:
        Types of ecosystem, counted as formations (群系).
    endemic_animals, endemic_plants, threatened_animals, threatened_plants:
        Those of them that only live in China, or are threatened.
    alien:
        Alien invasive species.
    """

    animals: object
    plants: object
    ecosystems: object
    endemic_animals: object
    endemic_plants: object
    threatened_animals: object
    threatened_plants: object
    alien: object


@dataclass(frozen=True, slots=True)
class BiodiversityRule:
    """Weights and greatest values of the six indices `RV RP DE ED RT EI`, and the grades."""

    weights: Mapping[str, Fraction]
    maxima: Mapping[str, Fraction]
    grades: Scale


@dataclass(frozen=True, slots=True)
class BiodiversityIndex:
    """BI, its grade, and the normalised indices [percent of the nation's greatest value]."""

    value: Fraction
    grade: Grade
    indices: Mapping[str, Fraction]


def biodiversity_index(counts: SpeciesCounts, rule: BiodiversityRule) -> BiodiversityIndex:
    """BI of one county.

    Raises
    ------
    InputError
        When a count is missing, negative, no whole number, or a part is larger than its whole: without all counts
        there is no index.
    """
    animals, plants = _count(counts.animals, "N_animal"), _count(counts.plants, "N_plant")
    parts = {
        name: _count(value, name)
        for name, value in (
            ("endemic_animal", counts.endemic_animals),
            ("endemic_plant", counts.endemic_plants),
            ("threatened_animal", counts.threatened_animals),
            ("threatened_plant", counts.threatened_plants),
        )
    }
    for name, part in parts.items():
        whole = animals if name.endswith("animal") else plants
        if part > whole:
            raise InputError(f"{name} {part} is more than all {whole} of them.", fix="Check the counts.")
    species = animals + plants
    if species == 0:
        raise InputError("There is no species to evaluate.", fix="Give the animals and plants of the survey.")
    top = rule.maxima
    raw = {
        "RV": Fraction(animals),
        "RP": Fraction(plants),
        "DE": Fraction(_count(counts.ecosystems, "N_eco")),
        "ED": (parts["endemic_animal"] / top["RV"] + parts["endemic_plant"] / top["RP"]) / 2,
        "RT": (parts["threatened_animal"] / top["RV"] + parts["threatened_plant"] / top["RP"]) / 2,
        "EI": Fraction(_count(counts.alien, "alien"), species),
    }
    indices = {name: value / top[name] * 100 for name, value in raw.items()}
    value = sum(
        (weight * (100 - indices[name] if name == "EI" else indices[name]) for name, weight in rule.weights.items()),
        Fraction(0),
    )
    grade = rule.grades.grade(value, name="BI")
    assert grade is not None  # noqa: S101 - the scale is open on both sides
    return BiodiversityIndex(value, grade, indices)


@dataclass(frozen=True, slots=True)
class Community:
    """Indices of one community; None where they are not defined (evenness of one species, richness of one animal).

    Attributes
    ----------
    shannon:
        H = -Σ p ln p, natural logarithm [nat].
    simpson:
        D = 1 - Σ p².
    evenness:
        J = H / ln S (Pielou).
    margalef:
        (S - 1) / ln N.
    """

    species: int
    individuals: Fraction
    shannon: float
    simpson: Fraction
    evenness: float | None
    margalef: float | None


def community_indices(counts: Sequence[object], *, base: float = math.e) -> Community:
    """Shannon, Simpson, Pielou and Margalef from the individuals (or the biomass) per species.

    Parameters
    ----------
    counts:
        One figure per species; a species with 0 was looked for and not found, and does not count.
    base:
        Base of Shannon's logarithm; state it with the figure.

    Raises
    ------
    InputError
        When a figure is missing or negative, or nothing was found at all.
    """
    values: list[Fraction] = []
    for place, count in enumerate(counts, start=1):
        number = non_negative(count, name=f"species {place}")
        if number is None:
            raise InputError(f"The count of species {place} is missing.", fix="Give 0 for a species not found.")
        values.append(number)
    found = [value for value in values if value > 0]
    total = sum(found, Fraction(0))
    if not found:
        raise InputError("Nothing was found: N = 0 has no index.", fix="Give the counts of at least one species.")
    if base <= 1:
        raise InputError("The base of the logarithm must be above 1.", fix="Use e, 2 or 10.")
    shares = [value / total for value in found]
    shannon = -math.fsum(float(share) * math.log(share) for share in shares)
    richness = len(found)
    return Community(
        species=richness,
        individuals=total,
        shannon=abs(shannon) / math.log(base),
        simpson=1 - sum((share * share for share in shares), Fraction(0)),
        evenness=None if richness == 1 else abs(shannon) / math.log(richness),
        margalef=None if total <= 1 else (richness - 1) / math.log(total),
    )


def _count(value: object, name: str) -> int:
    number = non_negative(value, name=name)
    if number is None:
        raise InputError(f"{name} is missing.", fix="Give every count; without it there is no index.")
    if exact(number).denominator != 1:
        raise InputError(f"{name} must be a whole number, got {float(number):g}.", fix="Count species.")
    return int(number)
