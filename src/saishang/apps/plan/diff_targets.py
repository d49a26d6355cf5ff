"""Targets of two versions set against each other: tightened, loosened, settled, moved, added, dropped. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from saishang.apps.plan.importer.document import Target, json_number

__all__ = ["TargetChange", "compare_targets", "pair_moved"]

#: How strongly a comparator binds when the number is the same: about, at least, more than.
_STRICTNESS = {"~": 0, ">=": 1, "<=": 1, ">": 2, "<": 2}


@dataclass
class TargetChange:
    """One target of a version that another version changed.

    `what` is added, dropped, tightened, loosened, settled (a withheld value was filled), withheld, rescheduled (another
    year), moved (the same promise now stands in another item) or changed; `year` is the new one.
    """

    what: str
    indicator: str
    year: int | None
    before: str | None
    after: str | None
    scope: str | None = None


def compare_targets(old: Sequence[Target], new: Sequence[Target]) -> list[TargetChange]:
    """Pair the targets of one item in two versions, the surest pairs first, and say what became of each."""
    left = list(new)
    pairs: list[tuple[Target, Target]] = []
    waiting = list(old)
    for same_year, same_scope in ((True, True), (True, False), (False, True)):
        rest = []
        for a in waiting:
            b = max(
                (b for b in left if _same(a, b, same_year, same_scope)),
                key=lambda t, a=a: (_alike(a.indicator, t.indicator), t.value == a.value),  # type: ignore[misc]
                default=None,
            )
            if b is None:
                rest.append(a)
                continue
            left.remove(b)
            pairs.append((a, b))
        waiting = rest
    order = {id(t): n for n, t in enumerate(new)}
    found = []
    for a, b in sorted(pairs, key=lambda pair: order[id(pair[1])]):
        what = _direction(a, b)
        if what is not None:
            years = a.year != b.year
            found.append(TargetChange(what, b.indicator, b.year, _say(a, years), _say(b, years), b.scope))
    found.extend(TargetChange("dropped", a.indicator, a.year, _say(a), None, a.scope) for a in waiting)
    found.extend(TargetChange("added", b.indicator, b.year, None, _say(b), b.scope) for b in left)
    return found


def pair_moved(changes: Sequence[tuple[str, str, list[TargetChange]]]) -> None:
    """Turn a target dropped in one item and added in another into one that moved; changes the lists in place.

    `changes` holds for every item its title before, its title after and its target changes.
    """
    for home, _, dropped in changes:
        for lost in [c for c in dropped if c.what == "dropped"]:
            for _, goal, added in changes:
                twin = next((c for c in added if c.what == "added" and _is_twin(lost, c)), None)
                if twin is None or added is dropped:
                    continue
                dropped.remove(lost)
                said = f"{twin.after}" if lost.before == twin.after else f"{lost.before} → {twin.after}"
                twin.what, twin.before, twin.after = "moved", f"{home}", f"{goal}（{said}）"
                break


def _is_twin(lost: TargetChange, found: TargetChange) -> bool:
    return lost.year == found.year and lost.before == found.after and _alike(lost.indicator, found.indicator) >= 0.8


def _alike(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _same(a: Target, b: Target, same_year: bool, same_scope: bool) -> bool:
    """Tell whether two targets are the same promise, perhaps with another number."""
    if a.unit != b.unit or a.change != b.change or a.frequency != b.frequency:
        return False
    if (same_year and a.year != b.year) or (same_scope and a.scope != b.scope):
        return False
    return _alike(a.indicator, b.indicator) >= 0.6 or a.indicator in b.indicator or b.indicator in a.indicator


def _direction(a: Target, b: Target) -> str | None:
    """Say what happened from `a` to `b`; None when nothing did."""
    if a.undetermined != b.undetermined:
        return "settled" if a.undetermined else "withheld"
    number = _by_number(a, b)
    if a.year == b.year or a.year is None or b.year is None:
        return number if number is not None or a.year == b.year else "rescheduled"
    sooner = "tightened" if b.year < a.year else "loosened"
    return sooner if number in (None, sooner) else "rescheduled"


def _by_number(a: Target, b: Target) -> str | None:
    if a.value is None or b.value is None:
        return None if (a.low, a.high, a.value) == (b.low, b.high, b.value) else "changed"
    if a.value != b.value:
        sign = next((c.comparator[0] for c in (b, a) if c.comparator[0] in "<>"), None)
        if sign is None or {a.comparator[0], b.comparator[0]} == {"<", ">"}:
            return "changed"
        # A larger lower limit and a smaller upper limit ask for more.
        return "tightened" if (b.value > a.value) == (sign == ">") else "loosened"
    if a.aspirational != b.aspirational:
        return "tightened" if a.aspirational else "loosened"
    if a.comparator == b.comparator:
        return None
    known = a.comparator in _STRICTNESS and b.comparator in _STRICTNESS
    if not known or {a.comparator[0], b.comparator[0]} == {"<", ">"}:
        return "changed"
    return "tightened" if _STRICTNESS[b.comparator] > _STRICTNESS[a.comparator] else "loosened"


def _say(t: Target, with_year: bool = False) -> str:
    number = (
        "**" if t.undetermined
        else f"{json_number(t.low)}—{json_number(t.high)}" if t.value is None else f"{json_number(t.value)}"
    )  # fmt: skip
    moved = {"drop": "下降", "rise": "提高"}.get(t.change or "", "")
    year = f"{t.year}年 " if with_year and t.year else ""
    return f"{year}{t.comparator} {moved}{number}{t.unit}" + ("（力争）" if t.aspirational else "")
