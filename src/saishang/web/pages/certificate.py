"""Certificate of a published number (复算证书): what it is, what it rests on, and how anybody computes it again.

One page, made to be printed. The row's seal says that the database still holds what the run wrote; the files behind the
number are named by their SHA-256, under which the raw archive keeps them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import chain as chains
from saishang.apps.indicators import queries
from saishang.apps.indicators.chain import Link
from saishang.apps.indicators.seals import rows_seal
from saishang.apps.observations.queries import site_lake
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import public

__all__ = ["certificate"]


@public
@require_safe
def certificate(request: HttpRequest, run: str, indicator: str, region: str) -> HttpResponse:
    """The certificate of one value of a run."""
    period, basis, kind = (request.GET.get(key) or None for key in ("period", "basis", "kind"))
    try:
        link = chains.chain(site_lake(), run, indicator, region, period=period, basis=basis, kind=kind)
        facts = queries.run_facts(run)
        stored = queries.get_run(run)
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    found = queries.catalogue().indicators[indicator]
    files = _files_table(link)
    whole = stored.seals.get("rows") == rows_seal(stored.id) if stored.seals else None
    said = [
        (_("指标"), texts.both(found.zh, found.en)),
        (_("统计口径"), texts.both(found.caliber, found.caliber_en)),
        (_("区域"), site.region_name(region)),
        (_("时段"), texts.period_name(str(link.facts["period"]))),
        (_("口径"), basis_name(str(link.facts["basis"]))),
        (_("来源方式"), texts.kind_name(str(link.facts["kind"]), link.facts["coverage"])),
        (_("未修约值"), link.facts["unrounded"] or "—"),
        (_("统计条款"), f"{wording.clause(found.source)} · {wording.clause(found.clause)}"),
        (_("有效性"), _("有效") if link.facts["valid"] else reason_name(str(link.facts["reason"])) or _("无效")),
    ]
    rests = [
        (_("评估编号"), facts.id),
        (_("截至日期"), facts.as_of.isoformat()),
        (_("评估时间"), timezone.localtime(facts.started).strftime("%Y-%m-%d %H:%M")),
        (_("观测数据版本"), str(facts.lake_version)),
        (_("规则摘要"), facts.rules_digest),
        (_("程序版本"), facts.code_version),
        (_("方案版本"), facts.plan_version),
        (_("输入摘要"), stored.inputs_digest),
        (_("结果摘要"), facts.result_digest),
        (_("结果封印"), str(stored.seals.get("rows", "—"))),
    ]
    invented = link.facts["basis"] == "demonstration"
    context: dict[str, Any] = {
        "value": link.value, "unit": texts.unit_name(link.unit), "title": texts.both(found.zh, found.en), "said": said,
        "rests": rests, "files": files, "whole": whole, "valid": link.facts["valid"], "run": facts.id,
        "invented": invented, "made": timezone.localtime(),
        "address": request.build_absolute_uri(),
        "status": found.status,
        "follow": f"saishang explain {facts.id} {indicator} {region} --period {link.facts['period']} "
        f"--basis {link.facts['basis']} --kind {link.facts['kind']}",
    }  # fmt: skip
    return export(request, [files], invented=invented) or render(request, "target/certificate.html", context)


def _leaves(link: Link) -> Iterator[Link]:
    if not link.children:
        yield link
    for child in link.children:
        yield from _leaves(child)


def _files_table(link: Link) -> Table:
    """Files, reports and entries at the end of the chain, each once; lines are the span that was read."""
    files: dict[tuple[str, str], dict[str, Any]] = {}
    for leaf in _leaves(link):
        facts = leaf.facts
        if leaf.kind == "file":
            row = files.setdefault(
                (leaf.name, str(facts["sha256"])),
                {"what": _("文件"), "name": leaf.name, "values": 0, "seal": str(facts["sha256"]), "lines": []},
            )
            row["values"] += int(facts.get("values") or 0)
            row["batch"] = facts.get("batch")
            row["lines"] += [int(facts[key]) for key in ("first_line", "last_line", "line") if facts.get(key)]
        elif leaf.kind == "report":
            evidence = str(facts.get("evidence", ""))
            told = [evidence, str(facts.get("origin", "")), str(facts.get("entered_at", ""))[:10]]
            files.setdefault(
                (leaf.name, evidence),
                {"what": _("填报"), "name": texts.listed([leaf.name, *(part for part in told if part)]), "values": 1,
                 "seal": ""},
            )  # fmt: skip
        elif leaf.kind == "entry":
            seal = _("第 %(n)s 版") % {"n": facts.get("version", "")}
            files.setdefault(
                (leaf.name, seal), {"what": _("名录条目"), "name": leaf.name, "values": 1, "seal": seal}
            )  # fmt: skip
    columns = [
        Column("what", _("类别"), row_head=True, nowrap=True), Column("name", _("名称"), long=True),
        Column("batch", _("批次"), number=True), Column("lines", _("行"), nowrap=True),
        Column("values", _("数值个数"), number=True), Column("seal", _("SHA-256 或版本"), long=True),
    ]  # fmt: skip
    listed = [
        row | {"seal": Cell(row["seal"]), "lines": _span(row.get("lines", ()))} for _key, row in sorted(files.items())
    ]
    empty = _("追溯链没有通到文件、填报或条目。")
    return Table("certificate", _("数值所依据的文件、填报和条目"), columns, listed, empty=empty, tight=True)


def _span(lines: Sequence[int]) -> str:
    """First and last line of a file that was read."""
    if not lines:
        return ""
    return str(min(lines)) if min(lines) == max(lines) else f"{min(lines)}–{max(lines)}"
