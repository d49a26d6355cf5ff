"""Who may do what to one case, finding, matter, duty or file: the predicate of organisations, and who has a part."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from saishang.apps.organisations.access import Span, reach
from saishang.apps.supervision.models import Case, Coordination, File, Finding, FindingUnit, Occurrence, Party

__all__ = ["KINDS", "may_supervised", "visible_findings", "visible_matters"]

#: Kinds of things that an address may name.
KINDS = ("case", "finding", "matter", "duty", "file")


def visible_findings(span: Span) -> Q:
    """Findings that somebody with this span of `view_internal` sees: of the responsible unit, or helping with them."""
    if span.everything:
        return Q()
    part = FindingUnit.objects.filter(span.filter("organisation"), finding=OuterRef("pk"))
    return span.filter("organisation") | Q(Exists(part))


def visible_matters(span: Span) -> Q:
    """Matters that somebody with this span of `view_internal` sees: raised by, or put to, an organisation of it."""
    if span.everything:
        return Q()
    part = Party.objects.filter(span.filter("organisation"), coordination=OuterRef("pk"))
    return span.filter("organisation") | Q(Exists(part))


def may_supervised(person: object, action: str, kind: str, key: str) -> bool:
    """Whether a person may do an action to a case, finding, matter, duty or file; False when there is none.

    `view_internal` and `answer_supervision` also hold over who helps with a finding or is asked in a matter; answering
    for a finding itself stays with the responsible unit, which the actions see to.
    """
    span = reach(person, action)
    if kind == "file":
        row = File.objects.select_related("case", "finding", "coordination", "occurrence").filter(pk=int(key)).first()
        if row is None:
            return False
        for name, thing in (("case", row.case), ("finding", row.finding), ("matter", row.coordination),
                            ("duty", row.occurrence)):  # fmt: skip
            if thing is not None:
                return may_supervised(person, action, name, thing.code if isinstance(thing, Finding) else str(thing.pk))
        return False
    if kind == "case":
        return Case.objects.filter(span.filter("organisation"), pk=int(key)).exists()
    if kind == "duty":
        return Occurrence.objects.filter(span.filter("organisation"), pk=int(key)).exists()
    if kind == "finding":
        inside = visible_findings(span) if action == "view_internal" else span.filter("organisation")
        return Finding.objects.filter(inside, code=key).exists()
    parts = action in ("view_internal", "answer_supervision")
    return Coordination.objects.filter(
        visible_matters(span) if parts else span.filter("organisation"), pk=int(key)
    ).exists()
