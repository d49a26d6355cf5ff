"""From data to the facts of an annual report: targets and forecasts of a run, work as it stands at the moment.

Reads through the doors of the other apps only. A run never changes, so its part can be read again at any time; work
goes on, so what was counted is kept with the report (`read_again`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from saishang.apps.indicators import queries as indicators
from saishang.apps.indicators.queries import RunFacts, TargetRow
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.queries import OrganisationView
from saishang.apps.plan import queries as plans
from saishang.apps.reports.content import AnnualReport, Chance, Kind, Name, TargetFact
from saishang.apps.reports.refusals import ReportRefused
from saishang.apps.reports.supervision import count_supervision
from saishang.apps.reports.work import count_work
from saishang.rules import load_rules

__all__ = ["assemble", "read_again"]

#: What the plan calls the duty that these reports fulfil (`plans/<plan>/duties.csv`).
_DUTY = "年度"


def assemble(kind: Kind, code: str, year: int, run: str, counted: datetime) -> AnnualReport:
    """The facts of a report, read now.

    Parameters
    ----------
    code:
        Organisation that reports; of a consolidated report the top of the tree.
    run:
        Id of a run, or `latest`.
    counted:
        Now: work is counted as it stands.

    Raises
    ------
    ReportRefused
        For an organisation that is not there, or a run that ends before the year began.
    NoSuchRun
        When there is no such run.
    """
    local = timezone.localtime(counted).replace(tzinfo=None, second=0, microsecond=0)
    view = organisations.one(code, local.date())
    if view is None:
        raise ReportRefused(f"expected the code of an organisation; got {code!r}", fix="look at /organisations/")
    facts = indicators.run_facts(run)
    if facts.as_of.year < year:
        raise ReportRefused(
            f"the run {facts.id} is of {facts.as_of}, before the year {year} began: it says nothing about that year",
            fix="choose a run of that year or a later one, or report on an earlier year",
        )
    rules = load_rules(settings.CONFIG.rules_overlay)
    name = _name_of(view)
    states = indicators.catalogue().status.states
    to, copy_to = _addressees(facts)
    return _with_targets(
        AnnualReport(
            kind=kind, organisation=name, region=_region(facts.region), year=year, plan=_plan(facts),
            plan_version=facts.plan_version, run=facts.id, run_as_of=facts.as_of, rules=facts.rules_digest,
            code=facts.code_version, counted=local,
            states=tuple(Name(key, row["zh"], row["en"]) for key, row in states.items()), targets=(),
            forecasts=indicators.kept_forecasts(facts.id) is not None, work=count_work(kind, view, year, local, rules),
            to=to, copy_to=copy_to, supervision=count_supervision(kind, view, year, local, rules, _folder(facts)),
        ),
        view,
    )  # fmt: skip


def read_again(report: AnnualReport) -> AnnualReport:
    """The facts with everything that is in the run read from it again; the work stays as it was counted.

    Raises
    ------
    ReportRefused
        When the organisation is not there any more.
    NoSuchRun
        When the run is not there any more.
    """
    view = organisations.one(report.organisation.code, report.counted.date())
    if view is None:
        raise ReportRefused(f"there is no organisation {report.organisation.code} any more", fix="restore its row")
    facts = indicators.run_facts(report.run)
    renewed = replace(
        report, run=facts.id, run_as_of=facts.as_of, rules=facts.rules_digest, code=facts.code_version,
        plan_version=facts.plan_version,
    )  # fmt: skip
    return _with_targets(renewed, view)


def _with_targets(report: AnnualReport, view: OrganisationView) -> AnnualReport:
    whole = report.kind == "consolidated"
    chances = _chances(report.run) if report.forecasts else {}
    rows = indicators.target_rows(report.run, parts=not whole)
    names = _names(view.code)
    mine = rows if whole else [row for row in rows if _owed(row, view, names)]
    return replace(report, targets=tuple(_fact(row, chances, report.forecasts) for row in mine))


def _owed(row: TargetRow, view: OrganisationView, names: set[str]) -> bool:
    """Whether an organisation answers for a target: it is named as an owner, or governs the place of a part."""
    if view.kind == "government":
        return row.region == view.region
    return not row.parent and not names.isdisjoint(row.owners)


def _names(code: str) -> set[str]:
    """Every code and name under which a plan may mean it, also as successor of what was merged into it."""
    found: set[str] = set()
    for one in organisations.codes_owed(code):
        found.add(one)
        for row in organisations.names_of(one):
            found |= {text for text in (row.zh, row.short, *row.aliases) if text}
    return found


def _fact(row: TargetRow, chances: dict[tuple[str, str], Chance], kept: bool) -> TargetFact:
    absent = Chance(None, reason="not_forecast") if kept else None
    return TargetFact(
        code=row.target, item=row.item, title=Name(row.target, row.title_zh, row.title_en),
        region=_region(row.region), owners=row.owners, sign=row.comparator,
        goal="" if row.undetermined or row.goal is None else f"{row.goal.normalize():f}", unit=row.unit, year=row.year,
        value=row.rounded, period=row.value_period, status=row.status,
        reason=Name(row.reason, row.reason_zh, row.reason_en), chance=chances.get((row.target, row.region), absent),
        withheld=row.undetermined,
    )  # fmt: skip


def _chances(run: str) -> dict[tuple[str, str], Chance]:
    rows = indicators.kept_forecasts(run) or ()
    return {
        (row.target, row.place): Chance(
            row.probability, row.rough, row.reason, row.detail.get("have"), row.detail.get("need")
        )
        for row in rows
        if row.kind == "target"
    }


def _name_of(view: OrganisationView) -> Name:
    return Name(view.code, view.zh, view.en)


def _region(code: str) -> Name:
    return Name(code, indicators.region_name(code, "zh"), indicators.region_name(code, "en"))


def _plan(facts: RunFacts) -> Name:
    try:
        version = plans.version(facts.plan_version)
    except plans.PlanNotFoundError:
        return Name(facts.plan_version, facts.plan_version)
    return Name(version.name, version.title, version.title_en)


def _folder(facts: RunFacts) -> str:
    """Folder of the plan's rules; empty for one that was never imported."""
    try:
        return plans.version(facts.plan_version).plan
    except plans.PlanNotFoundError:
        return ""


def _addressees(facts: RunFacts) -> tuple[Name, Name]:
    """Whom the plan wants the annual report addressed to, and who gets a copy."""
    try:
        version = plans.version(facts.plan_version)
    except plans.PlanNotFoundError:
        return Name("", ""), Name("", "")
    for duty in plans.duties(version.id):
        if duty.to and _DUTY in duty.what:
            return _organisation(duty.to), _organisation(duty.copy)
    return Name("", ""), Name("", "")


def _organisation(text: str) -> Name:
    found = organisations.find(text) if text else []
    return Name(found[0].code, text, found[0].en) if len(found) == 1 else Name("", text)
