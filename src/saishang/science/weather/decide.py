"""From a series and its weather to the answer, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np

from saishang.science.weather.effects import Dependence, importance, partial_dependence
from saishang.science.weather.frame import Floats, Frame, Ints, Weather, build_frame
from saishang.science.weather.model import Fold, Skill, cross_fit, one_thread, predict, skill
from saishang.science.weather.normalise import draw_pools, usual
from saishang.science.weather.rule import WeatherRule
from saishang.science.weather.split import Days, Part, Split, split, weather_factor
from saishang.science.weather.state import Converted, StateStep, one_state

__all__ = ["Answer", "Change", "Normalised", "Period", "normalise", "prepared"]


@dataclass(frozen=True, slots=True)
class Period:
    """A month (`2015-03`) or year (`2015`) [unit of the series].

    Attributes
    ----------
    published, observed:
        Mean of the days with value and weather, as published and on one reference state.
    factor:
        Weather factor: above 1 = the weather made the air dirtier than usual for the season.
    adjusted, low, high:
        `observed / factor`, what the mean would have been under usual weather, with the spread of the models.
    usual:
        What the trees' trend says under usual weather: smoother, without what no model has seen.
    """

    kind: str
    label: str
    days: int
    published: float
    observed: float
    factor: float
    adjusted: float
    low: float
    high: float
    usual: float


@dataclass(frozen=True, slots=True)
class Change:
    """Two periods of one kind and the split of the change between them; `months`: which months of the years."""

    kind: str
    first: str
    second: str
    months: tuple[int, ...]
    crosses: bool
    split: Split


@dataclass(frozen=True)
class Answer:
    """What is said of one series.

    Attributes
    ----------
    reason:
        Empty where there is an answer, else `too_short`, `span_short` (figures in `detail`) or `no_better` (the trees
        do not beat their baselines on blocks that they have not seen; `skill` says by how much).
    skipped:
        Comparisons that are not split: (kind, first, second), across a change of state that no rule converts.
    """

    reason: str
    detail: Mapping[str, Any]
    days: int = 0
    first: date | None = None
    last: date | None = None
    no_value: int = 0
    no_weather: int = 0
    weather_days: int = 0
    weather_years: tuple[int, ...] = ()
    state_day: date | None = None
    state_converted: int = 0
    mean: float = 0.0
    skill: Skill | None = None
    periods: tuple[Period, ...] = ()
    changes: tuple[Change, ...] = ()
    skipped: tuple[tuple[str, str, str], ...] = ()
    dependence: tuple[Dependence, ...] = ()
    importance: tuple[tuple[str, float], ...] = ()
    features: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Normalised:
    """A series whose models are fitted and good enough: any two periods can be compared."""

    frame: Frame
    folds: Sequence[Fold]
    skill: Skill
    days: Days
    about: Mapping[str, Any]
    converted: Converted
    rule: WeatherRule
    name: str

    def rows(self, first: date, last: date) -> Ints:
        """Rows of the days from `first` to `last`."""
        ordinals = np.array([moment.toordinal() for moment in self.frame.moments])
        return np.flatnonzero((ordinals >= first.toordinal()) & (ordinals <= last.toordinal()))

    def compare(self, first: Ints, second: Ints, label: str) -> Split:
        """Split the change between two sets of rows; the label seeds the draws of chance.

        Only calendar months that both have count, and each weighs alike.
        """
        month = np.array([moment.month for moment in self.frame.moments])
        common = np.intersect1d(month[first], month[second])
        parts = []
        for rows in (first, second):
            kept = rows[np.isin(month[rows], common)]
            counts = np.bincount(month[kept], minlength=13)
            parts.append(Part(kept, 1.0 / counts[month[kept]]))
        crosses = self.crosses(parts[0].rows, parts[1].rows)
        return split(self.days, parts[0], parts[1], self.rule, f"{self.name}/{label}", crosses=crosses)

    def crosses(self, first: Ints, second: Ints) -> bool:
        """Whether the rows lie on both sides of a change of the reference state."""
        step = self.converted.step
        if step is None:
            return False
        ordinals = [self.frame.moments[row].toordinal() for row in np.concatenate([first, second])]
        return bool(min(ordinals) < step.toordinal() <= max(ordinals))


def prepared(
    values: Mapping[date, float | None],
    weather: Weather,
    rule: WeatherRule,
    *,
    name: str,
    step: StateStep | None = None,
) -> Normalised | Answer:
    """Fit the models of a series and judge them; an `Answer` with a reason where they are not used.

    Parameters
    ----------
    values:
        Day or beginning of an hour → concentration as it was published.
    weather:
        The same moments, and any others whose weather may be drawn, → weather parameter → value.
    name:
        Names the series: same name, same seed, same draws.
    step:
        Change of the reference state of the parameter (`state_step`).
    """
    converted = one_state(values, weather, step)
    frame = build_frame(converted.values, weather, rule)
    about = _about(values, frame, converted)
    have = len(np.unique(frame.day))
    span = int(frame.day[-1]) + 1 if have else 0
    if have < rule.least:
        return Answer("too_short", {"have": have, "need": rule.least}, **about)
    if span < rule.least_span:
        return Answer("span_short", {"have": span, "need": rule.least_span}, **about)
    with one_thread():
        folds = cross_fit(frame, rule)
        judged, expected = skill(frame, folds, rule)
        if not judged.better(rule.must_beat):
            return Answer("no_better", {}, skill=judged, **about)
        days = _days(values, frame, folds, expected, rule, name)
    return Normalised(frame, folds, judged, days, about, converted, rule, name)


def normalise(
    values: Mapping[date, float | None],
    weather: Weather,
    rule: WeatherRule,
    *,
    name: str,
    step: StateStep | None = None,
) -> Answer:
    """Answer for one series: months, years, splits between them, what the trees have learned (see `prepared`)."""
    made = prepared(values, weather, rule, name=name, step=step)
    if isinstance(made, Answer):
        return made
    frame, folds = made.frame, list(made.folds)
    months = _months(frame, rule)
    years: dict[str, Ints] = {}
    for label, rows in months.items():
        years[label[:4]] = np.concatenate([years.get(label[:4], np.array([], dtype=np.int64)), rows])
    periods = [_period("month", label, rows, made) for label, rows in months.items()]
    periods += [_period("year", label, rows, made) for label, rows in years.items()]
    changes, skipped = _changes(made, months)
    with one_thread():
        dependence = partial_dependence(frame, folds, rule)
        ranked = importance(frame, folds, made.days.expected, rule, name)
    return Answer(
        "", {}, skill=made.skill, periods=tuple(periods), changes=changes, skipped=skipped,
        dependence=dependence, importance=ranked, **made.about,
    )  # fmt: skip


def _about(values: Mapping[date, float | None], frame: Frame, converted: Converted) -> dict[str, Any]:
    given = sum(value is not None and value > 0 for value in values.values())
    return {
        "days": len(frame.moments),
        "first": frame.moments[0] if frame.moments else None,
        "last": frame.moments[-1] if frame.moments else None,
        "no_value": len(values) - given,
        "no_weather": given - len(frame.moments),
        "weather_days": len(frame.pool),
        "weather_years": frame.pool_years,
        "state_day": converted.step,
        "state_converted": converted.converted,
        "mean": float(np.mean(frame.values)) if len(frame.values) else 0.0,
        "features": frame.names,
    }


def _days(
    values: Mapping[date, float | None],
    frame: Frame,
    folds: Sequence[Fold],
    expected: Floats,
    rule: WeatherRule,
    name: str,
) -> Days:
    pools = draw_pools(frame, rule, name)
    everything = np.arange(len(frame.moments))
    normal = np.empty(len(frame.moments))
    for fold in folds:
        normal[fold.held] = usual(frame, fold.model, fold.held, pools)
    inputs = frame.inputs
    return Days(
        published=np.array([values[moment] for moment in frame.moments], dtype=float),
        observed=frame.values,
        expected=expected,
        usual=normal,
        model_expected=np.array([predict(fold.model, inputs) for fold in folds]),
        model_usual=np.array([usual(frame, fold.model, everything, pools, rule.model_draws) for fold in folds]),
    )


def _months(frame: Frame, rule: WeatherRule) -> dict[str, Ints]:
    """Rows of every month with enough days."""
    labels = np.array([f"{moment.year}-{moment.month:02d}" for moment in frame.moments])
    found = {}
    for label in sorted(set(labels.tolist())):
        rows = np.flatnonzero(labels == label)
        if len(np.unique(frame.day[rows])) >= rule.period_days:
            found[label] = rows
    return found


def _period(kind: str, label: str, rows: Ints, made: Normalised) -> Period:
    days = made.days
    factor, error = weather_factor(days, Part.plain(rows))
    observed = float(np.mean(days.observed[rows]))
    wide = NormalDist().inv_cdf((1 + made.rule.level) / 2)
    adjusted = observed / factor
    return Period(
        kind, label, len(np.unique(made.frame.day[rows])), float(np.mean(days.published[rows])), observed, factor,
        adjusted, adjusted * float(np.exp(-wide * error)), adjusted * float(np.exp(wide * error)),
        float(np.mean(days.usual[rows])),
    )  # fmt: skip


def _changes(
    made: Normalised, months: Mapping[str, Ints]
) -> tuple[tuple[Change, ...], tuple[tuple[str, str, str], ...]]:
    found: list[Change] = []
    skipped: list[tuple[str, str, str]] = []
    for kind, first, second, common in _pairs(months, made.rule):
        rows = [np.concatenate([months[f"{year[:4]}-{month:02d}"] for month in common]) for year in (first, second)]
        crosses = made.crosses(*rows)
        if crosses and not made.converted.known:
            skipped.append((kind, first, second))
            continue
        made_split = made.compare(rows[0], rows[1], f"{first}/{second}")
        found.append(Change(kind, first, second, common, crosses, made_split))
    return tuple(found), tuple(skipped)


def _pairs(months: Mapping[str, Ints], rule: WeatherRule) -> list[tuple[str, str, str, tuple[int, ...]]]:
    """(kind, first, second, months): every year and month beside the newest one before that can stand against it.

    A year is compared over the months that both have, if they are enough; a month with the same month.
    """
    by_year: dict[int, set[int]] = {}
    for label in months:
        by_year.setdefault(int(label[:4]), set()).add(int(label[5:]))
    years = sorted(by_year)
    pairs = []
    for place, year in enumerate(years):
        for before in reversed(years[:place]):
            common = tuple(sorted(by_year[year] & by_year[before]))
            if len(common) >= rule.period_months:
                pairs.append(("year", str(before), str(year), common))
                break
    for label in months:
        year, month = int(label[:4]), int(label[5:])
        earlier = [one for one in years if one < year and month in by_year[one]]
        if earlier:
            pairs.append(("month", f"{earlier[-1]}-{month:02d}", label, (month,)))
    return pairs
