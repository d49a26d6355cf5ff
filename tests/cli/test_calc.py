"""`saishang calc`: single calculations, case files, listing, exit codes, all through the real entry point."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from saishang.science.calc import topics
from tests.command import Run, runner

EXAMPLES = Path(__file__).resolve().parents[1] / "data" / "worked_examples" / "air.csv"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("SAISHANG_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("SAISHANG_RULES", raising=False)

    return runner("calc", monkeypatch, capsys)


def write(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.write_bytes(text.encode(encoding))
    return str(path)


@pytest.mark.parametrize("standard", ["HJ633-2026", "HJ 633-2026", "2026"])
def test_one_day_of_the_index(run: Run, standard: str) -> None:
    words = ["aqi", "--standard", standard, "SO2=15", "NO2=40", "CO=1.0", "O3=98", "PM10=130", "PM2.5=70"]
    answer = run(*words, "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["aqi"] == 110
    table = run(*words)
    assert table.code == 0
    assert "110" in table.out
    assert "轻度污染" in table.out


def test_edition_by_the_date(run: Run) -> None:
    words = ["aqi", "SO2=15", "NO2=40", "CO=1.0", "O3=98", "PM10=130", "PM2.5=70", "--json"]
    assert json.loads(run(*words, "--date", "2026-02-28").out)["aqi"] == 94
    assert json.loads(run(*words, "--date", "2026-03-01").out)["aqi"] == 110


def test_lists_and_units_on_the_command_line(run: Run) -> None:
    assert json.loads(run("percentile", "values=3,4,8,2,5,4", "p=90", "--json").out)["percentile"] == "6.5"
    answer = run("iaqi", "--averaging", "24h", "pollutant=PM2.5", "concentration=0.115mg/m3", "--json")
    assert json.loads(answer.out) == {"iaqi": 150}


def test_case_file_prints_every_case_in_order(run: Run) -> None:
    answer = run("--cases", str(EXAMPLES))
    assert answer.code == 0
    rows = list(csv.reader(io.StringIO(answer.out)))
    assert rows[0] == ["id", "result"]
    with EXAMPLES.open(encoding="utf-8", newline="") as handle:
        assert [row[0] for row in rows[1:]] == [row["id"] for row in csv.DictReader(handle)]
    first = json.loads(rows[1][1])
    assert (first["aqi"], first["category"]) == (94, "良")
    assert "良" in rows[1][1]  # written as such, compact
    assert ", " not in rows[1][1]


def test_case_file_as_json(run: Run) -> None:
    found = json.loads(run("--cases", str(EXAMPLES), "--json").out)
    assert len(found) == 95
    assert found[0]["id"] == "AIR-001"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_bad_case_is_told_and_the_rest_go_on(run: Run, tmp_path: Path, encoding: str) -> None:
    text = (
        "id,topic,standard,averaging,case,inputs\n"
        '甲,rounding,,,说明,"{""value"":""2.5"",""decimals"":0}"\n'
        '乙,AQI,HJ 633-2026,daily,,"{""PM2.5"":-5}"\n'
        '丙,ranking,,,,"{""银川市"":""3.5""}"\n'
    )
    answer = run("--cases", write(tmp_path / "cases.csv", text, encoding))
    assert answer.code == 1
    rows = [(name, json.loads(result)) for name, result in list(csv.reader(io.StringIO(answer.out)))[1:]]
    assert rows[0] == ("甲", {"rounded": "2"})
    assert rows[1][1]["error"]["where"] == "cases.csv:3"
    assert rows[2] == ("丙", {"银川市": 1})
    assert "1 / 3" in answer.err
    assert "PM2.5" in answer.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["apl", "PM2.5=1"], 1, "no calculation named"),
        (["aqi", "PM2.5"], 1, "name=value"),
        (["aqi", "PM2.7=1"], 1, "PM2.5"),
        (["aqi", "--standard", "HJ 633-2019", "PM2.5=1"], 1, "HJ 633-2026"),
        (["--cases", "no-such-file.csv"], 1, "cannot be read"),
        ([], 2, "--list"),
        (["aqi", "--cases", "x.csv"], 2, "--list"),
    ],
)
def test_mistakes_are_told_without_a_traceback(run: Run, words: list[str], code: int, said: str) -> None:
    answer = run(*words)
    assert answer.code == code
    assert said in " ".join(answer.err.split())
    assert "Traceback" not in answer.err
    assert answer.out == ""


def test_a_file_that_is_no_text(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    path.write_bytes(b"\xff\xfe\x00\x81\xff")
    answer = run("--cases", str(path))
    assert answer.code == 1
    assert "UTF-8" in answer.err


def test_a_cell_beyond_the_limit_of_the_csv_module(run: Run, tmp_path: Path) -> None:
    values = ",".join(["1234567"] * 20_000)
    text = f'id,topic,inputs\nA,percentile,"{{""values"":[{values}],""p"":90}}"\n'
    answer = run("--cases", write(tmp_path / "cases.csv", text))
    assert answer.code == 0
    assert '""percentile"":""1234567.0""' in answer.out


def test_an_index_that_may_not_be_published_says_so(run: Run) -> None:
    answer = run("aqi", "--standard", "2026", "PM2.5=20")
    assert answer.code == 0
    assert "NA" in answer.out
    assert "缺项" in answer.out


def test_listing(run: Run) -> None:
    table = run("--list")
    assert table.code == 0
    listed = json.loads(run("--list", "--json").out)
    assert [entry["topic"] for entry in listed] == [topic.name for topic in topics()]
    assert all(entry["inputs"] and entry["zh"] and entry["en"] for entry in listed)
    one = run("--list", "mda8")
    assert one.code == 0
    assert "µg/m³" in one.out


def test_a_dash_is_a_class_of_noise_and_no_gap(run: Run) -> None:
    answer = run("noise_zone", "--standard", "GB 12523-2025", "cls=-", "Ld=71", "--json")
    assert json.loads(answer.out) == {"day": "超标", "day_excess_dB": 1}
