"""`saishang ingest` from a user's chair."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from saishang.cli.main import app
from saishang.errors import SaishangError
from tests.lake.samples import network_day

Command = Callable[..., Any]


@pytest.fixture
def saishang(tmp_path: Path, config: Any, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command in its own folder; returns what it printed, parsed when it is JSON."""
    monkeypatch.setenv("SAISHANG_VAR", str(config.var))
    monkeypatch.setenv("DATABASE_URL", config.database_url)

    def call(*arguments: str, fails: bool = False) -> Any:
        result = CliRunner().invoke(app, ["ingest", *arguments])
        if fails:
            assert isinstance(result.exception, SaishangError), result.output
        else:
            assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout) if "--json" in arguments else result.output

    return call


def test_the_whole_walk(saishang: Command, tmp_path: Path) -> None:
    first = str(network_day(tmp_path, "20190512,1,PM2.5,12,13,x", "20190512,2,PM10,9,9,9"))
    (loaded,) = saishang(first, "--json")
    assert (loaded["ok"], loaded["added"], loaded["rejected"], loaded["source"]) == (True, 5, 1, "cnemc-site-hourly")
    (again,) = saishang("load", first, "--json")
    assert (again["no_op"], again["id"]) == (True, loaded["id"])

    second = str(network_day(tmp_path, "20190512,1,PM2.5,12,14,15", name="b.csv"))
    (corrected,) = saishang(second, "--json")
    assert (corrected["replaced"], corrected["added"]) == (1, 1)
    (change,) = saishang("superseded", str(corrected["id"]), "--json")
    assert (change["old_value"], change["new_value"]) == (13, 14)

    rejects = saishang("rejects", str(loaded["id"]), "--json")
    assert rejects["rejects"][0]["content"] == "x"
    out = tmp_path / "rejects.csv"
    saishang("rejects", str(loaded["id"]), "--csv", str(out))
    assert out.read_text("utf-8-sig").splitlines()[1].startswith("2,6,1947A,x,number")
    saishang("rejects", str(corrected["id"]), "--csv", str(out))
    assert len(out.read_text("utf-8-sig").splitlines()) == 1

    assert [b["id"] for b in saishang("history", "--json")] == [corrected["id"], loaded["id"]]
    assert saishang("history", "--table", "--json")[0]["batch"] == corrected["id"]
    assert saishang("reconcile", "--json") == {}
    assert all(f["faults"] == 0 for f in saishang("check", "--json"))
    (gap,) = saishang("gaps", "--json")
    assert gap["present"] == 6
    run = saishang("quality", "run", "--from", "2019-05-12", "--to", "2019-05-12", "--json")
    assert {r["test"] for r in run["results"]} >= {"range", "neighbours"}
    assert saishang("compact", "--json")["files_added"] in {0, 1}
    assert "would_remove" in saishang("vacuum", "--older-than", "7", "--json")
    assert any(s["id"] == "cnemc-site-hourly" for s in saishang("sources", "--json"))


def test_what_people_see(saishang: Command, tmp_path: Path) -> None:
    first = str(network_day(tmp_path, "20190512,1,PM2.5,12,13,x"))
    text = saishang(first)
    assert "已导入" in text
    assert "saishang ingest rejects" in text
    assert "此前已由批次" in saishang(first)
    for command in (("history",), ("history", "--table"), ("gaps",), ("quality", "run"), ("check",), ("reconcile",),
                    ("sources",), ("compact",), ("vacuum", "--older-than", "30")):  # fmt: skip
        assert saishang(*command)


def test_one_bad_file_does_not_stop_the_others(saishang: Command, tmp_path: Path) -> None:
    good = str(network_day(tmp_path, "20190512,1,PM2.5,12,13,14"))
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    text = saishang(str(bad), good, fails=True)
    assert "1" in text
    statuses = {b["file_name"]: b["status"] for b in saishang("history", "--json")}
    assert statuses == {"china_sites_20190512.csv": "committed", "bad.csv": "refused"}


def test_every_command_has_help() -> None:
    overview = CliRunner().invoke(app, ["ingest", "--help"]).output
    for command in ("load", "history", "rejects", "superseded", "compact", "vacuum", "reconcile", "check", "gaps"):
        assert command in overview
        assert CliRunner().invoke(app, ["ingest", command, "--help"]).exit_code == 0
