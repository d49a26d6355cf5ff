"""Plans as data: `rules/plans/<name>/` read and checked, without the importer.

A folder holds `plan.yaml` (title, chapters, sections, owners given once), `items.csv`, `measures.csv`, `targets.csv`
and `duties.csv`. Owners are codes of `agencies.csv`. Every fault is reported with file and line, all faults together.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

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

__all__ = ["PlanData", "PlanDataError", "load_plan", "plan_names"]

_COLUMNS = {
    "items.csv": ("id", "number", "chapter", "section", "role", "title", "title_en", "owners", "etc"),
    "measures.csv": ("item", "zh", "en"),
    "targets.csv": (
        "id", "item", "kind", "indicator", "indicator_en", "comparator", "value", "unit", "year", "state", "words",
        "scope", "region_scope", "aspirational", "undetermined", "source", "clause", "status", "note",
    ),
    "duties.csv": (
        "id", "item", "what", "what_en", "who", "when", "cycle", "due", "to", "copy", "stated", "source", "clause",
        "status",
    ),
}  # fmt: skip
_ROLES = ("preamble", "task", "step", "safeguard")
_KINDS = ("numeric", "qualitative", "coverage", "recurring", "grade", "scale", "stage")
_STATUS = ("confirmed", "recalled", "unconfirmed")
_COMPARATORS = (">=", ">", "<=", "<", "=", "~")


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
    faults: list[str] = field(default_factory=list)


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
        When there is no such plan or its files have faults.
    """
    folder = next((root / name for root in _root(overlay) if (root / name / "plan.yaml").is_file()), None)
    if folder is None:
        raise PlanDataError(
            f"expected a plan at hand ({', '.join(plan_names(overlay)) or 'none'}), got {name!r}",
            fix="name one of them, or add a folder with plan.yaml under plans/ of the site's rules",
        )
    if agencies is None:
        agencies = site_agencies(overlay)
    return _Reader(name, folder, {a.code: a for a in agencies}).read()


class _Reader:
    def __init__(self, name: str, folder: Path, agencies: dict[str, Agency]) -> None:
        self.name = name
        self.folder = folder
        self.agencies = agencies
        self.faults: list[str] = []

    def read(self) -> PlanData:
        head = self._head()
        document = PlanDocument(str(head.get("title") or ""), draft=head.get("draft"), issuer_region=head.get("region"))
        document.chapters = [Chapter(c["number"], c["title"], c.get("title_en", "")) for c in head.get("chapters", [])]
        document.sections = [
            Section(s["number"], s["title"], s.get("chapter"), s.get("title_en", "")) for s in head.get("sections", [])
        ]
        document.items = list(self._items(document))
        by_id = {i.id: i for i in document.items}
        for line, row in self._rows("measures.csv"):
            item = self._item(by_id, row["item"], "measures.csv", line)
            if item is not None:
                item.measures.append(row["zh"])
                item.measures_en.append(row["en"])
        self._targets(document, by_id)
        self._duties(document, by_id)
        self._inherited(document, head, by_id)
        if self.faults:
            raise PlanDataError(
                f"expected a plan without faults, got {len(self.faults)}: " + "; ".join(self.faults),
                fix="mend the lines named",
                where=str(self.folder),
            )
        digest = hashlib.sha256()
        for file in ("plan.yaml", *_COLUMNS):
            digest.update((self.folder / file).read_bytes())
        issued = head.get("issued")
        return PlanData(
            self.name, str(head["version"]), document, str(head.get("title_en") or ""),
            issued if isinstance(issued, date) else None, str(head["source"]), digest.hexdigest(),
        )  # fmt: skip

    def _head(self) -> dict[str, Any]:
        path = self.folder / "plan.yaml"
        try:
            head = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise PlanDataError(f"expected YAML, got: {error}", fix="mend the file", where=str(path)) from error
        missing = [k for k in ("plan", "version", "title", "source", "status") if not (head or {}).get(k)]
        if missing:
            raise PlanDataError(f"expected the keys {', '.join(missing)}, got none", fix="add them", where=str(path))
        return dict(head)

    def _rows(self, file: str) -> Iterator[tuple[int, dict[str, str]]]:
        path = self.folder / file
        if not path.is_file():
            self.faults.append(f"{file} is missing")
            return
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            if tuple(reader.fieldnames or ()) != _COLUMNS[file]:
                self.faults.append(f"{file} line 1: expected columns {','.join(_COLUMNS[file])}")
                return
            for row in reader:
                if None in row or None in row.values():
                    self.faults.append(f"{file} line {reader.line_num}: expected {len(_COLUMNS[file])} cells")
                    continue
                yield reader.line_num, {k: v.strip() for k, v in row.items()}

    def _item(self, by_id: dict[str, Item], key: str, file: str, line: int) -> Item | None:
        if key not in by_id:
            self.faults.append(f"{file} line {line}: expected the id of an item, got {key!r}")
        return by_id.get(key)

    def _one_of(self, value: str, allowed: tuple[str, ...], file: str, line: int) -> None:
        if value not in allowed:
            self.faults.append(f"{file} line {line}: expected one of {', '.join(allowed)}, got {value!r}")

    def _items(self, document: PlanDocument) -> Iterator[Item]:
        seen: set[str] = set()
        for line, row in self._rows("items.csv"):
            self._one_of(row["role"], _ROLES, "items.csv", line)
            if row["id"] in seen:
                self.faults.append(f"items.csv line {line}: {row['id']!r} stands twice")
            seen.add(row["id"])
            for column, known in (
                ("chapter", {c.number for c in document.chapters}),
                ("section", {s.number for s in document.sections}),
            ):
                if row[column] and row[column] not in known:
                    self.faults.append(f"items.csv line {line}: expected a known {column}, got {row[column]!r}")
            owners = []
            codes = [c for c in row["owners"].split(";") if c]
            unknown = [c for c in codes if c not in self.agencies]
            if unknown:
                self.faults.append(f"items.csv line {line}: expected codes of agencies.csv, got {', '.join(unknown)}")
            found = [self.agencies[c] for c in codes if c in self.agencies]
            if found:
                units = [(a.aliases or (a.name,))[0] for a in found]
                owners.append(Owner("responsible", units, [a.name for a in found], row["etc"] == "yes"))
            yield Item(
                row["id"], row["number"] or None, row["title"], row["chapter"] or None, row["section"] or None,
                row["role"], owners=owners, line=line, title_en=row["title_en"],
            )  # fmt: skip

    def _targets(self, document: PlanDocument, by_id: dict[str, Item]) -> None:
        for line, row in self._rows("targets.csv"):
            item = self._item(by_id, row["item"], "targets.csv", line)
            self._one_of(row["kind"], _KINDS, "targets.csv", line)
            self._one_of(row["status"], _STATUS, "targets.csv", line)
            if not row["source"] or not row["clause"]:
                self.faults.append(f"targets.csv line {line}: expected source and clause")
            if item is None:
                continue
            year = int(row["year"]) if row["year"].isdigit() else None
            wished = row["aspirational"] == "yes"
            if row["kind"] != "numeric":
                document.commitments.append(
                    Commitment(
                        item.id,
                        row["indicator"],
                        row["state"],
                        row["kind"],
                        year,
                        wished,
                        f"{row['indicator']}：{row['state']}",
                        row["id"],
                        row["indicator_en"],
                    )
                )
                continue
            self._one_of(row["comparator"], _COMPARATORS, "targets.csv", line)
            withheld = row["undetermined"] == "yes"
            value = self._number(row["value"], "targets.csv", line)
            if withheld == (value is not None):
                self.faults.append(f"targets.csv line {line}: expected a value, or undetermined = yes and no value")
            words = row["words"].replace("…", f"{row['value'] or '**'}{row['unit']}")
            said = words if "…" in row["words"] else f"{words}{row['value'] or '**'}{row['unit']}"
            text = (f"到{year}年，" if year else "") + f"{row['indicator']}{said.replace('分别', '')}"
            target = Target(
                item.id, row["indicator"], row["comparator"], value, None, None, row["unit"], year, None, None, None,
                row["scope"] or None, wished, withheld, text, code=row["id"], indicator_en=row["indicator_en"],
            )  # fmt: skip
            item.targets.append(target)
        document.targets = [t for i in document.items for t in i.targets]

    def _number(self, text: str, file: str, line: int) -> Decimal | None:
        if not text:
            return None
        try:
            return Decimal(text)
        except InvalidOperation:
            self.faults.append(f"{file} line {line}: expected a number, got {text!r}")
            return None

    def _duties(self, document: PlanDocument, by_id: dict[str, Item]) -> None:
        for line, row in self._rows("duties.csv"):
            self._one_of(row["status"], _STATUS, "duties.csv", line)
            item = self._item(by_id, row["item"], "duties.csv", line)
            if item is not None:
                document.duties.append(
                    Duty(
                        row["what"],
                        row["when"] or None,
                        row["to"] or None,
                        row["copy"] or None,
                        row["who"] or None,
                        item.id,
                        row["cycle"].startswith(("yearly", "monthly")),
                        row["what"],
                        row["what_en"],
                    )
                )

    def _inherited(self, document: PlanDocument, head: dict[str, Any], by_id: dict[str, Item]) -> None:
        for entry in head.get("inherited_owners", []):
            unknown = [c for c in entry["agencies"] if c not in self.agencies]
            ends = [entry["from"], entry["to"]]
            if unknown or any(e not in by_id for e in ends):
                self.faults.append(f"plan.yaml inherited_owners: unknown {', '.join(unknown or ends)}")
                continue
            names = [self.agencies[c].name for c in entry["agencies"]]
            ids = [i.id for i in document.items]
            span = ids[ids.index(ends[0]) : ids.index(ends[1]) + 1]
            for key in span:
                by_id[key].owners.append(Owner(entry["role"], list(entry["units"]), names, inherited=True))
            document.inherited_owners.append(
                InheritedOwner(entry["role"], list(entry["units"]), names, span, entry["text"])
            )
