"""Words and pieces that the pages about organisations and people share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations import queries
from saishang.apps.organisations.actions.doing import Doing
from saishang.apps.organisations.models import Membership, User
from saishang.apps.organisations.queries import OrganisationView
from saishang.apps.organisations.roles import ACTIONS, ROLES_IN_ORGANISATIONS
from saishang.web import texts
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.texts import counted

__all__ = [
    "action_name", "crumbs", "doing", "history_table", "kind_name", "kinds", "name", "organisation_url", "post_name",
    "reach_name", "role_about", "role_name", "roles", "until_words",
]  # fmt: skip


def kinds() -> dict[str, str]:
    """Words for the kinds of organisations."""
    return {
        "leading_group": _("领导小组"), "agency": _("部门"), "government": _("地方党委政府"), "office": _("内设机构"),
    }  # fmt: skip


@texts.by_language
def kind_name(kind: str) -> str:
    """Words for one kind."""
    return kinds().get(kind, kind)


def name(view: OrganisationView) -> str:
    """Name of an organisation in the reader's language."""
    return texts.both(view.zh, view.en)


def roles() -> list[tuple[str, str]]:
    """Roles in organisations with their words."""
    return [(code, texts.both(role.zh, role.en)) for code, role in ROLES_IN_ORGANISATIONS.items()]


def role_name(role: str) -> str:
    """Words for a role in an organisation."""
    return dict(roles()).get(role, role)


def role_about(role: str) -> str:
    """What a role is for, in a few words."""
    known = ROLES_IN_ORGANISATIONS.get(role)
    return "" if known is None else texts.both(known.about_zh, known.about_en)


def action_name(action: str) -> str:
    """Words for an action."""
    return texts.both(*ACTIONS[action]) if action in ACTIONS else action


def reach_name(reach: str) -> str:
    """Words for how far an action reaches."""
    return {"own": _("本单位"), "below": _("本单位和下级"), "all": _("全部")}.get(reach, reach)


def post_name(post: str) -> str:
    """Words for a post in the data workshop."""
    return {
        "member": _("无"), "viewer": _("查阅"), "editor": _("数据维护"), "admin": _("系统管理员"),
    }.get(post, post)  # fmt: skip


def until_words(row: Membership) -> str:
    """Days of a role."""
    first = row.first.isoformat()
    return _("%(first)s 起") % {"first": first} if row.last is None else f"{first} – {row.last.isoformat()}"


def organisation_url(code: str) -> str:
    """Page of an organisation."""
    return reverse("organisations-one", args=[code])


def crumbs(view: OrganisationView) -> list[tuple[str, str]]:
    """What an organisation is under, with addresses, the top first."""
    return [(name(above), organisation_url(above.code)) for above in queries.path_of(view)]


def doing(request: HttpRequest, reason: str) -> Doing:
    """Who changes something by this request, and why."""
    return Doing(request.user, reason, request.META.get("REMOTE_ADDR"))


def verb_name(verb: str) -> str:
    """Words for what an entry of the log tells."""
    return {
        "organisations.seed": _("按规则初始化"), "organisations.add": _("新设"), "organisations.rename": _("更名"),
        "organisations.move": _("划转"), "organisations.close": _("撤销或合并"),
        "organisations.make_person": _("新建账户"), "organisations.make_user": _("新建账户"),
        "organisations.grant_role": _("授予角色"), "organisations.end_role": _("结束角色"),
        "organisations.withdraw_role": _("撤回角色"), "organisations.deactivate": _("停用账户"),
        "organisations.activate": _("启用账户"), "organisations.reset_password": _("重置密码"),
        "organisations.change_password": _("修改密码"), "organisations.end_sign_in": _("结束登录"),
        "organisations.set_second_factor": _("启用动态口令"), "organisations.drop_second_factor": _("停用动态口令"),
        "organisations.use_recovery_code": _("使用恢复码"), "organisations.tie_outside_identity": _("绑定统一身份"),
        "organisations.new_recovery_codes": _("更换恢复码"),
    }.get(verb, verb)  # fmt: skip


def history_table(entries: Iterable[ActionLogEntry], *, named: bool) -> Table:
    """Entries of the log; who did it and about whom only where `named`."""
    columns = [Column("at", _("时间"), nowrap=True, row_head=True), Column("what", _("事项"), nowrap=True)]
    columns += [Column("details", _("内容"), long=True), Column("reason", _("事由"), long=True)]
    if named:
        columns.append(Column("who", _("经办")))
    listed = list(entries)
    about = {entry.object_id for entry in listed if named and entry.object_type == User._meta.label}
    people = {str(user.pk): str(user) for user in User.objects.filter(pk__in=about)}
    rows = [
        {"at": entry.at, "what": verb_name(entry.verb), "details": _details(entry, people.get(entry.object_id, "")),
         "reason": entry.reason, "who": Cell(entry.actor_name)}
        for entry in listed
    ]  # fmt: skip
    return Table("history", _("变更记录"), columns, rows, empty=_("还没有变更。"), tight=True)


def _details(entry: ActionLogEntry, person: str) -> str:
    """What changed, in words; about which person, where the reader may know."""
    before: Mapping[str, Any] = entry.before or {}
    after: Mapping[str, Any] = entry.after or {}
    verb = entry.verb.rpartition(".")[2]
    if verb == "rename":
        return _("%(old)s → %(new)s，自 %(day)s 起") % {
            "old": texts.both(before.get("zh"), before.get("en")), "new": texts.both(after.get("zh"), after.get("en")),
            "day": after.get("first"),
        }  # fmt: skip
    if verb == "move":
        return f"{before.get('parent') or '—'} → {after.get('parent')}"
    if verb == "close":
        last = _("最后一日 %(day)s") % {"day": after.get("closed")}
        return f"{last} → {after['successor']}" if after.get("successor") else last
    if verb == "add":
        return f"{texts.both(after.get('zh'), after.get('en'))} · {after.get('opened')}"
    if verb == "seed":
        return _("新增 %(new)s，更新 %(taken)s，保留 %(kept)s") % {
            "new": len(after.get("added") or ()), "taken": len(after.get("taken") or ()),
            "kept": len(after.get("kept") or ()),
        }  # fmt: skip
    if verb in ("grant_role", "end_role", "withdraw_role"):
        told = after if verb == "grant_role" else before
        days = f"{told.get('first')} – {after.get('last') or '…'}"
        parts = [person, role_name(str(told.get("role"))), str(told.get("organisation")), days]
        return " · ".join(part for part in (parts if person else parts[1:2]) if part)
    if after.get("sessions_ended"):
        return counted("结束 %(n)s 处登录", after["sessions_ended"]) % {"n": after["sessions_ended"]}
    return ""
