"""The rules, to look at: every table with its sources and how sure they are."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.rules import RuleLookupError
from saishang.web import texts, wording
from saishang.web.pages.exports import export
from saishang.web.pages.site import rules
from saishang.web.pages.tables import Cell, Column, Table, as_cell
from saishang.web.security import public
from saishang.web.wording import columns, rulebook

__all__ = ["document", "index"]

_PAGE = 200
#: Columns that hold sentences of the rules: `wording/clauses.csv` says them in Chinese.
_SENTENCES = frozenset(
    {"source", "clause", "note", "formula", "origin", "licence", "datum", "area_basis", "population_basis"}
)


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All tables and documents of the rules with their counts by status, by field; a search narrows them."""
    found = rules()
    query = request.GET.get("q", "").strip()
    entries = [
        *((name, _("表"), len(source.rows), [str(row.get("status") or "") for row in source.rows])
          for name, source in found.tables.items()),
        *((name, _("文档"), len(content), _statuses(content)) for name, content in found.documents.items()),
    ]  # fmt: skip
    rows: list[dict[str, Any]] = []
    for name, kind, size, statuses in sorted(entries, key=lambda entry: (rulebook.place_of(entry[0]), entry[0])):
        title, group = _title(name), rulebook.field_name(rulebook.field_of(name))
        if any(word not in f"{title} {group} {name}".casefold() for word in query.casefold().split()):
            continue
        marks = Counter(statuses)
        rows.append(
            {
                "group": group,
                "title": Cell(title, href=reverse("rules-document", args=[name])),
                "name": name,
                "kind": kind,
                "rows": size,
                **{key: marks.get(key, 0) for key in ("confirmed", "recalled", "unconfirmed")},
            }
        )
    heads = [
        Column("group", _("领域"), nowrap=True),
        Column("title", _("名称"), row_head=True),
        Column("name", _("文件"), wide_only=True),
        Column("kind", _("类型"), nowrap=True),
        Column("rows", _("行数或键数"), number=True),
        Column("confirmed", texts.mark_name("confirmed"), number=True),
        Column("recalled", texts.mark_name("recalled"), number=True),
        Column("unconfirmed", texts.mark_name("unconfirmed"), number=True),
    ]
    table = Table(
        "rules", _("规则表"), heads, rows, about=[_("规则摘要：%(digest)s") % {"digest": found.digest}], tight=True,
        caption=_("共 %(count)d 份") % {"count": len(rows)}, empty=_("换一个词，例如标准编号或污染物名称。"),
    )  # fmt: skip
    context = {"table": table, "digest": found.digest, "query": query}
    return export(request, [table]) or render(request, "rules/index.html", context)


def _title(name: str) -> str:
    """Title of a table or document; a document without a row may carry its own."""
    content = rules().documents.get(name)
    return rulebook.title_of(name, (None, None) if content is None else (content.get("zh"), content.get("en")))


@public
@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    """One table or document."""
    found = rules()
    if name in found.tables:
        return _table_page(request, name)
    try:
        content = found.document(name)
    except RuleLookupError as error:
        raise Http404(wording.say(error.message)) from None
    rows = [{"key": Cell(path), "value": _document_value(name, path, value)} for path, value in _flat(content)]
    heads = [Column("key", _("键"), row_head=True), Column("value", _("值"))]
    table = Table(name.replace("/", "-"), _title(name), heads, rows, tight=True)
    context = {"table": table, "name": name, "title": _title(name), "page": None}
    return export(request, [table]) or render(request, "rules/document.html", context)


def _table_page(request: HttpRequest, name: str) -> HttpResponse:
    source = rules().table(name)
    query = request.GET.get("q", "").strip()
    keys = list(source.rows[0].keys()) if source.rows else []
    shown = [{key: _shown(name, key, row[key]) for key in keys} for row in source.rows]
    rows = [row for row in shown if not query or any(_holds(value, query) for value in row.values())]
    heads = [
        Column(key, columns.heading(key, name), row_head=index == 0, number=_numeric(source.rows, key))
        for index, key in enumerate(keys)
    ]
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    table = Table(
        name.replace("/", "-"),
        _title(name),
        heads,
        list(page.object_list),
        everything=rows,
        tight=True,
        caption=_("共 %(count)d 行") % {"count": len(rows)},
    )
    context = {"table": table, "name": name, "title": _title(name), "page": page, "query": query}
    return export(request, [table]) or render(request, "rules/document.html", context)


def _shown(name: str, key: str, value: Any) -> Any:
    """A value of the rules with its words in the reader's language beside it; what is no code stays as it is."""
    if isinstance(value, list | tuple):
        said = [columns.value_words(key, str(one), name) for one in value]
        return Cell(
            ", ".join(_say(one) for one in value),
            text=texts.listed(one or own for one, own in zip(said, value, strict=True)),
        )
    if not isinstance(value, str):
        return value
    words = columns.value_words(key, value, name)
    if words is None and key == "indicator":
        known = queries.indicator(value)
        words = texts.name_of(known) if known else None
    if words is None and key in _SENTENCES:
        words = wording.clause(value)
    return value if words is None else Cell(value, text=words)


def _document_value(name: str, path: str, value: str) -> Any:
    if path.endswith("statistic.source"):  # the name of a table, not a text to be read
        return value
    # Why a column of a file is left out is a sentence, whatever the column is called.
    return _shown(name, "note" if ".ignore." in f".{path}" else path.rpartition(".")[2], value)


def _holds(value: Any, query: str) -> bool:
    """Whether a cell holds what a reader looks for, as shown or as the rules write it."""
    cell = as_cell(value)
    return query.casefold() in f"{_say(cell.value)} {cell.shown}".casefold()


def _numeric(rows: Any, key: str) -> bool:
    values = [row[key] for row in rows if row.get(key) is not None]
    return bool(values) and all(not isinstance(v, str | bool | date) for v in values)


def _say(value: Any) -> str:
    return "" if value is None else str(value)


def _flat(node: Any, path: str = "") -> list[tuple[str, str]]:
    if hasattr(node, "items"):
        return [pair for key, item in node.items() for pair in _flat(item, f"{path}.{key}" if path else str(key))]
    if isinstance(node, list | tuple):
        if all(not hasattr(item, "items") and not isinstance(item, list | tuple) for item in node):
            return [(path, ", ".join(_say(item) for item in node))]
        return [pair for index, item in enumerate(node) for pair in _flat(item, f"{path}[{index}]")]
    return [(path, _say(node))]


def _statuses(node: Any) -> list[str]:
    if hasattr(node, "items"):
        own = [str(node["status"])] if "status" in node and isinstance(node["status"], str) else []
        return own + [s for item in node.values() for s in _statuses(item)]
    if isinstance(node, list | tuple):
        return [s for item in node for s in _statuses(item)]
    return []
