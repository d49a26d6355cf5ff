"""A kind of register as its file describes it: fields, place, life cycle, terms, figures.

`read_kind` turns the document into objects and finds what a JSON Schema cannot see: names that point nowhere, choices
that a table does not have, states that the life cycle does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from dataclasses import field as attribute  # where a class has an attribute `field` of its own
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

from saishang.rules import Row, RuleLookupError, Rules
from saishang.science.clocks import WorkingDays, working_days
from saishang.science.machine import State, StateTable
from saishang.science.numbers import exact
from saishang.science.register.declared import Changes, read_changes
from saishang.science.register.steps import Steps, read_steps

__all__ = [
    "DEMONSTRATION", "Choice", "Compute", "Evidence", "Field", "Figure", "Kind", "KindError", "KindFault", "Term",
    "digest_of", "read_kind", "read_kinds",
]  # fmt: skip

#: A kind may have a field of this name (type truth): entries that say yes are invented, for demonstration. They are
#: shown with that mark and never counted in a figure that judges anybody.
DEMONSTRATION = "demonstration"
FieldType = Literal["text", "long_text", "integer", "number", "date", "choice", "truth", "region", "entry"]
Measure = Literal["count", "sum", "share", "region_share", "base_share"]
How = Literal["sum", "difference", "product", "share"]
#: Field → values that it may have; `state` stands for the state of the entry.
Where = Mapping[str, tuple[str, ...]]
#: Numbers can be summed.
_NUMBERS = ("integer", "number")


@dataclass(frozen=True)
class KindFault:
    """What is wrong with a description: path of keys in the document, what was expected, what stands there."""

    path: tuple[str | int, ...]
    expected: str
    got: str
    fix: str


class KindError(ValueError):
    """A description that cannot be used; `faults` lists all of it."""

    def __init__(self, name: str, faults: Sequence[KindFault]) -> None:
        super().__init__(f"{name}: {len(faults)} faults, the first: {faults[0].expected}, got {faults[0].got}")
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Choice:
    """One value that a field may have."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Compute:
    """How a number follows from others of the entry."""

    how: How
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes
    ----------
    required:
        True, False, or field → values: required when any of them has one of its values (`state` is the entry's state).
    levels:
        Levels of region that may be named; empty = all.
    of:
        Of type entry: the register whose entry is named.
    compute:
        How it follows from other fields; nobody types it then.
    open:
        Whether open data carry it.
    kept_years:
        Years after the end of an entry for which it is shown; 0 = for good.
    former:
        Choices of earlier descriptions that are gone: what has one still shows its name.
    """

    id: str
    zh: str
    en: str
    type: FieldType
    unit: str = ""
    least: float | None = None
    most: float | None = None
    decimals: int | None = None
    length: int = 400
    pattern: str = ""
    form_zh: str = ""
    form_en: str = ""
    choices: tuple[Choice, ...] = ()
    levels: tuple[str, ...] = ()
    required: bool | Where = False
    public: bool = True
    in_list: bool = False
    help_zh: str = ""
    help_en: str = ""
    of: str = ""
    compute: Compute | None = None
    unique: bool = False
    open: bool = True
    kept_years: int = 0
    former: tuple[Choice, ...] = ()

    @cached_property
    def words(self) -> Mapping[Any, tuple[str, str]]:
        """Value of a choice or truth → its words in Chinese and English; empty for other types."""
        if self.type == "truth":
            return {True: ("是", "yes"), False: ("否", "no")}
        return {choice.id: (choice.zh, choice.en) for choice in (*self.former, *self.choices)}


@dataclass(frozen=True)
class Evidence:
    """A document that a move needs; `kept_years` as of a field, 0 = for good."""

    id: str
    zh: str
    en: str
    kept_years: int = 0


@dataclass(frozen=True)
class Term:
    """A term that runs while an entry is in one of `states`: `months` and `days` after a day, or on the day itself.

    `working_days` counts by the holiday calendar instead, which the kind carries.

    Attributes
    ----------
    or_state:
        Whether it runs from the day the state began where the field `since` is empty; else it does not run then.
    """

    id: str
    zh: str
    en: str
    states: tuple[str, ...]
    where: Where
    since: str
    months: int
    days: int
    source: str
    clause: str
    status: str
    note: str
    or_state: bool = False
    working_days: int = 0


@dataclass(frozen=True)
class Figure:
    """A figure that a register gives for a region and a day.

    Attributes
    ----------
    levels:
        Of a `region_share`: which regions are counted, those with an entry over all of them; of a `base_share` those
        whose numbers are added up.
    bases:
        Of a `base_share`: region → its number.
    any_of:
        Alternatives beside `where`; an entry that fits several of them counts once. None given = all fit.
    earlier:
        Period of meaning → the figure as it was then (None: there was none) and the factor to today's unit.
    """

    id: str
    zh: str
    en: str
    measure: Measure
    where: Where
    of: Where
    field: str
    unit: str
    decimals: int
    levels: tuple[str, ...] = ()
    any_of: tuple[Where, ...] = ()
    bases: tuple[tuple[str, Fraction], ...] = ()
    earlier: Mapping[int, tuple[Figure | None, Fraction]] = attribute(default_factory=dict)

    def at(self, epoch: int) -> tuple[Figure | None, Fraction]:
        """The figure that counts what was written in a period, and the factor of its numbers; 0 is today's."""
        return self.earlier.get(epoch, (self, Fraction(1)))


@dataclass(frozen=True)
class Kind:
    """One kind of register."""

    id: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    source: str
    clause: str
    status: str
    note: str
    public: bool
    place: str
    key: str
    title: str
    fields: Mapping[str, Field]
    life: StateTable | None
    start: str
    evidence: Mapping[str, Evidence]
    terms: tuple[Term, ...]
    figures: Mapping[str, Figure]
    region_field: str = field(default="")
    #: Working days, where a term counts by them.
    calendar: WorkingDays | None = None
    #: States in which nothing is outstanding although a step may still follow; final states are so by themselves.
    settled: tuple[str, ...] = ()
    #: Code of the agency that keeps the register; empty: the data workshop does.
    owner: str = ""
    #: Items of the plan that count these things, the main one first.
    tasks: tuple[str, ...] = ()
    #: Who makes which move, and the certificate that one leaves.
    steps: Steps = field(default_factory=Steps)
    #: States that end an entry besides the final ones: from there the years run for which fields are kept.
    ended: tuple[str, ...] = ()
    #: Of all that figures, terms and states follow from: with another one, what was made of them is made anew.
    digest: str = ""
    #: What becomes of entries that were there before the file was changed.
    changes: Changes = field(default_factory=Changes)
    #: Digest of the rules that hold the file.
    rules: str = ""
    #: Period of meaning: another one begins when entries are written anew under a changed description.
    epoch: int = 1
    #: Whether the rules hold another description, which the entries are not under yet.
    pending: bool = False
    #: Whether the rules have no such register any more: it is read, and nothing is entered.
    closed: bool = False
    #: States of earlier descriptions that are gone.
    former_states: Mapping[str, State] = field(default_factory=dict)

    def known_state(self, name: str) -> State | None:
        """A state by its id, also one that is gone; None for one that never was."""
        return (self.life.states.get(name) if self.life is not None else None) or self.former_states.get(name)

    def seen_by(self, staff: bool) -> list[Field]:
        """Fields that a reader may see: all of them for people who are signed in."""
        return list(self.fields.values() if staff else self.public_fields)

    @cached_property
    def public_fields(self) -> tuple[Field, ...]:
        """Fields that everybody may see."""
        return tuple(known for known in self.fields.values() if known.public)


def read_kinds(rules: Rules) -> dict[str, Kind]:
    """Every kind of the rules by its id (the file's name), in the order of the names."""
    return {
        name.rpartition("/")[2]: read_kind(name.rpartition("/")[2], document, rules)
        for name, document in rules.documents_under("registers").items()
    }


def read_kind(name: str, document: Mapping[str, Any], rules: Rules) -> Kind:
    """One kind from its document.

    Raises
    ------
    KindError
        With everything that points nowhere.
    """
    reading = _Reading(document, rules)
    kind = reading.kind(name)
    if reading.faults:
        raise KindError(name, reading.faults)
    return kind


def _compute(entry: Mapping[str, Any]) -> Compute | None:
    said = entry.get("compute")
    return None if said is None else Compute(said["how"], tuple(said["fields"]))


def digest_of(kind: Kind) -> Kind:
    """The kind with its `digest`."""
    return replace(kind, digest=_digest(kind))


def _digest(kind: Kind) -> str:
    days = kind.calendar
    parts = (
        kind.key, kind.region_field, kind.fields, kind.life and kind.life.states, kind.terms, kind.figures,
        kind.settled, days and (sorted(days.off), sorted(days.work), sorted(days.years)),
    )  # fmt: skip
    return sha256(repr(parts).encode()).hexdigest()


class _Reading:
    def __init__(self, document: Mapping[str, Any], rules: Rules) -> None:
        self.document = document
        self.rules = rules
        self.faults: list[KindFault] = []

    def kind(self, name: str) -> Kind:
        document = self.document
        fields = self._fields()
        life, start, evidence = self._life()
        for what in ("key", "title"):
            self._known((what,), document[what], fields, "one of the fields")
        key = fields.get(document["key"])
        if key is not None and key.required is not True:
            self._fault(("key",), "a field that is always required", document["key"], "set `required: true` on it")
        regions = [known.id for known in fields.values() if known.type == "region"]
        kind = Kind(
            id=name, zh=document["zh"], en=document["en"], about_zh=document["about_zh"],
            about_en=document["about_en"], source=document["source"], clause=document["clause"],
            status=document["status"], note=document.get("note") or "", public=document["audience"] == "public",
            place=document["place"], key=document["key"], title=document["title"], fields=fields, life=life,
            start=start, evidence=evidence, terms=tuple(self._terms(fields, life)),
            figures={figure.id: figure for figure in self._figures(fields, life)},
            region_field="region" if "region" in regions else (regions[0] if regions else ""),
            calendar=working_days(self.rules) if any("working_days" in t for t in document.get("terms", ())) else None,
            settled=self._settled(life), owner=self._owner(), tasks=tuple(document.get("tasks", ())),
            changes=self._changes(fields, life), rules=self.rules.digest,
            steps=self._steps(fields, life), ended=self._settled(life, "ended"),
        )  # fmt: skip
        kind = digest_of(kind)
        for known in fields.values():
            if isinstance(known.required, Mapping):
                self._where(("fields", known.id, "required"), known.required, fields, life)
        self._kept(kind)
        return kind

    def _fields(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for index, entry in enumerate(self.document["fields"]):
            path = ("fields", index)
            if entry["id"] in found or entry["id"] == "state":
                self._fault((*path, "id"), "a name of its own", entry["id"], "give every field another id")
            choices = self._choices(path, entry)
            if entry["type"] == "choice" and not choices:
                self._fault((*path, "choices"), "the choices of the field", "none", "list them, or name a table")
            if (entry["type"] == "entry") != ("of" in entry):
                self._fault((*path, "of"), "the register of an entry, for type entry alone", repr(entry.get("of")),
                            "name it with `of`, or correct the type")  # fmt: skip
            if "of" in entry and f"registers/{entry['of']}" not in self.rules.documents_under("registers"):
                self._fault((*path, "of"), "a register of the rules", entry["of"], "correct the name")
            if entry["type"] != "choice" and choices:
                self._fault((*path, "type"), "type choice for a field with choices", entry["type"], "correct the type")
            if "pattern" in entry:
                self._pattern(path, entry)
            if entry["id"] == DEMONSTRATION and entry["type"] != "truth":
                self._fault((*path, "type"), "type truth for the mark of invented entries", entry["type"], "correct it")
            said, kept = entry.get("required", False), int(entry.get("kept_years", 0))
            found[entry["id"]] = Field(
                id=entry["id"], zh=entry["zh"], en=entry["en"], type=entry["type"], unit=entry.get("unit", ""),
                least=entry.get("min"), most=entry.get("max"), decimals=entry.get("decimals"),
                length=entry.get("length", 4000 if entry["type"] == "long_text" else 400),
                pattern=entry.get("pattern", ""), form_zh=entry.get("form_zh", ""), form_en=entry.get("form_en", ""),
                choices=choices, levels=tuple(entry.get("levels", ())),
                required=said if isinstance(said, bool) else _where(said), public=entry.get("public", not kept),
                in_list=entry.get("in_list", False), help_zh=entry.get("help_zh", ""),
                help_en=entry.get("help_en", ""), of=entry.get("of", ""), compute=_compute(entry),
                unique=entry.get("unique", False), open=entry.get("open", entry.get("public", not kept)),
                kept_years=kept,
            )  # fmt: skip
        for index, known in enumerate(found.values()):
            if known.compute is not None:
                self._check_compute(("fields", index), known, found)
        return found

    def _kept(self, kind: Kind) -> None:
        """What is shown for some years only is nothing by which entries are named, found by, counted or judged."""
        named = {kind.key: "key", kind.title: "title"}
        for figure in kind.figures.values():
            for where in (figure.where, figure.of, *figure.any_of):
                named |= dict.fromkeys(where, f"figure {figure.id}")
            named[figure.field] = f"figure {figure.id}"
        for known in kind.fields.values():
            if isinstance(known.required, Mapping):
                named |= dict.fromkeys(known.required, f"`required` of {known.id}")
            if known.compute is not None:
                named |= dict.fromkeys(known.compute.fields, f"`compute` of {known.id}")
        for index, known in enumerate(kind.fields.values()):
            path = ("fields", index, "kept_years")
            if known.kept_years and known.id in named:
                self._fault(path, "a field that nothing else hangs on", f"{known.id}, used as {named[known.id]}",
                            "leave `kept_years` out, or use another field there")  # fmt: skip
            elif known.kept_years and known.type in ("choice", "truth", "region", "entry"):
                self._fault(path, "a text, number or day", known.type, "leave it out: lists filter by such fields")

    def _check_compute(self, path: tuple[str | int, ...], known: Field, fields: Mapping[str, Field]) -> None:
        if known.type not in _NUMBERS or known.required:
            self._fault((*path, "type"), "an optional number for what is computed", known.type,
                        "make it a number, and leave `required` out")  # fmt: skip
        told = known.compute.fields if known.compute is not None else ()
        for name in told:
            other = fields.get(name)
            if other is None or other.type not in _NUMBERS or other.compute is not None:
                self._fault((*path, "compute", "fields"), "numbers that are typed in", name, "name other fields")
        if known.compute is not None and known.compute.how == "share" and len(told) != 2:
            self._fault((*path, "compute", "fields"), "part and whole", f"{len(told)} fields", "name two fields")

    def _changes(self, fields: Mapping[str, Field], life: StateTable | None) -> Changes:
        changes = read_changes(self.document.get("changes"))
        for name in changes.fields:
            self._known(("changes", "fields", name), name, fields, "one of the fields")
        for former, state in changes.states.items():
            self._state(("changes", "states", former), state, life)
        return changes

    def _owner(self) -> str:
        owner = str(self.document.get("owner", ""))
        if owner and owner not in {str(row["code"]) for row in self.rules.agencies.values()}:
            self._fault(("owner",), "the code of an agency of the table", owner, "correct it, or add the agency")
        return owner

    def _pattern(self, path: tuple[str | int, ...], entry: Mapping[str, Any]) -> None:
        try:
            re.compile(entry["pattern"])
        except (re.error, RecursionError, OverflowError) as error:  # also brackets nested too deep, counts too large
            self._fault((*path, "pattern"), "a regular expression", f"{entry['pattern']!r} ({error})", "correct it")
        if "form_zh" not in entry or "form_en" not in entry:
            self._fault(
                (*path, "form_zh"), "the form in words beside a pattern", "none",
                "say in `form_zh` and `form_en` how the text has to look",
            )  # fmt: skip

    def _choices(self, path: tuple[str | int, ...], entry: Mapping[str, Any]) -> tuple[Choice, ...]:
        listed = tuple(Choice(c["id"], c["zh"], c["en"]) for c in entry.get("choices", ()))
        named = entry.get("choices_from")
        if named is None:
            return listed
        try:
            rows = list(self.rules.table(named["table"]))
            values = {str(row[named["column"]]): _words(row, named) for row in reversed(rows)}
            order = list(dict.fromkeys(str(row[named["column"]]) for row in rows))
        except (RuleLookupError, KeyError):
            self._fault(
                (*path, "choices_from"), "a table of the rules with that column",
                f"{named['table']}, {named['column']}", "correct the name",
            )  # fmt: skip
            return listed
        return listed + tuple(Choice(value, *values[value]) for value in order)

    def _life(self) -> tuple[StateTable | None, str, dict[str, Evidence]]:
        said = self.document.get("life")
        if said is None:
            return None, "", {}
        source: Mapping[str, Any] = said
        if "document" in said:
            try:
                source = self.rules.document(said["document"])
                source = source[said["at"]] if "at" in said else source
            except (RuleLookupError, KeyError):
                place = f"{said['document']} {said.get('at', '')}".strip()
                self._fault(("life", "document"), "a document with states", place, "correct the name")
                return None, "", {}
        if "states" not in source or "transitions" not in source:
            self._fault(("life",), "states and transitions", "none", "write them, or name the document that has them")
            return None, "", {}
        try:
            table = StateTable.from_entries(source["states"], source["transitions"], name=self.document["en"])
        except (ValueError, KeyError, TypeError) as error:
            self._fault(("life",), "a state table that is whole", str(error), "correct the states and transitions")
            return None, "", {}
        self._state(("life", "start"), said["start"], table)
        return table, said["start"], _evidence(source, table)

    def _settled(self, life: StateTable | None, key: str = "settled") -> tuple[str, ...]:
        named = tuple(self.document.get("life", {}).get(key, ()))
        for state in named:
            self._state(("life", key), state, life)
        return named

    def _steps(self, fields: Mapping[str, Field], life: StateTable | None) -> Steps:
        if life is None and "life" in self.document:
            return Steps()  # one fault, the missing table, must not look like many
        steps, faults = read_steps(self.document.get("steps", {}), self.rules, fields, life)
        for path, *said in faults:
            self._fault(("steps", *path), *said)
        return steps

    def _terms(self, fields: Mapping[str, Field], life: StateTable | None) -> Iterator[Term]:
        for index, entry in enumerate(self.document.get("terms", ())):
            path = ("terms", index)
            running = tuple(entry.get("states", ()))
            for state in running:
                self._state((*path, "states"), state, life)
            if not running and life is not None:
                running = tuple(state.id for state in life.states.values() if not state.final)
            since = entry.get("from", "")
            if since:
                self._known((*path, "from"), since, fields, "one of the fields")
                if since in fields and fields[since].type != "date":
                    self._fault((*path, "from"), "a field with a date", since, "name a date, or leave it out")
            yield Term(
                id=entry["id"], zh=entry["zh"], en=entry["en"], states=running,
                where=self._where((*path, "where"), _where(entry.get("where", {})), fields, life), since=since,
                months=entry.get("months", 0), days=entry.get("days", 0), source=entry["source"],
                clause=entry["clause"], status=entry["status"], note=entry.get("note") or "",
                or_state=bool(entry.get("or_state", False)),
                working_days=entry.get("working_days", 0),
            )  # fmt: skip

    def _figures(self, fields: Mapping[str, Field], life: StateTable | None) -> Iterator[Figure]:
        for index, entry in enumerate(self.document.get("figures", ())):
            path = ("figures", index)
            name = entry.get("field", "")
            if name or entry["measure"] == "sum":
                self._known((*path, "field"), name, fields, "one of the fields")
                if name in fields and fields[name].type not in _NUMBERS:
                    self._fault((*path, "field"), "a field with numbers", name, "name a number")
            if entry["measure"] == "region_share" and not ("levels" in entry and self._has_region(fields)):
                self._fault(path, "`levels`, and a field of type region", "none", "say which regions are counted")
            if (entry["measure"] == "base_share") != ("base" in entry):
                self._fault((*path, "base"), "the table of the whole, for a base_share alone", entry["measure"],
                            "write `base`, or correct the measure")  # fmt: skip
            if entry["measure"] == "share" and "of" not in entry:
                self._fault((*path, "of"), "the whole of the share", "none", "write `of`; `{}` is all entries")
            yield Figure(
                id=entry["id"], zh=entry["zh"], en=entry["en"], measure=entry["measure"],
                where=self._where((*path, "where"), _where(entry.get("where", {})), fields, life),
                of=self._where((*path, "of"), _where(entry.get("of", {})), fields, life), field=name,
                unit=entry.get("unit", ""), decimals=entry.get("decimals", 0), levels=tuple(entry.get("levels", ())),
                any_of=tuple(
                    self._where((*path, "any", number), _where(choice), fields, life)
                    for number, choice in enumerate(entry.get("any", ()))
                ),
                bases=self._bases(path, entry),
            )  # fmt: skip

    def _bases(self, path: tuple[str | int, ...], entry: Mapping[str, Any]) -> tuple[tuple[str, Fraction], ...]:
        """Numbers of the regions of the levels that a base_share adds up."""
        said = entry.get("base")
        if said is None:
            return ()
        levels = entry.get("levels", ())
        try:
            rows = [(str(row[said["region"]]), row[said["value"]]) for row in self.rules.table(said["table"])]
        except (RuleLookupError, KeyError):
            self._fault((*path, "base"), "a table of the rules with these columns", said["table"], "correct the name")
            return ()
        known = self.rules.regions
        if not levels:
            self._fault((*path, "levels"), "the levels of region whose numbers are added up", "none", "write `levels`")
        return tuple((code, exact(value)) for code, value in rows
                     if value is not None and code in known and known[code]["level"] in levels)  # fmt: skip

    @staticmethod
    def _has_region(fields: Mapping[str, Field]) -> bool:
        return any(known.type == "region" for known in fields.values())

    def _where(
        self, path: tuple[str | int, ...], where: Where, fields: Mapping[str, Field], life: StateTable | None
    ) -> Where:
        for name, values in where.items():
            if name == "state":
                for value in values:
                    self._state(path, value, life)
                continue
            self._known(path, name, fields, "one of the fields")
            known = fields.get(name)
            if known is not None and known.type == "choice":
                for value in values:
                    self._known(path, value, [choice.id for choice in known.choices], f"a choice of {name}")
        return where

    def _state(self, path: tuple[str | int, ...], name: str, life: StateTable | None) -> None:
        if life is None and "life" in self.document:
            return  # one fault, the missing table, must not look like many
        self._known(path, name, life.states if life else {}, "a state of the life cycle")

    def _known(self, path: tuple[str | int, ...], name: str, among: Any, what: str) -> None:
        if name not in among:
            self._fault(path, what, repr(name), f"use one of {', '.join(among) or 'none: there are none'}")

    def _fault(self, path: tuple[str | int, ...], expected: str, got: object, fix: str) -> None:
        self.faults.append(KindFault(path, expected, str(got), fix))


def _words(row: Row, named: Mapping[str, str]) -> tuple[str, str]:
    """Words of a choice that a table lists, Chinese and English: its columns `zh` and `en`, or those that are named.

    With `words` the value stands behind the Chinese name, by which people tell twins apart. A symbol is its own word.
    """
    value = str(row[named["column"]])
    if "words" in named:
        return f"{row[named['words']]} {value}", value
    zh, en = (row[named[key]] if key in named else row.get(key) for key in ("zh", "en"))
    return str(zh or value), str(en or value)


def _where(entry: Mapping[str, Sequence[str]]) -> Where:
    return {name: tuple(values) for name, values in entry.items()}


def _evidence(source: Mapping[str, Any], table: StateTable) -> dict[str, Evidence]:
    """Names of the documents that moves ask for; a table may name them by words alone."""
    named = source.get("evidence", {})
    found: dict[str, Evidence] = {}
    for state in table.states:
        for move in table.moves(state):
            for item in move.evidence:
                words = named.get(item, {"zh": item, "en": item})
                found[item] = Evidence(item, words["zh"], words["en"], words.get("kept_years", 0))
    return found
