"""Registers in the demonstration: invented entries for every kind, loaded, moved on and withdrawn as people would."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from saishang.config import Config
from saishang.rules import Rules

if TYPE_CHECKING:
    from saishang.lake.archive import Archive
    from saishang.science.register.kind import Kind

__all__ = ["FOLDER", "RegisterDemo", "in_order", "load_demo_registers", "read_rows"]

#: Folder of the tables, one a kind, in the layout of the form that its page gives out.
FOLDER = "registers"
_REASON = "演示：虚构条目，不代表任何真实对象 · invented entries, nothing real"
_MISTAKE = "演示：重复录入，撤销 · invented: entered twice, withdrawn"
_PAPER = "evidence.pdf"
_DAY = re.compile(r"(?<![A-Z])T([+-]\d+)\b")
#: Columns beside those of the form: the day of the entry, the step that follows (`action@day`), and what is withdrawn.
_EXTRA: dict[str, tuple[str, ...]] = {"_entered": ("登记日",), "_then": ("后续办理",), "_withdrawn": ("撤销",)}


@dataclass
class RegisterDemo:
    """What was loaded."""

    kinds: int = 0
    new: int = 0
    moved: int = 0
    withdrawn: int = 0
    refused: tuple[str, ...] = ()

    def __str__(self) -> str:
        line = (
            f"{self.kinds} 个名录 registers，新增 new {self.new}，办理 moved {self.moved}，撤销 withdrawn "
            f"{self.withdrawn}（虚构 invented）"
        )
        return line + (f"，拒绝 refused {len(self.refused)}: {self.refused[0]}" if self.refused else "")


def in_order(kinds: Mapping[str, Kind]) -> list[Kind]:
    """Kinds so that a register stands after those whose entries it names; a circle is broken where it is met."""
    done: dict[str, Kind] = {}

    def visit(kind: Kind, above: tuple[str, ...]) -> None:
        if kind.id in done or kind.id in above:
            return
        for field in kind.fields.values():
            if field.of:
                visit(kinds[field.of], (*above, kind.id))
        done[kind.id] = kind

    for kind in kinds.values():
        visit(kind, ())
    return list(done.values())


def read_rows(kind: Kind, path: Path, today: date) -> list[tuple[int, dict[str, str]]]:
    """Rows of a table with `T-12` and `T+90` as days before and after today: terms pass with time.

    Raises
    ------
    SaishangError
        When the table cannot be read, or a line of it.
    """
    from saishang.apps.registers.form import columns_of
    from saishang.errors import SaishangError
    from saishang.lake.readers.blocks import Reject
    from saishang.lake.readers.form import read_form

    def refuse(reject: Reject) -> None:
        raise SaishangError(f"{path.name}, line {reject.line}: {reject.message}", fix="correct the table")

    rows = read_form(path, path.name, columns_of(kind) | _EXTRA, [kind.key, "_entered"], refuse, most_rows=1000)
    return [(line, {name: _dated(text, today) for name, text in row.items()}) for line, row in rows]


def load_demo_registers(actor: str, config: Config, rules: Rules, today: date) -> RegisterDemo:
    """Fill the registers that the package has tables for; entries that are there already stay as they are."""
    from django.db import transaction

    import saishang.demo_data
    from saishang.apps.registers.kinds import kinds
    from saishang.apps.registers.models import Entry
    from saishang.lake.archive import Archive

    folder = Path(saishang.demo_data.__file__).parent / FOLDER
    told, archive = RegisterDemo(), Archive(config.archive)
    with transaction.atomic():  # the search index is brought up once at the end, not after each of some hundred steps
        for kind in in_order(kinds(rules)):
            path = folder / f"{kind.id}.csv"
            if not path.exists():
                continue
            told.kinds += 1
            rows = read_rows(kind, path, today)
            # Days count from the first demonstration: another one must not move what is there.
            there = set(Entry.objects.filter(kind=kind.id).values_list("key", flat=True))
            new = [row for row in rows if _key(kind, rules, row) not in there]
            _load(actor, kind, rules, archive, path, new, today, told)
    return told


def _load(
    actor: str, kind: Kind, rules: Rules, archive: Archive, path: Path, rows: Sequence[tuple[int, Mapping[str, str]]],
    today: date, told: RegisterDemo,
) -> None:  # fmt: skip
    from saishang.apps.registers.actions import EvidenceFile, load_rows, move_entry, withdraw_entry
    from saishang.apps.registers.models import Entry

    for day, group in _by_day(rows):
        outcome = load_rows(
            actor, kind, rules, archive, path, path.name,
            [(line, {name: text for name, text in row.items() if name not in _EXTRA}) for line, row in group], (),
            today=today, reason=_REASON, effective=day,
        )  # fmt: skip
        told.new += outcome.count("added")
        told.refused += tuple(
            f"{path.name} {one.line} {one.column}: {one.content!r} {one.message}" for one in outcome.refusals
        )
    entries = {entry.key: entry for entry in Entry.objects.filter(kind=kind.id)}
    for _line, row in rows:
        entry = entries.get(_key(kind, rules, (0, row)))
        if entry is None:
            continue
        if row.get("_then") and kind.life is not None:
            action, _at, then = row["_then"].partition("@")
            move = next(move for move in kind.life.moves(entry.state) if move.action == action)
            papers = [EvidenceFile(name, f"演示材料-{name}.pdf", path.parent / _PAPER) for name in move.evidence]
            entry = move_entry(
                actor, kind, rules, archive, entry.pk, action, papers, number=None, today=today,
                effective=date.fromisoformat(then), reason=_REASON,
            )  # fmt: skip
            told.moved += 1
        if row.get("_withdrawn"):
            withdraw_entry(actor, kind, entry.pk, number=None, today=today, reason=_MISTAKE)
            told.withdrawn += 1


def _by_day(
    rows: Sequence[tuple[int, Mapping[str, str]]],
) -> Iterator[tuple[date, list[tuple[int, Mapping[str, str]]]]]:
    found: dict[date, list[tuple[int, Mapping[str, str]]]] = {}
    for line, row in rows:
        found.setdefault(date.fromisoformat(row["_entered"]), []).append((line, row))
    yield from sorted(found.items())


def _key(kind: Kind, rules: Rules, row: tuple[int, Mapping[str, str]]) -> str:
    """The key under which the register will have the row: a region is named in the table and kept as its code."""
    text = row[1][kind.key]
    if kind.fields[kind.key].type != "region":
        return text
    return next((code for code, region in rules.regions.items() if region["zh"] == text), text)


def _dated(text: str, today: date) -> str:
    return _DAY.sub(lambda found: (today + timedelta(days=int(found[1]))).isoformat(), text)
