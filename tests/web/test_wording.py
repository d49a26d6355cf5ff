"""Every sentence that a user of the portal can meet has its Chinese, and the figures in it stay what they are."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.utils import translation

from saishang.errors import SaishangError
from saishang.rules import load_rules
from saishang.web import texts, wording
from saishang.web.pages.tables import as_cell
from saishang.web.wording import columns, rulebook


def _tool() -> ModuleType:
    """`tools/wording.py`, which is no package."""
    path = Path(__file__).resolve().parents[2] / "tools" / "wording.py"
    spec = importlib.util.spec_from_file_location("tools_wording", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture(autouse=True)
def chinese() -> object:
    with translation.override("zh-hans"):
        yield


def test_the_sentences_of_the_code_have_chinese() -> None:
    tool = _tool()
    known = {tool.shape(row["en"]) for row in tool.table()}
    missing = [f"{text}   ({place})" for text, place in tool.spoken().items() if text not in known]
    assert not missing, "add to src/saishang/web/wording/errors.csv:\n" + "\n".join(missing)


def test_the_english_of_pages_asks_for_no_slot_that_the_chinese_lacks() -> None:
    # A page fills the slots of the Chinese sentence: one more in English breaks it for English readers only.
    from babel.messages.pofile import read_po

    folder = Path(wording.__file__).resolve().parents[1]
    with (folder / "locale" / "en" / "LC_MESSAGES" / "django.po").open("rb") as handle:
        catalogue = read_po(handle, locale="en")
    slots = re.compile(r"%\((\w+)\)")
    known = [(str(entry.id), str(entry.string)) for entry in catalogue if entry.id]
    assert len(known) > 1000
    assert not [zh for zh, en in known if set(slots.findall(en)) - set(slots.findall(zh))]


@pytest.mark.parametrize("name", ["errors", "clauses"])
def test_slots_of_both_languages_agree(name: str) -> None:
    for en, zh in wording._rows(name):
        assert set(re.findall(r"\{\w\}", zh)) <= set(re.findall(r"\{\w\}", en)), en
        assert zh.strip(), en


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("PM2.5 must be a number, got 'abc'.", "PM2.5 应为数字，实为“abc”。"),
        ("p must lie between 0 and 100, got 101.", "p 应在 0 至 100 之间，实为 101。"),
        # The particular sentence wins over the general one with fewer fixed words.
        ("The input PM2.5 is given twice.", "输入项 PM2.5 给了两次。"),
        # A remedy that begins with a hint; a refusal that quotes another one.
        ("Did you mean PM10? Use one of PM10, PM2.5.", "您是否要找 PM10？可用 PM10, PM2.5。"),
        (
            "no value of the file could be read as x; 2 refusals, the first: line 2 cell 3: expected a number, "
            "found 'x'; line 3 cell 1: a quotation mark is not closed",
            "按 x 读取时没有一个可用数值；拒绝 2 处，第一处：第 2 行第 3 列：应为数值，实为“x”；"
            "第 3 行第 1 列：引号没有闭合",
        ),
        ("a sentence nobody has written", "a sentence nobody has written"),
        ("表不可读", "表不可读"),
    ],
)
def test_a_sentence_is_said_with_its_figures(english: str, chinese: str) -> None:
    assert wording.say(english) == chinese


def test_titles_of_inputs_stand_beside_their_names() -> None:
    error = SaishangError("days must be a whole number from 0, got 'x'.", fix="Give a count such as 27.")
    assert wording.error_words(error, {"days": "有效天数"}) == (
        "有效天数（days）应为不小于 0 的整数，实为“x”。",
        "填一个计数，例如 27。",
    )


def test_english_readers_get_the_english() -> None:
    with translation.override("en"):
        assert wording.say("Give a count such as 27.") == "Give a count such as 27."
        assert wording.clause("table 1") == "table 1"


def test_places_are_said() -> None:
    assert wording.say_where("day.csv, line 12") == "day.csv，第 12 行"
    assert wording.say_where("header line") == "表头"
    assert wording.say_where(None) == ""


#: What stays as it is inside a Chinese clause: names of persons, programs and files, signs of formulas, addresses.
_NAMES = re.compile(
    r"https?://\S+|docs/\S+\.md|yukiyyu/\S+|aqistudy|Darwin Core|Briggs|Pasquill|Stern|Fryrear|McKee|Pheloung|"
    r"Thornthwaite|Thom|Ashbaugh|Uria-Tellaetxe|Carslaw|Wilson|Beevers|Henry|Kong|Petterssen|Zeng|Hopke|Polissar|"
    r"Sillman|Tonnesen|Dennis|Cleveland|Vicente-Serrano|Beguería|xclim|exp|min、max|Qmax|Pmax"
)


def test_every_clause_and_source_of_the_rules_is_chinese() -> None:
    rules = load_rules()
    found = {str(row[key]) for table in rules.tables.values() for row in table.rows for key in _cited(row)}
    for document in rules.documents.values():
        found |= set(_clauses(document))
    assert len(found) > 500
    english = sorted(text for text in found if re.search(r"[a-z]{3}", _NAMES.sub("", wording.clause(text))))
    assert not english, "add to src/saishang/web/wording/clauses.csv"


def _cited(row: Any) -> list[str]:
    return [key for key in ("clause", "source") if row.get(key)]


def _clauses(node: Any) -> Iterator[str]:
    """Clauses and sources in a document; the source of a way to a figure is the name of a table."""
    if hasattr(node, "items"):
        yield from (str(node[key]) for key in _cited(node) if isinstance(node[key], str))
        for key, item in node.items():
            if key not in ("statistic", "also"):
                yield from _clauses(item)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _clauses(item)


def test_notes_of_the_rules_are_chinese() -> None:
    rules = load_rules()
    notes = {str(row[key]) for table in rules.tables.values() for row in table.rows for key in _noted(row)}
    for document in rules.documents.values():
        notes |= set(_notes(document))
    assert len(notes) > 200
    # Names of settings, columns and files stay; a note that was translated holds Chinese all the same.
    said = {text: wording.clause(text) for text in notes if re.search(r"[a-z]{3}", text)}
    english = sorted(text for text, words in said.items() if not re.search(r"[\u4e00-\u9fff%]", words))
    assert not english, "add to src/saishang/web/wording/clauses.csv"


def _noted(row: Any) -> list[str]:
    return [key for key in ("note", "formula") if row.get(key)]


def _notes(node: Any) -> Iterator[str]:
    if hasattr(node, "items"):
        if isinstance(node.get("note"), str):
            yield node["note"]
        for item in node.values():
            yield from _notes(item)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _notes(item)


def test_columns_and_codes_of_the_rules_have_words() -> None:
    nameless, codes = set(), set()
    for name, table in load_rules().tables.items():
        for row in table.rows:
            for column, value in row.items():
                if columns.heading(column, name) == column and column not in _SIGNS:
                    nameless.add(f"{name} {column}")
                if (
                    column in _CODED
                    and str(value).isascii()
                    and value
                    and not columns.value_words(column, str(value), name)
                ):
                    codes.add(f"{name} {column} {value}")
    assert not nameless, "add to src/saishang/web/wording/columns.csv"
    assert not codes, "add to src/saishang/web/wording/columns.csv"


#: Headings that are signs in both languages.
_SIGNS = {"rgb", "cmyk", "iaqi"}
#: Columns that hold codes of closed lists and nothing else.
_CODED = {
    "kind", "status", "medium", "direction", "role", "scale", "need", "list", "terrain", "place", "land_use", "body",
    "network", "control_level", "stage", "rule", "use", "ranking", "cycle", "stated", "etc", "aspirational",
    "undetermined",
}  # fmt: skip


def test_one_code_has_two_senses_in_two_tables() -> None:
    assert columns.value_words("group", "other", "standards/groundwater/limits") == "非常规指标"
    assert columns.value_words("group", "other", "standards/water/outfall_categories") == "其他"
    assert columns.heading("class1", "standards/water/surface_limits") == "Ⅰ类限值"
    assert columns.heading("class1", "standards/air/limits") == "一级限值"
    # Facts of the chain share the headings and have some of their own.
    assert columns.heading("cities", "chain") == "城市数"
    assert columns.heading("caliber", "chain") == "统计口径"
    assert columns.heading("no such column") == "no such column"
    assert columns.value_words("kind", "no such code") is None
    with translation.override("en"):
        assert columns.value_words("direction", "max") == "not above"


def test_every_table_and_document_of_the_rules_has_a_title() -> None:
    known = load_rules()
    for name in [*known.tables, *known.documents]:
        content = known.documents.get(name)
        own = (None, None) if content is None else (content.get("zh"), content.get("en"))
        for language, pattern in (("zh-hans", r"[\u4e00-\u9fff]"), ("en", r"^[^\u4e00-\u9fff]+$")):
            with translation.override(language):
                title = rulebook.title_of(name, own)
                assert re.search(pattern, title), (name, language, title)
                assert title != name
        assert rulebook.field_of(name) in rulebook.FIELDS


def test_stages_of_limits_are_said() -> None:
    with translation.override("zh-hans"):
        assert texts.limits_name("GB 3095-2026 transition") == "GB 3095-2026 过渡阶段"
        assert texts.limits_name("GB 3095-2012") == "GB 3095-2012"
        assert texts.limits_name("GB 3095-2026", "final") == "GB 3095-2026 正式阶段"
    with translation.override("en"):
        assert "过渡" not in texts.limits_name("GB 3095-2026 transition")


def test_large_whole_numbers_are_grouped_and_years_are_not() -> None:
    assert [as_cell(value).shown for value in (9999, 10000, 694814, 2019, True)] == [
        "9999", "10,000", "694,814", "2019", "✓",
    ]  # fmt: skip
