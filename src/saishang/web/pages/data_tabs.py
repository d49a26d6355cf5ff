"""What the pages around data share: how they are reached from each other, words for batches and sources."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.lake import Batch
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.security import may

__all__ = ["source_name", "span", "status_name", "tabs"]


def tabs(current: str, request: HttpRequest) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the pages that this person may open."""
    entries = [
        ("data", _("入库台账")),
        ("data-gaps", _("缺测")),
        ("data-runs", _("评估记录")),
        ("data-changes", _("更正公告")),
    ]
    if may(request, "view_internal"):
        entries.append(("data-leads", _("可疑线索")))
    if may(request, "upload_data"):
        entries.append(("data-upload", _("上传")))
    if may(request, "view_jobs"):
        entries.append(("jobs", _("后台任务")))
    return [(words, reverse(name), name == current) for name, words in entries]


def status_name(status: str) -> str:
    """Words for the status of a batch."""
    return {
        "started": _("读取中"),
        "prepared": _("提交中"),
        "committed": _("已入库"),
        "aborted": _("已中止"),
        "refused": _("已拒收"),
    }.get(status, status)


def source_name(identifier: str) -> str:
    """Title of a source description."""
    for source in site.rules().documents_under("sources").values():
        if source.get("id") == identifier:
            return texts.both(source.get("zh"), source.get("en"))
    return identifier


def span(item: Batch) -> str:
    """Days that a batch covers."""
    if item.first_start is None or item.last_end is None:
        return ""
    return f"{item.first_start:%Y-%m-%d} – {item.last_end:%Y-%m-%d}"
