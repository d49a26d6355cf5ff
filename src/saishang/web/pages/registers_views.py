"""Saved views of a list: the ones that the reader sees beside it, and what is done with the own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from saishang.apps.organisations import queries as organisations
from saishang.apps.registers.actions import change_view, delete_view, open_with, save_view
from saishang.apps.registers.views import default_of, organisations_of, seen
from saishang.errors import SaishangError
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.pages.registers_common import Reader, address_of, opened
from saishang.web.pages.registers_filters import fields_asked, filter_query
from saishang.web.security import staff

__all__ = ["act", "opens_with", "save", "views_of"]


def views_of(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    """What the list needs: the views, which of them is open, and with whom one can be shared.

    A view that asks for a field that the reader may not see is left out: it would only be refused.
    """
    now, fields = filter_query(request.GET), {known.id for known in reader.fields}
    own = default_of(reader.person, reader.kind)
    listed = [
        {"pk": row.pk, "name": row.name, "href": f"?{row.query}&view={row.pk}" if row.query else f"?view={row.pk}",
         "current": row.query == now, "mine": row.owner_id == getattr(reader.person, "pk", None),
         "owner": row.owner.get_full_name() or row.owner.get_username(), "shared": row.shared,
         "organisation": row.organisation.code if row.organisation is not None else "",
         "default": own is not None and own.pk == row.pk}
        for row in seen(reader.person, reader.kind) if fields_asked(QueryDict(row.query), reader.kind) <= fields
    ]  # fmt: skip
    return {
        "listed": listed, "now": now, "any": bool(now), "keeps": reader.person is not None and reader.lists,
        "organisations": [
            (one.code, texts.name_of(organisations.one(one.code))) for one in organisations_of(reader.person)
        ],
    }  # fmt: skip


def opens_with(request: HttpRequest, reader: Reader) -> str | None:
    """Where a list that was asked for nothing in particular opens, by the reader's own default."""
    if request.GET:
        return None
    row = default_of(reader.person, reader.kind)
    fields = {known.id for known in reader.fields}
    if row is None or not fields_asked(QueryDict(row.query), reader.kind) <= fields:
        return None
    return f"{reverse('registers-list', args=[reader.kind.id])}?{row.query}&view={row.pk}"


@staff
@require_POST
def save(request: HttpRequest, kind: str) -> HttpResponse:
    """Keep what the list shows now under a name."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, _reader = found
    query = filter_query(QueryDict(request.POST.get("query", "")))
    shared, _sign, code = request.POST.get("shared", "").partition(":")
    try:
        row = save_view(request.user, known, request.POST.get("name", ""), query, shared=shared, organisation=code,
                        address=address_of(request))  # fmt: skip
    except SaishangError as error:
        messages.error(request, " ".join(wording.error_words(error)))
        return _back(known, query, 0)
    messages.success(request, _("已保存视图“%(name)s”。") % {"name": row.name})
    return _back(known, row.query, row.pk)


@staff
@require_POST
def act(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Rename and share, delete, or make it the own default, or no longer."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, _reader = found
    what, address = request.POST.get("what", ""), address_of(request)
    shared, _sign, code = request.POST.get("shared", "").partition(":")
    query, open_now = "", 0
    try:
        if what == "delete":
            delete_view(request.user, known, pk, address=address)
        elif what in ("default", "no_default"):
            open_with(request.user, known, pk if what == "default" else None, address=address)
        else:
            row = change_view(request.user, known, pk, name=request.POST.get("name", ""), shared=shared,
                              organisation=code, address=address)  # fmt: skip
            query, open_now = row.query, row.pk
    except SaishangError as error:
        messages.error(request, " ".join(wording.error_words(error)))
    else:
        messages.success(request, _("已记录。"))
    return _back(known, query, open_now)


def _back(kind: Kind, query: str, pk: int) -> HttpResponse:
    return redirect(f"{reverse('registers-list', args=[kind.id])}?{query}{'&' if query else ''}view={pk}")
