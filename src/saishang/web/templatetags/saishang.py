"""Tags with which the pages are written: assets, icons, badges, tables, charts, addresses."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from saishang.apps.registers.closing import Closing, closing_of
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.assets import asset_url
from saishang.web.pages.charts import Chart, MapView, Spark
from saishang.web.pages.tables import Cell, Column, Table, as_cell

register = template.Library()
__all__ = ["register"]


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built script, style sheet or sprite."""
    return asset_url(name)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon of the sprite; the words beside it carry the meaning."""
    return _icon(asset_url("icons.svg"), name)


@lru_cache(maxsize=512)
def _icon(sprite: str, name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', sprite, name
    )


@register.simple_tag
def state(name: str) -> SafeString:
    """Badge of a target status: icon, words and colour."""
    return format_html('<span class="state tone-{}">{}{}</span>', name, icon(name), texts.state_name(name))


@register.simple_tag
def register_closing(kind: Kind) -> Closing | None:
    """Who brings a register under a new description now, and how far that is; None when nobody does."""
    return closing_of(kind.id)


#: How far a system of the plan is built → the tone and icon of its badge.
_BUILT = {"works": "met", "partly": "at_risk", "not_built": "not_evaluated"}


@register.simple_tag
def built(state: str, words: str) -> SafeString:
    """Badge of how far a system of the plan is built: icon, words and colour."""
    tone = _BUILT[state]
    return format_html('<span class="state tone-{}">{}{}</span>', tone, icon(tone), words)


@register.simple_tag
def mark(name: str | None) -> SafeString:
    """How sure a source is: confirmed, recalled, unconfirmed."""
    if not name:
        return SafeString("")
    return format_html('<span class="sure sure-{}">{}</span>', name, texts.mark_name(name))


@register.filter
def name(thing: Any) -> str:
    """Name of a rules row in the reader's language."""
    return texts.name_of(thing)


@register.filter
def stage(words: str) -> str:
    """How far a plan's text had come, in the reader's language."""
    return texts.document_stage(words)


@register.filter
def said(text: str) -> str:
    """A sentence of the code (an error, a remedy) in the reader's language."""
    return wording.say(text or "")


@register.filter
def said_where(text: str) -> str:
    """Place of an error in the reader's language."""
    return wording.say_where(text)


@register.filter
def clause(text: str) -> str:
    """Clause or source of a rule in the reader's language."""
    return wording.clause(text or "")


@register.filter
def period(code: str) -> str:
    """A period of the tables as people write it."""
    return texts.period_name(code or "")


@register.filter
def percent(share: Any) -> str:
    """A share of one as per cent."""
    return texts.percent(share)


@register.filter
def field_kind(bound: Any) -> str:
    """Class name of a form field's control."""
    return type(bound.field.widget).__name__.lower()


@register.filter
def required_mark(attributes: Any) -> bool:
    """Whether a control asks for a value."""
    return bool(attributes.get("aria-required") == "true")


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's query string with some keys changed; None removes a key."""
    request = context.get("request")
    values = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key in ("format", "table"):
        values.pop(key, None)
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = str(value)
    encoded = values.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.simple_tag
def options(choices: Any, chosen: Any = "") -> SafeString:
    """Options of a select from pairs of value and words. Written here: a province has hundreds of organisations."""
    pairs = tuple(choices or ())
    try:
        return _kept_options(pairs, chosen)
    except TypeError:  # something in them has no hash
        return _options(pairs, chosen)


def _options(pairs: tuple[tuple[Any, Any], ...], chosen: Any) -> SafeString:
    # Escaped whatever it is: a text that is safe and one that is not are the same key.
    return SafeString("".join(
        f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>{escape(str(words))}</option>'
        for value, words in pairs
    ))  # fmt: skip


#: The same choices come again with every page; the words are in the key, so that nothing here can go stale.
_kept_options = lru_cache(maxsize=128)(_options)


@register.simple_tag
def matrix_cell(square: Any, numbers: bool = False) -> SafeString:
    """A cell of the matrix of work: letter and pattern for the eye, the counts in words for the ear and the pointer."""
    return SafeString(_matrix_cell(square, numbers, _none()))


def _none() -> str:
    words = escape(_("没有事项"))
    return f'<span class="mx-cell mx-none"><span aria-hidden="true">·</span><span class="sr-only">{words}</span></span>'


def _matrix_cell(square: Any, numbers: bool, none: str) -> str:
    if not square.standing:
        return none
    words = escape(square.words)
    tag, href = ("a", f' href="{escape(square.href)}"') if square.href else ("span", "")
    figures = f"<small>{square.late}/{square.total}</small>" if numbers else ""
    return (
        f'<{tag} class="mx-cell st-{square.standing}"{href} title="{words}"><span aria-hidden="true">'
        f'{escape(square.letter)}{figures}</span><span class="sr-only">{words}</span></{tag}>'
    )


@register.simple_tag
def matrix_cells(squares: Any, numbers: bool = False) -> SafeString:
    """A row of them. Written here and not in a template: a matrix of a province has a thousand."""
    none = _none()
    return SafeString("".join(f"<td>{_matrix_cell(square, numbers, none)}</td>" for square in squares))


@register.inclusion_tag("parts/exports.html", takes_context=True)
def exports(context: template.Context, table: Table) -> dict[str, Any]:
    """Links to the table as CSV and Excel."""
    return {
        "table": table,
        "csv": query(context, format="csv", table=table.name),
        "xlsx": query(context, format="xlsx", table=table.name),
        "label_csv": _("把“%(title)s”导出为 CSV") % {"title": table.title},
        "label_xlsx": _("把“%(title)s”导出为 Excel") % {"title": table.title},
    }


@register.inclusion_tag("parts/table.html", takes_context=True)
def data_table(context: template.Context, table: Table, bare: bool = False) -> dict[str, Any]:
    """A table; `bare` leaves out head and export links, for where the page has put them elsewhere."""
    return {"table": table, "bare": bare, "request": context.get("request")}


@register.simple_tag
def rows_of(table: Table) -> SafeString:
    """The rows of a table's body. Written here and not in a template: a list of offices has thousands of cells."""
    columns = table.shown_columns
    before, after = zip(*(_around(column) for column in columns), strict=True) if columns else ((), ())
    found: list[str] = []
    for row in table.rows:
        found.append("<tr>")
        for column, head, tail in zip(columns, before, after, strict=True):
            found += (head, _cell(as_cell(row.get(column.key))), tail)
        found.append("</tr>\n  ")
    return SafeString("".join(found))


def _around(column: Column) -> tuple[str, str]:
    """The tags of a column's cells."""
    if column.row_head:
        return f'<th scope="row" class="head-col {"key" if column.nowrap else ""}">', "</th>"
    names = "num" if column.number else ""
    for wanted, name in ((column.nowrap, " key"), (column.long, " long-text"), (column.wide_only, " wide-only")):
        names += name if wanted else ""
    return f'<td class="{names}">', "</td>"


def _cell(cell: Cell) -> str:
    """What stands in a cell."""
    shown = conditional_escape(cell.shown)
    absent = cell.absent
    invalid = "" if cell.valid else format_html(' title="{}"', _("不满足有效性规定"))
    mended = "" if cell.valid else " invalid-class"
    if cell.badge:
        body = str(conditional_escape(cell.badge))
    elif cell.state:
        body = str(state(cell.state))
    elif cell.level and not absent:
        body = f'<span class="aqi lv-{cell.level}">{shown}</span>'
    elif cell.water and not absent:
        body = f'<span class="aqi wq-{cell.water}{mended}"{invalid}>{shown}</span>'
    elif cell.quiet and not absent:
        body = f'<span class="aqi quiet-{conditional_escape(cell.quiet)}{mended}"{invalid}>{shown}</span>'
    elif absent:
        body = format_html('<span class="absent" title="{}">—</span>', _("无数值"))
    else:
        body = f'<a href="{conditional_escape(cell.href)}">{shown}</a>' if cell.href else str(shown)
        if not cell.valid:
            body = f'<span class="invalid"{invalid}>{body}</span>'
        if cell.swatch:
            body = f'<span class="swatch lv-{conditional_escape(cell.swatch)}"></span> {body}'
    text = cell.indent + body
    if cell.mark:
        text += f" {mark(cell.mark)}"
    if cell.note:
        text += f'<br><span class="small soft">{conditional_escape(cell.note)}</span>'
    return text


@register.inclusion_tag("parts/chart.html", takes_context=True)
def chart(context: template.Context, chart: Chart) -> dict[str, Any]:
    """A chart with its table below it."""
    return {"chart": chart, "request": context.get("request")}


@register.inclusion_tag("parts/map.html", takes_context=True)
def map_view(context: template.Context, view: MapView) -> dict[str, Any]:
    """A map with its table below it."""
    return {"view": view, "request": context.get("request")}


@register.inclusion_tag("parts/spark.html")
def sparkline(picture: Spark | None) -> dict[str, Any]:
    """A small path picture."""
    return {"picture": picture}
