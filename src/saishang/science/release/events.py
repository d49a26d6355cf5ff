"""Grades of environmental events (突发环境事件) and of radiation accidents, and the clock of the first report.

The highest grade of any one criterion wins; 以上 includes the number. With part of the criteria unknown the grade is
preliminary (初判): it can only rise. Nothing known is no grade, never 一般.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from saishang.science.grading import Scale
from saishang.science.numbers import InputError, exact, non_negative

__all__ = ["COUNTS", "EventGrade", "EventRule", "RadiationRule", "event_grade", "radiation_grade", "report_due"]

#: Criteria that are counted.
COUNTS = ("deaths", "poisoned", "evacuated", "loss_yuan")
_ROMAN = ("I", "II", "III", "IV", "V")
_PEOPLE = ("deaths", "poisoned", "evacuated")


@dataclass(frozen=True)
class EventRule:
    """Grades of the national plan of 2014 and the reporting hours by grade.

    Attributes
    ----------
    counts:
        Criterion → scale, level 1 (特别重大) to 4 (一般).
    words:
        Criterion (`water_supply`, `cross`) → word → level.
    names:
        Level → Chinese name.
    hours, recipients:
        Grade → hours until the report is due, and to whom (Chinese, English).
    """

    counts: Mapping[str, Scale]
    words: Mapping[str, Mapping[str, int]]
    names: Mapping[int, str]
    hours: Mapping[str, int]
    recipients: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class EventGrade:
    """Grade reached so far.

    Attributes
    ----------
    level:
        1 to 4; None when nothing is known that makes a grade.
    by:
        Criteria that reach it.
    missing:
        Criteria without data; with any, the grade is preliminary.
    """

    level: int | None
    zh: str | None
    by: tuple[str, ...]
    missing: tuple[str, ...]


def event_grade(facts: Mapping[str, object], rule: EventRule) -> EventGrade:
    """Grade of an event from what is known.

    Parameters
    ----------
    facts:
        Counts `deaths poisoned evacuated loss_yuan`, and words `water_supply` (`prefecture county township none`) and
        `cross` (`country province prefecture county none`). A criterion that is absent or None is unknown.
    """
    levels: dict[str, int] = {}
    missing: list[str] = []
    for name, scale in rule.counts.items():
        number = non_negative(facts.get(name), name=name)
        if number is None:
            missing.append(name)
        elif name in _PEOPLE and number.denominator != 1:
            raise InputError(f"{name} must be a whole number.", fix="Count persons.")
        elif number > 0:
            grade = scale.grade(number, name=name)
            if grade is not None:
                levels[name] = grade.level
    for name, words in rule.words.items():
        word = facts.get(name)
        if word is None:
            missing.append(name)
        elif str(word) != "none":
            if str(word) not in words:
                raise InputError(f"{name} may not be {word!r}.", fix=f"Use one of {', '.join(words)}, none.")
            levels[name] = words[str(word)]
    level = min(levels.values(), default=None)
    by = tuple(name for name, found in levels.items() if found == level)
    return EventGrade(level, None if level is None else rule.names[level], by, tuple(missing))


def report_due(known: datetime, grade: str, rule: EventRule) -> tuple[datetime, tuple[str, str]]:
    """When the first report is due, and to whom (Chinese, English).

    Parameters
    ----------
    known:
        When the event was found or heard of; not when a form was filled in.
    """
    name = _grade_name(grade, rule)
    return known + timedelta(hours=rule.hours[name]), rule.recipients[name]


def _grade_name(text: str, rule: EventRule) -> str:
    """`重大`, `重大事件`, `Ⅱ级` and `II` are one grade."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    for ending in ("突发环境事件", "事件", "级"):
        plain = plain.removesuffix(ending)
    for level, name in rule.names.items():
        if plain in (name, _ROMAN[level - 1]):
            return name
    raise InputError(f"There is no grade {text!r}.", fix=f"Use one of {', '.join(rule.hours)}.")


def _class_name(text: str) -> str:
    """`III`, `Ⅲ`, `Ⅲ类` and `3` are one class of a source."""
    plain = unicodedata.normalize("NFKC", text).strip().upper().removeprefix("CLASS").removesuffix("类").strip()
    return _ROMAN[int(plain) - 1] if plain in ("1", "2", "3", "4", "5") else plain


@dataclass(frozen=True, slots=True)
class RadiationRule:
    """Levels by class of the source, and the counts of people that make a grade."""

    sources: Mapping[str, int]
    deaths_first: int
    severe_second: int
    names: Mapping[int, str]


def radiation_grade(
    rule: RadiationRule,
    *,
    source_class: str | None = None,
    deaths: object = None,
    severe: object = None,
    wide: bool = False,
) -> str | None:
    """Grade of a radiation accident; the gravest criterion wins; None when nothing makes one.

    Parameters
    ----------
    source_class:
        Class (I to V) of a source that is lost, stolen or out of control.
    deaths, severe:
        People who died of, or have, severe acute radiation sickness.
    wide:
        Wide severe contamination by a class I or II source.
    """
    levels: list[int] = []
    if source_class is not None:
        name = _class_name(source_class)
        if name not in rule.sources:
            raise InputError(f"There is no source class {source_class!r}.", fix="Use I, II, III, IV or V.")
        level = rule.sources[name]
        levels.append(1 if wide and level == rule.sources["II"] else level)
    dead, ill = non_negative(deaths, name="deaths"), non_negative(severe, name="severe")
    if dead is not None and dead > 0:
        levels.append(1 if dead >= rule.deaths_first else 2)
    if ill is not None and ill > 0:
        levels.append(2 if exact(ill) >= rule.severe_second else 3)
    return rule.names[min(levels)] if levels else None
