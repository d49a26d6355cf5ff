"""Ecological environment index (生态环境状况指数, EI), HJ 192-2015, and its five sub-indices.

`EI = 0.35 bio + 0.25 veg + 0.15 water + 0.15 (100 - land) + 0.10 (100 - load)`, each sub-index taken with one decimal.
From 2021 the nation evaluates by EQI (`quality.py`); the two are not one series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.grading import Grade, Scale
from saishang.science.numbers import InputError, exact, non_negative
from saishang.science.rounding import round_half_even

__all__ = [
    "EcologicalIndex",
    "EcologicalIndexRule",
    "biological_richness",
    "change_grade",
    "ecological_index",
    "habitat_quality",
    "land_stress",
    "pollution_load",
    "restricted",
    "vegetation_index",
    "water_network_density",
    "wet_year_resource",
]

#: Sub-indices are normalised to this.
_FULL = 100


@dataclass(frozen=True, slots=True)
class EcologicalIndexRule:
    """Constants of HJ 192-2015 as `rules/standards/ecology/ei.yaml` gives them.

    Attributes
    ----------
    weights:
        Sub-index → weight in EI.
    reversed_:
        Sub-indices that enter as 100 minus themselves.
    decimals:
        Decimals that a sub-index is taken with.
    caps:
        Restriction code → class → largest EI that the class keeps under it.
    coefficients:
        Normalisation coefficients (A).
    habitat:
        Land cover → weight of its class times weight within the class.
    stress, load:
        Weights within land stress and pollution load.
    divisors:
        Pollutant → `area` or `precipitation`.
    """

    weights: Mapping[str, Fraction]
    reversed_: frozenset[str]
    decimals: int
    caps: Mapping[str, Mapping[str, Fraction]]
    coefficients: Mapping[str, Fraction]
    habitat: Mapping[str, Fraction]
    stress: Mapping[str, Fraction]
    load: Mapping[str, Fraction]
    divisors: Mapping[str, str]
    water_parts: Fraction
    wet_year_above: Fraction
    wet_year_from: Fraction
    classes: Scale
    changes: Scale


@dataclass(frozen=True, slots=True)
class EcologicalIndex:
    """EI of one region and year with its class, before any restriction."""

    value: Fraction
    grade: Grade
    parts: Mapping[str, Fraction]


def ecological_index(sub_indices: Mapping[str, object], rule: EcologicalIndexRule) -> EcologicalIndex | None:
    """EI from its five sub-indices `bio veg water land load` [0-100]; None while one of them is missing.

    Raises
    ------
    InputError
        For a sub-index outside 0–100.
    """
    parts: dict[str, Fraction] = {}
    for name, weight in rule.weights.items():
        given = non_negative(sub_indices.get(name), name=name)
        if given is None:
            return None
        if given > _FULL:
            raise InputError(f"{name} must lie between 0 and 100.", fix="Give the normalised sub-index.")
        taken = exact(round_half_even(given, rule.decimals))
        parts[name] = weight * (100 - taken if name in rule.reversed_ else taken)
    value = sum(parts.values(), Fraction(0))
    grade = rule.classes.grade(value, name="EI")
    assert grade is not None  # noqa: S101 - a number always has a class: the scale is open on both sides
    return EcologicalIndex(value, grade, parts)


def restricted(value: object, code: object, rule: EcologicalIndexRule) -> tuple[Fraction, Grade]:
    """EI and class after the restriction by environmental events.

    Parameters
    ----------
    code:
        `2` (one class down) or `3` (neither 优 nor 良), also as `code 2`; None, empty, `0`, `1` or `none` for no
        restriction.

    Raises
    ------
    InputError
        For another code.
    """
    number = exact(value, name="EI")
    grade = _class(number, rule)
    text = str("" if code is None else code).strip().lower().removeprefix("code").strip()
    if text in {"", "0", "1", "none", "no", "无"}:
        return number, grade
    caps = rule.caps.get(text)
    if caps is None:
        raise InputError(
            f"There is no restriction {code!r}.",
            fix=f"Give {' or '.join(f'code {name}' for name in rule.caps)}, or none.",
        )
    final = min(number, caps.get(grade.zh, number))
    return final, _class(final, rule)


def _class(value: Fraction, rule: EcologicalIndexRule) -> Grade:
    grade = rule.classes.grade(value, name="EI")
    assert grade is not None  # noqa: S101 - see ecological_index
    return grade


def change_grade(difference: object, rule: EcologicalIndexRule) -> Grade | None:
    """Grade of the change between two EI, by its size whatever its direction; None when missing."""
    return None if difference is None else rule.changes.grade(abs(exact(difference, name="dEI")), name="|dEI|")


def habitat_quality(areas: Mapping[str, object], total: object, rule: EcologicalIndexRule) -> Fraction:
    """Habitat quality index from land cover.

    Parameters
    ----------
    areas:
        Land cover (`wood shrub sparse gh gm gl river lake wet ice paddy dry town rural other_b sand salt bare rock
        other_u`) → area [km²]; a cover that is not named has no area.
    total:
        Area of the region [km²].

    Raises
    ------
    InputError
        For an unknown cover, a missing or negative area, areas that add up to more than the region.
    """
    region = _region(total)
    weighted, covered = Fraction(0), Fraction(0)
    for name, area in areas.items():
        weight = rule.habitat.get(name)
        if weight is None:
            raise InputError(f"There is no land cover {name!r}.", fix=f"Use {', '.join(rule.habitat)}.")
        size = _given(area, name)
        weighted += weight * size
        covered += size
    if covered > region * Fraction(1001, 1000):
        raise InputError(
            f"The areas add up to {float(covered):g} km², more than the region's {float(region):g} km².",
            fix="Check the areas and the total.",
        )
    return rule.coefficients["bio"] * weighted / region


def biological_richness(biodiversity: object, habitat: object) -> Fraction | None:
    """Biological richness index: mean of the biodiversity index and habitat quality; None while one is missing."""
    bi, hq = non_negative(biodiversity, name="BI"), non_negative(habitat, name="HQ")
    return None if bi is None or hq is None else (bi + hq) / 2


def vegetation_index(mean_ndvi: object, rule: EcologicalIndexRule) -> Fraction | None:
    """Vegetation cover index from the regional mean of the pixels' summer maxima of NDVI (0-10 000 as MODIS scales)."""
    value = non_negative(mean_ndvi, name="NDVI")
    return None if value is None else rule.coefficients["veg"] * value


def wet_year_resource(this_year: object, mean: object, rule: EcologicalIndexRule) -> Fraction:
    """Water resource that counts: in a year beyond 1.4 times the mean, `mean × (2.4 - ratio)`, else the year's own.

    Parameters
    ----------
    this_year, mean:
        Water resources of the year and of the long-term mean, in one unit.
    """
    year, usual = _given(this_year, "this_year"), _given(mean, "mean")
    if usual == 0:
        raise InputError("The mean water resource must be above 0.", fix="Give the long-term mean.")
    ratio = year / usual
    return usual * max(rule.wet_year_from - ratio, Fraction(0)) if ratio > rule.wet_year_above else year


def water_network_density(
    river_km: object, lake_km2: object, resource: object, area: object, rule: EcologicalIndexRule
) -> Fraction:
    """Water network density index: mean of river length [km], lake area [km²] and water resource [10⁶ m³] per km²."""
    weights = rule.coefficients
    total = (
        weights["river"] * _given(river_km, "river_km")
        + weights["lake"] * _given(lake_km2, "lake_km2")
        + weights["water_resource"] * _given(resource, "resource")
    )
    return total / (rule.water_parts * _region(area))


def land_stress(areas: Mapping[str, object], total: object, rule: EcologicalIndexRule) -> Fraction:
    """Land stress index from areas [km²] of `severe` and `moderate` erosion, `built` land and `other` stress."""
    weighted = sum((weight * _given(areas.get(name), name) for name, weight in rule.stress.items()), Fraction(0))
    return rule.coefficients["erosion"] * weighted / _region(total)


def pollution_load(
    emissions: Mapping[str, object], area: object, precipitation: object, rule: EcologicalIndexRule
) -> Fraction:
    """Pollution load index from yearly emissions [t] of `COD NH3N SO2 dust NOx solid`.

    Parameters
    ----------
    area:
        Region [km²], divides what goes into the air and solid waste.
    precipitation:
        Precipitation of the year over the region [10⁶ m³], divides what goes into the water.
    """
    divisors = {"area": _region(area), "precipitation": _given(precipitation, "precipitation")}
    if divisors["precipitation"] == 0:
        raise InputError("The precipitation must be above 0.", fix="Give the region's yearly precipitation.")
    return sum(
        (
            weight * rule.coefficients[name] * _given(emissions.get(name), name) / divisors[rule.divisors[name]]
            for name, weight in rule.load.items()
        ),
        Fraction(0),
    )


def _given(value: object, name: str) -> Fraction:
    number = non_negative(value, name=name)
    if number is None:
        raise InputError(f"{name} is missing.", fix=f"Give {name}; nothing is taken for zero.")
    return number


def _region(value: object) -> Fraction:
    area = _given(value, "total area")
    if area == 0:
        raise InputError("The area must be above 0.", fix="Give the area of the region [km²].")
    return area
