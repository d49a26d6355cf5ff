"""A commented file to begin a kind of register with, and where such files lie."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.register.draft import name_fault

__all__ = ["BlankRefused", "Goal", "begin_file", "begin_target", "blank_text", "text_of"]


class BlankRefused(SaishangError):
    """A file of that name cannot be begun."""

    code = "register-file"


#: Every key is explained in docs/reference/registers.md. It is a kind that works as it stands.
_BLANK = """\
# 名录定义。行首的 # 是说明；缩进用空格。全部写法见 docs/reference/registers.md。
# A kind of register. Lines with # are remarks; indent with blanks. All keys: docs/reference/registers.md.
zh: {zh}
en: {en}
about_zh: 用一两句话说明这个名录登记什么、做什么用。
about_en: In a sentence or two, what it lists and what for.
source: 依据文件的名称和文号
clause: 依据的条款
status: unconfirmed   # confirmed 已核对原文 · recalled 凭记忆 · unconfirmed 未核对
audience: public      # public 公开 · staff 仅工作人员 only people who are signed in
place: point          # none 无 · point 点 · line 线 · polygon 面
key: code             # 唯一标识条目的字段 · the field that names an entry
title: name           # 人们称呼条目的字段 · the field that people know it by
fields:
  # type: text 文字 · long_text 长文字 · integer 整数 · number 数 · date 日期 · choice 选项 · truth 是否
  #       region 地区 · entry 其他名录的条目 entry of another register
  - {{id: code, zh: 编号, en: Code, type: text, length: 40, required: true, in_list: true}}
  - {{id: name, zh: 名称, en: Name, type: text, length: 120, required: true, in_list: true}}
  - {{id: region, zh: 所在县（市、区）, en: County, type: region, required: true, in_list: true}}
  - {{id: checked_on, zh: 最近检查日期, en: Last checked, type: date}}
life:
  start: in_use       # 新条目的状态 · state of a new entry
  settled: [in_use]   # 无未了事项的状态，图上绿色 · states in which nothing is outstanding, green on the map
  states:
    - {{id: in_use, zh: 在用, en: in use}}
    - {{id: closed, zh: 停用, en: closed, final: true}}
  transitions:
    - {{from: [in_use], action: close, to: closed, zh: 停用, en: close, evidence: [decision]}}
  evidence:           # 办理时须上传的材料 · documents that a move needs
    decision: {{zh: 停用决定, en: decision}}
terms:                # 期限，逾期会提醒 · terms; what has passed is told
  - id: check
    zh: 下次检查
    en: next check
    states: [in_use]
    from: checked_on
    months: 12
    source: 依据文件的名称和文号
    clause: 依据的条款
    status: unconfirmed
figures:              # 统计指标 · figures: count 个数 · sum 合计 · share 占比
  - {{id: in_use, zh: 在用数, en: in use, measure: count, unit: 个, where: {{state: [in_use]}}}}
  - id: in_use_share
    zh: 在用比例
    en: share in use
    measure: share
    unit: "%"
    decimals: 1
    where: {{state: [in_use]}}
    of: {{}}            # 占全部条目 · of all entries
"""


#: The figure of the blank that a target begins with: the share of entries in use.
_FIGURE = "in_use_share"
_INDICATOR = """\
# 指标：读名录的一个统计指标（figure）。An indicator that reads a figure of the register.
indicators:
  - id: {name}.{figure}
    zh: {zh}
    en: {en}
    medium: rural
    kind: computed
    unit: "%"
    decimals: 1
    direction: higher
    statistic: {{source: register, register: {name}, figure: {figure}}}
    target_basis: register
    source: 依据文件的名称和文号
    clause: 依据的条款
    status: unconfirmed
"""
_TARGET = """\
# 目标：对指标的要求，为方案的哪项任务服务。A level that is asked of the indicator, and the task of the plan it serves.
targets:
  - id: {id}
    zh: {zh}
    en: {en}
    plan: {plan}
    item: {task}
    indicator: {name}.{figure}
    comparator: ">="    # >= 不低于 · <= 不高于
    value: {value}
    year: {year}
    source: 依据文件的名称和文号
    clause: 依据的条款
    status: unconfirmed
"""


@dataclass(frozen=True)
class Goal:
    """What a site asks of a new register: at least `value` [%] of it in use in `year`, for a task of a plan."""

    value: Decimal
    year: int
    plan: str
    task: str


def blank_text(zh: str, en: str) -> str:
    """The commented text of a kind that works, under these two names."""
    return _BLANK.format(zh=_quoted(zh), en=_quoted(en))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # what JSON writes in quotes YAML reads as the same text


def begin_file(folder: Path, rules: Rules, name: str, zh: str, en: str) -> Path:
    """Write the blank of a new kind into a site's own folder of rules; where it is.

    Raises
    ------
    BlankRefused
        When the name is no name of a kind, or one that there is: nothing is ever written over.
    """
    _checked(name)
    path = folder / "registers" / f"{name}.yaml"
    if path.exists() or f"registers/{name}" in rules.documents:
        raise BlankRefused(
            f"expected the name of a new register; got {name!r}, which there is",
            fix="choose another name, or change the file that is there", where=str(path),
        )  # fmt: skip
    return _written(path, blank_text(zh, en))


def begin_target(folder: Path, rules: Rules, name: str, zh: str, en: str, goal: Goal) -> tuple[Path, Path]:
    """Write an indicator that reads a new register's share in use, and a target of it; where they are.

    Called before `begin_file`, so that nothing is written when the task or a name is refused.

    Raises
    ------
    BlankRefused
        When the plan or the task is none of the rules, or a file of that name is there.
    """
    plans = sorted({table.split("/")[1] for table in rules.tables if table.startswith("plans/")})
    if goal.plan not in plans:
        raise BlankRefused(
            f"expected a plan of the rules; got {goal.plan!r}", fix=f"use one of {', '.join(plans)}", where="--plan"
        )
    tasks = [str(row["id"]) for row in rules.table(f"plans/{goal.plan}/items")]
    if goal.task not in tasks:
        raise BlankRefused(
            f"expected a task of the plan {goal.plan}; got {goal.task!r}", fix=f"use one of {', '.join(tasks)}",
            where="--task",
        )  # fmt: skip
    paths = (folder / "indicators" / f"{name}.yaml", folder / "targets" / f"{name}.yaml")
    for path, document in zip(paths, (f"indicators/{name}", f"targets/{name}"), strict=True):
        if path.exists() or document in rules.documents:
            raise BlankRefused(
                f"expected the name of a new file; got {name!r}, which there is",
                fix="choose another name, or change the file that is there", where=str(path),
            )  # fmt: skip
    words = {
        "name": name, "figure": _FIGURE, "zh": _quoted(f"{zh}：在用比例"), "en": _quoted(f"{en}: share in use"),
        "id": name.upper().replace("_", "-")[:40], "plan": goal.plan, "task": goal.task, "value": goal.value,
        "year": goal.year,
    }  # fmt: skip
    return _written(paths[0], _INDICATOR.format(**words)), _written(paths[1], _TARGET.format(**words))


def _checked(name: str) -> None:
    badly = name_fault(name)
    if badly is not None:
        raise BlankRefused(f"expected {badly[0]}; got {name!r}", fix=badly[1], where="NAME")


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def text_of(rules: Rules, name: str) -> str:
    """The file of a kind as it is written, with its remarks; the shipped one where a site has laid its own over it.

    Raises
    ------
    KeyError
        When the rules have no such kind.
    """
    if f"registers/{name}" not in rules.documents:
        raise KeyError(name)
    for folder in (rules.root, rules.overlay):
        path = folder / "registers" / f"{name}.yaml" if folder is not None else None
        if path is not None and path.is_file():
            return path.read_text(encoding="utf-8-sig")
    raise KeyError(name)
