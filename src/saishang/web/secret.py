"""The key that signs sessions: from the settings, or made once and kept beside the state."""

from __future__ import annotations

import os
import secrets

from saishang.config import Config, state_folder

__all__ = ["secret_key"]


def secret_key(config: Config) -> str:
    """Give the configured key, or the one kept under `var` (made on first use, readable by its owner only)."""
    if config.secret_key:
        return config.secret_key
    path = state_folder(config) / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as handle:
        key = secrets.token_urlsafe(48)
        handle.write(key)
    return key
