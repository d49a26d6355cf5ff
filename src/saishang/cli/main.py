"""Entry point: gathers the commands and turns our errors into plain words and exit codes.

Each module named in `_COMMANDS` has `register(app)`; heavy imports (Django, DuckDB) happen inside the commands, so
`saishang --help` answers at once.
"""

from __future__ import annotations

import importlib
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from saishang import __version__
from saishang.cli.console import begin, emit_json_error, errors
from saishang.errors import SaishangError, in_plain_words

__all__ = ["app", "run"]

#: Modules of `saishang.cli`, in the order in which `--help` shows their commands.
_COMMANDS = (
    "doctor",
    "serve",
    "worker",
    "demo",
    "plan",
    "ingest",
    "values",
    "target",
    "evaluate",
    "replay",
    "outlook",
    "forecast",
    "origin",
    "weather",
    "leads",
    "calc",
    "species",
    "registers",
    "organisations",
    "work",
    "backup",
    "search",
    "report",
    "rules",
)

#: Commands and groups in the order of `_COMMANDS`; Typer alone would list all groups last.
_ORDER: list[str] = []


class _Ordered(TyperGroup):
    """Lists commands in our order, each with its whole line: half of a line in two languages is half a language."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=_ORDER.index)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(200)) for name, command in found if command])


app = typer.Typer(
    name="saishang",
    cls=_Ordered,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="塞上：把一个省的生态环境行动方案变成可执行、可解释的系统。\n\n"
    "Saishang: a province's environmental action plan, made executable and explainable.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"saishang {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 · version.")
    ] = False,
) -> None:
    """Hold the options that stand before every command."""


for _name in _COMMANDS:
    _before = len(app.registered_commands), len(app.registered_groups)
    importlib.import_module(f"saishang.cli.{_name}").register(app)
    for _new in app.registered_commands[_before[0] :]:
        _ORDER.append(str(_new.name or getattr(_new.callback, "__name__", "")))
    for _group in app.registered_groups[_before[1] :]:
        _ORDER.append(str(_group.name or getattr(_group.typer_instance, "info", _group).name))


def run() -> None:
    """Run the command line; exit 1 on our errors, 2 on wrong usage, 3 when a check failed."""
    begin()
    try:
        app()
    except SystemExit as stop:
        if stop.code == 2 and "--json" in sys.argv:
            begin(wanted=True)
            emit_json_error("usage", "wrong usage: standard error says what", fix="see the --help of the command")
        raise
    except SaishangError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except OSError as error:
        if (plain := in_plain_words(error)) is None:
            emit_json_error("unexpected", str(error), where=type(error).__name__)
            raise
        _tell(plain)
        sys.exit(1)
    except Exception as error:
        # Django and psycopg both call it so; neither is imported before a command needs it.
        if type(error).__name__ != "OperationalError":
            emit_json_error("unexpected", str(error), where=type(error).__name__)
            raise
        said = " ".join(str(error).split())
        fix = "`saishang doctor` tells what is reachable; check DATABASE_URL"
        _tell(SaishangError(said, fix=fix, code="database"))
        sys.exit(1)


def _tell(error: SaishangError) -> None:
    errors.print(f"[bold red]错误 error[/] {error.code}", highlight=False)
    # In a log or a pipe a path stays in one piece; a terminal wraps at its own width.
    errors.print(str(error), markup=False, highlight=False, soft_wrap=not errors.is_terminal)
    emit_json_error(error.code, error.message, where=error.where, fix=error.fix)
