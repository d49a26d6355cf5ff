"""Ask for a year's recurring duties of the plan (定期事项), and say what fulfils them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction

from saishang.apps.execution import queries as work
from saishang.apps.execution.actions.doing import allowed, check_version
from saishang.apps.execution.queries import ReportFilter
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.actions import Doing
from saishang.apps.plan import queries as plans
from saishang.apps.supervision.actions.doing import log, needs_text
from saishang.apps.supervision.models import Occurrence
from saishang.apps.supervision.refusals import SupervisionRefused, refuse
from saishang.apps.supervision.telling import tell_of_duty
from saishang.apps.supervision.yearly import ANNUAL, Annual, yearly
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = ["fulfil_duty", "open_year", "undo_duty"]

_YEARS = (2000, 2100)


def open_year(doing: Doing, rules: Rules, year: int) -> dict[str, int]:
    """Permission → change → log: one row per duty, organisation and day of the year; safe to do again.

    Returns
    -------
    Duty → how many rows are new.

    Raises
    ------
    SupervisionRefused
        Without permission (`supervise`) for everything, for no year, before a plan was imported.
    """
    allowed(doing, "supervise", None)
    if not _YEARS[0] <= year <= _YEARS[1]:
        message = f"expected a year from {_YEARS[0]} to {_YEARS[1]}; got {year}"
        refuse([Fault("year", message, "choose the year")])
    version = plans.current_version()
    if version is None:
        raise SupervisionRefused("there is no plan yet", fix="import one: saishang plan import")
    bodies = _Bodies(rules, version.id, doing.today)
    made: dict[str, int] = {}
    with transaction.atomic():
        have = set(
            Occurrence.objects.filter(plan=version.plan, year=year).values_list("duty", "organisation__code", "slot")
        )
        new: list[Occurrence] = []
        for one in yearly(rules, version.plan):
            duty = str(one.row["id"])
            for code, pk in bodies.of(one.who).items():
                for slot in one.row["due"] or ("",):
                    if (duty, code, slot) in have:
                        continue
                    due = date(year, int(slot[:2]), int(slot[3:])) if slot else None
                    new.append(
                        Occurrence(
                            plan=version.plan, duty=duty, year=year, organisation_id=pk, slot=slot, due=due,
                            stated=one.stated,
                        )
                    )  # fmt: skip
                    made[duty] = made.get(duty, 0) + 1
        Occurrence.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
        if new:
            log(
                doing,
                "open_year",
                ("supervision.Occurrence", str(year)),
                None,
                {"year": year, "plan": version.plan} | made,
            )
    return made


def fulfil_duty(
    doing: Doing, rules: Rules, pk: int, proof: str, seen: int | None, *, text: str = "", on: date | None = None,
    annual: Annual | None = None,
) -> Occurrence:  # fmt: skip
    """Permission → lock → check → change → log.

    Parameters
    ----------
    proof:
        `work_plan`: the organisation's work plan of the year is approved. `reports`: all its reports of the year are
        handed in. `annual`: its annual report of the year (`annual`), whose file lies beside it. `record`: `text` says
        what was done, on the day `on`; files lie beside it.

    Raises
    ------
    SupervisionRefused
        Without permission (`answer_supervision`, or `supervise` for what others keep); when the proof is not there, or
        it is fulfilled already.
    """
    with transaction.atomic():
        row = _locked(pk, seen)
        if not doing.span("supervise").covers(row.organisation):
            allowed(doing, "answer_supervision", row.organisation)
        if row.state != "open":
            raise SupervisionRefused("it is fulfilled already", fix="have it returned first, if that was wrong")
        known = next((one for one in yearly(rules, row.plan) if one.row["id"] == row.duty), None)
        faults: list[Fault] = []
        if known is None or proof not in known.proof:
            can = ", ".join(known.proof) if known else "nothing"
            faults.append(Fault("proof", f"expected one of {can}; got {proof[:20]!r}", "choose one"))
        elif proof == "work_plan":
            faults += _by_work_plan(row)
        elif proof == "reports":
            faults += _by_reports(row, doing.today)
        elif proof == ANNUAL:
            faults += _by_annual(row, annual)
        else:
            faults += _by_record(row, text, on, doing.today)
        refuse(faults)
        row.proof, row.state, row.text = proof, "fulfilled", text.strip()
        row.done_on, row.done_by = on or doing.today, doing.name
        row.version += 1
        row.save()
        log(doing, "fulfil_duty", row, {"state": "open"}, {
            "duty": row.duty, "year": row.year, "organisation": row.organisation.code, "proof": proof, "text": row.text,
            "on": row.done_on.isoformat(), "work_plan": row.work_plan_id, "reports": row.reports,
            "annual": row.annual_id,
        })  # fmt: skip
    return row


def undo_duty(doing: Doing, pk: int, seen: int | None) -> Occurrence:
    """The office does not accept it (with a reason), and it is owed again.

    Raises
    ------
    SupervisionRefused
        Without permission (`supervise`) or reason; when it is owed anyway.
    """
    with transaction.atomic():
        row = _locked(pk, seen)
        allowed(doing, "supervise", row.organisation)
        if row.state != "fulfilled":
            raise SupervisionRefused("it is owed anyway", fix="load the page again")
        if not doing.reason.strip():
            refuse([Fault("reason", "this needs a reason; got none", "say why")])
        before = {"proof": row.proof, "text": row.text, "on": row.done_on.isoformat() if row.done_on else None}
        row.state, row.proof, row.work_plan, row.reports, row.annual = "open", "", None, None, None
        row.done_on, row.done_by = None, ""
        row.version += 1
        row.save()
        log(
            doing, "undo_duty", row, before, {"duty": row.duty, "year": row.year, "organisation": row.organisation.code}
        )
        tell_of_duty(doing, row, "undo")
    return row


def _locked(pk: int, seen: int | None) -> Occurrence:
    rows = Occurrence.objects.select_for_update(of=("self",)).select_related("organisation")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise SupervisionRefused("there is no such duty", fix="load the page again")
    check_version(row, seen)
    return row


def _by_work_plan(row: Occurrence) -> list[Fault]:
    found = work.work_plans(Span(own=frozenset({row.organisation.path})), row.year).first()
    if found is None or found.state != "approved":
        came = "none" if found is None else f"one that is {found.state}"
        return [Fault("proof", f"expected an approved work plan of {row.year}; got {came}", "have it approved first")]
    row.work_plan = found
    return []


def _by_reports(row: Occurrence, today: date) -> list[Fault]:
    span = Span(own=frozenset({row.organisation.path}))
    rows = work.reports(span, ReportFilter(period=str(row.year)), today)
    count, missing = rows.count(), rows.filter(submitted_at__isnull=True).count()
    if not count or missing:
        came = f"{missing} of {count} missing" if count else "none"
        return [Fault("proof", f"expected every report on {row.year} handed in; got {came}", "hand them in first")]
    row.reports = count
    return []


def _by_annual(row: Occurrence, annual: Annual | None) -> list[Fault]:
    """The report is of that organisation and year, and its very bytes lie beside the duty."""
    code, year = row.organisation.code, row.year
    if annual is None:
        message = f"expected the annual report of {code} for {year}; got none"
        return [Fault("proof", message, "make it, then hand it over")]
    if (annual.organisation, annual.year) != (code, year):
        message = (
            f"expected the annual report of {code} for {year}; got that of {annual.organisation} for {annual.year}"
        )
        return [Fault("proof", message, "hand over the one of that organisation and year")]
    if not row.files.filter(struck_at__isnull=True, sha256=annual.sha256).exists():
        message = "expected the annual report's file beside the duty; got none with its digest"
        return [Fault("proof", message, "lay it there first")]
    row.annual_id = annual.number
    return []


def _by_record(row: Occurrence, text: str, on: date | None, today: date) -> list[Fault]:
    faults = needs_text("text", text, "how it was fulfilled")
    if on is not None and on > today:
        faults.append(Fault("on", f"expected a day up to today; got {on}", "enter the day on which it was done"))
    if not row.files.filter(struck_at__isnull=True).exists():
        faults.append(Fault("file", "expected at least one file of evidence; got none", "attach one first"))
    return faults


class _Bodies:
    """Organisations that words of `plans/*/yearly.yaml` stand for."""

    def __init__(self, rules: Rules, version: int, on: date) -> None:
        views = organisations.tree(organisations.Filter(on=on))
        self._open = {view.code: view.pk for view in views}
        self._top = next((view.code for view in views if view.parent is None), "")
        self._governments = [view.code for view in views if view.kind == "government" and view.region.isdigit()]
        self._everyone = {view.code: view for view in organisations.tree(organisations.Filter(on=on, closed=True))}
        self._owners = [row.agency_code for row in plans.owners(version) if row.agency_code]

    def of(self, who: Collection[str]) -> dict[str, int]:
        """Code → number of the organisations that exist; what was merged owes through its successor."""
        codes: dict[str, None] = {}
        for word in who:
            for code in self._named(word):
                while code in self._everyone and code not in self._open and self._everyone[code].successor:
                    code = str(self._everyone[code].successor)
                codes[code] = None
        return {code: self._open[code] for code in codes if code in self._open}

    def _named(self, word: str) -> list[str]:
        if word == "owners":
            return self._owners
        if word == "places":
            return [code for code in self._governments if code != self._top]
        if word == "governments":
            return self._governments
        return [self._top] if word == "region" else [word]
