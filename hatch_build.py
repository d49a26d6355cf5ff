"""Build hook: a wheel carries the built front end and the compiled translations, so that it needs no Node.

An editable install compiles the translations only; there `make` (or `python tools/frontend.py`) builds the front end.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before files are collected."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node as a Python wheel where the machine has none and the front end is not built yet."""
        import frontend

        if self.target_name == "wheel" and not (frontend.DIST / "manifest.json").is_file() and not frontend.find_node():
            return [frontend.NODE_WHEEL]
        return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile translations; for a wheel also build the front end when it is not there."""
        import messages

        import frontend

        messages.compile_catalogue()
        if version != "editable" and not (frontend.DIST / "manifest.json").is_file():
            frontend.build()
