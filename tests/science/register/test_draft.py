"""A kind while it is written: faults at their line, bounds, texts that were made to do harm, examples by hand."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.apps.registers.blank import blank_text, text_of
from saishang.rules import load_rules
from saishang.science.register.draft import LONGEST, example_due, example_values, name_fault, read_draft

BLANK = blank_text("路灯", 'Lamps "new"')


def line_of(text: str) -> int:
    """Number of the blank's line that begins with a text (blanks in front left out)."""
    (found,) = [number for number, line in enumerate(BLANK.splitlines(), 1) if line.lstrip().startswith(text)]
    return found


def test_the_blank_is_a_kind_that_works() -> None:
    draft = read_draft("lamps", BLANK, load_rules())
    assert draft.problems == () and draft.kind is not None
    assert (draft.kind.zh, draft.kind.en, draft.kind.place) == ("路灯", 'Lamps "new"', "point")
    assert list(draft.kind.fields) == ["code", "name", "region", "checked_on"]
    assert draft.kind.start == "in_use" and list(draft.kind.figures) == ["in_use", "in_use_share"]


@pytest.mark.parametrize(
    ("old", "new", "at", "cell", "expected"),
    [
        ("place: point", "place: points", "place:", "place", "one of none, point, line, polygon"),
        ("key: code", "key: cod", "key:", "key", "one of the fields"),
        ("audience: public", "audiense: public", "audience:", "audiense", "one of the keys"),
        ("start: in_use", "start: gone", "start:", "life.start", "a state of the life cycle"),
        ("to: closed", "to: away", "life:", "life", "a state table that is whole"),
        ("from: checked_on", "from: name", "from:", "terms.0.from", "a field with a date"),
        ("months: 12", "months: 0", "months:", "terms.0.months", "at least 1"),
        ("months: 12", "months: 1201", "months:", "terms.0.months", "at most 1200"),
        ("    of: {} ", "    # of ", "- id: in_use_share", "figures.1.of", "the whole of the share"),
        ("decimals: 1", "decimals: one", "decimals: 1", "figures.1.decimals", "integer"),
    ],
)
def test_a_fault_stands_at_its_line(old: str, new: str, at: str, cell: str, expected: str) -> None:
    assert old in BLANK
    draft = read_draft("lamps", BLANK.replace(old, new, 1), load_rules())
    assert draft.kind is None
    found = [(p.line, p.cell, p.expected) for p in draft.problems if p.cell == cell and p.expected.startswith(expected)]
    assert [line for line, _cell, _expected in found] == [line_of(at)], draft.problems
    assert all(problem.fix for problem in draft.problems)


def test_every_fault_is_told_not_only_the_first() -> None:
    text = BLANK.replace("place: point", "place: points").replace("measure: count", "measure: counts")
    problems = read_draft("lamps", text, load_rules()).problems
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)
    assert {problem.cell for problem in problems} == {"place", "figures.0.measure"}


def test_a_kind_may_name_entries_of_its_own() -> None:
    field = "  - {id: before, zh: 前身, en: Before, type: entry, of: lamps}\n"
    text = BLANK.replace("life:\n", field + "life:\n")
    assert read_draft("lamps", text, load_rules()).problems == ()
    (problem,) = read_draft("other", text, load_rules()).problems
    assert problem.expected == "a register of the rules" and problem.got == "lamps"


@pytest.mark.parametrize("name", ["preview", "Lamps", "1lamp", "lamp-post", "路灯", "", "a" * 61])
def test_names_that_are_none(name: str) -> None:
    assert name_fault(name) is not None
    (problem,) = read_draft(name, BLANK, load_rules()).problems
    assert problem.got == repr(name)


@pytest.mark.parametrize("name", ["a", "a" * 60, "lamps_2"])
def test_names_that_are_good(name: str) -> None:
    assert name_fault(name) is None


def test_the_longest_text_is_read_and_one_letter_more_is_not() -> None:
    fill = BLANK + "#" * (LONGEST - len(BLANK))
    assert read_draft("lamps", fill, load_rules()).problems == ()
    (problem,) = read_draft("lamps", fill + "#", load_rules()).problems
    assert problem.expected == f"at most {LONGEST} characters"


_LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [
        "", "路灯", "- 1\n- 2", "[" * 3000, "{" * 3000, "a: &a [*a]", _LAUGHS, "zh: 'x", "\tzh: x", "zh: \x00", "%",
        "--- 1\n--- 2",
        "!!python/object/apply:os.system ['true']", BLANK.replace("length: 40", "length: " + "9" * 5000),
        BLANK.replace("months: 12", "months: 1e999999999999999999999"),
        BLANK.replace("length: 40", 'length: 40, form_zh: x, form_en: x, pattern: "' + "(" * 5000 + ')"'),
        BLANK.replace("length: 40", 'length: 40, form_zh: x, form_en: x, pattern: "' + "(" * 400 + ')"'),
        BLANK.replace("length: 40", 'length: 40, form_zh: x, form_en: x, pattern: "a{99999999999999}"'),
        BLANK.replace("  start: in_use", "  start: in_use\n  document: indicators/air\n  at: indicators"),
        BLANK.replace("evidence: [decision]", "evidence: decision"),
    ],
)  # fmt: skip
def test_texts_that_would_do_harm_are_refused_in_words(text: str) -> None:
    draft = read_draft("lamps", text, load_rules())
    assert draft.kind is None and draft.problems
    assert all(problem.expected and problem.fix for problem in draft.problems)


def test_a_text_with_any_line_left_out_or_turned_round_is_answered() -> None:
    rules = load_rules()
    lines = BLANK.splitlines()
    for number, line in enumerate(lines):
        for instead in (
            [],
            [line[::-1]],
            [line.replace("{", "[").replace("}", "]")],
            [line.split(":")[0] + ": {a: 1}"],
        ):
            draft = read_draft("lamps", "\n".join([*lines[:number], *instead, *lines[number + 1 :]]), rules)
            assert (draft.kind is None) == bool(draft.problems)


def test_every_shipped_kind_is_read_from_its_own_text() -> None:
    rules = load_rules()
    for name in rules.documents_under("registers"):
        kind = name.rpartition("/")[2]
        draft = read_draft(kind, text_of(rules, kind), rules)
        assert draft.problems == () and draft.kind is not None, kind
        values = example_values(draft.kind, rules, date(2026, 11, 30))
        assert set(values) == {f.id for f in draft.kind.fields.values() if not f.compute and f.id != "demonstration"}
        for term in draft.kind.terms:
            assert example_due(draft.kind, term.id, date(2026, 11, 30)) is not None, (kind, term.id)


@pytest.mark.parametrize(
    ("term", "begun", "ends"),
    [
        ("months: 12", date(2026, 11, 30), date(2027, 11, 30)),
        # 31 January and one month: the last day of February.
        ("months: 1", date(2026, 1, 31), date(2026, 2, 28)),
        ("days: 10", date(2026, 12, 25), date(2027, 1, 4)),
    ],
)
def test_the_end_of_a_term(term: str, begun: date, ends: date) -> None:
    kind = read_draft("lamps", BLANK.replace("months: 12", term), load_rules()).kind
    assert kind is not None
    due = example_due(kind, "check", begun)
    assert due is not None and due.on == ends
    assert example_due(kind, "unknown", begun) is None


def test_examples_keep_to_the_bounds() -> None:
    fields = (
        "  - {id: power, zh: 功率, en: Power, type: number, min: 0.5, max: 9}\n"
        "  - {id: few, zh: 少, en: Few, type: number, max: 0.2}\n"
        "  - {id: lamps, zh: 盏, en: Lamps, type: integer, min: 3}\n"
        "  - {id: city, zh: 市, en: City, type: region, levels: [prefecture_city]}\n"
        "  - {id: kind, zh: 类, en: Kind, type: choice, choices: [{id: a, zh: 甲, en: A}, {id: b, zh: 乙, en: B}]}\n"
    )
    draft = read_draft("lamps", BLANK.replace("life:\n", fields + "life:\n"), load_rules())
    assert draft.kind is not None, draft.problems
    values = example_values(draft.kind, load_rules(), date(2026, 11, 30))
    told = {name: values[name] for name in ("power", "few", "lamps", "kind", "checked_on", "region", "city")}
    assert told == {
        "power": 0.5, "few": 0.2, "lamps": 3, "kind": "a", "checked_on": "2026-11-30", "region": "640104",
        "city": "640100",
    }  # fmt: skip
