"""Settings of the test suite: the real ones, on a database server of its own that ends with the tests."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "DATABASE_URL" not in os.environ:
    from saishang.database import Cluster

    _home = Path(tempfile.mkdtemp(prefix="saishang-tests-"))
    _home.chmod(0o711)  # the database's own account must be able to pass through
    _cluster = Cluster(_home / "postgres", durable=False)

    def _end() -> None:
        _cluster.stop()
        shutil.rmtree(_home, ignore_errors=True)

    os.environ["DATABASE_URL"] = _cluster.ensure_running()
    os.environ["SAISHANG_VAR"] = str(_home)
    _owner = os.getpid()
    atexit.register(lambda: _end() if os.getpid() == _owner else None)

from saishang.web.settings import *  # noqa: F403

STORAGES["staticfiles"] = {  # type: ignore[name-defined]  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
