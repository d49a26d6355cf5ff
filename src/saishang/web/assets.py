"""Names of the built front-end files.

`frontend/build.mjs` puts a content hash into every name and writes `manifest.json`; the hash is the cache key, so no
second renaming (Django's manifest storage) and no `collectstatic` step is needed.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.templatetags.static import static

from saishang.errors import ConfigurationError

__all__ = ["DIST", "asset_url", "front_end_is_built"]

DIST = Path(__file__).resolve().parent / "static" / "dist"
_FIX = "run: python tools/frontend.py (Node 20 or newer; an installed wheel carries the files already)"


@lru_cache(maxsize=4)
def _manifest(changed: int) -> dict[str, str]:
    return cast("dict[str, str]", json.loads((DIST / "manifest.json").read_text(encoding="utf-8")))


def asset_url(name: str) -> str:
    """Address of a built file by its plain name, for example `app.js`.

    Raises
    ------
    ConfigurationError
        When the front end has not been built or has no such file.
    """
    try:
        manifest = _manifest((DIST / "manifest.json").stat().st_mtime_ns)
    except OSError:
        raise ConfigurationError("the portal's scripts and styles are not built", fix=_FIX, where=str(DIST)) from None
    if name not in manifest:
        raise ConfigurationError(f"expected one of {', '.join(sorted(manifest))}, got {name!r}", fix=_FIX)
    return _address(manifest[name])


@lru_cache(maxsize=256)
def _address(built: str) -> str:
    return static(f"dist/{built}")


def front_end_is_built() -> bool:
    """Whether the scripts and styles are there."""
    return (DIST / "manifest.json").is_file()


@register("saishang")
def _check(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if front_end_is_built() or not settings.STATICFILES_DIRS:
        return []
    return [Warning("the portal's scripts and styles are not built", hint=_FIX, id="saishang.W001")]
