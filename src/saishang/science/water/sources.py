"""Drinking-water sources (集中式饮用水水源): tables 1 to 3 of GB 3838, and the shares of sources that comply.

A surface source complies when its table 1 class is Ⅲ or better and no supplementary or specific item is over its
limit. Two shares are published: by the number of sources and by the water they give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.detection import HALF, measured
from saishang.science.groundwater.classes import Groundwater, classify
from saishang.science.numbers import InputError, Number, non_negative
from saishang.science.water.limits import Body
from saishang.science.water.section import SectionRule, evaluate_section

__all__ = [
    "Shares", "SourceResult", "SourceRule", "SourceState", "Verdict", "YearVerdict", "compliance_shares",
    "evaluate_source", "judge_groundwater", "judge_surface", "shares", "year_verdict",
]  # fmt: skip

#: When a source complies in a year: in every month, or by the mean of the months.
YearVerdict = Literal["every_month", "mean"]


@dataclass(frozen=True)
class SourceRule:
    """Limits of tables 2 and 3 by parameter, and the class that table 1 must keep."""

    supplementary: Mapping[str, Fraction]
    specific: Mapping[str, Fraction]
    limit_class: int = 3
    left_out: frozenset[str] = frozenset()
    multiple_decimals: int = 2
    share_decimals: int = 1
    below_share: Fraction = HALF
    year_verdict: YearVerdict = "every_month"

    def limit(self, parameter: str) -> Fraction:
        """Limit of a table 2 or 3 item.

        Raises
        ------
        InputError
            When neither table has the item.
        """
        found = self.supplementary.get(parameter, self.specific.get(parameter))
        if found is None:
            raise InputError(
                f"Neither table 2 nor table 3 of GB 3838 has {parameter}.", fix="Give table 1 items by their class."
            )
        return found


@dataclass(frozen=True)
class SourceResult:
    """Verdict on a source; `compliant` is None when nothing is over but a class or an item asked for is not known."""

    compliant: bool | None
    over: tuple[tuple[str, Fraction], ...]
    missing: tuple[str, ...] = ()


def evaluate_source(table1_class: int | None, items: Mapping[str, object], rule: SourceRule) -> SourceResult:
    """Judge one surface source.

    Parameters
    ----------
    table1_class:
        Class by table 1, 1 … 6; None when it was not evaluated.
    items:
        Supplementary and specific items: parameter → value [mg/L]; None = asked for, but without a value.

    Returns
    -------
    Items over their limit with the multiple (C - limit) / limit, the largest first.
    """
    over, missing = [], []
    for parameter, value in items.items():
        limit = rule.limit(parameter)
        read = measured(value, name=parameter, share=rule.below_share)
        if read is None:
            missing.append(parameter)
        elif read.value > limit:
            over.append((parameter, (read.value - limit) / limit))
    over.sort(key=lambda pair: (-pair[1], pair[0]))
    bad = bool(over) or (table1_class is not None and table1_class > rule.limit_class)
    # What is asked for and not there may be over its limit: that is no pass.
    verdict = False if bad else (None if table1_class is None or missing else True)
    return SourceResult(verdict, tuple(over), tuple(missing))


def compliance_shares(sources: Sequence[tuple[Number | None, bool]]) -> tuple[Fraction, Fraction | None]:
    """Shares of compliant sources [%] by number and by volume (None when no water was taken, or one is not known).

    Parameters
    ----------
    sources:
        (water taken, whether the source complies) of each.
    """
    if not sources:
        raise InputError("The share needs at least one source.", fix="Give [volume, true or false] of each source.")
    found = shares([SourceState(good, non_negative(volume, name="volume")) for volume, good in sources])
    return Fraction(100 * found.complying, found.evaluated), found.by_volume


@dataclass(frozen=True)
class Verdict:
    """What one month (or the mean of a year) says about a source.

    Attributes
    ----------
    compliant:
        None while something that was asked for is missing and nothing is over.
    number:
        Class of surface water by table 1 (1 to 6), of groundwater 1 to 5; None without one.
    over:
        Items over their limit with the exceedance multiple, the largest first; None where an item has none (pH).
    missing:
        Items asked for without a value.
    short:
        Specific items (table 3) asked for beyond those that have a value.
    items:
        How many items had a value.
    """

    compliant: bool | None
    number: int | None
    over: tuple[tuple[str, Fraction | None], ...]
    missing: tuple[str, ...]
    short: int
    items: int


def judge_surface(
    values: Mapping[str, object], section: SectionRule, rule: SourceRule, *, body: Body = "river",
    specific_asked: int = 0,
) -> Verdict:  # fmt: skip
    """Judge a surface source by tables 1, 2 and 3 of GB 3838-2002.

    Parameters
    ----------
    values:
        Parameter → value of the month [unit of the parameter]; parameters of no table are passed over.
    section:
        How table 1 is judged; its items without `rule.left_out` are all asked for.
    specific_asked:
        How many items of table 3 are asked for.

    One item over its limit is no pass whatever is missing; without one, everything asked for has to be there.
    """
    asked = section.items - rule.left_out
    first = evaluate_section(values, section, body, only=asked)
    worst = {name: item for name, item in first.items.items() if item.number > rule.limit_class}
    over: list[tuple[str, Fraction | None]] = [(name, item.multiple) for name, item in worst.items()]
    others = {
        name: value for name, value in values.items() if name in rule.supplementary or name in rule.specific
    }  # fmt: skip
    second = evaluate_source(None, {**dict.fromkeys(rule.supplementary), **others}, rule)
    over += second.over
    missing = [*sorted(asked - first.items.keys()), *(name for name in second.missing if name in rule.supplementary)]
    specific = sum(name in rule.specific and name not in second.missing for name in others)
    short = max(0, specific_asked - specific)
    return Verdict(
        False if over else (None if missing or short else True),
        max((item.number for item in first.items.values()), default=None), _ordered(over), tuple(missing), short,
        len(first.items) + len(rule.supplementary) + specific - sum(n in rule.supplementary for n in second.missing),
    )  # fmt: skip


def judge_groundwater(values: Mapping[str, object], standard: Groundwater, *, limit_class: int = 3) -> Verdict:
    """Judge a groundwater source by GB/T 14848-2017: every routine item at class III or better.

    Parameters
    ----------
    values:
        Item (any spelling) → value [unit of the item]; names that the standard does not know are passed over.
    """
    known = {name: value for name, value in values.items() if name in standard.items}
    routine = [key for key, item in standard.items.items() if item.group == "routine"]
    if not known:
        return Verdict(None, None, (), tuple(routine), 0, 0)
    found = classify(known, standard)
    told = {item.item: item for item in found.items if item.number is not None}
    over = []
    for item in told.values():
        if item.number is not None and item.number > limit_class:
            bound = standard.items[item.item].high[limit_class - 1]
            fits = item.value is not None and bound is not None and bound > 0 and item.value > bound
            multiple = (item.value - bound) / bound if fits and item.value is not None and bound is not None else None
            over.append((item.item, None if standard.items[item.item].kind == "range" else multiple))
    missing = tuple(key for key in routine if key not in told)
    return Verdict(
        False if over else (None if missing else True), found.number, _ordered(over), missing, 0, len(told)
    )  # fmt: skip


def _ordered(over: Sequence[tuple[str, Fraction | None]]) -> tuple[tuple[str, Fraction | None], ...]:
    return tuple(sorted(over, key=lambda pair: (pair[1] is None, -(pair[1] or 0), pair[0])))


def year_verdict(months: Sequence[bool | None]) -> bool | None:
    """Whether a source complied in every month: one month that did not is enough, one that is not known is no pass.

    >>> year_verdict([True, None, False])
    False
    """
    if any(month is False for month in months):
        return False
    return True if months and all(months) else None


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source in a period: verdict, water taken [any unit], and how much of it complied (None: all or nothing)."""

    compliant: bool | None
    volume: Fraction | None
    compliant_volume: Fraction | None = None


@dataclass(frozen=True)
class Shares:
    """Shares of compliant sources among those that were judged [%]; None where there is nothing to share.

    `by_volume` is None too when a judged source lacks its volume: what is not known is neither nothing nor all.
    """

    sources: int
    evaluated: int
    complying: int
    by_number: Fraction | None
    volume: Fraction | None
    complying_volume: Fraction | None
    by_volume: Fraction | None

    @property
    def complete(self) -> bool:
        """Whether every source was judged."""
        return self.sources == self.evaluated


def shares(states: Sequence[SourceState]) -> Shares:
    """Both published shares: by the number of sources and by the water they give."""
    known = [state for state in states if state.compliant is not None]
    complying = sum(bool(state.compliant) for state in known)
    by_number = Fraction(100 * complying, len(known)) if known else None
    volumes = [state.volume for state in known if state.volume is not None]
    if not known or len(volumes) < len(known):
        return Shares(len(states), len(known), complying, by_number, None, None, None)
    total = sum(volumes, Fraction(0))
    kept = sum((_complied(state) for state in known), Fraction(0))
    return Shares(
        len(states), len(known), complying, by_number, total, kept, kept * 100 / total if total else None
    )  # fmt: skip


def _complied(state: SourceState) -> Fraction:
    if state.compliant_volume is not None:
        return state.compliant_volume
    return state.volume if state.compliant and state.volume is not None else Fraction(0)
