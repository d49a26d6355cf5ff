"""What the importer hands over: a plan as plain records, and their JSON form (`saishang plan parse --json`).

The key names are a contract with other programs (see docs/reference/plan-importer.md). Every record may carry more
keys than the contract names, never fewer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

__all__ = [
    "Chapter",
    "Commitment",
    "Duty",
    "InheritedOwner",
    "Item",
    "Owner",
    "PlanDocument",
    "Section",
    "Target",
    "Unresolved",
    "json_number",
]


def json_number(value: Decimal | None) -> int | float | None:
    """Give a JSON number that prints with the digits of the document: 90 stays 90, 3.5 stays 3.5."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


@dataclass
class Chapter:
    """A part of the plan at the highest numbered level (一、 or 第一章); `number` as written, without punctuation."""

    number: str | None
    title: str
    title_en: str = ""


@dataclass
class Section:
    """A numbered level between chapter and item; `chapter` is the number of its chapter."""

    number: str | None
    title: str
    chapter: str | None
    title_en: str = ""


@dataclass
class Owner:
    """Units that owe an item, in one role.

    `units` are as written (a prefix written once is not repeated), `agencies` their formal names in the same order
    without those that could not be resolved, `etc` is true for 等部门, `inherited` when the units were named once
    for many items, `measure` is the index of the measure at whose end the units stand (None: the whole item).
    """

    role: str
    units: list[str]
    agencies: list[str] = field(default_factory=list)
    etc: bool = False
    inherited: bool = False
    measure: int | None = None
    text: str = ""


@dataclass
class Target:
    """One number promised for one year; the comparator always speaks about the stated number."""

    at: str
    indicator: str
    comparator: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    year: int | None
    base_year: int | None
    change: str | None
    frequency: str | None
    scope: str | None
    aspirational: bool
    undetermined: bool
    text: str
    base_value: Decimal | None = None
    code: str = ""
    indicator_en: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form, numbers as JSON numbers."""
        data = asdict(self)
        for key in ("value", "low", "high", "base_value"):
            data[key] = json_number(data[key])
        return data


@dataclass
class Commitment:
    """A promise without a number: a state to reach, full coverage, a grade or a stage goal."""

    at: str
    subject: str
    state: str
    kind: str
    year: int | None
    aspirational: bool
    text: str
    code: str = ""
    subject_en: str = ""


@dataclass
class Duty:
    """Something that is owed again and again, or by a date, to somebody named."""

    what: str
    when: str | None
    to: str | None
    copy: str | None
    who: str | None = None
    at: str | None = None
    recurring: bool = True
    text: str = ""
    what_en: str = ""


@dataclass
class InheritedOwner:
    """Units named once for many items."""

    role: str
    units: list[str]
    agencies: list[str]
    applies_to: list[str]
    text: str


@dataclass
class Unresolved:
    """A unit that no table and no rule knows: a person has to settle it."""

    unit: str
    at: list[str]
    reason: str


@dataclass
class Item:
    """The lowest numbered unit of the plan, or a paragraph with a heading sentence where nothing is numbered."""

    id: str
    number: str | None
    title: str
    chapter: str | None
    section: str | None
    role: str
    measures: list[str] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    line: int = 0
    title_en: str = ""
    measures_en: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        data = asdict(self)
        data["targets"] = [t.to_dict() for t in self.targets]
        return data


@dataclass
class PlanDocument:
    """A whole plan as read."""

    title: str
    chapters: list[Chapter] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    inherited_owners: list[InheritedOwner] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    draft: str | None = None
    issuer_region: str | None = None
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form that `saishang plan parse --json` prints."""
        return {
            "title": self.title,
            "draft": self.draft,
            "issuer_region": self.issuer_region,
            "chapters": [asdict(c) for c in self.chapters],
            "sections": [asdict(s) for s in self.sections],
            "items": [i.to_dict() for i in self.items],
            "targets": [t.to_dict() for t in self.targets],
            "duties": [asdict(d) for d in self.duties],
            "inherited_owners": [asdict(o) for o in self.inherited_owners],
            "unresolved": [asdict(u) for u in self.unresolved],
            "commitments": [asdict(c) for c in self.commitments],
            "notes": list(self.notes),
        }

    def item(self, item_id: str) -> Item:
        """Give the item with this id; KeyError when there is none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)
