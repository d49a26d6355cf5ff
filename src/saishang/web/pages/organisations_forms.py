"""Forms that change an organisation or who works in it; each one calls the action that checks, changes and logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from saishang.apps.organisations import access, queries
from saishang.apps.organisations.actions import (
    Named,
    add_organisation,
    close_organisation,
    end_role,
    grant_role,
    make_person,
    move_organisation,
    rename_organisation,
)
from saishang.apps.organisations.actions.doing import check_reach
from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.organisations.queries import Filter, OrganisationView
from saishang.apps.organisations.refusals import ChangeRefused
from saishang.web.pages.faults import put_faults
from saishang.web.pages.organisations_common import (
    crumbs,
    doing,
    kinds,
    name,
    organisation_url,
    role_about,
    role_name,
    roles,
    until_words,
)
from saishang.web.security import organisation

__all__ = ["add", "close", "end", "grant", "move", "new_person", "rename"]

_CONTROL = {"class": "form-control"}
_SELECT = {"class": "form-select"}
_METHODS = ["GET", "HEAD", "POST"]


def _day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text,
        widget=forms.DateInput(attrs=_CONTROL | {"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


def _text(label: Any, help_text: Any = "", *, required: bool = False, most: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=most, help_text=help_text, widget=forms.TextInput(attrs=_CONTROL)
    )


class ReasonForm(forms.Form):
    """Why; every change asks it."""

    reason = forms.CharField(
        label=gettext_lazy("事由"), max_length=300, widget=forms.TextInput(attrs=_CONTROL),
        help_text=gettext_lazy("为什么，依据哪个文件（文号、日期）"),
    )  # fmt: skip


class NameForm(ReasonForm):
    """What an organisation is called."""

    zh = _text(gettext_lazy("中文全称"), required=True)
    en = _text(gettext_lazy("英文名称"))
    short = _text(gettext_lazy("简称"), most=100)
    aliases = _text(gettext_lazy("别名"), gettext_lazy("用分号隔开；导入的文件里写这些名称也能找到"), most=1000)

    def named(self) -> Named:
        """The names that were given; call after `is_valid`."""
        data = self.cleaned_data
        aliases = data["aliases"].replace("；", ";").split(";")
        return Named(data["zh"], data["en"], data["short"], [alias for alias in aliases if alias.strip()])


class AddForm(NameForm):
    """A new organisation below one."""

    code = _text(
        gettext_lazy("编码"), gettext_lazy("字母、数字、点和横线，如 NX-STT-DQC；以后不能改"), required=True, most=40
    )
    kind = forms.ChoiceField(label=gettext_lazy("类别"), widget=forms.Select(attrs=_SELECT), initial="office")
    opened = _day(gettext_lazy("设立日期"))
    field_order = ("zh", "en", "short", "aliases", "code", "kind", "opened", "reason")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"opened": timezone.localdate(), "kind": "office"})
        self.fields["kind"].choices = list(kinds().items())  # type: ignore[attr-defined]


class RenameForm(NameForm):
    """Another name from a day on."""

    first = _day(gettext_lazy("自哪天起"), gettext_lazy("此前的报告和记录仍显示原名"))
    field_order = ("zh", "en", "short", "aliases", "first", "reason")


class MoveForm(ReasonForm):
    """Another place in the tree."""

    parent = forms.ChoiceField(label=gettext_lazy("新的上级"), widget=forms.Select(attrs=_SELECT))
    field_order = ("parent", "reason")


class CloseForm(ReasonForm):
    """The first day without it, and who takes over."""

    day = _day(gettext_lazy("自哪天起不再存在"), gettext_lazy("前一天是最后一日，其中的角色到那天为止"))
    successor = forms.ChoiceField(
        label=gettext_lazy("并入"), required=False, widget=forms.Select(attrs=_SELECT),
        help_text=gettext_lazy("合并时选接续单位；撤销时留空"),
    )  # fmt: skip
    field_order = ("day", "successor", "reason")


class RoleForm(ReasonForm):
    """A role from a day to a day."""

    role = forms.ChoiceField(label=gettext_lazy("角色"), widget=forms.Select(attrs=_SELECT))
    first = _day(gettext_lazy("自"))
    last = _day(gettext_lazy("至"), gettext_lazy("留空为长期"), required=False)

    def __init__(self, request: HttpRequest, where: Organisation, data: Any = None) -> None:
        super().__init__(data, initial={"first": timezone.localdate()})
        who = doing(request, "")
        offered = [(code, words) for code, words in roles() if check_reach(who, code, where) is None]
        self.fields["role"].choices = [(code, f"{words} · {role_about(code)}") for code, words in offered]  # type: ignore[attr-defined]


class GrantForm(RoleForm):
    """A role for somebody who has an account."""

    username = _text(gettext_lazy("用户名"), gettext_lazy("已有账户的用户名"), required=True, most=150)
    field_order = ("username", "role", "first", "last", "reason")


class PersonForm(RoleForm):
    """A new account with its first role."""

    username = _text(gettext_lazy("用户名"), gettext_lazy("登录用，如 zhang.san；以后不能改"), required=True, most=150)
    display_name = _text(gettext_lazy("姓名"), required=True, most=80)
    email = _text(gettext_lazy("电子邮箱"), most=254)
    field_order = ("username", "display_name", "email", "role", "first", "reason")

    def __init__(self, request: HttpRequest, where: Organisation, data: Any = None) -> None:
        super().__init__(request, where, data)
        del self.fields["last"]


class EndForm(ReasonForm):
    """The last day of a role."""

    last = _day(gettext_lazy("最后一日"), gettext_lazy("昨天为立即结束；早于开始日则撤回"))
    field_order = ("last", "reason")


def _view(code: str) -> OrganisationView:
    found = queries.one(code)
    if found is None:
        raise Http404
    return found


def _shown(
    request: HttpRequest, form: forms.Form, code: str, title: str, lead: str, submit: str, **more: Any
) -> HttpResponse:
    view = _view(code)
    context = {
        "form": form, "title": title, "lead": lead, "submit": submit, "name": name(view),
        "back": organisation_url(code), "crumbs": [*crumbs(view), (name(view), organisation_url(code))],
    } | more  # fmt: skip
    return render(request, "organisations/form.html", context, status=422 if form.is_bound else 200)


def _done(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Do it; None, with the faults beside their fields, when the form or the action refuses."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return act()
    except ChangeRefused as error:
        put_faults(form, error)
        return None


def _given(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@organisation("manage_organisations")
@require_http_methods(_METHODS)
def add(request: HttpRequest, code: str) -> HttpResponse:
    """A new office or other organisation below this one."""
    form = AddForm(_given(request))
    made = _done(form, lambda: add_organisation(
        doing(request, form.cleaned_data["reason"]), code, form.cleaned_data["code"], form.named(),
        kind=form.cleaned_data["kind"], opened=form.cleaned_data["opened"],
    ))  # fmt: skip
    if made is not None:
        messages.success(request, _("已新设“%(name)s”，记入操作日志。") % {"name": form.cleaned_data["zh"]})
        return redirect(organisation_url(made.code))
    return _shown(request, form, code, _("新设下级机构"), _("在这个机构之下新设一个机构。"), _("新设"))


@organisation("manage_organisations")
@require_http_methods(_METHODS)
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Another name from a day on."""
    view = _view(code)
    form = RenameForm(_given(request), initial={
        "zh": view.zh, "en": view.en, "short": view.short, "first": timezone.localdate(),
    })  # fmt: skip
    made = _done(form, lambda: rename_organisation(
        doing(request, form.cleaned_data["reason"]), code, form.named(), form.cleaned_data["first"]
    ))  # fmt: skip
    if made is not None:
        told = {"name": made.zh, "day": made.first}
        messages.success(request, _("自 %(day)s 起称“%(name)s”；原名留作别名，记入操作日志。") % told)
        return redirect(organisation_url(code))
    lead = _("自所选日期起使用新名称；此前的报告和记录不变。")
    return _shown(request, form, code, _("更名"), lead, _("更名"))


def _places(request: HttpRequest, view: OrganisationView) -> list[tuple[str, str]]:
    """Organisations that this person may manage, without the one itself and what is below it."""
    span = access.reach(request.user, "manage_organisations")
    known = set(Organisation.objects.filter(span.filter("")).values_list("code", flat=True))
    return [
        (row.code, "　" * row.depth + f"{name(row)} {row.code}")
        for row in queries.tree(Filter()) if row.code in known and not row.path.startswith(view.path)
    ]  # fmt: skip


@organisation("manage_organisations")
@require_http_methods(_METHODS)
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Under another organisation, with everything below it."""
    form = MoveForm(_given(request))
    form.fields["parent"].choices = [("", "—"), *_places(request, _view(code))]  # type: ignore[attr-defined]
    made = _done(form, lambda: move_organisation(
        doing(request, form.cleaned_data["reason"]), code, form.cleaned_data["parent"]
    ))  # fmt: skip
    if made is not None:
        messages.success(request, _("已划转，记入操作日志。"))
        return redirect(organisation_url(code))
    lead = _("连同下级一起划到另一机构之下，立即生效：上级能看到和审核的范围随之改变。")
    return _shown(request, form, code, _("划转"), lead, _("划转"))


@organisation("manage_organisations")
@require_http_methods(_METHODS)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close it, or merge it into another one."""
    form = CloseForm(_given(request), initial={"day": timezone.localdate()})
    form.fields["successor"].choices = [("", "—"), *_places(request, _view(code))]  # type: ignore[attr-defined]
    done = _done(form, lambda: close_organisation(
        doing(request, form.cleaned_data["reason"]), code, form.cleaned_data["day"], form.cleaned_data["successor"]
    ))  # fmt: skip
    if done is not None:
        told = {"day": done.last, "ended": len(done.ended), "withdrawn": len(done.withdrawn)}
        messages.success(
            request, _("最后一日为 %(day)s；结束 %(ended)s 个角色，撤回 %(withdrawn)s 个尚未开始的角色。") % told
        )
        if done.ended or done.withdrawn:
            messages.warning(request, _("涉及人员：%(who)s") % {"who": "、".join((*done.ended, *done.withdrawn))})
        return redirect(organisation_url(code))
    lead = _("机构不会被删除：它有最后一日，历史照旧可查。合并后，方案中它的责任由接续单位承担。")
    rows = queries.members(code)
    notes = [f"{row.user} · {role_name(row.role)} · {until_words(row)}" for row in rows]
    return _shown(request, form, code, _("撤销或合并"), lead, _("撤销或合并"), notes=notes,
                  notes_title=_("到最后一日为止的角色"))  # fmt: skip


@organisation("manage_members")
@never_cache
@require_http_methods(_METHODS)
def new_person(request: HttpRequest, code: str) -> HttpResponse:
    """A new account with its first role here; the temporary password is shown once."""
    where = Organisation.objects.get(code=code)
    form = PersonForm(request, where, _given(request))

    def act() -> Any:
        data = form.cleaned_data
        return make_person(doing(request, data["reason"]), data["username"], data["display_name"], code, data["role"],
                           email=data["email"], first=data["first"])  # fmt: skip

    made = _done(form, act)
    if made is not None:
        return render(request, "people/password.html", {
            "person": made.person, "password": made.password, "back": organisation_url(code), "new": True,
        })  # fmt: skip
    lead = _("新账户没有数据维护岗位；能做什么只由角色决定。临时密码只显示一次，首次登录必须更换。")
    return _shown(request, form, code, _("新建人员"), lead, _("新建"))


@organisation("manage_members")
@require_http_methods(_METHODS)
def grant(request: HttpRequest, code: str) -> HttpResponse:
    """A role here for somebody who has an account."""
    form = GrantForm(request, Organisation.objects.get(code=code), _given(request))

    def act() -> Any:
        data = form.cleaned_data
        return grant_role(doing(request, data["reason"]), data["username"], code, data["role"], first=data["first"],
                          last=data["last"])  # fmt: skip

    made = _done(form, act)
    if made is not None:
        messages.success(request, _("已授予角色，记入操作日志。"))
        return redirect(organisation_url(code))
    lead = _("只列出您能授予的角色：不能授予比您自己够得更远的角色，也不能授予自己。")
    known = User.objects.filter(pk__in=queries.people(access.reach(request.user, "manage_members")).values("pk"))
    options = [user.username for user in known.filter(is_active=True)[:500]]
    return _shown(request, form, code, _("授予角色"), lead, _("授予"), options=options)


@organisation("manage_members")
@require_http_methods(_METHODS)
def end(request: HttpRequest, code: str, role: int) -> HttpResponse:
    """The last day of a role here."""
    row = Membership.objects.select_related("user").filter(pk=role, organisation__code=code).first()
    if row is None:
        raise Http404(_("没有这个角色。"))
    form = EndForm(_given(request), initial={"last": timezone.localdate()})

    def act() -> bool:
        end_role(doing(request, form.cleaned_data["reason"]), role, form.cleaned_data["last"])
        return True

    if _done(form, act):
        messages.success(request, _("角色已结束或撤回，记入操作日志。"))
        return redirect(organisation_url(code))
    lead = f"{row.user} · {role_name(row.role)} · {until_words(row)}"
    return _shown(request, form, code, _("结束角色"), lead, _("结束角色"))
