"""Labels with QR code: a sheet for many entries, one label for one; what stands on them is what everybody may see."""

from __future__ import annotations

import io

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.registers.models import Entry
from saishang.science.register.kind import Kind
from saishang.web.pages import site
from saishang.web.pages.registers_bulk import picked
from saishang.web.pages.registers_common import entry_url, kind_name, opened, tabs
from saishang.web.pages.registers_filters import filter_query
from saishang.web.security import public

__all__ = ["labels"]

#: Labels of one printing: ten sheets of 24.
MOST = 240


@public
@require_safe
def labels(request: HttpRequest, kind: str) -> HttpResponse:
    """Labels of the entries that the address picks, in its order; `one=1` makes one label of a page."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    numbers, whole = picked(request, reader, MOST)
    there = {row.pk: row for row in Entry.objects.filter(kind=known.id, pk__in=numbers, withdrawn=False)}
    rows = [there[number] for number in numbers if number in there]
    listed = [
        {"key": row.key, "title": _shown(known, known.title, row.title),
         "region": site.region_name(row.region) if row.region and _shown(known, known.region_field, "x") else "",
         "code": _code(request.build_absolute_uri(entry_url(known, row.pk)), row.key)}
        for row in rows
    ]  # fmt: skip
    context = {
        "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, ""), "labels": listed, "whole": whole,
        "most": MOST, "one": bool(request.GET.get("one")) and len(listed) == 1, "count": len(listed),
        "back": f"{reverse('registers-list', args=[known.id])}?{filter_query(request.GET) or 'view=0'}",
    }  # fmt: skip
    return render(request, "registers/labels.html", context)


def _shown(kind: Kind, name: str, text: str) -> str:
    """A text of the entry, if everybody may see the field that it is: a label hangs where everybody passes."""
    field = kind.fields.get(name)
    return text if field is not None and field.public else ""


def _code(address: str, key: str) -> SafeString:
    """The address of an entry as a picture; no inline style, so that the page's own policy lets it stand."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, border=2, dark="#000", light="#fff", omitsize=True,
        title=_("%(key)s 的二维码") % {"key": key},
    )  # fmt: skip
    return mark_safe(out.getvalue().decode())  # noqa: S308 - made by segno of our own address, title escaped by it
