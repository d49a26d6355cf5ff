"""Command `saishang search`: ask the index, bring it up to date, make it anew."""

from __future__ import annotations

from typing import Annotated

import typer

from saishang.cli.console import JsonOption, console, emit_json, print_table

__all__ = ["register"]

_search = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(_search, name="search", help="检索：查找、更新、重建索引 · search: find, update, rebuild the index.")


def _begin() -> None:
    from saishang.web.boot import setup_django

    setup_django()


@_search.command("find")
def find(
    words: Annotated[str, typer.Argument(help="要查找的词 · what to look for.")],
    account: Annotated[str, typer.Option(help="以哪个账户查看，默认公众 · as this account, default the public.")] = "",
    as_json: JsonOption = False,
) -> None:
    """查找 · find."""
    _begin()
    from saishang.apps.organisations.actions.doing import find_person
    from saishang.apps.search.queries import search

    found = search(find_person(account) if account else None, words)
    if as_json:
        emit_json([
            {"kind": hit.kind, "key": hit.key, "title": hit.title, "title_en": hit.title_en, "rank": hit.rank,
             "day": hit.day} for hit in found.hits
        ])  # fmt: skip
        return
    print_table(
        f"检索 · search: {found.query.typed}", ("类别 kind", "编号 key", "标题 title", "日期 day"),
        ((hit.kind, hit.key, hit.title, hit.day) for hit in found.hits[:50]),
    )  # fmt: skip


@_search.command("update")
def update() -> None:
    """收入尚未收入索引的变更 · take in what changed since."""
    _begin()
    from saishang.apps.search.actions import catch_up, refresh

    made, taken = refresh(), catch_up()
    console.print(f"重建 made anew {len(made)}，收入 taken in {taken}", highlight=False)


@_search.command("rebuild")
def rebuild(
    kinds: Annotated[list[str] | None, typer.Argument(help="类别，默认全部 · kinds, default all.")] = None,
) -> None:
    """从各类对象重建索引 · make the index anew from the objects."""
    _begin()
    from saishang.apps.search.actions import rebuild as again

    total = again(kinds or (), lambda kind, count: console.print(f"{kind:<14}{count:>10,}", highlight=False))
    console.print(f"合计 total    {total:>10,}", highlight=False)
