"""Fetch what some tests need and a package index of Python cannot give: Chromium, a Chinese font, Java, LibreOffice.

As root on Debian it installs them through apt; elsewhere it says what is missing, and the tests that need it say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _browser() -> str | None:
    named = os.environ.get("CHROMIUM_PATH")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def _office() -> str | None:
    named = os.environ.get("SOFFICE_PATH")
    return named or shutil.which("soffice") or shutil.which("libreoffice")


def _has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    done = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def main() -> int:
    """Install what is missing when we may; never fail, the tests decide."""
    wanted = [] if _browser() else ["chromium"]
    if not _has_chinese_font():
        wanted += ["fonts-noto-cjk", "fontconfig"]
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        wanted.append("openjdk-17-jre-headless")
    if not _office():
        wanted.append("libreoffice-writer-nogui")
    if not wanted:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None or not Path("/etc/debian_version").exists():
        print(f"Some tests want {', '.join(wanted)}; install them and run again. They are left out for now.")
        return 0
    print(f"Installing {', '.join(wanted)} through apt …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted], check=False, env=environment,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode != 0:
        print(f"apt could not install {', '.join(wanted)}; those tests will say that they were left out.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
