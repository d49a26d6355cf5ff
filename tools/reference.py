"""Write the reference pages from what they describe: settings, commands, rules, indicators, registers.

Usage: reference.py [--check]. With --check nothing is written, and the exit code is 1 when a page is not true any more.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ.update({"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})

import typer.main

from saishang.cli.main import app
from saishang.config import SETTINGS
from saishang.rules import Rules, load_rules
from saishang.rules.reference import reference_page
from saishang.rules.schema import Schemas

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
_MADE = "<!-- Made by tools/reference.py; edit what it describes, not this page. -->\n"


def _table(header: list[str], rows: list[list[object]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += [
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Every setting, its default, what it does."""
    rows: list[list[object]] = [[f"`{s.name}`", f"`{s.default}`", s.meaning] for s in SETTINGS]
    text = (
        "All settings come from the environment. A `SAISHANG_*` name that is not in this list is an error at start.\n\n"
    )
    return f"{_MADE}\n# Settings\n\n{text}{_table(['name', 'default', 'meaning'], rows)}"


def commands_page() -> str:
    """Every command with its arguments and options, as its help gives them."""
    group = typer.main.get_command(app)
    parts = [
        f"{_MADE}\n# Commands\n\nExit codes: 0 done, 1 an error that is explained, 2 wrong usage, 3 a check failed.\n"
    ]

    def walk(command: object, path: str) -> None:
        children = getattr(command, "commands", {})
        context = typer.Context(command, info_name=path)  # type: ignore[arg-type]
        parts.append(f"\n## `{path}`\n\n```text\n{command.get_help(context).strip()}\n```\n")  # type: ignore[attr-defined]
        for name in sorted(children):
            walk(children[name], f"{path} {name}")

    walk(group, "saishang")
    return "".join(parts)


def rules_page(rules: Rules) -> str:
    """Every table and document with how sure we are of its rows, and a list of what is not confirmed."""
    return f"{_MADE}\n{reference_page(rules)}"


def indicators_page(rules: Rules) -> str:
    """The catalogue of indicators."""
    from saishang.apps.indicators.catalogue import Catalogue

    rows: list[list[object]] = [
        [f"`{i.id}`", i.zh, i.en, i.kind, i.unit, i.caliber, i.clause, i.status]
        for i in Catalogue(rules).indicators.values()
    ]
    header = ["id", "指标", "indicator", "kind", "unit", "口径 caliber", "clause", "status"]
    return f"{_MADE}\n# Indicators\n\n{_table(header, rows)}"


def registers_page(rules: Rules) -> str:
    """Every key of the file of a register, and of the file of a site's own targets, from their JSON Schemas."""
    schemas = Schemas(rules.root / "schemas")
    parts = [
        f"{_MADE}\n# Keys of a register's file · 名录定义的写法\n\n"
        "A register is a file `registers/NAME.yaml` in a site's own rules folder (`var/rules`, or the one that "
        "`SAISHANG_RULES` names). "
        "`saishang registers new NAME` begins one, `saishang registers preview FILE` checks it, the page "
        "*Registers → Preview of a register* shows it while it is written. A walk through all of it: "
        "[a register in ten minutes](../tutorials/a-register-in-ten-minutes.md). "
        "`+` marks keys that have to be there.\n"
    ]
    for name, title in (("register", "registers/NAME.yaml"), ("site_targets", "targets/NAME.yaml")):
        parts += _keys(schemas, name, schemas.raw(name), f"`{title}`")
    return "".join(parts)


def _keys(schemas: Schemas, name: str, schema: dict[str, Any], title: str) -> list[str]:
    """A section for a mapping of a schema, then one for each mapping in it."""
    needed = set(schema.get("required", ()))
    rows: list[list[object]] = []
    below: list[str] = []
    for key, said in schema["properties"].items():
        text = schemas.resolve(name, said)
        rows.append([f"`{key}`", "+" if key in needed else "", _form(schemas, name, text), text.get("description", "")])
        inner = schemas.resolve(name, text.get("items", {})) if text.get("type") == "array" else text
        more = inner.get("additionalProperties")
        if isinstance(more, dict) and not inner.get("properties"):
            inner = schemas.resolve(name, more)
        if "properties" in inner:
            below += _keys(schemas, name, inner, f"{title} → `{key}`")
    return [f"\n## {title}\n\n{_table(['key', '', 'form', 'meaning'], rows)}", *below]


def _form(schemas: Schemas, name: str, text: dict[str, Any]) -> str:
    """How a value is written, in words."""
    if "oneOf" in text:
        return " or ".join(_form(schemas, name, schemas.resolve(name, one)) for one in text["oneOf"])
    if "enum" in text:
        return ", ".join(f"`{value}`" for value in text["enum"])
    kinds = text.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    words = {
        "string": "text", "number": "number", "integer": "whole number", "boolean": "`true` or `false`",
        "object": "keys and values", "array": "list",
    }[kind]  # fmt: skip
    if kind == "array" and "items" in text:
        items = schemas.resolve(name, text["items"])
        words += " of texts" if items.get("type", "string") == "string" else ""
    if "x-reference" in text:
        words += f" (code of {text['x-reference']})"
    low, high = text.get("minimum"), text.get("maximum")
    if low is not None or high is not None:
        words += f", {'' if low is None else low}–{'' if high is None else high}"
    if "pattern" in text:
        words += f" like `{text['pattern']}`"
    return words


def main(check: bool) -> int:
    """Write the pages, or say which are out of date."""
    rules = load_rules()
    pages = {
        "settings.md": settings_page(),
        "commands.md": commands_page(),
        "rules.md": rules_page(rules),
        "indicators.md": indicators_page(rules),
        "registers.md": registers_page(rules),
    }
    stale = [
        name for name, text in pages.items() if not (FOLDER / name).is_file() or (FOLDER / name).read_text() != text
    ]
    if check:
        for name in stale:
            print(f"docs/reference/{name} is not true any more; run `make docs`")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(pages[name], encoding="utf-8")
    print(f"{len(stale)} of {len(pages)} pages written")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
