"""Command `saishang rules`: check the rules, look a rule up, compare two states or two editions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saishang.cli.console import JsonOption, console, emit_json, print_table
from saishang.errors import CheckFailed, SaishangError

if TYPE_CHECKING:
    from saishang.rules import Problem, Row, Rules, RuleTable
    from saishang.rules.diff import Change

__all__ = ["register"]

OverlayOption = Annotated[
    Path | None,
    typer.Option("--overlay", help="站点自己的规则目录（默认取 SAISHANG_RULES）· a site's own rules folder."),
]

_rules = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(
        _rules,
        name="rules",
        help="规则：检查、查看、比较 · rules as data: check, show, diff.",
    )


def _overlay(given: Path | None) -> Path | None:
    """Return the folder asked for, or the one of the settings."""
    if given is None:
        from saishang.config import load_config

        return load_config().rules_overlay
    if not given.is_dir():
        raise SaishangError(
            f"expected a folder, got {str(given)!r}", fix="name a folder with rules files", where="--overlay"
        )
    return given


@_rules.command("check")
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="规则目录；无 manifest.yaml 时按站点自有规则检查 · folder to check; default: the installed rules."
        ),
    ] = None,
    overlay: OverlayOption = None,
    as_json: JsonOption = False,
) -> None:
    """检查全部规则文件，列出所有问题；有问题时退出码为 3 · check every rules file; exit 3 when one is wrong."""
    from saishang.rules import check_rules, load_rules

    if folder is not None and not folder.is_dir():
        raise SaishangError(f"expected a folder, got {str(folder)!r}", fix="name a folder with rules", where="FOLDER")
    laid_over = _overlay(overlay) if folder is None or overlay is not None else None
    root = folder
    if folder is not None and overlay is None and not (folder / "manifest.yaml").is_file():
        # Without a manifest it is a site's own folder: checked as what it is, laid over the shipped rules.
        laid_over, root = folder, None
    rules, problems = check_rules(laid_over, root)
    from saishang.apps.indicators.site_targets import check_site_targets
    from saishang.apps.indicators.ways import check_ways
    from saishang.apps.plan.loader import check_plans
    from saishang.apps.plan.where import check_where
    from saishang.lake.source_check import check_sources, check_units
    from saishang.science.register.check import check_registers

    # What a single cell does not show, each asked of the floor that knows what the cells mean.
    deeper = (
        *check_units(rules, load_rules()), *check_sources(rules, problems), *check_plans(rules, problems),
        *check_registers(rules, problems), *check_ways(rules, problems), *check_where(rules, problems),
        *check_site_targets(rules, problems),
    )  # fmt: skip
    problems = sorted([*problems, *deeper])
    if as_json:
        emit_json(
            {
                "ok": not problems,
                "digest": rules.digest,
                "files": rules.files,
                "problems": [problem.to_dict() for problem in problems],
            }
        )
    else:
        _print_check(rules, problems)
    if problems:
        count = len(problems)
        raise CheckFailed(
            f"expected rules without fault, got {count} problem{'' if count == 1 else 's'}",
            fix="mend the lines listed above and check again",
            where=str(folder or "rules"),
        )


def _print_check(rules: Rules, problems: list[Problem]) -> None:
    faults: dict[str, int] = {}
    for problem in problems:
        faults[problem.file] = faults.get(problem.file, 0) + 1
    files = {**rules.files, **{file: rules.files.get(file, 0) for file in faults}}
    print_table(
        "规则文件 · rules files",
        ("文件 file", "条目 entries", "问题 problems"),
        ((name, count, faults.get(name, 0)) for name, count in sorted(files.items())),
        caption=f"{len(files)} files · sha256 {rules.digest[:16]}…",
    )
    for problem in problems:
        plain: dict[str, Any] = {"markup": False, "highlight": False, "soft_wrap": not console.is_terminal}
        console.print(f"{problem.where} {problem.code}", style="bold red", **plain)
        console.print(f"  应为 expected {problem.expected}", **plain)
        console.print(f"  实为 got {problem.got}", **plain)
        console.print(f"  修正 fix {problem.fix}", **plain)


@_rules.command("show")
def show(
    name: Annotated[str | None, typer.Argument(help="表或文件名，如 standards/air/limits · table or document.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="只看该日有效的规则 YYYY-MM-DD · in force on that day.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help="列=值，可重复 · column=value, repeatable.")
    ] = None,
    overlay: OverlayOption = None,
    as_json: JsonOption = False,
) -> None:
    """查看规则；不带名称时列出全部，文件夹名列出其中各项 · show a table or document; list all, or those of a folder."""
    from saishang.rules import load_rules

    rules = load_rules(_overlay(overlay))
    day = _day(on)
    inside = "" if name is None else f"{name.rstrip('/')}/"
    if name is None or any(known.startswith(inside) for known in (*rules.tables, *rules.documents)):
        _list(rules, as_json, inside)
        return
    if name in rules.tables:
        table = rules.table(name)
        match = dict(_condition(table, text) for text in where or ())
        rows = table.find(**match) if day is None else table.in_force(day, **match)
        _print_rows(table, rows, as_json)
        return
    if name not in rules.documents:
        _unknown(name, rules)
    document: Any = rules.document(name)
    if where:
        raise SaishangError(
            f"expected a table for --where, got the document {name}", fix="leave out --where", where="--where"
        )
    if day is not None:
        document = _in_force(document, day)
    if as_json:
        emit_json(_thaw(document))
        return
    print_table(f"{name}", ("键 key", "值 value"), _flat(document))


def _unknown(name: str, rules: Rules) -> None:
    from saishang.rules.schema import near

    raise SaishangError(
        f"expected a table or document of the rules, got {name!r}",
        fix=f"use one of {near(name, [*rules.tables, *rules.documents])}; saishang rules show lists them all",
        where="NAME",
    )


def _list(rules: Rules, as_json: bool, inside: str = "") -> None:
    tables = [{"name": table.name, "kind": "table", "entries": len(table)} for table in rules.tables.values()]
    documents = [{"name": name, "kind": "document", "entries": rules.entries(name)} for name in rules.documents]
    shapes = [
        {"name": name, "kind": "geometry", "entries": len(rules.geometries[name]["features"])}
        for name in rules.geometries
    ]
    found = [item for item in (*tables, *documents, *shapes) if str(item["name"]).startswith(inside)]
    listed = sorted(found, key=lambda item: str(item["name"]))
    if as_json:
        emit_json({"digest": rules.digest, "rules": listed})
        return
    print_table(
        "规则 · rules",
        ("名称 name", "类别 kind", "条目 entries"),
        (
            (
                item["name"],
                {"table": "表 table", "document": "文件 document", "geometry": "边界 geometry"}[str(item["kind"])],
                item["entries"],
            )
            for item in listed
        ),
        caption=f"sha256 {rules.digest[:16]}…",
    )


def _print_rows(table: RuleTable, rows: Iterable[Row], as_json: bool) -> None:
    found = list(rows)
    if as_json:
        emit_json([{**row.to_dict(), "where": row.where} for row in found])
        return
    if len(found) == 1:  # a row of fifteen columns is read downwards
        cells = [(name, _cell(value)) for name, value in found[0].items() if value is not None]
        print_table(f"{table.name}", ("列 column", "值 value"), [*cells, ("行 line", found[0].where)])
        return
    # A column that says the same in every row goes below the table, an empty one away: the rest stays readable.
    columns = [name for name in table.columns if any(row[name] is not None for row in found)]
    common = [name for name in columns if len(found) > 1 and len({row[name] for row in found}) == 1]
    shown = [name for name in columns if name not in common or name in table.key]
    print_table(
        f"{table.name}（{len(found)}）",
        [*shown, "行 line"],
        ([*(_cell(row[name]) for name in shown), row.line] for row in found),
        caption=" · ".join(f"{name}: {_cell(found[0][name])}" for name in common if name not in table.key),
    )


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    return "；".join(str(part) for part in value) if isinstance(value, tuple) else value


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SaishangError(
            f"expected a day YYYY-MM-DD, got {text!r}", fix="write it as in 2026-03-01", where="--on"
        ) from None


def _condition(table: RuleTable, text: str) -> tuple[str, object]:
    name, sign, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if not sign:
        raise SaishangError(
            f"expected column=value, got {text!r}", fix="write it as in --where parameter=PM2.5", where="--where"
        )
    kind = table.columns.get(name, {}).get("type", "string")
    kinds = [kind] if isinstance(kind, str) else list(kind)
    if not value:
        return name, None
    if "boolean" in kinds and value in {"true", "false"}:
        return name, value == "true"
    if "integer" in kinds or "number" in kinds:
        try:
            return name, Decimal(value)
        except InvalidOperation:
            raise SaishangError(
                f"expected a number for the column {name}, got {value!r}", fix="write digits", where="--where"
            ) from None
    if table.columns.get(name, {}).get("format") == "date":
        return name, _day(value)
    return name, value


def _in_force(document: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Leave out the entries of dated lists that are not in force on `day`."""

    def holds(entry: Any) -> bool:
        if not isinstance(entry, Mapping):
            return True
        start, end = entry.get("from"), entry.get("to")
        return (start is None or start <= day) and (end is None or day <= end)

    return {
        key: tuple(entry for entry in value if holds(entry)) if isinstance(value, tuple) else value
        for key, value in document.items()
    }


def _thaw(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _thaw(child) for key, child in value.items()}
    return [_thaw(child) for child in value] if isinstance(value, tuple) else value


def _flat(value: Any, path: str = "") -> Iterable[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _flat(child, f"{path}.{key}" if path else str(key))
    elif isinstance(value, tuple) and any(isinstance(item, Mapping) for item in value):
        for number, child in enumerate(value):
            name = child.get("id", number) if isinstance(child, Mapping) else number
            yield from _flat(child, f"{path}[{name}]")
    else:
        yield path, _cell(value)


@_rules.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="目录、installed，或标准版本 · folder, installed, or an edition.")],
    after: Annotated[str, typer.Argument(help="目录、overlay，或标准版本 · folder, overlay, or an edition.")],
    table: Annotated[
        str | None, typer.Option("--table", help="只比较这一张表或文件 · only this table or document.")
    ] = None,
    overlay: OverlayOption = None,
    as_json: JsonOption = False,
) -> None:
    """比较两套规则，或同一张表的两个标准版本 · compare two states of the rules, or two editions of one table."""
    from saishang.rules import load_rules
    from saishang.rules.diff import diff_editions, diff_rules

    if table is not None and not (_is_folder(before) or _is_folder(after)):
        changes = diff_editions(load_rules(_overlay(overlay)).table(table), before, after)
    else:
        changes = diff_rules(_side(before, overlay), _side(after, overlay), only=table)
    if as_json:
        emit_json([change.to_dict() for change in changes])
        return
    _print_changes(before, after, changes)


def _is_folder(text: str) -> bool:
    return text in {"installed", "overlay"} or Path(text).is_dir()


def _side(text: str, overlay: Path | None) -> Rules:
    """Load one side: the installed rules, those with the site's own over them, or a folder of either kind."""
    from saishang.rules import load_rules

    if text == "installed":
        return load_rules()
    if text == "overlay":
        folder = _overlay(overlay)
        if folder is None:
            raise SaishangError(
                "expected a site's own rules folder, got none",
                fix="give --overlay or set SAISHANG_RULES",
                where="overlay",
            )
        return load_rules(folder)
    folder = Path(text)
    if not folder.is_dir():
        raise SaishangError(
            f"expected a folder, installed or overlay, got {text!r}",
            fix="name a folder; for two editions of a standard add --table",
            where="rules diff",
        )
    # A folder with a manifest is a whole set of rules, one without is laid over the installed ones.
    return load_rules(root=folder) if (folder / "manifest.yaml").is_file() else load_rules(folder)


def _print_changes(before: str, after: str, changes: list[Change]) -> None:
    names = {"added": "新增 added", "removed": "删除 removed", "changed": "修改 changed"}
    several = len({change.name for change in changes}) > 1
    counts = {kind: sum(change.kind == kind for change in changes) for kind in names}
    print_table(
        f"{before} → {after}",
        ("类别 kind", "规则 rule", "旧 before", "新 after", "行 line"),
        (
            (
                names[item.kind],
                " ".join(part for part in (item.name if several else "", item.key, item.cell) if part),
                _brief(item.before),
                _brief(item.after),
                item.where.rsplit(":", 1)[-1] if not several else item.where,
            )
            for item in changes
        ),
        caption=" · ".join(f"{names[kind]} {count}" for kind, count in counts.items()),
    )


def _brief(value: Any) -> object:
    if isinstance(value, Mapping):
        skip = {
            "source",
            "clause",
            "status",
            "note",
            "edition",
            "stage",
            "from",
            "to",
            "parameter",
            "averaging",
            "binding",
        }
        return ", ".join(f"{key}={_cell(item)}" for key, item in value.items() if item is not None and key not in skip)
    return _cell(value)


@_rules.command("reference")
def reference(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写入文件 · write to this file.")] = None,
    overlay: OverlayOption = None,
) -> None:
    """由规则生成参考页（Markdown）· write the reference page of the rules as Markdown."""
    from saishang.rules import load_rules
    from saishang.rules.reference import reference_page

    page = reference_page(load_rules(_overlay(overlay)))
    if output is None:
        typer.echo(page, nl=False)
        return
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise SaishangError(
            f"expected a file that can be written, got {error.strerror}", fix="name another file", where=str(output)
        ) from None
