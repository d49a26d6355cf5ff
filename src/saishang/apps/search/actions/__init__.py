"""Changes of the index: taking in what waits, making kinds anew."""

from saishang.apps.search.actions.rebuild import rebuild, refresh
from saishang.apps.search.actions.update import catch_up

__all__ = ["catch_up", "rebuild", "refresh"]
