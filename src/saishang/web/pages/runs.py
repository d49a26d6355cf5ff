"""Which evaluation run a page speaks about: the newest, or the one named in the address (`?run=ID`)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import NoSuchRun, RunFacts
from saishang.web import wording

__all__ = ["about_run", "chosen_run", "other_runs", "run_query", "with_run"]


def chosen_run(request: HttpRequest) -> RunFacts | None:
    """Facts of the run, None when there is none yet; a wrong id in the address is a page not found."""
    wanted = request.GET.get("run", "")
    try:
        return queries.run_facts(wanted or "latest")
    except NoSuchRun as error:
        if wanted:
            raise Http404(wording.say(error.message)) from None
        return None


def other_runs() -> list[tuple[str, str]]:
    """(id, words) of the newest runs for a choice."""
    return [(run.id, f"{run.as_of.isoformat()} · {run.id}") for run in queries.runs()[:50]]


def with_run(address: str, request: HttpRequest) -> str:
    """The address, about the same run when this page speaks about a chosen one."""
    wanted = request.GET.get("run", "")
    if not wanted:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'run': wanted})}"


def run_query(run: RunFacts, chosen: bool, **values: str) -> str:
    """Query of an address, with the run in it when the reader chose one."""
    return urlencode({**({"run": run.id} if chosen else {}), **values})


def about_run(run: RunFacts | None) -> list[str]:
    """Sentences that travel with an exported table."""
    if run is None:
        return []
    return [
        _("评估编号：%(id)s；截至 %(day)s") % {"id": run.id, "day": run.as_of.isoformat()},
        _("观测数据版本：%(lake)s；规则摘要：%(rules)s；程序版本：%(code)s")
        % {"lake": run.lake_version, "rules": run.rules_digest, "code": run.code_version},
    ]
