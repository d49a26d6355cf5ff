"""What the commands share that make an answer about a run and keep it beside it: options, progress, repetition."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from saishang.cli.console import console

__all__ = ["AgainOption", "RunOption", "make_kept"]

RunOption = Annotated[str, typer.Option(help="运行号，或 latest · run id, or latest.")]
AgainOption = Annotated[bool, typer.Option("--again", help="重算并核对 · recompute and compare.")]


def make_kept(name: str, module: str, run: str, *, again: bool, quiet: bool) -> Any:
    """Run `actions.<module>.<module>` with a line of progress; its rows.

    Parameters
    ----------
    name:
        Name of the command, for the log.
    quiet:
        No progress, as where the answer goes out as JSON.
    """
    from saishang.web.boot import setup_django

    setup_django()
    make: Callable[..., Any] = getattr(importlib.import_module(f"saishang.apps.indicators.actions.{module}"), module)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True, disable=quiet, console=console) as bar:
        task = bar.add_task("…", total=None)
        return make(f"saishang {name}", run, again=again, progress=lambda step: bar.update(task, description=step))
