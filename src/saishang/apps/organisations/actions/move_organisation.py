"""Put an organisation with everything below it under another one (划转)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from saishang.apps.organisations.actions.doing import Doing, allowed, find_organisation, lock, log
from saishang.apps.organisations.models import Organisation
from saishang.apps.organisations.refusals import refuse
from saishang.errors import Fault

__all__ = ["move_organisation"]


def move_organisation(doing: Doing, code: str, parent: str) -> Organisation:
    """Permission → check → change → log, from now on: who reaches what follows the tree at once.

    The actor must manage the organisation that it leaves and the one that it comes under; a member of an office does
    not move the office itself.

    Raises
    ------
    ChangeRefused
        Without permission or reason; for the top of the tree; to itself, below itself, to where it is, or under one
        that does not exist today.
    """
    with transaction.atomic():
        lock()
        found, above = find_organisation(code), find_organisation(parent)
        left = found.parent
        allowed(doing, "manage_organisations", left if left is not None else found)
        allowed(doing, "manage_organisations", above)
        faults = doing.faults()
        if left is None:
            faults.append(Fault("parent", "the top of the tree stays where it is", "move what is below it"))
        elif above.pk == left.pk:
            faults.append(Fault("parent", f"it is under {above.code} already", "choose another one"))
        if above.path.startswith(found.path):
            faults.append(Fault("parent", f"{above.code} is {found.code} itself or below it", "choose another one"))
        if not above.open_on(doing.today):
            faults.append(Fault("parent", f"{above.code} does not exist on {doing.today}", "choose one that does"))
        if not found.open_on(doing.today):
            faults.append(Fault("parent", f"{found.code} does not exist on {doing.today}", "leave it where it was"))
        before, path = found.path, f"{above.path}{found.code}/"
        below = Organisation.objects.filter(path__startswith=before)
        longest = max((len(row.path) for row in below), default=0) - len(before) + len(path)
        if longest > 400:
            faults.append(Fault("parent", "the tree is too deep here", "choose a place further up"))
        refuse(faults)
        count = below.update(path=Concat(Value(path), Substr(F("path"), len(before) + 1)))
        found.refresh_from_db()
        found.parent = above
        found.save(update_fields=["parent"])
        log(doing, "move", found, {"parent": left.code if left else None, "path": before},
            {"organisation": code, "parent": above.code, "path": path, "moved": count, "day": doing.today})  # fmt: skip
    return found
