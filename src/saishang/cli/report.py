"""Command `saishang report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saishang.cli.console import console
from saishang.errors import SaishangError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `report`."""

    @app.command()
    def report(
        run: Annotated[str, typer.Argument(help="运行号，或 latest · run id, or latest.")] = "latest",
        out: Annotated[Path, typer.Option(help="输出文件（.docx 或 .xlsx）· file to write.")] = Path(
            "目标进展简报.docx"
        ),
    ) -> None:
        """把一次评估的结果写成 Word 或 Excel · write the results of a run as Word or Excel."""
        from saishang.web.boot import setup_django

        setup_django()
        from saishang.apps.indicators import bulletin, queries

        writers = {".docx": bulletin.write_docx, ".xlsx": bulletin.write_xlsx}
        if out.suffix.lower() not in writers:
            raise SaishangError(
                f"expected a file ending in .docx or .xlsx, got {out.name!r}",
                fix="choose one of the two",
                where="--out",
            )
        facts = queries.run_facts(run)
        writers[out.suffix.lower()](out, facts, queries.target_rows(facts.id))
        console.print(f"已写出 · written: {out}", highlight=False)
