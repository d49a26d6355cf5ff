"""Indices from what a region entered for one year (由分项数据计算指数): EI, EQI and BI, each with its parts.

An index is told only when nothing is missing: every land cover, load and count has to stand there, with 0 where there
is none of it. What is missing is named, and what contradicts itself is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.ecology.biodiversity import BiodiversityRule, SpeciesCounts, biodiversity_index
from saishang.science.ecology.index import (
    EcologicalIndexRule,
    biological_richness,
    ecological_index,
    habitat_quality,
    land_stress,
    pollution_load,
    restricted,
    vegetation_index,
    water_network_density,
    wet_year_resource,
)
from saishang.science.ecology.quality import QualityIndexRule, quality_index
from saishang.science.grading import Grade
from saishang.science.numbers import InputError, exact

__all__ = ["COUNTS", "COVER", "FIRST_LEVEL", "Computed", "Part", "bi_of", "ei_of", "eqi_of"]

#: Prefix of the fields with areas of land cover.
COVER = "cover_"
FIRST_LEVEL = ("pattern", "function", "biodiversity", "stress")
#: Counts of a survey, in the order of `SpeciesCounts`.
COUNTS = (
    "animals", "plants", "ecosystems", "endemic_animals", "endemic_plants", "threatened_animals",
    "threatened_plants", "alien",
)  # fmt: skip
_LOADS = {"COD": "cod", "NH3N": "nh3n", "SO2": "so2", "dust": "dust", "NOx": "nox", "solid": "solid"}
_STRESS = ("severe", "moderate", "built", "other")
_WATER = ("river_km", "lake_km2", "water_resource", "water_resource_mean")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an index: its own value, its weight, and what it adds (with 100 minus itself where it is reversed)."""

    name: str
    value: Fraction
    weight: Fraction
    adds: Fraction


@dataclass(frozen=True, slots=True)
class Computed:
    """An index of one region and year.

    Attributes
    ----------
    value, grade:
        After a restriction; None while something is missing or refused.
    free:
        EI before the restriction; the value itself for the others.
    missing:
        Fields without which there is no index.
    refused:
        Why the inputs cannot be an index, as an English sentence; empty otherwise.
    """

    value: Fraction | None
    grade: Grade | None
    free: Fraction | None
    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()
    refused: str = ""


def ei_of(values: Mapping[str, object], biodiversity: object, rule: EcologicalIndexRule) -> Computed:
    """EI of HJ 192-2015 from the fields of one entry.

    Parameters
    ----------
    values:
        Field → number: `area` [km²], `cover_…` of every land cover [km²], `ndvi` [0-10 000], `river_km`, `lake_km2`,
        `water_resource` and its long-term mean [10⁶ m³], areas under stress [km²], loads [t], `precipitation`
        [10⁶ m³], `restriction`.
    biodiversity:
        BI [0-100], from the entry itself or from a survey of the region in that year.
    """
    covers = [f"{COVER}{name}" for name in rule.habitat]
    wanted = ("area", *covers, "ndvi", *_WATER, *_STRESS, *_LOADS.values(), "precipitation")
    missing = tuple(name for name in wanted if values.get(name) is None)
    if biodiversity is None:
        missing = ("bi", *missing)
    if missing:
        return Computed(None, None, None, (), missing)
    area = values["area"]
    try:
        habitat = habitat_quality({name: values[f"{COVER}{name}"] for name in rule.habitat}, area, rule)
        resource = wet_year_resource(values["water_resource"], values["water_resource_mean"], rule)
        indices: dict[str, Fraction | None] = {
            "bio": biological_richness(biodiversity, habitat),
            "veg": vegetation_index(values["ndvi"], rule),
            "water": water_network_density(values["river_km"], values["lake_km2"], resource, area, rule),
            "land": land_stress({name: values[name] for name in _STRESS}, area, rule),
            "load": pollution_load(
                {name: values[field] for name, field in _LOADS.items()}, area, values["precipitation"], rule
            ),
        }
        found = ecological_index(indices, rule)
        assert found is not None  # noqa: S101 - nothing is missing
        final, grade = restricted(found.value, values.get("restriction"), rule)
    except InputError as error:
        return Computed(None, None, None, (), refused=error.message)
    parts = tuple(
        Part(name, value, rule.weights[name], found.parts[name]) for name, value in indices.items() if value is not None
    )
    return Computed(final, grade, found.value, parts)


def eqi_of(values: Mapping[str, object], rule: QualityIndexRule) -> Computed:
    """EQI of 2021 from its four first-level indices."""
    missing = tuple(name for name in FIRST_LEVEL if values.get(name) is None)
    if missing:
        return Computed(None, None, None, (), missing)
    given = {name: exact(values[name], name=name) for name in FIRST_LEVEL}
    try:
        found = quality_index(given, rule)
    except InputError as error:
        return Computed(None, None, None, (), refused=error.message)
    assert found is not None  # noqa: S101 - nothing is missing
    value, grade = found
    parts = tuple(
        Part(name, part, rule.weights[name], rule.weights[name] * (100 - part if name in rule.reversed_ else part))
        for name, part in given.items()
    )
    return Computed(value, grade, value, parts)


def bi_of(values: Mapping[str, object], rule: BiodiversityRule) -> Computed:
    """BI of HJ 623-2011 from the counts of one survey."""
    missing = tuple(name for name in COUNTS if values.get(name) is None)
    if missing:
        return Computed(None, None, None, (), missing)
    try:
        found = biodiversity_index(SpeciesCounts(*(values[name] for name in COUNTS)), rule)
    except InputError as error:
        return Computed(None, None, None, (), refused=error.message)
    parts = tuple(
        Part(name, part, rule.weights[name], rule.weights[name] * (100 - part if name == "EI" else part))
        for name, part in found.indices.items()
    )
    return Computed(found.value, found.grade, found.value, parts)
