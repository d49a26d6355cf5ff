"""The reference page of the rules, written from the rules: every file, column, edition and unconfirmed point."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from saishang.rules.model import Rules
from saishang.rules.table import RuleTable

__all__ = ["reference_page"]

_KINDS = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true/false", "array": "list (;)"}


def reference_page(rules: Rules) -> str:
    """Write the page as Markdown.

    Parameters
    ----------
    rules:
        Loaded rules.

    Returns
    -------
    str
        Markdown: an overview, one section a table with its columns, one a document with its editions, and the list
        of everything that is not confirmed. Holds nothing that changes without the rules changing.
    """
    lines = [
        "# Rules reference · 规则参考",
        "",
        "Written by `saishang rules reference` from the rules themselves; do not edit.",
        "",
        "| file | entries | confirmed | recalled | unconfirmed |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, table in sorted(rules.tables.items()):
        lines.append(_overview(f"{name}.csv", len(table), Counter(str(row.get("status")) for row in table)))
    for name in sorted(rules.documents):
        statuses = Counter(str(entry["status"]) for _, entry in _stated(rules.document(name)))
        lines.append(_overview(f"{name}.yaml", rules.entries(name), statuses))
    for _, table in sorted(rules.tables.items()):
        lines += ["", *_table(table)]
    for name in sorted(rules.documents):
        lines += ["", *_document(name, rules.document(name))]
    return "\n".join([*lines, "", *_open_points(rules), ""])


def _overview(file: str, entries: int, statuses: Counter[str]) -> str:
    counts = " | ".join(str(statuses[status]) for status in ("confirmed", "recalled", "unconfirmed"))
    return f"| `{file}` | {entries} | {counts} |"


def _table(table: RuleTable) -> Iterator[str]:
    yield f"## `{table.name}`"
    yield ""
    key = ", ".join(f"`{name}`" for name in table.key)
    yield f"Key: {key}" + ("; one row a day by `from` and `to`." if table.dated else ".")
    yield ""
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for name, schema in table.columns.items():
        yield f"| `{name}` | {_kind(schema)} | {_cell(str(schema.get('description', '')))} |"
    for column in ("edition", "standard"):
        if column in table.columns:
            yield ""
            yield "Editions: " + ", ".join(str(value) for value in table.values(column)) + "."


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    named = next((str(kind) for kind in kinds if kind != "null"), "string")
    word = "date" if schema.get("format") == "date" else _KINDS.get(named, named)
    if "enum" in schema:
        word = " / ".join(f"`{value}`" for value in schema["enum"])
    reference = schema.get("x-reference") or schema.get("items", {}).get("x-reference")
    if reference:
        word += f", code of {reference}"
    return word + (", may be empty" if "null" in kinds else "")


def _document(name: str, document: Mapping[str, Any]) -> Iterator[str]:
    yield f"## `{name}`"
    titles = [document] if "zh" in document else []
    for title in titles:
        yield ""
        yield f"{title['zh']} · {title['en']}"
    dated = [entry for entry in _entries(document) if "from" in entry and "to" in entry and "id" in entry]
    if dated:
        yield ""
        yield "| edition | from | to | 名称 · name | source |"
        yield "| --- | --- | --- | --- | --- |"
        for entry in dated:
            yield (
                f"| {_cell(str(entry['id']))} | {entry['from'] or '…'} | {entry['to'] or '…'} | "
                f"{_cell(str(entry.get('zh', '')))} · {_cell(str(entry.get('en', '')))} | "
                f"{_cell(str(entry.get('source', '')))} |"
            )
    listed = [entry for entry in _entries(document) if "id" in entry and entry not in dated and "zh" in entry]
    if listed:
        yield ""
        yield "| id | 名称 | name | status |"
        yield "| --- | --- | --- | --- |"
        for entry in listed:
            yield f"| `{entry['id']}` | {_cell(entry['zh'])} | {_cell(entry['en'])} | {entry.get('status', '')} |"


def _entries(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for value in document.values():
        if isinstance(value, tuple):
            yield from (entry for entry in value if isinstance(entry, Mapping))


def _stated(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every mapping that states its status, with its path."""
    if isinstance(value, Mapping):
        if isinstance(value.get("status"), str):
            yield path, value
        for key, child in value.items():
            yield from _stated(child, f"{path}.{key}" if path else str(key))
    elif isinstance(value, tuple):
        for number, child in enumerate(value):
            name = child.get("id", number) if isinstance(child, Mapping) else number
            yield from _stated(child, f"{path}[{name}]")


def _open_points(rules: Rules) -> Iterator[str]:
    yield "## Not confirmed · 待确认"
    yield ""
    yield "| where | status | what | note |"
    yield "| --- | --- | --- | --- |"
    for name, table in sorted(rules.tables.items()):
        # Rows that differ only in the parameter share one line.
        groups: dict[tuple[str, str, str], list[str]] = {}
        for row in table:
            if row.get("status") in (None, "confirmed"):
                continue
            what = " ".join(
                str(row[column]) for column in table.key if row[column] is not None and column != "parameter"
            )
            parameters = groups.setdefault((str(row["status"]), what, str(row.get("note") or "")), [])
            parameter = row.get("parameter")
            if parameter is not None and parameter not in parameters:
                parameters.append(str(parameter))
        for (status, what, note), parameters in groups.items():
            about = " ".join([what, *parameters]).strip()
            yield f"| `{name}` | {status} | {_cell(about)} | {_cell(note)} |"
    for name in sorted(rules.documents):
        for path, entry in _stated(rules.document(name)):
            if entry["status"] != "confirmed":
                default = f" (default {json.dumps(entry['default'], default=str)})" if "default" in entry else ""
                note = str(entry.get("note") or entry.get("en") or "")
                yield f"| `{name}` | {entry['status']} | {_cell(path)}{default} | {_cell(note)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
