"""Fetch the portal's main pages from a real server and hold their figures against the run."""

from __future__ import annotations

import contextlib
import csv
import io
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from saishang.cli.console import console
from saishang.errors import CheckFailed

__all__ = ["check_portal"]

#: Main pages; each must answer in both languages.
PAGES = (
    "/", "/morning/", "/plan/", "/targets/", "/air/", "/air/periods/", "/air/ranking/", "/air/stations/", "/water/",
    "/water/sources/", "/water/drains/",
    "/climate/", "/noise/", "/noise/months/", "/noise/cities/", "/radiation/", "/radiation/DEMO-G2/",
    "/registers/", "/registers/construction_plots/", "/soil/", "/waste/", "/waste/streams/", "/waste/pollutants/",
    "/groundwater/", "/ecology/", "/data/", "/data/gaps/", "/calculators/", "/rules/", "/about/",
)  # fmt: skip
_PATIENCE = 60.0


def check_portal(run_id: str) -> None:
    """Start the web server on a free port, fetch, compare, stop.

    Raises
    ------
    CheckFailed
        Listing every page that did not answer and every figure that differs.
    """
    from saishang.apps.indicators import queries

    faults: list[str] = []
    checked = 0
    with _server() as address:
        for page in PAGES:
            for language in ("zh-hans", "en"):
                status, text = _fetch(address + page, language)
                tag = 'lang="en"' if language == "en" else 'lang="zh-CN"'
                if status != 200 or "</html>" not in text or tag not in text:
                    faults.append(f"{page} ({language}) answered {status}, or not in that language")
                checked += 1
        status, text = _fetch(f"{address}/targets/?format=csv", "zh-hans")
        shown = list(csv.reader(io.StringIO(text.lstrip("\ufeff")))) if status == 200 else []
        rows = queries.target_rows(run_id)
        for row in rows:
            line = next((cells for cells in shown if row.target in cells), None)
            if line is None:
                faults.append(f"/targets/ does not show {row.target}")
            elif row.status_zh not in line or (row.rounded and not any(row.rounded in cell for cell in line)):
                faults.append(f"/targets/ shows {row.target} otherwise than the run: {line}")
            checked += 1
        for row in rows:
            status, text = _fetch(f"{address}/targets/{row.target}/", "zh-hans")
            if status != 200 or row.status_zh not in text or (row.rounded and row.rounded not in text):
                faults.append(f"/targets/{row.target}/ answered {status} or lacks the run's figures")
            checked += 1
    for fault in faults:
        console.print(f"[red]✗[/] {fault}", highlight=False)
    if faults:
        raise CheckFailed(f"{len(faults)} of {checked} checks of the portal failed", fix="see the lines above")
    console.print(f"[green]✓[/] 门户核对通过 · portal checked: {checked} 项 checks，run {run_id}", highlight=False)


@contextlib.contextmanager
def _server() -> Iterator[str]:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "saishang.web.wsgi:application", "--bind", f"127.0.0.1:{port}",
        "--workers", "1", "--threads", "4", "--log-level", "error",
    ]  # fmt: skip
    server = subprocess.Popen(command)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"{address}/health/", timeout=5):
                    break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise CheckFailed("the web server did not come up", fix="run `saishang serve` and read") from None
                time.sleep(0.3)
        yield address
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(15)
        server.kill()


def _fetch(url: str, language: str) -> tuple[int, str]:
    # The portal is Chinese first whatever a browser prefers; its switch sets this cookie.
    request = urllib.request.Request(url, headers={"Cookie": f"django_language={language}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode("utf-8", errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, ""
