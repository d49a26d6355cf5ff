"""Where what a plan names lives: `rules/plans/<name>/where.csv`, each system with its working part or what is missing.

The mapping is data. `check_where` holds it against the rules (a register, figure, calculator, indicator, target or
document that is not there, a claim without a part, a gap without a word of it); that a page of the portal answers is
held by a test, which opens every one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from saishang.rules import Problem, Row, Rules
from saishang.science import calc
from saishang.science.register.kind import KindError, read_kind

__all__ = ["STATES", "WORKING", "Part", "System", "check_where", "systems"]

#: How far a system is built, the best first.
STATES = ("works", "partly", "not_built")
#: Sorts of parts in which somebody can do or read something; a claim needs one of them.
WORKING = frozenset({"register", "page", "calculator"})
#: Pages on which what is counted of work and supervision can be looked up.
_COUNTED_ON = {
    "items": frozenset({"work-items", "work-matrix", "work-board"}),
    "all_items": frozenset({"work-items", "work-matrix", "work-board"}),
    "findings": frozenset({"supervision-findings"}),
    "matters": frozenset({"supervision-matters"}),
    "duties": frozenset({"supervision-duties"}),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is pointed at: `kind` says in which table its `name` stands (register, page, figure …)."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class System:
    """A system that the plan names, and where it lives.

    Attributes
    ----------
    named:
        Whether the plan itself calls it a system, network, mechanism ….
    links:
        Working parts; of what is not built, parts that help meanwhile.
    figures:
        Live figures: kind `figure` (name REGISTER.FIGURE), `indicator`, or `count`.
    note:
        What is missing; empty where nothing is.
    """

    id: str
    item: str
    kind: str
    named: bool
    zh: str
    en: str
    state: str
    links: tuple[Part, ...]
    figures: tuple[Part, ...]
    note: str
    note_en: str


def systems(rules: Rules, plan: str) -> tuple[System, ...]:
    """The systems of a plan in its order; none where the plan has no such table."""
    table = rules.tables.get(f"plans/{plan}/where")
    return tuple(map(_system, table.rows)) if table is not None else ()


def _system(row: Row) -> System:
    return System(
        str(row["id"]), str(row["item"]), str(row["kind"]), row["named"] == "yes", str(row["zh"]), str(row["en"]),
        str(row["state"]), tuple(map(_link, row["links"] or ())), tuple(map(_figure, row["figures"] or ())),
        str(row["note"] or ""), str(row["note_en"] or ""),
    )  # fmt: skip


def _link(text: str) -> Part:
    kind, _colon, name = text.partition(":")
    return Part(kind, name)


def _figure(text: str) -> Part:
    if ":" in text:
        return _link(text)
    return Part("figure" if "." in text else "count", text)


def check_where(rules: Rules, known: Iterable[Problem] = ()) -> list[Problem]:
    """Every row of `where` and `commitments` that points nowhere, claims without a part, or lacks a word of the gap.

    Tables with a `known` problem are left alone: what the rules say about their cells comes first.
    """
    faulty = {problem.file for problem in known}
    places = _Places(rules)
    found: list[Problem] = []
    for name, table in rules.tables.items():
        if name.startswith("plans/") and name.endswith("/where"):
            plan = name.split("/")[1]
            for row in table.rows:
                if row.file not in faulty:
                    found += [Problem(row.file, row.line, *fault) for fault in _faults(row, plan, places)]
        elif name.startswith("plans/") and name.endswith("/commitments"):
            plan = name.split("/")[1]
            for row in table.rows:
                if row.file not in faulty:
                    found += [Problem(row.file, row.line, *fault) for fault in _commitment_faults(row, plan, places)]
    return sorted(found)


#: (cell, code, expected, got, fix)
_Fault = tuple[str, str, str, str, str]


def _faults(row: Row, plan: str, places: _Places) -> Iterator[_Fault]:
    system = _system(row)
    if system.item not in places.items(plan):
        yield "item", "unknown-reference", "an item of items.csv", repr(system.item), "correct the id"
    if system.state != "not_built" and not system.links:
        yield (
            "links", "missing-value", "a working part", "nothing",
            "name the register, page or calculator where it lives, or say not_built",
        )  # fmt: skip
    elif system.state != "not_built" and not any(part.kind in WORKING for part in system.links):
        # A target, an indicator or a document of the rules says what is wanted: nobody can do anything there.
        yield (
            "links", "no-working-part", "a register, page or calculator", "none",
            "name where somebody can use it, or say not_built",
        )  # fmt: skip
    if system.state != "works" and not system.note:
        yield "note", "missing-value", "what is missing", "nothing", "say it in a sentence"
    if system.state == "works" and system.note:
        yield "note", "contradiction", "nothing missing of what works", "a gap", "say partly, or take the note out"
    if bool(system.note) != bool(system.note_en):
        yield "note_en", "missing-value", "the note in both languages", "one", "write it in the other one, too"
    for cell, parts in (("links", system.links), ("figures", system.figures)):
        for part in parts:
            there = places.of(part.kind, plan)
            if there is not None and part.name not in there:
                expected = {
                    "register": "a register", "figure": "a figure of a register", "calculator": "a calculator",
                    "indicator": "an indicator", "target": "a target of the plan", "rules": "a document of the rules",
                }[part.kind]  # fmt: skip
                yield cell, "unknown-reference", expected, repr(part.name), "correct the name"
        for name in sorted({part.name for part in parts if parts.count(part) > 1}):
            yield cell, "duplicate", "each of them once", repr(name), "take one out"
    yield from _figure_faults(system, places)


def _figure_faults(system: System, places: _Places) -> Iterator[_Fault]:
    """Figures that nothing computes, and figures from where the row does not lead."""
    linked = {part.name for part in system.links if part.kind == "register"}
    pages = {part.name for part in system.links if part.kind == "page"}
    for part in system.figures:
        registers: Collection[str] = ()
        if part.kind == "figure":
            registers = {part.name.partition(".")[0]}
        elif part.kind == "indicator" and part.name in places.ways:
            registers = {name for name in places.ways[part.name] if name}
            if not places.ways[part.name]:
                yield "figures", "not-computed", "an indicator that something computes", repr(part.name), "name another"
        elif part.kind == "count" and not pages & _COUNTED_ON[part.name]:
            expected = " or ".join(f"page:{name}" for name in sorted(_COUNTED_ON[part.name]))
            yield "figures", "no-way-there", f"a link to {expected}", repr(part.name), "link the page that counts"
        if registers and not linked & {*registers}:
            expected = " or ".join(f"register:{name}" for name in sorted(registers))
            yield "figures", "no-way-there", f"a link to {expected}", repr(part.name), "link the register that counts"


def _commitment_faults(row: Row, plan: str, places: _Places) -> Iterator[_Fault]:
    if str(row["item"]) not in places.items(plan):
        yield "item", "unknown-reference", "an item of items.csv", repr(row["item"]), "correct the id"
    if row["target"] and str(row["target"]) not in (places.of("target", plan) or ()):
        yield "target", "unknown-reference", "a target of the plan", repr(row["target"]), "correct the id"
    if not row["indicator"] and not row["missing"]:
        yield "missing", "missing-value", "why nothing counts it", "nothing", "name an indicator, or say why"
    if bool(row["missing"]) != bool(row["missing_en"]):
        yield "missing_en", "missing-value", "the note in both languages", "one", "write it in the other one, too"
    name = str(row["indicator"] or "")
    if name not in places.ways:
        return  # an indicator that is not there is told with the reference
    measures = {places.measure(*way) for way in places.ways[name].items() if way[0]}
    if not measures and not row["missing"]:
        yield "missing", "missing-value", "why no register counts it", "nothing", "name another indicator, or say why"
    fitting = {"share", "region_share", "base_share"} if row["measure"] in ("coverage", "share") else {"count", "sum"}
    if measures and not measures & fitting:
        yield (
            "indicator", "wrong-measure", f"a figure that is one of {', '.join(sorted(fitting))}",
            ", ".join(sorted(measures)), "correct the measure or the indicator",
        )  # fmt: skip


class _Places:
    """What there is to point at, read once."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._read: dict[str, Collection[str]] = {}
        self._measures: dict[str, dict[str, str]] = {}

    @cached_property
    def ways(self) -> Mapping[str, Mapping[str, str]]:
        """Indicator → the ways in which it is computed: register (empty of a way without one) → its figure."""
        return {
            str(entry.get("id")): {
                str(way.get("register", "")): str(way.get("figure", ""))
                for way in (entry.get("statistic"), *entry.get("also", ()))
                if way
            }
            for document in self._rules.documents_under("indicators").values()
            for entry in document.get("indicators", ())
        }

    def measure(self, register: str, figure: str) -> str:
        """What a figure of a register is; empty of one that is not there."""
        self.of("figure", "")
        return self._measures.get(register, {}).get(figure, "")

    def items(self, plan: str) -> Collection[str]:
        return self._column(plan, "items")

    def of(self, kind: str, plan: str) -> Collection[str] | None:
        """Names of a sort; None of what only the portal knows (pages) and of counts."""
        if kind == "target":
            return self._column(plan, "targets")
        if not self._read:
            kinds = self._kinds()
            self._read = {
                "register": kinds,
                "figure": {f"{name}.{figure}" for name, figures in kinds.items() for figure in figures},
                "calculator": {topic.name for topic in calc.topics() if not topic.members},
                "indicator": self.ways,
                "rules": {*self._rules.documents, *self._rules.tables},
            }
        return self._read.get(kind)

    def _column(self, plan: str, table: str) -> Collection[str]:
        found = self._rules.tables.get(f"plans/{plan}/{table}")
        return {str(row["id"]) for row in found.rows} if found is not None else set()

    def _kinds(self) -> Mapping[str, Collection[str]]:
        found: dict[str, Collection[str]] = {}
        for path, document in self._rules.documents_under("registers").items():
            name = path.rpartition("/")[2]
            try:
                figures = read_kind(name, document, self._rules).figures
                found[name] = figures
                self._measures[name] = {figure.id: figure.measure for figure in figures.values()}
            except KindError:  # its own check says what is wrong with it
                found[name] = ()
        return found
