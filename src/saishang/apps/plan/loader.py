"""Plans as data: `rules/plans/<name>/` read from the checked rules, without the importer.

A folder holds `plan.yaml` (title, chapters, sections, owners given once), `items.csv`, `measures.csv`, `targets.csv`
and `duties.csv`. The rules check every cell of them; what only shows when they are put together (an item that nobody
lists, a chapter without a heading, a number that is missing) is checked here, all of it, with file and line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import saishang.rules
from saishang.apps.plan.importer.agencies import Agency, site_agencies
from saishang.apps.plan.importer.document import (
    Chapter,
    Commitment,
    Duty,
    InheritedOwner,
    Item,
    Owner,
    PlanDocument,
    Section,
    Target,
)
from saishang.errors import SaishangError
from saishang.rules import Problem, Row, Rules, load_rules

__all__ = ["PlanData", "PlanDataError", "check_plans", "load_plan", "plan_names"]

_TABLES = ("items", "measures", "targets", "duties")
_FILES = ("plan.yaml", *(f"{name}.csv" for name in _TABLES))


class PlanDataError(SaishangError):
    """A plan folder has faults; all of them are listed."""

    code = "plan-data"


@dataclass
class PlanData:
    """A plan as data with what is said about it."""

    name: str
    version: str
    document: PlanDocument
    title_en: str
    issued: date | None
    source: str
    digest: str


def _root(overlay: Path | None) -> list[Path]:
    shipped = Path(saishang.rules.__file__).parent / "plans"
    return [overlay / "plans", shipped] if overlay is not None else [shipped]


def plan_names(overlay: Path | None = None) -> list[str]:
    """Names of the plans at hand."""
    return sorted({p.parent.name for root in _root(overlay) for p in root.glob("*/plan.yaml")})


def load_plan(name: str, *, overlay: Path | None = None, agencies: Iterable[Agency] | None = None) -> PlanData:
    """Read a plan folder; a site's folder of the same name replaces the shipped one as a whole.

    Raises
    ------
    PlanDataError
        When there is no such plan or its files do not fit together.
    RuleError
        When a cell of the rules is wrong.
    """
    folder = next((root / name for root in _root(overlay) if (root / name).is_dir()), None)
    if folder is None:
        raise PlanDataError(
            f"expected a plan at hand ({', '.join(plan_names(overlay)) or 'none'}), got {name!r}",
            fix="name one of them, or add a folder with plan.yaml under plans/ of the site's rules",
        )
    if agencies is None:
        agencies = site_agencies(overlay)
    rules = load_rules(overlay)
    reader = _Reader(rules, name, {a.code: a for a in agencies})
    document = reader.read()
    if reader.problems:
        count = len(reader.problems)
        raise PlanDataError(
            f"expected a plan without faults, got {count}: " + "; ".join(map(str, reader.problems)),
            fix="mend the lines named; `saishang rules check` lists them too",
            where=str(folder),
        )
    digest = hashlib.sha256()
    for file in _FILES:
        digest.update((folder / file).read_bytes())
    head = reader.head
    issued = head.get("issued")
    return PlanData(
        name, str(head["version"]), document, str(head.get("title_en") or ""),
        issued if isinstance(issued, date) else None, str(head["source"]), digest.hexdigest(),
    )  # fmt: skip


def check_plans(rules: Rules, known: Iterable[Problem] = ()) -> list[Problem]:
    """Every fault of the plans in `rules` that single cells do not show.

    Plans with a `known` problem are left alone: what the rules say about their cells comes first.
    """
    faulty = "\0".join(problem.file for problem in known)
    names = {name.split("/")[1] for name in (*rules.tables, *rules.documents) if name.startswith("plans/")}
    found: list[Problem] = []
    for name in sorted(names):
        if f"/plans/{name}/" not in faulty and "agencies" in rules.providers:
            agencies = {
                code: Agency(code, row["zh"], tuple(row["aliases"] or ()), row["kind"], row["level"])
                for code, row in rules.agencies.items()
            }
            reader = _Reader(rules, name, agencies)
            reader.read()
            found += reader.problems
    return sorted(found)


class _Reader:
    """Puts one plan together from its tables, and notes what does not fit."""

    def __init__(self, rules: Rules, name: str, agencies: Mapping[str, Agency]) -> None:
        self.rules = rules
        self.name = name
        self.agencies = agencies
        self.problems: list[Problem] = []
        self.head: Mapping[str, Any] = {}

    def read(self) -> PlanDocument:
        folder = f"plans/{self.name}"
        missing = [n for n in _TABLES if f"{folder}/{n}" not in self.rules.tables]
        if f"{folder}/plan" in self.rules.documents:
            self.head = head = self.rules.document(f"{folder}/plan")
        else:
            head = {}
        for file in (*(() if head else ("plan.yaml",)), *(f"{n}.csv" for n in missing)):
            self._fault(f"{self._place()}/{file}", 0, "", "missing-value", "the file", "none",
                        "add it; a site's folder of a plan holds the whole plan")  # fmt: skip
        document = PlanDocument(str(head.get("title") or ""), draft=head.get("draft"), issuer_region=head.get("region"))
        if self.problems:
            return document
        document.chapters = [Chapter(c["number"], c["title"], c.get("title_en", "")) for c in head.get("chapters", ())]
        document.sections = [
            Section(s["number"], s["title"], s.get("chapter"), s.get("title_en", "")) for s in head.get("sections", ())
        ]
        document.items = list(self._items(document))
        by_id = {i.id: i for i in document.items}
        for row in self._rows("measures"):
            item = self._item(by_id, row)
            if item is not None:
                item.measures.append(row["zh"])
                item.measures_en.append(row["en"])
        self._targets(document, by_id)
        self._duties(document, by_id)
        self._inherited(document, by_id)
        return document

    def _place(self) -> str:
        """Folder of the plan as messages call it."""
        own = None if self.rules.overlay is None else self.rules.overlay / "plans" / self.name
        if own is not None and own.is_dir():
            return str(own)
        root = "rules" if self.rules.root == Path(saishang.rules.__file__).parent else str(self.rules.root)
        return f"{root}/plans/{self.name}"

    def _rows(self, table: str) -> Iterator[Row]:
        yield from self.rules.table(f"plans/{self.name}/{table}").rows

    def _fault(self, file: str, line: int, cell: str, code: str, expected: str, got: str, fix: str) -> None:
        self.problems.append(Problem(file, line, cell, code, expected, got, fix))

    def _cell(self, row: Row, column: str, code: str, expected: str, fix: str) -> None:
        got = "nothing" if row[column] is None else repr(str(row[column]))
        self._fault(row.file, row.line, column, code, expected, got, fix)

    def _item(self, by_id: Mapping[str, Item], row: Row) -> Item | None:
        if row["item"] not in by_id:
            self._cell(row, "item", "unknown-reference", "the id of an item of items.csv", "correct the id")
        return by_id.get(row["item"])

    def _items(self, document: PlanDocument) -> Iterator[Item]:
        known = {"chapter": {c.number for c in document.chapters}, "section": {s.number for s in document.sections}}
        for row in self._rows("items"):
            for column, numbers in known.items():
                if row[column] is not None and row[column] not in numbers:
                    expected = f"a {column} of plan.yaml: {'、'.join(sorted(n for n in numbers if n)) or 'none'}"
                    self._cell(row, column, "unknown-reference", expected, f"correct the number, or add the {column}")
            found = [self.agencies[c] for c in row["owners"] or () if c in self.agencies]
            owners = []
            if found:
                units = [(a.aliases or (a.name,))[0] for a in found]
                owners.append(Owner("responsible", units, [a.name for a in found], row["etc"] == "yes"))
            yield Item(
                row["id"], row["number"], row["title"], row["chapter"], row["section"], row["role"], owners=owners,
                line=row.line, title_en=row["title_en"] or "",
            )  # fmt: skip

    def _targets(self, document: PlanDocument, by_id: Mapping[str, Item]) -> None:
        for row in self._rows("targets"):
            item = self._item(by_id, row)
            if item is None:
                continue
            wished = row["aspirational"] == "yes"
            if row["kind"] != "numeric":
                text = f"{row['indicator']}：{row['state'] or ''}"
                document.commitments.append(
                    Commitment(item.id, row["indicator"], row["state"] or "", row["kind"], row["year"], wished, text,
                               row["id"], row["indicator_en"])
                )  # fmt: skip
                continue
            self._check_number(row)
            item.targets.append(_target(row, item.id, wished))
        document.targets = [t for i in document.items for t in i.targets]

    def _check_number(self, row: Row) -> None:
        if row["comparator"] is None:
            self._cell(row, "comparator", "missing-value", "a comparator for a numeric target", "write one, as in <=")
        ends = [row["low"], row["high"]]
        stated = row["value"] is not None or None not in ends
        withheld = row["undetermined"] == "yes"
        if withheld and (row["value"] is not None or any(end is not None for end in ends)):
            self._cell(
                row, "undetermined", "bad-value", "no value where it is withheld", "write no, or leave the value"
            )
        if not withheld and not stated:
            self._cell(
                row, "value", "missing-value", "a value, or low and high", "fill it, or write undetermined = yes"
            )

    def _duties(self, document: PlanDocument, by_id: Mapping[str, Item]) -> None:
        for row in self._rows("duties"):
            item = self._item(by_id, row)
            if item is not None:
                document.duties.append(
                    Duty(row["what"], row["when"], row["to"], row["copy"], row["who"], item.id,
                         row["cycle"].startswith(("yearly", "monthly")), row["what"], row["what_en"])
                )  # fmt: skip

    def _inherited(self, document: PlanDocument, by_id: Mapping[str, Item]) -> None:
        ids = [i.id for i in document.items]
        for number, entry in enumerate(self.head.get("inherited_owners", ())):
            codes = [c for c in entry.get("agencies", ()) if c not in self.agencies]
            ends = [str(entry.get(key)) for key in ("from", "to")]
            unknown = [*codes, *(end for end in ends if end not in by_id)]
            if unknown or ids.index(ends[0]) > ids.index(ends[1]):
                where = self.rules.where(f"plans/{self.name}/plan", "inherited_owners", number)
                file, _, line = where.rpartition(":")
                self._fault(file, int(line), f"inherited_owners.{number}", "unknown-reference",
                            "agencies of agencies.csv, and ids of items.csv in reading order",
                            ", ".join(unknown or ends), "correct the code or the id")  # fmt: skip
                continue
            names = [self.agencies[c].name for c in entry["agencies"]]
            span = ids[ids.index(ends[0]) : ids.index(ends[1]) + 1]
            for key in span:
                by_id[key].owners.append(Owner(entry["role"], list(entry["units"]), names, inherited=True))
            document.inherited_owners.append(
                InheritedOwner(entry["role"], list(entry["units"]), names, span, entry.get("text", ""))
            )


def _target(row: Row, item: str, wished: bool) -> Target:
    """A number, with a sentence made of its parts: the plan's own sentence is not part of the data."""
    optional: Callable[[str], Any] = row.get
    unit = row["unit"] or ""
    low, high = optional("low"), optional("high")
    number = (
        f"{low}～{high}"
        if row["value"] is None and low is not None
        else str(row["value"] if row["value"] is not None else "**")
    )
    words = row["words"] or ""
    said = words.replace("…", f"{number}{unit}") if "…" in words else f"{words}{number}{unit}"
    text = (f"到{row['year']}年，" if row["year"] else "") + f"{row['indicator']}{said.replace('分别', '')}"
    return Target(
        item, row["indicator"], row["comparator"] or "", row["value"], low, high, unit, row["year"],
        optional("base_year"), optional("change"), optional("frequency"), row["scope"], wished,
        row["undetermined"] == "yes", text, code=row["id"], indicator_en=row["indicator_en"],
    )  # fmt: skip
