"""Words of the index and questions, against words split by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from saishang.apps.search.marking import Piece, marked, snippet
from saishang.apps.search.tokens import LONGEST_QUERY, fold, folded_with_places, read_query, words
from saishang.apps.search.traditional import SIMPLIFIED


def test_pairs_overlap_and_the_last_character_stands_alone() -> None:
    assert words("环境保护") == {"环境", "境保", "保护", "护"}
    assert words("水") == {"水"}
    assert words("黄河，断面") == {"黄河", "河", "断面", "面"}


def test_letters_and_figures_are_taken_apart() -> None:
    assert words("PM2.5浓度") == {"pm", "2.5", "浓度", "度"}
    assert words("HJ663-2013") == words("HJ 663—2013") == {"hj", "663", "2013"}
    assert words("≤35 μg/m³") == {"35", "μg", "m", "3"}
    assert words("33.3%") == {"33.3"}
    assert words("v1.") == {"v", "1"}


def test_full_width_case_and_traditional_forms_are_one() -> None:
    assert words("ＰＭ２.５") == words("pm2.5")
    assert words("環境質量") == words("环境质量") == {"环境", "境质", "质量", "量"}
    assert words("寧夏黃河") == words("宁夏黄河")
    assert fold("揚塵治理Ａ") == "扬尘治理a"


def test_the_table_of_traditional_forms_is_one_step() -> None:
    for simple in SIMPLIFIED.values():
        assert ord(simple) not in SIMPLIFIED, simple
    assert all(chr(before) != after for before, after in SIMPLIFIED.items())


def test_nothing_but_marks_gives_no_words() -> None:
    assert words("") == words("，。！？#@^~'\\&|!:*()") == set()
    assert read_query("  ").empty
    assert read_query("'&|!()<->:*").empty


def test_words_of_a_question() -> None:
    asked = read_query("扬尘 治理 monitoring 15 a")
    assert [run.words for run in asked.runs] == [("扬尘",), ("治理",), ("monitoring*",), ("15",), ("a",)]
    # A single character is found as the beginning of any pair, or as the last of a row.
    assert read_query("尘").runs[0].words == ("尘*",)
    assert read_query("PM2.5超标").runs[0].words == ("pm",)


def test_quotations_must_stand_as_they_are() -> None:
    asked = read_query("“重污染天气” 预案")
    assert asked.phrases == ("重污染天气",)
    assert [run.quoted is not None for run in asked.runs] == [True, False]
    assert read_query('"不成对').phrases == ()
    assert read_query('""').empty


def test_words_may_stand_apart_at_one_or_two_boundaries() -> None:
    # 河道|修复: 河道, 道修, 修复; the middle pair is the only one that a word between the two would break.
    assert read_query("河道修复").runs[0].apart() == [("河道", "修复")]
    # Six characters: pairs 0-4, inner 1 2 3; two that overlap are never both given up, so 1 and 3 alone.
    assert read_query("银川扬尘治理").runs[0].apart() == [
        ("银川", "扬尘", "尘治", "治理"),
        ("银川", "川扬", "尘治", "治理"),
        ("银川", "川扬", "扬尘", "治理"),
        ("银川", "扬尘", "治理"),
    ]
    assert read_query("“银川扬尘治理”").runs[0].apart() == [read_query("银川扬尘治理").runs[0].words]
    assert read_query("扬尘").runs[0].apart() == [("扬尘",)]


def test_a_long_question_is_cut() -> None:
    assert len(read_query("水" * 5000).typed) == LONGEST_QUERY
    assert len(read_query(" ".join(str(n) for n in range(40))).runs) == 12


@given(st.text(max_size=60))
def test_whatever_is_in_a_text_is_found_by_its_words(text: str) -> None:
    for run in read_query(text).runs:
        for word in run.words:
            assert any(known.startswith(word[:-1]) for known in words(text)) if word.endswith("*") else True
            assert not set(word.rstrip("*")) & set("#@^~'\\&|!:*() ")


@given(st.text(max_size=40))
def test_every_folded_character_has_its_place(text: str) -> None:
    folded, places = folded_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert places == sorted(places)


def test_marking_finds_the_original_characters() -> None:
    assert marked("全区揚塵治理", read_query("扬尘")) == (Piece("全区"), Piece("揚塵", True), Piece("治理"))
    assert marked("ＰＭ２.５ 浓度", read_query("pm2.5")) == (Piece("ＰＭ２.５", True), Piece(" 浓度"))
    # Letters at the beginning of a word only, as the index finds them.
    assert marked("fair air", read_query("air")) == (Piece("fair "), Piece("air", True))
    assert marked("无关", read_query("扬尘")) == (Piece("无关"),)


def test_a_snippet_is_around_the_best_hit_and_stays_text() -> None:
    text = "甲" * 200 + "<b>扬尘治理</b>" + "乙" * 200
    pieces = snippet(text, read_query("扬尘治理"))
    assert [piece.text for piece in pieces if piece.hit] == ["扬尘治理"]
    assert pieces[0] == Piece("…")
    assert pieces[-1] == Piece("…")
    assert sum(len(piece.text) for piece in pieces) == 122  # 120 and two marks of what is left out
    assert snippet("短文", read_query("无")) == (Piece("短文"),)
