"""Jobs that keep the sums of registers: a large book made anew, many movements added up at night."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from saishang.apps.jobs.kinds import Kind, Schedule, Step, register
from saishang.apps.jobs.work import Work
from saishang.apps.registers.book import SUMS_JOB
from saishang.rules import load_rules

__all__ = ["COMPACT", "SUMS"]


def _sums(work: Work) -> Mapping[str, Any]:
    from saishang.apps.registers.kinds import kind_of
    from saishang.apps.registers.making import make_beside
    from saishang.apps.registers.queries import size

    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), str(work.params["kind"]))
    whole = max(size(kind), 1)
    entries = make_beside(
        kind, lambda step, rows: work.progress(step, rows=rows, done=rows / whole), anew=bool(work.params.get("anew"))
    )
    return {"register": kind.id, "entries": entries}


def _named(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import names_of

    return names_of(str(params.get("kind")))


SUMS = register(
    Kind(
        SUMS_JOB, "汇总名录", "Make the sums of a register", _sums,
        {
            "versions": Step("逐版本汇总", "adding up the versions"),
            "entries": Step("核对到期日", "days of terms", 60),
        },
        permission="start_jobs", single=True, title=_named,
    )
)  # fmt: skip


def _compact(work: Work) -> Mapping[str, Any]:
    from saishang.apps.registers.kinds import kinds
    from saishang.apps.registers.making import compact

    known = list(kinds(load_rules(settings.CONFIG.rules_overlay)))
    saved = 0
    for place, kind in enumerate(known):
        work.progress("compact", done=place / len(known))
        saved += compact(kind)
    return {"rows": saved}


COMPACT = register(
    Kind(
        "registers_compact", "合并名录的变动汇总", "Add up the movements of registers", _compact,
        {"compact": Step("逐名录合并", "register by register")},
        permission="start_jobs", schedule=Schedule(days=1, minute=50), single=True,
    )
)  # fmt: skip
