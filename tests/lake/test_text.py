"""Text tables: encodings, line numbers, quotation marks, line ends, limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishang.lake.errors import FileRefused
from saishang.lake.readers import text as text_reader
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.text import detect_encoding, open_text


def read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]], list[Reject]]:
    """Header, rows with their line numbers, rejects."""
    rejects: list[Reject] = []
    rows = []
    with open_text(path, rejects.append) as file:
        for block in file.blocks:
            columns = [block.column(i).to_pylist() for i in range(len(file.header))]
            rows += [(int(n), [c[i] for c in columns]) for i, n in enumerate(block.lines)]
    return file.header, rows, rejects


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(["站点,数值", "银川,12", "石嘴山,13", ""]).encode(encoding))
    header, rows, rejects = read(path)
    assert header == ["站点", "数值"]
    assert rows == [(2, ["银川", "12"]), (3, ["石嘴山", "13"])]
    assert rejects == []


def test_old_mac_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\r1,2\r3,4\r")
    assert read(path)[1] == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_one_broken_line_does_not_turn_the_file_into_nonsense(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("站点,数值\n银川,1\n".encode() + b"\xff\xfe\xfa,2\n" + "中卫,3\n".encode())
    assert detect_encoding(path)[0] == "utf-8"
    _, rows, rejects = read(path)
    assert rows == [(2, ["银川", "1"]), (4, ["中卫", "3"])]
    assert [(r.line, r.code) for r in rejects] == [(3, "encoding")]


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n\n1,2\n   \n3,4\n")
    assert read(path)[1] == [(3, ["1", "2"]), (5, ["3", "4"])]


def test_a_line_with_too_few_or_too_many_cells_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n")
    _, rows, rejects = read(path)
    assert [n for n, _ in rows] == [2, 5]
    assert [(r.line, r.cell, r.code) for r in rejects] == [(3, 0, "cells"), (4, 0, "cells")]
    assert "expected 3 cells as in the header, found 2" in rejects[0].message


def test_quoted_cells_with_commas_and_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"1,234",x\n"two\nlines","say ""hi"""\n5,6\n')
    _, rows, rejects = read(path)
    assert rows == [(2, ["1,234", "x"]), (3, ["two\nlines", 'say "hi"']), (5, ["5", "6"])]
    assert rejects == []


def test_a_stray_quotation_mark_does_not_swallow_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"2\n' + "".join(f"{i},0\n" for i in range(1500)))
    _, rows, rejects = read(path)
    assert len(rows) == 1500
    assert [(r.line, r.code) for r in rejects] == [(2, "quotation")]


def test_an_open_quotation_mark_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n3,"4')
    _, rows, rejects = read(path)
    assert rows == [(2, ["1", "2"])]
    assert [(r.line, r.code) for r in rejects] == [(3, "quotation")]


def test_blocks_do_not_change_line_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "_BLOCK", 64)
    path = tmp_path / "a.csv"
    lines = [f"{i},{'é' if i % 7 == 0 else 'x'}{i}" for i in range(500)]
    path.write_text("a,b\n" + "\n".join(lines) + "\n", encoding="utf-8")
    _, rows, rejects = read(path)
    assert [(n, ",".join(cells)) for n, cells in rows] == list(enumerate(lines, start=2))
    assert rejects == []


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"a{delimiter}b\n1{delimiter}2\n")
    assert read(path)[:2] == (["a", "b"], [(2, ["1", "2"])])


def test_a_file_cut_off_inside_a_line_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3\n4,5")
    rejects: list[Reject] = []
    with open_text(path, rejects.append) as file:
        assert [len(block) for block in file.blocks] == [1]
    assert file.notes["no_final_line_break"] is True
    assert [(r.line, r.code) for r in rejects] == [(3, "cells")]


def test_a_line_at_the_limit_is_read_and_one_byte_more_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "MAX_LINE", 100)
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1," + b"2" * 98 + b"\n")  # 2 + 98 = 100 bytes
    assert len(read(path)[1]) == 1
    path.write_bytes(b"a,b\n" + b"1," + b"2" * 99 + b"\n")
    with pytest.raises(FileRefused, match="line 2") as caught:
        read(path)
    assert caught.value.code == "line-too-long"


cell = st.text(st.sampled_from("01.5银－ \té'<"), max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.lists(cell, min_size=1, max_size=4), max_size=12),
    blank=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_the_fast_and_the_careful_road_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]], blank: bool, end: str, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("roads") / "a.csv"
    body = [",".join(cells) for cells in lines] + ([""] if blank else [])
    path.write_bytes(end.join(["站点,b,c", *body, "银川,1,2", ""]).encode(encoding))
    fast = read(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_reader, "_FAST_WIDTH", 0)
        careful = read(path)
    assert fast == careful


def test_no_header_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(FileRefused, match="empty"):
        open_text(path, lambda _: None)


def test_utf_16_with_broken_characters_loses_only_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lone = b"\x00\xd8"  # half of a pair
    good = "站点,数值\n".encode("utf-16"), "银川,12\n".encode("utf-16-le"), "固原,13\n".encode("utf-16-le")
    path.write_bytes(good[0] + lone + good[1] + good[2])
    header, rows, rejects = read(path)
    assert (header, rows) == (["站点", "数值"], [(3, ["固原", "13"])])
    assert [(r.line, r.code) for r in rejects] == [(2, "encoding")]
    assert "utf-16" in rejects[0].message
    path.write_bytes(b"".join(good)[:-1])  # cut in the middle of the last character, which is the line end
    assert read(path)[1] == [(2, ["银川", "12"])]


def test_column_names_with_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"站点\n编码","PM2.5\r\n(µg/m³)"\n银川,12\n', encoding="utf-8", newline="")
    header, rows, rejects = read(path)
    assert header == ["站点编码", "PM2.5(μg/m3)"]
    assert rows == [(4, ["银川", "12"])]  # lines 1 to 3 are the header
    assert rejects == []


def test_a_quoted_cell_beyond_the_csv_module_s_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'a,b\n"{"x" * 200_000}",1\ny,2\n', encoding="utf-8")
    _, rows, rejects = read(path)
    assert [(line, len(cells[0])) for line, cells in rows] == [(2, 200_000), (3, 1)]
    assert rejects == []


def test_stray_quotation_marks_swallow_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["a,b", "1,2", 'x,"2', "3,4", "5,6", 'y",7', "8,9", 'z,"1', "10,11", "12,13"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _, rows, rejects = read(path)
    # Lines 3 to 6 are no row of two cells, so each is looked at alone; the marks of 6 and 8 enclose nothing.
    assert [(line, cells[0]) for line, cells in rows] == [
        (2, "1"), (4, "3"), (5, "5"), (6, 'y"'), (7, "8"), (9, "10"), (10, "12")
    ]  # fmt: skip
    assert [(reject.line, reject.code) for reject in rejects] == [(3, "cells"), (8, "quotation")]
    # With another number of cells every line is read or refused on its own.
    lines = ["a,b", "1,2", 'x,"2,5', "3,4", "5,6", 'y",7,8', "8,9"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _, rows, rejects = read(path)
    assert [line for line, _ in rows] == [2, 4, 5, 7]
    assert [(reject.line, reject.code) for reject in rejects] == [(3, "cells"), (6, "quotation")]


def test_an_open_mark_in_the_last_lines_refuses_only_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + 'x,"2\n' + "".join(f"{i},{i}\n" for i in range(500)), encoding="utf-8")
    _, rows, rejects = read(path)
    assert [line for line, _ in rows] == list(range(3, 503))
    assert [(reject.line, reject.code) for reject in rejects] == [(2, "quotation")]
