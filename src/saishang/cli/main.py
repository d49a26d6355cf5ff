"""Entry point: gathers the commands and turns our errors into plain words and exit codes.

Each module named in `_COMMANDS` has `register(app)`; heavy imports (Django, DuckDB) happen inside the commands, so
`saishang --help` answers at once.
"""

from __future__ import annotations

import importlib
import sys
from typing import Annotated

import typer

from saishang import __version__
from saishang.cli.console import errors
from saishang.errors import SaishangError

__all__ = ["app", "run"]

#: Modules of `saishang.cli`, in the order in which `--help` shows their commands.
_COMMANDS = (
    "doctor",
    "serve",
    "worker",
    "demo",
    "plan",
    "ingest",
    "evaluate",
    "outlook",
    "forecast",
    "calc",
    "species",
    "report",
    "rules",
)

app = typer.Typer(
    name="saishang",
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
    importlib.import_module(f"saishang.cli.{_name}").register(app)


def run() -> None:
    """Run the command line; exit 1 on our errors, 2 on wrong usage, 3 when a check failed."""
    try:
        app()
    except SaishangError as error:
        errors.print(f"[bold red]错误 error[/] {error.code}", highlight=False)
        errors.print(str(error), markup=False, highlight=False)
        sys.exit(error.exit_code)
    except Exception as error:
        # Django and psycopg both call it so; neither is imported before a command needs it.
        if type(error).__name__ != "OperationalError":
            raise
        errors.print("[bold red]错误 error[/] database", highlight=False)
        errors.print(" ".join(str(error).split()), markup=False, highlight=False)
        errors.print("How to mend: `saishang doctor` tells what is reachable; check DATABASE_URL.", markup=False)
        sys.exit(1)
