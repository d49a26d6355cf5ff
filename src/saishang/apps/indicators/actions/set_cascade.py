"""Split a target over the regions below (分解目标): every part a version of its own, the arithmetic checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction

from saishang.apps.indicators.actions.set_target import (
    Change,
    changeable,
    expect_version,
    lock_targets,
    log_change,
    no_part,
    write_version,
)
from saishang.apps.indicators.models import TargetVersion
from saishang.apps.indicators.target_settings import (
    Cascade,
    SettingRefused,
    Start,
    TargetSetting,
    plain_setting,
    refused,
)
from saishang.apps.indicators.target_view import Home, TargetObject, candidates, target_object
from saishang.errors import Fault
from saishang.rules import Rules
from saishang.science.cascade import Check, Combine, Part, check

__all__ = ["PartRow", "Split", "check_split", "dissolve_cascade", "set_cascade"]


@dataclass(frozen=True)
class PartRow:
    """One region's line of a split: its goal (None = not set yet), weight and baseline, or why it carries no part."""

    region: str
    goal: Decimal | None = None
    weight: Decimal | None = None
    baseline: Start | None = None
    exempt: str = ""


@dataclass(frozen=True)
class Split:
    """A split as an office enters it: how parts combine, where weights stand, and why a gap is accepted, if it is."""

    combine: Combine
    rows: tuple[PartRow, ...]
    weights_from: str = ""
    accepted: str = ""
    demonstration: bool = False

    @property
    def members(self) -> tuple[PartRow, ...]:
        """Lines that carry a part."""
        return tuple(row for row in self.rows if not row.exempt)


def check_split(known: TargetObject, split: Split) -> Check | None:
    """Whether the goals of a split add up to the level that stands; None where the target has no level."""
    if known.level is None or known.indicator is None:
        return None
    parts = [Part(row.region, row.goal, row.weight) for row in split.members]
    return check(known.level, known.comparator, parts, split.combine, direction=known.indicator.direction)


def set_cascade(
    change: Change, rules: Rules, home: Home, target: str, region: str, split: Split, *, expected: int | None = None
) -> TargetVersion:
    """Permission → check → change → log: a version for the whole, and one for every part that changes.

    A region that was a part and no longer is loses what was set about its part. What was set about path, tolerance and
    owners of a part stays.

    Parameters
    ----------
    region:
        The region whose target is split: the plan's own, or one that carries a part itself (a city over its counties).

    Raises
    ------
    SettingRefused
        Without permission, reason or document; when regions are left out without saying why, parts lack weights, or do
        not add up and nobody says why that is accepted; when nothing changes or somebody else was faster.
    """
    changeable(change)
    with transaction.atomic():
        lock_targets()
        known = target_object(rules, home, target, region, change.effective)
        faults = [*change.faults(), *_unlike(rules, known, split)]
        if faults:
            raise refused(faults)
        expect_version(known, expected)
        members = split.members
        cascade = Cascade(
            split.combine, tuple(row.region for row in members),
            {row.region: row.exempt for row in split.rows if row.exempt}, split.weights_from.strip(),
            split.accepted.strip(),
        )  # fmt: skip
        made = [
            version for row in members if (version := _part(change, rules, home, target, row, split, known)) is not None
        ]
        gone = [part.region for part in known.parts if part.region not in cascade.members]
        for code in gone:
            _leave(change, rules, home, target, code)
        whole = replace(known.setting, cascade=cascade)
        if not made and not gone and plain_setting(whole) == plain_setting(known.setting):
            raise SettingRefused("nothing changes by this split", fix="change something, or leave it")
        version = write_version(change, home.plan, target, region, whole)
        _log(change, "indicators.set_cascade", version, known, cascade, {r.region: r.goal for r in members})
    return version


def dissolve_cascade(
    change: Change, rules: Rules, home: Home, target: str, region: str, *, expected: int | None = None
) -> TargetVersion:
    """Take a split back: its parts cease, the whole stays.

    Raises
    ------
    SettingRefused
        As `set_cascade`; when there is no split, or a part is itself split further.
    """
    changeable(change)
    with transaction.atomic():
        lock_targets()
        known = target_object(rules, home, target, region, change.effective)
        if known.setting.cascade is None:
            raise SettingRefused("this target is not split", fix="there is nothing to dissolve")
        if faults := change.faults():
            raise refused(faults)
        expect_version(known, expected)
        for part in known.parts:
            _leave(change, rules, home, target, part.region)
        left = replace(known.setting, cascade=None)
        version = write_version(change, home.plan, target, region, left, withdrawn=left.empty)
        _log(change, "indicators.dissolve_cascade", version, known, None, {})
    return version


def _part(
    change: Change, rules: Rules, home: Home, target: str, row: PartRow, split: Split, whole: TargetObject
) -> TargetVersion | None:
    """The new version of a part; None when it stays as it is."""
    known = target_object(rules, home, target, row.region, change.effective)
    setting = replace(
        known.setting, goal=row.goal, weight=row.weight, baseline=row.baseline, demonstration=split.demonstration,
        comparator=whole.comparator if row.goal is not None else None,
    )  # fmt: skip
    if known.version and plain_setting(setting) == plain_setting(known.setting):
        return None
    return write_version(change, home.plan, target, row.region, setting)


def _leave(change: Change, rules: Rules, home: Home, target: str, region: str) -> None:
    known = target_object(rules, home, target, region, change.effective)
    if known.setting.cascade is not None:
        name = rules.regions[region]["zh"]
        raise SettingRefused(f"the part of {name} is itself split further", fix="dissolve that split first")
    if known.version:
        write_version(change, home.plan, target, region, TargetSetting(), withdrawn=True)


def _unlike(rules: Rules, known: TargetObject, split: Split) -> list[Fault]:
    """Everything that keeps a split from being taken."""
    found: list[Fault] = []
    if known.goal.region != known.region:
        return [no_part()]
    if known.indicator is None:
        return [Fault("target", "a split needs an indicator, and the catalogue has none for this target",
                      "add the indicator to the catalogue first")]  # fmt: skip
    if known.level is None:
        return [Fault("target", "a split needs the goal of the whole, and it is not set", "set the goal first")]
    given = [row.region for row in split.rows]
    for code in sorted({code for code in given if given.count(code) > 1}):
        found.append(Fault("region", f"expected every region once; got {code} again", "leave one of its lines"))
    direct, lowest = candidates(rules, known.region), candidates(rules, known.region, "counties")
    owed = direct if set(given) <= set(direct) else lowest
    strange = [code for code in given if code not in owed]
    if strange:
        found.append(Fault("region", f"expected regions of one level below {known.region}; got {', '.join(strange)}",
                           "take cities and bases, or counties and districts"))  # fmt: skip
    left = [code for code in owed if code not in given]
    if left and not strange:
        names = "、".join(str(rules.regions[code]["zh"]) for code in left)
        found.append(Fault("region", f"a split names every region, and these are left out: {names}",
                           "give them a part, or say why they carry none"))  # fmt: skip
    if not split.members:
        found.append(Fault("region", "a split needs at least one part; got none", "give a region a part"))
    for row in split.members:
        if known.share and row.goal is not None and not 0 <= row.goal <= 100:
            found.append(Fault(row.region, f"expected a share from 0 to 100 %; got {row.goal:f}", "enter per cent"))
        if row.weight is not None and row.weight <= 0:
            found.append(
                Fault(row.region, f"expected a weight above 0; got {row.weight:f}", "enter the base it stands for")
            )
        if row.baseline is not None and known.goal.year is not None and row.baseline.year >= known.goal.year:
            found.append(Fault(row.region, f"expected a base year before the goal's year {known.goal.year}; got "
                               f"{row.baseline.year}", "choose an earlier year"))  # fmt: skip
    return found or _sum_faults(known, split)


def _sum_faults(known: TargetObject, split: Split) -> list[Fault]:
    made = check_split(known, split)
    if made is None or known.level is None:
        return []
    level = f"{known.level.normalize():f}"
    found = [Fault(code, "a weighted mean needs the weight of every part; one lacks", "enter it, or combine otherwise")
             for code in made.unweighted]  # fmt: skip
    if split.combine == "weighted" and not split.weights_from.strip():
        found.append(Fault("weights_from", "weights need the place where they stand; got none",
                           "name the table, its year and who keeps it"))  # fmt: skip
    if made.kept is False and not split.accepted.strip():
        if made.short:
            message = f"expected every part to keep the goal {level}; these do not: {', '.join(made.short)}"
        else:
            total = f"{float(made.value or 0):.6g}"
            message = f"the parts make {total} together, which does not keep the goal {level}"
        found.append(Fault("accepted", message, "change the parts, or say why the gap is accepted"))
    return found


def _log(
    change: Change,
    verb: str,
    version: TargetVersion,
    known: TargetObject,
    cascade: Cascade | None,
    parts: dict[str, Decimal | None],
) -> None:
    before = {part.region: None if part.goal is None else str(part.goal) for part in known.parts}
    told = {
        "combine": cascade.combine if cascade is not None else None,
        "exempt": dict(cascade.exempt) if cascade is not None else {},
        "accepted": cascade.accepted if cascade is not None else "",
        "parts": {code: None if goal is None else f"{goal.normalize():f}" for code, goal in parts.items()},
    }  # fmt: skip
    log_change(change, verb, version, {"parts": before}, told)
