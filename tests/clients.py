"""One chain of middleware for all clients of a process.

Each `Client()` loads it anew, and files of the front end are looked for on the disk each time; tables of rights make
a client for each row.
"""

from __future__ import annotations

from typing import Any

__all__ = ["share_middleware"]

#: What `BaseHandler.load_middleware` leaves in the handler.
_LOADED = ("_middleware_chain", "_view_middleware", "_template_response_middleware", "_exception_middleware")


def share_middleware() -> None:
    """Let clients take over the chain that the first one loaded, until a test changes a setting."""
    from django.test.client import ClientHandler
    from django.test.signals import setting_changed

    kept: dict[str, Any] = {}
    load = ClientHandler.load_middleware

    def once(self: ClientHandler, is_async: bool = False) -> None:
        if type(self) is not ClientHandler or is_async:
            load(self, is_async)
            return
        if not kept:
            load(self)
            kept.update({name: getattr(self, name) for name in _LOADED})
        for name, value in kept.items():
            setattr(self, name, value)

    ClientHandler.load_middleware = once  # type: ignore[method-assign]
    setting_changed.connect(lambda **_changed: kept.clear(), weak=False)
