"""A commented file to begin a kind of register with, and where such files lie."""

from __future__ import annotations

import json
from pathlib import Path

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.register.draft import name_fault

__all__ = ["BlankRefused", "begin_file", "blank_text", "text_of"]


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
    badly = name_fault(name)
    if badly is not None:
        raise BlankRefused(f"expected {badly[0]}; got {name!r}", fix=badly[1], where="NAME")
    path = folder / "registers" / f"{name}.yaml"
    if path.exists() or f"registers/{name}" in rules.documents:
        raise BlankRefused(
            f"expected the name of a new register; got {name!r}, which there is",
            fix="choose another name, or change the file that is there", where=str(path),
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(blank_text(zh, en), encoding="utf-8")
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
