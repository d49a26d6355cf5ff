"""The rules of one site as one object: tables, documents and geometry by name, codes by kind, editions by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from saishang.rules.editions import entry_in_force
from saishang.rules.errors import RuleLookupError
from saishang.rules.schema import near
from saishang.rules.table import KeyedRows, RuleTable
from saishang.rules.yamltree import Node

__all__ = ["Rules", "count_entries"]


@dataclass
class Rules:
    """The rules of one site, checked.

    Attributes
    ----------
    root, overlay:
        Folders they were read from; overlay is None when there is none.
    digest:
        sha256 over path and bytes of every file, shipped and laid over, in path order.
    tables, documents:
        By name: the path without its ending.
    """

    root: Path
    overlay: Path | None
    digest: str = ""
    tables: dict[str, RuleTable] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    geometries: dict[str, Any] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    providers: dict[str, tuple[str, str]] = field(default_factory=dict)
    trees: dict[str, Node] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> RuleTable:
        """Return a table by its path without ending, for example `standards/air/limits`.

        Raises
        ------
        RuleLookupError
            When there is no such table; the message names near ones.
        """
        return self._get(self.tables, name, "table")  # type: ignore[no-any-return]

    def document(self, name: str) -> Mapping[str, Any]:
        """Return a document as a read-only nested mapping, for example `standards/air/hj663`."""
        return self._get(self.documents, name, "document")  # type: ignore[no-any-return]

    def documents_under(self, folder: str) -> dict[str, Mapping[str, Any]]:
        """Return the documents of a folder by name, in name order: `documents_under("sources")`."""
        start = folder.rstrip("/") + "/"
        return {name: self.documents[name] for name in sorted(self.documents) if name.startswith(start)}

    def geometry(self, name: str) -> Mapping[str, Any]:
        """Return a GeoJSON feature collection, for example `sites/ningxia/county`."""
        return self._get(self.geometries, name, "geometry")  # type: ignore[no-any-return]

    def edition(self, name: str, which: str | date, *, entries: str = "editions") -> Mapping[str, Any]:
        """Choose an edition of a document, by name or by a day.

        Parameters
        ----------
        name:
            Document with a list of editions, for example `standards/air/hj633`.
        which:
            Name of the edition (`HJ 633-2026`) or the day of the measurement.
        entries:
            Key of the list.

        Raises
        ------
        RuleLookupError
            When there is no such edition, or none in force on that day.
        """
        listed = self.document(name)[entries]
        if isinstance(which, date):
            return entry_in_force(listed, which, what=name)
        for entry in listed:
            if which in (entry.get("id"), entry.get("edition")):
                return entry  # type: ignore[no-any-return]
        known = [str(entry.get("id") or entry.get("edition")) for entry in listed]
        raise RuleLookupError(
            f"expected an edition of {name}, got {which!r}", fix=f"use one of {', '.join(known)}", where=name
        )

    def entries(self, document: str) -> int:
        """How many entries the lists of a document hold; the number of its keys when it has no list of entries."""
        return count_entries(self.document(document))

    def where(self, document: str, *path: str | int) -> str:
        """File and line of a value of a document: `where("standards/air/hj663", "editions", 0, "percentiles")`."""
        self.document(document)
        file, line = self.trees[document].locate(path)
        return f"{file}:{line}"

    @property
    def parameters(self) -> KeyedRows:
        """Rows of `parameters.csv` by code."""
        return self.codes("parameters")

    @property
    def regions(self) -> KeyedRows:
        """Rows of `regions.csv` by code."""
        return self.codes("regions")

    def regions_above(self, code: str) -> tuple[str, ...]:
        """Every region that holds one, the nearest first; none of a code that the table does not have."""
        found: list[str] = []
        parent = self.regions[code]["parent"] if code in self.regions else None
        while parent and parent in self.regions and parent not in found:
            found.append(str(parent))
            parent = self.regions[parent]["parent"]
        return tuple(found)

    @property
    def agencies(self) -> KeyedRows:
        """Rows of `agencies.csv` by code."""
        return self.codes("agencies")

    def codes(self, kind: str) -> KeyedRows:
        """Rows of the table that provides a kind of code (`provides` in the manifest)."""
        if kind not in self.providers:
            raise RuleLookupError(
                f"expected a kind of code, got {kind!r}",
                fix=f"use one of {', '.join(self.providers)}",
                where="manifest",
            )
        if kind not in self._keyed:
            table, column = self.providers[kind]
            self._keyed[kind] = KeyedRows(self.table(table), column)
        return self._keyed[kind]

    def __post_init__(self) -> None:
        self._keyed: dict[str, KeyedRows] = {}

    def _get(self, where: Mapping[str, Any], name: str, kind: str) -> Any:
        try:
            return where[name]
        except KeyError:
            raise RuleLookupError(
                f"expected a {kind} of the rules, got {name!r}", fix=f"use one of {near(name, where)}", where="rules"
            ) from None


def count_entries(document: Any) -> int:
    """How many entries the lists of a document hold; the number of its keys when it has no list of entries."""
    if not isinstance(document, Mapping):
        return 1
    lists = [
        value
        for value in document.values()
        if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping)
    ]
    return sum(map(len, lists)) or len(document)
