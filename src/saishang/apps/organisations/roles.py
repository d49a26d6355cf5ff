"""What a role in an organisation (机构内角色) may do, and how far: the one table that says it.

`own`: things of that organisation; `below`: also of every organisation under it; `all`: of everybody. What nobody holds
is forbidden. docs/decisions/2026-11-30-organisations.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ACTIONS", "POSTS", "ROLES_IN_ORGANISATIONS", "Reach", "Role", "reaches"]

#: Posts in the data workshop (`models.ROLES` says what they hold).
POSTS = ("viewer", "editor", "admin")
Reach = Literal["own", "below", "all"]


@dataclass(frozen=True)
class Role:
    """A role: names in both languages, and how far each action reaches."""

    zh: str
    en: str
    about_zh: str
    about_en: str
    grants: dict[str, Reach]


#: Every action there is, in both languages. Views, forms and tests name actions of this list only.
ACTIONS: dict[str, tuple[str, str]] = {
    "view_internal": ("查看内部材料", "see internal material"),
    "write_progress": ("填写进展", "write progress"),
    "review_progress": ("审核进展", "review progress"),
    "submit_progress": ("报出进展", "hand progress in"),
    "accept_progress": ("验收进展", "accept progress"),
    "edit_items": ("编制措施清单", "keep the list of measures"),
    "assign_items": ("下达任务", "assign tasks"),
    "set_targets": ("设定目标", "set targets"),
    "supervise": ("督办", "supervise"),
    "answer_supervision": ("答复督办", "answer a supervision notice"),
    "assess": ("考核评分", "assess"),
    "make_report": ("编制年度报告", "make annual reports"),
    "propose_entries": ("登记名录", "propose entries of registers"),
    "review_entries": ("审核名录", "review entries of registers"),
    "certify_entries": ("认定名录", "certify entries of registers"),
    "view_log": ("查看操作日志", "see the action log"),
    "manage_members": ("管理人员", "manage people"),
    "manage_organisations": ("管理机构", "manage organisations"),
}

ROLES_IN_ORGANISATIONS: dict[str, Role] = {
    "reporter": Role(
        "填报人", "reporter", "填写本单位的措施和进展", "writes the measures and progress of the own office",
        {"view_internal": "own", "write_progress": "own", "edit_items": "own", "answer_supervision": "own",
         "make_report": "own", "propose_entries": "own"},
    ),
    "reviewer": Role(
        "审核人", "reviewer", "审核本单位和下级的进展", "reviews progress of the own office and those below",
        {"view_internal": "below", "write_progress": "own", "review_progress": "below", "edit_items": "own",
         "answer_supervision": "own", "propose_entries": "own", "review_entries": "own"},
    ),
    "head": Role(
        "负责人", "head", "报出本单位的进展，对结果负责", "hands the office's progress in and answers for it",
        {"view_internal": "below", "review_progress": "below", "submit_progress": "own", "edit_items": "own",
         "answer_supervision": "own", "make_report": "own", "propose_entries": "own", "review_entries": "own",
         "certify_entries": "own"},
    ),
    "office": Role(
        "领导小组办公室", "leading group's office", "下达、验收、督办、设定目标",
        "assigns, accepts, supervises, sets targets",
        {"view_internal": "all", "accept_progress": "all", "edit_items": "all", "assign_items": "all",
         "set_targets": "all", "supervise": "all", "make_report": "all", "view_log": "all",
         "review_entries": "all"},
    ),
    "assessor": Role(
        "考核人", "assessor", "查看全部材料并评分", "sees everything and assesses",
        {"view_internal": "all", "assess": "all"},
    ),
    "auditor": Role(
        "审计人", "auditor", "查看全部材料和操作日志，不改任何内容", "sees everything and the log, changes nothing",
        {"view_internal": "all", "view_log": "all"},
    ),
    "administrator": Role(
        "管理员", "administrator", "管理本单位和下级的人员与机构",
        "keeps people and offices of the own office and below",
        {"view_internal": "own", "manage_members": "below", "manage_organisations": "below"},
    ),
}  # fmt: skip


def reaches(role: str, action: str) -> Reach | None:
    """How far a role carries an action; None where it does not hold it, or there is no such role."""
    found = ROLES_IN_ORGANISATIONS.get(role)
    return None if found is None else found.grants.get(action)
