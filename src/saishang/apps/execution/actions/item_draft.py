"""What somebody wants an item to say, and everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from saishang.apps.execution.known import Known
from saishang.apps.execution.models import ItemUnit, WorkItem
from saishang.errors import Fault
from saishang.science.execution.periods import CADENCES

__all__ = ["ItemDraft", "MilestoneDraft", "draft_faults", "draft_of", "tidy"]

_KINDS = tuple(name for name, _ in WorkItem.KINDS)
_ROLES = tuple(name for name, _ in ItemUnit.ROLES)
_LONG_TITLE, _LONG_STEP, _LONG_TEXT, _MOST_STEPS = 300, 200, 20_000, 60
_MOST_BUDGET, _MOST_WEIGHT = Decimal(10) ** 12, Decimal(9999)
#: Budgets and weights are kept to so many decimals.
_DECIMALS = 2


@dataclass(frozen=True)
class MilestoneDraft:
    """A milestone; `pk` of the one that it changes, None for a new one."""

    title: str
    due: date | None = None
    weight: Decimal = Decimal(1)
    pk: int | None = None


@dataclass(frozen=True)
class ItemDraft:
    """Everything that an item says; codes as text, `budget` in 万元 (10 000 CNY)."""

    task: str
    kind: str
    title: str
    organisation: str
    content: str = ""
    expected: str = ""
    region: str = ""
    programme: str = ""
    start: date | None = None
    due: date | None = None
    budget: Decimal | None = None
    targets: tuple[str, ...] = ()
    cadence: str = "quarter"
    parent: str = ""
    #: (code of an organisation, role)
    units: tuple[tuple[str, str], ...] = ()
    milestones: tuple[MilestoneDraft, ...] = ()


def draft_of(item: WorkItem) -> ItemDraft:
    """What an item says now."""
    units = item.units.select_related("organisation")
    return ItemDraft(
        item.task, item.kind, item.title, item.organisation.code, item.content, item.expected, item.region,
        item.programme, item.start, item.due, item.budget, tuple(item.targets), item.cadence,
        item.parent.code if item.parent else "", tuple((unit.organisation.code, unit.role) for unit in units),
        tuple(MilestoneDraft(step.title, step.due, step.weight, step.pk) for step in item.milestones.all()),
    )  # fmt: skip


def tidy(draft: ItemDraft) -> ItemDraft:
    """The same draft as it is kept: no blanks around words, one kind of line end, units and targets in one order.

    A form that comes back as it went out must not look like a change.
    """
    return replace(
        draft, title=_line(draft.title), content=_text(draft.content), expected=_text(draft.expected),
        targets=tuple(sorted(dict.fromkeys(draft.targets))), units=tuple(sorted(draft.units)),
        milestones=tuple(replace(step, title=_line(step.title)) for step in draft.milestones),
    )  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def draft_faults(draft: ItemDraft, there: Known) -> list[Fault]:
    """Every fault, beside its field; the parent is checked by the action, which sees the rows."""
    faults = [*_codes(draft, there), *_words(draft), *_days(draft)]
    if draft.budget is not None and not (_kept(draft.budget) and 0 <= draft.budget < _MOST_BUDGET):
        faults.append(Fault("budget", f"expected a budget from 0 in 万元 with at most two decimals; got {draft.budget}",
                            "check the unit"))  # fmt: skip
    if len(draft.milestones) > _MOST_STEPS:
        faults.append(Fault("milestones", f"expected at most {_MOST_STEPS} milestones; got {len(draft.milestones)}",
                            "break the item into several"))  # fmt: skip
    for number, step in enumerate(draft.milestones, start=1):
        faults += _step(number, step)
    return faults


def _codes(draft: ItemDraft, there: Known) -> list[Fault]:
    faults = []
    for field, value, table, what in (
        ("task", draft.task, there.tasks, "a task of the plan"),
        ("kind", draft.kind, _KINDS, "a kind of item"),
        ("organisation", draft.organisation, there.organisations, "the code of an organisation that exists"),
        ("region", draft.region, there.regions, "the code of a region, or nothing"),
        ("programme", draft.programme, there.programmes, "a programme of the plan, or nothing"),
        ("cadence", draft.cadence, CADENCES, "month, quarter, year, or nothing"),
    ):
        must = field in ("task", "kind", "organisation")
        if (value or must) and value not in table:
            known = ", ".join(list(table)[:8])
            faults.append(Fault(field, f"expected {what}; got {value[:40]!r}", f"use one of: {known}"))
    for code in draft.targets:
        if code not in there.targets:
            faults.append(Fault("targets", f"expected a target of the plan; got {code[:40]!r}", "look at the targets"))
    seen: set[str] = set()
    for code, role in draft.units:
        if code not in there.organisations:
            faults.append(Fault("units", f"expected the code of an organisation that exists; got {code[:40]!r}",
                                "look at the organisations"))  # fmt: skip
        elif code == draft.organisation or code in seen:
            faults.append(Fault("units", f"expected each organisation once; got {code} again", "leave it out here"))
        if role not in _ROLES:
            faults.append(Fault("units", f"expected one of {', '.join(_ROLES)}; got {role[:20]!r}", "choose one"))
        seen.add(code)
    return faults


def _words(draft: ItemDraft) -> list[Fault]:
    faults = []
    if not draft.title.strip():
        faults.append(Fault("title", "expected a title; got none", "say in a few words what will be done"))
    for field, text, most in (
        ("title", draft.title, _LONG_TITLE), ("content", draft.content, _LONG_TEXT),
        ("expected", draft.expected, _LONG_TEXT),
    ):  # fmt: skip
        if len(text) > most:
            faults.append(Fault(field, f"expected at most {most} characters; got {len(text)}", "say it shorter"))
    return faults


def _days(draft: ItemDraft) -> list[Fault]:
    if draft.start and draft.due and draft.due < draft.start:
        return [Fault("due", f"expected a due day from {draft.start} on; got {draft.due}", "check both days")]
    return []


def _step(number: int, step: MilestoneDraft) -> list[Fault]:
    faults = []
    if not step.title.strip():
        faults.append(Fault("milestones", f"milestone {number} has no title", "say what is reached then"))
    if len(step.title) > _LONG_STEP:
        faults.append(Fault("milestones", f"milestone {number}: expected at most {_LONG_STEP} characters; got "
                            f"{len(step.title)}", "say it shorter"))  # fmt: skip
    if not (_kept(step.weight) and 0 < step.weight <= _MOST_WEIGHT):
        faults.append(Fault("milestones", f"milestone {number}: expected a weight from 0.01 to {_MOST_WEIGHT} with at "
                            f"most two decimals; got {step.weight}", "use 1 where all count alike"))  # fmt: skip
    return faults


def _kept(value: Decimal) -> bool:
    """Whether a figure is one, and is kept without rounding: what is written is what was given."""
    return value.is_finite() and value == round(value, _DECIMALS)
