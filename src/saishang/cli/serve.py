"""Commands `saishang serve` and `saishang stop`."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Annotated

import typer

from saishang.cli.console import console
from saishang.config import load_config
from saishang.errors import SaishangError

__all__ = ["DEFAULT_PORT", "check_port", "free_port", "prepare", "register", "serve_forever"]

DEFAULT_PORT = 8000


def prepare() -> None:
    """Bring tables and search index up to date. Scripts and styles are served as they were built (web/assets.py)."""
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.registers.actions import settle
    from saishang.apps.search.actions import refresh
    from saishang.rules import load_rules

    settle("saishang serve", load_rules(load_config().rules_overlay))
    refresh()


#: How long a stopping worker may take to put its jobs back [s]; recovery sees to what it cannot.
_WORKER_GRACE = 20.0


@contextlib.contextmanager
def _worker_beside(wanted: bool) -> Iterator[None]:
    """Keep a worker running in a process of its own: started again when it dies, stopped with the portal."""
    if not wanted:
        yield
        return
    over = threading.Event()
    current: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "saishang", "worker", "--beside", str(os.getpid())])

    def keep() -> None:
        pause = 1.0
        while not over.is_set():
            began = time.monotonic()
            while current[0].poll() is None and not over.is_set():
                over.wait(0.5)
            if over.is_set():
                return
            # One that dies at once again and again must not keep the machine busy.
            pause = 1.0 if time.monotonic() - began > 60 else min(pause * 2, 60.0)
            if not over.wait(pause):
                current[0] = start()

    current.append(start())
    keeper = threading.Thread(target=keep, name="worker keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join(5)
        with contextlib.suppress(ProcessLookupError):
            current[0].send_signal(signal.SIGTERM)
        try:
            current[0].wait(_WORKER_GRACE)
        except subprocess.TimeoutExpired:
            current[0].kill()
            current[0].wait()


def check_port(host: str, port: int) -> None:
    """Refuse a place that cannot be listened on, before any work is done (Errors: SaishangError)."""
    if not 0 < port < 65536:
        raise SaishangError(f"expected a port from 1 to 65535, got {port}", fix="choose another", where="--port")
    with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:  # also a host name that is not known
            raise SaishangError(
                f"cannot listen on {host}:{port}: {error.strerror}",
                fix="stop the program that uses the port, or choose another with --port",
                code="port-in-use",
            ) from error


def free_port(host: str) -> int:
    """Find the first port from the usual one on that can be listened on (Errors: SaishangError, of the usual one)."""
    for port in range(DEFAULT_PORT, DEFAULT_PORT + 20):
        with contextlib.suppress(SaishangError):
            check_port(host, port)
            return port
    check_port(host, DEFAULT_PORT)
    return DEFAULT_PORT


def serve_forever(host: str, port: int, workers: int, *, worker: bool = True) -> int:
    """Run the web server, and a worker beside it, until it is told to stop; the exit code of the server."""
    check_port(host, port)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    command = [
        sys.executable, "-m", "gunicorn", "saishang.web.wsgi:application", "--bind", address,
        "--workers", str(workers), "--threads", "4", "--worker-class", "gthread", "--preload",
        "--access-logfile", "/dev/null", "--log-level", "warning", "--timeout", "120",
    ]  # fmt: skip
    with _worker_beside(worker):
        server = subprocess.Popen(command)

        def pass_on(number: int, _frame: object) -> None:
            server.send_signal(number)

        signal.signal(signal.SIGTERM, pass_on)
        try:
            return server.wait()
        except KeyboardInterrupt:
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                return server.wait(10)
            server.kill()
            return 130


def register(app: typer.Typer) -> None:
    """Add `serve` and `stop`."""

    @app.command()
    def serve(
        host: Annotated[str, typer.Option(help="监听地址 · address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="端口 · port.")] = DEFAULT_PORT,
        workers: Annotated[int, typer.Option(help="网站进程数 · web processes.")] = min(4, (os.cpu_count() or 1) + 1),
        worker: Annotated[
            bool, typer.Option("--worker/--no-worker", help="同时执行后台任务 · also do background jobs.")
        ] = True,
    ) -> None:
        """启动门户网站和后台任务 · serve the portal, with a worker beside it, until Ctrl-C."""
        load_config()
        check_port(host, port)
        prepare()
        console.print(f"门户 · portal: http://{host}:{port}/   （Ctrl-C 停止 · to stop）", highlight=False)
        raise typer.Exit(serve_forever(host, port, workers, worker=worker))

    @app.command()
    def stop() -> None:
        """停止内置数据库 · stop the embedded database server."""
        from saishang.database import Cluster

        config = load_config()
        if config.database_url:
            console.print("数据库由 DATABASE_URL 指定，不由本程序管理 · the database is not ours to stop.")
        elif Cluster(config.cluster).stop():
            console.print("内置数据库已停止 · embedded database stopped.")
        else:
            console.print("内置数据库未在运行 · embedded database was not running.")
