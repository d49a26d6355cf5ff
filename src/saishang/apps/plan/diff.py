"""What changed between two versions of a plan: tasks merged, split, moved, renamed; owners; targets. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from saishang.apps.plan.diff_targets import TargetChange, compare_targets, pair_moved
from saishang.apps.plan.importer.document import Item, PlanDocument

__all__ = ["ItemChange", "PlanDiff", "TargetChange", "diff_plans"]

_COMPARED = ("task", "safeguard", "step")
#: Below this likeness two items are different; above the second they are surely the same.
_LIKE, _SURE = 0.42, 0.9
#: Share of an item's measures that must turn up in another item for it to count as taken over.
_TAKEN_OVER = 0.34


@dataclass
class ItemChange:
    """One item (or several that became one, or one that became several)."""

    kinds: list[str]
    before: list[str]
    after: list[str]
    title_before: str
    title_after: str
    owners_added: list[str] = field(default_factory=list)
    owners_dropped: list[str] = field(default_factory=list)
    roles_changed: list[str] = field(default_factory=list)
    measures_added: list[str] = field(default_factory=list)
    measures_dropped: list[str] = field(default_factory=list)
    targets: list[TargetChange] = field(default_factory=list)
    moved_from: str | None = None
    moved_to: str | None = None


@dataclass
class PlanDiff:
    """All changes; items that did not change are only counted."""

    before: str
    after: str
    items_before: int
    items_after: int
    unchanged: int
    changes: list[ItemChange]

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        from dataclasses import asdict

        return asdict(self)


def diff_plans(before: PlanDocument, after: PlanDocument, names: tuple[str, str] = ("1", "2")) -> PlanDiff:
    """Compare two versions.

    Items are matched by title first, then by how much of their measures they share; what is left over is merged into
    or split from the item that took over most of it, else dropped or added.
    """
    old = [i for i in before.items if i.role in _COMPARED]
    new = [i for i in after.items if i.role in _COMPARED]
    pairs = _match(old, new)
    matched_old = {id(a) for a, _ in pairs}
    matched_new = {id(b) for _, b in pairs}
    # A sentence that an item has kept word for word from its own earlier self is no sign of another item's in it: plans
    # say 制定清单、明确责任 in every task.
    fresh = {id(b): list(b.measures) for b in new}
    fresh |= {id(b): [m for m in b.measures if m not in a.measures] for a, b in pairs}
    gone = {id(a): list(a.measures) for a in old}
    gone |= {id(a): [m for m in a.measures if m not in b.measures] for a, b in pairs}
    merged: dict[int, list[Item]] = {}
    dropped: list[Item] = []
    # What went over word for word is settled first, and its sentences speak for no other item.
    for item in sorted((i for i in old if id(i) not in matched_old), key=lambda i: -_verbatim(i, new, fresh)):
        home, share = _likeliest(item, new, fresh)
        if home is not None and share >= _TAKEN_OVER:
            merged.setdefault(id(home), []).append(item)
            fresh[id(home)] = [m for m in fresh[id(home)] if m not in item.measures]
        else:
            dropped.append(item)
    for several in merged.values():
        several.sort(key=old.index)
    split: dict[int, list[Item]] = {}
    added: list[Item] = []
    for item in (i for i in new if id(i) not in matched_new):
        if id(item) in merged:
            continue
        source, share = _likeliest(item, old, gone)
        if source is not None and share >= _TAKEN_OVER and id(source) in matched_old:
            split.setdefault(id(source), []).append(item)
        else:
            added.append(item)
    changes, unchanged = [], 0
    for a, b in pairs:
        change = _compare([a, *merged.pop(id(b), [])], [b, *split.get(id(a), [])], before, after)
        if change.kinds:
            changes.append(change)
        else:
            unchanged += 1
    for item in new:  # several old items became one that resembles none of them by title
        if id(item) in merged:
            changes.append(_compare(merged.pop(id(item)), [item], before, after))
    changes.extend(_compare([i], [], before, after) for i in dropped)
    changes.extend(_compare([], [i], before, after) for i in added)
    goals = _goals(before, after)
    pair_moved([(c.title_before, c.title_after, c.targets) for c in [*goals, *changes]])
    changes = [c for c in [*goals, *changes] if c.targets or set(c.kinds) - {"targets"}]
    for change in changes:
        if not change.targets and "targets" in change.kinds:
            change.kinds.remove("targets")
    position = {i.id: n for n, i in enumerate(after.items)}
    place = {i.id: n for n, i in enumerate(before.items)}
    changes.sort(key=lambda c: position[c.after[0]] if c.after else place[c.before[0]])
    return PlanDiff(names[0], names[1], len(old), len(new), unchanged, changes)


def _goals(before: PlanDocument, after: PlanDocument) -> list[ItemChange]:
    """Targets of the plan as a whole: what stands under 总体要求 and 主要目标, compared as one."""
    old = [i for i in before.items if i.role == "preamble" and i.targets]
    new = [i for i in after.items if i.role == "preamble" and i.targets]
    change = ItemChange(
        ["targets"], [i.id for i in old], [i.id for i in new],
        "、".join(i.title for i in old), "、".join(i.title for i in new),
        targets=compare_targets([t for i in old for t in i.targets], [t for i in new for t in i.targets]),
    )  # fmt: skip
    return [change] if change.targets else []


def _ratio(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _likeness(a: Item, b: Item) -> float:
    """Title counts for half, measures for half; without measures on both sides the title decides."""
    title = _ratio(a.title, b.title)
    if title >= _SURE or not a.measures or not b.measures:
        return title
    return max(title * 0.55 + 0.45 * (_taken_over(a, b) + _taken_over(b, a)) / 2, title * 0.85)


def _taken_over(item: Item, other: Item) -> float:
    """Share of the measures of `item` that stand, perhaps reworded, in `other`."""
    return _share(item.measures, other.measures)


def _share(measures: Sequence[str], others: Sequence[str]) -> float:
    return sum(_found(m, others) for m in measures) / len(measures) if measures else 0.0


def _same(item: Item, measures: Sequence[str]) -> int:
    """How many measures of `item` stand word for word in `measures`, alone or within a longer one."""
    return sum(any(m in n or n in m for n in measures) for m in item.measures)


def _verbatim(item: Item, others: Sequence[Item], own: Mapping[int, Sequence[str]]) -> int:
    return max((_same(item, own[id(other)]) for other in others), default=0)


def _likeliest(item: Item, others: Sequence[Item], own: Mapping[int, Sequence[str]]) -> tuple[Item | None, float]:
    """Find the item that took over most of `item`, word for word before reworded; with the share taken over.

    `own` gives of every item the measures that are not yet explained, by its partner or by another item's merging.
    """
    ranked = [(_share(item.measures, own[id(o)]), _same(item, own[id(o)]), -n) for n, o in enumerate(others)]
    if not ranked:
        return None, 0.0
    share, _, place = max(ranked, key=lambda r: (r[1] > 0, *r))
    return others[-place], share


def _found(measure: str, others: Iterable[str]) -> bool:
    for other in others:
        if measure == other or measure in other or other in measure:
            return True
        # quick_ratio is an upper limit of ratio: it spares most of the slow comparisons.
        matcher = SequenceMatcher(None, measure, other, autojunk=False)
        if matcher.quick_ratio() >= 0.65 and matcher.ratio() >= 0.65:
            return True
    return False


def _match(old: Sequence[Item], new: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Pair items one to one, the likest first; equal titles before everything else."""
    scored = []
    for n, a in enumerate(old):
        for m, b in enumerate(new):
            if a.role != b.role and a.title != b.title:
                continue
            score = 2.0 if a.title == b.title else _likeness(a, b)
            if score >= _LIKE:
                scored.append((-score, abs(n - m), n, m))
    used_old: set[int] = set()
    used_new: set[int] = set()
    pairs = []
    for _, _, n, m in sorted(scored):
        if n not in used_old and m not in used_new:
            used_old.add(n)
            used_new.add(m)
            pairs.append((n, m))
    return [(old[n], new[m]) for n, m in sorted(pairs, key=lambda p: p[1])]


def _owners(items: Sequence[Item], document: PlanDocument) -> dict[str, str]:
    """Role of every owner by its formal name; a unit nobody has settled stands under the name as written."""
    unsettled = {row.unit for row in document.unresolved}
    return {
        name: owner.role
        for item in items
        for owner in item.owners
        for name in ([*owner.agencies, *(u for u in owner.units if u in unsettled)] or owner.units)
    }


def _compare(old: list[Item], new: list[Item], before: PlanDocument, after: PlanDocument) -> ItemChange:
    kinds: list[str] = []
    first_old, first_new = (old[0] if old else None), (new[0] if new else None)
    change = ItemChange(
        kinds, [i.id for i in old], [i.id for i in new],
        "、".join(i.title for i in old), "、".join(i.title for i in new),
    )  # fmt: skip
    if not old:
        kinds.append("added")
    if not new:
        kinds.append("dropped")
    if len(old) > 1:
        kinds.append("merged")
    if len(new) > 1:
        kinds.append("split")
    if first_old and first_new:
        if first_old.title != first_new.title and len(old) == 1:
            kinds.append("renamed")
        places = _place(first_old, before), _place(first_new, after)
        if places[0] != places[1]:
            kinds.append("moved")
            change.moved_from, change.moved_to = places
    owners_old, owners_new = _owners(old, before), _owners(new, after)
    change.owners_added = [n for n in owners_new if n not in owners_old]
    change.owners_dropped = [n for n in owners_old if n not in owners_new]
    change.roles_changed = [
        f"{n}: {owners_old[n]} → {owners_new[n]}"
        for n in owners_new
        if n in owners_old and owners_old[n] != owners_new[n]
    ]
    if old and new and (change.owners_added or change.owners_dropped or change.roles_changed):
        kinds.append("owners")
    measures_old = [m for i in old for m in i.measures]
    measures_new = [m for i in new for m in i.measures]
    change.measures_added = [m for m in measures_new if not _found(m, measures_old)]
    change.measures_dropped = [m for m in measures_old if not _found(m, measures_new)]
    if old and new and (change.measures_added or change.measures_dropped):
        kinds.append("measures")
    change.targets = compare_targets([t for i in old for t in i.targets], [t for i in new for t in i.targets])
    if old and new and change.targets:
        kinds.append("targets")
    return change


def _place(item: Item, document: PlanDocument) -> str:
    """The heading above an item, by its words: a new number alone is no move."""
    section = next((s.title for s in document.sections if s.number == item.section and s.chapter == item.chapter), None)
    chapter = next((c.title for c in document.chapters if c.number == item.chapter), item.chapter)
    return section or chapter or ""
