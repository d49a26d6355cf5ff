"""Alien species (外来入侵物种): risk score, national lists, and what a find asks for.

HJ 624-2011 judges in words. The score here is a choice of the project: 25 × Σ weight × value over five indicators of
0 to 4; while one is missing there is no level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from saishang.science.grading import Grade, Scale
from saishang.science.numbers import InputError, exact_or_none

__all__ = ["Alert", "ListedSpecies", "RiskRule", "RiskScore", "alerts_for", "binomial", "risk_score"]


@dataclass(frozen=True, slots=True)
class RiskRule:
    """Weights of the indicators, their range, and the levels."""

    weights: Mapping[str, Fraction]
    least: Fraction
    most: Fraction
    factor: Fraction
    levels: Scale


@dataclass(frozen=True, slots=True)
class RiskScore:
    """Score 0-100 with its level; both None while an indicator is missing, which `missing` then names."""

    score: Fraction | None
    level: Grade | None
    missing: tuple[str, ...] = ()


def risk_score(indicators: Mapping[str, object], rule: RiskRule) -> RiskScore:
    """Risk of one species from `pathway establish spread harm control`, 0-4 each.

    Raises
    ------
    InputError
        When an indicator lies outside its range.
    """
    values: dict[str, Fraction] = {}
    missing: list[str] = []
    for name in rule.weights:
        value = exact_or_none(indicators.get(name), name=name)
        if value is None:
            missing.append(name)
            continue
        if not rule.least <= value <= rule.most:
            raise InputError(
                f"{name} must lie between {rule.least} and {rule.most}, got {float(value):g}.",
                fix="Score each indicator from 0 (none) to 4 (worst).",
            )
        values[name] = value
    if missing:
        return RiskScore(None, None, tuple(missing))
    score = rule.factor * sum((rule.weights[name] * value for name, value in values.items()), Fraction(0))
    return RiskScore(score, rule.levels.grade(score, name="score"))


@dataclass(frozen=True, slots=True)
class ListedSpecies:
    """A species on a national list: `china_list` (four batches) or `key_management`."""

    scientific_name: str
    zh: str
    list: str
    number: int
    announced: date | None


@dataclass(frozen=True, slots=True)
class Alert:
    """A find of a listed species: which lists, when and where first and last, how many finds."""

    scientific_name: str
    zh: str
    lists: tuple[str, ...]
    finds: int
    first: date | None
    last: date | None
    places: tuple[str, ...]


def alerts_for(finds: Iterable[tuple[str, date | None, str]], listed: Iterable[ListedSpecies]) -> tuple[Alert, ...]:
    """Finds that belong to a listed species, grouped by species, the latest first.

    Parameters
    ----------
    finds:
        Scientific name as written, day, place. Author names behind genus and species are no obstacle.
    """
    index: dict[str, list[ListedSpecies]] = {}
    for species in listed:
        index.setdefault(binomial(species.scientific_name), []).append(species)
    grouped: dict[str, list[tuple[date | None, str]]] = {}
    for name, day, place in finds:
        key = binomial(name)
        if key in index:
            grouped.setdefault(key, []).append((day, place))
    result = [
        Alert(
            scientific_name=index[key][0].scientific_name,
            zh=index[key][0].zh,
            lists=tuple(dict.fromkeys(species.list for species in index[key])),
            finds=len(found),
            first=min((day for day, _ in found if day is not None), default=None),
            last=max((day for day, _ in found if day is not None), default=None),
            places=tuple(sorted({place for _, place in found if place})),
        )
        for key, found in grouped.items()
    ]
    return tuple(sorted(result, key=lambda item: (item.last or date.min, item.finds), reverse=True))


def binomial(name: str) -> str:
    """Genus, species and, for subspecies written in lower case, the third word; authors and ranks dropped."""
    words = [word for word in name.replace("×", " ").split() if word.rstrip(".") not in {"subsp", "ssp", "var", "f"}]
    kept = words[:1]
    for word in words[1:3]:
        if not word[:1].islower() or not word.replace("-", "").isalpha():
            break
        kept.append(word)
    return " ".join(kept).casefold()
