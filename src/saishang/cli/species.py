"""Command `saishang species`: a species list in Darwin Core checked, summed up, and written as an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saishang.cli.console import JsonOption, emit_json, errors, print_table

__all__ = ["register"]

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("species")(species)


def species(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="物种记录 · CSV, TSV or archive (ZIP).")],
    archive: Annotated[
        Path | None, typer.Option(help="写出 Darwin Core 归档 · write the kept records as an archive.")
    ] = None,
    sensitive: Annotated[
        list[str] | None,
        typer.Option(help="敏感物种学名，坐标概化 · species whose places are made coarse; may repeat."),
    ] = None,
    grid: Annotated[str, typer.Option(help="概化网格（度），none 为隐去 · grid in degrees; none leaves out.")] = "0.1",
    as_json: JsonOption = False,
) -> None:
    """检查物种记录（Darwin Core），汇总物种、外来入侵物种预警与多样性 · check and sum up a species list.

    Check a species list in Darwin Core: what is refused and why, species found, alerts on listed alien species.
    """
    from saishang.config import load_config
    from saishang.lake.darwin_core import read_occurrences, write_archive
    from saishang.rules import load_rules
    from saishang.science.ecology.biodiversity import community_indices
    from saishang.science.ecology.darwin_core import generalise, occurrences, species_list, to_rows
    from saishang.science.ecology.from_rules import darwin_core_terms, listed_species
    from saishang.science.ecology.invasive import alerts_for

    rules = load_rules(load_config().rules_overlay)
    terms = darwin_core_terms(rules)
    records, problems = occurrences(read_occurrences(file), terms)
    refused = [problem for problem in problems if problem.fatal]
    advised = sorted({problem.term for problem in problems if not problem.fatal})
    found = species_list(records)
    alerts = alerts_for(
        [(item.name, item.last, item.values.get("county", "")) for item in records if item.present],
        listed_species(rules),
    )
    counts = [item.individuals for item in found if item.individuals]
    shannon = round(community_indices(counts).shannon, 4) if counts else None
    if archive is not None:
        hidden = {name.casefold() for name in sensitive or []}
        step = None if grid == "none" else grid
        shared = [generalise(item, step) if item.name.casefold() in hidden else item for item in records]
        header, rows = to_rows(shared, terms)
        write_archive(archive, header, rows, title=file.stem)
    if as_json:
        emit_json(
            {
                "records": len(records),
                "refused": [
                    {"line": item.line, "term": item.term, "message": item.message, "fix": item.fix} for item in refused
                ],
                "advised_terms_missing": advised,
                "species": [{"name": item.name, "records": item.records, "individuals": item.individuals}
                            for item in found],
                "shannon": shannon,
                "alerts": [{"name": item.scientific_name, "zh": item.zh, "lists": list(item.lists),
                            "finds": item.finds, "last": item.last.isoformat() if item.last else None}
                           for item in alerts],
            }
        )  # fmt: skip
        return
    for problem in refused[:_SHOWN]:
        errors.print(f"{file.name}:{problem.line} {problem.message} {problem.fix}", markup=False, highlight=False)
    if len(refused) > _SHOWN:
        errors.print(f"… {len(refused) - _SHOWN} 条 more", markup=False)
    print_table(
        "物种记录 · species list",
        ("物种 species", "记录 records", "个体 individuals", "最近 last"),
        ((item.name, item.records, item.individuals, item.last.isoformat()) for item in found),
        caption=f"{len(records)} 条接收 kept · {len({item.line for item in refused})} 条拒收 refused · "
        f"H = {'—' if shannon is None else shannon}",
    )
    if advised:
        errors.print(f"建议补充 advised terms: {', '.join(advised)}", markup=False)
    if alerts:
        print_table(
            "外来入侵物种 · alien species on a list",
            ("物种 species", "名录 lists", "次数 finds", "最近 last"),
            ((f"{item.zh} {item.scientific_name}", ", ".join(item.lists), item.finds,
              item.last.isoformat() if item.last else None) for item in alerts),
        )  # fmt: skip
