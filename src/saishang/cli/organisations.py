"""Commands `saishang organisations` and `saishang people`: the tree, names, offices, accounts and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from saishang.cli.console import JsonOption, actor_name, console, day_of, emit_json, print_table
from saishang.cli.evaluate import DEFAULT_REGION
from saishang.config import load_config

if TYPE_CHECKING:
    from saishang.apps.organisations.actions import Doing

__all__ = ["register"]

_organisations = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_people = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
CodeArgument = Annotated[str, typer.Argument(help="机构编码 · code of the organisation.")]
NameArgument = Annotated[str, typer.Argument(help="用户名 · name of the account.")]
RoleArgument = Annotated[str, typer.Argument(help="角色，如 reporter、reviewer、head · role.")]
ReasonOption = Annotated[str, typer.Option(help="事由，含依据文件 · why, with the document.")]
OnOption = Annotated[str, typer.Option(help="哪一天，默认今天 · day, default today.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(
        _organisations,
        name="organisations",
        help="机构：建立、列出、新设、更名、划转、合并 · organisations: seed, list, add, rename, move, merge.",
    )
    app.add_typer(
        _people,
        name="people",
        help="人员：列出、新建、授予和结束角色、停用、重置 · people: list, add, grant, end, deactivate, reset.",
    )


def _doing(reason: str) -> Doing:
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.organisations.actions import Doing

    return Doing(actor_name(), reason)


def _named(zh: str, en: str, short: str, aliases: str) -> Any:
    from saishang.apps.organisations.actions import Named

    return Named(zh, en, short, [alias for alias in aliases.split(";") if alias.strip()])


@_organisations.command("seed")
def seed(
    region: Annotated[str, typer.Option(help="区域代码 · region on top of the tree.")] = DEFAULT_REGION,
) -> None:
    """按规则的部门表和地区表建立或补充机构，人改过的保留 · take the tree over from the rules; people's changes stay."""
    doing = _doing("saishang organisations seed")
    from saishang.apps.organisations.actions import seed_organisations
    from saishang.rules import load_rules

    done = seed_organisations(doing, load_rules(load_config().rules_overlay), region)
    for line in (*done.taken, *done.kept):
        console.print(line, highlight=False, markup=False)
    console.print(
        f"新增 new {len(done.added)}，更新 updated {len(done.taken)}，保留 kept {len(done.kept)}", highlight=False
    )


@_organisations.command("list")
def list_(
    text: Annotated[str, typer.Argument(help="名称或编码的一部分 · part of a name or code.")] = "",
    on: OnOption = "",
    closed: Annotated[bool, typer.Option(help="含已撤销 · with closed ones.")] = False,
    as_json: JsonOption = False,
) -> None:
    """列出机构树 · the tree of organisations."""
    _doing("")
    from saishang.apps.organisations.queries import Filter, tree

    views = tree(Filter(text, on=day_of(on), closed=closed), members=True)
    if as_json:
        emit_json([
            {"code": v.code, "kind": v.kind, "zh": v.zh, "en": v.en, "short": v.short, "parent": v.parent,
             "region": v.region, "opened": v.opened, "closed": v.closed, "successor": v.successor, "people": v.members}
            for v in views
        ])  # fmt: skip
        return
    print_table(
        "机构 · organisations", ("编码 code", "名称 name", "类别 kind", "人员 people"),
        (("  " * v.depth + v.code, v.zh, v.kind, v.members or None) for v in views),
    )  # fmt: skip


@_organisations.command("add")
def add(
    parent: Annotated[str, typer.Argument(help="上级机构编码 · code of the organisation above.")],
    code: CodeArgument,
    zh: Annotated[str, typer.Argument(help="中文全称 · Chinese name.")],
    reason: ReasonOption,
    en: Annotated[str, typer.Option(help="英文名称 · English name.")] = "",
    short: Annotated[str, typer.Option(help="简称 · short name.")] = "",
    aliases: Annotated[str, typer.Option(help="别名，分号隔开 · aliases, semicolons between.")] = "",
    kind: Annotated[str, typer.Option(help="office、agency、government、leading_group · kind.")] = "office",
    opened: OnOption = "",
) -> None:
    """在一个机构之下新设机构 · add an organisation below one."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import add_organisation

    made = add_organisation(doing, parent, code, _named(zh, en, short, aliases), kind=kind, opened=day_of(opened))
    console.print(f"已新设 · added: {made.path}", highlight=False)


@_organisations.command("rename")
def rename(
    code: CodeArgument,
    zh: Annotated[str, typer.Argument(help="新的中文全称 · new Chinese name.")],
    reason: ReasonOption,
    en: Annotated[str, typer.Option(help="英文名称 · English name.")] = "",
    short: Annotated[str, typer.Option(help="简称 · short name.")] = "",
    aliases: Annotated[str, typer.Option(help="别名，分号隔开 · aliases, semicolons between.")] = "",
    first: OnOption = "",
) -> None:
    """自某日起更名 · another name from a day on."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import rename_organisation

    made = rename_organisation(doing, code, _named(zh, en, short, aliases), day_of(first))
    console.print(f"已更名 · renamed: {code} {made.zh}（{made.first}）", highlight=False)


@_organisations.command("move")
def move(
    code: CodeArgument,
    parent: Annotated[str, typer.Argument(help="新的上级机构编码 · code of the organisation above.")],
    reason: ReasonOption,
) -> None:
    """连同下级划到另一机构之下 · put under another organisation with everything below."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import move_organisation

    console.print(f"已划转 · moved: {move_organisation(doing, code, parent).path}", highlight=False)


@_organisations.command("close")
def close(
    code: CodeArgument,
    reason: ReasonOption,
    into: Annotated[str, typer.Option(help="并入的机构编码 · code of the successor.")] = "",
    day: Annotated[str, typer.Option(help="自哪天起不再存在，默认今天 · first day without it, default today.")] = "",
) -> None:
    """撤销或合并；其中的角色到前一天为止 · close or merge; roles in it end the day before."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import close_organisation

    done = close_organisation(doing, code, day_of(day), into)
    console.print(f"最后一日 · last day: {done.last}", highlight=False)
    for what, who in (("结束 ended", done.ended), ("撤回 withdrawn", done.withdrawn)):
        for name in who:
            console.print(f"{what}: {name}", highlight=False)


@_organisations.command("take-over")
def take_over(code: CodeArgument, reason: ReasonOption) -> None:
    """把已并入他处的机构尚未办结的事项、报告和督办转给接续单位 · what a merged one owes goes to its successor."""
    doing = _doing(reason)
    from django.db import transaction

    from saishang.apps.execution import actions as execution
    from saishang.apps.supervision import actions as supervision

    with transaction.atomic():
        done, asked = execution.take_over(doing, code), supervision.take_over(doing, code)
    console.print(
        f"接续 successor {done.successor}：事项 items {len(done.items)}，报告 reports {done.reports}，"
        f"督办和整改 supervision {sum(asked.values())}，重复而取消 known already {len(done.known)}",
        highlight=False,
    )


@_people.command("list")
def list_people(
    text: Annotated[str, typer.Argument(help="姓名或用户名的一部分 · part of a name.")] = "",
    organisation: Annotated[str, typer.Option(help="机构及下级 · organisation and below.")] = "",
    role: Annotated[str, typer.Option(help="角色 · role.")] = "",
    as_json: JsonOption = False,
) -> None:
    """列出人员和角色 · people and their roles."""
    _doing("")
    from saishang.apps.organisations.access import Span
    from saishang.apps.organisations.queries import PeopleFilter, held_today, people

    found = people(Span(everything=True), PeopleFilter(text, organisation, role))
    rows: list[dict[str, Any]] = [
        {"username": user.username, "name": user.display_name, "post": user.role, "active": user.is_active,
         "roles": [f"{row.role}@{row.organisation.code}" for row in held_today(user)]}
        for user in found
    ]  # fmt: skip
    if as_json:
        emit_json(rows)
        return
    print_table(
        "人员 · people", ("用户名 account", "姓名 name", "岗位 post", "角色 roles", "启用 active"),
        ((r["username"], r["name"], r["post"], ", ".join(r["roles"]), r["active"]) for r in rows),
    )  # fmt: skip


@_people.command("add")
def add_person(
    username: NameArgument,
    name: Annotated[str, typer.Argument(help="姓名 · the person's name.")],
    organisation: CodeArgument,
    role: RoleArgument,
    reason: ReasonOption,
    email: Annotated[str, typer.Option(help="电子邮箱 · e-mail address.")] = "",
    first: OnOption = "",
) -> None:
    """新建人员并授予第一个角色；临时密码只显示一次 · a new account with its first role; password told once."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import make_person

    made = make_person(doing, username, name, organisation, role, email=email, first=day_of(first))
    console.print(f"用户名 account {made.person.username} / 临时密码 password {made.password}", highlight=False)


@_people.command("grant")
def grant(
    username: NameArgument,
    organisation: CodeArgument,
    role: RoleArgument,
    reason: ReasonOption,
    first: OnOption = "",
    last: Annotated[str, typer.Option(help="最后一日，默认长期 · last day, default open.")] = "",
) -> None:
    """授予角色 · grant a role."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import grant_role

    row = grant_role(doing, username, organisation, role, first=day_of(first), last=day_of(last) if last else None)
    console.print(f"已授予 · granted: {row}（{row.first}）", highlight=False)


@_people.command("end")
def end(
    username: NameArgument,
    organisation: CodeArgument,
    role: RoleArgument,
    reason: ReasonOption,
    last: OnOption = "",
) -> None:
    """结束角色 · end a role."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import end_role
    from saishang.apps.organisations.queries import open_role

    row = end_role(doing, open_role(username, organisation, role), day_of(last))
    console.print("已撤回 · withdrawn" if row is None else f"最后一日 · last day: {row.last}", highlight=False)


@_people.command("deactivate")
def deactivate_(username: NameArgument, reason: ReasonOption) -> None:
    """停用账户，所有登录立即结束 · deactivate an account; every session ends."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import deactivate

    console.print(f"已停用 · deactivated: {deactivate(doing, username).username}", highlight=False)


@_people.command("activate")
def activate_(username: NameArgument, reason: ReasonOption) -> None:
    """启用账户 · activate an account again."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import activate

    console.print(f"已启用 · activated: {activate(doing, username).username}", highlight=False)


@_people.command("reset")
def reset(
    username: NameArgument,
    reason: ReasonOption,
    codes: Annotated[bool, typer.Option(help="解除动态口令，而不是密码 · one-time codes, not the password.")] = False,
) -> None:
    """重置密码或动态口令 · reset the password or the one-time codes."""
    doing = _doing(reason)
    from saishang.apps.organisations.actions import reset_password
    from saishang.apps.organisations.actions.second_factor import reset_second_factor

    if codes:
        console.print(f"已解除 · given up: {reset_second_factor(doing, username).username}", highlight=False)
        return
    made = reset_password(doing, username)
    console.print(f"用户名 account {made.person.username} / 临时密码 password {made.password}", highlight=False)
