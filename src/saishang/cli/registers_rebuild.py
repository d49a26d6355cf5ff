"""Command `saishang registers rebuild`: make the sums of registers anew, beside whoever writes into them."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from saishang.cli.console import console
from saishang.config import load_config

__all__ = ["register"]


def register(group: typer.Typer) -> None:
    """Add the command to `saishang registers`."""
    group.command("rebuild")(rebuild)


def rebuild(
    names: Annotated[list[str] | None, typer.Argument(help="名录代号，默认全部 · registers, default all.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="现行的汇总也重建 · also sums that are current.")] = False,
) -> None:
    """由各版本重建汇总 · make sums anew from the versions."""
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.registers.kinds import kind_of, kinds
    from saishang.apps.registers.making import compact, make_beside
    from saishang.rules import load_rules

    known = kinds(rules := load_rules(load_config().rules_overlay))
    for kind in [kind_of(rules, name) for name in names] if names else known.values():
        begun, told = time.perf_counter(), [0.0]

        def progress(step: str, rows: int, name: str = kind.id, told: list[float] = told) -> None:
            if time.perf_counter() - told[0] > 5:
                told[0] = time.perf_counter()
                console.print(f"{name}: {step} {rows:,}", highlight=False)

        entries = make_beside(kind, progress, anew=anew)
        saved = compact(kind.id)
        took = time.perf_counter() - begun
        console.print(f"{kind.id:<28}{entries:>12,} 条 entries{took:>8.1f} s  -{saved:,}", highlight=False)
