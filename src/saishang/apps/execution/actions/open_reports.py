"""Ask for the reports of a period: a row per item whose report is wanted, so that a missing one is a row."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from saishang.apps.core.actions import record
from saishang.rules import Rules
from saishang.science.clocks import working_days
from saishang.science.execution.periods import CADENCES, Period, ReportRule, due_day, opens_on, period_of

__all__ = ["open_reports"]

#: Items that owe a report on a period: in force before it ended, of this rhythm, with something owed now.
_OPEN = """
insert into execution_progressreport
  (item_id, organisation_id, period, first, last, due, state, version, done, problems, next_steps, figures, milestones,
   percent_reason, invented)
select item.id, item.organisation_id, %(period)s, %(first)s, %(last)s, %(due)s, 'draft', 0, '', '', '', '[]', '{}', '',
       false
  from execution_workitem item
 where item.cadence = %(kind)s and item.state = 'active' and item.assigned_on <= %(last)s
   and (item.start is null or item.start <= %(last)s)
on conflict do nothing
"""
#: How far back a day on which nobody looked is made up for [periods].
_BACK = {"month": 12, "quarter": 4, "year": 1}


def open_reports(actor: object, rules: Rules, today: date) -> dict[str, int]:
    """Make the rows of every period that has ended (of the year: whose report can be written) and has none yet.

    Safe to do again, and by several at once. Periods missed, because nobody ran it, are made up for a year back.

    Returns
    -------
    Name of the period → how many reports it newly asks for.
    """
    rule, calendar = ReportRule.from_document(rules.document("execution")), working_days(rules)
    made: dict[str, int] = {}
    for kind in CADENCES:
        wanted: list[Period] = []
        period = period_of(today, kind)
        for _step in range(_BACK[kind] + 1):
            if opens_on(period, rule) <= today:
                wanted.append(period)
            period = period_of(date.fromordinal(period.first.toordinal() - 1), kind)
        for period in reversed(wanted):
            given: dict[str, date | str] = {
                "period": period.name, "first": period.first, "last": period.last, "kind": kind,
                "due": due_day(period, rule, calendar).day,
            }  # fmt: skip
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_OPEN, given)
                if cursor.rowcount:
                    made[period.name] = cursor.rowcount
                    record(actor, "execution.open_reports", ("execution.ProgressReport", period.name), None,
                           {"period": period.name, "due": given["due"], "reports": cursor.rowcount})  # fmt: skip
    return made
