"""Calculators, made from the registry of calculations: a new topic there is a new page here.

A calculation is a GET: the address holds all inputs, so that it can be sent, printed and repeated.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.errors import SaishangError
from saishang.science import calc
from saishang.science.calc.labels import LABELS
from saishang.web import texts, wording
from saishang.web.pages.air_common import day_levels
from saishang.web.pages.exports import export
from saishang.web.pages.site import rules
from saishang.web.pages.tables import Column, Table
from saishang.web.security import public
from saishang.web.wording import columns

__all__ = ["calculator"]

#: Results that are words of a standard: a category, a class, a grade, the colour of a signal.
_VERDICTS = {"category", "level", "cls", "grade", "signal"}
#: No example.
_NONE: Mapping[str, Any] = MappingProxyType({})
_MISSING = {"", "-", "—", "null", "none", "na", "n/a", "无"}


@dataclass
class Input:
    """One control of a calculator's form."""

    name: str
    label: str
    unit: str
    kind: str
    hint: str
    required: bool
    #: What is sent and the words of it.
    choices: tuple[tuple[str, str], ...]
    value: str = ""
    id: int = 0


@dataclass
class Step:
    """One line of a result: key, its words, and the value, plain or as a small table."""

    key: str
    label: str
    text: str = ""
    rows: list[tuple[str, str]] = field(default_factory=list)


@public
@require_safe
def calculator(request: HttpRequest, topic: str) -> HttpResponse:
    """One calculator: form, result by steps, and the same calculation on the command line."""
    try:
        known = calc.find_topic(topic)
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    asked = "go" in request.GET
    values = request.GET if asked else _example(known)
    example = known.example.get("inputs", {})
    inputs = [_input(f, values, example=example) for f in known.fields]
    if known.open_inputs is not None:
        inputs.append(_input(known.open_inputs, values, open_names=True))
    for number, control in enumerate(inputs, start=1):
        control.id = number
    # What the example does not need is one step away, so that a form with twenty inputs starts with seven.
    usual = {key.removeprefix("in.") for key in _example(known) if key.startswith("in.")}
    more = [control for control in inputs if control.name not in usual and not control.required]
    standard = values.get("standard", "")
    averaging = values.get("averaging", "")
    on_text = values.get("on", "") or timezone.localdate().isoformat()
    context: dict[str, Any] = {
        "topic": known,
        "title": texts.both(known.zh, known.en),
        "description": texts.both(known.description_zh, known.description_en),
        "inputs": [control for control in inputs if control not in more],
        "more": more,
        "more_open": any(control.value for control in more),
        "averagings": [(name, _averaging(name)) for name in known.averagings],
        "standards": [(name, columns.value_words("standard", name) or name) for name in known.standards],
        "standard": standard,
        "averaging": averaging,
        "on": on_text,
        "is_example": not asked,
    }
    table: Table | None = None
    try:
        on = _day(on_text)
        given = _collect(known, inputs)
        result = calc.calculate(known.name, given, rules=rules(), on=on, standard=standard, averaging=averaging)
    except SaishangError as error:
        context["error"] = wording.error_words(error, {control.name: control.label for control in inputs})
    else:
        steps = [_step(key, value, known.medium) for key, value in result.items()]
        table = _table(known.name, context["title"], steps)
        context |= {
            "steps": steps,
            "level": _level(result),
            "table": table,
            "json": json.dumps(result, ensure_ascii=False, indent=1),
            "command": _command(known.name, given, standard, averaging),
        }
    answer = export(request, [table] if table else [])
    return answer or render(request, "calculators/topic.html", context, status=422 if "error" in context else 200)


def _averaging(name: str) -> str:
    return columns.value_words("averaging", name) or name


def _example(topic: Any) -> QueryDict:
    filled = QueryDict(mutable=True)
    inputs = topic.example.get("inputs", {})
    rest: dict[str, Any] = {}
    for name, value in inputs.items():
        known = topic.field(name)
        if known is not None and known is not topic.open_inputs:
            filled[f"in.{known.name}"] = _as_text(value, rows=_shape(known, inputs) == "rows")
        else:
            rest[name] = value
    if rest and topic.open_inputs is not None:
        filled[f"in.{topic.open_inputs.name}"] = _as_text(rest)
    filled["standard"] = str(topic.example.get("standard", ""))
    filled["averaging"] = str(topic.example.get("averaging", ""))
    return filled


def _shape(known: Any, example: Mapping[str, Any]) -> str:
    """Form of a list that is more than numbers, as its example shows it: `records`, `rows`, or empty."""
    value = example.get(known.name)
    if known.kind != "numbers" or not isinstance(value, list | tuple) or not value:
        return ""
    if all(isinstance(item, Mapping) for item in value):
        return "records"
    return "rows" if all(isinstance(item, list | tuple) for item in value) else ""


def _as_text(value: Any, *, rows: bool = False) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(f"{key}={_as_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        if value and all(isinstance(item, Mapping) for item in value):
            return "\n".join(", ".join(f"{key}={_as_text(one)}" for key, one in item.items()) for item in value)
        if rows:
            return "\n".join(", ".join(_as_text(one) for one in item) for item in value)
        if value and all(isinstance(item, list | tuple) for item in value):
            return "\n".join(f"{first}={second}" for first, second in value)
        return ", ".join("—" if item is None else str(item) for item in value)
    return str(value)


def _input(
    known: Any, values: QueryDict | Mapping[str, str], open_names: bool = False, example: Mapping[str, Any] = _NONE
) -> Input:
    kind = "mapping" if open_names else _shape(known, example) or known.kind
    hints = {
        "numbers": _("用逗号或空格分隔；缺测写“—”。"),
        "records": _("每行一条，写作“名称=数值, 名称=数值”。"),
        "rows": _("每行一组数，用逗号或空格分隔。"),
        "mapping": _("每行一个“名称=数值”。"),
        "pairs": _("每行一对数，如 900=5。"),
        "number": "",
        "integer": _("整数。"),
        "text": "",
    }
    return Input(
        name=known.name,
        label=texts.both(known.zh, known.en),
        unit=known.unit,
        kind=kind,
        hint=hints.get(kind, ""),
        required=known.required,
        choices=tuple((one, columns.value_words(known.name, one) or one) for one in known.choices),
        value=str(values.get(f"in.{known.name}", "")),
    )


def _collect(topic: Any, inputs: list[Input]) -> dict[str, Any]:
    """Inputs as the registry wants them; an empty control is an input that is not given."""
    given: dict[str, Any] = {}
    for control in inputs:
        text = control.value.strip()
        if not text:
            continue
        if topic.open_inputs is not None and control.name == topic.open_inputs.name:
            listed = topic.open_inputs.kind in ("numbers", "series")
            given |= {key: _list(item) if listed else _scalar(item) for key, item in _pairs(text)}
        elif control.kind == "records":
            given[control.name] = [_record(line) for line in text.splitlines() if line.strip()]
        elif control.kind == "rows":
            given[control.name] = [_list(line) for line in text.splitlines() if line.strip()]
        elif control.kind == "pairs":
            given[control.name] = [[_scalar(first), _scalar(second)] for first, second in _pairs(text)]
        elif control.kind == "mapping":
            given[control.name] = {key: _nested(item) for key, item in _pairs(text)}
        elif control.kind == "numbers" or (control.kind == "values" and re.search(r"[,，、]", text)):
            given[control.name] = _list(text)
        else:
            # A dash is a class of noise (construction sites); for figures it marks a missing one.
            given[control.name] = text if control.kind == "text" and text == "-" else _scalar(text)
    return given


def _record(line: str) -> dict[str, Any]:
    """One record of a list: `km=3.0, prep_min=90`."""
    return {key: _scalar(value) for key, value in _pairs(re.sub(r"[,，]", ";", line))}


def _pairs(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for number, line in enumerate(re.split(r"[\n;；]", text), start=1):
        if not line.strip():
            continue
        key, sign, value = line.replace("＝", "=").replace("：", "=").partition("=")
        if not sign or not key.strip():
            raise SaishangError(
                _("第 %(number)d 行应为“名称=数值”，实为“%(line)s”。") % {"number": number, "line": line.strip()},
                fix=_("每行写一个名称、等号和数值。"),
            )
        found.append((key.strip(), value.strip()))
    return found


def _nested(text: str) -> Any:
    return _list(text) if re.search(r"[,，]", text) else _scalar(text)


def _list(text: str) -> list[Any]:
    return [_scalar(part) for part in re.split(r"[,，、\s]+", text.strip("[]() ")) if part]


def _scalar(text: str) -> str | None:
    plain = text.strip()
    return None if plain.casefold() in _MISSING else plain


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SaishangError(
            _("日期应为 2026-03-01 这样的形式，实为“%(text)s”。") % {"text": text},
            fix=_("改写日期，或留空以使用今天。"),
        ) from None


def _label(key: str) -> str:
    if key not in LABELS:
        return key
    words = texts.both(*LABELS[key])
    return words[:1].upper() + words[1:]


def _verdict_words(medium: str) -> dict[str, str]:
    """Chinese words of results that are categories, grades or signals, in the reader's language.

    By medium: 良 is one word for air and another for a region's ecology.
    """
    known = rules()
    if medium in ("ecology", "climate"):
        tables = [known.tables.get(f"standards/{medium}/{name}") for name in ("grades", "signals")]
        return {row["zh"]: texts.name_of(row) for table in tables if table is not None for row in table.rows}
    rows = known.table("standards/air/categories").rows
    found = {row["zh"]: texts.name_of(row) for row in rows}
    if texts.english():
        found |= {row["level_zh"]: f"level {row['level']}" for row in rows}
    return found


def _step(key: str, value: Any, medium: str) -> Step:
    step = Step(key, _label(key))
    if isinstance(value, Mapping):
        step.rows = [(str(name), _words(item)) for name, item in value.items()]
        step.text = "" if step.rows else _("无")
    elif key in _VERDICTS and value is not None:
        said = _verdict_words(medium)
        listed = value if isinstance(value, list | tuple) else [value]
        step.text = texts.listed(said.get(_words(item), _words(item)) for item in listed)
    elif isinstance(value, list | tuple) and value and all(isinstance(one, str) for one in value):
        step.text = texts.listed(columns.value_words(key, one) or one for one in value)
    else:
        step.text = (columns.value_words(key, value) if isinstance(value, str) else None) or _words(value)
    return step


def _level(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """Index and category of the air in the colours of HJ 633, where the result is one; None elsewhere."""
    said = result.get("category")
    for row in day_levels().values():
        if "aqi" in result and result["aqi"] is not None and said == row["zh"]:
            return {"level": row["level"], "index": str(result["aqi"]), "name": row["name"]}
    return None


def _words(value: Any) -> str:
    if value is None:
        return _("无（不满足计算条件）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return texts.listed(_words(item) for item in value) if value else _("无")
    if isinstance(value, Mapping):
        named = ((columns.value_words("part", str(key)) or key, item) for key, item in value.items())
        return "；".join(f"{name} {_words(item)}" for name, item in named)
    return str(value)


def _table(name: str, title: str, steps: list[Step]) -> Table:
    rows: list[dict[str, str]] = []
    for step in steps:
        rows += [{"item": f"{step.label} · {key}", "value": text} for key, text in step.rows]
        if step.text:
            rows.append({"item": step.label, "value": step.text})
    columns = [Column("item", _("项目"), row_head=True), Column("value", _("结果"), number=True)]
    return Table(f"calc-{name}", title, columns, rows)


def _command(name: str, given: Mapping[str, Any], standard: str, averaging: str) -> str:
    parts = ["saishang", "calc", name]
    if standard:
        parts += ["--standard", standard]
    if averaging:
        parts += ["--averaging", averaging]
    for key, value in given.items():
        if isinstance(value, list) and value and isinstance(value[0], list):
            text = json.dumps(value, ensure_ascii=False)
        elif isinstance(value, list):
            text = ",".join("null" if item is None else str(item) for item in value)
        elif isinstance(value, Mapping):
            text = json.dumps(value, ensure_ascii=False)
        else:
            text = "null" if value is None else str(value)
        parts.append(f"{key}={text}")
    return shlex.join(parts)
