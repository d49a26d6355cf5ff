"""An item as a row of a table: the same columns go out in a workbook and come in again.

Codes may carry their name behind them (`640104 兴庆区`), because that is what the drop-down lists offer; names alone
are understood, too, where they mean one thing. Pure, but for the names, which the caller brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from saishang.apps.execution.actions.item_draft import ItemDraft, MilestoneDraft
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.refusals import refuse
from saishang.errors import Fault

__all__ = [
    "CADENCE_WORDS", "COLUMNS", "ID", "KIND_WORDS", "ROLE_WORDS", "Names", "draft_from", "headings", "kept_rows",
    "milestone_text", "read_day", "read_milestone", "row_of",
]  # fmt: skip

ID = "code"
#: Column → heading in Chinese and in English.
COLUMNS: dict[str, tuple[str, str]] = {
    ID: ("编号", "Code"),
    "task": ("任务", "Task"),
    "kind": ("类别", "Kind"),
    "title": ("名称", "Title"),
    "organisation": ("责任单位", "Owner"),
    "units": ("配合单位", "Other units"),
    "region": ("地区", "Region"),
    "start": ("开始", "Start"),
    "due": ("期限", "Due"),
    "milestones": ("里程碑", "Milestones"),
    "budget": ("投资（万元）", "Budget (10,000 CNY)"),
    "expected": ("预期成效", "Expected result"),
    "content": ("工作内容", "Content"),
    "targets": ("对应目标", "Targets"),
    "programme": ("重大工程", "Programme"),
    "cadence": ("报告周期", "Reporting"),
    "parent": ("上级事项", "Item above"),
}
KIND_WORDS = {"duty": ("任务责任", "duty"), "measure": ("措施", "measure"), "action": ("行动事项", "action"),
              "project": ("项目", "project")}  # fmt: skip
CADENCE_WORDS = {"": ("不报告", "never"), "month": ("每月", "monthly"), "quarter": ("每季度", "quarterly"),
                 "year": ("每年", "yearly")}  # fmt: skip
ROLE_WORDS = {"lead": ("牵头", "lead"), "support": ("配合", "support"), "guide": ("指导", "guide")}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?")
#: `2026-06-30 words [2]`: day and weight may be left out.
_STEP = re.compile(
    rf"(?:(?P<day>{_DAY.pattern})\s*[:：,，]?\s*|—\s+)?(?P<title>.*?)(?:\s*\[(?P<weight>[^\[\]]*)\])?", re.DOTALL
)
_APART = re.compile(r"[;；\n]+")
_LIST = re.compile(r"[;；,，、\s]+")


@dataclass(frozen=True)
class Names:
    """What codes are called, for reading: a folded name → the codes that bear it; for writing: code → name.

    Keys are `task`, `organisation`, `region`, `programme`.
    """

    called: Mapping[str, Mapping[str, str]]
    meant: Mapping[str, Mapping[str, frozenset[str]]]

    @classmethod
    def of(cls, called: Mapping[str, Mapping[str, str]], more: Mapping[str, Mapping[str, Iterable[str]]]) -> Names:
        """From what codes are called, and what else they are called by."""
        meant: dict[str, dict[str, frozenset[str]]] = {}
        for kind, table in called.items():
            found: dict[str, set[str]] = {}
            for code, name in table.items():
                for word in (name, *more.get(kind, {}).get(code, ())):
                    if word.strip():
                        found.setdefault(_folded(word), set()).add(code)
            meant[kind] = {word: frozenset(codes) for word, codes in found.items()}
        return cls(called, meant)

    def written(self, kind: str, code: str) -> str:
        """`code name`, as cells and lists say it; empty for no code."""
        name = self.called.get(kind, {}).get(code, "")
        return f"{code} {name}".strip() if code else ""

    def code(self, kind: str, text: str) -> str:
        """The code that a cell means; the text itself when it means none, for the check that follows to refuse."""
        if not text:
            return ""
        table = self.called.get(kind, {})
        first = text.split()[0]
        for code in (text, first):
            if code in table:
                return code
        found = self.meant.get(kind, {}).get(_folded(text), frozenset())
        return next(iter(found)) if len(found) == 1 else text


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def headings() -> dict[str, tuple[str, ...]]:
    """Column → headings under which it is understood: in both languages, and its own name."""
    return {key: (*words, key) for key, words in COLUMNS.items()}


def milestone_text(title: str, due: date | None, weight: Decimal) -> str:
    """One milestone as a line: `2026-06-30 words [2]`; a weight of one is left out."""
    head = f"{due.isoformat()} " if due else "— " if _DAY.match(title) or title.startswith("—") else ""
    tail = f" [{weight.normalize():f}]" if weight != 1 or title.endswith("]") else ""
    return f"{head}{title}{tail}"


def row_of(item: WorkItem, names: Names, language: int = 0) -> dict[str, Any]:
    """Column → cell of an item; days and amounts as such, everything else as text.

    Parameters
    ----------
    language:
        0 for Chinese, 1 for English words of kinds, cadences and parts.
    """
    units = sorted((unit.role, unit.organisation.code) for unit in item.units.all())
    told = [f"{ROLE_WORDS[role][language]} {names.written('organisation', code)}" for role, code in units]
    return {
        ID: item.code, "task": names.written("task", item.task), "kind": KIND_WORDS[item.kind][language],
        "title": item.title, "organisation": names.written("organisation", item.organisation.code),
        "units": "\n".join(told),
        "region": names.written("region", item.region), "start": item.start, "due": item.due,
        "milestones": "\n".join(milestone_text(step.title, step.due, step.weight) for step in item.milestones.all()),
        "budget": item.budget, "expected": item.expected, "content": item.content,
        "targets": "; ".join(item.targets), "programme": names.written("programme", item.programme),
        "cadence": CADENCE_WORDS[item.cadence][language], "parent": item.parent.code if item.parent else "",
    }  # fmt: skip


def draft_from(
    cells: Mapping[str, str], before: ItemDraft | None, names: Names
) -> tuple[ItemDraft, list[Fault]]:  # fmt: skip
    """What a row wants an item to say, and what in it cannot be read.

    An empty cell empties the field; a column that the table does not have leaves the field as it is (of a new item:
    empty, quarterly, an action).

    Parameters
    ----------
    before:
        What the item says now; None for a new one.
    """
    base = before or ItemDraft("", "action", "", "")
    faults: list[Fault] = []
    told: dict[str, Any] = {}
    for field in ("title", "content", "expected", "parent"):
        if field in cells:
            told[field] = cells[field]
    for field in ("task", "organisation", "region", "programme"):
        if field in cells:
            told[field] = names.code(field, cells[field])
    for field in ("start", "due"):
        if field in cells:
            told[field] = _day(field, cells[field], faults)
    if "kind" in cells:
        told["kind"] = _word("kind", cells["kind"], KIND_WORDS, faults) if cells["kind"] else base.kind
    if "cadence" in cells:
        word = cells["cadence"]
        told["cadence"] = _word("cadence", word, CADENCE_WORDS, faults) if word else base.cadence
    if "budget" in cells:
        told["budget"] = _amount(cells["budget"], faults)
    if "targets" in cells:
        told["targets"] = tuple(code for code in _LIST.split(cells["targets"]) if code)
    if "units" in cells:
        told["units"] = tuple(_units(cells["units"], names))
    if "milestones" in cells:
        told["milestones"] = _milestones(cells["milestones"], base.milestones, faults)
    return replace(base, **told), faults


def read_day(text: str) -> date | None:
    """A day as people write it (`2026-06-30`, `2026/6/30`, `2026年6月30日`); None for anything else."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def read_milestone(line: str) -> MilestoneDraft:
    """A milestone from its line.

    Raises
    ------
    WorkRefused
        For a day or a weight that is none.
    """
    faults: list[Fault] = []
    draft = _milestone(1, line.strip(), faults)
    refuse(faults)
    return draft


def _day(field: str, text: str, faults: list[Fault]) -> date | None:
    if not text:
        return None
    found = read_day(text)
    if found is None:
        faults.append(Fault(field, f"expected a day such as 2026-06-30; got {text[:40]!r}", "write it like that"))
    return found


def _word(field: str, text: str, table: Mapping[str, tuple[str, str]], faults: list[Fault]) -> str:
    for code, words in table.items():
        if text.casefold() in (code, *(word.casefold() for word in words)):
            return code
    known = ", ".join(words[0] for words in table.values())
    faults.append(Fault(field, f"expected one of {known}; got {text[:40]!r}", "choose one from the list"))
    return next(iter(table))


def _amount(text: str, faults: list[Fault]) -> Decimal | None:
    if not text:
        return None
    try:
        found = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite():
        faults.append(Fault("budget", f"expected an amount in 万元 such as 120.5; got {text[:40]!r}",
                            "write the figure alone"))  # fmt: skip
        return None
    return found


def _units(text: str, names: Names) -> list[tuple[str, str]]:
    found = []
    for line in (part.strip() for part in _APART.split(text)):
        if not line:
            continue
        first, _, rest = line.partition(" ")
        role = next((role for role, words in ROLE_WORDS.items() if first.casefold() in (role, *words)), None)
        found.append((names.code("organisation", rest.strip() if role else line), role or "support"))
    return found


def _milestones(text: str, before: Sequence[MilestoneDraft], faults: list[Fault]) -> tuple[MilestoneDraft, ...]:
    drafts = [_milestone(number, line.strip(), faults) for number, line in
              enumerate((line for line in text.splitlines() if line.strip()), start=1)]  # fmt: skip
    return kept_rows(drafts, before)


def _milestone(number: int, line: str, faults: list[Fault]) -> MilestoneDraft:
    found = _STEP.fullmatch(line)
    if found is None:  # every line fits: all its parts may be left out
        raise AssertionError(line)
    due = read_day(found["day"]) if found["day"] else None
    if found["day"] and due is None:
        faults.append(Fault("milestones", f"milestone {number}: expected a day such as 2026-06-30; got "
                            f"{found['day'][:40]!r}", "write it like that"))  # fmt: skip
    weight, said = Decimal(1), found["weight"]
    if said is not None:
        try:
            weight = Decimal(said.strip())
        except InvalidOperation:
            faults.append(Fault("milestones", f"milestone {number}: expected a weight in [ ]; got {said[:20]!r}",
                                "write a figure there, or use other brackets"))  # fmt: skip
    return MilestoneDraft(found["title"].strip(), due, weight)


def kept_rows(drafts: Sequence[MilestoneDraft], before: Sequence[MilestoneDraft]) -> tuple[MilestoneDraft, ...]:
    """The drafts with the rows that they change: those of the same title, then those in the same place.

    Reports speak of milestones by their row, so a row is kept wherever the table leaves it recognisable.
    """
    left = {place: step for place, step in enumerate(before) if step.pk is not None}
    found: dict[int, int] = {}
    for place, draft in enumerate(drafts):
        match = next((n for n, step in left.items() if step.title == " ".join(draft.title.split())), None)
        if match is not None:
            found[place] = left.pop(match).pk or 0
    for place in range(len(drafts)):
        if place not in found and place in left:
            found[place] = left.pop(place).pk or 0
    return tuple(replace(draft, pk=found.get(place)) for place, draft in enumerate(drafts))
