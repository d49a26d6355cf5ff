"""A line of the board as a row of its table. Written here and not in a template: a board has a thousand cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from saishang.web.templatetags.saishang import icon
from saishang.web.texts import counted

if TYPE_CHECKING:
    from saishang.web.pages.work_board import Line

__all__ = ["row_of"]


def row_of(line: Line, by: str, *, total: bool = False) -> SafeString:
    """The row; every number leads to what it counts.

    Parameters
    ----------
    by:
        What the lines are: task, organisation or region. Only tasks have targets.
    total:
        Whether the line is the sum of a section.
    """
    name = escape(line.name)
    scope, kind = ("rowgroup", ' class="work-section"') if total else ("row", "")
    cells = [
        f'<tr{kind}><th scope="{scope}" class="head-col{" is-below" if line.depth else ""}">',
        _linked(name, line.href), _together(line.more), f'</th><td class="work-bar">{line.picture}</td>',
        f'<td class="num">{_linked(line.group.total, line.group_href if line.group.total else "")}</td>',
        *(f'<td class="num">{_number(name, words, number, href)}</td>' for words, number, href in line.counts),
        f'<td class="num">{escape(line.share)}</td><td class="num">{_percent(line)}</td>',
        f'<td class="num">{_number(name, _("欠报报告"), line.overdue, line.overdue_href)}</td>',
    ]  # fmt: skip
    if by == "task":
        cells.append(f'<td class="key">{_targets(line, total=total)}</td>')
    return SafeString("".join((*cells, "</tr>")))


def _linked(shown: object, href: str, label: str = "") -> str:
    """What is shown, already escaped, with the address that it leads to; without one as it is."""
    said = f' aria-label="{label}"' if label else ""
    return f'<a href="{escape(href)}"{said}>{shown}</a>' if href else str(shown)


def _number(name: str, words: str, number: int, href: str) -> str:
    return _linked(number, href, f"{name} {escape(words)} {number}") if number else '<span class="absent">0</span>'


def _together(more: int) -> str:
    if not more:
        return ""
    words = counted("含下级，共 %(number)s 个单位", more) % {"number": more}
    return f'<br><span class="small soft">{escape(words)}</span>'


def _percent(line: Line) -> str:
    mean, unknown = line.group.mean, line.group.unknown
    shown = f"{mean}%" if mean is not None else (
        f'<span class="absent" title="{escape(_("没有事项设了里程碑"))}">—</span>'
    )  # fmt: skip
    if not unknown:
        return shown
    return f'{shown}<br><span class="small soft">{escape(_("%(number)s 个未设") % {"number": unknown})}</span>'


def _targets(line: Line, *, total: bool) -> str:
    href = escape(line.targets_href)
    badges = "".join(
        f'<a class="state tone-{state}" href="{href}" aria-label="{escape(words)} {number}" '
        f'title="{escape(words)} {number}">{icon(state)}{number}</a> '
        for state, words, number in line.targets
    )
    return badges or ("" if total else '<span class="absent">—</span>')
