"""A life cycle walked whole: every state reached, every move made once by the real action, in savepoints of one entry.

From each state all moves of the table are made one after the other; after each the entry goes back to where it stood,
and a state that was not seen before is walked on from. On the way each move is refused without one of its documents, to
somebody who may not make it, without the fields that the next state asks for, and from every state that does not have
it. What an entry holds is made up from its fields; what has to come out is in `lives.yaml` and in the rules' numbers,
read from the file itself.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction

from saishang.apps.organisations.models import User
from saishang.apps.registers import queries
from saishang.apps.registers.actions import EntryFaults, EvidenceFile, add_entry, change_entry, move_entry
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.machine import Transition
from saishang.science.numbers import InputError
from saishang.science.register.kind import Field, Kind
from saishang.science.register.values import as_text, read_entry

__all__ = ["COUNTY", "LIVES", "Lived", "People", "live"]

RULES = load_rules()
LIVES: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "lives.yaml").read_text(encoding="utf-8"))
COUNTY, CITY, REGION = "640104", "640100", "640000"
#: Days of the walk: last days of months, where months of different lengths show.
DAYS = tuple(date(2025 + n // 12, n % 12 + 1, monthrange(2025 + n // 12, n % 12 + 1)[1]) for n in range(0, 40, 2))
#: Working days after Friday 31 January 2025, in the Spring Festival (28 January to 4 February off, Saturday 8 February
#: worked): 5 6 7 8 10 | 11 12 13 14 17 | 18 19 20 21 24 25 26 27 28 February, 3 March.
WORKED = {
    (DAYS[0], 5): date(2025, 2, 10), (DAYS[0], 10): date(2025, 2, 17), (DAYS[0], 20): date(2025, 3, 3),
    # After Saturday 31 May 2025, Dragon Boat (Monday 2 June off): 3 4 5 6 | 9 June.
    (DAYS[2], 5): date(2025, 6, 9),
}  # fmt: skip
#: Counties, districts and county-level cities of the plan (6 + 3 + 5 + 5 + 3), and cities.
COUNTIES, CITIES = 22, 5
#: A text for each form of text.
SAMPLES = {
    "[0-9A-Z-]{4,40}": "WALK-01", "[0-9A-Z-]{3,40}": "WALK-01", "[0-9A-Z-]{6,40}": "WALK-01",
    "[0-9A-Z-]{4,30}": "WALK-01", "[0-9A-Z-]{3,32}": "WALK-01", "[0-9A-Z-]{6,20}": "3-A0000001",
    "[0-9A-Za-z-]{3,40}": "WALK-01", r"[^\s/]{1,60}": "S1", "[0-9]{6}-[0-9]{4}": "640104-2025",
    "[0-9A-Z]{18}": "91640100MA00000A1B", "[0-9A-Z]{18}[0-9]{3}": "91640100MA00000A1B001",
    "[0-9A-Z]{18}[0-9]{3}[0-9A-Z]": "91640100MA00000A1B001P", "[0-9]{14}": "20256401000001",
    "[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}": "2501-640181-04-01-123456",
    "[0-9]{3}-[0-9]{3}-[0-9]{2}": "900-249-08", "[A-Z][a-z-]+( [a-z.×-]+)+": "Solanum rostratum",
    "[0-9]{6}-20[0-9]{2}-(BEV|PHEV|FCEV|FUEL)": "640100-2025-BEV", "[0-9A-Z]{12}": "NX25CS000001",
    "[A-T]?[0-9]{2,4}": "2614", "HW[0-9]{2}(;HW[0-9]{2})*": "HW08", "[0-9+-]{7,20}": "0951-0000000",
}  # fmt: skip


@dataclass(frozen=True)
class People:
    """Who may and who may not make a step: people of the owner, of who certifies, of the place, of elsewhere."""

    users: Mapping[str, User]

    def may(self, kind: Kind, action: str) -> User:
        """Somebody who makes the step at once."""
        match kind.steps.who(action):
            case "certifier":
                return self.users[f"{kind.steps.agency or CITY}-head"]
            case "proposer":
                return self.users[f"{COUNTY}-reporter"]
        return self.users[f"{kind.owner}-reviewer"]

    def may_not(self, kind: Kind, action: str) -> User:
        """Somebody near it who does not: the workshop where it is certified, a city's people elsewhere."""
        match kind.steps.who(action):
            case "certifier":
                return self.users["editor"]
            case "proposer":
                return self.users["640200-reporter"]
        return self.users[f"{kind.owner}-reporter"]


@dataclass
class Lived:
    """What the walk of one kind did: moves made, refusals seen, figures that counted, terms that ran."""

    states: set[str] = field(default_factory=set)
    moves: set[tuple[str, str]] = field(default_factory=set)
    refused: int = 0
    figures: set[str] = field(default_factory=set)
    terms: set[str] = field(default_factory=set)


def live(name: str, people: People, folder: Path) -> Lived:
    """Walk one kind (in the caller's transaction, which is undone) and hold it against the table at every step."""
    return _Walk(kind_of(RULES, name), people, folder).go()


class _Walk:
    def __init__(self, kind: Kind, people: People, folder: Path) -> None:
        assert kind.life is not None
        self.kind, self.life, self.people, self.folder = kind, kind.life, people, folder
        self.archive = Archive(folder / "archive")
        self.said: Mapping[str, Any] = RULES.document(f"registers/{kind.id}")
        self.lived = Lived()

    def go(self) -> Lived:
        given = _filled(self.kind, {}, self.kind.start)
        entry = add_entry("test", self.kind, RULES, given, today=DAYS[0], effective=DAYS[0])
        assert (entry.state, entry.since) == (self.said.get("life", {}).get("start"), DAYS[0])
        self._stand(entry)
        self._from(entry.pk, entry.state, 1)
        return self.lived

    def _from(self, pk: int, state: str, depth: int) -> None:
        self.lived.states.add(state)
        self._refuse_others(pk, state, DAYS[depth])
        for move in self.life.moves(state):
            with _undone():
                entry = self._move(pk, move, DAYS[depth])
                self.lived.moves.add((state, move.action))
                if entry.state not in self.lived.states:
                    self._from(pk, entry.state, depth + 1)

    def _move(self, pk: int, move: Transition, day: date) -> Entry:
        entry = Entry.objects.get(pk=pk)
        papers = [self._paper(document) for document in move.evidence]
        certificate = self.kind.steps.certificate
        issued = certificate is not None and move.action in certificate.issued
        typed = {"number": "测字〔2025〕1号", "day": "", "until": ""} if issued else {}

        def go(who: Any, files: Sequence[EvidenceFile]) -> Entry:
            return move_entry(who, self.kind, RULES, self.archive, pk, move.action, files, number=entry.number,
                              today=day, effective=day, certificate=typed)  # fmt: skip

        right = self.people.may(self.kind, move.action)
        for number in range(len(papers)):
            self._refused("missing-evidence", go, right, papers[:number] + papers[number + 1 :])
        if move.action not in {action for _state, action in self.lived.moves}:
            self._refused("not-permitted", go, self.people.may_not(self.kind, move.action), papers)
        lacks = self._lacks(entry, move)
        if lacks:
            with pytest.raises(EntryFaults) as incomplete:
                go(right, papers)
            assert {fault.field for fault in incomplete.value.faults} == lacks, (move.before, move.action)
            self.lived.refused += 1
            texts = {name: as_text(value) for name, value in entry.values.items()}
            filled = _filled(self.kind, texts, move.after)
            change_entry("test", self.kind, RULES, pk, filled, number=None, today=day, effective=day, keep_place=True)
            entry.refresh_from_db()
        moved = go(right, papers)
        same = move.after == move.before and certificate is not None and certificate.checked
        assert (moved.state, moved.since) == (move.after, entry.since if same else day), (move.before, move.action)
        last = moved.versions.get(number=moved.number)
        assert (last.action, last.actor_id) == (f"move:{move.action}", right.pk)
        assert [paper["document"] for paper in last.evidence] == list(move.evidence)
        self._stand(moved)
        return moved

    def _refused(self, code: str, go: Any, *given: Any) -> None:
        with pytest.raises(EntryRefused) as caught:
            go(*given)
        assert caught.value.code == code and caught.value.fix, (self.kind.id, caught.value.message)
        self.lived.refused += 1

    def _refuse_others(self, pk: int, state: str, day: date) -> None:
        """Moves that the table does not have in this state are refused: all by the table, the first by the action."""
        own = {move.action for move in self.life.moves(state)}
        others = [action for action in self.life.actions if action not in own]
        for action in others:
            with pytest.raises(InputError):
                self.life.move(state, action, self.kind.evidence)

        def go(action: str) -> Entry:
            return move_entry("test", self.kind, RULES, self.archive, pk, action, (), number=None, today=day)

        for action in others[:1]:
            self._refused("illegal-move", go, action)

    def _lacks(self, entry: Entry, move: Transition) -> set[str]:
        """Fields that the next state asks for and that are empty, by the file's own words."""
        certificate = self.kind.steps.certificate
        written: set[str] = set()
        if certificate is not None and move.action in certificate.issued:
            written = {certificate.number, certificate.day}
        elif certificate is not None and move.action in certificate.renewed:
            written = {certificate.checked}
        texts = {name: as_text(value) for name, value in entry.values.items()}
        found = set()
        for one in self.said["fields"]:
            asked = one.get("required", False)
            if not isinstance(asked, Mapping) or texts.get(one["id"]) or one["id"] in written:
                continue
            there = texts | {"state": move.after}
            if any(there.get(name, "") in values for name, values in asked.items()):
                found.add(one["id"])
        return found

    def _paper(self, document: str) -> EvidenceFile:
        path = self.folder / f"{document}.pdf"
        if not path.exists():
            path.write_bytes(b"%PDF-1.7 " + document.encode())
        return EvidenceFile(document, path.name, path)

    def _stand(self, entry: Entry) -> None:
        """The day that is kept for lists and reminders; where the state is new, each term and figure of the entry."""
        table = LIVES[self.kind.id]
        running = [
            term for term in self.said.get("terms", ())
            if entry.state in _states(table["terms"][term["id"]], self.life.states)
        ]  # fmt: skip
        assert entry.due == min((day for term in running for day in self._own(term, entry)), default=None), entry.state
        if entry.state in self.lived.states:
            return
        view = queries.entry(self.kind, entry.pk)
        assert view is not None and (view.state, view.since) == (entry.state, entry.since)
        self.lived.terms |= {term["id"] for term in running}
        for term in self.said.get("terms", ()):
            meant = _meant(term.get("where", {}))
            begun = DAYS[0] if "from" in term or "working_days" in term else view.since
            there = replace(view, since=begun, values={**view.values, **meant})
            if term.get("from"):
                there = replace(there, values={**there.values, term["from"]: DAYS[0].isoformat()})
            found = [due.on for due in queries.due(replace(self.kind, terms=self._term(term["id"])), [there])]
            assert found == ([_later(begun, term)] if term in running else []), (entry.state, term["id"])
        for figure in self.said.get("figures", ()):
            self._figure(figure, view, table["figures"][figure["id"]])

    def _term(self, name: str) -> tuple[Any, ...]:
        return tuple(term for term in self.kind.terms if term.id == name)

    def _own(self, term: Mapping[str, Any], entry: Entry) -> list[date]:
        """The day on which a term ends that runs in this state, with what the entry really holds."""
        held = {name: as_text(value) for name, value in entry.values.items()}
        if any(held.get(name, "") not in values for name, values in term.get("where", {}).items() if name != "state"):
            return []
        since = held.get(term["from"], "") if "from" in term else entry.since.isoformat()
        if not since and term.get("or_state"):
            since = entry.since.isoformat()
        return [_later(date.fromisoformat(since), term)] if since else []

    def _figure(self, figure: Mapping[str, Any], view: queries.EntryView, told: str) -> None:
        """One figure of this entry alone, given all that the figure asks for besides the state."""
        part, _slash, whole = told.partition(" / ")
        counts = view.state in _states(part, self.life.states)
        inside = view.state in _states(whole, self.life.states)
        values = dict(view.values) | _meant(figure.get("of", {})) | _meant(figure.get("where", {}))
        values |= _meant(figure["any"][0]) if "any" in figure else {}
        region = view.region
        if figure.get("field"):
            values[figure["field"]] = "12"
        if "levels" in figure:
            region = CITY if "prefecture_city" in figure["levels"] else COUNTY
        one = replace(self.kind, figures={figure["id"]: self.kind.figures[figure["id"]]})
        there = replace(view, values=values, region=region)
        found = queries.figures(one, RULES, [there], [REGION])[figure["id"]][REGION]
        expected: Decimal | None
        match figure["measure"]:
            case "count":
                expected = Decimal(int(counts))
            case "sum":
                expected = Decimal(12 if counts else 0)
            case "share":
                expected = Decimal(100 if counts else 0) if inside else None
            case "region_share":
                share = Decimal(100) / (CITIES if region == CITY else COUNTIES)
                expected = round(share, figure.get("decimals", 0)) if counts else Decimal(0)
            case other:
                raise AssertionError(f"{other}: say what one entry comes to")
        assert found.rounded == expected, (view.state, figure["id"])
        if counts:
            self.lived.figures.add(figure["id"])


def _states(told: str, every: Mapping[str, Any]) -> set[str]:
    named = set(every) if told == "all" else set(told.split())
    assert named <= set(every), named - set(every)
    return named


def _meant(where: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: str(values[0]) for name, values in where.items() if name != "state"}


def _later(begun: date, term: Mapping[str, Any]) -> date:
    """The end of a term: months first (the last of a month stays the last where it is shorter), then days."""
    if "working_days" in term:
        return WORKED[begun, term["working_days"]]
    year, month = begun.year, begun.month
    for _ in range(term.get("months", 0)):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    last = 29 if month == 2 and year % 4 == 0 else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    return date(year, month, min(begun.day, last)) + timedelta(days=term.get("days", 0))


def _filled(kind: Kind, texts: Mapping[str, str], state: str) -> dict[str, str]:
    """The texts with whatever a state asks for besides; what they name in other registers is entered there."""
    given = dict(texts)
    for _round in range(4):  # what is filled in may ask for more
        _values, faults = read_entry(kind, given, RULES.regions, state=state)
        if not faults:
            return given
        for fault in faults:
            assert not fault.content, (kind.id, fault)
            given[fault.field] = _text(kind.fields[fault.field])
    raise AssertionError(f"{kind.id} asks for ever more: {faults}")


def _text(one: Field) -> str:
    match one.type:
        case "date":
            return DAYS[0].isoformat()
        case "choice":
            return one.choices[0].id
        case "truth":
            return "是"
        case "region":
            return CITY if "prefecture_city" in one.levels and "county" not in one.levels else COUNTY
        case "entry":
            return _other(one.of)
        case "integer" | "number":
            usual = 2025 if one.least is not None and 1900 <= one.least <= 2025 else 12
            return f"{min(max(usual, one.least or 0), one.most if one.most is not None else usual):g}"
    return SAMPLES[one.pattern] if one.pattern else "甲"


def _other(name: str) -> str:
    kind = kind_of(RULES, name)
    there = Entry.objects.filter(kind=name, withdrawn=False).values_list("key", flat=True).first()
    return there or add_entry("test", kind, RULES, _filled(kind, {}, kind.start), today=DAYS[0]).key


@contextmanager
def _undone() -> Iterator[None]:
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
