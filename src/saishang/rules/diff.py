"""What changed between two states of the rules: rows added, removed and changed, values of documents, editions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from saishang.rules.errors import RuleLookupError
from saishang.rules.model import Rules
from saishang.rules.table import Row, RuleTable

__all__ = ["Change", "diff_editions", "diff_rules"]

#: Columns that say where a rule was written, not what it rules; they differ between editions by nature.
_PROVENANCE = frozenset({"source", "clause", "status", "note", "from", "to", "edition", "standard", "stage"})


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes
    ----------
    kind:
        `added`, `removed` or `changed`.
    name:
        Table or document.
    key:
        Key of the row, or dotted path in the document.
    cell:
        Column that changed; empty for whole rows and for documents.
    before, after:
        Values; None where there was or is nothing.
    where:
        File and line of the later value, of the earlier one when it was removed.
    """

    kind: str
    name: str
    key: str
    cell: str
    before: Any
    after: Any
    where: str

    def to_dict(self) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "key": self.key,
            "cell": self.cell,
            "before": _plain(self.before),
            "after": _plain(self.after),
            "where": self.where,
        }


def diff_rules(before: Rules, after: Rules, *, only: str | None = None) -> list[Change]:
    """Compare two rule sets, for example two folders, or the shipped rules with and without a site's own.

    Parameters
    ----------
    before, after:
        Loaded rules.
    only:
        Name of one table or document to compare.

    Returns
    -------
    list of Change
        In order of name and key; empty when nothing differs.

    Raises
    ------
    RuleLookupError
        When `only` names nothing that either side holds.
    """
    names = sorted({*before.tables, *after.tables, *before.documents, *after.documents})
    if only is not None:
        if only not in names:
            raise RuleLookupError(
                f"expected a table or document, got {only!r}", fix=f"use one of {', '.join(names)}", where="rules diff"
            )
        names = [only]
    changes: list[Change] = []
    for name in names:
        if name in before.tables or name in after.tables:
            changes += _tables(name, before.tables.get(name), after.tables.get(name))
        else:
            changes += _documents(name, before, after)
    return changes


def _tables(name: str, before: RuleTable | None, after: RuleTable | None) -> list[Change]:
    model = after if after is not None else before
    if model is None:
        return []
    identity = (*model.key, "from") if model.dated else model.key
    return _rows(name, identity, before.rows if before else (), after.rows if after else (), skip=frozenset())


def _rows(
    name: str, identity: Sequence[str], before: Sequence[Row], after: Sequence[Row], *, skip: frozenset[str]
) -> list[Change]:
    old = {tuple(row.get(column) for column in identity): row for row in before}
    new = {tuple(row.get(column) for column in identity): row for row in after}
    changes: list[Change] = []
    for key in dict.fromkeys([*old, *new]):
        label = " ".join(_text(name, part) for name, part in zip(identity, key, strict=True) if part is not None) or "—"
        earlier, later = old.get(key), new.get(key)
        if earlier is None and later is not None:
            changes.append(Change("added", name, label, "", None, later.to_dict(), later.where))
        elif later is None and earlier is not None:
            changes.append(Change("removed", name, label, "", earlier.to_dict(), None, earlier.where))
        elif earlier is not None and later is not None:
            for column in dict.fromkeys([*earlier, *later]):
                if column in skip or earlier.get(column) == later.get(column):
                    continue
                changes.append(
                    Change("changed", name, label, column, earlier.get(column), later.get(column), later.where)
                )
    return changes


def diff_editions(table: RuleTable, before: str, after: str) -> list[Change]:
    """Compare two editions of one table: what the new standard changes.

    Rows are matched by the table's key, whatever their dates. An edition that has stages is named with its stage
    (`GB 3095-2026 final`); without a stage the first stage that is binding stands for it.

    Parameters
    ----------
    table:
        A table with a column `edition` or `standard`.
    before, after:
        Names of the editions.

    Raises
    ------
    RuleLookupError
        When the table has no editions, or none of that name.
    """
    column = next((name for name in ("edition", "standard") if name in table.columns), None)
    if column is None:
        raise RuleLookupError(
            f"expected a table with editions, got {table.name}", fix="compare folders instead", where=table.name
        )
    return _rows(
        table.name, table.key, _edition(table, column, before), _edition(table, column, after), skip=_PROVENANCE
    )


def _edition(table: RuleTable, column: str, name: str) -> list[Row]:
    wanted, stage = name, None
    editions = [str(value) for value in table.values(column)]
    if name not in editions and " " in name:
        wanted, stage = name.rsplit(" ", 1)
    rows = list(table.find(**{column: wanted}))
    if "stage" in table.columns and rows:
        stages = list(dict.fromkeys(str(row["stage"]) for row in rows))
        if stage is None:
            stage = stages[0]
        if stage not in stages:
            rows = []
        rows = [row for row in rows if row["stage"] in (stage, "both", "informative")]
    elif stage is not None:
        rows = []
    if not rows:
        known = list(_names(table, column))
        raise RuleLookupError(
            f"expected an edition of {table.name}, got {name!r}", fix=f"use one of {', '.join(known)}", where=table.name
        )
    return rows


def _names(table: RuleTable, column: str) -> Iterator[str]:
    for edition in table.values(column):
        yield str(edition)
        if "stage" in table.columns:
            stages = {row["stage"] for row in table.find(**{column: edition})} - {"both", "informative", "single"}
            yield from (f"{edition} {stage}" for stage in sorted(stages))


def _documents(name: str, before: Rules, after: Rules) -> list[Change]:
    old = dict(_leaves(before.documents.get(name)))
    new = dict(_leaves(after.documents.get(name)))
    changes: list[Change] = []
    for path in dict.fromkeys([*old, *new]):
        earlier, later = old.get(path), new.get(path)
        if path in old and path in new and earlier == later:
            continue
        kind = "changed" if path in old and path in new else "added" if path in new else "removed"
        side = after if path in new else before
        where = side.where(name, *_steps(side.documents[name], path))
        changes.append(Change(kind, name, ".".join(path), "", earlier, later, where))
    return changes


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the leaves of a document; entries of lists go by their id, so that moving one is no change."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _leaves(child, (*path, str(key)))
    elif isinstance(value, tuple) and any(isinstance(item, Mapping) for item in value):
        for number, child in enumerate(value):
            name = str(child.get("id", number)) if isinstance(child, Mapping) else str(number)
            yield from _leaves(child, (*path, name))
    elif value is not None or path:
        yield path, value


def _steps(document: Any, path: tuple[str, ...]) -> list[str | int]:
    steps: list[str | int] = []
    node = document
    for step in path:
        if isinstance(node, Mapping):
            steps.append(step)
            node = node[step]
        else:
            index = next(
                number
                for number, child in enumerate(node)
                if (str(child.get("id", number)) if isinstance(child, Mapping) else str(number)) == step
            )
            steps.append(index)
            node = node[index]
    return steps


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, tuple):
        return [_plain(child) for child in value]
    return value
