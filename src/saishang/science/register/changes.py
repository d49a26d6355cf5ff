"""What two descriptions of one register differ in, and what that means for entries that are there.

Grades: `harmless` (no entry can feel it), `plan` (entries have to be looked at, or written anew), `refused` (cannot be
done in this way). A change that `begins` changes what is written, or what it means: entries get a version under the new
description.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from saishang.science.register.declared import Changes
from saishang.science.register.kind import Field, Figure, Kind

__all__ = ["Change", "Grade", "begins", "differences", "former_id", "grade_of"]

Grade = Literal["harmless", "plan", "refused"]
_ORDER: tuple[Grade, ...] = ("harmless", "plan", "refused")


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes
    ----------
    what:
        Stable name of the class of change, for example `field_added`.
    name:
        Of the field, state, term or figure; empty for the register itself.
    begins:
        Whether a new period of meaning begins with it.
    zh, en:
        What it is and what follows, in words.
    """

    what: str
    name: str
    grade: Grade
    zh: str
    en: str
    begins: bool = False


def grade_of(found: list[Change]) -> Grade:
    """The gravest of some changes; `harmless` for none."""
    return max((change.grade for change in found), key=_ORDER.index, default="harmless")


def begins(found: list[Change]) -> bool:
    """Whether any of them begins a new period of meaning."""
    return any(change.begins for change in found)


def former_id(old: Kind, new: Kind, name: str) -> str | None:
    """The field of the old description that a field of the new one was; None for one that is new."""
    source = name if name in old.fields else new.changes.source(name)
    return source if source in old.fields else None


def differences(old: Kind, new: Kind) -> list[Change]:
    """Everything in which `new` differs from `old`, by the words of `new.changes`; empty for the same description."""
    return [
        *_register(old, new), *_fields(old, new), *_states(old, new), *_terms(old, new),
        *(change for name in old.figures.keys() | new.figures.keys() for change in _figure(old, new, name)),
    ]  # fmt: skip


def _register(old: Kind, new: Kind) -> Iterator[Change]:
    if former_id(old, new, new.key) != old.key:
        yield Change("key", new.key, "plan", f"条目改由“{new.fields[new.key].zh}”标识：每条都必须有值且互不相同。",
                     f"Entries are named by “{new.fields[new.key].en}”: each needs a value of its own",
                     begins=True)  # fmt: skip
    for what, zh in (("title", "名称"), ("region_field", "所在地区")):
        name = getattr(new, what)
        if (former_id(old, new, name) if name else "") != getattr(old, what):
            yield Change(what, name, "plan", f"{zh}改取自另一项目“{name or '无'}”。",
                         f"The {what} is taken from another field, {name or 'none'}", begins=True)  # fmt: skip
    if old.place != new.place:
        if old.place == "none":
            yield Change("place_added", "", "harmless", "条目可以有位置。", "Entries may have a place")
        else:
            yield Change("place", "", "plan", f"位置类型由 {old.place} 改为 {new.place}：已有的位置不再适用。",
                         f"Places change from {old.place} to {new.place}: those that are there do not fit",
                         begins=True)  # fmt: skip
    told = ("zh", "en", "about_zh", "about_en", "source", "clause", "status", "note", "public", "owner", "start",
            "settled", "evidence")  # fmt: skip
    for what in told:
        if getattr(old, what) != getattr(new, what):
            yield Change("words", what, "harmless", f"名录说明“{what}”有改动。", f"The register's {what} changed")


def _fields(old: Kind, new: Kind) -> Iterator[Change]:
    taken = set()
    for name, after in new.fields.items():
        source = former_id(old, new, name)
        if source is None:
            yield _added(after, new.changes)
            continue
        taken.add(source)
        if source != name:
            yield Change("field_renamed", name, "plan", f"项目 {source} 改名为 {name}。",
                         f"The field {source} is called {name}", begins=True)  # fmt: skip
        yield from _field(old.fields[source], after, new.changes)
    for name in old.fields:
        if name not in taken:
            yield Change(
                "field_removed", name, "plan", f"不再有项目“{old.fields[name].zh}”：现行内容不再含它，旧版本仍保留。",
                f"There is no field “{old.fields[name].en}” any more: old versions keep what it said", begins=True,
            )  # fmt: skip


def _added(field: Field, changes: Changes) -> Change:
    en = f"There is a new field “{field.en}”"
    if field.compute is not None:
        return Change("field_added", field.id, "plan", f"新增自动计算的项目“{field.zh}”。", f"{en}, which is computed")
    if field.required:
        said = changes.of(field.id).for_existing
        return Change("field_added", field.id, "plan",
                      f"新增必填项目“{field.zh}”" + (f"，已有条目填“{said}”。" if said else "。"),
                      f"{en}, which is required" + (f"; existing entries say {said}" if said else ""))  # fmt: skip
    if changes.of(field.id).for_existing:
        return Change("field_added", field.id, "plan", f"新增项目“{field.zh}”，已有条目按说明填写。",
                      f"{en}, which is filled in for existing entries")  # fmt: skip
    return Change("field_added", field.id, "harmless", f"新增选填项目“{field.zh}”。", f"{en}, which may be empty")


def _field(old: Field, new: Field, changes: Changes) -> Iterator[Change]:
    name, zh = new.id, new.zh

    def change(what: str, grade: Grade, in_zh: str, en: str, *, begins: bool = False) -> Change:
        return Change(what, name, grade, f"“{zh}”{in_zh}", f"{new.en}: {en}", begins)

    if old.type != new.type:
        yield change("type", "plan", f"的类型由 {old.type} 改为 {new.type}：每个值都重新读取。",
                     f"the type changes from {old.type} to {new.type}: every value is read again",
                     begins=True)  # fmt: skip
    if old.unit != new.unit:
        yield _unit(change, old, new, changes)
    if _narrower_required(old.required, new.required):
        yield change("required", "plan", "在更多情况下必填。", "is required in more cases")
    elif old.required != new.required:
        yield change("required_less", "harmless", "在较少情况下必填。", "is required in fewer cases")
    for what, less, more, words in (
        ("bounds", _above(new.least, old.least) or _below(new.most, old.most),
         (old.least, old.most) != (new.least, new.most),
         ("的取值范围", "bounds", _span(old), _span(new))),
        ("decimals", _below(new.decimals, old.decimals), old.decimals != new.decimals,
         ("的小数位数", "decimal places", old.decimals, new.decimals)),
        ("length", new.length < old.length, new.length != old.length, ("的长度", "length", old.length, new.length)),
        ("pattern", bool(new.pattern) and new.pattern != old.pattern, new.pattern != old.pattern,
         ("的格式", "form", old.pattern, new.pattern)),
        ("levels", bool(new.levels) and not (old.levels and set(old.levels) <= set(new.levels)),
         set(old.levels) != set(new.levels),
         ("可填的地区级别", "levels of region", ", ".join(old.levels), ", ".join(new.levels))),
        ("unique", new.unique and not old.unique, new.unique != old.unique, ("不可重复的要求", "uniqueness", "", "")),
        ("of", old.of != new.of, old.of != new.of, ("所指的名录", "the register that it names", old.of, new.of)),
    ):  # fmt: skip
        if less:
            yield change(
                what, "plan", f"{words[0]}收紧{_told(words, '：')}。", f"narrower {words[1]}{_told(words, ', ')}"
            )
        elif more:
            zh, en = f"{words[0]}放宽{_told(words, '：')}。", f"wider {words[1]}{_told(words, ', ')}"
            yield change(f"{what}_wider", "harmless", zh, en)
    if new.compute != old.compute:
        if new.compute is None:
            yield change("compute_ended", "harmless", "改为手工填写。", "is typed in from now on")
        else:
            yield change("compute", "plan", "的计算方法有变：重新计算。", "is computed in another way", begins=True)
    if new.type == old.type == "choice":
        yield from _choices(change, old, new, changes.of(name).becomes)
    told = ("zh", "en", "public", "open", "kept_years", "in_list", "help_zh", "help_en", "form_zh", "form_en")
    changed = [what for what in told if getattr(old, what) != getattr(new, what)]
    if changed:
        yield change("words", "harmless", f"的说明有改动（{', '.join(changed)}）。", f"changed: {', '.join(changed)}")


def _span(field: Field) -> str:
    return f"{'…' if field.least is None else field.least} – {'…' if field.most is None else field.most}"


def _told(words: tuple[Any, ...], before: str) -> str:
    """What it was and what it is; nothing where neither says anything."""
    was, now = ("—" if value in (None, "") else str(value) for value in words[2:])
    return f"{before}{was} → {now}" if was != now else ""


def _unit(change: Any, old: Field, new: Field, changes: Changes) -> Change:
    units = f"{old.unit or '—'} → {new.unit or '—'}"
    factor = changes.of(new.id).factor
    found: Change
    if factor is None or not factor:
        found = change("unit", "refused", f"的单位有变（{units}），没有给出换算系数 `factor`。",
                       f"the unit changes ({units}) and `factor` does not say by what")  # fmt: skip
    else:
        found = change("unit", "plan", f"的单位有变（{units}），数值乘以 {factor}。",
                       f"the unit changes ({units}), numbers are multiplied by {factor}", begins=True)  # fmt: skip
    return found


def _choices(change: Any, old: Field, new: Field, becomes: Mapping[str, str]) -> Iterator[Change]:
    before, after = ({choice.id: choice for choice in field.choices} for field in (old, new))
    for gone in before:
        if gone not in after:
            to = after.get(becomes.get(gone, ""))
            yield change("choice_removed", "plan",
                         f"不再有选项“{before[gone].zh}”" + (f"，改为“{to.zh}”。" if to else "。"),
                         f"there is no choice “{before[gone].en}” any more" + (f", it becomes “{to.en}”" if to else ""),
                         begins=True)  # fmt: skip
    for name in after:
        if name not in before:
            yield change(
                "choice_added", "harmless", f"新增选项“{after[name].zh}”。", f"there is a new choice “{after[name].en}”"
            )
        elif after[name] != before[name]:
            yield change("choice_words", "harmless", f"的选项“{before[name].zh}”改称“{after[name].zh}”，意思不得改变。",
                         f"the choice “{before[name].en}” has other words; it must mean the same")  # fmt: skip
    if list(before) != list(after) and before.keys() == after.keys():
        yield change("choice_order", "harmless", "的选项顺序有变。", "choices stand in another order")


def _states(old: Kind, new: Kind) -> Iterator[Change]:
    before = old.life.states if old.life is not None else {}
    after = new.life.states if new.life is not None else {}
    if bool(before) != bool(after):
        yield Change(
            "life",
            "",
            "plan",
            "名录的条目开始有（或不再有）状态。",
            "Entries begin, or cease, to have states",
            begins=True,
        )
    else:
        for gone in before:
            if gone not in after:
                to = new.changes.states.get(gone, "")
                zh = f"不再有状态“{before[gone].zh}”" + (f"，改为“{after[to].zh}”。" if to in after else "。")
                en = f"There is no state “{before[gone].en}” any more"
                en += f", it becomes “{after[to].en}”" if to in after else ""
                yield Change("state_removed", gone, "plan", zh, en, begins=True)
    for name in after:
        if name not in before:
            yield Change(
                "state_added",
                name,
                "harmless",
                f"新增状态“{after[name].zh}”。",
                f"There is a new state “{after[name].en}”",
            )
        elif after[name] != before[name]:
            yield Change("state_words", name, "harmless", f"状态 {name} 的说明有改动，意思不得改变。",
                         f"The state “{before[name].en}” has other words; it must mean the same")  # fmt: skip
    if old.life is not None and new.life is not None and before.keys() == after.keys():
        if list(before) != list(after):
            yield Change("state_order", "", "harmless", "状态顺序有变。", "States stand in another order")
        if any(old.life.moves(state) != new.life.moves(state) for state in before):
            yield Change("moves", "", "harmless", "状态之间的步骤有改动，以后的办理按新规定。",
                         "Steps between states changed; they hold from now on")  # fmt: skip


def _terms(old: Kind, new: Kind) -> Iterator[Change]:
    before, after = ({term.id: term for term in kind.terms} for kind in (old, new))
    for name in [*before, *(name for name in after if name not in before)]:
        if before.get(name) != after.get(name):
            yield Change("term", name, "harmless", f"期限 {name} 有改动，按新规定计算。",
                         f"The term {name} changed; it counts by the new words")  # fmt: skip


def _figure(old: Kind, new: Kind, name: str) -> Iterator[Change]:
    before, after = old.figures.get(name), new.figures.get(name)
    if before is None or after is None:
        what, words = ("figure_added", ("新增", "new")) if before is None else ("figure_removed", ("取消", "gone"))
        yield Change(what, name, "harmless", f"{words[0]}统计指标 {name}。", f"The figure {name} is {words[1]}")
    elif before.unit != after.unit and not _converted(old, new, before, after):
        yield Change(
            "figure_unit", name, "refused",
            f"统计指标 {name} 的单位由 {before.unit or '—'} 改为 {after.unit or '—'}：请另起名称。",
            f"The figure {name} changes its unit ({before.unit or '—'} → {after.unit or '—'}): give it another name",
        )  # fmt: skip
    elif _bare(before) != _bare(after):
        yield Change(
            "figure", name, "harmless", f"统计指标 {name} 的算法或说明有改动。", f"The figure {name} is told otherwise"
        )


def _converted(old: Kind, new: Kind, before: Figure, after: Figure) -> bool:
    """Whether the unit of a sum changes with the unit of its field."""
    if not after.field or former_id(old, new, after.field) != before.field:
        return False
    return (
        new.changes.of(after.field).factor is not None and old.fields[before.field].unit != new.fields[after.field].unit
    )


def _bare(figure: Figure) -> tuple[Any, ...]:
    return (figure.zh, figure.en, figure.measure, figure.where, figure.of, figure.field, figure.unit, figure.decimals,
            figure.levels, figure.any_of, figure.bases)  # fmt: skip


def _narrower_required(old: bool | Mapping[str, Any], new: bool | Mapping[str, Any]) -> bool:
    if new is False or old is True:
        return False
    if isinstance(new, bool) or isinstance(old, bool):
        return True
    return any(not set(values) <= set(old.get(name, ())) for name, values in new.items())


def _above(new: float | None, old: float | None) -> bool:
    return new is not None and (old is None or new > old)


def _below(new: float | None, old: float | None) -> bool:
    return new is not None and (old is None or new < old)
