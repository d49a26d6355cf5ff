"""Changes of state of the observations: each in its own file, permission → check → change → log."""

from saishang.apps.observations.actions.upload import UploadRefused, load_archived, upload

__all__ = ["UploadRefused", "load_archived", "upload"]
