"""Who sees what of a register through the interface: fields, entries, figures, and what may be asked about them.

Without signing in, the interface is the open one: public registers, and of their fields those that are public and open
(`Field.open`). People who are signed in see what the pages show them. What somebody does not see he cannot ask about
either: no filter, no figure's list of entries, no term rests on a field that is hidden from him.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView
from saishang.science.register.kind import Field, Figure, Kind
from saishang.web.api.problems import Problem
from saishang.web.pages import site
from saishang.web.pages.registers_common import Reader

__all__ = ["Sight", "opened", "rests_on", "seen_kinds", "sight_of"]


def rests_on(figure: Figure) -> set[str]:
    """Fields that a figure looks at, `state` among them."""
    named = {*figure.where, *figure.of, *(name for choice in figure.any_of for name in choice)}
    return named | ({figure.field} if figure.field else set())


@dataclass(frozen=True)
class Sight:
    """What a caller sees of a register.

    Attributes
    ----------
    inside:
        Whether what is not public is shown.
    """

    kind: Kind
    fields: tuple[Field, ...]
    inside: bool

    def sees(self, name: str) -> bool:
        """Whether a field is shown; the state of an entry always is."""
        return name == "state" or any(field.id == name for field in self.fields)

    @property
    def region(self) -> bool:
        """Whether the region is shown, and can be asked for."""
        return bool(self.kind.region_field) and self.sees(self.kind.region_field)

    def tells(self, figure: Figure) -> bool:
        """Whether all fields that a figure rests on are shown: else its list of entries would tell hidden ones."""
        return all(self.sees(name) for name in rests_on(figure))

    @property
    def terms(self) -> bool:
        """Whether all fields that the terms rest on are shown."""
        named = {name for term in self.kind.terms for name in (*term.where, term.since) if name}
        return all(self.sees(name) for name in named)

    def values(self, view: EntryView) -> dict[str, Any]:
        """Fields of an entry that the caller sees; what is past its years is empty already (`queries.view_of`)."""
        return {field.id: view.values.get(field.id) for field in self.fields}

    def title(self, view: EntryView) -> str:
        """The title, or the key where the field of the title is hidden."""
        return view.title if self.sees(self.kind.title) else view.key


def sight_of(request: HttpRequest, kind: Kind, region: str | None = None, *, only_open: bool = False) -> Sight | None:
    """What the caller sees of a register, or of an entry in a region; None of what is not for him.

    Parameters
    ----------
    only_open:
        What everybody sees, whoever asks: for files that are passed on.
    """
    reader = Reader(request, kind, region)
    if only_open or reader.person is None:
        fields = tuple(field for field in kind.seen_by(False) if field.open)
        # Without its key an entry has no name that could be passed on.
        shown = kind.public and any(field.id == kind.key for field in fields)
        return Sight(kind, fields, False) if shown else None
    if not kind.public and not reader.staff:
        return None
    return Sight(kind, tuple(reader.fields), reader.staff)


def opened(request: HttpRequest, name: str, region: str | None = None, *, only_open: bool = False) -> Sight:
    """What the caller sees of the register of a name.

    Raises
    ------
    Problem
        404 when there is no such register, 403 when it is not for him.
    """
    kind = kinds(site.rules()).get(name)
    if kind is None:
        raise Problem(404, "unknown-register", _("没有这个名录"), _("没有名为“%(name)s”的名录。") % {"name": name[:80]})
    found = sight_of(request, kind, region, only_open=only_open)
    if found is None:
        raise Problem(
            403, "not-open", _("此名录不开放"), _("登录后有相应权限的人员才能读取这个名录。"),
        )  # fmt: skip
    return found


def seen_kinds(request: HttpRequest, *, only_open: bool = False) -> Mapping[str, Sight]:
    """Every register that the caller sees, by its id."""
    found = {kind.id: sight_of(request, kind, only_open=only_open) for kind in kinds(site.rules()).values()}
    return {name: sight for name, sight in found.items() if sight is not None}
