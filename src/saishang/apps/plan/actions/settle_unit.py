"""Settle by hand which agency a written name means."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.plan.actions.import_plan import PlanImportError, _permit
from saishang.apps.plan.importer.agencies import site_agencies
from saishang.apps.plan.models import ItemOwner, PlanVersion, Unresolved

__all__ = ["settle_unit"]


def settle_unit(actor: Any, version: PlanVersion, unit: str, agency: str, reason: str = "") -> int:
    """Write the formal name to every owner of this version that carries the unit; give their number.

    Raises
    ------
    PlanImportError
        When the actor may not, or the unit is not on the list of unresolved ones.
    """
    _permit(actor)
    agency = agency.strip()
    if not agency:
        raise PlanImportError("expected the formal name of an agency, got none", fix="name the agency")
    with transaction.atomic():
        row = Unresolved.objects.select_for_update().filter(version=version, unit=unit).first()
        if row is None:
            open_units = "、".join(version.unresolved.filter(agency="").values_list("unit", flat=True)) or "none"
            raise PlanImportError(
                f"expected an unresolved unit of {version} ({open_units}), got {unit!r}", fix="name one of them"
            )
        before = row.agency
        row.agency, row.settled_by, row.settled_at = agency, str(actor)[:150], timezone.now()
        row.save()
        code = next((a.code for a in site_agencies(settings.CONFIG.rules_overlay) if a.name == agency), "")
        changed = ItemOwner.objects.filter(item__version=version, unit=unit).update(agency=agency, agency_code=code)
        record(actor, "plan.settle_unit", row, {"agency": before}, {"agency": agency, "owners": changed}, reason=reason)
    return changed
