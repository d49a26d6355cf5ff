"""Topics that can be calculated: one registry for the command line, case files and the calculator page.

A topic is a function from a `Case` (inputs, standard, averaging) to a plain mapping, declared with its titles, its
inputs with unit and meaning, and an example that runs. Other media add topics by importing `topic` and declaring
theirs in `saishang.science.calc`; nothing here knows about air.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from saishang.rules import Rules
from saishang.science.calc.standards import check_edition
from saishang.science.naming import folded
from saishang.science.numbers import InputError
from saishang.science.units import stated

__all__ = ["Case", "Field", "Topic", "calculate", "family", "find_topic", "topic", "topics"]

Kind = Literal["number", "integer", "numbers", "values", "series", "pairs", "mapping", "text", "flag"]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a topic.

    Attributes
    ----------
    name:
        Key among the inputs, as the worked examples write it.
    kind:
        `number` (None = missing), `integer`, `numbers` (list, None = missing), `values` (one number or a list of them),
        `series` (a list, or a mapping of names to lists), `pairs` (a list of pairs), `mapping` (name → value), `text`,
        `flag` (true or false).
    unit:
        Canonical unit, empty when the input has none.
    choices:
        Allowed texts; empty = any. Case, width, and `-`, `_`, `.` between the letters do not matter (`PM25`).
    words:
        (other word, choice) pairs that are understood, for example a choice in Chinese.
    aliases:
        Other spellings of the name that are understood.
    """

    name: str
    zh: str
    en: str
    kind: Kind = "number"
    unit: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()

    def choice(self, text: str) -> str | None:
        """The choice that a text means; None when it means none."""
        if text in self.choices:
            return text
        wanted = _letters(text)
        spellings = [*((one, one) for one in self.choices), *self.words]
        return next((one for word, one in spellings if wanted and _letters(word) == wanted), None)

    def read(self, value: Any, name: str) -> Any:
        """A value as calculations take it: texts that name a choice as that choice, stated units converted."""
        if self.kind == "text" and self.choices and value is not None:
            return self.choice(str(value)) or value
        if not self.unit:
            return value
        if self.kind in ("number", "integer", "values") and isinstance(value, str):
            return stated(value, self.unit, name=name)
        if self.kind in ("numbers", "values", "series") and isinstance(value, Sequence):
            return [stated(item, self.unit, name=name) for item in value]
        return value


@dataclass(frozen=True, slots=True)
class Case:
    """What one calculation is asked for.

    Attributes
    ----------
    standard, averaging:
        As written in the case file or on the command line; empty = by the day `on`, or the topic's default.
    on:
        Day whose edition applies when `standard` names none.
    """

    inputs: Mapping[str, Any]
    rules: Rules
    on: date
    standard: str = ""
    averaging: str = ""

    def number(self, name: str) -> Any:
        """An input by name; None when absent."""
        return self.inputs.get(name)

    def flag(self, name: str) -> bool | None:
        """A true or false by name; None when absent."""
        value = self.inputs.get(name)
        return None if value is None else FLAGS[str(value).casefold()]

    def required(self, name: str) -> Any:
        """An input that must be given and not be missing."""
        value = self.inputs.get(name)
        if value is None:
            raise InputError(f"The input {name} is missing.", fix=f"Give {name}=…")
        return value


@dataclass(frozen=True)
class Topic:
    """A declared calculation; `open_inputs` topics take names of their own (cities) besides their fields.

    `members` names the topics that a family speaks for: case files may write one word for a theme (`climate`), people
    pick the calculation itself. A family has the fields of its members and is answered by the one its inputs fit.
    """

    name: str
    medium: str
    zh: str
    en: str
    description_zh: str
    description_en: str
    fields: tuple[Field, ...]
    compute: Callable[[Case], Result]
    standards: tuple[str, ...] = ()
    averagings: tuple[str, ...] = ()
    open_inputs: Field | None = None
    example: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[str, ...] = ()

    @property
    def one_edition(self) -> tuple[str, ...]:
        """Standards of which only this edition is known; topics of air choose between editions themselves."""
        return () if self.medium in ("air", "general") else self.standards

    def member_for(self, inputs: Mapping[str, Any]) -> Topic:
        """The member of a family whose fields hold every input and whose required inputs are given.

        Raises
        ------
        InputError
            When the inputs fit no member.
        """
        candidates = [_TOPICS[name] for name in self.members]
        for known in candidates:
            found = [known.field(name) for name in inputs]
            if None not in found and all(wanted in found for wanted in known.fields if wanted.required):
                return known
        near = max(candidates, key=lambda known: sum(known.field(name) is not None for name in inputs))
        raise InputError(
            f"These inputs fit no calculation of {self.name}: {', '.join(inputs) or 'none'}.",
            fix=f"Nearest is {near.name}, which takes {', '.join(known.name for known in near.fields)}.",
        )

    def field(self, name: str) -> Field | None:
        """The field of that name or alias, in any case and width; the open field for other names when there is one."""
        for known in self.fields:
            if name == known.name or name in known.aliases:
                return known
        for known in self.fields:
            if folded(name) in {folded(other) for other in (known.name, *known.aliases)}:
                return known
        return self.open_inputs

    def check(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Inputs under their canonical names, each of the shape its field asks for.

        Raises
        ------
        InputError
            For an unknown name, a name given twice, a wrong shape, a missing required input.
        """
        if self.members:
            return dict(inputs)  # the member that answers checks them under its own names
        checked: dict[str, Any] = {}
        for name, value in inputs.items():
            known = self.field(name)
            if known is None:
                raise self._unknown(name)
            key = name if known is self.open_inputs else known.name
            if key in checked:
                raise InputError(f"The input {key} is given twice.", fix="Give it once.")
            _check_shape(key, value, known)
            checked[key] = known.read(value, key)
        for wanted in self.fields:
            if wanted.required and checked.get(wanted.name) is None:
                raise InputError(
                    f"{self.name} needs the input {wanted.name} ({wanted.zh}, {wanted.en}).",
                    fix=f"Give {wanted.name}{f' [{wanted.unit}]' if wanted.unit else ''}.",
                )
        if self.open_inputs is not None and self.open_inputs.required and not checked:
            raise InputError(
                f"{self.name} needs at least one {self.open_inputs.en}.", fix=f"Give {self.open_inputs.name}=value."
            )
        return checked

    def _unknown(self, name: str) -> InputError:
        names = [known.name for known in self.fields]
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        return InputError(f"{self.name} has no input {name!r}.", fix=f"{hint}It takes {', '.join(names)}.")


#: Spellings of true and false.
FLAGS = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}

_TOPICS: dict[str, Topic] = {}


def topic(
    name: str,
    *,
    medium: str,
    zh: str,
    en: str,
    description_zh: str,
    description_en: str,
    fields: Sequence[Field] = (),
    standards: Sequence[str] = (),
    averagings: Sequence[str] = (),
    open_inputs: Field | None = None,
    example: Mapping[str, Any],
) -> Callable[[Callable[[Case], Result]], Callable[[Case], Result]]:
    """Declare the decorated function as the calculation of a topic.

    Parameters
    ----------
    example:
        `inputs` (and `standard`, `averaging` where they matter) of a calculation that runs; shown in help and pages.
    """

    def declare(compute: Callable[[Case], Result]) -> Callable[[Case], Result]:
        if name.casefold() in {known.casefold() for known in _TOPICS}:
            raise ValueError(f"topic {name} is declared twice")
        _TOPICS[name] = Topic(
            name=name,
            medium=medium,
            zh=zh,
            en=en,
            description_zh=description_zh,
            description_en=description_en,
            fields=tuple(fields),
            compute=compute,
            standards=tuple(standards),
            averagings=tuple(averagings),
            open_inputs=open_inputs,
            example=example,
        )
        return compute

    return declare


def family(name: str, *, medium: str, zh: str, en: str, members: Sequence[str]) -> None:
    """Declare one word for several topics of a theme, which must be declared already; see `Topic.members`.

    The first member that fits is asked, so members whose inputs are a part of another's come later.
    """
    known = [_TOPICS[member] for member in members]
    fields = {field.name: field for member in known for field in member.fields}

    def compute(case: Case) -> Result:
        member = find_topic(name).member_for(case.inputs)
        check_edition(case.standard, member.one_edition)
        return member.compute(replace(case, inputs=member.check(case.inputs)))

    if name.casefold() in {declared.casefold() for declared in _TOPICS}:
        raise ValueError(f"topic {name} is declared twice")
    names_zh, names_en = "、".join(member.zh for member in known), ", ".join(member.en for member in known)
    _TOPICS[name] = Topic(
        name=name,
        medium=medium,
        zh=zh,
        en=en,
        description_zh=f"按所给输入选用：{names_zh}。",
        description_en=f"Chosen by the inputs given: {names_en}.",
        fields=tuple(replace(field, required=False) for field in fields.values()),
        compute=compute,
        example=known[0].example,
        members=tuple(members),
    )


def topics(medium: str | None = None) -> tuple[Topic, ...]:
    """All declared topics, or those of one medium, in the order of their declaration."""
    return tuple(known for known in _TOPICS.values() if medium in (None, known.medium))


def find_topic(name: str) -> Topic:
    """A topic by its name or one of its titles (`空气质量指数`), in any case; blanks, `-` and `_` do not matter.

    Raises
    ------
    InputError
        For an unknown topic; the nearest ones are named.
    """
    wanted = _letters(name)
    for spelling in ("name", "zh", "en"):
        for known in _TOPICS.values():
            title = getattr(known, spelling)
            if wanted in (_letters(title), _letters(re.sub(r"[(（].*[)）]$", "", title))):
                return known
    by_fold = {_letters(known): known for known in _TOPICS}
    near = [by_fold[fold] for fold in difflib.get_close_matches(wanted, by_fold, n=3, cutoff=0.45)]
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        f"There is no calculation named {name!r}.",
        fix=f"{hint}`saishang calc --list` names every topic.",
        code="unknown-topic",
    )


def _letters(text: str) -> str:
    """What of a name is compared: half width, lower case, without what only parts words; `<` and `>` mean something."""
    return "".join(sign for sign in folded(text) if sign not in "-_.·")


def calculate(
    name: str,
    inputs: Mapping[str, Any],
    *,
    rules: Rules,
    on: date,
    standard: str = "",
    averaging: str = "",
) -> Result:
    """Run one calculation.

    Parameters
    ----------
    name:
        Topic.
    inputs:
        As the worked examples write them; numbers as text, int, Decimal or float, None = missing.
    on:
        Day whose edition applies where `standard` names none.

    Returns
    -------
    Mapping of plain values (text, int, float, bool, None, lists and mappings of them), in the shape that the worked
    examples expect for the topic.

    Raises
    ------
    SaishangError
        When topic, inputs, standard or averaging time are not usable.
    """
    known = find_topic(name)
    check_edition(standard or "", known.one_edition)
    case = Case(known.check(inputs), rules, on, (standard or "").strip(), (averaging or "").strip())
    return {key: _plain(value) for key, value in known.compute(case).items()}


def _check_shape(name: str, value: Any, wanted: Field) -> None:
    if value is None:
        return
    scalar = isinstance(value, str | int | float | Decimal | Fraction) and not isinstance(value, bool)
    if wanted.kind in ("number", "integer") and not scalar:
        raise InputError(f"{name} must be one number, got {_kind(value)}.", fix=f"Give {name} as a number.")
    if wanted.kind == "text":
        if not scalar:
            raise InputError(f"{name} must be a text, got {_kind(value)}.", fix=f"Give {name} as one word.")
        if wanted.choices and wanted.choice(str(value)) is None:
            near = difflib.get_close_matches(str(value), wanted.choices, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise InputError(f"{name} may not be {str(value)!r}.", fix=f"{hint}Use one of {', '.join(wanted.choices)}.")
    if wanted.kind == "flag" and str(value).casefold() not in FLAGS:
        raise InputError(f"{name} must be true or false, got {_kind(value)}.", fix=f"Give {name}=true or {name}=false.")
    if wanted.kind == "numbers" and not (isinstance(value, Sequence) and not isinstance(value, str)):
        raise InputError(f"{name} must be a list of numbers, got {_kind(value)}.", fix=f"Give {name} as [1, 2, null].")
    if wanted.kind == "values" and not scalar and not (isinstance(value, Sequence) and not isinstance(value, str)):
        raise InputError(
            f"{name} must be a number or a list of them, got {_kind(value)}.", fix=f"Give {name} as 1 or [1, 2]."
        )
    if wanted.kind == "series" and (scalar or not isinstance(value, Sequence | Mapping)):
        raise InputError(
            f"{name} must be a list of numbers, or lists by name, got {_kind(value)}.",
            fix=f'Give {name} as [1, 2, null] or {{"A": [1, 2]}}.',
        )
    if wanted.kind == "pairs" and not _are_pairs(value):
        raise InputError(f"{name} must be a list of pairs, got {_kind(value)}.", fix=f"Give {name} as [[1, 2]].")
    if wanted.kind == "mapping" and not isinstance(value, Mapping):
        raise InputError(
            f"{name} must map names to values, got {_kind(value)}.", fix=f'Give {name} as {{"name": value}}.'
        )


def _are_pairs(value: Any) -> bool:
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
        return False
    return all(isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2 for pair in value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, Sequence) and not isinstance(value, str) else repr(value)[:40]


def _plain(value: Any) -> Any:
    """Values as JSON knows them; numbers handed through keep being numbers."""
    if isinstance(value, Fraction | Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
