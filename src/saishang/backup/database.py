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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from saishang.backup.errors import BackupDamaged, BackupError
from saishang.backup.manifest import TableState
from saishang.database import DatabaseError, binaries

__all__ = [
    "BOOKKEEPING", "Batch", "Facts", "Moment", "Programs", "facts_of", "load", "moment", "programs", "states_of",
    "table_names",
]  # fmt: skip

#: Tables whose rows stay behind: what signs somebody in must not come back with a backup.
LEFT_OUT = ("django_session",)
#: Tables that a new portal fills by itself before anybody has used it.
BOOKKEEPING = frozenset({
    "django_migrations", "django_content_type", "auth_permission", "procrastinate_workers", "procrastinate_version",
    "django_session",
})  # fmt: skip
_PROGRAMS = ("pg_dump", "pg_restore", "psql")
#: Server that learned a setting which newer programs ask for in every dump.
_KNOWS_TRANSACTION_TIMEOUT = 17


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs in one folder."""

    folder: Path
    major: int

    def command(self, program: str, *arguments: str) -> list[str]:
        """Words of a command."""
        return [str(self.folder / program), *arguments]


@dataclass(frozen=True)
class Batch:
    """What the ledger says of a batch."""

    status: str
    version: int | None
    sha256: str


@dataclass(frozen=True)
class Facts:
    """What the database said at the moment, and what of it points to files.

    Attributes
    ----------
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
    runs: list[str]
    analyses: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Moment:
    """A moment of the database that stays readable while the transaction is open."""

    connection: psycopg.Connection[Any]
    snapshot: str
    dsn: str
    programs: Programs

    def dump(self, path: Path) -> None:
        """Write the whole database as of the moment to a file (Errors: BackupError)."""
        arguments = [
            "--format=custom", "--no-owner", "--no-privileges", "--no-tablespaces", "--no-publications",
            "--no-subscriptions", "--no-security-labels", "--lock-wait-timeout=60s", f"--snapshot={self.snapshot}",
            # What a replay builds in a schema of its own is gone with the replay.
            "--exclude-schema=replay_*", f"--file={path}",
            *(f"--exclude-table-data=public.{name}" for name in LEFT_OUT),
        ]  # fmt: skip
        _run(self.programs, "pg_dump", arguments, self.dsn, "the database cannot be dumped")


def programs(connection: psycopg.Connection[Any], *, at_least: int = 0) -> Programs:
    """The programs that can speak with a server: those of the wheel, or others on the path.

    The wheel's are made without TLS; a server that is reached through TLS needs the system's own.

    Parameters
    ----------
    at_least:
        Version that wrote a dump which is to be read.
    """
    server = connection.info.server_version // 10_000
    encrypted = bool(connection.pgconn.ssl_in_use)
    found: list[str] = []
    folders: list[Path] = []
    with contextlib.suppress(DatabaseError):
        folders += [] if encrypted else [binaries()]
    if (other := shutil.which("pg_dump")) is not None:
        folders.append(Path(other).parent)
    for folder in folders:
        if not all((folder / program).exists() for program in _PROGRAMS):
            continue
        done = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=False)
        match = re.search(r"\) (\d+)", done.stdout)
        if match is None:
            continue
        major = int(match[1])
        if major >= server and major >= at_least:
            return Programs(folder, major)
        found.append(f"{major} in {folder}")
    wanted = max(server, at_least)
    how = " that speaks TLS" if encrypted else ""
    raise BackupError(
        f"expected PostgreSQL's programs {', '.join(_PROGRAMS)} of version {wanted} or newer{how}, "
        f"found {', '.join(found) or 'none'}",
        fix=f"install the client programs of PostgreSQL {wanted} so that they are on the PATH",
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
        yield Moment(connection, str(snapshot), dsn, programs(connection))
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

    if not {"django_migrations", "core_actionlogentry"} <= set(table_names(connection)):
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
            int(number): Batch(str(status), None if version is None else int(version), str(sha256))
            for number, status, version, sha256 in rows("select id, status, table_version, sha256 from lake_batch")
        },
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
        tools = programs(connection, at_least=major)
        old = connection.info.server_version // 10_000 < _KNOWS_TRANSACTION_TIMEOUT
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        read = subprocess.Popen(
            tools.command("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path)),
            stdout=subprocess.PIPE, stderr=complained, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        address, environment = _address(dsn)
        write = subprocess.Popen(
            tools.command("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
                          "--output=/dev/null", "--file=-", f"--dbname={address}"),
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


def _run(tools: Programs, program: str, arguments: Sequence[str], dsn: str, what: str) -> None:
    address, environment = _address(dsn)
    done = subprocess.run(
        tools.command(program, *arguments, f"--dbname={address}"), capture_output=True, stdin=subprocess.DEVNULL,
        env=environment, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BackupError(
            f"{what}: {_words(done.stderr)}", fix="read what the program says; then make the backup again",
            where=program, code="database",
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
