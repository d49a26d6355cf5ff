"""Commands `saishang serve` and `saishang stop`."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from typing import Annotated

import typer

from saishang.cli.console import console
from saishang.config import load_config
from saishang.errors import SaishangError

__all__ = ["prepare", "register", "serve_forever"]


def prepare() -> None:
    """Bring the tables up to date. Scripts and styles are served as they were built (see web/assets.py)."""
    from saishang.web.boot import setup_django

    setup_django()


def serve_forever(host: str, port: int, workers: int) -> int:
    """Run the web server until it is told to stop; the exit code of the server."""
    with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SaishangError(
                f"cannot listen on {host}:{port}: {error.strerror}",
                fix="stop the program that uses the port, or choose another with --port",
                code="port-in-use",
            ) from error
    command = [
        sys.executable, "-m", "gunicorn", "saishang.web.wsgi:application", "--bind", f"{host}:{port}",
        "--workers", str(workers), "--threads", "4", "--worker-class", "gthread", "--preload",
        "--access-logfile", "/dev/null", "--log-level", "warning", "--timeout", "120",
    ]  # fmt: skip
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
        port: Annotated[int, typer.Option(help="端口 · port.")] = 8000,
        workers: Annotated[int, typer.Option(help="进程数 · worker processes.")] = min(4, (os.cpu_count() or 1) + 1),
    ) -> None:
        """启动门户网站 · serve the portal until Ctrl-C."""
        load_config()
        prepare()
        console.print(f"门户 · portal: http://{host}:{port}/   （Ctrl-C 停止 · to stop）", highlight=False)
        raise typer.Exit(serve_forever(host, port, workers))

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
