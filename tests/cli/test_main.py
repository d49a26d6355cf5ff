"""The command line as a whole: JSON for errors, plain words for faults of the machine, locales, ports, doctor."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from saishang import database
from saishang.cli import doctor, main
from saishang.cli.serve import check_port, free_port
from saishang.config import load_config
from saishang.errors import SaishangError, in_plain_words


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("SAISHANG_", "DATABASE_"))}
    command = [sys.executable, "-m", "saishang", *words]
    return subprocess.run(command, capture_output=True, env={**clean, **environment}, check=False)


@pytest.mark.parametrize(
    ("words", "environment", "code", "exit_code"),
    [
        (("runs", "--json"), {"SAISHANG_VARR": "x"}, "configuration", 1),
        (("plan", "versions", "--json"), {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/db"}, "database", 1),
        (("rules", "show", "nothing", "--json"), {}, "error", 1),
        (("rules", "show", "--json", "--on"), {}, "usage", 2),
    ],
)
def test_json_is_given_also_for_an_error(
    words: tuple[str, ...], environment: dict[str, str], code: str, exit_code: int, tmp_path: Path
) -> None:
    done = _run(*words, **{"SAISHANG_VAR": str(tmp_path), **environment})
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["error"]["code"]) == (exit_code, code)
    assert answer["error"]["message"] and answer["error"]["fix"]
    assert done.stderr and b"Traceback" not in done.stderr


def test_findings_stay_the_only_json(tmp_path: Path) -> None:
    (tmp_path / "parameters.csv").write_text("code,zh\nX,某\n", encoding="utf-8")
    done = _run("rules", "check", str(tmp_path), "--json")
    assert done.returncode == 3 and json.loads(done.stdout)["ok"] is False


def test_without_the_option_an_error_leaves_standard_output_empty() -> None:
    done = _run("rules", "show", "nothing")
    assert (done.returncode, done.stdout) == (1, b"")


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1"])
def test_any_encoding_of_the_terminal(encoding: str) -> None:
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    shown = _run("rules", "show", "parameters", "--where", "code=PM2.5", **environment)
    assert shown.returncode == 0 and b"PM2.5" in shown.stdout
    (row,) = json.loads(_run("rules", "show", "parameters", "--where", "code=PM2.5", "--json", **environment).stdout)
    assert (row["zh"], row["unit"]) == ("细颗粒物", "µg/m³")


def test_a_path_in_an_error_stays_in_one_piece(tmp_path: Path) -> None:
    folder = tmp_path / ("很长的路径" * 12)
    folder.mkdir()
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    done = _run("rules", "show", SAISHANG_RULES=str(folder))
    assert f"{folder}/notes.txt" in done.stderr.decode()


def test_faults_of_the_machine_in_plain_words() -> None:
    plain = in_plain_words(PermissionError(errno.EACCES, "Permission denied", "/srv/x"))
    assert plain is not None and (plain.where, plain.code) == ("/srv/x", "files") and "owns it" in plain.fix
    full = in_plain_words(OSError(errno.ENOSPC, "No space left on device"))
    assert full is not None and full.where is None and "space" in full.fix
    assert in_plain_words(OSError(errno.EBADF, "Bad file descriptor")) is None


def test_an_unwritable_place_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/x")

    monkeypatch.setattr(main, "app", refuse)
    with pytest.raises(SystemExit) as stop:
        main.run()
    assert stop.value.code == 1 and "/srv/x: Permission denied How to mend: run as" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://u:p@host:abc/db", "no number from 1 to 65535"),
        ("postgresql://u:p@host:99999/db", "no number from 1 to 65535"),
        ("postgresql://u:secret#x@host/db", "write / as %2F, # as %23"),
        ("postgresql://u:p@[::1/db", "brackets"),
        ("postgresql://u:p@host/db?sslmod=require", "sslmod"),
    ],
)
def test_an_address_that_cannot_be_read(url: str, told: str) -> None:
    with pytest.raises(SaishangError) as caught:
        load_config({"DATABASE_URL": url})
    assert told in str(caught.value) and "secret" not in str(caught.value)


def test_what_the_address_asks_for_reaches_every_connection() -> None:
    environment = {"DATABASE_URL": f"{os.environ['DATABASE_URL']}&application_name=asked&connect_timeout=7"}
    code = "from saishang.web.settings import DATABASES; print(DATABASES['default']['OPTIONS'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    assert "'application_name': 'asked'" in done.stdout and "'connect_timeout': '7'" in done.stdout


class _Server:
    """What `psycopg.connect` gives for a server of some version and encoding."""

    def __init__(self, number: int, encoding: str) -> None:
        self.info = type("info", (), {"server_version": number})
        self.row = (f"{number // 10_000}.{number % 10_000}", encoding)

    def __enter__(self) -> _Server:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, _: str) -> _Server:
        return self

    def fetchone(self) -> tuple[str, str]:
        return self.row


@pytest.mark.parametrize(
    ("number", "encoding", "told"),
    [(130_022, "UTF8", "14 or newer, got 13.22"), (140_000, "UTF8", ""), (180_001, "SQL_ASCII", "UTF8, got SQL_ASCII")],
)
def test_a_server_of_the_wrong_kind(number: int, encoding: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: _Server(number, encoding))
    url = f"postgresql://u@host/{number}{encoding}"  # answers are remembered by address
    if not told:
        assert database.check_server(url) == "14.0"
        return
    with pytest.raises(database.DatabaseError) as caught:
        database.check_server(url)
    assert told in str(caught.value) and caught.value.fix


def test_ports() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SaishangError, match="--port") as caught:
            check_port("127.0.0.1", port)
        assert caught.value.code == "port-in-use"
    check_port("127.0.0.1", port)
    for wrong in (0, -1, 65536):
        with pytest.raises(SaishangError, match="from 1 to 65535"):
            check_port("127.0.0.1", wrong)
    with pytest.raises(SaishangError, match="cannot listen"):
        check_port("no.such.host.invalid", 8000)


def test_the_demonstration_takes_the_next_free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr("saishang.cli.serve.DEFAULT_PORT", port)
        assert port < free_port("127.0.0.1") <= port + 19


def _found(what: str, **environment: str) -> doctor.Finding:
    return next(finding for finding in doctor.examine(load_config(environment)) if finding.what == what)


def test_the_doctor_names_what_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    var, address = str(tmp_path / "var"), os.environ["DATABASE_URL"]
    assert _found("State folder", SAISHANG_VAR=var, DATABASE_URL=address).state == "ok"
    (tmp_path / "file").write_text("x", encoding="utf-8")
    broken = _found("State folder", SAISHANG_VAR=str(tmp_path / "file"), DATABASE_URL=address)
    assert broken.state == "bad" and "File exists" in broken.found and "SAISHANG_VAR" in broken.fix
    gone = _found("Database", SAISHANG_VAR=var, DATABASE_URL="postgresql://u:p@127.0.0.1:1/db")
    assert gone.state == "bad" and "refused" in gone.found and "DATABASE_URL" in gone.fix
    lake = _found("Lake", SAISHANG_VAR=var, DATABASE_URL="postgresql://u:p@127.0.0.1:1/db")
    assert (lake.state, lake.fix) == ("note", "mend the database first")
    archive = tmp_path / "archive"
    archive.mkdir()
    with monkeypatch.context() as patch:  # root may write everywhere, so the answer is put into its mouth
        patch.setattr(doctor.os, "access", lambda folder, _: folder != archive)
        closed = _found("Lake", SAISHANG_VAR=var, DATABASE_URL=address, SAISHANG_ARCHIVE=str(archive))
    assert closed.state == "bad" and str(archive) in closed.found and "SAISHANG_ARCHIVE" in closed.fix
    own = tmp_path / "rules"
    own.mkdir()
    (own / "stray.txt").write_text("x", encoding="utf-8")
    rules = _found("Rules", SAISHANG_VAR=var, DATABASE_URL=address, SAISHANG_RULES=str(own))
    assert rules.state == "bad" and "stray.txt" in rules.found
    engine = _found("Engine", SAISHANG_VAR=var, DATABASE_URL=address, SAISHANG_ENGINE="spark://x")
    assert engine.state in {"ok", "bad"} and (engine.state == "ok" or engine.fix)
    debug = _found("Public server", SAISHANG_VAR=var, DATABASE_URL=address, SAISHANG_DEBUG="1",
                   SAISHANG_ALLOWED_HOSTS="example.gov.cn")  # fmt: skip
    assert debug.state == "bad" and "SAISHANG_DEBUG=0" in debug.fix
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(doctor, "DEFAULT_PORT", taken.getsockname()[1])
        port = _found("Port", SAISHANG_VAR=var, DATABASE_URL=address)
    assert port.state == "note" and "--port" in port.fix
