"""Give an organisation another name from a day on (更名); what was written before keeps the name of its day."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from saishang.apps.organisations.actions.add_organisation import Named
from saishang.apps.organisations.actions.doing import Doing, allowed, find_organisation, lock, log
from saishang.apps.organisations.models import OrganisationName
from saishang.apps.organisations.names import name_faults, plain
from saishang.apps.organisations.refusals import refuse
from saishang.errors import Fault

__all__ = ["rename_organisation"]


def rename_organisation(doing: Doing, code: str, named: Named, first: date) -> OrganisationName:
    """Permission → check → change → log: `named` holds from the day `first` on.

    The name before becomes an alias of the new one, so that whoever writes the old one still finds the office.

    Raises
    ------
    ChangeRefused
        Without permission or reason; for the same name; on a day that is not after the one from which the newest name
        holds, or on which the organisation does not exist; for a name that another organisation bears then.
    """
    with transaction.atomic():
        lock()
        found = find_organisation(code)
        allowed(doing, "manage_organisations", found)
        names = sorted(found.names.all(), key=lambda name: name.first or date.min)
        newest = names[-1] if names else None
        faults = doing.faults()
        if not found.open_on(first):
            faults.append(Fault("first", f"{found.code} does not exist on {first}", "choose a day on which it does"))
        if newest is not None and newest.first is not None and first <= newest.first:
            faults.append(Fault("first", f"expected a day after {newest.first}, from which the newest name holds; "
                                f"got {first}", "choose a later day"))  # fmt: skip
        if newest is not None and _same(newest, named):
            faults.append(Fault("zh", "this is the name that it bears", "enter the new name"))
        faults += name_faults(named.zh, named.en, named.short, named.aliases, first, found)
        refuse(faults)
        aliases = [alias.strip() for alias in named.aliases if alias.strip()]
        if newest is not None:
            aliases += [newest.zh, *([newest.short] if newest.short else []), *newest.aliases]
        own = {plain(named.zh), plain(named.short)}
        kept = list(dict.fromkeys(alias for alias in aliases if plain(alias) not in own))
        made = OrganisationName.objects.create(
            organisation=found, first=first, zh=named.zh.strip(), en=named.en.strip(), short=named.short.strip(),
            aliases=kept,
        )  # fmt: skip
        before = None if newest is None else {"zh": newest.zh, "en": newest.en, "short": newest.short}
        log(doing, "rename", found, before, {
            "organisation": code, "zh": made.zh, "en": made.en, "short": made.short, "first": first,
        })  # fmt: skip
    return made


def _same(name: OrganisationName, named: Named) -> bool:
    given = [plain(text) for text in (named.zh, named.en, named.short)]
    return given == [plain(text) for text in (name.zh, name.en, name.short)]
