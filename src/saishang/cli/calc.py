"""Command `saishang calc`: one calculation by a standard, or a file of cases."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saishang.cli.console import JsonOption, emit_json, errors, print_table
from saishang.errors import SaishangError

if TYPE_CHECKING:
    from saishang.rules import Rules
    from saishang.science.calc import Topic

__all__ = ["register"]

_LARGEST_FILE = 256 << 20


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("calc")(calc)


def calc(
    topic: Annotated[str | None, typer.Argument(help="计算主题 · topic, for example aqi; see --list.")] = None,
    inputs: Annotated[
        list[str] | None, typer.Argument(help="输入 · inputs: PM2.5=70 PM10=130, values=3,4,8, or one JSON object.")
    ] = None,
    standard: Annotated[
        str, typer.Option(help="标准（缺省按日期） · standard such as HJ633-2026; default: by the day.")
    ] = "",
    averaging: Annotated[str, typer.Option(help="平均时间 · averaging time: daily, hourly, 24h …")] = "",
    on: Annotated[
        datetime | None,
        typer.Option(
            "--date", formats=["%Y-%m-%d"], help="监测日期（缺省今天） · day of the measurement; default today."
        ),
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="案例文件 · CSV with id, topic, standard, averaging, inputs (JSON).")
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="列出主题 · list the topics and their inputs.")] = False,
    as_json: JsonOption = False,
) -> None:
    """按标准计算空气指数、百分位数、达标评价等 · calculate by a standard.

    Calculate by the standard: air quality index, percentiles, composite index, attainment and more.

    saishang calc aqi --standard HJ633-2026 SO2=15 NO2=40 CO=1.0 O3=98 PM10=130 PM2.5=70

    saishang calc --cases cases.csv > results.csv
    """
    from saishang.config import load_config
    from saishang.rules import load_rules
    from saishang.science.calc import find_topic, topics

    if listing:
        _list(topics() if topic is None else (find_topic(topic),), as_json)
        return
    day = date.today() if on is None else on.date()
    if (cases is None) == (topic is None):
        errors.print(
            "需要一个主题或 --cases 文件 · give a topic or --cases FILE; saishang calc --list shows the topics."
        )
        raise typer.Exit(2)
    rules = load_rules(load_config().rules_overlay)
    if cases is not None:
        if inputs:
            errors.print("--cases 不能与单项输入同用 · --cases takes no further inputs.", highlight=False)
            raise typer.Exit(2)
        _run_file(cases, rules, day, as_json)
    elif topic is not None:
        _run_one(find_topic(topic), inputs or [], rules, day, standard, averaging, as_json)


def _run_one(
    topic: Topic, words: list[str], rules: Rules, day: date, standard: str, averaging: str, as_json: bool
) -> None:
    from saishang.science.calc import calculate, parse_assignments

    result = calculate(
        topic.name, parse_assignments(topic, words), rules=rules, on=day, standard=standard, averaging=averaging
    )
    if as_json:
        emit_json(result)
        return
    caption = " · ".join(
        part for part in (standard or f"{day.isoformat()} 适用标准 edition in force", averaging) if part
    )
    print_table(f"{topic.zh} · {topic.en}", ("项目 item", "结果 result"), _flat(result), caption=caption)


def _flat(result: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    from saishang.science.calc import label as words

    for key, value in result.items():
        chinese, english = words(key)
        label = prefix + (chinese if chinese == english else f"{chinese} {english}")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{label} · ")
        elif isinstance(value, list):
            yield label, "、".join(str(item) for item in value) or None
        elif value == "NA":
            yield label, "NA（缺项，不发布 · an item is missing, not published）"
        elif isinstance(value, bool):
            yield label, "是 yes" if value else "否 no"
        else:
            yield label, value


def _run_file(path: Path, rules: Rules, day: date, as_json: bool) -> None:
    """Print `id,result` for every case in order; exit 1 when any could not be calculated."""
    from saishang.science.calc import read_cases, run_case

    # A case may carry a year of hours in one cell; the csv module stops at 128 KiB unless told.
    csv.field_size_limit(_LARGEST_FILE)
    lines = io.StringIO(_text(path), newline="")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not as_json:
        writer.writerow(("id", "result"))
    listed: list[dict[str, Any]] = []
    failed: list[tuple[str, SaishangError]] = []
    count = 0
    for row in read_cases(lines, name=path.name):
        result, error = run_case(row, rules=rules, on=day, name=path.name)
        count += 1
        if error is not None:
            failed.append((row.id, error))
        if as_json:
            listed.append({"id": row.id, "result": result})
        else:
            writer.writerow((row.id, json.dumps(result, ensure_ascii=False, separators=(",", ":"))))
    if as_json:
        emit_json(listed)
    if failed:
        errors.print(f"{len(failed)} / {count} 个案例未能计算 · cases could not be calculated:", highlight=False)
        for name, error in failed[:20]:
            errors.print(f"  {name}: {error}", markup=False, highlight=False)
        if len(failed) > 20:
            errors.print(f"  … {len(failed) - 20} more", highlight=False)
        raise typer.Exit(1)


def _text(path: Path) -> str:
    """The file as text: UTF-8 with or without mark, else GB 18030 (what Chinese Excel saves)."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise SaishangError(
                f"A case file has at most {_LARGEST_FILE >> 20} MiB, this one {path.stat().st_size >> 20}.",
                fix="Split it.",
                where=str(path),
                code="file",
            )
        content = path.read_bytes()
    except OSError as error:
        raise SaishangError(
            f"The case file cannot be read: {error.strerror}.", fix="Check the path.", where=str(path), code="file"
        ) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SaishangError(
        "The case file is neither UTF-8 nor GB 18030 text.", fix="Save it as UTF-8 CSV.", where=str(path), code="file"
    )


def _list(found: tuple[Topic, ...], as_json: bool) -> None:
    if as_json:
        emit_json([_describe(topic) for topic in found])
        return
    if len(found) > 1:
        listed = [(topic.name, topic.zh, topic.en, "  ".join(_names(topic))) for topic in found]
        print_table("计算主题 · topics", ("主题 topic", "名称", "title", "输入 inputs"), listed)
        return
    topic = found[0]
    fields = [*topic.fields, *([topic.open_inputs] if topic.open_inputs else [])]
    rows = [(field.name, field.zh, field.en, field.unit, "必需 required" if field.required else "") for field in fields]
    example = json.dumps(topic.example, ensure_ascii=False)
    print_table(
        f"{topic.name} · {topic.zh} · {topic.en}",
        ("输入 input", "含义", "meaning", "单位 unit", ""),
        rows,
        caption=f"{topic.description_zh}\n{topic.description_en}\n例 example: {example}",
    )


def _names(topic: Topic) -> list[str]:
    names = [field.name for field in topic.fields]
    return names + ([f"{topic.open_inputs.zh} …"] if topic.open_inputs else [])


def _describe(topic: Topic) -> dict[str, Any]:
    fields = [*topic.fields, *([topic.open_inputs] if topic.open_inputs else [])]
    return {
        "topic": topic.name,
        "medium": topic.medium,
        "zh": topic.zh,
        "en": topic.en,
        "description_zh": topic.description_zh,
        "description_en": topic.description_en,
        "standards": list(topic.standards),
        "averagings": list(topic.averagings),
        "inputs": [
            {
                "name": field.name,
                "zh": field.zh,
                "en": field.en,
                "kind": field.kind,
                "unit": field.unit or None,
                "required": field.required,
                "choices": list(field.choices),
            }
            for field in fields
        ],
        "example": dict(topic.example),
    }
