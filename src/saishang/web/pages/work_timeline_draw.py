"""Where things stand on a timeline (甘特图): days as per cent of a window, drawn as SVG with attributes and classes.

Every row is a picture of its own over the whole width of its cell, so that a table of them breaks over pages and keeps
its heads; the patterns and the grid stand once on the page and are used by reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from saishang.apps.execution.models import WorkItem
from saishang.web import texts
from saishang.web.pages.work_common import item_url, percent_words, standing_name

__all__ = ["Window", "axis", "grid", "months", "picture", "told", "window_of"]

_MONTHS_OF_A_QUARTER = 3
#: More years than these get a line per year only.
_YEARS_WITH_QUARTERS = 3


@dataclass(frozen=True)
class Window:
    """The days that are shown, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def at(self, day: date) -> float:
        """Where a day begins, per cent of the width; outside of 0 to 100 for a day outside."""
        return 100 * (day - self.first).days / self.days

    def holds(self, day: date) -> bool:
        """Whether a day is shown."""
        return self.first <= day <= self.last


def window_of(zoom: str, year: int, quarter: int, spanned: tuple[date, date] | None) -> Window:
    """The window of a zoom: a quarter, a year, or (`all`) whole years over everything that is drawn."""
    if zoom == "quarter":
        first = date(year, _MONTHS_OF_A_QUARTER * quarter - 2, 1)
        following = date(year + 1, 1, 1) if quarter == 4 else date(year, first.month + _MONTHS_OF_A_QUARTER, 1)
        return Window(first, following - timedelta(days=1))
    if zoom == "all" and spanned is not None:
        return Window(date(spanned[0].year, 1, 1), date(spanned[1].year, 12, 31))
    return Window(date(year, 1, 1), date(year, 12, 31))


def months(window: Window) -> list[tuple[date, str]]:
    """(first day, words) of the parts that the axis marks: months, quarters or years, by the length of the window."""
    years = window.last.year - window.first.year + 1
    step = 1 if years == 1 else _MONTHS_OF_A_QUARTER if years <= _YEARS_WITH_QUARTERS else 12
    found = []
    day = window.first
    while day <= window.last:
        quarter = (day.month + 2) // _MONTHS_OF_A_QUARTER
        if step == 1:
            words = texts.month_name(day.month)
        else:
            words = str(day.year) if step == 12 or quarter == 1 else f"Q{quarter}"
        found.append((day, words))
        month = day.month - 1 + step
        day = date(day.year + month // 12, month % 12 + 1, 1)
    return found


def axis(window: Window, today: date) -> SafeString:
    """The head of the column of pictures: its parts, and where today is."""
    words = format_html_join(
        "", '<text x="{}%" dx="3" y="13">{}</text>', ((_figure(window.at(day)), said) for day, said in months(window))
    )
    mark = SafeString("")
    if window.holds(today):
        mark = format_html(
            '<text class="tl-now" x="{}%" y="27">{}</text>', _figure(window.at(today)), _("今天 %(day)s") % {
                "day": f"{today.month}-{today.day}"},
        )  # fmt: skip
    return format_html('<svg class="tl tl-axis" width="100%" height="30" aria-hidden="true">{}{}</svg>', words, mark)


def grid(window: Window, today: date) -> SafeString:
    """What stands behind every row, and the diamonds of milestones; once on a page."""
    lines = format_html_join(
        "", '<line class="tl-line" x1="{0}%" x2="{0}%" y1="0" y2="28"></line>',
        ((_figure(window.at(day)),) for day, _said in months(window)),
    )  # fmt: skip
    now = SafeString("")
    if window.holds(today):
        now = format_html('<line class="tl-today" x1="{0}%" x2="{0}%" y1="0" y2="28"></line>',
                          _figure(window.at(today)))  # fmt: skip
    return format_html(
        '<svg class="st-defs" width="0" height="0" aria-hidden="true" focusable="false"><defs><g id="tl-grid">{}{}</g>'
        '<path id="tl-step" d="M0-6 6 0 0 6-6 0z"></path></defs></svg>', lines, now,
    )  # fmt: skip


def told(item: WorkItem) -> str:
    """An item's bar in words: what, standing, days, how far."""
    days = f"{texts.day(item.start)} → {texts.day(item.due)}"
    return texts.listed([item.title, standing_name(item.standing), days, percent_words(item)])  # type: ignore[attr-defined]


def picture(item: WorkItem, window: Window, today: date) -> SafeString:
    """One row: the bar from the first to the due day, hatched from there to today when late, and the milestones.

    A bar without a first day begins at the day from which it is owed, else at the edge; one without a due day runs to
    the edge and has no end there.
    """
    standing = str(item.standing)  # type: ignore[attr-defined]
    begin = item.start or item.assigned_on
    if begin is not None and item.due is not None and begin > item.due:
        begin = item.due
    start = window.at(begin) if begin else 0.0
    end = window.at(item.due + timedelta(days=1)) if item.due else 100.0
    pieces = [_piece(start, end, f"st-{'on_time' if standing == 'late' else standing}",
                     "tl-bar" if item.start and item.due else "tl-bar tl-open")]  # fmt: skip
    if standing == "late" and item.due:
        pieces.append(_piece(end, window.at(today + timedelta(days=1)), "st-late", "tl-bar tl-late"))
    far = item.override if item.override is not None else item.percent
    if far:
        done = _clipped(start, start + (end - start) * far / 100)
        if done is not None:
            pieces.append(format_html('<rect class="tl-far" x="{}%" y="20" width="{}%" height="3"></rect>',
                                      _figure(done[0]), _figure(done[1] - done[0])))  # fmt: skip
    pieces += _edges(start, end)
    steps = [_step(step.title, step.due, step.reached, window, today) for step in item.milestones.all()]
    return format_html(
        '<svg class="tl" width="100%" height="28"><use href="#tl-grid"></use><a href="{}" aria-label="{}"><title>{}'
        '</title>{}</a>{}</svg>', item_url(item.code), told(item), told(item), _joined(pieces), _joined(steps),
    )  # fmt: skip


def _piece(start: float, end: float, fill: str, classes: str) -> SafeString:
    shown = _clipped(start, end)
    if shown is None:
        return SafeString("")
    return format_html(
        '<rect class="{}" x="{}%" y="6" width="{}%" height="13" rx="2" fill="url(#{})"></rect>', classes,
        _figure(shown[0]), _figure(shown[1] - shown[0]), fill,
    )  # fmt: skip


def _edges(start: float, end: float) -> list[SafeString]:
    """Arrows where a bar goes on beyond the window."""
    found = []
    if start < 0 < end:
        found.append(SafeString('<text class="tl-edge" x="0" dx="2" y="17">◂</text>'))
    if start < 100 < end:
        found.append(SafeString('<text class="tl-edge tl-right" x="100%" dx="-2" y="17">▸</text>'))
    return found


def _step(title: str, due: date | None, reached: date | None, window: Window, today: date) -> SafeString:
    """A milestone: filled on the day on which it was reached, else empty on its due day, crossed when that is over."""
    day = reached or due
    if day is None or not window.holds(day):
        return SafeString("")
    late = reached is None and day < today
    if reached:
        words = _("里程碑“%(title)s”：%(day)s 达成") % {"title": title, "day": day}
    elif late:
        words = _("里程碑“%(title)s”：应于 %(day)s 达成，逾期未达成") % {"title": title, "day": day}
    else:
        words = _("里程碑“%(title)s”：应于 %(day)s 达成") % {"title": title, "day": day}
    place = _figure(window.at(day) + 50 / window.days)
    cross = format_html('<text class="tl-missed" x="{}%" y="16">!</text>', place) if late else SafeString("")
    return format_html(
        '<g role="img" aria-label="{0}"><title>{0}</title>'
        '<use href="#tl-step" class="tl-step {1}" x="{2}%" y="12"></use>{3}</g>',
        words, "is-reached" if reached else "is-late" if late else "is-open", place, cross,
    )  # fmt: skip


def _clipped(start: float, end: float) -> tuple[float, float] | None:
    """The part of a stretch that is shown; None when nothing is."""
    low, high = max(start, 0.0), min(end, 100.0)
    return (low, high) if high > low else None


def _joined(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _figure(value: float) -> str:
    """A coordinate: the same in every language."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
