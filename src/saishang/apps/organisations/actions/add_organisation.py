"""Add an office or another organisation below one that is there (新设机构)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max

from saishang.apps.organisations.actions.doing import Doing, allowed, find_organisation, lock, log
from saishang.apps.organisations.models import Organisation, OrganisationName
from saishang.apps.organisations.names import name_faults
from saishang.apps.organisations.refusals import refuse
from saishang.errors import Fault

__all__ = ["Named", "add_organisation"]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")
_KINDS = {kind for kind, _words in Organisation.KINDS}


@dataclass(frozen=True)
class Named:
    """What an organisation is called."""

    zh: str
    en: str = ""
    short: str = ""
    aliases: Sequence[str] = ()


def add_organisation(
    doing: Doing, parent: str, code: str, named: Named, *, kind: str = "office", opened: date | None = None,
    region: str = "",
) -> Organisation:  # fmt: skip
    """Permission → check → change → log: a new organisation below `parent`, from `opened` on (today).

    Raises
    ------
    ChangeRefused
        Without permission over `parent`, reason, name or a code of its own; below one that is closed, or on a day
        before that one opened. Every fault is listed.
    """
    with transaction.atomic():
        lock()
        above = find_organisation(parent)
        allowed(doing, "manage_organisations", above)
        day = opened or doing.today
        code = code.strip()
        faults = doing.faults()
        if not _CODE.fullmatch(code):
            faults.append(Fault("code", f"expected 2 to 40 letters, digits, dots, dashes; got {code!r}",
                                "choose a short code such as NX-STT-DQC"))  # fmt: skip
        elif Organisation.objects.filter(code__iexact=code).exists():
            faults.append(Fault("code", f"the code {code} is taken", "choose another one"))
        if kind not in _KINDS:
            faults.append(Fault("kind", f"expected one of {', '.join(sorted(_KINDS))}; got {kind!r}", "choose one"))
        if not above.open_on(day):
            faults.append(Fault("opened", f"{above.code} does not exist on {day}", "choose a day on which it does"))
        faults += name_faults(named.zh, named.en, named.short, named.aliases, day, None)
        path = f"{above.path}{code}/"
        if len(path) > 400:
            faults.append(Fault("code", "the tree is too deep here", "choose shorter codes or a place further up"))
        refuse(faults)
        last = above.children.aggregate(last=Max("position"))["last"] or 0
        made = Organisation.objects.create(
            code=code, kind=kind, parent=above, path=path, region=region or above.region, position=last + 1,
            opened=day,
        )  # fmt: skip
        aliases = [alias.strip() for alias in named.aliases if alias.strip()]
        OrganisationName.objects.create(
            organisation=made, first=None, zh=named.zh.strip(), en=named.en.strip(), short=named.short.strip(),
            aliases=aliases,
        )  # fmt: skip
        log(doing, "add", made, None, {
            "organisation": code, "parent": above.code, "kind": kind, "zh": named.zh.strip(), "en": named.en.strip(),
            "opened": day,
        })  # fmt: skip
    return made
