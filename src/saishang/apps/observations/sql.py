"""Queries of the pages over the ledger: each once, with a name and a reason. `%(name)s` are parameters."""

from __future__ import annotations

__all__ = [
    "BATCHES",
    "BATCH_COUNT",
    "FLAGS_OF_SERIES",
    "GAP_DAYS",
    "GAP_MONTHS",
    "GAP_PARAMETERS",
    "GAP_SPAN",
    "QUALITY_RESULTS",
]

#: One page of batches; every filter is off when its parameter is null.
_BATCH_FILTER = """
where (%(status)s::text is null or status = %(status)s)
  and (%(source)s::text is null or source = %(source)s)
  and (%(text)s::text is null or file_name ilike '%%' || %(text)s || '%%' or sha256 like %(text)s || '%%')
  and (%(month)s::text is null or %(month)s = any(months))
"""
BATCHES = f"select * from lake_batch {_BATCH_FILTER} order by id desc limit %(limit)s offset %(offset)s"  # noqa: S608
BATCH_COUNT = f"select count(*) as n from lake_batch {_BATCH_FILTER}"  # noqa: S608

#: Days that the gap ledger covers.
GAP_SPAN = """
select min(day) as first, max(day) as last, max(computed_at) as computed_at, max(table_version) as table_version
from lake_gap where %(parameters)s::text[] is null or parameter = any(%(parameters)s)
"""

#: Parameters that the gap ledger speaks of.
GAP_PARAMETERS = "select distinct parameter from lake_gap order by parameter"

#: Station × month: hours expected and present and the reasons, over all parameters or some.
GAP_MONTHS = """
select station, to_char(day, 'YYYY-MM') as month, sum(expected) as expected, sum(present) as present,
    sum(not_sent) as not_sent, sum(empty) as empty, sum(marked) as marked, sum(rejected) as rejected,
    sum(removed_by_qc) as removed_by_qc, sum(closed) as closed
from lake_gap
where (%(parameters)s::text[] is null or parameter = any(%(parameters)s))
  and (%(first)s::date is null or day >= %(first)s) and (%(last)s::date is null or day <= %(last)s)
group by station, to_char(day, 'YYYY-MM') order by station, month
"""

#: Every parameter and day of one station.
GAP_DAYS = """
select station, parameter, day, expected, present, not_sent, empty, marked, rejected, removed_by_qc, closed
from lake_gap
where station = %(station)s and (%(parameter)s::text is null or parameter = %(parameter)s)
  and (%(first)s::date is null or day >= %(first)s) and (%(last)s::date is null or day <= %(last)s)
order by parameter, day
"""

#: Counts of the newest finished quality run, test by test; reasons of rows that could not be judged are joined.
QUALITY_RESULTS = """
select test, sum(passed) as passed, sum(flagged) as flagged, sum(not_evaluated) as not_evaluated,
    coalesce(string_agg(distinct nullif(reason, ''), '; '), '') as reasons
from lake_quality_result where run = %(run)s group by test order by test
"""

#: Flags of one series and span in the newest finished run that covers each hour.
FLAGS_OF_SERIES = """
select f."start", f.test, f.action, f.detail from lake_quality_flag f
where f.station = %(station)s and f.parameter = %(parameter)s and f."start" >= %(first)s and f."start" < %(last)s
  and not exists (
    select 1 from lake_quality_run n where n.id > f.run and n.status = 'finished'
      and f."start" >= n."first" and f."start" < n."last")
order by f."start", f.test
"""
