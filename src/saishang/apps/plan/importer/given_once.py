"""Owners named once for many items (behind a section, 以下任务均需…落实, 列第一位者为牵头单位), and names left over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from saishang.apps.plan.importer.agencies import AgencyResolver
from saishang.apps.plan.importer.document import InheritedOwner, Item, Owner, PlanDocument, Unresolved
from saishang.apps.plan.importer.owners import promote_first, resolve_units

__all__ = ["apply_first_leads", "apply_inherited", "apply_section_owners", "list_unresolved"]


def apply_section_owners(document: PlanDocument, groups: Sequence[tuple[list[Item], list[Owner], str]]) -> None:
    """Give the owners of a section (items, owners, title) to those of its items that name nobody."""
    for items, owners, title in groups:
        open_items = [i for i in items if not any(not o.inherited for o in i.owners)]
        for owner in owners:
            shared = replace(owner, inherited=True, measure=None)
            for item in open_items:
                item.owners.append(replace(shared))
            document.inherited_owners.append(
                InheritedOwner(owner.role, owner.units, owner.agencies, [i.id for i in items], f"{title}：{owner.text}")
            )


def apply_first_leads(document: PlanDocument, said_at: Item, resolver: AgencyResolver) -> None:
    """Make the first unit of every list the lead from the item on where the plan says so."""
    start = document.items.index(said_at)
    if said_at.role == "preamble" or start == len(document.items) - 1:
        start = 0
    for item in document.items[start:]:
        measures = list(dict.fromkeys(o.measure for o in item.owners))
        item.owners = [o for m in measures for o in promote_first([x for x in item.owners if x.measure == m], resolver)]


def apply_inherited(document: PlanDocument, clauses: Sequence[tuple[Item, Owner]]) -> None:
    """Put the units of 以下任务均需…落实 (with the item where it stands) under every task it speaks of."""
    for here, owner in clauses:
        start = document.items.index(here)
        items = [i for i in document.items if i.role == "task"]
        if here.role != "preamble" and not re.match("上述|以上|本方案|各项", owner.text):
            items = [i for i in items if document.items.index(i) >= start]
        for item in items:
            item.owners.append(replace(owner, inherited=True))
        document.inherited_owners.append(
            InheritedOwner(owner.role, owner.units, owner.agencies, [i.id for i in items], owner.text)
        )


def list_unresolved(document: PlanDocument, resolver: AgencyResolver) -> None:
    """List the names that could not be resolved, with the items where they stand."""
    missing: dict[str, list[str]] = {}
    for item in document.items:
        for owner in item.owners:
            if len(owner.agencies) == len(owner.units):
                continue
            for i, unit in enumerate(owner.units):
                before = resolve_units(owner.units[:i], resolver)
                if len(resolve_units(owner.units[: i + 1], resolver)) == len(before):
                    places = missing.setdefault(unit, [])
                    if item.id not in places:
                        places.append(item.id)
    document.unresolved.extend(
        Unresolved(unit, at, "no agency in the table and no general rule has this name") for unit, at in missing.items()
    )
