"""Next steps of an entry as its page shows them: who makes each, whether the reader may, and why not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.organisations import queries as organisations
from saishang.apps.registers import permits
from saishang.apps.registers.queries import EntryView
from saishang.science.machine import Transition
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import Reader, state_name

__all__ = ["makes_at_once", "office_name", "steps_of"]


def steps_of(kind: Kind, reader: Reader, view: EntryView) -> list[dict[str, Any]]:
    """The legal moves of an entry, each with what its form needs."""
    if kind.life is None or view.withdrawn or kind.closed or view.state not in kind.life.states:
        return []
    # Asked once, and only where it decides.
    certifies = permits.may_certify(reader.person, kind, view.region)
    hand = certifies and permits.had_a_hand(reader.person, kind, view.pk)
    return [_step(kind, reader, view, move, certifies, hand) for move in kind.life.moves(view.state)]


def _step(
    kind: Kind, reader: Reader, view: EntryView, move: Transition, certifies: bool, hand: bool
) -> dict[str, Any]:  # fmt: skip
    who = kind.steps.who(move.action)
    if who == "certifier":
        mode, why = ("now", "") if certifies and not hand else ("", _why(kind, reader, view, hand))
    elif makes_at_once(kind, reader, view, move.action):
        mode, why = "now", ""
    else:
        mode, why = ("propose", "") if reader.proposes else ("", _why_not(reader))
    evidence = [(item, texts.both(kind.evidence[item].zh, kind.evidence[item].en)) for item in move.evidence]
    return {
        "action": move.action, "label": texts.both(move.zh, move.en), "clause": move.clause, "who": move.who,
        "after": state_name(kind, move.after), "evidence": evidence, "made_by": _made_by(kind, view, who),
        "mode": mode, "why": why, "certificate": _certificate(kind, view, move) if mode == "now" else [],
    }  # fmt: skip


def makes_at_once(kind: Kind, reader: Reader, view: EntryView, action: str) -> bool:
    """Whether the reader makes a move himself; else he proposes it, if he may."""
    return reader.person is not None and permits.may_make(reader.person, kind, view.region, action)


def office_name(code: str) -> str:
    """Name of an organisation, its code where the site has none of it (yet)."""
    found = organisations.one(code) if code else None
    return code if found is None else texts.both(found.zh, found.en or found.zh)


def _made_by(kind: Kind, view: EntryView, who: str) -> str:
    """Which office makes a step, in words."""
    if who == "certifier":
        code = kind.steps.certifier(view.region)
        return _("%(office)s（认定）") % {"office": office_name(code) or _("所在地政府")}
    if not kind.owner:
        return _("数据工作台")
    place = site.region_name(view.region) if view.region in site.rules().regions else ""
    proposers = texts.listed([office_name(kind.owner), *([_("%(place)s政府") % {"place": place}] if place else [])])
    if who == "proposer":
        return _("%(offices)s（直接办理）") % {"offices": proposers}
    return _("%(owner)s（审核）；可提出：%(offices)s") % {"owner": office_name(kind.owner), "offices": proposers}


def _why(kind: Kind, reader: Reader, view: EntryView, hand: bool) -> str:
    """Why the reader does not certify; nothing to somebody who is not signed in."""
    if reader.person is None:
        return ""
    if hand:
        return _("您登记、提交或审核过这一条目，不能再由您认定，请本单位其他人办理。")
    office = office_name(kind.steps.certifier(view.region))
    return _("这一步只能由%(office)s中有“认定名录”权限的人员办理。") % {"office": office}


def _why_not(reader: Reader) -> str:
    if reader.person is None:
        return ""
    return _("您没有办理这一步的权限。")


def _certificate(kind: Kind, view: EntryView, move: Transition) -> list[tuple[str, str, str, str]]:
    """Inputs of the certificate: name, words, type, what stands there already."""
    known = kind.steps.certificate
    if known is None or move.action not in (*known.issued, *known.renewed):
        return []
    parts = [("until", known.until)]
    if move.action in known.issued:
        parts = [("number", known.number), ("day", known.day), *parts]
    return [
        (f"certificate-{part}", texts.both(kind.fields[name].zh, kind.fields[name].en),
         "text" if part == "number" else "date", str(view.values.get(name) or "") if part == "number" else "")
        for part, name in parts if name
    ]  # fmt: skip
