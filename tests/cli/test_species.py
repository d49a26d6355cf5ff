"""`saishang species`: checked, summed up, written as an archive, through the real entry point."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from saishang.cli.main import run as entry_point
from saishang.lake.darwin_core import read_occurrences

TEXT = """occurrenceID,basisOfRecord,scientificName,eventDate,decimalLatitude,decimalLongitude,individualCount
a,HumanObservation,Otis tarda,2024-03-01,38.476,106.231,10
b,HumanObservation,Solanum rostratum,2024-07-01,37.1,106.9,10
c,HumanObservation,Grus grus,1.7.2024,37.1,106.9,3
"""


def test_species(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Two records kept, one refused; two species of ten: H = ln 2; the buffalo bur is on a list; the bustard's place
    is rounded in what is shared."""
    monkeypatch.setenv("SAISHANG_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("SAISHANG_RULES", raising=False)
    source, archive = tmp_path / "list.csv", tmp_path / "out.zip"
    source.write_text(TEXT, encoding="utf-8")
    words = ["saishang", "species", str(source), "--archive", str(archive), "--sensitive", "Otis tarda", "--json"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as stopped:
        entry_point()
    assert stopped.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["records"], told["shannon"]) == (2, 0.6931)
    assert [(item["line"], item["term"]) for item in told["refused"]] == [(4, "eventDate")]
    assert told["alerts"][0]["zh"] == "黄花刺茄"
    rows = {row["occurrenceID"]: row for _, row in read_occurrences(archive)}
    assert rows["a"]["decimalLatitude"] == "38.5" and rows["b"]["decimalLatitude"] == "37.1"

    monkeypatch.setattr(sys, "argv", ["saishang", "species", str(source)])
    with pytest.raises(SystemExit):
        entry_point()
    answer = capsys.readouterr()
    assert "Otis tarda" in answer.out and "eventDate" in answer.err
