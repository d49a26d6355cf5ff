"""The ways from a board into the forms of the register behind it, for whoever writes or proposes there."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from saishang.apps.registers import permits
from saishang.science.register.kind import Kind
from saishang.web.pages import site

__all__ = ["WriteLinks", "write_links"]


@dataclass(frozen=True)
class WriteLinks:
    """Addresses of the form for one entry and of the one for a table of them."""

    new: str
    table: str


def write_links(request: HttpRequest, kind: Kind) -> WriteLinks | None:
    """The forms of a register that this reader may send; None where he neither writes nor proposes."""
    if not request.user.is_authenticated:
        return None
    new = reverse("registers-new", args=[kind.id])
    if permits.may_write(request.user):
        return WriteLinks(new, reverse("registers-import", args=[kind.id]))
    if permits.proposes_somewhere(request.user, kind, site.rules()):
        return WriteLinks(new, reverse("registers-propose-table", args=[kind.id]))
    return None
