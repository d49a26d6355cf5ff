"""Files that want to do harm, or are merely broken: clear errors, bounded memory, nothing enters the table."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saishang.lake import Lake
from saishang.lake.errors import FileRefused
from saishang.lake.readers.excel import check_workbook, open_excel
from saishang.lake.readers.opening import open_any
from saishang.lake.readers.parquet import open_parquet
from tests.faults.conftest import Run
from tests.lake.samples import network_day

MIB = 1 << 20


def workbook(folder: Path, rows: int = 3) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "b"])
    for number in range(rows):
        sheet.append([number, number * 2])
    path = folder / "book.xlsx"
    book.save(path)
    return path


def altered(path: Path, changes: dict[str, bytes]) -> Path:
    """Copy of a zip with some members replaced or added."""
    out = path.with_name("altered.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename not in changes:
                new.writestr(member, old.read(member.filename))
        for name, data in changes.items():
            new.writestr(name, data)
    return out


def refused(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as caught, open_any(path, lambda _: None) as file:
        for _ in file.blocks:
            pass
    assert caught.value.fix
    assert path.name in str(caught.value)
    return caught.value


SHEET = "xl/worksheets/sheet1.xml"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open(SHEET, "w") as out:
        out.write(b"<x>")
        for _ in range(40):
            out.write(b" " * MIB)
    assert path.stat().st_size < MIB
    error = refused(path)
    assert error.code == "zip-bomb"
    assert "40" in error.message


def test_too_many_parts(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as many:
        for number in range(5001):
            many.writestr(f"x{number}.bin", b"")
    assert refused(path).code == "zip-bomb"


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/sharedStrings.xml", "[Content_Types].xml"])
def test_billion_laughs(tmp_path: Path, part: str) -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    assert refused(altered(workbook(tmp_path), {part: laughs})).code == "xml-entities"


def test_entities_hidden_behind_a_long_comment_or_another_encoding(tmp_path: Path) -> None:
    late = b"<?xml version='1.0'?><!--" + b"x" * (MIB - 20) + b"--><!DOCTYPE x [<!ENTITY a 'ha'>]><x>&a;</x>"
    assert refused(altered(workbook(tmp_path), {SHEET: late})).code == "xml-entities"
    other = "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE x [<!ENTITY a 'ha'>]><x>&a;</x>".encode("utf-16")
    assert refused(altered(workbook(tmp_path), {SHEET: other})).code == "xml"


@pytest.mark.parametrize(
    ("part", "code"),
    [("xl/vbaProject.bin", "macros"), ("xl/externalLinks/externalLink1.xml", "external-links")],
)
def test_macros_and_links_to_other_workbooks(tmp_path: Path, part: str, code: str) -> None:
    assert refused(altered(workbook(tmp_path), {part: b"<x/>"})).code == code


def test_a_sheet_that_lies_about_its_size(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    with zipfile.ZipFile(path) as book:
        sheet = book.read(SHEET).replace(b'ref="A1:B4"', b'ref="A1:XFD1048576"')
    assert b"XFD1048576" in sheet
    with open_excel(altered(path, {SHEET: sheet}), lambda _: None) as file:
        assert file.header == ["a", "b"]
        assert sum(len(block) for block in file.blocks) == 3


def test_more_cells_than_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saishang.lake.readers.excel.MAX_CELLS", 10)
    assert refused(workbook(tmp_path, rows=6)).code == "too-large"  # 6 rows x 2 cells > 10


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_workbook_cut_off(tmp_path: Path, share: float) -> None:
    path = workbook(tmp_path, rows=200)
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert refused(cut).code == "damaged"


def test_a_workbook_with_flipped_bits(tmp_path: Path) -> None:
    path = workbook(tmp_path, rows=2000)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as book:
        begin = book.getinfo(SHEET).header_offset + 60
    for place in range(begin, begin + 40):
        data[place] ^= 0x5A
    broken = tmp_path / "flipped.xlsx"
    broken.write_bytes(data)
    assert refused(broken).code == "damaged"


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "data.xlsx"
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("word/document.xml", "<w/>")
    assert refused(path).code == "damaged"
    assert check_workbook(workbook(tmp_path)) is None  # a sound one passes


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_parquet_cut_off(tmp_path: Path, share: float) -> None:
    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"a": list(range(10_000)), "b": [str(i) for i in range(10_000)]}), whole)
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    assert refused(cut).code == "damaged"


def test_parquet_with_nested_columns_and_with_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nested.parquet"
    pq.write_table(pa.table({"a": [[1, 2]]}), path)
    assert refused(path).code == "nested"
    pq.write_table(pa.table({"a": [1] * 11}), path)
    monkeypatch.setattr("saishang.lake.readers.parquet.MAX_ROWS", 10)
    with pytest.raises(FileRefused, match="at most 10 rows"):
        open_parquet(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
        (b"\x1f\x8b\x08\x00abc", "gzip"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<!DOCTYPE html><html>sign in</html>", "web page"),
        (b'{"rows": []}', "JSON"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"abc\x00\x01\x02,def\n", "binary data"),
        ("a,b\n1,2\n".encode("utf-32"), "UTF-32"),
    ],
)
def test_the_kind_is_decided_by_content_not_by_name(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "china_sites_20190512.csv"
    path.write_bytes(data)
    error = refused(path)
    assert words in error.message
    assert error.code in {"file-kind", "empty-file"}


def one_line(path: Path, size: int) -> None:
    with path.open("wb") as out:
        out.write(b"date,hour,type,1484A\n20190512,0,PM2.5,12\n")
        piece = b"1" * MIB
        for _ in range(size // MIB):
            out.write(piece)


def check_one_line(found: dict[str, object], baseline: float) -> None:
    outcome = found["outcome"]
    assert isinstance(outcome, dict)
    assert outcome["code"] == "line-too-long", outcome
    assert "line 3" in outcome["error"]
    assert isinstance(found["peak_mib"], float)
    assert found["peak_mib"] - baseline < 150, "the line must not be held in memory"


def test_a_single_giant_line(run: Run, tmp_path: Path) -> None:
    small, giant = tmp_path / "small.csv", tmp_path / "giant.csv"
    small.write_bytes(b"date,hour,type,1484A\n20190512,0,PM2.5,12\n")
    baseline = run("measured", file=str(small))["peak_mib"]
    one_line(giant, 64 * MIB)
    found = run("measured", file=str(giant))
    check_one_line(found, baseline)
    assert found["state"]["statuses"] == ["refused", "committed"]
    assert found["state"]["rows"] == 1


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_single_line_of_a_gigabyte(run: Run, tmp_path: Path) -> None:
    small, giant = tmp_path / "small.csv", tmp_path / "giant.csv"
    small.write_bytes(b"date,hour,type,1484A\n20190512,0,PM2.5,12\n")
    baseline = run("measured", file=str(small))["peak_mib"]
    one_line(giant, 1024 * MIB)
    check_one_line(run("measured", file=str(giant), seconds=600), baseline)
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_a_file_that_was_cut_off_keeps_its_whole_lines(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_bytes(b"date,hour,type,1484A,1488A\n20190512,0,PM2.5,12,13\n20190512,1,PM2.5,2")
    found = run("measured", file=str(path))
    assert found["outcome"]["result"][0]["added"] == 2
    assert found["state"]["rows"] == 2


def test_what_is_no_file_is_named_and_never_opened(lake: Lake, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a writer for ever
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "gone.csv").symlink_to("nowhere.csv")
    for place, words in (
        (tmp_path, "a folder"), (tmp_path / "pipe", "a device or a pipe"), (Path("/dev/zero"), "a device or a pipe"),
        (tmp_path / "loop.csv", "found none"), (tmp_path / "gone.csv", "found none"),
        (tmp_path / ("x" * 300), "found none"), (tmp_path / "a\0b.csv", "found none"),
    ):  # fmt: skip
        for source in (None, "cnemc-site-hourly"):
            with pytest.raises(FileRefused, match=words) as caught:
                lake.ingest(place, source)
            assert caught.value.code == "no-file"
    assert lake.ledger.batches() == []


def test_names_of_any_bytes(lake: Lake, tmp_path: Path) -> None:
    lines = "20190512,0,PM2.5,12,13,14"
    for number, name in enumerate((b"bad\xff\xfename.csv", b"a\nb[red].csv", b"=cmd.csv", "长".encode() * 80)):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        path.write_text(f"date,hour,type,1484A,1488A,1947A\n{lines}{number}\n", encoding="utf-8")
        assert lake.ingest(path).status == "committed"
        path.write_text("neither\nlayout\n", encoding="utf-8")
        with pytest.raises(FileRefused):
            lake.ingest(path)
    path = network_day(tmp_path, lines)
    given = {"../../etc/passwd", "C:\\x\\y.csv", "x\0y.csv", "\udcff.csv", "x" * 5000}
    for number, name in enumerate(sorted(given)):
        path.write_text(path.read_text(encoding="utf-8") + f"20190513,{number},PM2.5,1,2,3\n", encoding="utf-8")
        batch = lake.ingest(path, file_name=name)
        assert len(batch.file_name) <= 255
        batch.file_name.encode()
        assert "\0" not in batch.file_name
    # A name decides about no path: everything stays in the archive, the lake, and what we wrote ourselves.
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == {"lake", "archive"}


def test_a_file_that_vanishes_or_is_locked_while_it_is_read(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = network_day(tmp_path, "20190512,0,PM2.5,12,13,14")
    really = Path.open

    def gone(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return really(self, *args, **kwargs)

    for name in (None, "cnemc-site-hourly"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", gone)
            with pytest.raises(FileRefused, match="Permission denied"):
                lake.ingest(path, name)
    assert lake.ingest(path).added == 3


def test_nul_bytes_far_into_a_file(lake: Lake, tmp_path: Path) -> None:
    head = "".join(f"2019{1 + i // 672:02d}{1 + i % 672 // 24:02d},{i % 24},PM2.5,1,2,3\n" for i in range(4000))
    path = tmp_path / "china_sites.csv"
    tail = "20190901,0,PM2.5,1\x00,2,3\n20190901,1,PM2.5\x00,1,2,3\n20190901,2,PM2.5,1,2,3\n"
    path.write_text(f"date,hour,type,1484A,1488A,1947A\n{head}{tail}", encoding="utf-8")
    batch = lake.ingest(path)
    assert (batch.added, batch.rejected) == (3 * 4000 + 2 + 3, 2)
    assert [(r.line, r.content) for r in lake.ledger.rejects(batch.id)] == [(4002, "1␀"), (4003, "PM2.5␀")]
