"""What forms of registers do for whoever proposes: send it off, take up again what came back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.registers.actions import Wish, propose_entry
from saishang.apps.registers.models import Proposal
from saishang.apps.registers.proposals import mine_again
from saishang.apps.registers.retention import hidden_proposed
from saishang.lake.archive import Archive
from saishang.science.register.kind import Kind
from saishang.web.pages import site
from saishang.web.pages.registers_common import Reader, address_of, place_text, today
from saishang.web.pages.registers_forms import control_name

__all__ = ["again", "propose", "sees"]


def propose(request: HttpRequest, kind: Kind, wish: Wish) -> str:
    """Propose it and say what happens next; returns the address of the proposal (Errors: as `propose_entry`)."""
    made = propose_entry(
        request.user, kind, site.rules(), Archive(settings.CONFIG.archive), wish, today=today(),
        address=address_of(request),
    )  # fmt: skip
    messages.success(
        request, _("已提交审核：第 %(number)s 号。审核通过后写入名录，结果会通知您。") % {"number": made.pk}
    )
    return reverse("registers-proposal", args=[kind.id, made.pk])


def again(request: HttpRequest, kind: Kind, entry: int | None) -> dict[str, Any]:
    """What the form begins with where an own proposal (`?again=12`) is mended; else nothing."""
    wanted = request.GET.get("again", "")
    row = mine_again(request.user, kind, wanted, entry) if wanted and request.user.is_authenticated else None
    if row is None:
        return {}
    past, _papers = hidden_proposed(kind, row)
    given = {control_name(name): text for name, text in row.given.items() if name not in past}
    return given | {"place": place_text(row.place), "effective": row.effective, "reason": row.reason}


def sees(request: HttpRequest, reader: Reader, row: Proposal) -> bool:
    """Whether the reader may open a proposal of this register."""
    return reader.reviewer or row.actor_id == request.user.pk
